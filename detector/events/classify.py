"""Bursts to events: what kind of movement it was, and why.

In this order: whole body (at least `classify.gross_min_area`, which takes up what happens within it), rhythmic, twitch
(shorter than `classify.twitch_max_s`, Fukumoto 1981, and of at most `classify.twitch_max_area`: own), else movement, or
uncertain where size and length contradict each other. On a slow camera a twitch shows in one frame, so that brevity
says nothing there; below `classify.twitch_min_fps` no twitch is told at all. A movement is called not rhythmic only as
far as it was long enough to be tested. The reason is one phrase with the numbers that decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from detector.events.burst import Burst, describe_burst, shortest_s
from detector.events.event import EVENT_KINDS, Event, EventKind
from detector.events.excess import Active
from detector.events.rhythm import (
    RhythmTest,
    gates,
    rate_limit_hz,
    run_frame_s,
    sure_rate_hz,
    without_rhythm,
)
from detector.events.trains import Run, find_rhythmic_runs
from detector.motion.periodicity import Periodicity
from detector.motion.view import LayerView
from detector.params import ClassifyParams, Params

TREMOR, SUCKING = "tremor-like", "sucking-like"
"""Labels of rhythms: faster than `rhythm.max_rate_hz`, and as an infant sucks, at its face."""

__all__ = ["EVENT_KINDS", "Event", "EventKind", "classify_bursts", "passing_event"]


def classify_bursts(
    view: LayerView,
    active: Active,
    bursts: Sequence[Burst],
    params: Params,
    whole_area: float | None = None,
    *,
    test: RhythmTest | None = None,
) -> list[Event]:
    """Turn bursts into events, in order of start.

    Runs of bursts at one place are tested for rhythm first, since its strokes would each pass for a twitch. Bursts
    inside a whole-body movement belong to it.

    Args:
        view: for times and the grid.
        active: what the bursts index into.
        bursts: in order of start.
        params: all groups.
        whole_area: share of the picture that a whole-body movement moves at least in a wide view; None: that of
            `classify.gross_min_area`.
        test: for rhythm, of the same view and parameters; its own if None.
    """
    test = test or RhythmTest(view, active, params)
    limits = params.classify
    brief_s = shortest_s(view, params)
    large_area = limits.gross_min_area if whole_area is None else whole_area
    runs_of = partial(find_rhythmic_runs, view, active, params=params, test=test)
    bodies, rest = _rhythms_of_bodies(bursts, params, large_area, runs_of)
    whole, local = _split_whole_body(view, active, rest, params, whole_area)
    events: list[Event] = [rhythm_event(view, active, run, rhythm, params) for run, rhythm in bodies]
    for run, found in runs_of(local):
        if found is None:
            events += [_event(burst, *_kind(view, burst, params, brief_s)) for burst in run]
        else:
            events.append(rhythm_event(view, active, run, found, params))
    sized = params
    if whole_area is not None:
        gates = limits.model_copy(update={"gross_min_area": whole_area})
        sized = params.model_copy(update={"classify": gates})
    events += [_event(burst, *_kind(view, burst, sized)) for burst in whole]
    return sorted(events, key=lambda event: (event.start_s, event.x_px))


def rhythm_event(view: LayerView, active: Active, run: Sequence[Burst], rhythm: Periodicity, params: Params) -> Event:
    """The event that a run of bursts with a rhythm is."""
    entries = np.concatenate([burst.entries for burst in run])
    joined = run[0] if len(run) == 1 else describe_burst(view, active, entries, params)
    # What is too fast for the long lag would have been seen at the short one, in every picture.
    pictures_s = view.time_s if view.picture_s is None else view.picture_s
    sure_hz = sure_rate_hz(run_frame_s(pictures_s, joined.start_s, joined.stop_s), params.rhythm)
    event = _event(joined, "rhythmic", _rhythm_reason(rhythm, sure_hz), rhythm, params.classify.sustained_s)
    return replace(event, label=TREMOR) if rhythm.rate_hz > params.rhythm.max_rate_hz else event


def restless_event(burst: Burst) -> Event:
    """What moves as long as the recording and has no rate."""
    return _event(burst, "restless", f"moving all the time for {burst.duration_s:.0f} s, as long as the recording")


def passing_event(burst: Burst) -> Event:
    """What goes from one side to another, too large for an insect: a cat, somebody at the cot, or a body that rolls."""
    size = f"{burst.duration_s:.2f} s, up to {burst.area_fraction:.1%} of the picture at once"
    return _event(burst, "uncertain", f"crosses the picture: {size}")


def _rhythms_of_bodies(
    bursts: Sequence[Burst],
    params: Params,
    large_area: float,
    runs_of: Callable[[Sequence[Burst]], list[tuple[Run, Periodicity | None]]],
) -> tuple[list[tuple[Run, Periodicity]], list[Burst]]:
    """Rhythms some of whose strokes are as large as a whole-body movement, and the bursts that belong to none."""
    large = [burst for burst in bursts if burst.area_fraction >= large_area]
    if not large:
        return [], list(bursts)
    enough = [gates(params)[name] for name in ("body", "plain body")]
    is_strict = params.rules.has("body rhythm")
    # What is nowhere near a large one need not be tried.
    reach_s = params.rhythm.max_missing_s
    start_s, stop_s = np.array([body.start_s for body in large]), np.array([body.stop_s for body in large])
    near = [b for b in bursts if ((b.start_s < stop_s + reach_s) & (b.stop_s > start_s - reach_s)).any()]
    found = [
        (run, rhythm)
        for run, rhythm in runs_of(near)
        if rhythm is not None
        and any(burst.area_fraction >= large_area for burst in run)
        and (not is_strict or any(gate.passes(rhythm) for gate in enough))
    ]
    taken = {id(burst) for run, _ in found for burst in run}
    return found, [burst for burst in bursts if id(burst) not in taken]


def _split_whole_body(
    view: LayerView, active: Active, bursts: Sequence[Burst], params: Params, whole_area: float | None
) -> tuple[list[Burst], list[Burst]]:
    limits = params.classify
    # What is brief is no whole-body movement in a wide view, either: there a twitch may move as much.
    gates = [
        limits.gross_min_area if whole_area is None or burst.duration_s < limits.gross_min_s else whole_area
        for burst in bursts
    ]
    large = [burst for burst, gate in zip(bursts, gates, strict=True) if burst.area_fraction >= gate]
    small = [burst for burst, gate in zip(bursts, gates, strict=True) if burst.area_fraction < gate]
    groups = _overlapping(large, params.burst.still_s)
    whole = [
        group[0]
        if len(group) == 1
        else describe_burst(view, active, np.concatenate([burst.entries for burst in group]), params)
        for group in groups
    ]
    start_s, stop_s = np.array([body.start_s for body in whole]), np.array([body.stop_s for body in whole])
    if not params.rules.has("inside body"):
        return whole, small
    inside = [bool(((burst.start_s < stop_s) & (burst.stop_s > start_s)).any()) for burst in small]
    return whole, [burst for burst, hidden in zip(small, inside, strict=True) if not hidden]


def _overlapping(bursts: Sequence[Burst], still_s: float) -> list[list[Burst]]:
    groups: list[list[Burst]] = []
    for burst in sorted(bursts, key=lambda b: b.start_s):
        if groups and burst.start_s < max(b.stop_s for b in groups[-1]) + still_s:
            groups[-1].append(burst)
        else:
            groups.append([burst])
    return groups


def _kind(view: LayerView, burst: Burst, params: Params, brief_s: float = 0.0) -> tuple[EventKind, str]:
    limits, seconds, area = params.classify, burst.duration_s, burst.area_fraction
    if burst.is_cut:
        return _kind_of_cut(seconds, area, limits)
    is_local = area < limits.gross_min_area
    if is_local and seconds < brief_s and burst.snr < params.doubt.brief * params.burst.threshold:
        return "uncertain", f"very brief and faint: {seconds:.2f} s, {burst.snr:.1f} times the noise"
    kind, reason = _kind_by_size(seconds, area, limits)
    around_s = limits.fps_around_s
    frame_s = run_frame_s(view.time_s, burst.start_s - around_s, burst.stop_s + around_s)
    if kind == "movement":
        reason += f", {without_rhythm(seconds, rate_limit_hz(frame_s, params), params.rhythm)}"
    if kind == "twitch" and burst.snr < params.burst.threshold:
        reason += f"; faint: at most {burst.snr:.1f} times the noise"
    if kind == "twitch" and not can_tell_twitches(frame_s, limits):
        return "uncertain", f"{reason}, but {1.0 / frame_s:.2g} pictures a second are too few to tell a twitch"
    return kind, reason


def can_tell_twitches(frame_s: float, limits: ClassifyParams) -> bool:
    """Whether pictures follow each other quickly enough to tell a twitch from a longer movement.

    Args:
        frame_s: usual time between two frames, s.
        limits: `twitch_min_fps` and `fps_slack`.
    """
    return frame_s * limits.twitch_min_fps <= 1.0 + limits.fps_slack


def _kind_of_cut(seconds: float, area: float, limits: ClassifyParams) -> tuple[EventKind, str]:
    """What a movement that is cut off is at least."""
    size = f"cut off: at least {seconds:.2f} s, {area:.1%} of the picture"
    if area >= limits.gross_min_area and seconds >= limits.gross_min_s:
        return "gross", size
    return ("movement", size) if seconds >= limits.twitch_max_s else ("uncertain", size)


def _kind_by_size(seconds: float, area: float, limits: ClassifyParams) -> tuple[EventKind, str]:
    size = f"{seconds:.2f} s, {area:.1%} of the picture"
    if area >= limits.gross_min_area:
        if seconds < limits.gross_min_s:
            return "uncertain", f"large but brief: {size} (whole-body movement lasts {limits.gross_min_s:g} s or more)"
        return "gross", f"large: {size} (at least {limits.gross_min_area:.0%})"
    if seconds < limits.twitch_max_s and area <= limits.twitch_max_area:
        return "twitch", f"brief and localized: {size} (under {limits.twitch_max_s:g} s)"
    if seconds < limits.twitch_max_s:
        return "uncertain", f"brief but of middling size: {size} (a twitch moves at most {limits.twitch_max_area:.0%})"
    if seconds > limits.long_s:
        return (
            "uncertain",
            f"localized activity of {seconds:.0f} s, longer than {limits.long_s:g} s",
        )
    return "movement", f"localized, {limits.twitch_max_s:g} s or longer: {size}"


def _rhythm_reason(rhythm: Periodicity, sure_hz: float) -> str:
    near = "at least " if rhythm.rate_hz > sure_hz else ""
    return (
        f"{rhythm.n_cycles:.0f} cycles at {near}{rhythm.rate_hz:.2f} Hz over {rhythm.length_s:.1f} s, "
        f"cycle length varies by {rhythm.variation:.0%}"
    )


def _event(
    burst: Burst, kind: EventKind, reason: str, rhythm: Periodicity | None = None, sustained_s: float = np.inf
) -> Event:
    return Event(
        kind=kind,
        start_s=burst.start_s,
        stop_s=burst.stop_s,
        peak_s=burst.peak_s,
        x_px=burst.x_px,
        y_px=burst.y_px,
        area_fraction=burst.area_fraction,
        snr=burst.snr,
        rate_hz=rhythm.rate_hz if rhythm else np.nan,
        n_cycles=rhythm.n_cycles if rhythm else np.nan,
        regularity=rhythm.regularity if rhythm else np.nan,
        is_sustained=rhythm is not None and burst.duration_s >= sustained_s,
        box_px=burst.box_px,
        reason=reason,
        label=label_of(kind, burst, rhythm),
        is_cut=burst.is_cut,
    )


def label_of(kind: EventKind, burst: Burst, rhythm: Periodicity | None) -> str:
    """A finer name that needs nothing but the burst; empty where there is none."""
    if kind != "uncertain" or rhythm is not None:
        return ""
    return "cut off" if burst.is_cut else "jerk"


def label_sucking(
    events: Sequence[Event], is_face: Callable[[float, float], bool], limits: ClassifyParams
) -> tuple[Event, ...]:
    """The same events, rhythms that are like sucking labeled so: at its rate, as brief, at a place named as the face.

    Args:
        events: any.
        is_face: whether a point (px) lies in a region that somebody named as the face.
        limits: the rates and lengths of the group `classify`.

    Returns:
        In the same order.
    """
    return tuple(
        replace(event, label=SUCKING)
        if event.kind == "rhythmic"
        and limits.sucking_min_hz <= event.rate_hz <= limits.sucking_max_hz
        and event.duration_s <= limits.sucking_max_s
        and is_face(event.x_px, event.y_px)
        else event
        for event in events
    )

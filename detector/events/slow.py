"""Movements too slow for the short lag: what the long one shows besides.

At the long lag a slow swing is several times as strong: where the short one shows a few scraps of it, the long one may
show each stroke. So its bursts are tested for rhythm, too. What it finds stands (and takes up the scraps at its place)
unless the short lag shows at that place a rhythm of another rate, something as strong, or movement for most of the
time: then the short lag sees enough to tell, and the long one, taken only every `motion.slow_step_s`, may show the
alias of something faster, or a twitch as it comes and again as it leaves the lag. Other slow movement counts where
nothing at all moved at the short lag. Neither counts where its place goes on at its rate before it and after it, a
third as strong or more: so does breathing, of which some strokes are deeper. Own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Box, Burst, Entries, describe_burst
from detector.events.bursts import find_parts, join_parts
from detector.events.classify import classify_bursts, rhythm_event
from detector.events.event import Event
from detector.events.excess import Seen
from detector.events.insects import sort_bursts
from detector.events.rhythm import SLOW_GATES, find_rhythm, swing_of
from detector.events.stillness import Stretch
from detector.events.trains import find_rhythmic_runs
from detector.motion.grid import Grid
from detector.motion.masks import grow
from detector.motion.periodicity import measure_periodicity
from detector.params import Params, RhythmParams

Cells = NDArray[np.bool_]


def find_slow_rhythms(slow: Seen, switched: Sequence[Burst], params: Params) -> list[Event]:
    """Rhythms at the long lag.

    Args:
        slow: the long lag.
        switched: bursts of what is drawn or switched on and off: a rhythm at one of their places is theirs.
        params: all groups.

    Returns:
        Events in order of start.
    """
    if not (params.rules.has("slow layer") and params.rules.has("slow rhythm")):
        return []
    bursts = sort_bursts(*slow, join_parts(*slow, find_parts(*slow, params), params), params).local
    events, cells = list[Event](), list[Cells]()
    for run, rhythm in find_rhythmic_runs(*slow, bursts, params, SLOW_GATES):
        # So few samples a cycle look even more easily.
        if rhythm is None or rhythm.likeness < params.rhythm.min_likeness:
            continue
        if max(burst.snr for burst in run) >= params.classify.slow_threshold:
            event = rhythm_event(*slow, run, rhythm, params)
            # A lamp is as strong at either lag.
            if not any(_is_inside(burst, event) and 2.0 * burst.snr >= event.snr for burst in switched):
                events.append(event)
                cells.append(_cells_of(slow.view.grid, run))
    if params.rules.has("breaths"):
        reach_s = 0.5 * params.breathing.min_window_s
        spans = [_span_at(one, events, reach_s) for one in events]
        those = zip(events, spans, cells, strict=True)
        events = [one for one, span, at in those if not is_of_breathing(slow, one, span, one.rate_hz, at, params)]
    return sorted(events, key=lambda event: (event.start_s, event.x_px))


def _span_at(rhythm: Event, others: Sequence[Event], reach_s: float) -> Stretch:
    """From when to when a rhythm goes on, with all that are told at its place and follow each other within reach, s."""
    there = [one for one in others if _holds(one.box_px, rhythm.x_px, rhythm.y_px)]
    span, wider = (0.0, 0.0), (rhythm.start_s, rhythm.stop_s)
    while wider != span:
        span = wider
        near = [one for one in there if one.start_s < span[1] + reach_s and span[0] - reach_s < one.stop_s]
        wider = min([span[0], *(one.start_s for one in near)]), max([span[1], *(one.stop_s for one in near)])
    return span


def _cells_of(grid: Grid, bursts: Sequence[Burst]) -> Cells:
    """Where any of some bursts moved, shape (C,)."""
    cells = np.zeros(grid.n_cells, bool)
    for burst in bursts:
        cells[burst.cells] = True
    return cells


def is_of_breathing(
    slow: Seen, plain: Burst | Event, span: Stretch, rate_hz: float, cells: Cells, params: Params
) -> bool:
    """Whether what swings is the plain part of what goes on before it and after it, as breathing and a mobile do.

    Args:
        slow: the long lag and what stands out at it.
        plain: one of its bursts or rhythms.
        span: from when to when it and its like are plain, s.
        rate_hz: its rate, Hz.
        cells: where it moves, shape (C,).
        params: `breathing`, `classify.slow_breaths`, and the groups of a rhythm.
    """
    if rate_hz > params.breathing.max_rate_hz:
        return False
    reach_s = 0.5 * params.breathing.min_window_s
    sides = (span[0] - reach_s, span[0]), (span[1], span[1] + reach_s)
    beyond = [_strokes(slow, cells, side, rate_hz, params) for side in sides]
    strokes = np.concatenate([side for side in beyond if side is not None] or [np.zeros(0)])
    if len(strokes) == 0 or any(side is not None and len(side) == 0 for side in beyond):
        return False
    return bool(plain.snr < params.classify.slow_breaths * np.median(strokes))


def _strokes(slow: Seen, cells: Cells, side: Stretch, rate_hz: float, params: Params) -> NDArray[np.floating] | None:
    """How strong the cycles are in which some cells, shape (C,), swing at a rate between two times, floors.

    Returns:
        Empty where they do not swing at this rate; None where too little of the time is seen to tell.
    """
    view, active = slow
    frames = np.arange(*np.searchsorted(view.time_s, side))
    if active.is_blind is not None:
        frames = frames[~active.is_blind[frames]]
    seen_s = len(frames) * float(np.median(np.diff(view.time_s)))
    if seen_s * rate_hz < params.classify.slow_cycles:
        return None
    found, nothing = _course_at(slow, cells, *side, params), np.zeros(0)
    if found is None or 2.0 * found[1].duration_s < seen_s:
        return nothing
    entries, course = found
    fastest_hz = params.motion.rate_slack * params.breathing.max_rate_hz
    samples = swing_of(view, active, [course], params)
    swing = measure_periodicity(samples, course.duration_s, params.rhythm.min_rate_hz, fastest_hz, params)
    if swing is None or swing.likeness < params.rhythm.even_likeness:
        return nothing
    is_alike = abs(swing.rate_hz / rate_hz - 1.0) <= params.rhythm.same_rate
    return _by_cycle(slow, entries, course, swing.rate_hz) if is_alike else nothing


def _by_cycle(slow: Seen, entries: Entries, course: Burst, rate_hz: float) -> NDArray[np.floating]:
    """How strong each cycle of a rate is at its strongest, floors."""
    view, active = slow
    cycle = (view.time_s[active.frame[entries]] - course.start_s) * rate_hz
    begins = np.flatnonzero(np.diff(np.floor(cycle), prepend=-np.inf) > 0)
    strongest: NDArray[np.floating] = np.maximum.reduceat(active.snr[entries], begins)
    return strongest


def _course_at(slow: Seen, cells: Cells, start_s: float, stop_s: float, params: Params) -> tuple[Entries, Burst] | None:
    """Entries at a place, shape (C,), from one time to another, and all of them as one burst; None where none are."""
    view, active = slow
    frames = np.searchsorted(view.time_s, (start_s, stop_s)).astype(active.frame.dtype)
    low, high = np.searchsorted(active.frame, frames).tolist()
    entries = (low + np.flatnonzero(cells[active.cell[low:high]])).astype(np.int32)
    return (entries, describe_burst(view, active, entries, params)) if len(entries) else None


def elsewhere(events: Sequence[Event], grid: Grid, always: NDArray[np.bool_]) -> list[Event]:
    """Slow rhythms but those in the middle of what moves all the time: a mobile swings on, an infant now and then.

    Args:
        events: rhythms at the long lag.
        grid: the cells.
        always: where something moves for most of the whole recording, shape (C,).

    Returns:
        In the same order.
    """
    near = grow(always.reshape(grid.rows, grid.columns))
    width_px, height_px = grid.cell_px
    places = (
        (min(int(e.y_px / height_px), grid.rows - 1), min(int(e.x_px / width_px), grid.columns - 1)) for e in events
    )
    return [event for event, place in zip(events, places, strict=True) if not near[place]]


def find_slow_movements(slow: Seen, is_busy: Callable[[float, float], bool], params: Params) -> list[Event]:
    """Movements at the long lag, while nothing moves at the short one.

    Args:
        slow: the long lag.
        is_busy: whether something else moved between two times, s.
        params: all groups.

    Returns:
        Events in order of start.
    """
    if not params.rules.has("slow layer"):
        return []

    def is_fresh(start_s: float, stop_s: float) -> bool:
        return stop_s - start_s >= params.classify.slow_min_s and not is_busy(start_s, stop_s)

    parts = find_parts(*slow, params)
    bursts = join_parts(*slow, parts, params, is_wanted=is_fresh)
    fresh = [burst for burst in bursts if burst.snr >= params.classify.slow_threshold]
    if params.rules.has("breaths"):
        fresh = without_breaths(slow, fresh, params)
    return classify_bursts(*slow, sort_bursts(*slow, fresh, params).local, params)


def without_breaths(slow: Seen, bursts: Sequence[Burst], params: Params) -> list[Burst]:
    """Slow movements but those that are no more than what goes on at their place before and after them, at one rate.

    Breaths are of unlike depth: the deepest of a minute may stand out alone, or some that follow each other, and at
    several places of one body, of which each by itself need not keep the rate. What breathes is told by the epochs, so
    this is no artifact.

    Args:
        slow: the long lag and what stands out at it.
        bursts: of it.
        params: `breathing.min_window_s`, `classify.slow_breaths`, and the groups of a rhythm.

    Returns:
        In the same order.
    """
    cells = [_cells_of(slow.view.grid, [burst]) for burst in bursts]
    rates_hz = [breath_rate_hz(slow, burst, at, params) for burst, at in zip(bursts, cells, strict=True)]
    plain = [(burst, rate_hz) for burst, rate_hz in zip(bursts, rates_hz, strict=True) if rate_hz is not None]

    def is_one(burst: Burst, at: Cells) -> bool:
        return any(_is_at_once(burst, one) and _is_stroke(slow, burst, at, hz, params) for one, hz in plain)

    those = zip(bursts, cells, rates_hz, strict=True)
    return [burst for burst, at, rate_hz in those if rate_hz is None and not is_one(burst, at)]


def breath_rate_hz(slow: Seen, plain: Burst | Event, cells: Cells, params: Params) -> float | None:
    """The rate at which a place breathes, of which something that moves there is no more than a stroke, Hz.

    Args:
        slow: the long lag and what stands out at it.
        plain: what moves there.
        cells: where it does, shape (C,).
        params: `breathing.min_window_s`, `classify.slow_breaths`, and the groups of a rhythm.

    Returns:
        None where it is more than a stroke, or nothing goes on at one rate.
    """
    view, active = slow
    if isinstance(plain, Burst):
        own = find_rhythm(view, active, [plain], params, SLOW_GATES)
        span = plain.start_s, plain.stop_s
        if own is not None and is_of_breathing(slow, plain, span, own.rate_hz, cells, params):
            return own.rate_hz
    found = _course_around(slow, plain, cells, params)
    rhythm = None if found is None else find_rhythm(view, active, [found[1]], params, SLOW_GATES)
    if rhythm is None or rhythm.rate_hz > params.breathing.max_rate_hz:
        return None
    return rhythm.rate_hz if _is_stroke(slow, plain, cells, rhythm.rate_hz, params) else None


def _is_stroke(slow: Seen, plain: Burst | Event, cells: Cells, rate_hz: float, params: Params) -> bool:
    """Whether something is no stronger than some times the usual cycle of a rate at its place, shape (C,)."""
    found = _course_around(slow, plain, cells, params)
    return found is not None and bool(
        plain.snr < params.classify.slow_breaths * np.median(_by_cycle(slow, *found, rate_hz))
    )


def _course_around(slow: Seen, plain: Burst | Event, cells: Cells, params: Params) -> tuple[Entries, Burst] | None:
    at_s, around_s = 0.5 * (plain.start_s + plain.stop_s), 0.5 * params.breathing.min_window_s
    return _course_at(slow, cells, at_s - around_s, at_s + around_s, params)


def is_peak_of_breathing(slow: Seen, event: Event, params: Params) -> bool:
    """Whether an event of the short lag is the quickest moment of a breath, as the long lag shows them at its place.

    Args:
        slow: the long lag and what stands out at it.
        event: one of the short lag.
        params: as of `breath_rate_hz`.
    """
    return breath_rate_hz(slow, event, _cells_in(slow.view.grid, event.box_px), params) is not None


def _cells_in(grid: Grid, box: Box) -> Cells:
    """Cells whose middle lies in a box, source px; shape (C,)."""
    row, column = np.divmod(np.arange(grid.n_cells), grid.columns)
    left, top, right, bottom = box
    x_px, y_px = (column + 0.5) * grid.cell_px[0], (row + 0.5) * grid.cell_px[1]
    inside: Cells = (x_px > left) & (x_px < right) & (y_px > top) & (y_px < bottom)
    return inside


def busy_times(intervals: Sequence[Burst | Event], lag_s: float) -> Callable[[float, float], bool]:
    """Whether any of some intervals, or a lag before or after it, touches a time from one second to another."""
    start_s = np.array([one.start_s for one in intervals]) - lag_s
    stop_s = np.array([one.stop_s for one in intervals]) + lag_s
    return lambda begin_s, end_s: bool(((start_s < end_s) & (begin_s < stop_s)).any())


def with_slow_rhythms(events: Sequence[Event], rhythms: Sequence[Event], limits: RhythmParams) -> list[Event]:
    """Events of the short lag with the rhythms of the long one.

    Args:
        events: of the short lag, in any order.
        rhythms: of the long lag.
        limits: the group `rhythm`.

    Returns:
        In order of start.
    """
    kept = list(events)
    for rhythm in rhythms:
        # Its first and its last stroke may show at the short lag alone.
        slack_s = 0.5 / rhythm.rate_hz
        inside = [event for event in kept if _is_inside(event, rhythm, slack_s)]
        told = _as_one(rhythm, inside, limits)
        if told is not None:
            kept = [event for event in kept if not any(event is one for one in inside)]
            kept.append(told)
    return sorted(kept, key=lambda event: (event.start_s, event.x_px))


def _as_one(rhythm: Event, inside: Sequence[Event], limits: RhythmParams) -> Event | None:
    """A rhythm of the long lag with what the short one shows at its time and place; None where that one decides."""
    if any(event.snr >= rhythm.snr for event in inside):
        return None
    others = [event for event in inside if event.kind == "rhythmic"]
    main = max(others, key=lambda event: event.duration_s, default=rhythm)
    if abs(main.rate_hz / rhythm.rate_hz - 1.0) > limits.same_rate:
        return None
    if not others and sum(event.duration_s for event in inside) > limits.seen_share * rhythm.duration_s:
        return None
    start_s = min([rhythm.start_s, *(event.start_s for event in inside)])
    stop_s = max([rhythm.stop_s, *(event.stop_s for event in inside)])
    # That of more cycles knows the rate better, as of one that drifts.
    told = main if main.n_cycles > rhythm.n_cycles else rhythm
    return replace(told, start_s=start_s, stop_s=stop_s)


def _is_inside(one: Burst | Event, rhythm: Event, slack_s: float = 0.0) -> bool:
    """Whether one of the two lies mostly in the time of the other, and the movement's center at the rhythm's place."""
    return _is_at_once(one, rhythm, slack_s) and _holds(rhythm.box_px, one.x_px, one.y_px)


def _is_at_once(one: Burst | Event, other: Burst | Event, slack_s: float = 0.0) -> bool:
    """Whether the shorter of two lies mostly in the time of the other, s, which may be longer at both ends."""
    common_s = min(one.stop_s, other.stop_s + slack_s) - max(one.start_s, other.start_s - slack_s)
    return common_s >= 0.5 * min(one.stop_s - one.start_s, other.stop_s - other.start_s)


def _holds(box: Box, x_px: float, y_px: float) -> bool:
    left, top, right, bottom = box
    return left <= x_px < right and top <= y_px < bottom

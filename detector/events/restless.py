"""Movement without a pause: an infant who is awake, or who is handled.

Where limbs move one after the other, single pieces of it are as brief and as small as twitches. But a twitch is a jerk
out of stillness, so everything in a stretch in which something moves most of the time, at some place or other, with no
pause of `restless_pause_s`, is one event: `restless` from `restless_min_s` on, before that a local or a whole-body
movement. A stretch that is cut off is one event from any length on. What is rhythmic stays so, unless it is brief and
lies in movement that goes on before and after it. Own (no source gives a gate).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from detector.events.burst import box_around
from detector.events.event import Event, EventKind
from detector.events.stillness import Stretch
from detector.params import ClassifyParams


def merge_restless(events: Sequence[Event], limits: ClassifyParams, slower: Sequence[Stretch] = ()) -> list[Event]:
    """Make one event of each stretch of movement without a pause.

    Args:
        events: in order of start.
        limits: the group `classify`.
        slower: from when to when slower movement goes on around some of them, s.

    Returns:
        In order of start.
    """
    merged: list[Event] = []
    for stretch in _stretches(events, limits.restless_pause_s):
        merged += _as_one(stretch, limits, slower)
    return sorted(merged, key=lambda event: (event.start_s, event.x_px))


def _stretches(events: Sequence[Event], pause_s: float) -> list[list[Event]]:
    stretches: list[list[Event]] = []
    stop_s = -float("inf")
    for event in sorted(events, key=lambda e: e.start_s):
        if event.start_s - stop_s < pause_s and stretches:
            stretches[-1].append(event)
        else:
            stretches.append([event])
        stop_s = max(stop_s, event.stop_s)
    return stretches


def _moving_s(stretches: Iterable[Stretch]) -> float:
    """Time in which any of some movements goes on, s."""
    total, until = 0.0, -float("inf")
    for start_s, stop_s in sorted(stretches):
        total += max(stop_s - max(start_s, until), 0.0)
        until = max(until, stop_s)
    return total


def _as_one(stretch: list[Event], limits: ClassifyParams, slower: Sequence[Stretch]) -> list[Event]:
    lasting = [event for event in stretch if event.kind != "rhythmic" and event.duration_s >= limits.twitch_max_s]
    start_s, stop_s = min(e.start_s for e in stretch), max(e.stop_s for e in stretch)
    seconds = stop_s - start_s
    if not lasting or not _is_busy(stretch, lasting, slower, limits):
        return stretch
    # What is cut off may have gone on for longer.
    if seconds < limits.restless_merge_s and not any(event.is_cut for event in lasting):
        return stretch
    whole = max(lasting, key=lambda event: event.area_fraction)
    is_cut = any(event.is_cut for event in stretch)
    kind, reason = _kind_of(seconds, whole, limits, is_cut=is_cut)
    if len(stretch) == 1 and kind != "restless":
        return stretch
    strongest = max(stretch, key=lambda event: event.snr)
    return [
        replace(
            whole,
            kind=kind,
            start_s=start_s,
            stop_s=stop_s,
            peak_s=strongest.peak_s,
            snr=strongest.snr,
            box_px=box_around([event.box_px for event in stretch]),
            reason=reason,
            label="",
            is_cut=is_cut,
        )
    ]


def _is_busy(
    stretch: Sequence[Event], lasting: Sequence[Event], slower: Sequence[Stretch], limits: ClassifyParams
) -> bool:
    """Whether something that lasts and has no rhythm moves for most of the time, or of what rhythms leave of it.

    A rhythm that is sustained, or goes on for most of a stretch, is what there is to tell of its own time.
    """
    start_s, stop_s = min(e.start_s for e in stretch), max(e.stop_s for e in stretch)
    rhythms = [(event.start_s, event.stop_s) for event in stretch if event.kind == "rhythmic"]
    moves = [(event.start_s, event.stop_s) for event in lasting]
    moves += [(max(a_s, start_s), min(b_s, stop_s)) for a_s, b_s in slower if a_s < stop_s and b_s > start_s]
    most_s, swings_s = limits.restless_share * (stop_s - start_s), _moving_s(rhythms)
    between_s = _moving_s([*moves, *rhythms]) - swings_s
    is_busy_between = between_s >= limits.restless_share * (stop_s - start_s - swings_s)
    may_be_between = swings_s <= most_s and not any(event.is_sustained for event in stretch)
    return _moving_s(moves) >= most_s or (may_be_between and is_busy_between)


def _kind_of(seconds: float, whole: Event, limits: ClassifyParams, *, is_cut: bool) -> tuple[EventKind, str]:
    least = "at least " if is_cut else ""
    if seconds >= limits.restless_min_s:
        return "restless", f"moving without a pause of {limits.restless_pause_s:g} s for {least}{seconds:.0f} s"
    if whole.area_fraction >= limits.gross_min_area:
        return "gross", f"whole body, {least}{seconds:.1f} s, {whole.area_fraction:.0%} of the picture"
    return "movement", f"local, {least}{seconds:.1f} s without a pause"

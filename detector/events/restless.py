"""Movement without a pause: an infant who is awake, or who is handled.

Where limbs move one after the other, single pieces of it are as brief and as small as twitches. But a twitch is a jerk
out of stillness, so everything in a stretch in which something moves most of the time, at some place or other, with no
pause of `restless_pause_s`, is one event: `restless` from `restless_min_s` on, before that a local or a whole-body
movement. A stretch that is cut off is one event from any length on. What is rhythmic stays so. Own (no source gives a
gate).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from detector.events.event import Event, EventKind
from detector.params import ClassifyParams


def merge_restless(events: Sequence[Event], limits: ClassifyParams) -> list[Event]:
    """Make one event of each stretch of movement without a pause.

    Args:
        events: in order of start.
        limits: the group `classify`.

    Returns:
        In order of start.
    """
    merged: list[Event] = []
    for stretch in _stretches(events, limits.restless_pause_s):
        merged += _as_one(stretch, limits)
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


def _moving_s(events: Sequence[Event]) -> float:
    """Time in which any of some events goes on, s."""
    total, until = 0.0, -float("inf")
    for event in sorted(events, key=lambda e: e.start_s):
        total += max(event.stop_s - max(event.start_s, until), 0.0)
        until = max(until, event.stop_s)
    return total


def _as_one(stretch: list[Event], limits: ClassifyParams) -> list[Event]:
    irregular = [event for event in stretch if event.kind != "rhythmic"]
    lasting = [event for event in irregular if event.duration_s >= limits.twitch_max_s]
    start_s, stop_s = min(e.start_s for e in stretch), max(e.stop_s for e in stretch)
    seconds = stop_s - start_s
    is_busy = _moving_s(lasting) >= limits.restless_share * seconds
    if not lasting or not is_busy:
        return stretch
    # What is cut off may have gone on for longer.
    if seconds < limits.restless_merge_s and not any(event.is_cut for event in lasting):
        return stretch
    whole = max(lasting, key=lambda event: event.area_fraction)
    boxes = [event.box_px for event in stretch]
    box = (min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes))
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
            box_px=box,
            reason=reason,
            label="",
            is_cut=is_cut,
        )
    ]


def _kind_of(seconds: float, whole: Event, limits: ClassifyParams, *, is_cut: bool) -> tuple[EventKind, str]:
    least = "at least " if is_cut else ""
    if seconds >= limits.restless_min_s:
        return "restless", f"moving without a pause of {limits.restless_pause_s:g} s for {least}{seconds:.0f} s"
    if whole.area_fraction >= limits.gross_min_area:
        return "gross", f"whole body, {least}{seconds:.1f} s, {whole.area_fraction:.0%} of the picture"
    return "movement", f"local, {least}{seconds:.1f} s without a pause"

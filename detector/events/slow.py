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

from detector.events.burst import Box, Burst
from detector.events.bursts import find_parts, join_parts
from detector.events.classify import classify_bursts, rhythm_event
from detector.events.event import Event
from detector.events.excess import Seen
from detector.events.insects import sort_bursts
from detector.events.rhythm import SLOW_GATES
from detector.events.stillness import Stretch
from detector.events.strokes import cells_of, is_at_once, is_of_breathing, without_breaths
from detector.events.trains import find_rhythmic_runs
from detector.motion.grid import Grid
from detector.motion.masks import grow
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
                cells.append(cells_of(slow.view.grid, run))
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
    return is_at_once(one, rhythm, slack_s) and _holds(rhythm.box_px, one.x_px, one.y_px)


def _holds(box: Box, x_px: float, y_px: float) -> bool:
    left, top, right, bottom = box
    return left <= x_px < right and top <= y_px < bottom

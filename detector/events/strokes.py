"""Strokes of breathing at the long lag: what is no more than one of many that follow each other at one rate.

Breaths are of unlike depth: the deepest of a minute may stand out alone, or some that follow each other, and at several
places of one body, of which each by itself need not keep the rate. What breathes is told by the epochs
(`events.breaths`), so that strokes are no artifacts; the quickest moment of one at the short lag is doubtful. Own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst, Entries, describe_burst
from detector.events.event import Event
from detector.events.excess import Seen
from detector.events.rhythm import SLOW_GATES, find_rhythm, swing_of
from detector.events.stillness import Stretch
from detector.motion.grid import Grid
from detector.motion.periodicity import measure_periodicity
from detector.params import Params

Cells = NDArray[np.bool_]


def cells_of(grid: Grid, bursts: Sequence[Burst]) -> Cells:
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


def without_breaths(slow: Seen, bursts: Sequence[Burst], params: Params) -> list[Burst]:
    """Slow movements but those that are no more than what goes on at their place before and after them, at one rate.

    Args:
        slow: the long lag and what stands out at it.
        bursts: of it, in any order.
        params: `breathing.min_window_s`, `classify.slow_breaths`, and the groups of a rhythm.

    Returns:
        In the same order.
    """
    grid = slow.view.grid
    rates_hz = [breath_rate_hz(slow, burst, cells_of(grid, [burst]), params) for burst in bursts]
    plain = [(burst, rate_hz) for burst, rate_hz in zip(bursts, rates_hz, strict=True) if rate_hz is not None]
    from_s, until_s = (np.array([getattr(burst, name) for burst, _ in plain]) for name in ("start_s", "stop_s"))

    def is_one(burst: Burst) -> bool:
        near = np.flatnonzero((from_s < burst.stop_s) & (burst.start_s < until_s)).tolist()
        at_once = [plain[place] for place in near if is_at_once(burst, plain[place][0])]
        return any(_is_one_of_many(slow, burst, rate_hz, params) for _, rate_hz in at_once)

    those = zip(bursts, rates_hz, strict=True)
    return [burst for burst, rate_hz in those if rate_hz is None and not is_one(burst)]


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
    if found is None or rhythm is None or rhythm.rate_hz > params.breathing.max_rate_hz:
        return None
    usual = np.median(_by_cycle(slow, *found, rhythm.rate_hz))
    return rhythm.rate_hz if plain.snr < params.classify.slow_breaths * usual else None


def _is_one_of_many(slow: Seen, burst: Burst, rate_hz: float, params: Params) -> bool:
    """Whether a place moves in most cycles of a rate before and after a burst, and not much less than in the burst."""
    view, active = slow
    found = _course_around(slow, burst, cells_of(view.grid, [burst]), params)
    if found is None:
        return False
    entries, course = found
    time_s = view.time_s[active.frame[entries]]
    other = entries[(time_s < burst.start_s) | (time_s > burst.stop_s + params.motion.long_lag_s)]
    strengths = _by_cycle(slow, other, course, rate_hz) if len(other) else np.zeros(0)
    # Cycles in which nothing is seen count, too.
    n_cycles = int((params.breathing.min_window_s - burst.duration_s) * rate_hz)
    usual = np.median(np.concatenate([strengths, np.zeros(max(n_cycles - len(strengths), 0))]))
    return bool(burst.snr < params.classify.slow_breaths * usual)


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
    return breath_rate_hz(slow, event, slow.view.grid.inside(event.box_px), params) is not None


def is_at_once(one: Burst | Event, other: Burst | Event, slack_s: float = 0.0) -> bool:
    """Whether the shorter of two lies mostly in the time of the other, s, which may be longer at both ends."""
    common_s = min(one.stop_s, other.stop_s + slack_s) - max(one.start_s, other.start_s - slack_s)
    return common_s >= 0.5 * min(one.stop_s - one.start_s, other.stop_s - other.start_s)

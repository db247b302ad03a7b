"""What chance would give in this very night: its intervals in another order.

Rules about intervals fire on movements that come at random, too: Poisson events at two a minute give some thirty
"periodic movements" an hour. So each count is told beside what the same night gives when its own intervals are shuffled
within each state: the lengths of the intervals stay, and only what their order made is lost.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

_AT_ONCE = 4_000_000  # intervals shuffled at a time: 32 MB


@dataclass(frozen=True)
class RunRule:
    """When successive intervals make a series.

    Attributes:
        min_interval_s, max_interval_s: both belong to the range, s.
        min_events: fewer events are no series.
        min_length_s: from the first onset to the last, s.
    """

    min_interval_s: float
    max_interval_s: float
    min_events: int
    min_length_s: float = 0.0


@dataclass(frozen=True)
class Chance:
    """How often shuffled intervals gave series.

    Attributes:
        expected: series, mean of the shuffles; NaN where nothing could be shuffled.
        expected_events: events in series, mean of the shuffles.
        share: of the shuffles (this night counted as one of them) that gave at least as many events in series.
    """

    expected: float
    expected_events: float
    share: float


def find_runs(onset_s: ArrayLike, segment: ArrayLike, rule: RunRule) -> list[tuple[int, int]]:
    """Series among onsets, as places `(first, stop)`, half-open, ascending.

    Args:
        onset_s: ascending, s, shape (n,).
        segment: number of the stretch without a gap or a change of state in which each lies, shape (n,).
        rule: when intervals make a series.

    >>> rule = RunRule(5.0, 90.0, 4)
    >>> find_runs([0, 20, 40, 60, 62, 100], [0, 0, 0, 0, 0, 0], rule)
    [(0, 4)]
    """
    intervals, breaks = _intervals(onset_s, segment)
    first, stop, _ = _runs(intervals[np.newaxis], breaks, rule)
    return list(zip(first.tolist(), (stop + 1).tolist(), strict=True))


def chance_of(
    onset_s: ArrayLike, segment: ArrayLike, state: Sequence[str], rule: RunRule, *, shuffles: int, seed: int
) -> Chance:
    """How many series the same intervals give in another order, shuffled among all stretches of one state.

    Args:
        onset_s: ascending, s, shape (n,).
        segment: number of the stretch of each, shape (n,).
        state: state of each; empty text where it is not known.
        rule: when intervals make a series.
        shuffles: how many, 1 or more.
        seed: of the shuffles.

    >>> clock = np.arange(0.0, 600.0, 20.0)
    >>> chance_of(clock, np.zeros(30), [""] * 30, RunRule(5.0, 90.0, 4), shuffles=100, seed=0)
    Chance(expected=1.0, expected_events=30.0, share=1.0)
    """
    intervals, breaks = _intervals(onset_s, segment)
    if not (~breaks).any():
        return Chance(math.nan, math.nan, math.nan)
    n_found = int(_n_events(intervals[np.newaxis], breaks, rule)[1][0])
    groups = [
        np.flatnonzero(~breaks & (np.asarray(state[1:], dtype=object) == name)) for name in sorted(set(state[1:]))
    ]
    random = np.random.default_rng(seed)
    n_series, n_events = [], []
    for count in _batches(shuffles, intervals.size):
        shuffled = np.tile(intervals, (count, 1))
        for places in groups:
            shuffled[:, places] = random.permuted(shuffled[:, places], axis=1)
        series, events = _n_events(shuffled, breaks, rule)
        n_series.append(series)
        n_events.append(events)
    series, events = np.concatenate(n_series), np.concatenate(n_events)
    share = (1 + int((events >= n_found).sum())) / (1 + shuffles)
    return Chance(float(series.mean()), float(events.mean()), share)


def _batches(shuffles: int, n_intervals: int) -> list[int]:
    most = max(_AT_ONCE // n_intervals, 1)
    return [min(most, shuffles - done) for done in range(0, shuffles, most)]


def _intervals(onset_s: ArrayLike, segment: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Intervals between neighbors, and which of them cross from one stretch to another."""
    onsets, numbers = np.asarray(onset_s, dtype=np.float64), np.asarray(segment)
    return np.diff(onsets), numbers[1:] != numbers[:-1]


def _runs(
    intervals: NDArray[np.float64], breaks: NDArray[np.bool_], rule: RunRule
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """First and stop place, and row, of every run of fitting intervals that makes a series.

    Args:
        intervals: one row an order, shape (rows, n).
        breaks: intervals that no run may hold, shape (n,).
        rule: what makes a series.
    """
    rows, n = intervals.shape
    # Rows end with a place that fits nothing, so that all can be searched as one.
    fits = np.zeros((rows, n + 1), bool)
    # Times are stored in milliseconds; their differences carry dust beyond.
    fits[:, :n] = (intervals >= rule.min_interval_s - 1e-6) & (intervals <= rule.max_interval_s + 1e-6) & ~breaks
    flat = fits.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=False)).reshape(-1, 2)
    first, stop = edges[:, 0], edges[:, 1]
    kept = stop - first >= rule.min_events - 1
    if rule.min_length_s > 0:
        padded = np.zeros((rows, n + 1))
        padded[:, :n] = intervals
        passed = np.concatenate(([0.0], np.cumsum(padded.ravel())))
        kept &= passed[stop] - passed[first] >= rule.min_length_s - 1e-6
    row = first[kept] // (n + 1)
    return first[kept] - row * (n + 1), stop[kept] - row * (n + 1), row


def _n_events(
    intervals: NDArray[np.float64], breaks: NDArray[np.bool_], rule: RunRule
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Series, and events in them, of every row."""
    first, stop, row = _runs(intervals, breaks, rule)
    n_events = np.bincount(row, weights=(stop - first + 1).astype(np.float64), minlength=len(intervals))
    return np.bincount(row, minlength=len(intervals)), n_events.astype(np.int64)

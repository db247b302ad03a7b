"""What chance would give in this very night: its intervals in another order.

Rules about intervals fire on movements that come at random, too: Poisson events at two a minute give some thirty
"periodic movements" an hour. So each count is told beside what the same night gives when its own intervals are shuffled
within each state: the lengths of the intervals stay, and only what their order made is lost.
"""

from __future__ import annotations

import math
from bisect import bisect_left
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
    """What shuffled intervals gave.

    Attributes:
        expected: number of series, mean of the shuffles; NaN where nothing could be shuffled.
        longest: events of the longest series of each shuffle, ascending; 0 where a shuffle gave none.
    """

    expected: float = math.nan
    longest: tuple[int, ...] = ()

    def share_of(self, n_events: int) -> float:
        """Share of the shuffles that gave a series of at least so many events.

        This night counts as one of them, so that by chance no more than 5 nights of 100 have a longest series of which
        the share is at most 0.05 (Phipson and Smyth 2010, doi 10.2202/1544-6115.1585). NaN where nothing was shuffled.

        >>> Chance(1.0, (0, 3, 4, 9)).share_of(4)
        0.6
        """
        if not self.longest:
            return math.nan
        n_as_long = len(self.longest) - bisect_left(self.longest, n_events)
        return (1 + n_as_long) / (1 + len(self.longest))


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
    >>> chance_of(clock, np.zeros(30), [""] * 30, RunRule(5.0, 90.0, 4), shuffles=3, seed=0)
    Chance(expected=1.0, longest=(30, 30, 30))
    """
    intervals, breaks = _intervals(onset_s, segment)
    if not (~breaks).any():
        return Chance()
    groups = [
        np.flatnonzero(~breaks & (np.asarray(state[1:], dtype=object) == name)) for name in sorted(set(state[1:]))
    ]
    random = np.random.default_rng(seed)
    n_series, longest = 0, []
    for count in _batches(shuffles, intervals.size):
        shuffled = np.tile(intervals, (count, 1))
        for places in groups:
            shuffled[:, places] = random.permuted(shuffled[:, places], axis=1)
        first, stop, row = _runs(shuffled, breaks, rule)
        most = np.zeros(count, np.int64)
        np.maximum.at(most, row, stop - first + 1)
        n_series += first.size
        longest.append(most)
    return Chance(n_series / shuffles, tuple(np.sort(np.concatenate(longest)).tolist()))


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

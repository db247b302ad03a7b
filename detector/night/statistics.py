"""The numbers a researcher reports about one night."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

SECONDS_PER_HOUR = 3600.0


def rate_per_hour(n_events: int, observed_s: float) -> float:
    """Events per hour of observed time.

    Args:
        n_events: how many were found, 0 or more.
        observed_s: observed time, s.

    Returns:
        Events per hour; NaN when nothing was observed.

    >>> rate_per_hour(3, 1800.0)
    6.0
    """
    return n_events * SECONDS_PER_HOUR / observed_s if observed_s > 0 else math.nan


def onset_intervals(onset_s: ArrayLike, observed: Sequence[tuple[float, float]]) -> NDArray[np.float64]:
    """Times between one onset and the next, never across a stretch that was not observed.

    Args:
        onset_s: onsets in any order, recording time, s, shape (n,).
        observed: observed stretches `(start_s, stop_s)`, ascending.

    Returns:
        Intervals in order of time, s; empty for fewer than two onsets in every stretch. An onset inside a hole (the
        difference lag is taken off a movement's start) counts to the stretch after it.

    >>> onset_intervals([1.0, 4.0, 11.0, 13.0], [(0.0, 5.0), (10.0, 20.0)]).tolist()
    [3.0, 2.0]
    """
    onsets = np.sort(np.asarray(onset_s, dtype=np.float64))
    stops = np.asarray([stop_s for _, stop_s in observed], dtype=np.float64)
    stretch = np.searchsorted(stops, onsets, side="right")
    same = stretch[1:] == stretch[:-1]
    intervals: NDArray[np.float64] = np.diff(onsets)[same]
    return intervals


def log_survivor(interval_s: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of intervals that last longer, for a log-survivor plot: straight for random events, broken for bouts.

    Args:
        interval_s: intervals, s, shape (n,).

    Returns:
        `(interval_s, survivors)`: each distinct interval but the longest, ascending, with the share of intervals longer
        than it, above 0 to 1, starting at `(0, 1)`; both empty for no intervals.

    >>> x, y = log_survivor([2.0, 1.0, 4.0, 4.0])
    >>> x.tolist(), y.tolist()
    ([0.0, 1.0, 2.0], [1.0, 0.75, 0.5])
    """
    values, counts = np.unique(np.asarray(interval_s, dtype=np.float64), return_counts=True)
    if values.size == 0:
        return np.empty(0), np.empty(0)
    longer = (counts.sum() - np.cumsum(counts)) / counts.sum()
    return np.concatenate(([0.0], values[:-1])), np.concatenate(([1.0], longer[:-1]))

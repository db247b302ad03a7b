"""The numbers a researcher reports about the times of events: intervals, their order, and how evenly they lie."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.night.numbers.stretches import StateRow, Stretch, state_changes

_FEWEST_WINDOWS = 10  # a variance of fewer counts says nothing


def segments(onset_s: ArrayLike, observed: Sequence[Stretch], states: Sequence[StateRow] = ()) -> NDArray[np.int64]:
    """Number of the stretch of one state without a gap in which each onset lies.

    Args:
        onset_s: onsets, ascending, recording time, s, shape (n,).
        observed: observed stretches, ascending.
        states: rows of states; none where they are not known.

    Returns:
        Shape (n,), ascending. An onset inside a hole (the difference lag is taken off a movement's start) counts to the
        stretch after it.

    >>> segments([1.0, 4.0, 11.0, 13.0], [(0.0, 5.0), (10.0, 20.0)], [(0.0, 12.0, "a"), (12.0, 20.0, "b")]).tolist()
    [1, 1, 2, 3]
    """
    edges = np.unique([stop_s for _, stop_s in observed] + list(state_changes(states)))
    found: NDArray[np.int64] = np.searchsorted(edges, np.asarray(onset_s, dtype=np.float64), side="right")
    return found


def onset_intervals(
    onset_s: ArrayLike, observed: Sequence[Stretch], states: Sequence[StateRow] = ()
) -> NDArray[np.float64]:
    """Times between one onset and the next, never across a stretch that was not observed or a change of state.

    Args:
        onset_s: onsets in any order, recording time, s, shape (n,).
        observed: observed stretches `(start_s, stop_s)`, ascending.
        states: rows of states; none where they are not known.

    Returns:
        Intervals in order of time, s; empty for fewer than two onsets in every stretch.

    >>> onset_intervals([1.0, 4.0, 11.0, 13.0], [(0.0, 5.0), (10.0, 20.0)]).tolist()
    [3.0, 2.0]
    """
    onsets = np.sort(np.asarray(onset_s, dtype=np.float64))
    segment = segments(onsets, observed, states)
    intervals: NDArray[np.float64] = np.diff(onsets)[segment[1:] == segment[:-1]]
    return intervals


def bout_sizes(
    onset_s: ArrayLike, observed: Sequence[Stretch], states: Sequence[StateRow], criterion_s: float
) -> list[int]:
    """Number of events in each bout, single events counted as bouts of one.

    Args:
        onset_s: onsets in any order, recording time, s, shape (n,).
        observed: observed stretches, ascending.
        states: rows of states; none where they are not known.
        criterion_s: longest interval within a bout, s.

    >>> bout_sizes([1.0, 3.0, 30.0, 52.0, 55.0, 58.0], [(0.0, 100.0)], [], 10.0)
    [2, 1, 3]
    """
    onsets = np.sort(np.asarray(onset_s, dtype=np.float64))
    segment = segments(onsets, observed, states)
    is_first = np.ones(onsets.size, bool)
    is_first[1:] = (np.diff(onsets) > criterion_s) | (segment[1:] != segment[:-1])
    sizes: list[int] = np.diff(np.append(np.flatnonzero(is_first), onsets.size)).tolist()
    return sizes


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


def burstiness(interval_s: ArrayLike, min_events: int = 20) -> float:
    """How unevenly events follow each other: -1 for a clock, 0 for chance, 1 for all at once.

    `A_n = (sqrt(n + 1) r - sqrt(n - 1)) / ((sqrt(n + 1) - 2) r + sqrt(n - 1))`, with `r` the standard deviation of the
    intervals over their mean; it corrects the bias that few events have.

    Source: Kim and Jo 2016, "Measuring burstiness for finite event sequences" (arXiv 1604.01125).
    Deviation: `n` is the number of intervals, since a night with gaps has fewer of them than the events less one.

    Args:
        interval_s: intervals between successive onsets, s, shape (n,).
        min_events: below so many intervals nothing is said.

    Returns:
        From -1 to 1; NaN for fewer than `min_events` intervals, or where all are 0.

    >>> burstiness([5.0] * 30)
    -1.0
    >>> burstiness([1.0, 3.0] * 5, min_events=3).__round__(4)
    -0.3668
    """
    intervals = np.asarray(interval_s, dtype=np.float64)
    n = intervals.size
    mean = float(intervals.mean()) if n else 0.0
    if n < max(min_events, 2) or mean <= 0:
        return math.nan
    r = float(intervals.std()) / mean
    more, fewer = math.sqrt(n + 1), math.sqrt(n - 1)
    return (more * r - fewer) / ((more - 2) * r + fewer)


def still_share(moving: Sequence[Stretch], judged: Sequence[Stretch], epoch_s: float = 20.0) -> tuple[float, int]:
    """Share of epochs in which nothing moved.

    Source: epochs of 20 s, Fukumoto 1981, pubmed 7258548. Deviation: epochs are laid from the start of each judged
    stretch, and what is left at its end is not counted.

    Args:
        moving: when something moved, `(start_s, stop_s)`, in any order; may overlap.
        judged: stretches in which movement could have been seen, ascending.
        epoch_s: length of an epoch, s.

    Returns:
        `(share, n_epochs)`: 0 to 1, NaN where there is no whole epoch.

    >>> still_share([(25.0, 26.0), (39.9, 40.1)], [(0.0, 70.0)])
    (0.3333333333333333, 3)
    """
    starts = _tiles(judged, epoch_s)
    if starts.size == 0:
        return math.nan, 0
    begin_s = np.array([start_s for start_s, _ in moving])
    end_s = np.sort(np.array([stop_s for _, stop_s in moving]))
    begun = np.searchsorted(np.sort(begin_s), starts + epoch_s, side="left")
    ended = np.searchsorted(end_s, starts, side="right")
    return float(np.mean(begun == ended)), int(starts.size)


def fano_curve(onset_s: ArrayLike, judged: Sequence[Stretch], window_s: ArrayLike) -> NDArray[np.float64]:
    """Variance over mean of the counts in windows of several lengths: 1 for chance, above it where events cluster.

    Source: Fano 1947, Physical Review 72, 26; as a function of the window, Lowen and Teich 1996, J Acoust Soc Am 99,
    3585. Deviation: windows are laid from the start of each judged stretch, so that none holds unjudged time.

    Args:
        onset_s: onsets, recording time, s, shape (n,).
        judged: stretches in which events could have been seen, ascending.
        window_s: lengths of windows, s, above 0, shape (w,).

    Returns:
        Shape (w,); NaN where fewer than 10 windows fit, or no event lies in any.

    >>> fano_curve(np.arange(0.5, 100.0), [(0.0, 100.0)], [5.0, 50.0]).tolist()
    [0.0, nan]
    """
    onsets = np.sort(np.asarray(onset_s, dtype=np.float64))
    return np.array([_fano(onsets, _tiles(judged, length_s), length_s) for length_s in np.asarray(window_s, float)])


def _fano(onsets: NDArray[np.float64], starts: NDArray[np.float64], length_s: float) -> float:
    counts = np.searchsorted(onsets, starts + length_s) - np.searchsorted(onsets, starts)
    if counts.size < _FEWEST_WINDOWS or counts.sum() == 0:
        return math.nan
    return float(counts.var(ddof=1) / counts.mean())


def _tiles(stretches: Sequence[Stretch], length_s: float) -> NDArray[np.float64]:
    """Starts of the whole pieces of one length that stretches hold, s; a hair of rounding is forgiven."""
    pieces = [
        start_s + length_s * np.arange(int((stop_s - start_s) / length_s + 1e-9)) for start_s, stop_s in stretches
    ]
    return np.concatenate(pieces) if pieces else np.empty(0)

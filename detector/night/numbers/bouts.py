"""Where a bout of twitches ends: at the interval that tells two processes apart, fitted to the night if it can be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from detector.params import SeriesParams

_PER_BIN = 25  # intervals a bin, on average; each bin then counts to within a fifth
_FEWEST_BINS = 8
_BETTER = 9.21  # chi-square of 2 degrees of freedom that chance exceeds in 1 of 100 nights
_LEAST_SHARE = 0.05  # of the intervals, in the smaller of the two processes


@dataclass(frozen=True)
class BoutCriterion:
    """The longest interval within a bout.

    Attributes:
        interval_s: the criterion, s, above 0.
        is_fitted: whether this night's own intervals gave it.
        n_intervals: how many there were.
        within_per_s, between_per_s: rates of the fast and the slow process, 1/s; NaN where none was fitted.
        share_within: share of the intervals that the fast process made, 0 to 1; NaN where none was fitted.
    """

    interval_s: float
    is_fitted: bool
    n_intervals: int
    within_per_s: float = math.nan
    between_per_s: float = math.nan
    share_within: float = math.nan


def bout_criterion(interval_s: ArrayLike, params: SeriesParams) -> BoutCriterion:
    """The interval beyond which the next event more likely begins a new bout.

    The density of intervals is taken as the sum of two exponentials, a fast one within bouts and a slow one between,
    `N_f a exp(-a t) + N_s b exp(-b t)`, fitted to the logarithm of the frequencies. The two are equal at
    `ln(N_f a / (N_s b)) / (a - b)`, which is the criterion.

    Source: Sibly, Nott and Fletcher 1990, Animal Behaviour 39, 63-69. Deviations: bins hold equal numbers of intervals,
    so that each point of the fit is as sure as the other and none is empty, and the two exponentials are integrated
    over each; the second process is believed only where it explains more than chance would (chi-square, 1 %) and made
    at least 5 % of the intervals.

    Args:
        interval_s: intervals between successive onsets, s, shape (n,).
        params: `bout_fit_intervals` and, where nothing can be fitted, `bout_gap_s`.

    >>> bout_criterion([2.0, 40.0, 3.0], SeriesParams()).interval_s
    10.0
    """
    intervals = np.asarray(interval_s, dtype=np.float64)
    fallback = BoutCriterion(params.bout_gap_s, is_fitted=False, n_intervals=intervals.size)
    if intervals.size < params.bout_fit_intervals or float(np.ptp(intervals)) <= 0:
        return fallback
    return _fitted(intervals) or fallback


def crossing_s(n_within: float, within_per_s: float, n_between: float, between_per_s: float) -> float:
    """Where two exponential processes are equally frequent, s.

    >>> round(crossing_s(300, 1.0, 100, 0.02), 3)
    5.113
    """
    ratio = n_within * within_per_s / (n_between * between_per_s)
    return math.log(ratio) / (within_per_s - between_per_s)


def equal_bins(interval_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Intervals in bins of about equal count.

    Returns:
        `(edges_s, counts)`: ascending edges from 0 to infinity, shape (bins + 1,), and how many intervals each bin
        holds, all above 0.
    """
    n_bins = max(interval_s.size // _PER_BIN, _FEWEST_BINS)
    # Times are stored in milliseconds: many equal intervals may make several edges one.
    edges = np.unique(np.quantile(interval_s, np.linspace(0.0, 1.0, n_bins + 1)[1:-1]))
    edges = np.concatenate(([0.0], edges[edges > 0], [np.inf]))
    counts, _ = np.histogram(interval_s, edges)
    kept = np.flatnonzero(counts)
    return np.append(edges[kept], np.inf), counts[kept].astype(np.int64)


def _fitted(interval_s: NDArray[np.float64]) -> BoutCriterion | None:
    from scipy.optimize import least_squares

    edges_s, counts = equal_bins(interval_s)
    if counts.size < _FEWEST_BINS - 1:
        return None

    def residual(values: NDArray[np.float64]) -> NDArray[np.float64]:
        # How many intervals of each process last longer than each edge.
        longer = np.exp(values[::2] - np.exp(values[1::2]) * edges_s[:, np.newaxis])
        expected = -np.diff(longer.sum(axis=1))
        # The variance of the logarithm of a count is one over the count.
        fit: NDArray[np.float64] = np.sqrt(counts) * (np.log(np.maximum(expected, 1e-9)) - np.log(counts))
        return fit

    one = least_squares(residual, _start(interval_s, 1.0)[:2])
    fits = [least_squares(residual, _start(interval_s, share)) for share in (0.2, 0.5, 0.8)]
    two = min(fits, key=lambda fit: float(fit.cost))
    # The cost is half a sum of squares.
    if 2.0 * (one.cost - two.cost) < _BETTER:
        return None
    return _criterion(np.exp(two.x), interval_s)


def _start(interval_s: NDArray[np.float64], share: float) -> NDArray[np.float64]:
    """Where a fit begins: the shortest `share` of the intervals as one process, the others as the other."""
    ordered = np.sort(interval_s)
    cut = max(int(share * ordered.size), 1)
    values = []
    for part in (ordered[:cut], ordered[cut:]):
        if part.size:
            values += [math.log(part.size), -math.log(max(float(part.mean()), 1e-6))]
    return np.array(values)


def _criterion(values: Sequence[float] | NDArray[np.float64], interval_s: NDArray[np.float64]) -> BoutCriterion | None:
    processes = sorted(((values[1], values[0]), (values[3], values[2])), reverse=True)
    (within_per_s, n_within), (between_per_s, n_between) = processes
    share = n_within / (n_within + n_between)
    if not (_LEAST_SHARE <= share <= 1.0 - _LEAST_SHARE and within_per_s > between_per_s > 0):
        return None
    found_s = crossing_s(n_within, within_per_s, n_between, between_per_s)
    if not float(interval_s.min()) < found_s < float(interval_s.max()):
        return None
    return BoutCriterion(
        interval_s=round(found_s, 3),
        is_fitted=True,
        n_intervals=interval_s.size,
        within_per_s=float(within_per_s),
        between_per_s=float(between_per_s),
        share_within=float(share),
    )

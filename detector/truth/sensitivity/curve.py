"""How often a movement is found against how far it moves: a psychometric curve."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# Bounds of the fit: how steep a curve may be (in ln px) and how many large movements may be missed for other reasons.
_SLOPES = (0.03, 2.5)
_MOST_LAPSES = 0.4
_FEWEST = 20
_RESAMPLES = 200
_CONFIDENCE = 0.95
_LEAST_SHARE = 1e-9


@dataclass(frozen=True)
class Estimate:
    """A size with its 95 % interval, px.

    Attributes:
        value: NaN where it is not known, or lies outside of what was planted.
        low, high: 0 and infinite where an edge lies below or above all that was planted.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Curve:
    """Share found = (1 - lapse) / (1 + exp(-(ln px - ln middle) / slope)).

    Attributes:
        middle_px: displacement at which half of what can be found is found, px.
        slope: in ln px, greater than 0.
        lapse: share of even the largest movements that is missed, 0 to 0.4.
        px_50, px_90: displacement of which 50 and 90 % are found, px.
        n: trials behind it.
    """

    middle_px: float
    slope: float
    lapse: float
    px_50: Estimate
    px_90: Estimate
    n: int

    def share(self, px: float) -> float:
        """Share found of movements of this displacement, 0 to 1."""
        return float(_share(math.log(px), math.log(self.middle_px), self.slope, self.lapse))


def fit_curve(displacement_px: ArrayLike, is_found: ArrayLike, seed: int = 0) -> Curve:
    """Fit by maximum likelihood; intervals from 200 resamples of the trials.

    Source: Wichmann and Hill 2001, "The psychometric function: I. Fitting, sampling, and goodness of fit". Deviations:
    logistic in the logarithm of px, no guessing (a movement that is not there is not found), lapses up to 0.4.

    Args:
        displacement_px: shape (n,), greater than 0.
        is_found: shape (n,).
        seed: of the resampling.

    Returns:
        A curve; all NaN for fewer than 20 trials: they would fit anything.

    >>> px = [1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0, 8.0] * 10
    >>> found = [0, 0, 0, 1, 1, 1, 1, 1] * 10
    >>> round(fit_curve(px, found).px_50.value, 1)
    2.0
    """
    log_px = np.log(np.asarray(displacement_px, dtype=np.float64))
    found = np.asarray(is_found, dtype=bool)
    if found.size < _FEWEST:
        nothing = Estimate(math.nan, 0.0, math.inf)
        return Curve(math.nan, math.nan, math.nan, nothing, nothing, int(found.size))
    sizes, where = np.unique(log_px, return_inverse=True)
    rng = np.random.default_rng([seed, 31])
    chosen = rng.integers(found.size, size=(_RESAMPLES, found.size))
    cells = where[chosen] + sizes.size * np.arange(_RESAMPLES)[:, None]
    shape = (_RESAMPLES, sizes.size)
    n = np.bincount(cells.ravel(), minlength=_RESAMPLES * sizes.size).reshape(shape)
    k = np.bincount(cells[found[chosen]], minlength=_RESAMPLES * sizes.size).reshape(shape)
    again = _fit_coarsely(sizes, n, k)
    fitted = _fit(sizes, np.bincount(where), np.bincount(where[found], minlength=sizes.size))
    planted = math.exp(float(sizes[0])), math.exp(float(sizes[-1]))
    return Curve(
        middle_px=math.exp(fitted[0]),
        slope=fitted[1],
        lapse=fitted[2],
        px_50=_estimate(0.5, fitted, again, planted),
        px_90=_estimate(0.9, fitted, again, planted),
        n=int(found.size),
    )


Parameters = tuple[float, float, float]
"""Middle (ln px), slope (ln px), lapse."""
Values = Any  # a number or an array of them


def _fit(sizes: NDArray[np.float64], n: NDArray[np.int64], k: NDArray[np.int64]) -> Parameters:
    """Maximum likelihood, begun at the best of a coarse grid.

    Args:
        sizes: logarithms of the displacements, ascending, shape (s,).
        n: trials of each size, shape (s,).
        k: how many of them were found, shape (s,).
    """
    from scipy.optimize import minimize

    def unlikely(guess: NDArray[np.float64]) -> float:
        share = np.clip(_share(sizes, guess[0], np.exp(guess[1]), guess[2]), _LEAST_SHARE, 1 - _LEAST_SHARE)
        return float(_pull(guess[1], guess[2]) - (k * np.log(share) + (n - k) * np.log(1 - share)).sum())

    ((middle, slope, lapse),) = _fit_coarsely(sizes, n[None], k[None])
    bounds = [_middles(sizes), (math.log(_SLOPES[0]), math.log(_SLOPES[1])), (0.0, _MOST_LAPSES)]
    best = minimize(unlikely, (middle, math.log(slope), lapse), bounds=bounds, method="L-BFGS-B").x
    return float(best[0]), math.exp(float(best[1])), float(best[2])


def _fit_coarsely(sizes: NDArray[np.float64], n: NDArray[np.int64], k: NDArray[np.int64]) -> list[Parameters]:
    """The likeliest of a grid of parameters, for each row of `n` and `k`, shape (r, s)."""
    middle, slope, lapse = (
        axis.ravel()
        for axis in np.meshgrid(
            np.linspace(*_middles(sizes), 161),
            np.geomspace(*_SLOPES, 12),
            np.linspace(0.0, _MOST_LAPSES, 9),
            indexing="ij",
        )
    )
    share = np.clip(_share(sizes[:, None], middle, slope, lapse), _LEAST_SHARE, 1 - _LEAST_SHARE)
    likely = k @ np.log(share) + (n - k) @ np.log(1 - share) - _pull(np.log(slope), lapse)
    best = likely.argmax(axis=1)
    return list(zip(middle[best].tolist(), slope[best].tolist(), lapse[best].tolist(), strict=True))


def _middles(sizes: NDArray[np.float64]) -> tuple[float, float]:
    return float(sizes[0]) - 2, float(sizes[-1]) + 2


def _pull(log_slope: Values, lapse: Values) -> Values:
    """A faint pull toward usual slopes and few lapses settles what so few trials leave open."""
    return 0.02 * (log_slope - math.log(0.35)) ** 2 + 0.5 * lapse


def _share(log_px: Values, middle: Values, slope: Values, lapse: Values) -> Values:
    from scipy.special import expit

    return (1 - lapse) * expit((log_px - middle) / slope)


def _size_of(share: float, fitted: Parameters) -> float:
    """Displacement of which this share is found, px; infinite where so many never are."""
    middle, slope, lapse = fitted
    reach = share / (1 - lapse)
    return math.exp(middle + slope * math.log(reach / (1 - reach))) if reach < 1 else math.inf


def _estimate(share: float, fitted: Parameters, again: list[Parameters], planted: tuple[float, float]) -> Estimate:
    sizes = [_within(_size_of(share, one), planted) for one in (fitted, *again)]
    edge = round((1 - _CONFIDENCE) / 2 * len(again))
    ordered = sorted(sizes[1:])
    return Estimate(sizes[0] if 0 < sizes[0] < math.inf else math.nan, ordered[edge], ordered[-edge - 1])


def _within(px: float, planted: tuple[float, float]) -> float:
    """A size; 0 or infinite where it lies below or above all that was planted."""
    if px < planted[0]:
        return 0.0
    return px if px <= planted[1] else math.inf

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.night.numbers.bouts import bout_criterion, crossing_s, equal_bins
from detector.params import SeriesParams

PARAMS = SeriesParams()


def two_processes(n: int, seed: int, within_s: float = 1.5, between_s: float = 60.0) -> NDArray[np.float64]:
    """Seven in ten intervals are within bouts."""
    random = np.random.default_rng(seed)
    return np.where(random.random(n) < 0.7, random.exponential(within_s, n), random.exponential(between_s, n))


def test_crossing_by_hand() -> None:
    # 300 a exp(-a t) = 100 b exp(-b t) with a = 1, b = 0.02: t = ln(150) / 0.98.
    assert crossing_s(300, 1.0, 100, 0.02) == pytest.approx(5.1129, abs=1e-4)


@pytest.mark.parametrize("n", [100, 300, 2000])
def test_criterion_of_two_known_processes_comes_back(n: int) -> None:
    known_s = crossing_s(0.7, 1 / 1.5, 0.3, 1 / 60.0)
    fits = [bout_criterion(two_processes(n, seed), PARAMS) for seed in range(20)]
    assert all(fit.is_fitted for fit in fits)
    assert np.median([fit.interval_s for fit in fits]) == pytest.approx(known_s, rel=0.1)
    assert np.median([fit.share_within for fit in fits]) == pytest.approx(0.7, abs=0.05)
    assert np.median([1 / fit.between_per_s for fit in fits]) == pytest.approx(60.0, rel=0.2)


@pytest.mark.slow
def test_events_at_random_make_no_bouts() -> None:
    random = np.random.default_rng(7)
    fitted = sum(bout_criterion(random.exponential(20.0, 300), PARAMS).is_fitted for _ in range(100))
    assert fitted <= 4  # 1 of 100 is what the test allows


@pytest.mark.parametrize("intervals", [[], [3.0], [5.0] * 500, list(range(1, 100))])
def test_too_few_or_equal_intervals_take_the_published_gap(intervals: list[float]) -> None:
    found = bout_criterion(intervals, PARAMS)
    assert (found.interval_s, found.is_fitted, found.n_intervals) == (10.0, False, len(intervals))


def test_every_interval_is_in_one_bin() -> None:
    intervals = np.round(two_processes(1000, 3), 1)  # many are equal
    edges_s, counts = equal_bins(intervals)
    assert counts.sum() == 1000
    assert (counts > 0).all()
    assert (edges_s[0], edges_s[-1]) == (0.0, np.inf)
    assert (np.diff(edges_s) > 0).all()

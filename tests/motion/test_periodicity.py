"""How regularly a signal repeats: what most cells do, its rate, its likeness to itself."""

import numpy as np
import pytest

from detector.motion.periodicity import MAX_CELLS, estimate_rate, leading_signal, likeness

TIME_S = np.arange(0.0, 20.0, 1 / 15)


@pytest.mark.parametrize("n_cells", [1, 4, MAX_CELLS])
@pytest.mark.parametrize("n", [3, 40, 900])
def test_the_leading_signal_is_the_first_component(n: int, n_cells: int) -> None:
    random = np.random.default_rng(n + n_cells)
    course = np.sin(np.arange(n) * 0.7) * 10.0
    table = np.outer(course, random.normal(0.0, 1.0, n_cells)) + random.normal(0.0, 0.3, (n, n_cells))
    left, sizes, _ = np.linalg.svd(table, full_matrices=False)
    signal = leading_signal(table)
    assert abs(np.corrcoef(signal, left[:, 0] * sizes[0])[0, 1]) > 0.999


def test_of_nothing_that_moves_it_is_nothing() -> None:
    assert not leading_signal(np.zeros((30, 5))).any()


@pytest.mark.parametrize("rate_hz", [0.6, 1.0, 2.1, 3.3])
def test_rate_and_likeness_of_a_sine(rate_hz: float) -> None:
    signal = np.sin(2 * np.pi * rate_hz * TIME_S)
    assert estimate_rate(TIME_S, signal, 0.3, 4.0) == pytest.approx(rate_hz, abs=0.03)
    same, opposite = likeness(TIME_S, signal, rate_hz)
    assert min(same, opposite) > 0.75


def test_noise_has_no_rate() -> None:
    noise = np.random.default_rng(2).normal(0.0, 1.0, len(TIME_S))
    assert estimate_rate(TIME_S, noise - noise.mean(), 0.3, 4.0) is None

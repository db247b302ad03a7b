"""How regularly a signal repeats: what most cells do, its rate, its likeness to itself."""

import numpy as np
import pytest

from detector.motion.correlation import autocorrelation, estimate_rate, likeness
from detector.motion.periodicity import (
    MAX_CELLS,
    Gate,
    Periodicity,
    Samples,
    leading_signal,
    measure_periodicity,
    own_share,
)
from detector.params import Params

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
    assert estimate_rate(TIME_S, signal, 0.3, 4.0, Params()) == pytest.approx(rate_hz, abs=0.03)
    same, opposite = likeness(TIME_S, signal, rate_hz)
    assert min(same, opposite) > 0.75


def test_noise_has_no_rate() -> None:
    noise = np.random.default_rng(2).normal(0.0, 1.0, len(TIME_S))
    assert estimate_rate(TIME_S, noise - noise.mean(), 0.3, 4.0, Params()) is None


SWAY = Periodicity(rate_hz=1.0, length_s=6.0, n_cycles=6.0, variation=0.2, likeness=0.6, opposition=0.5)


@pytest.mark.parametrize(
    ("limits", "passes"),
    [
        ({"min_cycles": 6.0}, True),
        ({"min_cycles": 6.1}, False),
        ({"min_cycles": 4.0, "max_variation": 0.2}, True),
        ({"min_cycles": 4.0, "max_variation": 0.19}, False),
        ({"min_cycles": 4.0, "min_likeness": 0.61}, False),
        ({"min_cycles": 4.0, "min_opposition": 0.51}, False),
        ({"min_cycles": 4.0, "min_likeness": 0.6, "min_opposition": 0.5}, True),
    ],
)
def test_a_gate_asks_for_all_of_its_limits(limits: dict[str, float], passes: bool) -> None:
    assert Gate(**limits).passes(SWAY) is passes


def samples_of(course: np.ndarray, pauses_s: np.ndarray | None = None, is_seen: np.ndarray | None = None) -> Samples:
    seen = np.ones(len(course), bool) if is_seen is None else is_seen
    return Samples(TIME_S[: len(course)], course[:, None], seen, np.zeros((0, 2)) if pauses_s is None else pauses_s)


def test_all_of_it_is_measured_at_once() -> None:
    found = measure_periodicity(samples_of(3.0 + np.sin(2 * np.pi * 1.5 * TIME_S)), 20.0, 0.3, 4.0, Params())
    assert found is not None
    assert found.rate_hz == pytest.approx(1.5, abs=0.02)
    assert found.n_cycles == pytest.approx(30.0, abs=0.5)
    assert found.regularity > 0.95
    assert measure_periodicity(samples_of(np.full(len(TIME_S), 3.0)), 20.0, 0.3, 4.0, Params()) is None


def test_strokes_that_are_missing_make_no_cycle_longer() -> None:
    """1.25 Hz, the strokes that begin at 4.8 s and 12 s missing."""
    course, pauses_s = np.sin(2 * np.pi * 1.25 * TIME_S), np.array([[4.8, 5.6], [12.0, 12.8]])
    for start_s, stop_s in pauses_s:
        course[(start_s <= TIME_S) & (stop_s > TIME_S)] = 0.0
    found = measure_periodicity(samples_of(course, pauses_s), 20.0, 0.3, 4.0, Params())
    assert found is not None
    assert found.rate_hz == pytest.approx(1.25, abs=0.01)
    assert (found.n_missing, found.most_missing) == (2, 1)
    assert found.rest_s == pytest.approx(0.0, abs=0.01)
    assert found.variation < 0.02


def test_a_rest_is_seen_to_within_a_sample() -> None:
    step_s, pauses_s = float(TIME_S[1] - TIME_S[0]), np.array([[4.8, 5.2], [12.0, 12.5]])
    found = measure_periodicity(samples_of(np.sin(2 * np.pi * TIME_S), pauses_s), 20.0, 0.3, 4.0, Params())
    assert found is not None
    assert found.rest_s == pytest.approx(0.5 - step_s)


@pytest.mark.parametrize("rate_hz", [0.8, 1.9, 2.69])
def test_samples_that_were_not_seen_weigh_nothing(rate_hz: float) -> None:
    is_seen = np.arange(len(TIME_S)) % 30 < 23
    course = np.where(is_seen, np.sin(2 * np.pi * rate_hz * TIME_S), 40.0)
    found = measure_periodicity(samples_of(course, is_seen=is_seen), 20.0, 0.3, 4.0, Params())
    assert found is not None
    assert found.rate_hz == pytest.approx(rate_hz, abs=0.03)
    assert found.likeness > 0.8
    assert found.variation < 0.05


def test_of_all_seen_the_weighted_correlation_is_the_plain_one() -> None:
    signal = np.random.default_rng(3).normal(0.0, 1.0, 200)
    almost = np.ones(200, bool)
    almost[0] = False
    assert autocorrelation(signal, almost)[:100] == pytest.approx(autocorrelation(signal)[:100], abs=0.05)
    assert autocorrelation(signal, np.ones(200, bool)) == pytest.approx(autocorrelation(signal))


def test_a_single_pass_is_no_swing_of_its_own() -> None:
    table = np.zeros((len(TIME_S), 20))
    for cell in range(20):
        inside = TIME_S.astype(int) == cell
        table[inside, cell] = np.sin(2 * np.pi * 2.0 * TIME_S[inside])
    passing = Samples(TIME_S, table, np.ones(len(TIME_S), bool), np.zeros((0, 2)))
    swinging = Samples(TIME_S, np.tile(table.sum(axis=1, keepdims=True), 20), passing.is_seen, passing.pauses_s)
    assert own_share(passing, 2.0, 0.5) == 0.0
    assert own_share(swinging, 2.0, 0.5) == 1.0

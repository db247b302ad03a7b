"""The psychometric curve finds the parameters that the trials were drawn with."""

import math

import numpy as np
import pytest

from detector.truth.sensitivity.curve import fit_curve

SIZES_PX = np.array([0.5, 1.0, 2.0, 4.0, 8.0])


def trials(n_each: int, middle_px: float, slope: float, lapse: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    px = np.repeat(SIZES_PX, n_each)
    share = (1 - lapse) / (1 + np.exp(-np.log(px / middle_px) / slope))
    return px, np.random.default_rng(seed).random(px.size) < share


def test_parameters_are_recovered() -> None:
    curve = fit_curve(*trials(400, 1.8, 0.3, 0.1, seed=1))
    assert curve.middle_px == pytest.approx(1.8, rel=0.1)
    assert curve.slope == pytest.approx(0.3, rel=0.3)
    assert curve.lapse == pytest.approx(0.1, abs=0.04)
    assert curve.share(100.0) == pytest.approx(1 - curve.lapse, abs=0.01)
    assert curve.share(curve.px_50.value) == pytest.approx(0.5, abs=0.01)


def test_the_interval_of_the_half_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(20):
        half = fit_curve(*trials(12, 1.8, 0.3, 0.0, seed=seed)).px_50
        held += half.low <= 1.8 <= half.high
    assert held >= 17


def test_what_is_never_reached_and_what_is_always_found_lie_outside_of_what_was_planted() -> None:
    px = np.repeat(SIZES_PX, 10)
    nothing, everything = fit_curve(px, np.zeros(50)), fit_curve(px, np.ones(50))
    assert math.isnan(nothing.px_50.value)
    assert nothing.px_50.high == math.inf
    assert math.isnan(everything.px_50.value)
    assert (everything.px_50.low, everything.px_50.high) == (0.0, 0.0)
    missed = fit_curve(*trials(100, 1.0, 0.2, 0.3, seed=2))
    assert math.isfinite(missed.px_50.value)
    assert math.isnan(missed.px_90.value)


@pytest.mark.parametrize("n", [0, 19])
def test_too_few_trials_give_no_curve(n: int) -> None:
    curve = fit_curve(np.full(n, 2.0), np.ones(n))
    assert math.isnan(curve.middle_px)
    assert (curve.px_50.low, curve.px_50.high, curve.n) == (0.0, math.inf, n)


def test_the_same_seed_gives_the_same_interval() -> None:
    px, found = trials(10, 2.0, 0.4, 0.0, seed=3)
    assert fit_curve(px, found, seed=5) == fit_curve(px, found, seed=5)

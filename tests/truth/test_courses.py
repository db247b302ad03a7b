"""Time courses of rhythmic movement: strokes that are missing, a rate that drifts."""

from dataclasses import replace

import numpy as np
import pytest

from detector.truth.courses import rhythmic_course
from detector.truth.known import KnownMovement

STEADY = KnownMovement("rhythmic", 2.0, 20.0, amp_px=4.0, rate_hz=1.5)
TIMES = np.linspace(2.0, 22.0, 8001)


def wave(movement: KnownMovement) -> np.ndarray:
    course = rhythmic_course(movement, np.random.default_rng(3))
    return np.array([course(time_s) for time_s in TIMES.tolist()])


def strokes(signal: np.ndarray) -> np.ndarray:
    """When the signal rises through zero, s."""
    return TIMES[1:][(signal[:-1] <= 0) & (signal[1:] > 0)]


def test_a_steady_rhythm_has_its_rate() -> None:
    assert np.median(1 / np.diff(strokes(wave(STEADY)))) == pytest.approx(1.5, abs=0.05)


def test_the_rate_drifts_around_its_mean() -> None:
    rates_hz = 1 / np.diff(strokes(wave(replace(STEADY, drift=-0.4))))
    assert rates_hz[:4].mean() == pytest.approx(1.5 * 1.2, abs=0.15)
    assert rates_hz[-4:].mean() == pytest.approx(1.5 * 0.8, abs=0.15)
    assert len(rates_hz) == pytest.approx(1.5 * 20, abs=2)


def test_single_strokes_are_left_out() -> None:
    whole, holed = wave(STEADY), wave(replace(STEADY, missing=0.15))
    intervals_s = np.diff(strokes(holed))
    assert len(strokes(whole)) - len(strokes(holed)) == round(0.15 * 30)
    assert intervals_s.max() < 2.4 / 1.5, "never two in a row"
    assert (intervals_s > 1.6 / 1.5).sum() == round(0.15 * 30)

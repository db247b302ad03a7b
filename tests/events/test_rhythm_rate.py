"""The rate of a signal and how much its cycles vary; and which rates footage can show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.events.rhythm import rate_limit_hz
from detector.motion.correlation import estimate_rate
from detector.motion.turns import find_cycles
from detector.params import Params, with_values

PARAMS = Params()
Signal = NDArray[np.float64]


def times(duration_s: float, fps: float = 25.0) -> Signal:
    return np.arange(round(duration_s * fps)) / fps


def rate(signal: Signal, fps: float = 25.0, high_hz: float = 5.0) -> float | None:
    return estimate_rate(times(len(signal) / fps, fps), signal - signal.mean(), 0.3, high_hz, PARAMS)


class TestEstimateRate:
    @given(st.sampled_from([10.0, 12.5, 15.0, 20.0, 25.0, 29.97]), st.floats(0.0, 1.0), st.floats(0.0, 6.3))
    @settings(max_examples=80, deadline=None)
    def test_a_sine(self, fps: float, place: float, phase: float) -> None:
        rate_hz = 0.5 + place * (min(fps / 6.0, 5.0) - 0.5)
        found = rate(np.sin(2.0 * np.pi * rate_hz * times(10.0, fps) + phase), fps, fps / 4.0)
        assert found == pytest.approx(rate_hz, abs=0.1)

    @pytest.mark.parametrize("rate_hz", [0.6, 1.0, 2.0, 3.0])
    def test_a_jerk_with_a_slow_return(self, rate_hz: float) -> None:
        phase = (rate_hz * times(8.0)) % 1.0
        displacement = np.where(phase < 0.25, phase / 0.25, (1.0 - phase) / 0.75)
        assert rate(np.gradient(displacement)) == pytest.approx(rate_hz, abs=0.1)

    @pytest.mark.parametrize("rate_hz", [0.6, 1.0, 2.0])
    def test_strokes_of_unequal_strength_are_halves_of_one_cycle(self, rate_hz: float) -> None:
        time_s = times(8.0)
        signal = np.sin(2 * np.pi * rate_hz * time_s) + 1.2 * np.sin(4 * np.pi * rate_hz * time_s)
        assert rate(signal) == pytest.approx(rate_hz, abs=0.1)

    def test_nearly_equal_strokes_are_halves_of_one_cycle_by_the_rule_of_half_rates(self) -> None:
        time_s = times(8.0)
        signal = np.sin(2 * np.pi * time_s) + 2.0 * np.sin(4 * np.pi * time_s)
        without = with_values(PARAMS, {"rules.without": "half rate"})
        assert rate(signal) == pytest.approx(1.0, abs=0.1)
        assert estimate_rate(time_s, signal, 0.3, 5.0, without) == pytest.approx(2.0, abs=0.1)

    @pytest.mark.parametrize("rate_hz", [0.8, 1.0, 2.3])
    def test_among_noise(self, rate_hz: float) -> None:
        noise = np.random.default_rng(1).normal(0.0, 0.4, 250)
        assert rate(np.sin(2 * np.pi * rate_hz * times(10.0)) + noise) == pytest.approx(rate_hz, abs=0.1)

    @pytest.mark.parametrize("seed", range(8))
    def test_noise_has_none(self, seed: int) -> None:
        assert rate(np.random.default_rng(seed).normal(size=250)) is None

    def test_a_single_stroke_has_none(self) -> None:
        signal = np.zeros(250)
        signal[120:126], signal[126:132] = 1.0, -1.0
        assert rate(signal) is None

    @pytest.mark.parametrize("n_frames", [1, 2, 5, 8])
    def test_a_moment_has_none(self, n_frames: int) -> None:
        assert rate(np.sin(np.arange(n_frames))) is None

    def test_a_cycle_of_four_and_a_half_frames(self) -> None:
        assert rate(np.sin(2 * np.pi * times(10.0, 20.0) * 20.0 / 4.5), 20.0) == pytest.approx(20.0 / 4.5, abs=0.1)


class TestCycleVariation:
    def test_an_even_swing_does_not_vary(self) -> None:
        assert find_cycles(times(8.0), np.sin(2 * np.pi * 1.5 * times(8.0)), 1.5, PARAMS.rhythm).variation < 0.05

    def test_it_grows_with_the_variation(self) -> None:
        found = []
        for spread in (0.0, 0.15, 0.3):
            wander = 1.0 + spread * np.sin(2 * np.pi * 0.37 * times(12.0))
            signal = np.sin(2 * np.pi * np.cumsum(wander) / 25.0)
            found.append(find_cycles(times(12.0), signal, 1.0, PARAMS.rhythm).variation)
        assert found[0] < found[1] < found[2]
        assert found[2] == pytest.approx(0.3 / np.sqrt(2), rel=0.5)

    def test_fewer_than_two_cycles_cannot_be_compared(self) -> None:
        assert find_cycles(times(1.0), np.sin(2 * np.pi * times(1.0)), 1.0, PARAMS.rhythm).variation == np.inf


class TestRateLimit:
    @pytest.mark.parametrize(("fps", "limit_hz"), [(10.0, 2.5), (15.0, 3.75), (20.0, 5.0), (24.0, 5.0)])
    def test_a_quarter_of_the_frame_rate_at_most(self, fps: float, limit_hz: float) -> None:
        assert rate_limit_hz(1.0 / fps, PARAMS) == pytest.approx(limit_hz)

    @pytest.mark.parametrize("fps", [25.0, 29.97, 60.0])
    def test_fast_cameras_show_more(self, fps: float) -> None:
        assert rate_limit_hz(1.0 / fps, PARAMS) == pytest.approx(0.4 * fps)
        assert rate_limit_hz(1.0 / fps, with_values(PARAMS, {"rules.without": "tremor"})) == pytest.approx(5.0)

    def test_none_where_the_frame_rate_is_not_known(self) -> None:
        assert rate_limit_hz(0.0, PARAMS) == 0.0

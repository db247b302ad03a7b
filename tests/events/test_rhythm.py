"""Rhythm: the rate of what swings, not of its speed; and no rhythm where there is none."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.events.rhythm import find_rhythm, rate_limit_hz, signed_signal
from detector.motion.periodicity import cycle_variation, estimate_rate
from detector.motion.view import fast_view
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch

PARAMS = Params()
LIMITS = PARAMS.rhythm
HAND = np.s_[4:8, 10:14]
Signal = NDArray[np.float64]


def swing(rate_hz: float) -> Callable[[float], float]:
    """Signed difference of something that swings smoothly: proportional to its speed."""
    return lambda time_s: 6.0 * float(np.cos(2.0 * np.pi * rate_hz * time_s))


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
        assert cycle_variation(times(8.0), np.sin(2 * np.pi * 1.5 * times(8.0)), 1.5, PARAMS.rhythm) < 0.05

    def test_it_grows_with_the_variation(self) -> None:
        found = []
        for spread in (0.0, 0.15, 0.3):
            wander = 1.0 + spread * np.sin(2 * np.pi * 0.37 * times(12.0))
            found.append(cycle_variation(times(12.0), np.sin(2 * np.pi * np.cumsum(wander) / 25.0), 1.0, PARAMS.rhythm))
        assert found[0] < found[1] < found[2]
        assert found[2] == pytest.approx(0.3 / np.sqrt(2), rel=0.5)

    def test_fewer_than_two_cycles_cannot_be_compared(self) -> None:
        assert cycle_variation(times(1.0), np.sin(2 * np.pi * times(1.0)), 1.0, PARAMS.rhythm) == np.inf


class TestRateLimit:
    @pytest.mark.parametrize(("fps", "limit_hz"), [(10.0, 2.5), (15.0, 3.75), (25.0, 5.0), (60.0, 5.0)])
    def test_a_quarter_of_the_frame_rate_at_most(self, sketch: type[Sketch], fps: float, limit_hz: float) -> None:
        assert rate_limit_hz(fast_view(sketch(5.0, fps).trace(), PARAMS), PARAMS) == pytest.approx(limit_hz)


class TestSignedSignal:
    def test_it_follows_the_sign_not_the_strength(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(12.0, 25.0).move(2.0, 10.0, HAND, signed=swing(1.0))
        time_s, signal = signed_signal(*bursts_of(drawing))
        expected = np.cos(2 * np.pi * time_s)
        assert abs(np.corrcoef(signal, expected)[0, 1]) > 0.99
        assert np.diff(time_s) == pytest.approx(1 / 25.0)

    def test_a_busy_neighbor_does_not_drown_it(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        random = np.random.default_rng(0)
        drawing = sketch(12.0, 25.0).move(2.0, 10.0, HAND, signed=swing(1.0))
        drawing.move(2.0, 10.0, np.s_[8:10, 10:14], signed=lambda _: float(random.normal(0.0, 2.0)))
        time_s, signal = signed_signal(*bursts_of(drawing))
        assert abs(np.corrcoef(signal, np.cos(2 * np.pi * time_s))[0, 1]) > 0.9


class TestFindRhythm:
    @pytest.mark.parametrize("fps", [12.0, 15.0, 25.0, 30.0])
    @pytest.mark.parametrize("rate_hz", [0.6, 1.0, 2.0, 2.8])
    def test_a_swing(self, sketch: type[Sketch], bursts_of: BurstsOf, fps: float, rate_hz: float) -> None:
        found = find_rhythm(*bursts_of(sketch(14.0, fps).move(2.0, 12.0, HAND, signed=swing(rate_hz))), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(rate_hz, abs=0.1)
        assert found.n_cycles == pytest.approx(10.0 * rate_hz, rel=0.1)
        assert found.regularity > 0.85
        assert found.length_s == pytest.approx(10.0, abs=0.2)

    def test_jerks_with_pauses_are_one_rhythm(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(14.0, 25.0)
        for start_s in np.arange(2.0, 9.0, 1.25):
            drawing.move(start_s, start_s + 0.25, HAND, signed=5.0).move(
                start_s + 0.3, start_s + 0.6, HAND, signed=-4.0
            )
        view, active, bursts = bursts_of(drawing)
        assert len(bursts) == 6
        found = find_rhythm(view, active, bursts, PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(0.8, abs=0.1)

    @pytest.mark.parametrize(
        ("stop_s", "rate_hz"),
        [(4.0, 3.0), (5.5, 1.0), (10.0, 0.35)],
        ids=["2 s", "3.5 cycles at 1 Hz", "2.8 cycles at 0.35 Hz"],
    )
    def test_too_few(self, sketch: type[Sketch], bursts_of: BurstsOf, stop_s: float, rate_hz: float) -> None:
        drawing = sketch(14.0, 25.0).move(2.0, stop_s, HAND, signed=swing(rate_hz))
        assert find_rhythm(*bursts_of(drawing), PARAMS) is None

    @pytest.mark.parametrize("seed", range(4))
    def test_irregular_strokes_are_none(self, sketch: type[Sketch], bursts_of: BurstsOf, seed: int) -> None:
        random = np.random.default_rng(seed)
        turns = np.sort(random.uniform(2.0, 12.0, 16))
        drawing = sketch(14.0, 25.0).move(
            2.0, 12.0, HAND, signed=lambda time_s: 5.0 * (-1.0) ** int(np.searchsorted(turns, time_s))
        )
        assert find_rhythm(*bursts_of(drawing), PARAMS) is None

    def test_steady_drift_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert find_rhythm(*bursts_of(sketch(14.0, 25.0).move(2.0, 12.0, HAND, signed=5.0)), PARAMS) is None

    @pytest.mark.parametrize(("rate_hz", "fps"), [(3.0, 10.0), (4.5, 15.0)])
    def test_what_is_too_fast_for_the_footage_gets_no_lower_rate(
        self, sketch: type[Sketch], bursts_of: BurstsOf, rate_hz: float, fps: float
    ) -> None:
        found = find_rhythm(*bursts_of(sketch(14.0, fps).move(2.0, 12.0, HAND, signed=swing(rate_hz))), PARAMS)
        assert found is None or found.rate_hz > 0.8 * fps / 4.0

    def test_an_even_swing_is_regular(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        found = find_rhythm(*bursts_of(sketch(12.0, 25.0).move(2.0, 10.0, HAND, signed=swing(1.0))), PARAMS)
        assert found is not None
        assert found.regularity > PARAMS.classify.gross_rhythm_regularity

    def test_the_limits_decide(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        found = bursts_of(sketch(14.0, 25.0).move(2.0, 12.0, HAND, signed=swing(1.0)))
        for name, value in (("min_cycles", 20.0), ("min_s", 15.0), ("min_rate_hz", 1.5)):
            assert find_rhythm(*found, with_values(PARAMS, {f"rhythm.{name}": value})) is None

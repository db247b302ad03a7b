"""Rhythm: the rate of what swings, not of its speed; and no rhythm where there is none."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.events.rhythm import find_rhythm, rate_limit_hz, run_frame_s, signed_signal, swing_of
from detector.motion.correlation import estimate_rate
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.motion.turns import find_cycles
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch, find_in, still_trace, with_columns

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


class TestRunFrames:
    """A night of 5 pictures a second, 15 in the middle."""

    TIME_S = np.concatenate([np.arange(0.0, 60.0, 0.2), np.arange(60.0, 80.0, 1 / 15), np.arange(80.0, 200.0, 0.2)])

    @pytest.mark.parametrize(
        ("start_s", "stop_s", "fps"), [(10.0, 20.0, 5.0), (62.0, 75.0, 15.0), (100.0, 100.1, 5.0), (70.0, 70.3, 15.0)]
    )
    def test_the_frame_rate_is_that_of_the_run(self, start_s: float, stop_s: float, fps: float) -> None:
        assert 1.0 / run_frame_s(self.TIME_S, start_s, stop_s) == pytest.approx(fps)

    def test_stamps_that_jitter_and_pictures_that_are_missing_leave_it_as_it_is(self) -> None:
        random = np.random.default_rng(7)
        time_s = np.arange(200) / 8.0 + random.uniform(-0.03, 0.03, 200)
        there = np.delete(time_s, random.choice(200, 10, replace=False))
        for start_s in np.arange(0.0, 14.0, 0.7).tolist():
            assert 1.0 / run_frame_s(there, start_s, start_s + 10.0) == pytest.approx(8.0, rel=0.02)

    def test_nothing_is_known_of_one_frame(self) -> None:
        assert run_frame_s(np.zeros(1), 0.0, 1.0) == 0.0

    def test_a_rhythm_in_it_has_the_rate_of_its_own_frames(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0, 15.0, start_s=60.0).move(62.0, 75.0, HAND, signed=swing(3.1))
        found = find_in(in_a_slow_night(drawing.trace()))
        assert find_rhythm(*found, PARAMS) == pytest.approx(find_rhythm(*find_in(drawing.trace()), PARAMS))


def in_a_slow_night(trace: MotionTrace) -> MotionTrace:
    """The same trace after three minutes of five pictures a second: the usual frame of the view is a slow one."""
    time_s = np.concatenate([trace.frames.time_s[0] - 0.2 * np.arange(900, 0, -1), trace.frames.time_s])
    slow = Layer.empty(900)
    longer = still_trace(trace.grid, time_s, 0.2)
    lag_s = np.concatenate([np.full(900, 0.2), trace.frames.lag_s]).astype(np.float32)
    duration_s = np.concatenate([np.full(900, 0.2), trace.frames.duration_s]).astype(np.float32)
    return with_columns(longer, lag_s=lag_s, duration_s=duration_s, fast=Layer.join([slow, trace.fast]))


class TestSignedSignal:
    def test_it_follows_the_sign_not_the_strength(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(12.0, 25.0).move(2.0, 10.0, HAND, signed=swing(1.0))
        time_s, signal = signed_signal(*bursts_of(drawing), PARAMS)
        expected = np.cos(2 * np.pi * time_s)
        assert abs(np.corrcoef(signal, expected)[0, 1]) > 0.99
        assert np.diff(time_s) == pytest.approx(1 / 25.0)

    def test_a_busy_neighbor_does_not_drown_it(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        random = np.random.default_rng(0)
        drawing = sketch(12.0, 25.0).move(2.0, 10.0, HAND, signed=swing(1.0))
        drawing.move(2.0, 10.0, np.s_[8:10, 10:14], signed=lambda _: float(random.normal(0.0, 2.0)))
        time_s, signal = signed_signal(*bursts_of(drawing), PARAMS)
        assert abs(np.corrcoef(signal, np.cos(2 * np.pi * time_s))[0, 1]) > 0.9


class TestUnlikeLags:
    """Pictures that are missing make single differences reach further back: they tell of another time."""

    @staticmethod
    def lossy(drawing: Sketch, rate_hz: float) -> MotionTrace:
        """The last 5 of each 30 pictures are missing; what comes after is compared with what was before."""
        trace = drawing.trace()
        kept = np.flatnonzero(np.arange(len(trace.frames)) % 30 < 25)
        time_s = trace.frames.time_s[kept]
        # As measured: the picture nearest to a lag of two frames before.
        before = np.array(
            [
                np.abs(time_s[: k + 1] - (time_s[k] - 2 / drawing.fps))[:-1].argmin() if k else 0
                for k in range(len(kept))
            ]
        )
        lag_s = (time_s - time_s[before]).astype(np.float32)
        away = np.sin(2.0 * np.pi * rate_hz * time_s) * ((time_s > 3.0) & (time_s < 17.0))
        change = away - away[before]
        cells = np.arange(trace.grid.n_cells).reshape(trace.grid.rows, -1)[HAND].ravel()
        moving = np.flatnonzero((np.abs(change) > 0.05) & (lag_s > 0.0))
        sign = np.where(np.arange(len(cells)) % 2, 1.0, -1.0)
        layer = Layer.from_rows(
            len(kept), np.repeat(moving, len(cells)), np.tile(cells, len(moving)),
            np.full(len(moving) * len(cells), 60.0, np.float32),
            (5.0 * np.outer(change[moving], sign)).ravel().astype(np.float32),
        )  # fmt: skip
        none = still_trace(trace.grid, time_s, 1 / drawing.fps)
        return with_columns(none, lag_s=lag_s, fast=layer)

    @pytest.mark.parametrize("rate_hz", [0.9, 1.5, 2.69])
    def test_the_rate_is_that_of_the_movement(self, sketch: type[Sketch], rate_hz: float) -> None:
        """Not 0.5 Hz, at which pictures are missing."""
        view, active, bursts = find_in(self.lossy(sketch(20.0, 15.0), rate_hz))
        found = find_rhythm(view, active, bursts, PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(rate_hz, abs=0.05)
        assert found.regularity > 0.9

    def test_they_are_not_seen(self, sketch: type[Sketch]) -> None:
        samples = swing_of(*find_in(self.lossy(sketch(20.0, 15.0), 1.5)), PARAMS)
        assert 0.65 < samples.is_seen.mean() < 0.85
        every = swing_of(*find_in(sketch(20.0).move(2.0, 9.0, HAND, signed=swing(1.0)).trace()), PARAMS)
        assert every.is_seen.all()

    @pytest.mark.parametrize("seed", range(3))
    def test_stamps_that_jitter(self, sketch: type[Sketch], seed: int) -> None:
        random = np.random.default_rng(seed)
        trace = sketch(20.0, 15.0).move(3.0, 17.0, HAND, signed=swing(1.7)).trace()
        aside_s = random.uniform(-0.02, 0.02, len(trace.frames))
        lag_s = np.maximum(trace.frames.lag_s + np.concatenate([[0.0, 0.0], aside_s[2:] - aside_s[:-2]]), 0.0)
        jittered = with_columns(trace, time_s=trace.frames.time_s + aside_s, lag_s=lag_s.astype(np.float32))
        found = find_rhythm(*find_in(jittered), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(1.7, abs=0.05)


class TestLimbsOfAnAwakeInfant:
    @pytest.mark.parametrize("seed", range(12))
    def test_ways_from_place_to_place_are_none(self, sketch: type[Sketch], bursts_of: BurstsOf, seed: int) -> None:
        """Way points 0.5 to 1.1 s apart, for six seconds: some look even for so long, but no cycle is like the next."""
        random = np.random.default_rng(seed)
        points_s = 2.0 + np.concatenate([[0.0], np.cumsum(random.uniform(0.5, 1.1, 9))])
        speed = np.diff(random.uniform(-1.0, 1.0, len(points_s))) / np.diff(points_s)

        def course(time_s: float) -> float:
            return 8.0 * float(speed[min(max(int(np.searchsorted(points_s, time_s)) - 1, 0), len(speed) - 1)])

        drawing = sketch(12.0, 15.0).move(2.0, 8.0, HAND, signed=course)
        assert find_rhythm(*bursts_of(drawing), PARAMS) is None


class TestOwnSwing:
    """What passes moves one place after the other; what swings keeps its place."""

    def test_what_passes_one_cell_after_another_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        """Steps at 1.5 Hz, each a cell further on: the sum of all cells is as even as can be."""
        drawing = sketch(16.0, 25.0)
        for step in range(15):
            begin_s = 2.0 + step / 1.5
            place = np.s_[6:10, 6 + step : 9 + step]
            drawing.move(begin_s, begin_s + 1 / 1.5, place, signed=swing(1.5), only_brightens=True)
        found = bursts_of(drawing)
        assert find_rhythm(*found, PARAMS) is None
        assert find_rhythm(*found, with_values(PARAMS, {"rules.without": "own swing"})) is not None

    def test_what_fades_still_swings(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(16.0, 25.0).move(
            2.0, 14.0, HAND, signed=lambda t: 8.0 * float(np.exp(-(t - 2.0) / 9.0) * np.cos(2 * np.pi * 1.5 * t))
        )
        found = find_rhythm(*bursts_of(drawing), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(1.5, abs=0.03)
        assert found.own_share == 1.0


class TestTooFast:
    """Pictures of a swing that is too fast for them are alike again after several of its cycles."""

    def test_what_swings_faster_than_the_footage_can_tell_is_no_slower_rhythm(
        self, sketch: type[Sketch], bursts_of: BurstsOf
    ) -> None:
        def uneven(time_s: float) -> float:
            # No two strokes of a limb are quite alike, but each third of 2.4 a second falls on the same moment.
            return swing(2.4)(time_s) + 0.4 * swing(0.8)(time_s)

        for signed, told_hz, without_hz in ((uneven, None, 0.8), (swing(1.6), 1.6, 1.6)):
            found = bursts_of(sketch(30.0, 8.0).move(3.0, 27.0, HAND, signed=signed))
            rhythm, other = (
                find_rhythm(*found, with_values(PARAMS, {"rules.without": without})) for without in ("", "too fast")
            )
            assert (rhythm.rate_hz if rhythm else None) == pytest.approx(told_hz, abs=0.03)
            assert other is not None
            assert other.rate_hz == pytest.approx(without_hz, abs=0.03)

    @pytest.mark.parametrize(
        ("fps", "lag", "rate_hz", "stroke_frames"),
        [(8, 1, 1.0, 2), (10, 1, 1.0, 2), (12, 2, 1.5, 1), (15, 2, 1.5, 1)],
    )
    def test_brief_strokes_have_power_at_many_rates_and_are_a_rhythm(
        self, sketch: type[Sketch], bursts_of: BurstsOf, fps: int, lag: int, rate_hz: float, stroke_frames: int
    ) -> None:
        """Out for one or two pictures in each cycle, seen as the difference to one or two pictures before."""
        cycle = round(fps / rate_hz)

        def position(frame: int) -> float:
            return 8.0 if frame % cycle < stroke_frames else 0.0

        drawing = sketch(24.0, float(fps))
        for frame in range(2 * fps, 22 * fps):
            change = position(frame) - position(frame - lag)
            if change:
                drawing.move(frame / fps, frame / fps + 1e-5, HAND, signed=change)
        rhythm = find_rhythm(*bursts_of(drawing), PARAMS)
        without = find_rhythm(*bursts_of(drawing), with_values(PARAMS, {"rules.without": "too fast"}))
        assert without is not None
        assert rhythm is not None
        assert rhythm.rate_hz == pytest.approx(without.rate_hz)


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
        assert found.regularity > PARAMS.classify.gross_plain_regularity

    @pytest.mark.parametrize("drift", [-0.5, 0.5])
    def test_of_a_drifting_rhythm_the_median_rate(
        self, sketch: type[Sketch], bursts_of: BurstsOf, drift: float
    ) -> None:
        def course(time_s: float) -> float:
            since_s = time_s - 2.0
            return 6.0 * float(np.cos(2 * np.pi * 1.2 * since_s * (1 + drift / 2 * (since_s / 14.0 - 1))))

        found = find_rhythm(*bursts_of(sketch(18.0, 15.0).move(2.0, 16.0, HAND, signed=course)), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(1.2, abs=0.05)

    @pytest.mark.parametrize(("rate_hz", "fps"), [(5.6, 25.0), (6.4, 30.0), (9.0, 60.0)])
    def test_a_tremor_on_a_fast_camera(
        self, sketch: type[Sketch], bursts_of: BurstsOf, rate_hz: float, fps: float
    ) -> None:
        found = find_rhythm(*bursts_of(sketch(12.0, fps).move(2.0, 9.0, HAND, signed=swing(rate_hz))), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(rate_hz, abs=0.05)

    def test_the_limits_decide(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        found = bursts_of(sketch(14.0, 25.0).move(2.0, 12.0, HAND, signed=swing(1.0)))
        for name, value in (("min_cycles", 20.0), ("min_s", 15.0), ("min_rate_hz", 1.5)):
            assert find_rhythm(*found, with_values(PARAMS, {f"rhythm.{name}": value})) is None

"""Rhythm: the rate of what swings, not of its speed; and no rhythm where there is none."""

import numpy as np
import pytest

from detector.events.rhythm import find_rhythm, signed_signal
from detector.params import Params, with_values
from tests.drawing import HAND, BurstsOf, Sketch, swing

PARAMS = Params()


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

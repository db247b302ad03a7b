"""Bursts: what stands out of the floor, joined in space and time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.events.burst import Burst
from detector.events.bursts import find_parts, join_parts, same_body
from detector.motion.layer import Layer, keep_stride
from detector.params import Params, with_values
from tests.drawing import FOOT, HAND, BurstsOf, Sketch, find_in, spans
from tests.traces import with_columns

PARAMS = Params()
FPS = 15.0


class TestBursts:
    def test_time_and_place_are_those_of_the_movement(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        _, _, (burst,) = bursts_of(sketch(20.0).move(5.0, 5.4, HAND))
        assert spans([burst]) == pytest.approx([5.0, 5.4], abs=1 / FPS)
        assert burst.duration_s == pytest.approx(0.4, abs=0.1)
        assert burst.start_s <= burst.peak_s <= burst.stop_s
        assert (burst.x_px, burst.y_px) == pytest.approx((120.0, 60.0), abs=0.5)
        assert burst.box_px == (100.0, 40.0, 140.0, 80.0)
        assert burst.area_fraction == pytest.approx(16 / (18 * 32))
        assert burst.snr == pytest.approx(40.0, rel=0.05)
        assert len(burst.cells) == 16
        assert (np.diff(burst.entries) > 0).all()

    @pytest.mark.parametrize("fps", [8.0, 10.0, 12.5, 15.0, 20.0, 25.0, 30.0, 60.0])
    @pytest.mark.parametrize("duration_s", [0.4, 1.0])
    def test_the_lag_does_not_stretch_them(
        self, sketch: type[Sketch], bursts_of: BurstsOf, fps: float, duration_s: float
    ) -> None:
        _, _, (burst,) = bursts_of(sketch(8.0, fps).move(5.0, 5.0 + duration_s, HAND))
        assert spans([burst]) == pytest.approx([5.0, 5.0 + duration_s], abs=1.01 / fps)

    def test_two_at_one_place_stay_two(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        _, _, bursts = bursts_of(sketch(20.0).move(5.0, 5.3, HAND).move(6.3, 6.6, HAND))
        assert spans(bursts) == pytest.approx([5.0, 5.3, 6.3, 6.6], abs=1 / FPS)

    def test_a_moment_of_stillness_does_not_end_one(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        _, _, bursts = bursts_of(sketch(20.0).move(5.0, 5.6, HAND).move(5.8, 6.4, HAND))
        assert spans(bursts) == pytest.approx([5.0, 6.4], abs=1 / FPS)

    def test_two_at_one_time_far_apart_stay_two(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        _, _, bursts = bursts_of(sketch(20.0).move(5.0, 5.4, HAND).move(5.1, 5.5, FOOT))
        assert [burst.x_px for burst in bursts] == pytest.approx([120.0, 260.0], abs=1.0)

    def test_two_edges_of_one_limb_are_one(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(20.0).move(5.0, 5.4, np.s_[4:8, 10:12]).move(5.0, 5.4, np.s_[4:8, 13:15])
        _, _, (burst,) = bursts_of(drawing)
        assert len(burst.cells) == 16

    def test_a_faint_one_beyond_the_high_threshold_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert bursts_of(sketch(20.0).move(5.0, 5.4, HAND, snr=4.0))[2] == []
        # It counts whole, though, where some of it is strong.
        drawing = sketch(20.0).move(5.0, 5.4, HAND, snr=4.0).move(5.0, 5.4, np.s_[5:6, 11:13], snr=20.0)
        assert len(bursts_of(drawing)[2][0].cells) == 16

    def test_a_single_cell_in_a_single_frame_is_noise(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert bursts_of(sketch(20.0).move(5.0, 5.01, np.s_[4:5, 10:11], snr=90.0))[2] == []

    def test_cells_at_opposite_edges_do_not_touch(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(20.0).move(5.0, 5.4, np.s_[4:6, 30:32]).move(5.0, 5.4, np.s_[5:7, 0:2])
        assert len(bursts_of(drawing)[2]) == 2

    @given(st.floats(0, 40000, width=16))
    @settings(max_examples=15, deadline=None)
    def test_shifted_footage_gives_shifted_bursts(
        self, sketch: type[Sketch], bursts_of: BurstsOf, later_s: float
    ) -> None:
        found = []
        for start_s in (0.0, later_s):
            drawing = sketch(9.0, start_s=start_s).move(start_s + 3.0, start_s + 3.4, HAND)
            found.append(bursts_of(drawing.move(start_s + 6.0, start_s + 7.1, FOOT, snr=9.0))[2])
        assert spans(found[1]) == pytest.approx([time_s + later_s for time_s in spans(found[0])], abs=1e-6)
        assert all(np.array_equal(one.cells, other.cells) for one, other in zip(*found, strict=True))

    def test_a_higher_threshold_gives_no_new_burst(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(30.0)
        random = np.random.default_rng(4)
        for start_s in np.arange(1.0, 28.0, 0.7):
            row, column = random.integers(0, 14), random.integers(0, 28)
            box = np.s_[row : row + 4, column : column + 4]
            drawing.move(start_s, start_s + random.uniform(0.1, 0.9), box, snr=random.uniform(3, 60))
        before: list[Any] | None = None
        for threshold in (3.0, 5.0, 10.0, 20.0, 40.0):
            bursts = bursts_of(drawing, with_values(PARAMS, {"burst.threshold": threshold}))[2]
            assert all(burst.snr >= threshold for burst in bursts)
            if before is not None:
                assert len(bursts) < len(before)
                for burst in bursts:
                    assert any(set(burst.entries) <= set(other.entries) for other in before)
            before = bursts

    def test_entries_of_bursts_do_not_overlap(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(20.0).move(5.0, 6.0, HAND).move(5.2, 5.9, FOOT).move(8.0, 8.4, np.s_[0:18, 0:32])
        _, active, bursts = bursts_of(drawing)
        entries = np.concatenate([burst.entries for burst in bursts])
        assert len(np.unique(entries)) == len(entries)
        assert entries.max() < len(active)


class TestJoinParts:
    def test_a_chain_of_three_is_one(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        no_reach = with_values(PARAMS, {"burst.reach": 0.0})
        drawing = sketch(20.0)
        for place, column in enumerate((4, 7, 10)):
            drawing.move(5.0 + 0.1 * place, 5.5 + 0.1 * place, np.s_[4:8, column : column + 2])
        view, active, bursts = bursts_of(drawing, no_reach)
        assert len(bursts) == 3
        parts = find_parts(view, active, PARAMS)
        # Whichever comes first.
        for order in (parts, parts[::-1], [parts[0], parts[2], parts[1]]):
            (merged,) = join_parts(view, active, order, PARAMS)
            assert len(merged.cells) == 24

    def test_one_after_the_other_stays_apart(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(20.0).move(5.0, 5.3, np.s_[4:8, 10:12]).move(5.8, 6.1, np.s_[4:8, 13:15])
        assert len(bursts_of(drawing)[2]) == 2

    def test_nothing_stays_nothing(self, sketch: type[Sketch]) -> None:
        found = find_in(sketch(2.0).trace())
        assert join_parts(found.view, found.active, [], PARAMS) == []


class TestThinned:
    def test_a_thinned_movement_is_described_like_a_whole_one(self, sketch: type[Sketch]) -> None:
        whole = sketch(12.0).move(5.0, 6.0, np.s_[2:14, 4:28]).trace()
        layer = whole.fast
        stride = np.where(np.diff(layer.first) > 0, 4, 1).astype(np.uint8)
        kept = keep_stride(layer.cell.astype(int), stride[layer.frame], whole.grid.columns)
        thin = Layer.from_rows(
            len(whole.frames),
            layer.frame[kept],
            layer.cell[kept].astype(int),
            layer.energy[kept].astype(np.float32),
            layer.signed[kept].astype(np.float32),
            stride,
        )
        described = []
        for trace in (whole, with_columns(whole, fast=thin)):
            (burst,) = find_in(trace).bursts
            described.append(burst)
        one, other = described
        assert spans([other]) == spans([one])
        assert other.area_fraction == pytest.approx(one.area_fraction, rel=0.35)
        assert (other.x_px, other.y_px) == pytest.approx((one.x_px, one.y_px), abs=2 * sketch.cell_px)
        assert other.snr == one.snr


class TestSameBody:
    """Pieces of one body start together and last about as long."""

    HEAD, LEGS = np.s_[1:4, 2:6], np.s_[13:17, 24:30]

    def bodies(self, sketch: type[Sketch], bursts_of: BurstsOf, second: tuple[float, float]) -> list[Burst]:
        found = bursts_of(sketch(12.0, 25.0).move(5.0, 6.0, self.HEAD).move(*second, self.LEGS))
        assert len(found.bursts) == 2
        return same_body(found.view, found.active, found.bursts, PARAMS)

    @pytest.mark.parametrize("second", [(5.0, 6.0), (5.08, 5.9), (4.92, 6.4)])
    def test_that_start_together_are_one(
        self, sketch: type[Sketch], bursts_of: BurstsOf, second: tuple[float, float]
    ) -> None:
        (body,) = self.bodies(sketch, bursts_of, second)
        assert body.start_s == pytest.approx(min(5.0, second[0]), abs=0.05)
        assert body.stop_s == pytest.approx(max(6.0, second[1]), abs=0.05)
        assert body.box_px == (20.0, 10.0, 300.0, 170.0)

    @pytest.mark.parametrize("second", [(5.4, 6.4), (5.0, 5.3), (7.0, 8.0)])
    def test_that_start_or_last_otherwise_are_two(
        self, sketch: type[Sketch], bursts_of: BurstsOf, second: tuple[float, float]
    ) -> None:
        assert len(self.bodies(sketch, bursts_of, second)) == 2

    def test_of_nothing_is_nothing(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        found = bursts_of(sketch(5.0))
        assert same_body(found.view, found.active, found.bursts, PARAMS) == []

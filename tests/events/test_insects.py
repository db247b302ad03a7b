"""Insects and dust: small bright things that cross the picture or flash up, told from limbs that keep their place."""

import numpy as np
import pytest

from detector.events.decide import find_bursts
from detector.events.insects import Sorted, sort_bursts
from detector.events.paths import measure_paths
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch

PARAMS = Params()
FPS = 25.0
HAND = np.s_[4:8, 10:14]


def flight(sketch: type[Sketch], duration_s: float, columns: tuple[int, int], *, only_brightens: bool = True) -> Sketch:
    """Something of 2 x 2 cells flies from 3.0 s on from one column to another, in row 8."""
    drawing = sketch(8.0, FPS)
    n_steps = round(duration_s * FPS)
    for step, column in enumerate(np.linspace(*columns, n_steps).round().astype(int)):
        time_s = 3.0 + step / FPS
        drawing.move(time_s, time_s + 1 / FPS, np.s_[8:10, column : column + 2], only_brightens=only_brightens)
    return drawing


class TestMeasurePaths:
    def test_a_flight(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, (burst,) = bursts_of(flight(sketch, 0.8, (2, 28)))
        path = measure_paths(view, active, [burst])[0]
        # 260 px of a diagonal of 367 px, less what smoothing and the lag take at its ends.
        assert path.travel == pytest.approx(260 / np.hypot(320, 180), rel=0.2)
        assert path.straightness > 0.95
        assert path.speed == pytest.approx(path.travel / 0.8, rel=0.2)
        assert path.brightening == pytest.approx(1.0, abs=0.01)

    def test_a_limb_stays(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, (burst,) = bursts_of(sketch(8.0, FPS).move(3.0, 3.4, HAND))
        path = measure_paths(view, active, [burst])[0]
        assert path.travel == pytest.approx(0.0, abs=0.01)
        assert path.brightening == pytest.approx(0.0, abs=0.05)

    def test_what_an_encoder_shows_of_it_before_it_is_there_does_not_count(
        self, sketch: type[Sketch], bursts_of: BurstsOf
    ) -> None:
        drawing = sketch(8.0, FPS).move(2.9, 3.0, HAND, snr=6.0, signed=-1.0, only_brightens=True)
        view, active, (burst,) = bursts_of(drawing.move(3.0, 3.4, HAND, snr=400.0, only_brightens=True))
        (path,) = measure_paths(view, active, [burst])
        assert path.brightening == pytest.approx(1.0, abs=0.1)

    @pytest.mark.parametrize(("signed", "brightening"), [(5.0, 1.0), (-5.0, -1.0)])
    def test_what_only_darkens_has_the_other_sign(
        self, sketch: type[Sketch], bursts_of: BurstsOf, signed: float, brightening: float
    ) -> None:
        view, active, (burst,) = bursts_of(sketch(8.0, FPS).move(3.0, 3.4, HAND, signed=signed, only_brightens=True))
        assert measure_paths(view, active, [burst])[0].brightening == pytest.approx(brightening, abs=0.01)

    def test_two_frames_are_no_path(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, (burst,) = bursts_of(sketch(8.0, 5.0).move(3.0, 3.01, HAND))
        path = measure_paths(view, active, [burst])[0]
        assert (path.travel, path.straightness, path.speed) == (0.0, 0.0, 0.0)


def drawn_apart(sketch: type[Sketch], duration_s: float = 0.8) -> Sketch:
    """Something flies past while a hand, out of its way, jerks."""
    return flight(sketch, duration_s, (2, 28)).move(3.2, 3.5, np.s_[3:7, 14:18])


class TestSortBursts:
    @pytest.mark.parametrize("duration_s", [0.6, 0.8, 1.5, 4.0])
    @pytest.mark.parametrize("columns", [(2, 28), (28, 2)])
    def test_what_crosses_the_picture_is_an_insect(
        self, sketch: type[Sketch], bursts_of: BurstsOf, duration_s: float, columns: tuple[int, int]
    ) -> None:
        view, active, bursts = bursts_of(flight(sketch, duration_s, columns))
        found = sort_bursts(view, active, bursts, PARAMS)
        assert (found.local, found.passing) == ([], [])
        assert [insect.kind for insect in found.insects] == ["insect"]
        insect = found.insects[0]
        assert (insect.start_s, insect.stop_s) == pytest.approx((3.0, 3.0 + duration_s), abs=3 / FPS)
        assert "diagonals/s" in insect.detail

    @pytest.mark.parametrize(("side", "n_insects"), [(4, 1), (10, 0)])
    def test_a_moth_near_the_lens_is_one_and_a_hand_that_reaches_across_is_none(
        self, sketch: type[Sketch], bursts_of: BurstsOf, side: int, n_insects: int
    ) -> None:
        drawing = sketch(8.0, FPS)
        for step, column in enumerate(np.linspace(0, 32 - side, 20).round().astype(int)):
            time_s = 3.0 + step / FPS
            place = np.s_[4 : 4 + side, column : column + side]
            drawing.move(time_s, time_s + 1 / FPS, place, only_brightens=True)
        view, active, bursts = bursts_of(drawing)
        found = sort_bursts(view, active, bursts, PARAMS)
        assert len(found.insects) == n_insects
        areas = [burst.area_fraction for burst in bursts]
        assert areas == pytest.approx([0.045 if n_insects else 0.2], rel=0.3)

    @pytest.mark.parametrize(("side", "n_insects"), [(3, 1), (5, 0)])
    def test_a_flash_that_goes_nowhere_is_one_only_where_it_is_small(
        self, sketch: type[Sketch], bursts_of: BurstsOf, side: int, n_insects: int
    ) -> None:
        drawing = sketch(8.0, FPS).move(3.0, 3.06, np.s_[4 : 4 + side, 10 : 10 + side], only_brightens=True)
        view, active, bursts = bursts_of(drawing)
        assert len(sort_bursts(view, active, bursts, PARAMS).insects) == n_insects

    def test_bright_or_not(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, bursts = bursts_of(flight(sketch, 0.8, (2, 28), only_brightens=False))
        assert sort_bursts(view, active, bursts, PARAMS).local == []

    @pytest.mark.parametrize("duration_s", [0.2, 0.4, 1.0, 4.0])
    def test_a_limb_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf, duration_s: float) -> None:
        view, active, bursts = bursts_of(sketch(12.0, FPS).move(3.0, 3.0 + duration_s, HAND))
        assert sort_bursts(view, active, bursts, PARAMS) == Sorted(bursts, [], [])

    def test_a_slow_crawl_over_a_hand_s_breadth_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, bursts = bursts_of(flight(sketch, 4.0, (10, 16), only_brightens=False))
        assert sort_bursts(view, active, bursts, PARAMS).insects == []

    def test_dust_drifts_slowly_and_is_bright(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, bursts = bursts_of(flight(sketch, 4.0, (10, 16)))
        assert sort_bursts(view, active, bursts, PARAMS).local == []

    def test_what_is_too_large_passes(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(8.0, FPS)
        for step, column in enumerate(np.linspace(0, 26, 30).astype(int)):
            time_s = 3.0 + step / FPS
            drawing.move(time_s, time_s + 1 / FPS, np.s_[5:11, column : column + 5], only_brightens=True)
        view, active, bursts = bursts_of(drawing)
        assert sort_bursts(view, active, bursts, PARAMS) == Sorted([], bursts, [])

    def test_each_burst_goes_one_way(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = flight(sketch, 0.8, (2, 28)).move(6.0, 6.4, HAND)
        view, active, bursts = bursts_of(drawing)
        found = sort_bursts(view, active, bursts, PARAMS)
        assert [burst.start_s for burst in found.local] == pytest.approx([6.0], abs=1 / FPS)
        assert len(found.insects) == 1

    def test_limits_decide(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, bursts = bursts_of(flight(sketch, 0.8, (2, 28), only_brightens=False))
        strict = with_values(PARAMS, {"artifact.insect_extents": 90.0, "artifact.insect_far": 90.0})
        assert sort_bursts(view, active, bursts, strict).insects == []

    @pytest.mark.parametrize(("n_insects", "is_one_more"), [(3, False), (4, True)])
    def test_in_a_swarm_brightness_alone_tells(
        self, sketch: type[Sketch], bursts_of: BurstsOf, n_insects: int, is_one_more: bool
    ) -> None:
        drawing = sketch(24.0, FPS).move(20.0, 20.4, HAND, signed=5.0, only_brightens=True)
        for k in range(n_insects):
            for step, column in enumerate(np.linspace(2, 28, 20).round().astype(int)):
                time_s = 3.0 + 3.0 * k + step / FPS
                drawing.move(time_s, time_s + 1 / FPS, np.s_[8:10, column : column + 2], only_brightens=True)
        view, active, bursts = bursts_of(drawing)
        assert len(sort_bursts(view, active, bursts, PARAMS).insects) == n_insects + is_one_more
        without = with_values(PARAMS, {"rules.without": "swarm"})
        assert len(sort_bursts(view, active, bursts, without).insects) == n_insects

    def test_nothing(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, bursts = bursts_of(sketch(5.0))
        assert sort_bursts(view, active, bursts, PARAMS) == Sorted([], [], [])


class TestFindCrossing:
    def test_a_limb_beside_an_insect_moves_by_itself(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        view, active, (together,) = bursts_of(drawn_apart(sketch))
        assert together.duration_s > 0.6
        alone = find_bursts(view, active, PARAMS)
        found = sort_bursts(view, active, alone, PARAMS)
        assert len(found.insects) == 1
        assert [(burst.start_s, burst.stop_s) for burst in found.local] == [pytest.approx((3.2, 3.5), abs=2 / FPS)]

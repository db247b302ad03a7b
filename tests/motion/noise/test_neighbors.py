"""Which floor holds for each block: calm neighbors, the same light."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.neighbors import quiet_floor, quiet_floors
from detector.params import NoiseParams

PARAMS = NoiseParams()


def noise(n_blocks: int, n_cells: int, seed: int) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).normal(0.0, 1.0, (n_blocks, n_cells)) ** 2).astype(np.float32)


def quiet_of(floors: Any, level: Any, params: NoiseParams = PARAMS) -> NDArray[np.float32]:
    return quiet_floors(floors, level, params)


class TestQuietFloors:
    def test_a_restless_block_gets_the_floor_of_the_calm_ones_around_it(self) -> None:
        floors, level = np.ones((9, 4), np.float32), np.full(9, 0.5, np.float32)
        floors[4, 2] = 300.0
        assert quiet_of(floors, level) == pytest.approx(1.0)

    def test_a_cell_that_never_rests_keeps_its_floor(self) -> None:
        floors = np.ones((9, 4), np.float32)
        floors[:, 1] = 50.0
        assert quiet_of(floors, np.full(9, 0.5, np.float32)) == pytest.approx(floors)

    @pytest.mark.parametrize("n_moving", [1, 5, 8])
    def test_a_cell_that_moves_in_most_blocks_gets_the_floor_of_those_in_which_it_rests(self, n_moving: int) -> None:
        """As that of an infant who is awake in most of a clip; the noise of a camera has no such gap."""
        floors, level = np.linspace(1.0, 2.0, 9, dtype=np.float32)[:, None] * np.ones((9, 4), np.float32), np.ones(9)
        floors[9 - n_moving :, 2] = 12.0
        found = quiet_of(floors, level.astype(np.float32))
        assert (found[:, 2] <= 2.0).all()
        assert (found[:, [0, 1, 3]] == floors[2, 0]).all()

    def test_a_picture_that_stood_still_tells_of_no_noise(self) -> None:
        floors, level = np.full((9, 4), 4.0, np.float32), np.full(9, 1.5, np.float32)
        floors[3], level[3] = 0.0, 0.0
        assert (quiet_of(floors, level) == 4.0).all()

    @pytest.mark.parametrize("rests", [[2], [2, 5], [3, 4, 5]])
    def test_rests_of_an_infant_who_moves_most_of_the_picture_count(self, rests: list[int]) -> None:
        floors, level = np.full((9, 10), 12.0, np.float32), np.full(9, 1.6, np.float32)
        floors[rests], level[rests] = 1.0, 0.04
        assert (quiet_of(floors, level) == 1.0).all()

    def test_so_do_those_in_which_an_encoder_leaves_no_noise(self) -> None:
        floors, level = np.zeros((9, 10), np.float32), np.full(9, 1.2, np.float32)
        floors[:, :6] = 12.0
        floors[4], level[4] = 0.0, 0.0
        assert (quiet_of(floors, level) == 0.0).all()

    def test_a_place_whose_noise_an_encoder_left_out_for_a_while_did_not_rest(self) -> None:
        floors = np.full((9, 10), 3.0, np.float32)
        floors[4, :3] = 0.0
        assert (quiet_of(floors, np.full(9, 0.7, np.float32)) == 3.0).all()

    @pytest.mark.parametrize(("n_low", "floor"), [(2, 12.0), (4, 1.0)])
    def test_of_many_blocks_a_tenth_has_to_rest(self, n_low: int, floor: float) -> None:
        floors = np.ones((31, 10), np.float32)
        floors[n_low:, 0] = 12.0
        assert (quiet_of(floors, np.full(31, 0.7, np.float32))[:, 0] == floor).all()

    def test_after_a_change_of_light_earlier_floors_do_not_count(self) -> None:
        floors = np.repeat(np.array([1.0, 6.0], np.float32), 5)[:, None] * np.ones(3, np.float32)
        level = np.repeat(np.array([0.3, 2.0], np.float32), 5)
        assert quiet_of(floors, level) == pytest.approx(floors)

    def test_only_neighbors_count(self) -> None:
        floors = np.linspace(1.0, 50.0, 100, dtype=np.float32)[:, None]
        params = NoiseParams(neighbors=3)
        found = quiet_of(floors, np.ones(100, np.float32), params)[:, 0]
        assert (np.abs(found - floors[:, 0]) <= 6 * 0.5).all()

    @given(st.integers(1, 12), st.integers(0, 20), st.floats(0, 1), st.integers(0, 99))
    @settings(max_examples=40)
    def test_it_lies_within_the_floors_and_order_of_cells_does_not_matter(
        self, n_blocks: int, neighbors: int, quantile: float, seed: int
    ) -> None:
        params = NoiseParams(neighbors=neighbors, block_quantile=quantile)
        floors, level = noise(n_blocks, 5, seed=seed), noise(n_blocks, 1, seed=seed + 1)[:, 0]
        found = quiet_of(floors, level, params)
        assert (floors.min(axis=0) <= found).all()
        assert (found <= floors.max(axis=0)).all()
        assert np.array_equal(quiet_of(floors[:, ::-1], level, params), found[:, ::-1])

    def test_of_no_blocks_there_are_none(self) -> None:
        assert quiet_of(np.zeros((0, 4), np.float32), np.zeros(0, np.float32)).shape == (0, 4)

    @pytest.mark.parametrize(("n_after", "counts"), [(3, True), (6, False)])
    def test_other_light_does_not_count_unless_there_are_too_few(self, n_after: int, counts: bool) -> None:
        floors, level = np.full((10 + n_after, 4), 5.0, np.float32), np.full(10 + n_after, 0.5, np.float32)
        floors[10:] = 2.0
        light = np.repeat([0, 1], [10, n_after])
        found = quiet_floors(floors, level, PARAMS, light)
        assert (found[:10] == 5.0).all()
        assert (found[10:] == (5.0 if counts else 2.0)).all()

    @pytest.mark.parametrize("n_after", [1, 3, 6])
    def test_a_floor_is_no_lower_than_in_its_own_light(self, n_after: int) -> None:
        floors, level = np.ones((10 + n_after, 4), np.float32), np.full(10 + n_after, 0.5, np.float32)
        floors[10:] = 7.0
        found = quiet_floors(floors, level, PARAMS, np.repeat([0, 1], [10, n_after]))
        assert (found[:10] == 1.0).all()
        assert (found[10:] == 7.0).all()


class TestQuietFloor:
    @pytest.mark.parametrize(("by_gap", "floor"), [(True, 1.0), (False, 12.0)])
    def test_at_the_long_lag_few_blocks_of_rest_are_not_enough(self, floor: float, *, by_gap: bool) -> None:
        """There a chest that came to lie at a place moves it as much as a limb, in each breath."""
        floors = np.ones((15, 4), np.float32)
        floors[2:, 0] = 12.0
        assert quiet_floor(floors, PARAMS, by_gap=by_gap).tolist() == [floor, 1.0, 1.0, 1.0]

    @pytest.mark.parametrize(("lowest", "floor"), [(0.0, 1.2), (0.9, 3.9)])
    def test_the_gap_is_counted_from_a_floor_and_the_minimum(self, lowest: float, floor: float) -> None:
        """Of no noise at all, any noise would be many times as much."""
        floors = np.full((10, 6), lowest, np.float32)
        floors[1:, 2] = floor
        assert quiet_floor(floors, PARAMS)[2] == np.float32(floor)
        floors[1:, 2] = floor + 1.5
        assert quiet_floor(floors, PARAMS)[2] == np.float32(lowest)

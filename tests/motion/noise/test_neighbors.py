"""Which floor holds for each block: calm neighbors, the same light."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.neighbors import quiet_floors
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

    @pytest.mark.parametrize(("stood_still", "floor"), [(False, 0.0), (True, 4.0)])
    def test_a_picture_that_stood_still_tells_of_no_noise(self, stood_still: bool, floor: float) -> None:
        """But where hardly anything is noisy an encoder may well erase all of it."""
        floors, level = np.full((9, 4), 4.0, np.float32), np.full(9, 1.5 if stood_still else 0.1, np.float32)
        floors[3], level[3] = 0.0, 0.0
        assert (quiet_of(floors, level) == floor).all()

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

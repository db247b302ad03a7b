"""Floors of cells that move: what the camera alone would have made."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.floor import measure_floor, sampled
from detector.motion.noise.moved import camera_floor, still_floor
from detector.params import NoiseParams
from tests.motion.noise.test_floor import FPS, PARAMS, ascending, no, noise


class TestCameraFloor:
    """What moves, however often, is not the noise of its own place."""

    @staticmethod
    def floors(moves: NDArray[np.bool_], strength: float = 60.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The usual and the camera's floor of 400 cells of which ten move in some frames."""
        energy = noise(len(moves), 400)
        energy[moves, :10] += strength
        usual = measure_floor(ascending(energy, PARAMS), PARAMS)
        return usual, camera_floor(ascending(energy, PARAMS), usual, PARAMS)

    def test_noise_alone_is_the_floor(self) -> None:
        usual, floor = self.floors(no(400))
        assert np.mean(floor < usual) < 0.3
        assert np.median(floor / usual) == 1.0

    def test_a_limb_that_twitches_14_times_a_minute_is_not_its_own_floor(self) -> None:
        usual, floor = self.floors(np.arange(400) / FPS % (60.0 / 14.0) < 0.4)
        assert usual[:10].min() > 50.0
        assert floor[:10].max() < 2.2 * np.median(floor)

    @pytest.mark.parametrize(("strength", "is_closer"), [(60.0, True), (10.0, False)], ids=["a limb", "scraps"])
    def test_only_where_something_plainly_moves_it_is_told_more_closely(
        self, strength: float, *, is_closer: bool
    ) -> None:
        """What an encoder shows of a breathing chest now and then is no movement."""
        energy = noise(400, 400)
        energy[np.arange(400) / FPS % 4.0 < 0.4, :10] += strength
        sample = ascending(energy, PARAMS)
        usual = measure_floor(sample, PARAMS)
        by_often = camera_floor(sample, usual, PARAMS.model_copy(update={"duty_floors": 1e6}))
        assert bool((camera_floor(sample, usual, PARAMS)[:10] < by_often[:10]).any()) is is_closer

    def test_a_lamp_that_changes_the_whole_picture_makes_no_floor_closer(self) -> None:
        energy = noise(400, 400)
        energy[[100, 101, 200, 201, 300, 301]] += 60.0
        sample = ascending(energy, PARAMS)
        usual = measure_floor(sample, PARAMS)
        by_often = camera_floor(sample, usual, PARAMS.model_copy(update={"duty_floors": 1e6}))
        assert np.array_equal(camera_floor(sample, usual, PARAMS), by_often)

    def test_an_infant_who_never_rests_is_not_either(self) -> None:
        usual, floor = self.floors(~no(400), 400.0)
        assert usual[:10].min() > 300.0
        most = PARAMS.most_usual * (np.median(usual) + PARAMS.minimum)
        assert floor[:10].max() <= most * 1.001
        assert floor[:10].max() < 100.0

    def test_breathing_that_swells_for_half_of_each_cycle_stays_in_it(self) -> None:
        usual, floor = self.floors(np.arange(400) / FPS % 2.0 < 1.0, 8.0)
        assert np.array_equal(floor[:10], usual[:10])
        assert floor[:10].min() > 8.0

    def test_it_is_never_above_the_usual_one(self) -> None:
        for share in (0.0, 0.1, 0.5, 1.0):
            usual, floor = self.floors(np.random.default_rng(3).random(400) < share)
            assert (floor <= usual).all()

    def test_of_no_frames_it_is_what_it_was(self) -> None:
        given_floor = np.full(5, 3.0, np.float32)
        assert np.array_equal(camera_floor(np.zeros((5, 0), np.float32), given_floor, PARAMS), given_floor)


class TestStillFloor:
    """An infant who moves for a part of a block does not hide in it."""

    @staticmethod
    def floors(
        energy: NDArray[np.float32], n_parts: int = 4, params: NoiseParams = PARAMS
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The usual floor, and that of the parts in which a cell rested."""
        usual = measure_floor(ascending(energy, params), params)
        return usual, still_floor(sampled(energy, params), usual, n_parts, params)

    @pytest.mark.parametrize("n_moving", [1, 2, 3])
    def test_a_cell_that_moves_in_some_parts_has_the_floor_of_the_others(self, n_moving: int) -> None:
        energy = noise(400, 400)
        energy[: 100 * n_moving, :10] += 60.0
        usual, floor = self.floors(energy)
        assert usual[:10].min() > 50.0
        assert floor[:10].max() < 4.0 * np.median(usual)
        assert floor[:10].min() > 0.3 * np.median(usual)

    def test_what_moves_all_the_time_is_left_as_it_was(self) -> None:
        energy = noise(400, 400)
        energy[:, :10] += 60.0
        usual, floor = self.floors(energy)
        assert np.array_equal(floor[:10], usual[:10])

    def test_breathing_is_left_as_it_was(self) -> None:
        energy = noise(400, 400) * 0.2 + 0.5
        energy[np.arange(400) / FPS % 2.0 < 1.0, :10] += 8.0
        usual, floor = self.floors(energy)
        assert np.array_equal(floor[:10], usual[:10])

    def test_a_part_in_which_the_picture_stood_still_tells_of_no_noise(self) -> None:
        energy = noise(400, 400) + 2.0
        energy[100:200] = 0.0
        usual, floor = self.floors(energy)
        assert np.mean(floor < usual) < 0.05

    def test_noise_that_steps_everywhere_is_no_movement(self) -> None:
        energy = noise(400, 400)
        energy[200:] *= 9.0
        usual, floor = self.floors(energy)
        assert np.array_equal(floor, usual)

    def test_noise_alone_is_hardly_ever_taken_for_movement(self) -> None:
        usual, floor = self.floors(noise(400, 4000))
        assert np.mean(floor < usual) < 0.05

    @pytest.mark.parametrize("n_frames", [0, 1, 63])
    def test_too_few_frames_tell_nothing(self, n_frames: int) -> None:
        energy = noise(n_frames, 5)
        energy[: n_frames // 2] += 60.0
        usual, floor = self.floors(energy)
        assert np.array_equal(floor, usual)

    @given(st.integers(1, 12), st.integers(64, 300), st.integers(0, 99))
    @settings(max_examples=40)
    def test_it_is_never_above_the_usual_one(self, n_parts: int, n_frames: int, seed: int) -> None:
        energy = noise(n_frames, 6, seed=seed)
        energy[np.random.default_rng(seed).random(n_frames) < 0.3, :3] += 40.0
        usual, floor = self.floors(energy, n_parts)
        assert (floor <= usual).all()
        assert (floor >= 0.0).all()

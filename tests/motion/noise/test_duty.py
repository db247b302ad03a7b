"""How much of the time something moves: a curtain nearly always, a limb that twitches for less than a third."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.noise.duty import measure_duty
from detector.params import NoiseParams

PARAMS = NoiseParams()
GRID = Grid(12, 20, (10.0, 10.0), 200, 120)
FPS, SECONDS = 15.0, 30.0
TIME_S = np.arange(round(FPS * SECONDS)) / FPS
FLOOR = np.full(GRID.n_cells, 4.0, np.float32)


def energies(moves: NDArray[np.bool_], place: tuple[slice, slice] = np.s_[5:8, 9:12]) -> NDArray[np.float32]:
    """Noise, and movement of a place in some frames."""
    random = np.random.default_rng(1)
    energy = random.exponential(1.0, (len(TIME_S), GRID.rows, GRID.columns)).astype(np.float32)
    energy[(moves, *place)] += 100.0
    return energy.reshape(len(TIME_S), -1)


def duty(moves: NDArray[np.bool_], place: tuple[slice, slice] = np.s_[5:8, 9:12]) -> NDArray[np.float64]:
    share = measure_duty(energies(moves, place), FLOOR, TIME_S, GRID, PARAMS)
    return share.reshape(GRID.rows, GRID.columns) / 255.0


def test_a_curtain_moves_all_the_time_and_only_there() -> None:
    found = duty(TIME_S % 0.4 < 0.2)
    assert found[6, 10] == 1.0
    assert found[0, 0] == found[11, 19] == 0.0


def test_a_clock_moves_in_half_of_the_windows() -> None:
    assert duty(TIME_S % 1.0 < 0.15)[6, 10] == pytest.approx(0.5, abs=0.02)


def test_a_limb_that_twitches_14_times_a_minute_in_less_than_a_third() -> None:
    found = duty(TIME_S % (60.0 / 14.0) < 0.4)
    assert 0.1 < found[6, 10] < 0.3


def test_it_reaches_two_cells_and_no_further() -> None:
    found = duty(np.ones(len(TIME_S), bool))
    assert found[6, 13] == 1.0
    assert found[6, 14] == 0.0


def test_what_moves_the_whole_picture_tells_nothing_of_a_place() -> None:
    assert not duty(TIME_S % 0.4 < 0.2, np.s_[:, :]).any()


def test_of_no_frames_it_is_zero() -> None:
    found = measure_duty(np.zeros((0, GRID.n_cells), np.float32), FLOOR, TIME_S[:0], GRID, PARAMS)
    assert found.dtype == np.uint8
    assert not found.any()

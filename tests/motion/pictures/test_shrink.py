"""From luma to small pictures: the grid, and exact halving."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.motion.grid import grid_for
from detector.motion.pictures.shrink import BATCH, CHUNK, Shrinker, rim_of, working_picture
from detector.params import MotionParams, allowed_range, iter_parameters

PARAMS = MotionParams()


class TestGrid:
    @pytest.mark.parametrize(
        ("size", "rows", "columns", "side_px"),
        [
            ((320, 180), 45, 80, 4.0),
            ((480, 270), 67, 120, 4.0),
            ((848, 480), 60, 106, 8.0),
            ((1920, 1080), 67, 120, 16.0),
            ((1080, 1920), 120, 67, 16.0),
            ((218, 164), 41, 54, 4.0),
            ((2, 2), 1, 1, 4.0),
        ],
    )
    def test_known_pictures(self, size: tuple[int, int], rows: int, columns: int, side_px: float) -> None:
        grid = grid_for(*size, PARAMS)
        assert (grid.rows, grid.columns, grid.cell_px) == (rows, columns, (side_px, side_px))

    @given(st.integers(4, 8000), st.integers(4, 8000), st.integers(64, 1024))
    def test_cells_lie_inside_the_picture_and_leave_less_than_two_out(self, width: int, height: int, most: int) -> None:
        grid = grid_for(width, height, MotionParams(working_long_side_px=most, whole_long_side_px=min(most, 480)))
        side = grid.cell_px[0]
        for count, size in ((grid.columns, width), (grid.rows, height)):
            assert count * side <= size or count == 1
            assert size < (count + 2) * side
        assert max(grid.columns, grid.rows) * 4 <= most

    def test_cell_numbers_fit_into_the_trace_whatever_the_parameter(self) -> None:
        limits = allowed_range(dict(iter_parameters())["motion.working_long_side_px"])
        most = int(limits.split("<= ")[1])
        grid = grid_for(most, most, MotionParams(working_long_side_px=most, whole_long_side_px=min(most, 480)))
        assert grid.rows * grid.columns - 1 <= np.iinfo(np.uint16).max


class TestWorkingPicture:
    def test_halving_is_an_exact_mean(self) -> None:
        picture = np.random.default_rng(0).integers(0, 256, (36, 52), np.uint8)
        blocks = picture.reshape(18, 2, 26, 2).astype(int).sum(axis=(1, 3))
        assert np.abs(working_picture(picture, 1) - blocks / 4.0).max() <= 0.5

    def test_odd_edges_are_left_out(self) -> None:
        picture = np.random.default_rng(0).integers(0, 256, (39, 55), np.uint8)
        assert np.array_equal(working_picture(picture, 1), working_picture(picture[:38, :54], 1))

    def test_no_halving_changes_nothing(self) -> None:
        picture = np.random.default_rng(0).integers(0, 256, (20, 30), np.uint8)
        assert np.array_equal(working_picture(picture, 0), picture)


class TestShrinker:
    @pytest.mark.parametrize("size", [(64, 48), (642, 362), (1281, 723), (480, 854)])
    def test_a_flat_picture_stays_as_it_is(self, size: tuple[int, int]) -> None:
        grid = grid_for(*size, PARAMS)
        shrinker, rim = Shrinker(grid), 2 * rim_of(grid)
        stack = shrinker.new_stack()
        for place in range(BATCH):
            shrinker.put(place, np.full(size[::-1], 8 * place, np.uint8))
        for first in range(0, BATCH, CHUNK):
            shrinker.smooth(stack, first, first + CHUNK)
        for place in range(BATCH):
            assert stack[place, rim:-rim] == pytest.approx(8.0 * place, rel=1e-6)

    def test_pixels_keep_their_place(self) -> None:
        grid = grid_for(640, 360, PARAMS)
        picture = np.zeros((360, 640), np.uint8)
        picture[100:104, 200:204] = 255
        shrinker, rim = Shrinker(grid), 2 * rim_of(grid)
        stack = shrinker.new_stack()[:1]
        shrinker.put(0, picture)
        shrinker.smooth(stack, 0, 1)
        assert np.unravel_index(stack[0, rim:-rim].argmax(), stack[0, rim:-rim].shape) == (25, 50)
        # Four source px a small px; smoothing spreads the light and loses none.
        assert stack[0, rim:-rim].sum() == pytest.approx(255.0, rel=1e-5)

"""Frame differences: the grid, exact halving, two lags, the sign, and the displacement of the whole picture."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.difference import Difference, Differencer, grid_for, working_picture
from detector.params import MotionParams, Params, allowed_range, iter_parameters

PARAMS = MotionParams()
SIZE = (240, 160)
TEXTURE = cv2.GaussianBlur(
    np.random.default_rng(3).uniform(40, 200, (2 * SIZE[1], 2 * SIZE[0])).astype(np.float32), (0, 0), 2.5
)


def window(x_px: float = 0.0, y_px: float = 0.0) -> NDArray[np.float32]:
    """A picture of the texture in which everything is displaced by so much (right, down)."""
    back = np.array([[1.0, 0.0, x_px - 100.0], [0.0, 1.0, y_px - 80.0]])
    return cv2.warpAffine(TEXTURE, back, SIZE, flags=cv2.INTER_LINEAR)


def luma(picture: NDArray[np.float32]) -> NDArray[np.uint8]:
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8)


def differencer(size: tuple[int, int] = SIZE, params: MotionParams = PARAMS) -> Differencer:
    return Differencer(grid_for(*size, params), params)


def last(pictures: Sequence[NDArray[np.uint8]], step_s: float = 0.13) -> Difference:
    """The short difference of the last of some pictures, `step_s` apart."""
    height, width = pictures[0].shape
    measure = differencer((width, height))
    found = [measure.add(number * step_s, picture, with_long=False)[0] for number, picture in enumerate(pictures)][-1]
    assert found is not None
    return found


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
        grid = grid_for(width, height, MotionParams(working_long_side_px=most))
        side = grid.cell_px[0]
        for count, size in ((grid.columns, width), (grid.rows, height)):
            assert count * side <= size or count == 1
            assert size < (count + 2) * side
        assert max(grid.columns, grid.rows) * 4 <= most

    def test_cell_numbers_fit_into_the_trace_whatever_the_parameter(self) -> None:
        limits = allowed_range(dict(iter_parameters())["motion.working_long_side_px"])
        most = int(limits.split("<= ")[1])
        grid = grid_for(most, most, MotionParams(working_long_side_px=most))
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


class TestLags:
    @pytest.mark.parametrize("fps", [5.0, 8.0, 12.5, 15.0, 25.0, 29.97, 60.0])
    def test_both_lags_are_as_near_as_the_frame_rate_allows(self, fps: float) -> None:
        measure, picture = differencer(), luma(window())
        for number in range(int(2 * fps)):
            short, long = measure.add(number / fps, picture, with_long=True)
        assert short is not None
        assert long is not None
        assert short.lag_s == pytest.approx(max(round(PARAMS.short_lag_s * fps), 1) / fps)
        assert abs(long.lag_s - PARAMS.long_lag_s) <= 0.5 / fps + 1e-9

    def test_the_first_frames_have_nothing_to_differ_from(self) -> None:
        measure, picture = differencer(), luma(window())
        assert measure.add(0.0, picture, with_long=True) == (None, None)
        assert measure.add(0.04, picture, with_long=True) == (None, None)
        short, long = measure.add(0.12, picture, with_long=True)
        assert short is not None
        assert long is None

    def test_a_slow_camera_is_compared_with_its_last_frame(self) -> None:
        assert last([luma(window())] * 2, step_s=0.5).lag_s == 0.5

    def test_after_a_pause_there_is_nothing_to_compare_with(self) -> None:
        measure, picture = differencer(), luma(window())
        for time_s in (0.0, 0.1, 0.2):
            measure.add(time_s, picture, with_long=False)
        assert measure.add(5.2, picture, with_long=True) == (None, None)

    def test_reset_forgets(self) -> None:
        measure, picture = differencer(), luma(window())
        measure.add(0.0, picture, with_long=False)
        measure.reset()
        assert measure.add(0.13, picture, with_long=False) == (None, None)

    def test_the_long_difference_is_taken_when_asked_for(self) -> None:
        measure, picture = differencer(), luma(window())
        for number in range(10):
            measure.add(number * 0.1, picture, with_long=False)
        assert measure.add(1.0, picture, with_long=False)[1] is None
        assert measure.add(1.1, picture, with_long=True)[1] is not None


class TestEnergy:
    def test_equal_pictures_differ_by_nothing(self) -> None:
        found = last([luma(window())] * 2)
        assert not found.energy.any()
        assert not found.signed.any()
        assert (found.global_change, found.shift_px) == (0.0, (0.0, 0.0))

    @given(st.integers(-60, 60))
    @settings(max_examples=20)
    def test_light_gives_its_square_and_its_sign(self, step: int) -> None:
        found = last([np.full(SIZE[::-1], level, np.uint8) for level in (120, 120 + step)])
        assert found.energy == pytest.approx(float(step) ** 2, rel=1e-4)
        assert found.signed == pytest.approx(float(step), rel=1e-4)
        assert found.global_change == pytest.approx(float(step), rel=1e-4)

    def test_a_change_stays_where_it_is(self) -> None:
        before = luma(window())
        after = before.copy()
        after[80:96, 120:144] += 30
        found = last([before, after])
        rows, columns = np.nonzero(found.energy > 0.5)
        # One cell more to each side from smoothing, one from averaging over neighbors.
        assert 80 // 4 - 2 <= rows.min() <= rows.max() <= 96 // 4 + 1
        assert 120 // 4 - 2 <= columns.min() <= columns.max() <= 144 // 4 + 1
        assert found.signed[20:24, 30:36] == pytest.approx(30.0, rel=0.2)

    def test_backward_in_time_the_sign_turns_and_the_energy_stays(self) -> None:
        one, other = luma(window()), luma(window(1.5, 0.5))
        there, back = last([one, other]), last([other, one])
        assert np.array_equal(there.energy, back.energy)
        assert np.array_equal(there.signed, -back.signed)

    def test_noise_is_much_weaker_than_in_the_picture(self) -> None:
        random = np.random.default_rng(5)
        noisy = [luma(window() + random.normal(0, 4.0, SIZE[::-1]).astype(np.float32)) for _ in range(2)]
        assert last(noisy).energy.mean() < 2 * 4.0**2 / 4

    @pytest.mark.parametrize("size", [(2, 2), (4, 4), (6, 17), (16, 4), (9, 7)])
    def test_tiny_pictures_are_measured_too(self, size: tuple[int, int]) -> None:
        dark = np.zeros(size[::-1], np.uint8)
        assert last([dark, dark + np.uint8(90)]).energy == pytest.approx(90.0**2)


class TestShift:
    @pytest.mark.parametrize(("x_px", "y_px"), [(3.0, 0.0), (-2.0, 1.0), (0.0, -4.0), (1.5, 2.5)])
    def test_a_bump_is_measured(self, x_px: float, y_px: float) -> None:
        found = last([luma(window()), luma(window(x_px, y_px))])
        assert found.shift_px == pytest.approx((x_px, y_px), abs=0.5)

    def test_in_source_pixels(self) -> None:
        double = (2 * SIZE[0], 2 * SIZE[1])
        large = [cv2.resize(luma(window(x_px)), double, interpolation=cv2.INTER_LINEAR) for x_px in (0.0, 3.0)]
        params = MotionParams(working_long_side_px=240)
        measure = differencer(double, params)
        measure.add(0.0, large[0], with_long=False)
        found = measure.add(0.13, large[1], with_long=False)[0]
        assert found is not None
        assert found.shift_px == pytest.approx((6.0, 0.0), abs=1.0)

    def test_light_is_no_displacement(self) -> None:
        assert last([luma(window()), luma(window() * 1.2 + 8)]).shift_px == (0.0, 0.0)

    def test_a_body_that_turns_in_the_middle_is_no_displacement(self) -> None:
        before, after = window(), window()
        after[30:130, 50:190] = window(4.0, 2.0)[30:130, 50:190]
        found = last([luma(before), luma(after)])
        assert (found.energy > 4.0).mean() > 0.25
        assert found.shift_px == (0.0, 0.0)

    def test_a_small_movement_is_not_searched(self) -> None:
        before, after = window(), window()
        after[60:90, 80:120] = window(3.0)[60:90, 80:120]
        assert last([luma(before), luma(after)]).shift_px == (0.0, 0.0)


def test_parameters_reach_the_differencer() -> None:
    params = Params(motion=MotionParams(short_lag_s=0.3)).motion
    measure, picture = differencer(params=params), luma(window())
    for number in range(10):
        found = measure.add(number * 0.1, picture, with_long=False)[0]
    assert found is not None
    assert found.lag_s == pytest.approx(0.3)

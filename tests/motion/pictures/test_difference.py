"""Frame differences: two lags, energy and sign, and the displacement of the whole picture."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.motion.grid import grid_for
from detector.motion.pictures.difference import Differencer
from detector.params import MotionParams, Params
from tests.motion.pictures.one_by_one import PARAMS, SIZE, differencer, last, luma, window


class TestLags:
    @pytest.mark.parametrize("fps", [5.0, 8.0, 12.5, 15.0, 25.0, 29.97, 60.0])
    def test_both_lags_are_as_near_as_the_frame_rate_allows(self, fps: float) -> None:
        measure, picture = differencer(), luma(window())
        for number in range(int(2 * fps)):
            short, long = measure.add(number / fps, picture, with_long=True)
        assert short is not None
        assert long is not None
        assert short.lag_s == pytest.approx(max(round(PARAMS.motion.short_lag_s * fps), 1) / fps)
        assert abs(long.lag_s - PARAMS.motion.long_lag_s) <= 0.5 / fps + 1e-9

    def test_the_first_frames_have_nothing_to_differ_from(self) -> None:
        measure, picture = differencer(), luma(window())
        assert measure.add(0.0, picture, with_long=True) == (None, None)
        assert measure.add(0.04, picture, with_long=True) == (None, None)
        short, long = measure.add(0.12, picture, with_long=True)
        assert short is not None
        assert long is None

    def test_a_slow_camera_is_compared_with_its_last_frame(self) -> None:
        assert last([luma(window())] * 2, step_s=0.5).lag_s == 0.5

    def test_where_stamps_jitter_the_last_frame_may_be_too_close(self) -> None:
        """At 8 pictures a second one comes 0.04 s after the other: it is compared with the one before that."""
        measure, picture = differencer(), luma(window())
        lags_s = []
        for time_s in (0.0, 0.125, 0.25, 0.29, 0.5):
            short, _ = measure.add(time_s, picture, with_long=False)
            lags_s.append(short.lag_s if short else 0.0)
        assert lags_s == pytest.approx([0.0, 0.125, 0.125, 0.165, 0.21])

    def test_after_a_pause_there_is_nothing_to_compare_with(self) -> None:
        measure, picture = differencer(), luma(window())
        for time_s in (0.0, 0.1, 0.2):
            measure.add(time_s, picture, with_long=False)
        assert measure.add(5.2, picture, with_long=True) == (None, None)

    def test_reset_forgets_but_what_is_queued_is_measured(self) -> None:
        measure, picture = Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS), luma(window())
        for _ in range(4):
            measure.put(picture)
        measure.compare(0.0)
        assert measure.compare(0.13)[0] > 0
        measure.reset()
        assert measure.compare(0.26, with_long=True) == (0.0, 0.0)
        assert measure.compare(0.39)[0] == pytest.approx(0.13)
        assert len(measure.measure()[0]) == 2

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
        # One cell more to each side from smoothing, two from averaging over neighbors in so small a picture.
        assert 80 // 4 - 3 <= rows.min() <= rows.max() <= 96 // 4 + 2
        assert 120 // 4 - 3 <= columns.min() <= columns.max() <= 144 // 4 + 2
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
        found = last(params=Params(), pictures=[luma(window()), luma(window(x_px, y_px))])
        assert found.shift_px == pytest.approx((x_px, y_px), abs=0.5)

    def test_in_source_pixels(self) -> None:
        double = (2 * SIZE[0], 2 * SIZE[1])
        large = [cv2.resize(luma(window(x_px)), double, interpolation=cv2.INTER_LINEAR) for x_px in (0.0, 3.0)]
        params = Params(motion=MotionParams(working_long_side_px=240, whole_long_side_px=240))
        measure = differencer(double, params)
        measure.add(0.0, large[0], with_long=False)
        found = measure.add(0.13, large[1], with_long=False)[0]
        assert found is not None
        assert found.shift_px == pytest.approx((6.0, 0.0), abs=1.0)

    def test_light_is_no_displacement(self) -> None:
        assert last(params=Params(), pictures=[luma(window()), luma(window() * 1.2 + 8)]).shift_px == pytest.approx(
            (0.0, 0.0), abs=0.05
        )

    def test_a_body_that_turns_in_the_middle_is_no_displacement(self) -> None:
        before, after = window(), window()
        after[30:130, 50:190] = window(4.0, 2.0)[30:130, 50:190]
        found = last(params=Params(), pictures=[luma(before), luma(after)])
        assert (found.energy > 4.0).mean() > 0.25
        assert found.shift_px == (0.0, 0.0)

    def test_a_small_movement_is_not_searched(self) -> None:
        before, after = window(), window()
        after[60:90, 80:120] = window(3.0)[60:90, 80:120]
        assert last(params=Params(), pictures=[luma(before), luma(after)]).shift_px == (0.0, 0.0)


def test_parameters_reach_the_differencer() -> None:
    params = Params(motion=MotionParams(short_lag_s=0.3))
    measure, picture = differencer(params=params), luma(window())
    for number in range(10):
        found = measure.add(number * 0.1, picture, with_long=False)[0]
    assert found is not None
    assert found.lag_s == pytest.approx(0.3)

"""Frame differences: two lags, the sign, the displacement of the whole picture, and frames measured together."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.grid import grid_for
from detector.motion.pictures.difference import Differencer, Differences
from detector.motion.pictures.shrink import BATCH
from detector.params import MotionParams, Params, with_values

# Without explanations, a difference is what it is.
PARAMS = with_values(Params(), {"rules.without": "camera"})
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


@dataclass(frozen=True)
class Difference:
    """What a single frame shows."""

    energy: NDArray[np.float32]
    signed: NDArray[np.float32]
    lag_s: float
    global_change: float
    shift_px: tuple[float, float]


class OneByOne:
    """Measures each frame as soon as it comes."""

    def __init__(self, size: tuple[int, int], params: Params) -> None:
        self._measure = Differencer(grid_for(*size, params.motion), params)

    def add(
        self, time_s: float, picture: NDArray[np.uint8], *, with_long: bool
    ) -> tuple[Difference | None, Difference | None]:
        """The short and the long difference of this frame."""
        self._measure.put(picture)
        lags_s = self._measure.compare(time_s, with_long=with_long)
        return tuple(
            single(found, 0, lag_s) if lag_s else None
            for found, lag_s in zip(self._measure.measure(), lags_s, strict=True)
        )

    def reset(self) -> None:
        """Compare with nothing seen so far."""
        self._measure.reset()


def single(found: Differences, place: int, lag_s: float) -> Difference:
    """One of several differences, to keep."""
    return Difference(
        found.energy[place].copy(),
        found.signed[place].copy(),
        lag_s,
        found.global_change[place],
        told.shift_px if (told := found.explained[place]) else (0.0, 0.0),
    )


def differencer(size: tuple[int, int] = SIZE, params: Params = PARAMS) -> OneByOne:
    return OneByOne(size, params)


def last(pictures: Sequence[NDArray[np.uint8]], step_s: float = 0.13, params: Params = PARAMS) -> Difference:
    """The short difference of the last of some pictures, `step_s` apart."""
    height, width = pictures[0].shape
    measure = differencer((width, height), params)
    found = [measure.add(number * step_s, picture, with_long=False)[0] for number, picture in enumerate(pictures)][-1]
    assert found is not None
    return found


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


class TestTogether:
    @pytest.mark.parametrize(
        ("size", "fps"), [((240, 160), 15.0), ((322, 246), 60.0), ((4, 4), 25.0), ((1000, 30), 8.0)]
    )
    def test_frames_measured_together_give_the_same_numbers(self, size: tuple[int, int], fps: float) -> None:
        random = np.random.default_rng(9)
        # Light steps and stillness in turn: no frame may leave anything behind for the next.
        steps = np.where(np.arange(100) % 9 == 0, 90, 0)
        pictures = [
            random.integers(0, 120, size[::-1], np.uint8) // (1 + k % 7) + np.uint8(steps[k]) for k in range(100)
        ]
        alone, together = differencer(size), Differencer(grid_for(*size, PARAMS.motion), PARAMS)
        expected: tuple[list[Difference], ...] = ([], [])
        found: tuple[list[Difference], ...] = ([], [])
        lags: tuple[list[float], ...] = ([], [])
        for number, picture in enumerate(pictures):
            time_s, with_long = number / fps, number % 3 == 0
            one = alone.add(time_s, picture, with_long=with_long)
            together.put(picture)
            lag_s = together.compare(time_s, with_long=with_long)
            both = together.measure() if together.is_full or number == len(pictures) - 1 else None
            for layer in (0, 1):
                expected[layer].extend(d for d in one[layer : layer + 1] if d is not None)
                lags[layer].extend([lag_s[layer]] * (lag_s[layer] > 0))
                if both is not None:
                    found[layer].extend(single(both[layer], *item) for item in enumerate(lags[layer]))
                    lags[layer].clear()
        assert [len(kept) for kept in found] == [len(kept) for kept in expected]
        assert min(len(kept) for kept in found) > 25
        for one, other in zip([*expected[0], *expected[1]], [*found[0], *found[1]], strict=True):
            assert np.array_equal(one.energy, other.energy)
            assert np.array_equal(one.signed, other.signed)
            assert (one.lag_s, one.global_change, one.shift_px) == (other.lag_s, other.global_change, other.shift_px)

    @pytest.mark.parametrize("size", [(240, 160), (322, 246)])
    def test_looking_ahead_over_many_frames_gives_the_same_numbers(self, size: tuple[int, int]) -> None:
        """Whole queues at a time, with ends of blocks, a damaged frame and bands in their midst."""
        random = np.random.default_rng(4)
        rows = np.arange(size[1])[:, None]
        pictures = [
            np.clip(random.normal(90, 2, size[::-1]) + (k % 5 == 0) * 9 * np.sin(rows / 11 + k), 0, 255).astype(
                np.uint8
            )
            for k in range(3 * BATCH + 5)
        ]
        alone, ahead = differencer(size), Differencer(grid_for(*size, PARAMS.motion), PARAMS)
        expected: tuple[list[Difference], ...] = ([], [])
        found: tuple[list[Difference], ...] = ([], [])
        n_banded, n_measured = 0, [0, 0]
        for first in range(0, len(pictures), BATCH):
            batch = pictures[first : first + BATCH]
            for picture in batch:
                ahead.put(picture)
            for number, picture in enumerate(batch, first):
                time_s, with_long = number / 15, number % 3 == 0
                one = alone.add(time_s, picture, with_long=with_long)
                lags_s = ahead.compare(time_s, with_long=with_long)
                for layer in (0, 1):
                    expected[layer].extend(d for d in one[layer : layer + 1] if d is not None)
                    n_measured[layer] += lags_s[layer] > 0
                if number == 50:
                    alone.reset()
                    ahead.reset()
                if number in {5, 13, 31, 40, 70} or number == first + len(batch) - 1:
                    both = ahead.measure()
                    n_banded += int(both[0].has_bands.sum())
                    for layer in (0, 1):
                        assert len(both[layer]) == n_measured[layer]
                        lags = [d.lag_s for d in expected[layer][len(found[layer]) :]]
                        found[layer].extend(single(both[layer], *item) for item in enumerate(lags))
                        n_measured[layer] = 0
        assert n_banded > 10
        for one, other in zip([*expected[0], *expected[1]], [*found[0], *found[1]], strict=True):
            assert np.array_equal(one.energy, other.energy)
            assert np.array_equal(one.signed, other.signed)
            assert (one.global_change, one.shift_px) == (other.global_change, other.shift_px)

    def test_no_frame_is_lost_in_a_full_queue(self) -> None:
        measure, picture = Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS), luma(window())
        for _ in range(BATCH):
            assert not measure.is_full
            measure.put(picture)
        assert measure.is_full
        with pytest.raises(ValueError, match="one more frame came"):
            measure.put(picture)

    def test_what_is_not_compared_yet_stays_queued(self) -> None:
        measure, pictures = (
            Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS),
            [luma(window(x)) for x in (0.0, 3.0, 6.0)],
        )
        for picture in pictures:
            measure.put(picture)
        assert [measure.compare(0.0)[0], measure.compare(0.13)[0]] == pytest.approx([0.0, 0.13])
        first = single(measure.measure()[0], 0, 0.13)
        measure.compare(0.26)
        second = single(measure.measure()[0], 0, 0.13)
        expected = last(pictures[:2]), last(pictures)
        assert np.array_equal(first.energy, expected[0].energy)
        assert np.array_equal(second.energy, expected[1].energy)

    def test_only_what_is_queued_can_be_compared(self) -> None:
        measure = Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS)
        with pytest.raises(ValueError, match="no more frame is queued"):
            measure.compare(0.0)

    def test_nothing_queued_gives_nothing(self) -> None:
        short, long = Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS).measure()
        assert (len(short), len(long)) == (0, 0)

    def test_frames_without_a_wish_are_only_compared_with(self) -> None:
        measure, picture = Differencer(grid_for(*SIZE, PARAMS.motion), PARAMS), luma(window())
        for _ in range(3):
            measure.put(picture)
        assert measure.compare(0.0, with_short=False) == (0.0, 0.0)
        assert measure.compare(0.13, with_short=False) == (0.0, 0.0)
        assert measure.compare(0.26)[0] == pytest.approx(0.13)
        assert len(measure.measure()[0]) == 1

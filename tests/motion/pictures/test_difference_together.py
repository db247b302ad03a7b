"""Frames measured together give the numbers of frames measured one by one, and none is lost in the queue."""

import numpy as np
import pytest

from detector.motion.grid import grid_for
from detector.motion.pictures.difference import Differencer
from detector.motion.pictures.shrink import BATCH
from tests.motion.pictures.one_by_one import PARAMS, SIZE, Difference, differencer, last, luma, single, window


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

"""Rhythm where pictures come rarely, unevenly or not at all: a rate is that of the pictures of its own time."""

import numpy as np
import pytest

from detector.events.rhythm import find_rhythm, run_frame_s, swing_of
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import HAND, Sketch, find_in, swing
from tests.traces import still_trace, with_columns

PARAMS = Params()


class TestRunFrames:
    """A night of 5 pictures a second, 15 in the middle."""

    TIME_S = np.concatenate([np.arange(0.0, 60.0, 0.2), np.arange(60.0, 80.0, 1 / 15), np.arange(80.0, 200.0, 0.2)])

    @pytest.mark.parametrize(
        ("start_s", "stop_s", "fps"), [(10.0, 20.0, 5.0), (62.0, 75.0, 15.0), (100.0, 100.1, 5.0), (70.0, 70.3, 15.0)]
    )
    def test_the_frame_rate_is_that_of_the_run(self, start_s: float, stop_s: float, fps: float) -> None:
        assert 1.0 / run_frame_s(self.TIME_S, start_s, stop_s) == pytest.approx(fps)

    def test_stamps_that_jitter_and_pictures_that_are_missing_leave_it_as_it_is(self) -> None:
        random = np.random.default_rng(7)
        time_s = np.arange(200) / 8.0 + random.uniform(-0.03, 0.03, 200)
        there = np.delete(time_s, random.choice(200, 10, replace=False))
        for start_s in np.arange(0.0, 14.0, 0.7).tolist():
            assert 1.0 / run_frame_s(there, start_s, start_s + 10.0) == pytest.approx(8.0, rel=0.02)

    def test_nothing_is_known_of_one_frame(self) -> None:
        assert run_frame_s(np.zeros(1), 0.0, 1.0) == 0.0

    def test_a_rhythm_in_it_has_the_rate_of_its_own_frames(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0, 15.0, start_s=60.0).move(62.0, 75.0, HAND, signed=swing(3.1))
        found = find_in(in_a_slow_night(drawing.trace()))
        assert find_rhythm(*found, PARAMS) == pytest.approx(find_rhythm(*find_in(drawing.trace()), PARAMS))


def in_a_slow_night(trace: MotionTrace) -> MotionTrace:
    """The same trace after three minutes of five pictures a second: the usual frame of the view is a slow one."""
    time_s = np.concatenate([trace.frames.time_s[0] - 0.2 * np.arange(900, 0, -1), trace.frames.time_s])
    slow = Layer.empty(900)
    longer = still_trace(trace.grid, time_s, 0.2)
    lag_s = np.concatenate([np.full(900, 0.2), trace.frames.lag_s]).astype(np.float32)
    duration_s = np.concatenate([np.full(900, 0.2), trace.frames.duration_s]).astype(np.float32)
    return with_columns(longer, lag_s=lag_s, duration_s=duration_s, fast=Layer.join([slow, trace.fast]))


class TestUnlikeLags:
    """Pictures that are missing make single differences reach further back: they tell of another time."""

    @staticmethod
    def lossy(drawing: Sketch, rate_hz: float) -> MotionTrace:
        """The last 5 of each 30 pictures are missing; what comes after is compared with what was before."""
        trace = drawing.trace()
        kept = np.flatnonzero(np.arange(len(trace.frames)) % 30 < 25)
        time_s = trace.frames.time_s[kept]
        # As measured: the picture nearest to a lag of two frames before.
        before = np.array(
            [
                np.abs(time_s[: k + 1] - (time_s[k] - 2 / drawing.fps))[:-1].argmin() if k else 0
                for k in range(len(kept))
            ]
        )
        lag_s = (time_s - time_s[before]).astype(np.float32)
        away = np.sin(2.0 * np.pi * rate_hz * time_s) * ((time_s > 3.0) & (time_s < 17.0))
        change = away - away[before]
        cells = np.arange(trace.grid.n_cells).reshape(trace.grid.rows, -1)[HAND].ravel()
        moving = np.flatnonzero((np.abs(change) > 0.05) & (lag_s > 0.0))
        sign = np.where(np.arange(len(cells)) % 2, 1.0, -1.0)
        layer = Layer.from_rows(
            len(kept), np.repeat(moving, len(cells)), np.tile(cells, len(moving)),
            np.full(len(moving) * len(cells), 60.0, np.float32),
            (5.0 * np.outer(change[moving], sign)).ravel().astype(np.float32),
        )  # fmt: skip
        none = still_trace(trace.grid, time_s, 1 / drawing.fps)
        return with_columns(none, lag_s=lag_s, fast=layer)

    @pytest.mark.parametrize("rate_hz", [0.9, 1.5, 2.69])
    def test_the_rate_is_that_of_the_movement(self, sketch: type[Sketch], rate_hz: float) -> None:
        """Not 0.5 Hz, at which pictures are missing."""
        view, active, bursts = find_in(self.lossy(sketch(20.0, 15.0), rate_hz))
        found = find_rhythm(view, active, bursts, PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(rate_hz, abs=0.05)
        assert found.regularity > 0.9

    def test_they_are_not_seen(self, sketch: type[Sketch]) -> None:
        samples = swing_of(*find_in(self.lossy(sketch(20.0, 15.0), 1.5)), PARAMS)
        assert 0.65 < samples.is_seen.mean() < 0.85
        every = swing_of(*find_in(sketch(20.0).move(2.0, 9.0, HAND, signed=swing(1.0)).trace()), PARAMS)
        assert every.is_seen.all()

    @pytest.mark.parametrize("seed", range(3))
    def test_stamps_that_jitter(self, sketch: type[Sketch], seed: int) -> None:
        random = np.random.default_rng(seed)
        trace = sketch(20.0, 15.0).move(3.0, 17.0, HAND, signed=swing(1.7)).trace()
        aside_s = random.uniform(-0.02, 0.02, len(trace.frames))
        lag_s = np.maximum(trace.frames.lag_s + np.concatenate([[0.0, 0.0], aside_s[2:] - aside_s[:-2]]), 0.0)
        jittered = with_columns(trace, time_s=trace.frames.time_s + aside_s, lag_s=lag_s.astype(np.float32))
        found = find_rhythm(*find_in(jittered), PARAMS)
        assert found is not None
        assert found.rate_hz == pytest.approx(1.7, abs=0.05)

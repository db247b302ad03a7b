"""Connected groups: neighbors in a frame, and one cell as long as it is not still."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.events.connect import connect, find_runs, ranges
from detector.events.excess import Active, find_active
from detector.motion.trace import keep_stride
from detector.params import Params

PARAMS = Params()
FPS = 15.0
HAND = np.s_[4:8, 10:14]
FOOT = np.s_[12:15, 24:28]


def spans(bursts: list[Any]) -> list[float]:
    return [time_s for burst in bursts for time_s in (burst.start_s, burst.stop_s)]


class TestConnect:
    @staticmethod
    def reference(trace: Any, active: Active, still_s: float) -> NDArray[np.int64]:
        """The same by comparing every pair, and joining until nothing changes."""
        time_s = trace.time_s[active.frame]
        row, column = np.divmod(active.cell, trace.columns)
        frame_s = float(np.median(trace.duration_s))
        near = (np.abs(row[:, None] - row) <= 1) & (np.abs(column[:, None] - column) <= 1)
        beside = (active.frame[:, None] == active.frame) & near
        again = (active.cell[:, None] == active.cell) & (np.abs(time_s[:, None] - time_s) + 0.5 * frame_s <= still_s)
        touch = beside | again
        label = np.arange(len(active))
        for _ in range(len(active)):
            label = np.where(touch, label, len(active)).min(axis=1)
        return label

    @given(st.lists(st.tuples(st.integers(0, 14), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=24))
    @settings(max_examples=60, deadline=None)
    def test_it_equals_a_plain_search(self, sketch: Any, points: list[tuple[int, int, int]]) -> None:
        trace = sketch(1.0).trace()
        table = sorted({(frame, row * trace.columns + column) for frame, row, column in points})
        frame, cell = np.array(table, np.int64).T
        ones = np.ones(len(frame), np.float32)
        active = Active(frame, cell, ones, ones)
        found = connect(trace, active, 0.32)
        expected = self.reference(trace, active, 0.32)
        same = found[:, None] == found
        assert np.array_equal(same, expected[:, None] == expected)

    @pytest.mark.parametrize("still_s", [0.0, 0.32, 1.5])
    def test_thinned_frames_touch_by_the_cells_that_were_kept(self, sketch: Any, still_s: float) -> None:
        random = np.random.default_rng(8)
        trace = sketch(2.0).trace()
        n_frames, n_cells = len(trace.time_s), trace.rows * trace.columns
        stride = random.choice(np.array([1, 2, 4], np.uint8), n_frames)
        trace = replace(trace, fast=replace(trace.fast, stride=stride))
        frame, cell = np.nonzero(random.random((n_frames, n_cells)) < 0.02)
        stays = keep_stride(cell, stride[frame], trace.columns)
        frame, cell = frame[stays].astype(np.int32), cell[stays].astype(np.int32)
        ones = np.ones(len(frame), np.float32)
        active = Active(frame, cell, ones, ones)
        row, column = np.divmod(cell, trace.columns)
        step = stride[frame].astype(int)
        beside = (
            (frame[:, None] == frame) & (np.abs(row[:, None] - row) <= step) & (abs(column[:, None] - column) <= step)
        )
        time_s = trace.time_s[frame]
        pause_s = np.abs(time_s[:, None] - time_s) + 0.5 * trace.frame_s
        touch = beside | ((cell[:, None] == cell) & (pause_s <= max(still_s, 2.0 * trace.frame_s)))
        label = np.arange(len(active))
        for _ in range(len(active)):
            label = np.where(touch, label, len(active)).min(axis=1)
        found = connect(trace, active, still_s)
        assert np.array_equal(found[:, None] == found, label[:, None] == label)

    @given(st.integers(0, 999), st.integers(1, 60), st.sampled_from([0.004, 0.02]))
    @settings(max_examples=25, deadline=None)
    def test_it_does_not_depend_on_the_portions(self, sketch: Any, seed: int, portion: int, share: float) -> None:
        trace = sketch(6.0).trace()
        random = np.random.default_rng(seed)
        frame, cell = np.nonzero(random.random((len(trace.time_s), trace.rows * trace.columns)) < share)
        ones = np.ones(len(frame), np.float32)
        active = Active(frame.astype(np.int32), cell.astype(np.int32), ones, ones)
        at_once = connect(trace, active, 0.2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("detector.events.connect._PORTION", portion)
            assert np.array_equal(connect(trace, active, 0.2), at_once)

    def test_labels_count_from_the_first_entry_on(self, sketch: Any) -> None:
        trace = sketch(20.0).move(5.0, 5.4, HAND).move(9.0, 9.4, FOOT).trace()
        label = connect(trace, find_active(trace, PARAMS), 0.32)
        assert np.unique(label).tolist() == [0, 1]
        assert label[0] == 0
        assert (np.diff(label) >= 0).all()

    def test_of_nothing_there_are_no_groups(self, sketch: Any) -> None:
        trace = sketch(2.0).trace()
        assert len(connect(trace, find_active(trace, PARAMS), 0.32)) == 0


class TestRuns:
    def test_runs_hold_each_entry_once(self, sketch: Any) -> None:
        trace = sketch(20.0).move(5.0, 5.4, HAND).move(5.0, 5.2, np.s_[6:7, 30:32]).trace()
        active = find_active(trace, PARAMS)
        runs = find_runs(trace, active)
        assert runs.first[0] == 0
        assert runs.first[-1] == len(active)
        assert ((runs.right - runs.left) // runs.stride + 1).tolist() == np.diff(runs.first).tolist()
        assert (runs.row * trace.columns + runs.left).tolist() == active.cell[runs.first[:-1]].tolist()

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=12))
    def test_ranges(self, pairs: list[tuple[int, int]]) -> None:
        start, counts = np.array(pairs, np.int64).reshape(-1, 2).T
        expected = [start + k for start, count in pairs for k in range(count)]
        assert ranges(start, counts).tolist() == expected

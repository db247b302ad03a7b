"""Connected groups: neighbors in a frame, and one cell as long as it is not still."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.events.connect import connect_runs, find_runs, ranges
from detector.events.excess import Active
from detector.motion.layer import keep_stride
from detector.motion.view import LayerView, fast_view
from detector.params import Params
from tests.drawing import FOOT, HAND, Sketch, find_in

PARAMS = Params()
FPS = 15.0


def connect(view: LayerView, active: Active, still_s: float) -> NDArray[np.int64]:
    """Label of each entry."""
    first, label = connect_runs(view, active, still_s)
    return np.repeat(label, np.diff(first)).astype(np.int64)


class TestConnect:
    @staticmethod
    def reference(view: LayerView, active: Active, still_s: float) -> NDArray[np.int64]:
        """The same by comparing every pair, and joining until nothing changes."""
        time_s = view.time_s[active.frame]
        row, column = np.divmod(active.cell, view.grid.columns)
        frame_s = float(np.median(view.duration_s))
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
    def test_it_equals_a_plain_search(self, sketch: type[Sketch], points: list[tuple[int, int, int]]) -> None:
        view = fast_view(sketch(1.0).trace(), PARAMS)
        table = sorted({(frame, row * view.grid.columns + column) for frame, row, column in points})
        frame, cell = np.array(table, np.int64).T
        ones = np.ones(len(frame), np.float32)
        active = Active(frame, cell, ones, ones)
        found = connect(view, active, 0.32)
        expected = self.reference(view, active, 0.32)
        same = found[:, None] == found
        assert np.array_equal(same, expected[:, None] == expected)

    @pytest.mark.parametrize("still_s", [0.0, 0.32, 1.5])
    def test_thinned_frames_touch_by_the_cells_that_were_kept(self, sketch: type[Sketch], still_s: float) -> None:
        random = np.random.default_rng(8)
        view = fast_view(sketch(2.0).trace(), PARAMS)
        n_frames, n_cells = len(view.time_s), view.grid.n_cells
        stride = random.choice(np.array([1, 2, 4], np.uint8), n_frames)
        view = replace(view, layer=replace(view.layer, stride=stride))
        frame, cell = np.nonzero(random.random((n_frames, n_cells)) < 0.02)
        stays = keep_stride(cell, stride[frame], view.grid.columns)
        frame, cell = frame[stays].astype(np.int32), cell[stays].astype(np.int32)
        ones = np.ones(len(frame), np.float32)
        active = Active(frame, cell, ones, ones)
        row, column = np.divmod(cell, view.grid.columns)
        step = stride[frame].astype(int)
        beside = (
            (frame[:, None] == frame) & (np.abs(row[:, None] - row) <= step) & (abs(column[:, None] - column) <= step)
        )
        time_s = view.time_s[frame]
        pause_s = np.abs(time_s[:, None] - time_s) + 0.5 * view.frame_s
        touch = beside | ((cell[:, None] == cell) & (pause_s <= max(still_s, 2.0 * view.frame_s)))
        label = np.arange(len(active))
        for _ in range(len(active)):
            label = np.where(touch, label, len(active)).min(axis=1)
        found = connect(view, active, still_s)
        assert np.array_equal(found[:, None] == found, label[:, None] == label)

    @given(st.integers(0, 999), st.integers(1, 60), st.sampled_from([0.004, 0.02]))
    @settings(max_examples=25, deadline=None)
    def test_it_does_not_depend_on_the_portions(
        self, sketch: type[Sketch], seed: int, portion: int, share: float
    ) -> None:
        view = fast_view(sketch(6.0).trace(), PARAMS)
        random = np.random.default_rng(seed)
        frame, cell = np.nonzero(random.random((len(view.time_s), view.grid.n_cells)) < share)
        ones = np.ones(len(frame), np.float32)
        active = Active(frame.astype(np.int32), cell.astype(np.int32), ones, ones)
        at_once = connect(view, active, 0.2)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("detector.events.connect._PORTION", portion)
            assert np.array_equal(connect(view, active, 0.2), at_once)

    def test_labels_count_from_the_first_entry_on(self, sketch: type[Sketch]) -> None:
        found = find_in(sketch(20.0).move(5.0, 5.4, HAND).move(9.0, 9.4, FOOT).trace(), PARAMS)
        label = connect(found.view, found.active, 0.32)
        assert np.unique(label).tolist() == [0, 1]
        assert label[0] == 0
        assert (np.diff(label) >= 0).all()

    def test_of_nothing_there_are_no_groups(self, sketch: type[Sketch]) -> None:
        found = find_in(sketch(2.0).trace(), PARAMS)
        assert len(connect(found.view, found.active, 0.32)) == 0


class TestRuns:
    def test_runs_hold_each_entry_once(self, sketch: type[Sketch]) -> None:
        view, active, _ = find_in(sketch(20.0).move(5.0, 5.4, HAND).move(5.0, 5.2, np.s_[6:7, 30:32]).trace(), PARAMS)
        runs = find_runs(view, active)
        assert runs.first[0] == 0
        assert runs.first[-1] == len(active)
        assert ((runs.right - runs.left) // runs.stride + 1).tolist() == np.diff(runs.first).tolist()
        assert (runs.row * view.grid.columns + runs.left).tolist() == active.cell[runs.first[:-1]].tolist()

    @given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 4)), max_size=12))
    def test_ranges(self, pairs: list[tuple[int, int]]) -> None:
        start, counts = np.array(pairs, np.int64).reshape(-1, 2).T
        expected = [start + k for start, count in pairs for k in range(count)]
        assert ranges(start, counts).tolist() == expected

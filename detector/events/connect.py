"""Connected groups of what stands out: neighbors in one frame, and one cell as long as it is not still.

Entries side by side in a row of cells are joined to runs first. A night has millions of entries, and a run of neighbors
is found without a search; only runs are then compared with runs above, below and after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.excess import Active
from detector.motion.view import LayerView

# Room left and right of each line of cells, so that looking beyond its ends does not find another line.
_MARGIN = 8
# As many as fit into the processor's own memory.
_PORTION = 100_000


@dataclass(frozen=True)
class Runs:
    """Entries side by side in one row of one frame; R runs, in order of frame, row and column.

    Attributes:
        first: shape (R + 1,), int64; the entries of run r are `first[r]:first[r + 1]`.
        frame, row, left, right: shape (R,), int64; columns of its first and its last entry.
        stride: shape (R,), int64; distance of its entries.
    """

    first: NDArray[np.int64]
    frame: NDArray[np.int64]
    row: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    stride: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.frame)


def find_runs(view: LayerView, active: Active) -> Runs:
    """Join neighbors in a row."""
    n_cells = view.grid.n_cells
    begins_row = np.arange(n_cells) % view.grid.columns == 0
    stride = view.layer.stride
    # A gap in cells or in frames ends a run, and so does the end of a row.
    ends = np.diff(active.cell) != stride[active.frame[1:]]
    ends |= np.diff(active.frame) != 0
    ends |= begins_row[active.cell[1:]]
    first = np.concatenate([[0], np.flatnonzero(ends) + 1, [len(active)]]).astype(np.int64)
    start, last = first[:-1], first[1:] - 1
    frame = active.frame[start].astype(np.int64)
    row, left = np.divmod(active.cell[start].astype(np.int64), view.grid.columns)
    right = active.cell[last].astype(np.int64) - row * view.grid.columns
    return Runs(first, frame, row, left, right, stride[frame].astype(np.int64))


def connect_runs(view: LayerView, active: Active, still_s: float) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Label the connected groups of active entries, as runs of neighbors.

    Two entries touch when they are neighbors (of eight) in one frame, or the same cell within `still_s`. In thinned
    frames neighbors are those that were kept.

    A night is worked through in portions. Each looks into the next one as far as groups reach, and where the two found
    the same run, their groups are one.

    Returns:
        `first`, shape (R + 1,): the entries of run r are `first[r]:first[r + 1]`; and the label of each, shape (R,),
        from 0 in order of first appearance.
    """
    firsts, labels = [], []
    ones, others = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    ahead = np.zeros(0, np.int64)
    n_labels = 0
    for portion in _portions(view, active, still_s):
        runs = find_runs(view, portion.active)
        label = _connected(view, runs, portion, still_s) + n_labels
        ones.append(ahead)
        others.append(label[: len(ahead)])
        n_own = int(np.searchsorted(runs.frame, portion.own_stop))
        ahead = label[n_own:]
        firsts.append((runs.first[:n_own] + portion.entry).astype(np.int32))
        labels.append(label[:n_own].astype(np.int32))
        n_labels = int(label.max()) + 1
    first = np.concatenate([*firsts, np.array([len(active)], np.int32)])
    if not labels:
        return first, np.zeros(0, np.int32)
    root = _joined(np.arange(n_labels, dtype=np.int32), np.concatenate(ones), np.concatenate(others))
    joined = root[np.concatenate(labels)]
    # What a portion saw only in the next one has no label of its own.
    is_used = np.zeros(n_labels, bool)
    is_used[joined] = True
    renamed: NDArray[np.int32] = np.cumsum(is_used, dtype=np.int32) - np.int32(1)
    return first, renamed[joined]


@dataclass(frozen=True)
class _Portion:
    """Some frames and a look into those after them.

    Attributes:
        active: entries of all of them.
        entry: place of the first one.
        frames: all of them.
        own_stop: one past the last frame that is not only looked into.
    """

    active: Active
    entry: int
    frames: slice
    own_stop: int


def _portions(view: LayerView, active: Active, still_s: float) -> Iterator[_Portion]:
    """Frames in order, `_PORTION` entries at a time."""
    low, n = 0, len(active)
    while low < n:
        begin = int(active.frame[low])
        stop = int(active.frame[min(low + _PORTION, n) - 1]) + 1
        high = _first_entry(active, stop)
        # As far as `_same_cell` looks, with rounding to spare.
        reach_s = max(still_s, 2.0 * view.frame_s) + view.frame_s
        seen = max(int(np.searchsorted(view.time_s, view.time_s[stop - 1] + reach_s, side="right")), stop)
        looked_at = active.where(slice(low, _first_entry(active, seen)))
        yield _Portion(looked_at, low, slice(begin, seen), stop)
        low = high


def _first_entry(active: Active, frame: int) -> int:
    # A number of another type would have all frames copied for the search.
    return int(np.searchsorted(active.frame, active.frame.dtype.type(frame)))


def _connected(view: LayerView, runs: Runs, portion: _Portion, still_s: float) -> NDArray[np.int64]:
    """Label the connected groups of the runs of a portion, from 0 in order of first appearance; shape (R,)."""
    finder = _Finder(view, runs)
    root = np.arange(len(runs), dtype=np.int32)
    root = _joined(root, *finder.touching(runs.frame, runs.row + runs.stride, runs.stride))
    for one, other in _same_cell(view, runs, finder, portion.frames, still_s):
        root = _joined(root, one, other)
    is_root = root == np.arange(len(root))
    label: NDArray[np.int64] = (np.cumsum(is_root) - 1)[root]
    return label


def _same_cell(
    view: LayerView, runs: Runs, finder: _Finder, frames: slice, still_s: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of runs that share a cell, the second so few frames later that the cell was not still in between.

    Where a later run holds all cells of one, it also touches whatever comes after: the search for that one ends there.
    """
    time_s, none = view.time_s[frames], np.zeros(len(runs), np.int64)
    place = runs.frame - frames.start
    is_open = np.ones(len(runs), bool)
    for later in range(1, len(time_s)):
        pause_s = time_s[later:] - time_s[:-later] + 0.5 * view.frame_s
        # Frames far apart follow each other all the same.
        is_near = np.append(pause_s <= max(still_s, 2.0 * view.frame_s), np.zeros(later, bool))
        if not is_near.any():
            return
        one, other = finder.touching(runs.frame + later, runs.row, none, wanted=is_open & is_near[place])
        # Thinned and whole frames share the cells of the thinner one.
        stride = np.maximum(runs.stride[one], runs.stride[other])
        low = np.maximum(runs.left[one], runs.left[other])
        high = np.minimum(runs.right[one], runs.right[other])
        shared = -(-low // stride) * stride <= high
        yield one[shared], other[shared]
        is_held = (low == runs.left[one]) & (high == runs.right[one]) & (stride == runs.stride[one])
        is_open[one[is_held]] = False


class _Finder:
    """Finds runs by place: each line of cells of each frame is a stretch of one long axis."""

    def __init__(self, view: LayerView, runs: Runs) -> None:
        self._rows, self._width, self._runs = view.grid.rows, view.grid.columns + 2 * _MARGIN, runs
        line = self._line(runs.frame, runs.row)
        self._start, self._end = line + runs.left, line + runs.right

    def _line(self, frame: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
        return (frame * self._rows + row) * self._width + _MARGIN

    def touching(
        self,
        frame: NDArray[np.int64],
        row: NDArray[np.int64],
        reach: NDArray[np.int64],
        wanted: NDArray[np.bool_] | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs of runs: each run moved to `frame` and `row`, and each one that it then touches within `reach` columns.

        Args:
            frame: where to look, one a run, shape (R,).
            row: the same; rows outside the picture touch nothing.
            reach: columns to each side, shape (R,).
            wanted: which runs to look for; all if None.
        """
        inside = row < self._rows
        one = np.flatnonzero(inside if wanted is None else inside & wanted)
        line = self._line(frame[one], row[one])
        low = np.searchsorted(self._end, line + self._runs.left[one] - reach[one])
        high = np.searchsorted(self._start, line + self._runs.right[one] + reach[one], side="right")
        # Most touch one run or none: only what is left over has to be spread.
        more = np.flatnonzero(high > low + 1)
        counts, some = (high - low - 1)[more], high > low
        return (
            np.concatenate([one[some], np.repeat(one[more], counts)]),
            np.concatenate([low[some], ranges(low[more] + 1, counts)]),
        )


def ranges(start: NDArray[np.integer], counts: NDArray[np.integer]) -> NDArray[np.int32]:
    """The numbers `start[k], start[k] + 1, ...`, so many of each, one after the other."""
    steps = np.ones(int(counts.sum()), np.int32)
    filled = np.flatnonzero(counts)
    start, counts = start[filled], counts[filled]
    begins = np.cumsum(counts) - counts
    steps[begins] = np.diff(start, prepend=0) - np.concatenate([[1], counts[:-1]]) + 1
    return np.cumsum(steps, dtype=np.int32, out=steps)


def _joined(root: NDArray[np.int32], one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int32]:
    """Join groups that are linked.

    Args:
        root: smallest member of the group of each node, shape (n,).
        one: a node of each link, shape (m,).
        other: the other node of each link.

    Returns:
        Smallest members after joining, shape (n,).
    """
    while True:
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = np.flatnonzero(low != high)
        if len(apart) == 0:
            return root
        one, other = one[apart], other[apart]
        np.minimum.at(root, high[apart], low[apart])
        above = root[root]
        while not np.array_equal(above, root):
            root, above = above, above[above]

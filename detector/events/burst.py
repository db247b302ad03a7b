"""What a burst is, and its measures: when, where, how large, how strong. Many at once, since a night has thousands.

Strength S(t) is the sum of scores over its cells in frame t. It lasts from the first to the last frame with at least
`burst.edge` of the highest S: encoders drag faint after-images behind a strong movement. A difference at frame t tells
of the time from t - lag to t, so its onset lies half a frame before the first and its end a lag before the last loud
frame: lengths are stretched neither by the lag nor by slow frames. Center: mean of cells, weighted by score. Area:
cells of the widest frame over cells of the picture. Own; onsets are known to about half a frame.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.events.excess import Active
from detector.motion.view import LayerView
from detector.params import Params

Box = tuple[float, float, float, float]
Side = Literal["still", "not judged"]
Entries = NDArray[np.int32]

FAINT_S = 0.05
"""Movement begins and ends too slowly to be seen at once: half of this is taken for each unseen end, s."""

# As many entries at a time as fit into the processor's cache.
_PORTION = 50_000


@dataclass(frozen=True)
class Burst:
    """Motion connected in space and time.

    Attributes:
        start_s, stop_s: half-open, s; the lag of the difference is already taken off.
        peak_s: moment of most motion.
        cells: grid cells that took part, ascending, shape (n,), int64.
        x_px, y_px: energy-weighted center, source px.
        box_px: `(left, top, right, bottom)`, source px.
        area_fraction: share of the picture that moved at the widest moment, 0 to 1.
        snr: peak energy in floors.
        entries: rows of `Active` that belong to it, shape (m,), int32, in order of frame.
        before, after: what was seen at its place just before and just after it.
    """

    start_s: float
    stop_s: float
    peak_s: float
    cells: NDArray[np.int64]
    x_px: float
    y_px: float
    box_px: Box
    area_fraction: float
    snr: float
    entries: Entries
    before: Side = "still"
    after: Side = "still"

    @property
    def is_cut(self) -> bool:
        """Whether its length is only known to be at least what was seen."""
        return self.before == "not judged" or self.after == "not judged"

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return self.stop_s - self.start_s


@dataclass(frozen=True)
class Part:
    """A connected group of entries, not yet a burst; attributes as those of `Burst`."""

    start_s: float
    stop_s: float
    box_px: Box
    entries: Entries


@dataclass(frozen=True)
class Rows:
    """Frames of several groups of entries (or of runs of them), one row for each frame of each group.

    Attributes:
        first: the row with which each group begins, shape (groups,).
        n_rows: how many rows each has, shape (groups,).
        begin: where each row begins among the entries, shape (rows,).
        frame: of each row, shape (rows,).
    """

    first: NDArray[np.int64]
    n_rows: NDArray[np.int64]
    begin: NDArray[np.int64]
    frame: NDArray[np.int32]

    @classmethod
    def of(cls, frame: NDArray[np.int32], group_begin: NDArray[np.int64]) -> Rows:
        """Rows of groups one after the other, each in order of frame, shape (n,); and where each group begins."""
        is_new = np.diff(frame, prepend=-1) != 0
        is_new[group_begin] = True
        begin = np.flatnonzero(is_new)
        first = np.searchsorted(begin, group_begin)
        return cls(first, np.diff(np.append(first, len(begin))), begin, frame[begin])

    def loud(self, strength: NDArray[np.float64], share: float) -> NDArray[np.int64]:
        """Rows with at least this share of the strength (shape (rows,)) of the strongest row of their group."""
        strongest = np.repeat(np.maximum.reduceat(strength, self.first), self.n_rows)
        return np.flatnonzero(strength >= share * strongest)

    def ends(self, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of some rows (ascending, some of each group): the first and the last of each group, shape (groups,)."""
        after = np.searchsorted(chosen, self.first + self.n_rows)
        return chosen[np.searchsorted(chosen, self.first)], chosen[after - 1]


def box_around(boxes: Sequence[Box]) -> Box:
    """The smallest box that holds all of some boxes (at least one), source px."""
    left, top, right, bottom = zip(*boxes, strict=True)
    return min(left), min(top), max(right), max(bottom)


def side_by_side(groups: Sequence[Entries]) -> tuple[Entries, NDArray[np.int64]]:
    """The entries of all groups one after the other, and where each group begins."""
    counts = np.array([len(group) for group in groups])
    return np.concatenate(groups), np.cumsum(counts) - counts


def portions(groups: Sequence[Entries]) -> Iterator[slice]:
    """Stretches of the groups whose entries fit into the processor's cache."""
    first, n_entries = 0, 0
    for place, group in enumerate(groups):
        n_entries += len(group)
        if n_entries >= _PORTION or place == len(groups) - 1:
            yield slice(first, place + 1)
            first, n_entries = place + 1, 0


def describe_burst(view: LayerView, active: Active, entries: Entries, params: Params) -> Burst:
    """Measure one group of active entries."""
    return describe_bursts(view, active, [entries], params)[0]


def describe_bursts(view: LayerView, active: Active, groups: Sequence[Entries], params: Params) -> list[Burst]:
    """Measure groups of active entries.

    Args:
        view: for times and the grid.
        active: what the groups index into.
        groups: rows of `active`, at least one in each group, in any order.
        params: the group `burst`.

    Returns:
        One burst a group, in the order of the groups.
    """
    ascending = [group if np.all(group[1:] > group[:-1]) else np.sort(group) for group in groups]
    return [burst for some in portions(ascending) for burst in _describe(view, active, ascending[some], params)]


def _describe(view: LayerView, active: Active, groups: Sequence[Entries], params: Params) -> list[Burst]:
    entries, begin = side_by_side(groups)
    rows = Rows.of(active.frame[entries], begin)
    cell, snr = active.cell[entries].astype(np.intp), active.snr[entries]
    counts = np.diff(np.append(rows.begin, len(cell)))
    # An entry of a thinned frame stands for several cells.
    stands_for = view.layer.stride[rows.frame].astype(np.float64) ** 2
    weight = snr * np.repeat(stands_for, counts)
    strength = np.add.reduceat(weight, rows.begin)
    # Encoders drag faint after-images behind a strong movement: its ends lie where it falls to a share of its peak.
    share = strength / np.repeat(np.maximum.reduceat(strength, rows.first), rows.n_rows)
    is_loud = share >= params.burst.edge
    if params.rules.has("lit ends"):
        # Where the light drifts an encoder brings it up to date in scraps, which hang together with what moves there.
        signed = active.signed[entries].astype(np.float64)
        total_change = np.maximum(np.add.reduceat(np.abs(signed), rows.begin), 1e-9)
        one_sign = np.abs(np.add.reduceat(signed, rows.begin)) / total_change
        is_loud &= (share >= params.burst.lit_edge) | (one_sign < params.burst.lit_sign)
    first, last = rows.ends(np.flatnonzero(is_loud))
    start_s, stop_s = movement_intervals(view, rows.frame[first], rows.frame[last])
    peak = rows.frame[rows.ends(rows.loud(strength, 1.0))[0]]
    peak_s = np.minimum(np.maximum(view.time_s[peak] - view.lag_s[peak] / 2.0, start_s), stop_s)
    row, column = np.divmod(cell, view.grid.columns)
    total = np.add.reduceat(weight, begin)
    side_x, side_y = view.grid.cell_px
    x_px, y_px = (
        np.add.reduceat((place + 0.5) * weight, begin) / total * side
        for place, side in ((column, side_x), (row, side_y))
    )
    boxes = (
        np.minimum.reduceat(column, begin) * side_x,
        np.minimum.reduceat(row, begin) * side_y,
        (np.maximum.reduceat(column, begin) + 1) * side_x,
        (np.maximum.reduceat(row, begin) + 1) * side_y,
    )
    widest = np.maximum.reduceat(counts * stands_for, rows.first) / (view.grid.n_cells)
    ends = itertools.pairwise([*begin.tolist(), len(cell)])
    columns = (start_s, stop_s, peak_s, x_px, y_px, np.minimum(widest, 1.0), np.maximum.reduceat(snr, begin))
    return [
        Burst(start, stop, peak, np.flatnonzero(np.bincount(cell[low:high])), x, y, box, area, snr, group)
        for (start, stop, peak, x, y, area, snr), box, (low, high), group in zip(
            zip(*(values.tolist() for values in columns), strict=True),
            zip(*(side.tolist() for side in boxes), strict=True),
            ends,
            groups,
            strict=True,
        )
    ]


def shortest_s(view: LayerView, params: Params) -> float:
    """What is shorter and faint may be noise, s; 0 on a slow camera, which shows a twitch in a single picture."""
    limits = params.classify
    can_tell = limits.brief_frames * view.frame_s <= limits.twitch_min_s and params.rules.has("brief and faint")
    return limits.twitch_min_s if can_tell else 0.0


def movement_intervals(
    view: LayerView, first: NDArray[np.integer], last: NDArray[np.integer]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When things moved, given the first and last frames that differ from those a lag earlier; shape (n,) each.

    Movement began between the first differing frame and the one before, on average in the middle. The last differing
    frame is compared with one a lag earlier, at or just after which movement ended. So the length is neither stretched
    by the lag nor, at low frame rates, by the frames themselves. Movement begins and ends too slowly to be seen at
    once: its unseen ends are taken as half of `FAINT_S` each.
    """
    frame_s = view.duration_s[first].astype(np.float64)
    faint_s = 0.5 * np.minimum(frame_s, FAINT_S)
    start_s = view.time_s[first] - 0.5 * frame_s - faint_s
    stop_s = view.time_s[last] + 0.5 * view.duration_s[last] - view.lag_s[last] + faint_s
    return start_s, np.maximum(stop_s, start_s + 0.5 * frame_s)

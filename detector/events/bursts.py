"""Localized motion bursts out of a motion trace: hysteresis in space and time.

Entries of the trace at least `burst.low` above their floor are joined where they touch: neighboring cells of one frame,
and the same cell as long as it is not still for `burst.still_s`. A group counts as a burst when it somewhere reaches
`burst.threshold`. Strength comes first and the decision after, so a threshold can be moved without the footage.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.active import Active
from detector.events.connect import connect_runs, ranges
from detector.motion.trace import MotionTrace
from detector.params import Params

Box = tuple[float, float, float, float]

_FAINT_S = 0.05
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
    entries: NDArray[np.int32]

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
    entries: NDArray[np.int32]


def find_bursts(
    trace: MotionTrace,
    active: Active,
    params: Params,
    is_wanted: Callable[[float, float], bool] | None = None,
    find_apart: Callable[[Sequence[Part]], list[Part]] | None = None,
) -> list[Burst]:
    """Join active entries to bursts.

    Args:
        trace: for times and the grid.
        active: what stands out, artifacts already left out.
        params: the group `burst`.
        is_wanted: whether to keep a burst that starts and stops then, s; None keeps all.
        find_apart: those connected groups that are bursts of their own, whatever else moves beside them; None: no group
            is.

    Returns:
        Bursts in order of start; empty where nothing moved.
    """
    if len(active) == 0:
        return []
    parts = find_parts(trace, active, params)
    apart = find_apart(parts) if find_apart is not None else []
    if apart:
        alone = {id(part) for part in apart}
        parts = [part for part in parts if id(part) not in alone]
    bursts = merge_simultaneous(trace, active, parts, params, is_wanted)
    for part in apart:
        bursts += merge_simultaneous(trace, active, [part], params, is_wanted)
    return sorted(bursts, key=lambda burst: (burst.start_s, burst.x_px))


def find_parts(trace: MotionTrace, active: Active, params: Params) -> list[Part]:
    """Connected groups of entries that reach the threshold and are no noise, in order of first appearance."""
    first, label = connect_runs(trace, active, params.burst.still_s)
    peak = np.zeros(int(label.max()) + 1, np.float32)
    np.maximum.at(peak, label, np.maximum.reduceat(active.snr, first[:-1]))
    size = np.bincount(label, np.diff(first))
    wanted = (peak >= params.burst.threshold) & (size >= params.burst.min_entries)
    chosen = np.flatnonzero(wanted[label])
    if len(chosen) == 0:
        return []
    chosen = chosen[np.argsort(label[chosen], kind="stable")]
    start, counts = first[chosen], np.diff(first)[chosen]
    entries = ranges(start, counts)
    begins = np.flatnonzero(np.diff(label[chosen], prepend=-1))
    bounds = np.append(np.concatenate([[0], np.cumsum(counts)])[begins], len(entries))
    energy = _sums(active.snr, first)[chosen]
    frames = _extents(trace, active.frame[start], energy, np.append(begins, len(chosen)), params.burst.edge)
    boxes = _boxes(trace, active.cell[start], active.cell[start + counts - 1], begins)
    return [
        Part(*movement_interval(trace, first, last), box, entries[low:high])
        for first, last, box, (low, high) in zip(*frames, boxes, itertools.pairwise(bounds.tolist()), strict=True)
    ]


def _sums(values: NDArray[np.float32], first: NDArray[np.int32]) -> NDArray[np.float64]:
    """Sum of each run of values; run r is `first[r]:first[r + 1]`.

    Single precision added up in double precision is exact, so the order of adding does not matter.
    """
    sums = np.empty(len(first) - 1)
    # Some runs at a time: a night has millions of values.
    for low in range(0, len(sums), _PORTION):
        high = min(low + _PORTION, len(sums))
        some = values[first[low] : first[high]].astype(np.float64)
        np.add.reduceat(some, first[low:high] - first[low], out=sums[low:high])
    return sums


def _extents(
    trace: MotionTrace,
    frame: NDArray[np.int32],
    energy: NDArray[np.float64],
    bounds: NDArray[np.int64],
    edge: float,
) -> tuple[list[int], list[int]]:
    """First and last loud frame of each group of runs, as in `describe_burst`.

    Args:
        trace: for the strides.
        frame: of each run, shape (n,).
        energy: of each run, summed, in floors, shape (n,).
        bounds: groups lie between these.
        edge: share of its peak at which a group is loud.
    """
    is_new = np.diff(frame, prepend=-1) != 0
    is_new[bounds[:-1]] = True
    # One row for each frame of each group.
    row = np.cumsum(is_new) - 1
    strength = np.bincount(row, energy * trace.fast.stride[frame].astype(np.float64) ** 2)
    first_row = row[bounds[:-1]]
    counts = np.diff(np.append(first_row, len(strength)))
    loud = np.flatnonzero(strength >= edge * np.repeat(np.maximum.reduceat(strength, first_row), counts))
    low = loud[np.searchsorted(loud, first_row)]
    high = loud[np.searchsorted(loud, first_row + counts) - 1]
    frames = frame[is_new]
    return frames[low].tolist(), frames[high].tolist()


def _boxes(
    trace: MotionTrace, cell: NDArray[np.int32], last: NDArray[np.int32], begins: NDArray[np.int64]
) -> list[Box]:
    """Box of each group of runs, of which `cell` and `last` hold the ends; `begins` says where each group begins."""
    side_x, side_y = trace.cell_px
    row, column = np.divmod(cell, trace.columns)
    left = np.minimum.reduceat(column, begins) * side_x
    top = np.minimum.reduceat(row, begins) * side_y
    right = (np.maximum.reduceat(last - row * trace.columns, begins) + 1) * side_x
    bottom = (np.maximum.reduceat(row, begins) + 1) * side_y
    return list(zip(left.tolist(), top.tolist(), right.tolist(), bottom.tolist(), strict=True))


def describe_burst(trace: MotionTrace, active: Active, entries: NDArray[np.int32], params: Params) -> Burst:
    """Measure a group of active entries."""
    if np.any(entries[1:] < entries[:-1]):
        entries = np.sort(entries)
    frame, cell, snr = _of(active, entries)
    low = int(frame[0])
    place = (frame - low).astype(np.intp)
    stride = trace.fast.stride[low : low + int(place[-1]) + 1].astype(np.float64)
    weight = snr * stride[place] ** 2 if stride.max() > 1.0 else snr.astype(np.float64)
    strength: NDArray[np.float64] = np.bincount(place, weight).astype(np.float64, copy=False)
    peak = low + int(strength.argmax())
    first, last = _extent(strength, params.burst.edge)
    start_s, stop_s = movement_interval(trace, low + first, low + last)
    cells = np.flatnonzero(np.bincount(cell))
    rows, columns = np.divmod(cells, trace.columns)
    side_x, side_y = trace.cell_px
    x, y = trace.cell_centers
    weight /= weight.sum()
    box = (
        float(columns.min() * side_x),
        float(rows.min() * side_y),
        float((columns.max() + 1) * side_x),
        float((rows.max() + 1) * side_y),
    )
    return Burst(
        start_s=start_s,
        stop_s=stop_s,
        peak_s=min(max(float(trace.time_s[peak]) - float(trace.lag_s[peak]) / 2.0, start_s), stop_s),
        cells=cells,
        x_px=float((x[cell] * weight).sum() * side_x),
        y_px=float((y[cell] * weight).sum() * side_y),
        box_px=box,
        area_fraction=min(float((np.bincount(place) * stride**2).max()) / (trace.rows * trace.columns), 1.0),
        snr=float(snr.max()),
        entries=entries,
    )


def _of(active: Active, entries: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.intp], NDArray[np.float32]]:
    """Frame, cell and energy of some entries, which ascend."""
    # While one thing moves and no other, its entries lie side by side.
    is_stretch = int(entries[-1]) - int(entries[0]) + 1 == len(entries)
    chosen = slice(int(entries[0]), int(entries[-1]) + 1) if is_stretch else entries
    return active.frame[chosen], active.cell[chosen].astype(np.intp), active.snr[chosen]


def movement_interval(trace: MotionTrace, first: int, last: int) -> tuple[float, float]:
    """When something moved, given the first and last frame that differ from the one a lag earlier.

    Movement began between the first differing frame and the one before, on average in the middle. The last differing
    frame is compared with one a lag earlier, at or just after which movement ended. So the length is neither stretched
    by the lag nor, at low frame rates, by the frames themselves. Movement begins and ends too slowly to be seen at
    once: its unseen ends are taken as half of `_FAINT_S` each.
    """
    frame_s = float(trace.duration_s[first])
    faint_s = 0.5 * min(frame_s, _FAINT_S)
    start_s = float(trace.time_s[first]) - 0.5 * frame_s - faint_s
    stop_s = float(trace.time_s[last] + 0.5 * trace.duration_s[last] - trace.lag_s[last]) + faint_s
    return start_s, max(stop_s, start_s + 0.5 * frame_s)


def _extent(strength: NDArray[np.float64], edge: float) -> tuple[int, int]:
    # Encoders drag faint after-images behind a strong movement: its ends lie where it falls to a share of its peak.
    loud = np.flatnonzero(strength >= edge * strength.max())
    return int(loud[0]), int(loud[-1])


@dataclass
class _Group:
    """Parts that are one burst."""

    parts: list[Part | Burst]
    stop_s: float


def merge_simultaneous(
    trace: MotionTrace,
    active: Active,
    parts: Sequence[Part | Burst],
    params: Params,
    is_wanted: Callable[[float, float], bool] | None = None,
) -> list[Burst]:
    """Join parts that overlap in time and lie side by side: one limb seen as two edges, one body as several parts.

    Bursts that are not wanted (see `find_bursts`) are left out.
    """
    reach = params.burst.reach * float(np.hypot(trace.width_px, trace.height_px))
    # The ends of a part are known to half a frame each; unseen ends are no reason to join.
    slack_s = trace.frame_s - min(trace.frame_s, _FAINT_S)
    groups: list[_Group] = []
    now: list[_Group] = []
    for part in sorted(parts, key=lambda part: part.start_s):
        now = [group for group in now if group.stop_s + slack_s > part.start_s]
        near = [group for group in now if any(_touch(part, other, reach, slack_s) for other in group.parts)]
        if not near:
            now.append(_Group([part], part.stop_s))
            groups.append(now[-1])
            continue
        head, *rest = near
        head.parts.append(part)
        for group in rest:
            head.parts += group.parts
            group.parts = []
        head.stop_s = max(part.stop_s, *(group.stop_s for group in near))
        now = [group for group in now if group.parts]
    bursts = (_one_burst(trace, active, group.parts, params, is_wanted) for group in groups if group.parts)
    return [burst for burst in bursts if burst is not None]


def _one_burst(
    trace: MotionTrace,
    active: Active,
    parts: Sequence[Part | Burst],
    params: Params,
    is_wanted: Callable[[float, float], bool] | None,
) -> Burst | None:
    """The burst that some parts make together, None if it is not wanted."""
    if len(parts) > 1:
        burst = describe_burst(trace, active, np.concatenate([part.entries for part in parts]), params)
        return burst if is_wanted is None or is_wanted(burst.start_s, burst.stop_s) else None
    # A single part lasts as long as its burst: what is not wanted need not be measured.
    if is_wanted is not None and not is_wanted(parts[0].start_s, parts[0].stop_s):
        return None
    return describe_burst(trace, active, parts[0].entries, params)


def _touch(one: Part | Burst, other: Part | Burst, reach_px: float, slack_s: float) -> bool:
    if one.stop_s + slack_s <= other.start_s or other.stop_s + slack_s <= one.start_s:
        return False
    gap_x = max(one.box_px[0] - other.box_px[2], other.box_px[0] - one.box_px[2], 0.0)
    gap_y = max(one.box_px[1] - other.box_px[3], other.box_px[1] - one.box_px[3], 0.0)
    return float(np.hypot(gap_x, gap_y)) <= reach_px

"""Localized motion bursts out of a motion trace: hysteresis in space and time.

Entries of the trace at least `burst.low` above their floor are joined where they touch: neighboring cells of one frame,
and the same cell as long as it is not still for `burst.still_s`. A group counts as a burst when it somewhere reaches
`burst.threshold`. Strength comes first and the decision after, so a threshold can be moved without the footage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.motion.noise import measure_snr, quiet_floors
from detector.motion.trace import MotionTrace
from detector.params import Params

_FAINT_S = 0.05
_FRAME_ARRAYS = ("is_key", "is_damaged", "is_frozen", "moved_fraction", "global_change", "shift_px")


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
        entries: rows of `Active` that belong to it, shape (m,), int64, in order of frame.
    """

    start_s: float
    stop_s: float
    peak_s: float
    cells: NDArray[np.int64]
    x_px: float
    y_px: float
    box_px: tuple[float, float, float, float]
    area_fraction: float
    snr: float
    entries: NDArray[np.int64]

    @property
    def duration_s(self) -> float:
        """Length, s."""
        return self.stop_s - self.start_s


@dataclass(frozen=True)
class Active:
    """Entries of the fast layer that stand out, in order of frame and cell; N of them.

    Attributes:
        frame, cell: shape (N,), int32.
        snr: energy in floors, shape (N,), float32.
        signed: mean difference, grey levels, shape (N,), float32.
    """

    frame: NDArray[np.int32]
    cell: NDArray[np.int32]
    snr: NDArray[np.float32]
    signed: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, mask: NDArray[np.bool_]) -> Active:
        """The entries for which `mask` (shape (N,)) holds."""
        return Active(self.frame[mask], self.cell[mask], self.snr[mask], self.signed[mask])


def find_active(trace: MotionTrace, params: Params) -> Active:
    """Entries of the trace that rise to `burst.low` floors.

    The floor is that of the cell at that time of the night, times the gain of the frame; in frames whose difference
    crosses a key frame, at least the floor of such frames.
    """
    layer, low = trace.fast, np.float32(params.burst.low)
    frame, cell = layer.frame, layer.cell.astype(np.int32)
    energy = layer.energy.astype(np.float32)
    floors = quiet_floors(trace.floor, trace.level, params.noise)
    block = np.clip(np.searchsorted(trace.block_start_s, trace.time_s, side="right") - 1, 0, None)
    span = np.clip(np.searchsorted(trace.span_start_s, trace.time_s, side="right") - 1, 0, None)
    base = floors[block[frame], cell]
    jump = trace.is_key_jump[frame]
    base[jump] = np.maximum(base[jump], trace.key_floor[span[frame[jump]], cell[jump]].astype(np.float32))
    middle = trace.middle[span[frame], cell].astype(np.float32)
    snr = measure_snr(energy / trace.gain[frame], base, middle, params.noise)
    active = Active(frame, cell, snr.astype(np.float32, copy=False), layer.signed.astype(np.float32))
    return active.where(snr >= low)


def slow_view(trace: MotionTrace, lag_s: float) -> MotionTrace:
    """The slow layer as a trace of its own, of the frames in which it was measured.

    Args:
        trace: the whole trace.
        lag_s: the long lag, s.
    """
    chosen = np.flatnonzero(trace.has_slow)
    time_s = trace.time_s[chosen]
    counts = np.diff(trace.slow.first)[chosen]
    first = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(counts, out=first[1:])
    picked = {name: getattr(trace, name)[chosen] for name in _FRAME_ARRAYS}
    usual_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    # The last frame before a pause of the recording does not stand for the pause.
    step_s = np.minimum(np.diff(time_s, append=time_s[-1:] + usual_s), 2.0 * usual_s)
    return replace(
        trace,
        **picked,
        time_s=time_s,
        duration_s=step_s.astype(np.float32),
        lag_s=np.full(len(chosen), lag_s, np.float32),
        gain=np.ones(len(chosen), np.float32),
        is_key_jump=np.zeros(len(chosen), bool),
        fast=replace(trace.slow, first=first, stride=trace.slow.stride[chosen]),
        block_start_s=trace.span_start_s,
        floor=trace.slow_floor,
        middle=trace.slow_middle,
        level=np.zeros(len(trace.span_start_s), np.float32),
    )


def find_bursts(trace: MotionTrace, active: Active, params: Params) -> list[Burst]:
    """Join active entries to bursts.

    Args:
        trace: for times and the grid.
        active: what stands out, artifacts already left out.
        params: the group `burst`.

    Returns:
        Bursts in order of start; empty where nothing moved.
    """
    if len(active) == 0:
        return []
    label = connect(trace, active, params.burst.still_s)
    peak = np.zeros(label.max() + 1, np.float32)
    np.maximum.at(peak, label, active.snr)
    size = np.bincount(label)
    wanted = (peak >= params.burst.threshold) & (size >= params.burst.min_entries)
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(len(peak) + 1))
    groups = [order[bounds[k] : bounds[k + 1]] for k in np.flatnonzero(wanted)]
    bursts = [describe_burst(trace, active, entries, params) for entries in groups]
    return sorted(merge_simultaneous(trace, active, bursts, params), key=lambda burst: (burst.start_s, burst.x_px))


def connect(trace: MotionTrace, active: Active, still_s: float) -> NDArray[np.int64]:
    """Label the connected groups of active entries.

    Two entries touch when they are neighbors (of eight) in one frame, or the same cell within `still_s`.

    Returns:
        Shape (N,), labels from 0.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n_cells = trace.rows * trace.columns
    key = active.frame.astype(np.int64) * n_cells + active.cell
    here, there = _same_cell_links(trace, active, still_s)
    left, right = [here], [there]
    row, column = np.divmod(active.cell, trace.columns)
    stride = trace.fast.stride[active.frame].astype(np.int64)
    for step_down, step_across in ((0, 1), (1, -1), (1, 0), (1, 1)):
        down, across = step_down * stride, step_across * stride
        inside = (row + down < trace.rows) & (column + across >= 0) & (column + across < trace.columns)
        source = np.flatnonzero(inside)
        target_key = (key + down * trace.columns + across)[source]
        place = np.minimum(np.searchsorted(key, target_key), len(key) - 1)
        hit = key[place] == target_key
        left.append(source[hit])
        right.append(place[hit])
    rows, columns = np.concatenate(left), np.concatenate(right)
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(active), len(active)))
    label: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return label


def _same_cell_links(trace: MotionTrace, active: Active, still_s: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # Sorting sixteen-bit numbers stably is the quick way to order by cell, then frame.
    order = np.argsort(active.cell.astype(np.uint16), kind="stable")
    here, there = order[:-1], order[1:]
    time_s = trace.time_s[active.frame]
    frame_s = _frame_s(trace)
    pause = time_s[there] - time_s[here] + 0.5 * frame_s
    # Frames far apart follow each other all the same.
    linked = (active.cell[here] == active.cell[there]) & (pause <= max(still_s, 2.0 * frame_s))
    return here[linked], there[linked]


def _frame_s(trace: MotionTrace) -> float:
    return float(np.median(trace.duration_s)) if len(trace.duration_s) else 0.0


def describe_burst(trace: MotionTrace, active: Active, entries: NDArray[np.int64], params: Params) -> Burst:
    """Measure a group of active entries."""
    entries = np.sort(entries)
    frame, cell, snr = active.frame[entries], active.cell[entries], active.snr[entries]
    low = int(frame[0])
    n_cells = trace.fast.stride[frame].astype(np.float64) ** 2
    strength: NDArray[np.float64] = np.bincount(frame - low, snr * n_cells).astype(np.float64, copy=False)
    peak = low + int(strength.argmax())
    first, last = _extent(strength, params.burst.edge)
    start_s, stop_s = movement_interval(trace, low + first, low + last)
    cells = np.unique(cell).astype(np.int64)
    rows, columns = np.divmod(cell.astype(np.float64), trace.columns)
    side_x, side_y = trace.cell_px
    weight = snr * n_cells / (snr * n_cells).sum()
    used_rows, used_columns = np.divmod(cells, trace.columns)
    box = (
        float(used_columns.min() * side_x),
        float(used_rows.min() * side_y),
        float((used_columns.max() + 1) * side_x),
        float((used_rows.max() + 1) * side_y),
    )
    return Burst(
        start_s=start_s,
        stop_s=stop_s,
        peak_s=min(max(float(trace.time_s[peak]) - float(trace.lag_s[peak]) / 2.0, start_s), stop_s),
        cells=cells,
        x_px=float(((columns + 0.5) * weight).sum() * side_x),
        y_px=float(((rows + 0.5) * weight).sum() * side_y),
        box_px=box,
        area_fraction=min(float(np.bincount(frame - low, n_cells).max()) / (trace.rows * trace.columns), 1.0),
        snr=float(snr.max()),
        entries=entries,
    )


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


def merge_simultaneous(trace: MotionTrace, active: Active, bursts: Sequence[Burst], params: Params) -> list[Burst]:
    """Join bursts that overlap in time and lie side by side: one limb seen as two edges, one body as several parts."""
    ordered = sorted(bursts, key=lambda burst: burst.start_s)
    groups: list[list[Burst]] = []
    reach = params.burst.reach * float(np.hypot(trace.width_px, trace.height_px))
    # The ends of a burst are known to half a frame each; unseen ends are no reason to join.
    slack_s = _frame_s(trace) - min(_frame_s(trace), _FAINT_S)
    open_groups: list[int] = []
    for burst in ordered:
        open_groups = [g for g in open_groups if max(b.stop_s for b in groups[g]) + slack_s > burst.start_s]
        near = [g for g in open_groups if any(_touch(burst, other, reach, slack_s) for other in groups[g])]
        if not near:
            groups.append([burst])
            open_groups.append(len(groups) - 1)
            continue
        groups[near[0]].append(burst)
        for other in near[1:]:
            groups[near[0]] += groups[other]
            groups[other] = []
        open_groups = [g for g in open_groups if g not in near[1:]]
    return [
        group[0]
        if len(group) == 1
        else describe_burst(trace, active, np.concatenate([burst.entries for burst in group]), params)
        for group in groups
        if group
    ]


def _touch(one: Burst, other: Burst, reach_px: float, slack_s: float) -> bool:
    if one.stop_s + slack_s <= other.start_s or other.stop_s + slack_s <= one.start_s:
        return False
    gap_x = max(one.box_px[0] - other.box_px[2], other.box_px[0] - one.box_px[2], 0.0)
    gap_y = max(one.box_px[1] - other.box_px[3], other.box_px[1] - one.box_px[3], 0.0)
    return float(np.hypot(gap_x, gap_y)) <= reach_px

"""Localized motion bursts out of a view of one lag: hysteresis in space and time.

Entries at least `burst.low` above the noise are joined where they touch: neighboring cells of one frame, and the same
cell as long as it is not still for `burst.still_s` (Canny's two thresholds, over time as well). A group counts as a
part when it somewhere reaches `burst.threshold`; parts that overlap in time within `burst.reach` of each other are one
burst: one limb is seen as two edges. Strength comes first and the decision after, so a threshold can be moved without
the footage. Distances are in diagonals and times in seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import FAINT_S, Box, Burst, Part, Rows, describe_bursts, movement_intervals
from detector.events.excess import Active
from detector.events.groups import Groups, run_sums
from detector.motion.view import LayerView
from detector.params import Params


def find_parts(view: LayerView, active: Active, params: Params, groups: Groups | None = None) -> list[Part]:
    """Connected groups of entries that reach the threshold and are no noise, in order of first appearance.

    Args:
        view: for times and the grid.
        active: what stands out.
        params: the group `burst`.
        groups: its connected groups; None connects them here.
    """
    groups = Groups.of(view, active, params) if groups is None else groups
    wanted = (groups.peak >= params.burst.threshold) & (groups.size >= params.burst.min_entries)
    if not wanted.any():
        return []
    runs, begins = groups.runs(wanted)
    start, last = groups.first[:-1][runs], groups.first[1:][runs] - 1
    energy = run_sums(active.snr, groups.first)[runs]
    ends = _extents(view, active.frame[start], energy, begins, params.burst.edge)
    times_s = zip(*(times.tolist() for times in movement_intervals(view, *ends)), strict=True)
    boxes = boxes_of(view, active.cell[start], active.cell[last], begins)
    return [
        Part(start_s, stop_s, box, entries)
        for (start_s, stop_s), box, entries in zip(times_s, boxes, groups.entries(wanted), strict=True)
    ]


def join_parts(
    view: LayerView,
    active: Active,
    parts: Sequence[Part],
    params: Params,
    *,
    apart: Sequence[Part] = (),
    is_wanted: Callable[[float, float], bool] | None = None,
) -> list[Burst]:
    """Join connected groups that move together to bursts.

    Args:
        view: for times and the grid.
        active: what the parts index into.
        parts: as `find_parts` gave them.
        params: the group `burst`.
        apart: those of them that are bursts of their own, whatever else moves beside them.
        is_wanted: whether to keep a burst that starts and stops then, s; None keeps all.

    Returns:
        Bursts in order of start; empty where nothing moved.
    """
    alone = {id(part) for part in apart}
    rest = [part for part in parts if id(part) not in alone]
    groups = _simultaneous(view, rest, params) if params.rules.has("together") else [[part] for part in rest]
    groups += [[part] for part in apart]
    bursts = _described(view, active, groups, params, is_wanted)
    return sorted(bursts, key=lambda burst: (burst.start_s, burst.x_px))


def _extents(
    view: LayerView,
    frame: NDArray[np.int32],
    energy: NDArray[np.float64],
    begins: NDArray[np.int64],
    edge: float,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """First and last loud frame of each group of runs, as in `describe_bursts`.

    Args:
        view: for the strides.
        frame: of each run, shape (n,).
        energy: of each run, summed, in floors, shape (n,).
        begins: where each group begins.
        edge: share of its peak at which a group is loud.
    """
    rows = Rows.of(frame, begins)
    strength = np.add.reduceat(energy * view.layer.stride[frame].astype(np.float64) ** 2, rows.begin)
    first, last = rows.ends(rows.loud(strength, edge))
    return rows.frame[first], rows.frame[last]


def boxes_of(view: LayerView, cell: NDArray[np.int32], last: NDArray[np.int32], begins: NDArray[np.int64]) -> list[Box]:
    """Box of each group of runs, of which `cell` and `last` hold the ends; `begins` says where each group begins."""
    side_x, side_y = view.grid.cell_px
    row, column = np.divmod(cell, view.grid.columns)
    left = np.minimum.reduceat(column, begins) * side_x
    top = np.minimum.reduceat(row, begins) * side_y
    right = (np.maximum.reduceat(last - row * view.grid.columns, begins) + 1) * side_x
    bottom = (np.maximum.reduceat(row, begins) + 1) * side_y
    return list(zip(left.tolist(), top.tolist(), right.tolist(), bottom.tolist(), strict=True))


@dataclass
class _Group:
    """Parts that are one burst."""

    parts: list[Part]
    stop_s: float


def _simultaneous(view: LayerView, parts: Sequence[Part], params: Params) -> list[list[Part]]:
    """Groups of parts that are one burst."""
    reach = params.burst.reach * view.grid.diagonal_px
    # The ends of a part are known to half a frame each; unseen ends are no reason to join.
    slack_s = max(view.frame_s - min(view.frame_s, FAINT_S), params.burst.still_s)
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
    return [group.parts for group in groups if group.parts]


def same_body(view: LayerView, active: Active, bursts: Sequence[Burst], params: Params) -> list[Burst]:
    """Make one burst of those that start together and last about as long: pieces of one body.

    Args:
        view: for times and the grid.
        active: what the bursts index into.
        bursts: in any order.
        params: `burst.onset_s`, `burst.alike`.

    Returns:
        In order of start.
    """
    slack_s = max(params.burst.onset_s, 1.5 * view.frame_s)
    groups: list[list[Burst]] = []
    for burst in sorted(bursts, key=lambda b: b.start_s):
        home = next((g for g in reversed(groups[-8:]) if _are_one(g[0], burst, slack_s, params.burst.alike)), None)
        if home is None:
            groups.append([burst])
        else:
            home.append(burst)
    joined = describe_bursts(
        view, active, [np.concatenate([b.entries for b in g]) for g in groups if len(g) > 1], params
    )
    alone = [group[0] for group in groups if len(group) == 1]
    return sorted([*alone, *joined], key=lambda burst: (burst.start_s, burst.x_px))


def _are_one(one: Burst, other: Burst, slack_s: float, alike: float) -> bool:
    starts_with = abs(one.start_s - other.start_s) <= slack_s
    short, long = sorted((one.duration_s, other.duration_s))
    return starts_with and short >= alike * long


def _described(
    view: LayerView,
    active: Active,
    groups: Sequence[Sequence[Part]],
    params: Params,
    is_wanted: Callable[[float, float], bool] | None = None,
) -> list[Burst]:
    """The bursts that groups of parts make; those that are not wanted (see `find_bursts`) are left out."""

    def is_kept(part: Part | Burst) -> bool:
        return is_wanted is None or is_wanted(part.start_s, part.stop_s)

    # A single part lasts as long as its burst: what is not wanted need not be measured.
    entries = [
        np.concatenate([part.entries for part in group]) if len(group) > 1 else group[0].entries
        for group in groups
        if len(group) > 1 or is_kept(group[0])
    ]
    return [burst for burst in describe_bursts(view, active, entries, params) if is_kept(burst)]


def _touch(one: Part, other: Part, reach_px: float, slack_s: float) -> bool:
    if one.stop_s + slack_s <= other.start_s or other.stop_s + slack_s <= one.start_s:
        return False
    gap_x = max(one.box_px[0] - other.box_px[2], other.box_px[0] - one.box_px[2], 0.0)
    gap_y = max(one.box_px[1] - other.box_px[3], other.box_px[1] - one.box_px[3], 0.0)
    return float(np.hypot(gap_x, gap_y)) <= reach_px

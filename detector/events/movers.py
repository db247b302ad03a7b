"""Places that move all the time and by themselves: a curtain in the wind, a mobile, a fan.

Such a place moves from the beginning of the recording to its end, hardly ever rests, and what moves there stays there.
An infant who is awake all the time moves as constantly, but its limbs go elsewhere, too: most of what moves with the
place lies outside it. So a mover is never where the events are. Own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Part
from detector.events.excess import Active, Seen
from detector.motion.grid import Grid
from detector.motion.masks import connected_parts, grow
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams

Cells = NDArray[np.bool_]


def confined(grid: Grid, may: Cells, seen: Seen, parts: Sequence[Part], limits: ArtifactParams) -> list[Cells]:
    """Of places that move all the time, those that what moves there does not leave.

    Args:
        grid: the cells.
        may: where something moves all the time, shape (C,).
        seen: the short lag, and what stands out at it.
        parts: connected groups of what moves.
        limits: the group `artifact`.

    Returns:
        One mask a place, shape (C,), grown by a cell.
    """
    # A body that turns does so everywhere, and says nothing of a place.
    most_px = limits.passing_area * grid.width_px * grid.height_px
    local = [part for part in parts if _box_px(part) <= most_px]
    found = []
    for place in connected_parts(may.reshape(grid.rows, grid.columns)):
        cells = grow(place).ravel()
        if cells.mean() > limits.passing_area or place.sum() < limits.mover_cells:
            continue
        leaves = shares_within(seen.active, local, cells) < limits.mover_confined
        # What is seen to leave it for a moment only, as when an insect passes, says nothing, either.
        n_leaves = np.count_nonzero(leaves)
        if n_leaves < limits.mover_leaves * len(seen.view.time_s) or 2 * n_leaves <= len(leaves):
            found.append(cells)
    return found


def _box_px(part: Part) -> float:
    """How much of the picture the box around a part covers, px squared."""
    left, top, right, bottom = part.box_px
    return (right - left) * (bottom - top)


def shares_within(active: Active, parts: Sequence[Part], cells: Cells) -> NDArray[np.float64]:
    """How much of what moves lies within a place, of the parts that touch it: a share for each frame in which they do.

    Args:
        active: what the parts index into.
        parts: connected groups of what moves.
        cells: the place, shape (C,).

    Returns:
        Shape (n,), 0 to 1, in order of frame. Each frame counts once, however strong.
    """
    touching = [part.entries for part in parts if cells[active.cell[part.entries]].any()]
    if not touching:
        return np.zeros(0)
    entries = np.concatenate(touching)
    snr = active.snr[entries].astype(np.float64)
    within, total = (np.bincount(active.frame[entries], snr * mask) for mask in (cells[active.cell[entries]], 1.0))
    moves = total > 0.0
    shares: NDArray[np.float64] = within[moves] / total[moves]
    return shares


def around(trace: MotionTrace, movers: Cells, limits: ArtifactParams) -> Cells:
    """What moves all the time, and what moves along with it, if less often: the hem of a curtain.

    Connected places that move in at least `mover_around` of the half seconds of most blocks.

    Args:
        trace: whose blocks tell how often each cell moves.
        movers: cells of what moves all the time, shape (C,).
        limits: the group `artifact`.

    Returns:
        Shape (C,), grown by a cell.
    """
    shape = trace.grid.rows, trace.grid.columns
    if not movers.any():
        return movers
    often = np.median(trace.noise.blocks.duty, axis=0) >= 255.0 * limits.mover_around
    parts = [part.ravel() for part in connected_parts((often | movers).reshape(shape))]
    joined = np.logical_or.reduce([part for part in parts if (part & movers).any()])
    return grow(joined.reshape(shape)).ravel()

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
from detector.events.excess import Active
from detector.motion.grid import Grid
from detector.motion.masks import connected_parts, grow
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams

Cells = NDArray[np.bool_]


def confined(grid: Grid, may: Cells, active: Active, parts: Sequence[Part], limits: ArtifactParams) -> list[Cells]:
    """Of places that move all the time, those that what moves there does not leave.

    Args:
        grid: the cells.
        may: where something moves all the time, shape (C,).
        active: what the parts index into.
        parts: connected groups of what moves.
        limits: the group `artifact`.

    Returns:
        One mask a place, shape (C,), grown by a cell.
    """
    found = []
    for place in connected_parts(may.reshape(grid.rows, grid.columns)):
        cells = grow(place).ravel()
        if cells.mean() > limits.passing_area or place.sum() < limits.mover_cells:
            continue
        inside = outside = 0.0
        for part in parts:
            is_in = cells[active.cell[part.entries]]
            if is_in.any():
                snr = active.snr[part.entries]
                within = float(snr[is_in].sum(dtype=np.float64))
                inside += within
                outside += float(snr.sum(dtype=np.float64)) - within
        if inside >= limits.mover_confined * (inside + outside):
            found.append(cells)
    return found


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

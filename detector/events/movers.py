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

"""What stands in a picture for long and keeps to its place: it leaves the rest quiet, and nothing is planted on it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.all_along import with_movers
from detector.events.artifacts import Artifact, find_artifacts
from detector.events.attention import attend
from detector.events.excess import find_both
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.night.night import Night

PLACE_BOUND = frozenset({"clock", "mover", "overlay", "lamp", "masked"})
"""Kinds of artifacts that keep to a place."""
STANDING_S = 600.0
"""Whatever else lasts longer is part of what the camera sees, and disturbs no stretch."""


def stands(artifact: Artifact, shortest_s: float) -> bool:
    """Whether a stretch may be quiet while this goes on.

    Args:
        artifact: of a night.
        shortest_s: what keeps to a place and lasts shorter, s, is better waited for.
    """
    return artifact.stop_s - artifact.start_s >= (shortest_s if artifact.kind in PLACE_BOUND else STANDING_S)


def standing_cells(night: Night, trace: MotionTrace, shortest_s: float) -> NDArray[np.bool_]:
    """Where something stands that is no movement of the infant, shape (rows, columns) of the motion grid.

    Args:
        night: as it was decided.
        trace: its motion.
        shortest_s: as for `stands`.
    """
    params, grid = night.params, trace.grid
    standing = [artifact for artifact in night.decision.artifacts if stands(artifact, shortest_s)]
    kinds = {artifact.kind for artifact in standing}
    found = np.zeros(grid.n_cells, np.bool_)
    if kinds & {"clock", "mover"}:
        place = attend(grid, night.regions)
        hidden = replace(find_artifacts(trace, params), is_ignored=place.ignored)
        if "mover" in kinds:
            hidden, _ = with_movers(trace, hidden, find_both(trace, hidden, params)[0], params, place.outside)
        found |= hidden.is_clock | hidden.is_mover
    return (found | _drawn(grid, standing)).reshape(grid.rows, grid.columns)


def _drawn(grid: Grid, standing: Iterable[Artifact]) -> NDArray[np.bool_]:
    """Cells of texts and lamps of which center and size are known, taken as squares, shape (C,)."""
    column, row = grid.cell_centers
    found = np.zeros(grid.n_cells, np.bool_)
    for one in standing:
        if one.kind in {"overlay", "lamp"} and math.isfinite(one.x_px):
            half_px = math.sqrt(one.area_fraction * grid.width_px * grid.height_px) / 2
            away = (column * grid.cell_px[0] - one.x_px, row * grid.cell_px[1] - one.y_px)
            found |= np.maximum(*map(np.abs, away)) <= half_px + max(grid.cell_px)
    return found

"""Where the infant lies: the part of the picture that breathes, and in which movements have been seen again and again.

Areas of movements are told as shares of it, since in a wide view a whole infant is a sixth of the picture. It is where
the infant has been over the recording, not its outline at a moment: one that turns over fills more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.events.breaths import BreathingTrack
from detector.events.classify import Event
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.params import ExtentParams

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

BODY_KINDS = ("twitch", "rhythmic", "movement", "gross", "restless")
"""Kinds of events that are movements of the infant."""


def find_extent(
    trace: MotionTrace, events: Sequence[Event], breathing: BreathingTrack, params: ExtentParams
) -> Mask | None:
    """Cells of the motion grid that the infant lies in.

    Cells that breathe, and cells that moved in at least `extent.min_events` events, grown together to one body: what
    lies within `extent.reach` of the picture's width is joined and rounded out (convex hull), since a body does not end
    between a chest that breathes and a hand that twitches; specks apart from it are left out.

    Args:
        trace: the motion.
        events: as decided.
        breathing: as found.
        params: the group `extent`.

    Returns:
        Shape (cells,), bool; None where neither breathing nor enough movement tells.
    """
    grid = trace.grid
    # Both sides of a chest are one body.
    seeds = _hull(_breathing_cells(grid, breathing, params.breathing_share))
    moved = count_moved(trace, [event for event in events if event.kind in BODY_KINDS])
    seeds |= (moved >= params.min_events).reshape(grid.rows, grid.columns)
    if not seeds.any():
        return None
    return _one_body(seeds, grid, params).ravel()


def count_moved(trace: MotionTrace, events: Sequence[Event]) -> NDArray[np.int64]:
    """In how many of the events each cell moved, inside their boxes; shape (cells,)."""
    grid, layer, time_s = trace.grid, trace.fast, trace.frames.time_s
    counts = np.zeros(grid.n_cells, np.int64)
    column, row = grid.cell_centers
    x_px, y_px = column * grid.cell_px[0], row * grid.cell_px[1]
    for event in events:
        first, last = np.searchsorted(time_s, (event.start_s, event.stop_s)).tolist()
        last = max(last, first + 1)
        if first >= len(time_s):
            continue
        cells = np.unique(layer.cell[layer.first[first] : layer.first[last]])
        left, top, right, bottom = event.box_px
        inside = (x_px[cells] > left) & (x_px[cells] < right) & (y_px[cells] > top) & (y_px[cells] < bottom)
        counts[cells[inside]] += 1
    return counts


def with_infant_fraction(events: Sequence[Event], extent: Mask | None) -> tuple[Event, ...]:
    """Events with their area as a share of the infant's extent; unchanged where that is not known."""
    if extent is None or not extent.any():
        return tuple(events)
    share = float(extent.mean())
    return tuple(replace(event, infant_fraction=min(event.area_fraction / share, 1.0)) for event in events)


def _breathing_cells(grid: Grid, breathing: BreathingTrack, least: float) -> NDArray[np.bool_]:
    """Cells of the motion grid, shape (rows, columns), that breathe."""
    breathes = np.zeros((grid.rows, grid.columns), bool)
    if breathing.place.max(initial=0.0) > 0:
        factor = max(round(breathing.cell_px / grid.cell_px[0]), 1)
        fine = np.repeat(np.repeat(breathing.place >= least, factor, axis=0), factor, axis=1)
        rows, columns = min(grid.rows, fine.shape[0]), min(grid.columns, fine.shape[1])
        breathes[:rows, :columns] = fine[:rows, :columns]
    return breathes


def _one_body(seeds: NDArray[np.bool_], grid: Grid, params: ExtentParams) -> NDArray[np.bool_]:
    from scipy.ndimage import binary_closing, binary_fill_holes, label

    reach = max(round(params.reach * grid.columns), 1)
    row, column = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disk = row**2 + column**2 <= reach**2
    padded = np.pad(seeds, reach)
    whole = binary_fill_holes(binary_closing(padded, disk))[reach:-reach, reach:-reach]
    parts, n_parts = label(whole, np.ones((3, 3)))
    sizes = np.bincount(parts[seeds], minlength=n_parts + 1)
    is_body = sizes >= params.least_part * sizes.max()
    is_body[0] = False
    body = np.zeros((grid.rows, grid.columns), bool)
    for part in np.flatnonzero(is_body):
        body |= _hull(parts == part)
    return body


def _hull(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells within the convex hull of some; none for none."""
    filled = np.zeros(cells.shape, np.uint8)
    row, column = np.nonzero(cells)
    if len(row):
        cv2.fillConvexPoly(filled, cv2.convexHull(np.stack([column, row], axis=1).astype(np.int32)), 1)
    return filled.astype(bool)

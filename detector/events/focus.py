"""Focus that hunts so faintly that no fit of a picture finds it: the same edges change all over the picture.

An encoder keeps little of such a change, so each picture holds some scraps of it, too few for `motion.pictures.camera`.
But what focus changes is known beforehand: each pixel by the same multiple of its Laplacian. A burst whose cells change
in proportion to the Laplacian of the reference picture, and are those with the strongest edges of it, is focus. A body
changes a picture along its gradient instead, and its own edges only. Own.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.burst import Burst
from detector.events.excess import Active
from detector.motion.grid import SMALLEST_CELL_PX, Grid
from detector.params import ArtifactParams

_BLUR_PX = 1.0  # of the working picture: an encoder keeps nothing finer of a faint change


def find_focus(
    active: Active, bursts: Sequence[Burst], grid: Grid, reference: NDArray[np.uint8], limits: ArtifactParams
) -> list[Burst]:
    """Bursts that show a change of focus.

    Args:
        active: what the bursts index into.
        bursts: of the short lag.
        grid: the cells.
        reference: a picture of the footage at working size; one of no size, or of another, tells nothing.
        limits: the group `artifact`.

    Returns:
        In the same order.
    """
    wide = [burst for burst in bursts if len(burst.cells) >= limits.focus_cells]
    height, width = reference.shape
    if not wide or height < grid.rows * SMALLEST_CELL_PX or width < grid.columns * SMALLEST_CELL_PX:
        return []
    mean, strength = edges_of(grid, reference)
    strongest = np.argsort(-strength)
    return [
        burst
        for burst in wide
        if likeness_to(active, burst, mean) >= limits.focus_likeness
        and np.isin(burst.cells, strongest[: len(burst.cells)]).mean() >= limits.focus_share
    ]


def edges_of(grid: Grid, reference: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean Laplacian of each cell of a picture, and its mean square, shape (C,) each, grey levels (squared)."""
    picture = cv2.GaussianBlur(reference.astype(np.float32), (0, 0), _BLUR_PX)
    height, width = grid.rows * SMALLEST_CELL_PX, grid.columns * SMALLEST_CELL_PX
    laplacian = cv2.Laplacian(picture, cv2.CV_32F, ksize=3)[:height, :width].astype(np.float64)
    cells = laplacian.reshape(grid.rows, SMALLEST_CELL_PX, grid.columns, SMALLEST_CELL_PX)
    return cells.mean(axis=(1, 3)).ravel(), (cells * cells).mean(axis=(1, 3)).ravel()


def likeness_to(active: Active, burst: Burst, pattern: NDArray[np.float64]) -> float:
    """How much a burst changes as a pattern does, or as its opposite, frame by frame; 0 to 1.

    Args:
        active: what the burst indexes into.
        burst: the burst.
        pattern: signed change of each cell, shape (C,).
    """
    frame = active.frame[burst.entries] - active.frame[burst.entries[0]]
    signed, expected = active.signed[burst.entries].astype(np.float64), pattern[active.cell[burst.entries]]
    common, own, other = (
        np.bincount(frame, product) for product in (signed * expected, signed * signed, expected * expected)
    )
    return float(np.abs(common).sum() / max(np.sqrt(own * other).sum(), 1e-9))


def focus_artifact(burst: Burst) -> Artifact:
    """A burst of focus among the artifacts."""
    return Artifact(
        "focus",
        burst.start_s,
        burst.stop_s,
        "the same edges change all over the picture, as they do in and out of focus",
        burst.x_px,
        burst.y_px,
        burst.area_fraction,
    )

"""Which pixels count: named polygons in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.errors import ParameterError


@dataclass(frozen=True)
class Region:
    """A named polygon.

    Attributes:
        name: such as `"cot"`.
        corners_px: `(x, y)` of at least three corners, source px from the top left; corners outside the picture are
            allowed.
    """

    name: str
    corners_px: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        if len(self.corners_px) < 3:
            raise ParameterError(
                f"Region {self.name!r}: expected at least 3 corners, but {len(self.corners_px)} came; add corners."
            )
        if not np.isfinite(self.corners_px).all():
            raise ParameterError(
                f"Region {self.name!r}: expected finite corners, but {self.corners_px} came; correct it."
            )


def pixel_mask(regions: Sequence[Region], width_px: int, height_px: int) -> NDArray[np.bool_]:
    """Pixels inside any of the regions, shape (height, width); all of them where there is no region.

    >>> pixel_mask([Region("left", ((0, 0), (1, 0), (1, 1), (0, 1)))], 4, 2).astype(int)
    array([[1, 1, 0, 0],
           [1, 1, 0, 0]])
    """
    if not regions:
        return np.ones((height_px, width_px), np.bool_)
    mask = np.zeros((height_px, width_px), np.uint8)
    for region in regions:
        corners = np.clip(np.rint(region.corners_px), -(2**15), 2**15).astype(np.int32)
        cv2.fillPoly(mask, [corners], 1)
    return mask.astype(np.bool_)


def cell_mask(regions: Sequence[Region], shape: tuple[int, int], cell_px: tuple[float, float]) -> NDArray[np.bool_]:
    """Cells of which at least half lies inside any of the regions.

    Args:
        regions: named polygons; none means the whole picture.
        shape: `(rows, columns)` of the grid.
        cell_px: `(x, y)` size of a cell, source px.

    Returns:
        Shape `shape`, bool.
    """
    rows, columns = shape
    mask = pixel_mask(regions, round(columns * cell_px[0]), round(rows * cell_px[1]))
    share = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(share >= 0.5 - 1e-6)

"""From luma to small smooth pictures: exact halving, frame by frame, then smoothing, several frames at a time.

Means of 2 x 2 pixels until the longer side is at most `motion.working_long_side_px`, once more without rounding, and
the weights 1 4 1 over 6 both ways. Noise falls by half with each halving, a limb as wide as a cell hardly at all; a
larger picture has cells of more pixels, not more of them, but for the step of the halving.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid

FloatImage = NDArray[np.float32]

BATCH = 32
"""Frames queued before they are measured: programs and tables are then in the processor's cache for all of them."""

CHUNK = 4
"""Frames of a batch measured at a time: few enough that what is measured stays in the cache, too."""

_SMOOTH = np.array([1.0, 4.0, 1.0], np.float32) / 6.0

_MIN_COLUMNS_FOR_FIVE = 60


def pool_of(grid: Grid) -> int:
    """Over how many cells each way energy is averaged.

    A picture too small to be halved has more noise a cell, and blocks of the encoder as large as its cells; in one
    smaller still, averaging over more cells would swell every limb.
    """
    return 5 if grid.halvings == 0 and max(grid.rows, grid.columns) >= _MIN_COLUMNS_FOR_FIVE else 3


def rim_of(grid: Grid) -> int:
    """Rows of cells above and below each picture in a stack, so that averaging does not reach into the next."""
    return pool_of(grid) // 2


def working_picture(luma: NDArray[np.uint8], halvings: int) -> NDArray[np.uint8]:
    """Halve a picture by exact 2 x 2 means; an odd last row or column is left out."""
    for _ in range(halvings):
        height, width = luma.shape[0] // 2, luma.shape[1] // 2
        luma = cv2.resize(luma[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return luma


class Shrinker:
    """Luma to smooth small pictures, in arrays made once; each picture lies between rims of rows."""

    def __init__(self, grid: Grid) -> None:
        self._rim = 2 * rim_of(grid)
        self._shape = (BATCH, 2 * grid.rows + 2 * self._rim, 2 * grid.columns)
        _, height, width = self._shape
        self._working = np.zeros((BATCH, 2 * height, 2 * width), np.uint8)
        self._sums = np.empty((2, CHUNK * 2 * height, width), np.uint16)
        self._half = np.empty((CHUNK, height, width), np.float32)
        self._inner = self._working[:, 2 * self._rim : -2 * self._rim]
        self._source_px = 4 * grid.rows << grid.halvings, 4 * grid.columns << grid.halvings
        self._halved = [
            np.empty((4 * grid.rows << left, 4 * grid.columns << left), np.uint8)
            for left in range(grid.halvings - 1, 0, -1)
        ]

    def new_stack(self) -> FloatImage:
        """Room for the smooth pictures of a batch."""
        return np.empty(self._shape, np.float32)

    def put(self, place: int, luma: NDArray[np.uint8]) -> None:
        """Keep the part of the working picture that has cells, with the values of `working_picture`."""
        height, width = self._source_px
        luma = luma[:height, :width]
        if luma.shape != self._source_px:
            # A picture of less than a cell goes on at its edge.
            luma = np.pad(luma, ((0, height - luma.shape[0]), (0, width - luma.shape[1])), mode="edge")
        target = self._inner[place]
        for halved in (*self._halved, target) if self._source_px != target.shape else ():
            luma = cv2.resize(luma, halved.shape[::-1], dst=halved, interpolation=cv2.INTER_AREA)
        if self._source_px == target.shape:
            np.copyto(target, luma)

    def smooth(self, stack: FloatImage, first: int, stop: int) -> None:
        """Halve some of the pictures put without rounding and smooth them, into `stack[first:stop]`.

        Args:
            stack: as `new_stack` made it.
            first: the first of them.
            stop: one past the last; at most `CHUNK` at a time.
        """
        working, stack = self._working[first:stop], stack[first:stop]
        n, height, _ = stack.shape
        half = self._half[:n]
        pairs = tall(working).view(np.uint16)
        # Two pixels side by side as one number of 16 bits: exact sums, in half the time of floating point.
        left, right = self._sums[:, : len(pairs)]
        np.right_shift(pairs, 8, out=left)
        np.bitwise_and(pairs, 255, out=right)
        np.add(left, right, out=left)
        below = right[: n * height]
        np.add(left[::2], left[1::2], out=below)
        np.copyto(tall(half), below)
        mirror(half, self._rim, 1)
        # Sums of 2 x 2 pixels become means here.
        cv2.sepFilter2D(tall(half), -1, _SMOOTH / 2, _SMOOTH / 2, dst=tall(stack))


def tall(stack: NDArray[np.generic]) -> NDArray[np.generic]:
    """All pictures of a stack below each other, shape (n * height, width), without copying."""
    return stack.reshape(-1, stack.shape[-1])


def mirror(stack: FloatImage, rim: int, n_rows: int) -> None:
    """Fill `n_rows` rows next to the pictures of a stack as filters mirror them at their edge."""
    last = stack.shape[1] - 2 * rim - 1
    for row in range(1, n_rows + 1):
        inside = _mirrored(row, last)
        stack[:, rim - row] = stack[:, rim + inside]
        stack[:, -rim - 1 + row] = stack[:, -rim - 1 - inside]


def _mirrored(row: int, last: int) -> int:
    """Where a filter finds the row so many before row 0 of rows 0 to `last`."""
    if last == 0:
        return 0
    row %= 2 * last
    return min(row, 2 * last - row)

"""How a picture is divided into cells."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from detector.params import MotionParams

SMALLEST_CELL_PX = 4
"""Side of a cell in a picture that is not halved before it is measured, source px."""


@dataclass(frozen=True)
class Grid:
    """Cells of a picture, counted row by row; right and bottom edges of the picture may lie outside the grid.

    Attributes:
        rows, columns: number of cells, 1 or more.
        cell_px: size of a cell in source px, `(x, y)`.
        width_px, height_px: size of the displayed picture.

    Raises:
        ValueError: one of them is less than can be.

    Example:
        >>> from detector.params import Params
        >>> grid = grid_for(1280, 720, Params().motion)
        >>> grid.rows, grid.columns, grid.cell_px
        (90, 160, (8.0, 8.0))
    """

    rows: int
    columns: int
    cell_px: tuple[float, float]
    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        sizes = (self.rows, self.columns, self.width_px, self.height_px)
        if min(sizes) < 1 or not all(math.isfinite(side) and side > 0 for side in self.cell_px):
            raise ValueError(f"expected a grid of at least one cell and one pixel, but {self} came.")

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def diagonal_px(self) -> float:
        """Diagonal of the picture, source px."""
        return float(np.hypot(self.width_px, self.height_px))

    @property
    def halvings(self) -> int:
        """How often the picture is halved, exactly, to become the working picture."""
        return round(math.log2(self.cell_px[0] / SMALLEST_CELL_PX))

    @cached_property
    def cell_centers(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row of the center of each cell, in cells, shape (cells,) each: 0.5 for the first column."""
        row, column = np.divmod(np.arange(self.n_cells), self.columns)
        return column + 0.5, row + 0.5

    def inside(self, box_px: tuple[float, float, float, float]) -> NDArray[np.bool_]:
        """Cells whose middle lies in a box (left, top, right, bottom), source px; shape (cells,)."""
        left, top, right, bottom = box_px
        x, y = ((np.arange(n) + 0.5) * side for n, side in zip((self.columns, self.rows), self.cell_px, strict=True))
        inside: NDArray[np.bool_] = (((y > top) & (y < bottom))[:, None] & ((x > left) & (x < right))).ravel()
        return inside

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All fields by name, to be stored."""
        names = ("rows", "columns", "cell_px", "width_px", "height_px")
        return {name: np.asarray(getattr(self, name)) for name in names}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]]) -> Self:
        """The grid of which `arrays` gave the fields."""
        rows, columns, width, height = (int(stored[name]) for name in ("rows", "columns", "width_px", "height_px"))
        x, y = stored["cell_px"].tolist()
        return cls(rows, columns, (x, y), width, height)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The one grid of all parts.

        Raises:
            ValueError: they differ.
        """
        if any(part != parts[0] for part in parts):
            raise ValueError("expected traces of pictures of one size.")
        return parts[0]


def grid_for(width_px: int, height_px: int, params: MotionParams) -> Grid:
    """Divide a picture of this size into cells."""
    halvings, width, height = 0, width_px, height_px
    while max(width, height) > (params.working_long_side_px if halvings else params.whole_long_side_px):
        width, height, halvings = width // 2, height // 2, halvings + 1
    side = float(SMALLEST_CELL_PX << halvings)
    rows, columns = max(height // SMALLEST_CELL_PX, 1), max(width // SMALLEST_CELL_PX, 1)
    return Grid(rows, columns, (side, side), width_px, height_px)

"""Frame differences pooled into cells: the measurement that every frame goes through.

A picture is halved by exact 2 x 2 means until its longer side is at most `motion.working_long_side_px`, halved once
more in floating point and lightly smoothed. The difference to the picture about 0.1 s (and, less often, 0.5 s) earlier
is squared for energy and kept with its sign for direction, and both are pooled into cells of 2 x 2 of these pixels.
Energy is finally averaged over 3 x 3 cells, so that one noisy cell does not stand out and a small limb still does.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.params import MotionParams

FloatImage = NDArray[np.float32]

_SMOOTH = np.array([1.0, 4.0, 1.0], np.float32) / 6.0
_SHIFT_MIN_ENERGY = 4.0
_SHIFT_MIN_SHARE = 0.12
_SHIFT_MAX_LEFT = 0.5
_SHIFT_MAX_LEFT_RIM = 0.7
# A difference counts as having the wanted lag within this share of it.
_LAG_SLACK = 0.5


@dataclass(frozen=True)
class Grid:
    """How a picture is divided into cells.

    Attributes:
        halvings: exact halvings before the last one.
        rows, columns: number of cells.
        width_px, height_px: size of the displayed picture.
    """

    halvings: int
    rows: int
    columns: int
    width_px: int
    height_px: int

    @property
    def cell_px(self) -> tuple[float, float]:
        """Size of a cell in source px, `(x, y)`; the same both ways."""
        side = float(2 ** (self.halvings + 2))
        return side, side


@dataclass(frozen=True)
class Difference:
    """What one frame shows against an earlier one.

    Attributes:
        energy: mean squared difference a cell, shape (rows, columns), float32, grey levels squared.
        signed: mean difference a cell, the same shape, grey levels.
        lag_s: time between the two, s.
        global_change: mean signed difference of the picture, grey levels.
        shift_px: displacement `(x, y)` of the whole picture, source px; measured only where much of it changed.
    """

    energy: FloatImage
    signed: FloatImage
    lag_s: float
    global_change: float
    shift_px: tuple[float, float]


def grid_for(width_px: int, height_px: int, params: MotionParams) -> Grid:
    """Divide a picture of this size into cells."""
    halvings, width, height = 0, width_px, height_px
    while max(width, height) > params.working_long_side_px:
        width, height, halvings = width // 2, height // 2, halvings + 1
    return Grid(halvings, max(height // 4, 1), max(width // 4, 1), width_px, height_px)


def working_picture(luma: NDArray[np.uint8], halvings: int) -> NDArray[np.uint8]:
    """Halve a picture by exact 2 x 2 means; an odd last row or column is left out."""
    for _ in range(halvings):
        height, width = luma.shape[0] // 2, luma.shape[1] // 2
        luma = cv2.resize(luma[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return luma


class Differencer:
    """Turns luma frames, in order of time, into differences at the short and the long lag."""

    def __init__(self, grid: Grid, params: MotionParams) -> None:
        self._grid = grid
        self._params = params
        self._past: deque[tuple[float, FloatImage]] = deque()
        self._small = (grid.columns * 2, grid.rows * 2)
        self._cells = (grid.columns, grid.rows)
        # A picture too small to be halved has more noise a cell, and blocks of the encoder as large as its cells.
        self._pool = (5, 5) if grid.halvings == 0 else (3, 3)
        self._window = cv2.createHanningWindow(self._small, cv2.CV_32F)

    def add(
        self, time_s: float, luma: NDArray[np.uint8], *, with_long: bool
    ) -> tuple[Difference | None, Difference | None]:
        """Difference of this frame to the ones about `short_lag_s` and `long_lag_s` earlier.

        Args:
            time_s: its time, s.
            luma: shape (height, width), uint8.
            with_long: whether the long difference is wanted too.

        Returns:
            `(short, long)`; None where there is no frame of about that age, as at the start and after a pause.
        """
        picture = self._shrink(luma)
        short = self._against(time_s, picture, self._params.short_lag_s)
        long = self._against(time_s, picture, self._params.long_lag_s) if with_long else None
        self._past.append((time_s, picture))
        while time_s - self._past[0][0] > 2.0 * self._params.long_lag_s:
            self._past.popleft()
        return short, long

    def reset(self) -> None:
        """Forget the frames seen so far, as after a pause in the recording."""
        self._past.clear()

    def _shrink(self, luma: NDArray[np.uint8]) -> FloatImage:
        working = working_picture(luma, self._grid.halvings)
        width, height = self._small
        exact = np.ascontiguousarray(working[: 2 * height, : 2 * width], dtype=np.float32)
        half = cv2.resize(exact, self._small, interpolation=cv2.INTER_AREA)
        smooth: FloatImage = cv2.sepFilter2D(half, -1, _SMOOTH, _SMOOTH)
        return smooth

    def _against(self, time_s: float, picture: FloatImage, wanted_s: float) -> Difference | None:
        earlier = min(self._past, key=lambda item: abs(time_s - item[0] - wanted_s), default=None)
        if earlier is None:
            return None
        lag_s = time_s - earlier[0]
        # Slow cameras have no frame 0.1 s ago: the last one must do, if it is not older than a second.
        if lag_s > max(1.0, (1.0 + _LAG_SLACK) * wanted_s) or lag_s < (1.0 - _LAG_SLACK) * wanted_s:
            return None
        change = cv2.subtract(picture, earlier[1])
        energy = cv2.blur(
            cv2.resize(cv2.multiply(change, change), self._cells, interpolation=cv2.INTER_AREA), self._pool
        )
        signed = cv2.resize(change, self._cells, interpolation=cv2.INTER_AREA)
        loud = np.count_nonzero(energy > _SHIFT_MIN_ENERGY)
        shift = (0.0, 0.0)
        if loud > _SHIFT_MIN_SHARE * energy.size:
            shift = self._shift(earlier[1], picture, change)
        return Difference(energy, signed, lag_s, float(cv2.mean(signed)[0]), shift)

    def _shift(self, before: FloatImage, after: FloatImage, change: FloatImage) -> tuple[float, float]:
        """Displacement of the whole picture, source px; zero unless it explains most of the change.

        An infant that rolls over changes as much of the picture as a bumped camera, but moving the earlier picture back
        undoes only the bump.
        """
        # Correlating edges rather than brightness: a light step must not read as a displacement.
        (x, y), _ = cv2.phaseCorrelate(_edges(before), _edges(after), self._window)
        moved = cv2.warpAffine(
            before, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]), self._small, borderMode=cv2.BORDER_REPLICATE
        )
        left = cv2.subtract(after, moved)
        # A body in the middle can outweigh the rest, so the rim of the picture has to agree.
        if _power(left) > _SHIFT_MAX_LEFT * _power(change) or _rim(left) > _SHIFT_MAX_LEFT_RIM * _rim(change):
            return 0.0, 0.0
        side = self._grid.cell_px[0] / 2.0
        return x * side, y * side


def _power(picture: FloatImage) -> float:
    return float(cv2.norm(picture, cv2.NORM_L2SQR))


def _rim(picture: FloatImage) -> float:
    height, width = picture.shape[0] // 6, picture.shape[1] // 6
    return _power(picture) - _power(picture[height:-height, width:-width])


def _edges(picture: FloatImage) -> FloatImage:
    edges: FloatImage = cv2.magnitude(cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1))
    return edges

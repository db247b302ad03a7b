"""The stored measurement: sparse motion of a whole night."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class MotionTrace:
    """Motion of a recording on a grid of cells, kept only where it rose above the footage's noise.

    F frames, N stored entries, K floor blocks, C = rows * columns cells. Frames ascend in time.

    Attributes:
        rows, columns: size of the grid.
        cell_px: `(x, y)` size of a cell in source px (a displayed picture is `columns * x` by `rows * y` px or up to one
            cell more).
        width_px, height_px: size of the displayed picture.
        time_s: shape (F,), float64, presentation time on the recording axis.
        duration_s: shape (F,), float32, time the frame stands for.
        is_key, is_damaged, is_frozen: shape (F,), bool.
        lag_s: shape (F,), float32, true lag of the short difference; 0 where there was no earlier frame.
        gain: shape (F,), float32, common factor between this frame's energies and the floor (1 is usual).
        moved_fraction: shape (F,), float32, share of cells far above the floor, 0 to 1.
        global_change: shape (F,), float32, median signed change of the picture, grey levels.
        shift_px: shape (F, 2), float32, displacement (x, y) of the whole picture, source px; 0 where not measured.
        first: shape (F + 1,), int64; entries of frame f are `first[f]:first[f + 1]`.
        cell: shape (N,), uint16, `row * columns + column`.
        energy: shape (N,), float16, mean squared short difference, grey levels squared.
        signed: shape (N,), float16, mean signed short difference, grey levels.
        block_start_s: shape (K,), float64, when a floor block begins.
        floor: shape (K, C), float16, usual energy of each cell in the block.
        mean_luma: shape (K, C), uint8, brightness of each cell in the block.
        reference: a picture from the footage at working size, shape (height, width), uint8.
        lost_s: time of frames that stand in the files and gave no picture, s.
    """

    rows: int
    columns: int
    cell_px: tuple[float, float]
    width_px: int
    height_px: int
    time_s: NDArray[np.float64]
    duration_s: NDArray[np.float32]
    is_key: NDArray[np.bool_]
    is_damaged: NDArray[np.bool_]
    is_frozen: NDArray[np.bool_]
    lag_s: NDArray[np.float32]
    gain: NDArray[np.float32]
    moved_fraction: NDArray[np.float32]
    global_change: NDArray[np.float32]
    shift_px: NDArray[np.float32]
    first: NDArray[np.int64]
    cell: NDArray[np.uint16]
    energy: NDArray[np.float16]
    signed: NDArray[np.float16]
    block_start_s: NDArray[np.float64]
    floor: NDArray[np.float16]
    mean_luma: NDArray[np.uint8]
    reference: NDArray[np.uint8]
    lost_s: float

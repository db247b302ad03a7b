"""How much of the time something moves at a place: what never rests is no twitching limb."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.noise.floor import Energies
from detector.params import NoiseParams


def measure_duty(
    energy: Energies, floor: Energies, time_s: NDArray[np.float64], grid: Grid, params: NoiseParams
) -> NDArray[np.uint8]:
    """Share of the short windows of a block in which something moved at each cell or near it.

    A place moves where its energy is some times the usual floor of the picture. A curtain and a fan move in nearly all
    windows, a clock in half of them, a limb that twitches 14 times a minute in fewer than a third. Own, because the
    energy of one cell alone is 0 whenever an edge is not in it.

    Args:
        energy: shape (frames, cells), grey levels squared.
        floor: of the block, shape (cells,).
        time_s: of the frames, shape (frames,), s.
        grid: which cells lie beside each other.
        params: `duty_window_s`, `duty_floors`, `duty_reach` and `duty_most`.

    Returns:
        Shape (cells,), 0 to 255 for 0 to 1.
    """
    if len(time_s) == 0:
        return np.zeros(grid.n_cells, np.uint8)
    moves = energy > np.float32(params.duty_floors) * (np.median(floor) + np.float32(params.minimum))
    # What moves the whole picture tells nothing of a place.
    moves[np.count_nonzero(moves, axis=1) > params.duty_most * grid.n_cells] = False
    window = np.floor(time_s / params.duty_window_s).astype(np.int64)
    begins = np.flatnonzero(np.diff(window, prepend=window[0] - 1))
    # One window after the other: numpy's own reduction takes 25 times as long.
    windows = np.split(moves.view(np.uint8), begins[1:])
    in_window = [window.max(axis=0) for window in windows]
    around = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * params.duty_reach + 1, 2 * params.duty_reach + 1))
    near = [cv2.dilate(cells.reshape(grid.rows, grid.columns), around) for cells in in_window]
    share: NDArray[np.uint8] = np.round(255.0 * np.mean(near, axis=0)).astype(np.uint8).ravel()
    return share

"""Regular swinging, which is no noise even where it fills the recording.

The floor of a cell is a high quantile of its energy, so a limb that swings from the first second of a clip to the last
would hide itself. Noise, breathing, a curtain and a mobile are irregular or slow; what goes back and forth evenly and
faster than they do must not raise the floor.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.masks import grow
from detector.motion.periodic import MAX_CELLS, estimate_rate, leading_component, likeness
from detector.motion.shrink import Grid
from detector.params import NoiseParams

_LOUD = 8.0
_FASTEST_OF_FRAME_RATE = 0.25
_SLOWEST_HZ = 0.3
_MIN_CELLS = 4
_MIN_CYCLES = 4.0
_MIN_OPPOSITION = 0.2
_USUAL_QUANTILE = 0.9


def steady_floor(
    floor: NDArray[np.float32],
    signed: NDArray[np.float32],
    time_s: NDArray[np.float64],
    grid: Grid,
    params: NoiseParams,
) -> NDArray[np.float32]:
    """The floor of a block without regular swinging: there it is as high as elsewhere in the picture.

    Args:
        floor: `measure_floor` of the block, shape (cells,).
        signed: mean differences, grey levels, shape (frames, cells).
        time_s: of the frames, shape (frames,).
        grid: which cells lie beside each other.
        params: `swing_hz`, `swing_likeness` and `minimum`.

    Returns:
        Shape (cells,); `floor` itself where nothing swings.
    """
    is_loud = floor > _LOUD * (np.median(floor) + np.float32(params.minimum))
    if np.count_nonzero(is_loud) < _MIN_CELLS:
        return floor
    n_parts, part = cv2.connectedComponents(is_loud.reshape(grid.rows, grid.columns).astype(np.uint8))
    swings = np.zeros_like(is_loud)
    for number in range(1, n_parts):
        cells = np.flatnonzero(part.ravel() == number)
        if len(cells) >= _MIN_CELLS and _swings(signed[:, cells], time_s, params):
            swings[cells] = True
    if not swings.any():
        return floor
    around = grow(swings.reshape(grid.rows, grid.columns)).ravel()
    usual = np.quantile(floor[~is_loud], _USUAL_QUANTILE) if not is_loud.all() else np.median(floor)
    return np.where(around, np.minimum(floor, np.float32(usual)), floor).astype(np.float32)


def _swings(signed: NDArray[np.float32], time_s: NDArray[np.float64], params: NoiseParams) -> bool:
    """Whether cells, shape (frames, cells), go back and forth evenly and quickly enough."""
    power = np.einsum("fc,fc->c", signed, signed)
    table = signed[:, np.sort(np.argsort(power)[::-1][:MAX_CELLS])].astype(np.float64)
    signal = table @ leading_component(table.T @ table)
    step_s = float(np.median(np.diff(time_s)))
    even_s = np.arange(time_s[0], time_s[-1] + 0.5 * step_s, step_s)
    course = np.interp(even_s, time_s, signal)
    if course.std() == 0.0:
        return False
    rate_hz = estimate_rate(even_s, course - course.mean(), _SLOWEST_HZ, _FASTEST_OF_FRAME_RATE / step_s)
    if rate_hz is None or rate_hz < params.swing_hz or rate_hz * (even_s[-1] - even_s[0]) < _MIN_CYCLES:
        return False
    same, opposite = likeness(even_s, course, rate_hz)
    return same >= params.swing_likeness and opposite >= _MIN_OPPOSITION

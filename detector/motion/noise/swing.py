"""Regular swinging, which is no noise even where it fills the recording.

The floor of a cell is a high quantile of its energy, so a limb that swings from the first second of a clip to the last
would hide itself. Noise, breathing, a curtain and a mobile are irregular or slow; what goes back and forth evenly
(`detector.motion.periodicity`) and at `noise.swing_hz` or faster must not raise the floor: connected loud cells that do
get the `noise.swing_usual` quantile of all others. Cells that swing with the rest of their rows are lit by a flickering
lamp. Own; needs `noise.swing_cycles` cycles in a block, and holds up to `motion.fastest_share` of the frame rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.masks import grow
from detector.motion.periodicity import MAX_CELLS, Gate, leading_signal, measure_periodicity
from detector.params import Params

_MOST_TOGETHER = 0.5


@dataclass(frozen=True)
class Steady:
    """What a block's floor is without regular swinging, and where movement goes on all the time.

    Attributes:
        floor: shape (cells,), grey levels squared; lowered where something swings quickly.
        goes_on: shape (cells,), bool: cells that change for most of the block, and not evenly: noise, a curtain.
    """

    floor: NDArray[np.float32]
    goes_on: NDArray[np.bool_]


def steady_floor(
    floor: NDArray[np.float32],
    middle: NDArray[np.float32],
    signed: NDArray[np.float32],
    time_s: NDArray[np.float64],
    grid: Grid,
    params: Params,
) -> Steady:
    """The floor of a block without regular swinging: there it is as high as elsewhere in the picture.

    Args:
        floor: `measure_floor` of the block, shape (cells,).
        middle: `measure_middle` of the block, shape (cells,).
        signed: mean differences, grey levels, shape (frames, cells).
        time_s: of the frames, shape (frames,).
        grid: which cells lie beside each other.
        params: the groups `noise` and `motion`.
    """
    limits = params.noise
    minimum = np.float32(limits.minimum)
    is_loud = floor > limits.swing_loud * (np.median(floor) + minimum)
    goes_on = (middle > limits.goes_on_share * floor) & (middle > limits.goes_on_middle)
    if len(time_s) == 0 or time_s[-1] - time_s[0] < limits.goes_on_s:
        goes_on[:] = False
    if np.count_nonzero(is_loud) < limits.swing_cells_min or len(time_s) < limits.swing_frames:
        return Steady(floor, goes_on)
    n_parts, part = cv2.connectedComponents(is_loud.reshape(grid.rows, grid.columns).astype(np.uint8))
    swings = np.zeros_like(is_loud)
    row = np.arange(len(floor)) // grid.columns
    for number in range(1, n_parts):
        cells = np.flatnonzero(part.ravel() == number)
        beside = np.flatnonzero(np.isin(row, row[cells]) & ~is_loud)
        rate_hz = _even_rate_hz(signed, cells, beside, time_s, params) if len(cells) >= limits.swing_cells_min else None
        goes_on[cells] &= rate_hz is None
        swings[cells] = rate_hz is not None and rate_hz >= limits.swing_hz
    if swings.any():
        around = grow(swings.reshape(grid.rows, grid.columns)).ravel()
        usual = np.quantile(floor[~is_loud], limits.swing_usual) if not is_loud.all() else np.median(floor)
        floor = np.where(around, np.minimum(floor, np.float32(usual)), floor).astype(np.float32)
    return Steady(floor, goes_on)


def _even_rate_hz(
    signed: NDArray[np.float32],
    cells: NDArray[np.int64],
    beside: NDArray[np.int64],
    time_s: NDArray[np.float64],
    params: Params,
) -> float | None:
    """Rate at which some cells go back and forth evenly, by themselves; None where they don't.

    Args:
        signed: shape (frames, cells).
        cells: those in question.
        beside: others in the same rows: what swings with them is a flickering lamp.
        time_s: shape (frames,).
        params: the groups `noise` and `motion`.
    """
    power = np.einsum("fc,fc->c", signed[:, cells], signed[:, cells])
    strongest = np.sort(cells[np.argsort(power)[::-1][:MAX_CELLS]])
    table = signed[:, strongest].astype(np.float64)
    signal = leading_signal(table)
    if signal.std() == 0.0 or _together(signal, signed[:, beside]):
        return None
    step_s = float(np.median(np.diff(time_s)))
    even_s = np.arange(time_s[0], time_s[-1] + 0.5 * step_s, step_s)
    course = np.interp(even_s, time_s, signal)
    limits, length_s = params.noise, float(even_s[-1] - even_s[0])
    fastest_hz = params.motion.fastest_share / step_s
    found = measure_periodicity(
        even_s, course, length_s, limits.swing_slowest_hz, fastest_hz, params, with_variation=False
    )
    gate = Gate(limits.swing_cycles, min_likeness=limits.swing_likeness, min_opposition=limits.swing_opposition)
    return found.rate_hz if found is not None and gate.passes(found) else None


def _together(signal: NDArray[np.float64], others: NDArray[np.float32]) -> bool:
    """Whether other cells, shape (frames, n), change along with a signal on the whole."""
    if others.shape[1] == 0:
        return False
    course = others.mean(axis=1, dtype=np.float64)
    course -= course.mean()
    aside = signal - signal.mean()
    scatter = float(course @ course) * float(aside @ aside)
    return scatter > 0.0 and float(course @ aside) ** 2 > _MOST_TOGETHER**2 * scatter

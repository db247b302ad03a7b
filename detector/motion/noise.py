"""The footage's own noise: what each cell shows when nothing moves.

Sensor noise, encoder artifacts and faint continuous movement (breathing, a curtain) raise the energy of some cells all the
time. The floor of a cell is a high quantile of its energy over a block of some twenty seconds, so that regular peaks lie
below it; taking a low quantile over neighboring blocks keeps a movement of half a minute from hiding itself. Encoders erase
noise, too: in skipped blocks the difference is exactly zero, so a floor also needs an absolute minimum in grey levels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.params import NoiseParams

Energies = NDArray[np.float32]

_LEVEL_CELLS = 512
_LEVEL_CLIP = 2.0
_MIN_LEVEL = 0.05


def measure_floor(energy: Energies, params: NoiseParams) -> Energies:
    """Floor of each cell over a block.

    Args:
        energy: shape (frames, cells), grey levels squared; key frames left out.
        params: which quantile.

    Returns:
        Shape (cells,), float32; zeros where there was no frame.
    """
    n_frames = len(energy)
    if n_frames == 0:
        return np.zeros(energy.shape[1], np.float32)
    rows = energy[:: max(n_frames // params.samples, 1)]
    place = min(int(params.quantile * len(rows)), len(rows) - 1)
    return np.partition(rows, place, axis=0)[place]


def measure_gain(energy: Energies, floor: Energies, is_key: NDArray[np.bool_], params: NoiseParams) -> Energies:
    """How much louder the whole picture is in each frame than in most frames of its block; never below 1.

    Encoders spend bits unevenly, and exposure moves: then all cells rise together. The level of a frame is the mean over cells
    of energy / floor, clipped so that a moving limb hardly counts; the gain is that level over its own 0.9 quantile.

    Args:
        energy: shape (frames, cells).
        floor: shape (cells,).
        is_key: shape (frames,); key frames do not enter the quantile.
        params: absolute minimum of the floor.

    Returns:
        Shape (frames,), float32, at least 1.
    """
    step = max(energy.shape[1] // _LEVEL_CELLS, 1)
    ratio = energy[:, ::step] / (floor[::step] + np.float32(params.minimum))
    level = np.minimum(ratio, np.float32(_LEVEL_CLIP)).mean(axis=1)
    usual = level[~is_key] if not is_key.all() else level
    reference = max(float(np.quantile(usual, params.quantile)), _MIN_LEVEL) if len(usual) else 1.0
    return np.maximum(level / np.float32(reference), np.float32(1.0)).astype(np.float32)


def quiet_floor(floors: Energies, params: NoiseParams) -> Energies:
    """A low quantile over blocks: the floor when most of them held no movement in this cell.

    Args:
        floors: shape (blocks, cells).
        params: which quantile over blocks.

    Returns:
        Shape (cells,), float32.
    """
    place = int(params.block_quantile * (len(floors) - 1))
    return np.partition(floors, place, axis=0)[place]


def local_floor(floors: Energies, params: NoiseParams) -> Energies:
    """For each block, `quiet_floor` over the blocks around it.

    Args:
        floors: shape (blocks, cells).
        params: `neighbors`, how many blocks to each side.

    Returns:
        Shape (blocks, cells), float32.
    """
    result = np.empty_like(floors, dtype=np.float32)
    for block in range(len(floors)):
        low = min(max(block - params.neighbors, 0), max(len(floors) - 2 * params.neighbors - 1, 0))
        result[block] = quiet_floor(floors[low : low + 2 * params.neighbors + 1], params)
    return result

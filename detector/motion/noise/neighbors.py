"""Which floor holds for each block of a night: that of the blocks around it in which nothing moved.

With f(k) the floor of block k, it is the `noise.block_quantile` of f over the `noise.neighbors` blocks to each side
that are about as noisy: a low quantile keeps a movement of half a minute from hiding itself. What goes on for three
blocks and more, as a curtain does in the wind, is its own floor: the highest, over the threes around a block, of their
middle floor. Own, because published background models adapt to whatever stays, and a twitching hand stays.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from detector.motion.noise.floor import Energies
from detector.params import NoiseParams

# Blocks looked at together: as many as fit into the processor's cache.
_PORTION = 32


def quiet_floors(
    floors: NDArray[np.floating],
    level: Energies,
    goes_on: NDArray[np.bool_],
    params: NoiseParams,
    light: NDArray[np.int64] | None = None,
    *,
    without: Collection[str] = (),
) -> Energies:
    """For each block, the floor when nothing moved: a low quantile over the blocks around it.

    Only blocks in which the picture as a whole is about as noisy count as neighbors: when a light is switched on, the
    floor from before says nothing about the floor after. A louder block or two are no such change, but movement.
    Where movement goes on for three blocks and more, as a curtain's in the wind, the blocks themselves are the floor.

    Args:
        floors: shape (blocks, cells).
        level: `measure_level` of each block, shape (blocks,).
        goes_on: cells that change for most of a block, shape (blocks, cells), bool.
        params: which quantile, how many neighbors, what counts as about as noisy.
        light: in which stretch of unchanged light each block lies, shape (blocks,); others do not count as neighbors,
            unless there are too few. None: the light never changed.
        without: rules to leave out, of `quiet blocks` and `lasting`.

    Returns:
        Shape (blocks, cells), float32.
    """
    if "quiet blocks" in without:
        return floors.astype(np.float32)
    level = _lasting(level, params.level_blocks) + np.float32(params.level_minimum)
    result = np.empty_like(floors, dtype=np.float32)
    width, step = 2 * params.neighbors + 1, max(params.neighbors, 1)
    known: dict[tuple[int, bytes], Energies] = {}
    for block in range(len(floors)):
        # Blocks near each other share their neighbors, and most often those that are alike: each set is judged once.
        middle = (block // step) * step + step // 2
        low = min(max(middle - params.neighbors, 0), max(len(floors) - width, 0))
        ratio = level[low : low + width] / level[block]
        alike = (ratio < params.alike) & (ratio > 1.0 / params.alike)
        if light is not None:
            same = alike & (light[low : low + width] == light[block])
            alike = same if np.count_nonzero(same) >= params.light_blocks else alike
        key = (low, alike.tobytes())
        if key not in known:
            chosen = floors[low : low + width][alike].astype(np.float32, copy=False)
            place = int(params.block_quantile * (len(chosen) - 1))
            known[key] = np.partition(chosen, place, axis=0)[place] if len(chosen) else floors[block]
        result[block] = known[key]
    for first in range(0, len(floors), _PORTION) if "lasting" not in without else ():
        blocks = slice(first, min(first + _PORTION, len(floors)))
        _raise_lasting(result, floors, goes_on, blocks, params.lasting_ratio)
    return result


def _raise_lasting(
    result: Energies, floors: NDArray[np.floating], goes_on: NDArray[np.bool_], blocks: slice, ratio: float
) -> None:
    """Where something changes all the time for three blocks and more, what it does in them is the floor; in place.

    Of each three blocks in a row, the middle floor counts where all go on, the lowest where two do; of all such threes
    within two blocks of the one in question, the highest.

    Args:
        result: floors so far, shape (blocks, cells); those of `blocks` are raised.
        floors: of each block by itself, of the same shape.
        goes_on: cells that change for most of a block, of the same shape.
        blocks: which ones.
        ratio: by how much what lasts must be higher: floors of noise differ a little from block to block.
    """
    low, high = max(blocks.start - 2, 0), min(blocks.stop + 2, len(floors))
    if high - low < 3:
        return
    # Numbers that are not negative compare as their bits do, and whole numbers do so quickly.
    near = floors[low:high]
    bits = near.view(np.uint16) if near.dtype == np.float16 else near
    one, two, three = bits[:-2], bits[1:-1], bits[2:]
    lower, upper = np.minimum(one, two), np.maximum(one, two)
    lowest, middle = np.minimum(lower, three), np.maximum(lower, np.minimum(upper, three))
    is_on = goes_on[low:high].astype(np.uint8)
    n_on = is_on[:-2] + is_on[1:-1] + is_on[2:]
    lasting = np.where(n_on == 3, middle, np.where(n_on == 2, lowest, bits.dtype.type(0)))
    for block in range(blocks.start, blocks.stop):
        # The threes that begin up to two blocks earlier.
        first, last = max(block - 2, 0) - low, min(block, len(floors) - 3) - low
        highest = lasting[first : last + 1].max(axis=0).view(floors.dtype).astype(np.float32)
        np.copyto(result[block], highest, where=highest > np.float32(ratio) * result[block])


def _lasting(level: Energies, n_blocks: int) -> Energies:
    """Running median over a few blocks: a change of light stays, a body that turns over does not."""
    reach = n_blocks // 2
    lasting = np.empty_like(level)
    if len(level) > 2 * reach:
        lasting[reach:-reach] = np.median(np.lib.stride_tricks.sliding_window_view(level, 2 * reach + 1), axis=1)
    for block in {*range(min(reach, len(level))), *range(max(len(level) - reach, 0), len(level))}:
        lasting[block] = np.median(level[max(block - reach, 0) : block + reach + 1])
    return lasting

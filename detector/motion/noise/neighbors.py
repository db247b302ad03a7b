"""Which floor holds for each block of a night: that of the blocks around it in which nothing moved.

With f(k) the floor of block k, it is the `noise.block_quantile` of f over the `noise.neighbors` blocks to each side
that are about as noisy: a low quantile keeps a movement of half a minute from hiding itself. Where a cell moves in most
of them, as while an infant is awake, its floors at the short lag have a gap: those more than `noise.moved_factor` times
as high as the lowest (of which there have to be a tenth, or one in a short recording) do not count. Own, because
published background models adapt to whatever stays, and a twitching hand stays.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.motion.noise.floor import Energies, noise_floor, resting
from detector.params import NoiseParams


def quiet_floors(
    floors: NDArray[np.floating],
    level: Energies,
    params: NoiseParams,
    light: NDArray[np.int64] | None = None,
    *,
    by_gap: bool = True,
) -> Energies:
    """For each block, the floor when nothing moved: a low quantile over the blocks around it.

    Only blocks in which the picture as a whole is about as noisy count as neighbors: when a light is switched on, the
    floor from before says nothing about the floor after. A louder block or two are no such change, but movement. One in
    which the picture stood still tells of no noise.

    Args:
        floors: shape (blocks, cells).
        level: `measure_level` of each block, shape (blocks,).
        params: which quantile, how many neighbors, what counts as about as noisy.
        light: in which stretch of unchanged light each block lies, shape (blocks,); others do not count as neighbors,
            unless there are too few: then they do, but a floor is no lower than in this light. None: the light never
            changed.
        by_gap: as of `quiet_floor`.

    Returns:
        Shape (blocks, cells), float32.
    """
    stood = stood_still(floors, level, params)
    level = _lasting(level, params.level_blocks) + np.float32(params.level_minimum)
    result = np.zeros_like(floors, dtype=np.float32)
    width, step = 2 * params.neighbors + 1, max(params.neighbors, 1)
    known: dict[tuple[int, bytes], Energies] = {}
    for block in range(len(floors)):
        # Blocks near each other share their neighbors, and most often those that are alike: each set is judged once.
        middle = (block // step) * step + step // 2
        low = min(max(middle - params.neighbors, 0), max(len(floors) - width, 0))
        ratio = level[low : low + width] / level[block]
        alike = (ratio < params.alike) & (ratio > 1.0 / params.alike)
        alike &= ~stood[low : low + width]
        same = alike if light is None else alike & (light[low : low + width] == light[block])
        sets = [same] if np.count_nonzero(same) >= params.light_blocks else [alike, same]
        for some in sets:
            key = (low, some.tobytes())
            if key not in known:
                near = floors[low : low + width][some]
                known[key] = quiet_floor(near if len(near) else floors[block : block + 1], params, by_gap=by_gap)
            np.maximum(result[block], known[key], out=result[block])
    return result


def quiet_floor(floors: NDArray[np.floating], params: NoiseParams, *, by_gap: bool = True) -> Energies:
    """The floor of each cell in those of some blocks in which it did not move, shape (cells,).

    Args:
        floors: shape (blocks, cells), of 1 block or more, grey levels squared.
        params: `block_quantile`, `moved_factor`, `lowest` and `minimum`.
        by_gap: whether a few blocks in which a cell rests are enough where its floors have a gap. At the long lag they
            are not: there a chest that came to lie at a place moves it as much as a limb, in each breath.
    """
    ordered = np.sort(floors.astype(np.float32), axis=0)
    if not by_gap:
        usual: Energies = ordered[int(params.block_quantile * (len(ordered) - 1))]
        return usual
    lowest = ordered[int(params.lowest * (len(ordered) - 1))]
    # Where an encoder left out the noise of a place for a while, that is no rest.
    lowest = np.maximum(lowest, np.median(lowest))
    n_still = np.count_nonzero(resting(ordered, lowest, params), axis=0)
    place = (params.block_quantile * (n_still - 1)).astype(np.intp)
    quiet: Energies = np.take_along_axis(ordered, place[None], axis=0)[0]
    return quiet


def stood_still(floors: NDArray[np.floating], level: NDArray[np.floating], params: NoiseParams) -> NDArray[np.bool_]:
    """Blocks in which the picture stood still: even its noise is gone, while that of the others is not.

    One that is merely quieter than the others is a rest of an infant who is awake.

    Args:
        floors: shape (blocks, cells), grey levels squared.
        level: `measure_level` of each block, shape (blocks,).
        params: `frozen_noise`, `minimum` and `silent_cells`.

    Returns:
        Shape (blocks,).
    """
    is_silent: NDArray[np.bool_] = level < params.frozen_noise
    if not is_silent.any() or is_silent.all():
        return np.zeros(len(level), bool)
    return is_silent & (noise_floor(floors, level, params) > params.minimum)


def _lasting(level: Energies, n_blocks: int) -> Energies:
    """Running median over a few blocks: a change of light stays, a body that turns over does not."""
    reach = n_blocks // 2
    lasting = np.empty_like(level)
    if len(level) > 2 * reach:
        lasting[reach:-reach] = np.median(np.lib.stride_tricks.sliding_window_view(level, 2 * reach + 1), axis=1)
    for block in {*range(min(reach, len(level))), *range(max(len(level) - reach, 0), len(level))}:
        lasting[block] = np.median(level[max(block - reach, 0) : block + reach + 1])
    return lasting

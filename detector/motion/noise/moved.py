"""The floor of a block in which a cell moved: what the camera alone would have made of it.

A twitching limb moves its cells for a tenth of the time, an infant who wakes up for half of a block: neither is noise.
"""

from __future__ import annotations

import numpy as np

from detector.motion.noise.floor import Energies, loudness, measure_floor, measure_level, resting, some_cells
from detector.motion.noise.neighbors import stood_still
from detector.params import NoiseParams

# Fewer frames than these tell of no floor.
_PART_FRAMES = 16


def camera_floor(sample: Energies, floor: Energies, params: NoiseParams) -> Energies:
    """The part of a floor that the camera can have made: what moves, however often, is not noise.

    A limb that twitches 14 times a minute moves its cells in a tenth of the frames, far above a quantile of 0.75;
    noise and breathing, which swells for a third of each cycle, raise that quantile as well as the high one. And no
    noise of one cell is many times that of the others, as that of an infant who never rests would be. Where something
    plainly moves now and then (`duty_floors`), the next lower quantile tells more closely what is left between:

        floor = min(q97, often_factor q75 + often_base, most_usual usual), usual = median over cells of q97 + minimum
        where all but one frame at most stay below duty_floors usual, or the whole picture moves: no more
        else: min(floor, seldom_factor q85 + seldom_base)

    Own; all factors by how far noise and breathing stay below them in the practice clips and scenes of the bench.

    Args:
        sample: `sampled` energies, ascending, shape (cells, frames), grey levels squared.
        floor: `measure_floor` of it, shape (cells,).
        params: the quantiles and the factors.

    Returns:
        Shape (cells,), at most `floor`.
    """
    n_frames = sample.shape[1]
    if n_frames == 0:
        return floor
    usual = float(np.median(floor)) + params.minimum
    often, seldom = (
        sample[:, int(share * (n_frames - 1))] for share in (params.often_quantile, params.seldom_quantile)
    )
    highest: Energies = np.minimum(
        params.often_factor * often + np.float32(params.often_base), np.float32(params.most_usual * usual)
    )
    closer = np.minimum(highest, np.float32(params.seldom_factor) * seldom + np.float32(params.seldom_base))
    moves = sample[:, -min(2, n_frames)] > np.float32(params.duty_floors * usual)
    if moves.mean() > params.duty_most:  # what moves the whole picture tells nothing of a place
        moves[:] = False
    return np.minimum(floor, np.where(moves, closer, highest))


def still_floor(sample: Energies, floor: Energies, n_parts: int, params: NoiseParams) -> Energies:
    """The floor of a block in which a cell moved for a part of the time only: that of the other parts.

    Where the floors of its parts have a gap, those that are `noise.moved_factor` times the lowest do not count, as with
    the blocks of a night; noise and breathing have none. A part in which the picture stood still tells of no noise.

    Args:
        sample: `sampled` energies in the order of time, shape (cells, frames), grey levels squared.
        floor: of the whole block, shape (cells,).
        n_parts: into how many of like length the block is cut.
        params: `quantile`, `moved_factor`, `minimum`, and what `stood_still` needs.

    Returns:
        Shape (cells,), at most `floor`.
    """
    if n_parts < 2 or sample.shape[1] < n_parts * _PART_FRAMES:
        return floor
    parts = np.array_split(sample, n_parts, axis=1)
    level = np.array([measure_level(loudness(some_cells(part.T)), params) for part in parts])
    floors = np.stack([measure_floor(np.sort(part, axis=1), params) for part in parts])
    floors = floors[~stood_still(floors, level, params)]
    rests = resting(floors, floors.min(axis=0), params)
    if np.mean(~rests.all(axis=0)) > params.parts_changed:  # noise that steps, as where a camera turns up its gain
        return floor
    quiet: Energies = np.where(rests, floors, np.float32(0.0)).max(axis=0)
    return np.where(rests.all(axis=0), floor, np.minimum(floor, quiet))

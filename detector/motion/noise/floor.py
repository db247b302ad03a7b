"""The footage's own noise: what each cell shows when nothing moves.

Sensor noise, encoder artifacts and faint continuous movement (breathing, a curtain) raise the energy of some cells all
the time. With E(c, t) the energy of cell c, its floor over a block is the `noise.quantile` of E over `noise.samples`
frames, which lie at no fixed step (a golden-ratio sequence), lest a clock tick between all of them. The gain of a frame
is the mean over cells of min(E / floor, 2), over the same quantile of that mean: encoders spend bits unevenly, and
exposure moves, and then all cells rise together. All own. Quantiles are over frames of a block, so they do not depend
on the frame rate; energies are means over cells, so they hardly depend on the size of the picture, except that a
picture that is not halved has more noise a cell (`noise.minimum` is set for that).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.params import NoiseParams

Energies = NDArray[np.float32]
Frames = NDArray[np.int64]

_LEVEL_CELLS = 512
_LEVEL_CLIP = 2.0
# Energies above this are movement, whatever the camera; it keeps them out of the level of a block.
_LEVEL_CAP = 4.0
_GOLDEN = (np.sqrt(5.0) - 1.0) / 2.0
# A floor that no energy rises above.
_NOT_JUDGED = 60000.0


def sampled(energy: Energies, params: NoiseParams, calm: Frames | None = None) -> Energies:
    """Energies of each cell over a block, in the order of time: what its floors are read from.

    Args:
        energy: shape (frames, cells), grey levels squared.
        params: over how many frames.
        calm: which frames count, ascending, shape (n,): no key frames; None: all of them.

    Returns:
        Shape (cells, at most `noise.samples`), float32.
    """
    rows = energy[_chosen(energy, calm, params.samples)]
    # Sorting each cell's own row takes half the time of finding a single quantile across rows.
    cells: Energies = cv2.transpose(rows) if rows.size else rows.T
    return cells


def measure_floor(sample: Energies, params: NoiseParams) -> Energies:
    """Floor of each cell over a block: a high quantile of its energy.

    Args:
        sample: `sampled` energies, ascending, shape (cells, frames).
        params: which quantile.

    Returns:
        Shape (cells,), float32; zeros where there was no frame.
    """
    n_cells, n_frames = sample.shape
    if n_frames == 0:
        return np.zeros(n_cells, np.float32)
    n_above = int((1.0 - params.quantile) * n_frames) + 1
    return np.ascontiguousarray(sample[:, -n_above])


def resting(floors: NDArray[np.floating], lowest: Energies, params: NoiseParams) -> NDArray[np.bool_]:
    """Which of the floors of a cell at several times are of its noise, and which of its movement.

    Floors of a cell that moves for a part of the time have a gap; those of noise and of breathing have none.

    Args:
        floors: shape (times, cells), grey levels squared.
        lowest: of each cell, shape (cells,).
        params: `moved_factor` and `minimum`.
    """
    minimum = np.float32(params.minimum)
    rests: NDArray[np.bool_] = floors <= np.float32(params.moved_factor) * (lowest + minimum) - minimum
    return rests


def _spread_out(n_frames: int, n_samples: int) -> Frames:
    """Some frames of a block, in order, at no fixed step: a clock must not tick between all of them."""
    if n_frames <= n_samples:
        return np.arange(n_frames)
    each = np.arange(n_samples)
    places: Frames = ((each + each * _GOLDEN % 1.0) * (n_frames / n_samples)).astype(np.int64)
    return places


def _chosen(energy: Energies, calm: Frames | None, n_samples: int) -> Frames:
    """Frames to look at, in order: of those that count, at most so many."""
    if calm is None:
        return _spread_out(len(energy), n_samples)
    return calm[_spread_out(len(calm), n_samples)]


def measure_middle(energy: Energies, params: NoiseParams, calm: Frames | None = None) -> Energies:
    """Median energy of each cell over a block, from a quarter as many frames as `ordered` takes; shape (cells,)."""
    rows = energy[_chosen(energy, calm, max(params.samples // 4, 1))]
    if len(rows) == 0:
        return np.zeros(energy.shape[1], np.float32)
    place = len(rows) // 2
    middle: Energies = np.partition(rows, place, axis=0)[place]
    return middle


def some_cells(values: Energies) -> Energies:
    """Each so many-th cell, at most a thousand of them: enough to tell how loud a frame is as a whole.

    Args:
        values: shape (..., cells).
    """
    return np.ascontiguousarray(values[..., :: max(values.shape[-1] // _LEVEL_CELLS, 1)])


def frame_levels(energy: Energies, floor: Energies, params: NoiseParams) -> Energies:
    """How loud each frame is as a whole: mean over cells of energy / floor, clipped so that a limb hardly counts.

    Args:
        energy: shape (frames, cells); `some_cells` are enough.
        floor: of the same cells, shape (cells,).
        params: absolute minimum of the floor.

    Returns:
        Shape (frames,), float32, 0 to 2.
    """
    ratio = energy / (floor + np.float32(params.minimum))
    level: Energies = np.minimum(ratio, np.float32(_LEVEL_CLIP)).mean(axis=1)
    return level


def gains(level: Energies, is_key: NDArray[np.bool_], params: NoiseParams) -> Energies:
    """How much louder each frame is than most frames of its block; never below 1.

    Encoders spend bits unevenly, and exposure moves: then all cells rise together.

    Args:
        level: `frame_levels` of a block, shape (frames,).
        is_key: shape (frames,); key frames do not enter the quantile.
        params: which quantile is usual.

    Returns:
        Shape (frames,), float32, at least 1.
    """
    usual = level if is_key.all() else level[~is_key]
    reference = max(float(np.quantile(usual, params.quantile)), params.min_level)
    louder: Energies = np.maximum(level / np.float32(reference), np.float32(1.0)).astype(np.float32)
    return louder


def loudness(energy: Energies) -> Energies:
    """Mean energy of each frame, clipped so that movement hardly counts; grey levels squared.

    Args:
        energy: shape (frames, cells); `some_cells` are enough.

    Returns:
        Shape (frames,), float32.
    """
    loud: Energies = np.minimum(energy, np.float32(_LEVEL_CAP)).mean(axis=1)
    return loud


def noise_floor(floors: NDArray[np.floating], level: NDArray[np.floating], params: NoiseParams) -> float:
    """The floor of noise alone, in blocks with any: noise is everywhere, and movement is not.

    Args:
        floors: shape (blocks, cells), grey levels squared.
        level: `measure_level` of each block, shape (blocks,).
        params: `frozen_noise`, below which there is none, and `silent_cells`.
    """
    noisy = floors[level >= params.frozen_noise]
    if not noisy.size:
        return 0.0
    return float(np.median(np.quantile(noisy.astype(np.float32), params.silent_cells, axis=1)))


def find_frozen(
    loud: Energies, is_key: NDArray[np.bool_], duration_s: Energies, noise: float, params: NoiseParams
) -> NDArray[np.bool_]:
    """Frames of a picture that stands still: even the noise is gone, for at least `frozen_s`.

    Where the encoder erases the noise in every frame, stillness says nothing, and no frame is called frozen. What is
    merely quieter than most is no stop, either, but a rest of an infant who is awake.

    Args:
        loud: `loudness` of a span, NaN where not measured, shape (frames,).
        is_key: frames whose difference crosses a key frame, where even a still picture changes, shape (frames,).
        duration_s: shape (frames,).
        noise: `noise_floor` of the span, grey levels squared.
        params: what begins with `frozen`, and `floor_over_level`.

    Returns:
        Shape (frames,), bool.
    """
    result = np.zeros(len(loud), bool)
    usual = float(np.nanmedian(loud)) if np.isfinite(loud).any() else 0.0
    if usual < params.frozen_noise or noise < params.floor_over_level * params.frozen_noise:
        return result
    quiet = np.nan_to_num(loud, nan=np.inf) < min(params.frozen_level * usual, params.frozen_noise)
    edges = np.flatnonzero(np.diff(quiet | is_key, prepend=False, append=False))
    for start, stop in edges.reshape(-1, 2):
        seen_s = float(duration_s[start:stop][quiet[start:stop]].sum())
        lasts_s = float(duration_s[start:stop].sum())
        result[start:stop] = lasts_s >= params.frozen_s and seen_s >= 0.5 * params.frozen_s
    # An encoder that now and then finds nothing worth sending makes many short pauses beside the long ones.
    is_ordinary = np.mean(quiet & ~result) > params.frozen_ordinary
    return np.zeros(len(loud), bool) if is_ordinary else result


def tick_share(
    energy: Energies,
    floor: Energies,
    time_s: NDArray[np.float64],
    calm: Frames | None = None,
    room: Energies | None = None,
) -> Energies:
    """How strictly the changes of each cell keep to one phase of the second: length of their mean vector.

    An on-screen clock changes at one phase of the second, so vectors that turn once a second add up; those of noise and
    movement cancel. Energy is clipped at the floor, so that a single strong movement counts no more than a tick.

    Args:
        energy: shape (frames, cells).
        floor: shape (cells,).
        time_s: shape (frames,).
        calm: which frames count, as for `ordered`.
        room: where the clipped energies may go, of the shape of `energy`, or that itself; None makes room.

    Returns:
        Shape (cells,), float32, 0 to 1.
    """
    clipped = np.minimum(energy, floor, out=room)
    angle = 2.0 * np.pi * time_s
    turning = np.stack([np.cos(angle), np.sin(angle), np.ones(len(time_s))]).astype(np.float32)
    if calm is not None:
        counts = np.zeros(len(time_s), np.float32)
        counts[calm] = 1.0
        turning *= counts
    cosine, sine, total = turning @ clipped
    share: Energies = np.hypot(cosine, sine) / np.maximum(total, np.float32(1e-9))
    return share


def measure_level(loud: Energies, params: NoiseParams) -> float:
    """How noisy the picture as a whole is in the quieter frames of a block, grey levels squared.

    Args:
        loud: `loudness` of its frames, key frames left out, shape (frames,).
        params: which quantile over frames.
    """
    return float(np.quantile(loud, params.block_quantile)) if len(loud) else 0.0


def measure_key_floor(energy: Energies, params: NoiseParams) -> Energies:
    """Floor of each cell in frames whose difference crosses a key frame.

    Args:
        energy: shape (frames, cells).
        params: `key_quantile`, and `min_key_frames` below which such frames cannot be judged.

    Returns:
        Shape (cells,); huge where there are too few such frames.
    """
    if len(energy) < params.min_key_frames:
        return np.full(energy.shape[1], _NOT_JUDGED, np.float32)
    place = int(params.key_quantile * (len(energy) - 1))
    floor: Energies = np.partition(energy, place, axis=0)[place].astype(np.float32)
    return floor

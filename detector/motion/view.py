"""One layer of a trace with the times that belong to it: what bursts are found in, at either lag; and its noise."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.layer import Layer
from detector.motion.noise.model import NoiseModel, fit_fast, fit_slow
from detector.motion.trace import Frames, MotionTrace
from detector.params import Params


@dataclass(frozen=True)
class LayerView:
    """The frames in which a layer was measured; F of them, ascending in time.

    Attributes:
        grid: the cells.
        layer: what stood out in them.
        time_s: shape (F,), float64, presentation time on the recording axis.
        duration_s: shape (F,), float32, time until the next of them, at most twice the usual.
        lag_s: shape (F,), float32, how much earlier the picture is that each is compared with.
        gain: shape (F,), float32, how much louder each is than usual; None where that is not measured.
        is_key_jump: shape (F,), bool, differences that cross a key frame; None where that makes no difference.
        picture_s: times of all frames of the trace, measured in this layer or not, s; None: those of `time_s`.
    """

    grid: Grid
    layer: Layer
    time_s: NDArray[np.float64]
    duration_s: NDArray[np.float32]
    lag_s: NDArray[np.float32]
    gain: NDArray[np.float32] | None = None
    is_key_jump: NDArray[np.bool_] | None = None
    picture_s: NDArray[np.float64] | None = None

    @cached_property
    def frame_s(self) -> float:
        """Usual time between two frames, s; 0 where there is no frame."""
        return float(np.median(self.duration_s)) if len(self.duration_s) else 0.0


def fast_view(trace: MotionTrace, params: Params) -> LayerView:
    """The differences at the short lag, of every frame; of the parameters, the groups `artifact` and `rules` count."""
    frames = trace.frames
    gain = frames.gain if params.rules.has("gain") else None
    if params.rules.has("late picture"):
        louder = lag_loudness(frames, trace.noise.blocks.start_s, params.artifact.longer_lag)
        gain = louder if gain is None else gain * louder
    return LayerView(
        trace.grid,
        trace.fast,
        frames.time_s,
        frames.duration_s,
        frames.lag_s,
        gain,
        frames.is_key_jump,
    )


def lag_loudness(frames: Frames, block_start_s: NDArray[np.float64], longer: float) -> NDArray[np.float32]:
    """How much louder each frame is by a lag that is longer than usual, shape (F,), at least 1.

    Where a picture of a slow camera is missing, the next is compared with an older one, and what moves slowly (a chest,
    a curtain) has come further by as much: its energy grows with the square of the lag. Floors are of a block, so the
    usual lag is that of the block, too.

    Args:
        frames: of the trace.
        block_start_s: when each block of the noise begins, s, ascending.
        longer: from how many times the usual lag on one is longer, `artifact.longer_lag`.
    """
    louder = np.ones(len(frames), np.float32)
    edges = np.searchsorted(frames.time_s, block_start_s[1:]).tolist()
    for start, stop in itertools.pairwise([0, *edges, len(frames)]):
        lag_s = frames.lag_s[start:stop]
        usual_s = np.float32(np.median(lag_s)) if stop > start else np.float32(0.0)
        is_longer = (lag_s > longer * usual_s) & (usual_s > 0.0)
        louder[start:stop][is_longer] = (lag_s[is_longer] / usual_s) ** 2
    return louder


def slow_view(trace: MotionTrace, params: Params) -> LayerView:
    """The differences at the long lag, of the frames in which they were measured; `motion` is all that counts."""
    chosen = np.flatnonzero(trace.frames.has_slow)
    time_s = trace.frames.time_s[chosen]
    usual_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    # The last frame before a pause of the recording does not stand for the pause.
    step_s = np.minimum(np.diff(time_s, append=time_s[-1:] + usual_s), 2.0 * usual_s)
    lag_s = np.full(len(chosen), params.motion.long_lag_s, np.float32)
    return LayerView(
        trace.grid,
        trace.slow.only(chosen),
        time_s,
        step_s.astype(np.float32),
        lag_s,
        picture_s=trace.frames.time_s,
    )


def fast_noise(trace: MotionTrace, params: Params, changed_s: Sequence[float] = ()) -> NoiseModel:
    """What the short lag shows when nothing moves; of a night it is large, and not to be kept.

    Args:
        trace: the trace.
        params: the groups `noise` and `rules`.
        changed_s: from when on cells show something else than before, s, ascending.
    """
    return fit_fast(trace.noise, params, _last_s(trace), changed_s)


def slow_noise(
    trace: MotionTrace, params: Params, changed_s: Sequence[float] = (), *, of_swings: bool = False
) -> NoiseModel:
    """The same of the long lag; `of_swings` says whether a rhythm is looked for."""
    return fit_slow(trace.noise, params, _last_s(trace), changed_s, of_swings=of_swings)


def _last_s(trace: MotionTrace) -> float:
    """Time of the last frame, s."""
    frames, blocks = trace.frames, trace.noise.blocks
    return float(frames.time_s[-1]) if len(frames) else float(blocks.start_s[-1:].sum())

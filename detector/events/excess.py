"""What stands out of the footage's own noise: the entries of a motion trace that may be movement."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.motion.noise.floor import snr_scale
from detector.motion.noise.neighbors import quiet_floors
from detector.motion.trace import MotionTrace
from detector.params import Params

Value = TypeVar("Value", bound=np.generic)

_FRAME_ARRAYS = ("is_key", "is_damaged", "is_frozen", "moved_fraction", "global_change", "shift_px")


@dataclass(frozen=True)
class Active:
    """Entries of a layer that stand out, in order of frame and cell; N of them.

    Attributes:
        frame, cell: shape (N,), int32.
        snr: energy in floors, shape (N,), float32.
        signed: mean difference, grey levels, shape (N,), float16 as stored.
    """

    frame: NDArray[np.int32]
    cell: NDArray[np.int32]
    snr: NDArray[np.float32]
    signed: NDArray[np.floating]

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, mask: NDArray[np.bool_] | slice) -> Active:
        """The entries for which `mask` (shape (N,)) holds, or a stretch of them."""
        return Active(self.frame[mask], self.cell[mask], self.snr[mask], self.signed[mask])


def find_active(
    trace: MotionTrace,
    params: Params,
    is_blind: NDArray[np.bool_] | None = None,
    is_hidden: NDArray[np.bool_] | None = None,
    light_s: Sequence[float] = (),
) -> Active:
    """Entries of the fast layer that rise to `burst.low` floors.

    The floor is that of the cell at that time of the night, times the gain of the frame; in frames whose difference
    crosses a key frame, at least the floor of such frames.

    Args:
        trace: the trace.
        params: the groups `burst` and `noise`.
        is_blind: frames to leave out, shape (F,), bool.
        is_hidden: cells to leave out, shape (C,), bool.
        light_s: when the light changed, s, ascending: floors from before say nothing about those after.
    """
    layer = trace.fast
    n_most = len(layer.cell)
    # Room for all; what is not written to takes no memory.
    found = Active(
        np.empty(n_most, np.int32),
        np.empty(n_most, np.int32),
        np.empty(n_most, np.float32),
        np.empty(n_most, np.float16),
    )
    # A block belongs to the light in which most of it lies.
    last_s = trace.time_s[-1:] if len(trace.time_s) else trace.block_start_s[-1:]
    middle_s = trace.block_start_s + 0.5 * np.diff(trace.block_start_s, append=last_s)
    light = np.searchsorted(np.asarray(light_s, np.float64), middle_s)
    floors = quiet_floors(trace.floor, trace.level, trace.goes_on, params.noise, light)
    n_found = 0
    for stretch in _stretches(trace):
        cell = layer.cell[stretch.entries]
        snr = _snr(trace, stretch, floors[stretch.block], params)
        stays = snr >= np.float32(params.burst.low)
        if is_blind is not None and is_blind[stretch.frames].any():
            stays &= ~stretch.each(trace, is_blind)
        if is_hidden is not None and is_hidden.any():
            stays &= ~is_hidden[cell]
        chosen = np.flatnonzero(stays)
        kept = slice(n_found, n_found + len(chosen))
        frames = np.arange(stretch.frames.start, stretch.frames.stop, dtype=np.int32)
        found.frame[kept] = np.repeat(frames, stretch.counts(trace))[chosen]
        found.cell[kept] = cell[chosen]
        found.snr[kept] = snr[chosen]
        found.signed[kept] = layer.signed[stretch.entries][chosen]
        n_found = kept.stop
    return Active(found.frame[:n_found], found.cell[:n_found], found.snr[:n_found], found.signed[:n_found])


@dataclass(frozen=True)
class _Stretch:
    """Frames that share a floor block and a span, and their entries."""

    frames: slice
    entries: slice
    block: int
    span: int

    def counts(self, trace: MotionTrace) -> NDArray[np.int64]:
        """How many entries each frame has, shape (frames,)."""
        return np.diff(trace.fast.first[self.frames.start : self.frames.stop + 1])

    def each(self, trace: MotionTrace, values: NDArray[Value]) -> NDArray[Value]:
        """A value of each frame of the trace, shape (F,), for each entry of the stretch."""
        return np.repeat(values[self.frames], self.counts(trace))


def _stretches(trace: MotionTrace) -> Iterator[_Stretch]:
    """All stretches that have entries, in order."""
    if len(trace.time_s) == 0:
        return
    block = np.maximum(np.searchsorted(trace.block_start_s, trace.time_s, side="right") - 1, 0)
    span = np.maximum(np.searchsorted(trace.span_start_s, trace.time_s, side="right") - 1, 0)
    edges = np.flatnonzero((np.diff(block) != 0) | (np.diff(span) != 0)) + 1
    bounds = [0, *edges.tolist(), len(block)]
    first = trace.fast.first
    for start, stop in itertools.pairwise(bounds):
        entries = slice(int(first[start]), int(first[stop]))
        if entries.start < entries.stop:
            yield _Stretch(slice(start, stop), entries, int(block[start]), int(span[start]))


def _snr(trace: MotionTrace, stretch: _Stretch, floor: NDArray[np.float32], params: Params) -> NDArray[np.float32]:
    """Energy in floors of each entry of a stretch."""
    cell = trace.fast.cell[stretch.entries].astype(np.intp)
    energy = trace.fast.energy[stretch.entries].astype(np.float32)
    if np.any(trace.gain[stretch.frames] != 1.0):
        energy /= stretch.each(trace, trace.gain)
    middle = trace.middle[stretch.span].astype(np.float32)
    # Of each cell once, not of each entry.
    usual, unit = snr_scale(floor, middle, params.noise)
    snr = (energy - usual[cell]) / unit[cell]
    if trace.is_key_jump[stretch.frames].any():
        jump = np.flatnonzero(stretch.each(trace, trace.is_key_jump))
        base = np.maximum(floor, trace.key_floor[stretch.span].astype(np.float32))
        usual, unit = snr_scale(base, middle, params.noise)
        snr[jump] = (energy[jump] - usual[cell[jump]]) / unit[cell[jump]]
    return snr


def slow_view(trace: MotionTrace, lag_s: float) -> MotionTrace:
    """The slow layer as a trace of its own, of the frames in which it was measured.

    Args:
        trace: the whole trace.
        lag_s: the long lag, s.
    """
    chosen = np.flatnonzero(trace.has_slow)
    time_s = trace.time_s[chosen]
    counts = np.diff(trace.slow.first)[chosen]
    first = np.zeros(len(chosen) + 1, np.int64)
    np.cumsum(counts, out=first[1:])
    picked = {name: getattr(trace, name)[chosen] for name in _FRAME_ARRAYS}
    usual_s = float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0
    # The last frame before a pause of the recording does not stand for the pause.
    step_s = np.minimum(np.diff(time_s, append=time_s[-1:] + usual_s), 2.0 * usual_s)
    return replace(
        trace,
        **picked,
        time_s=time_s,
        duration_s=step_s.astype(np.float32),
        lag_s=np.full(len(chosen), lag_s, np.float32),
        gain=np.ones(len(chosen), np.float32),
        is_key_jump=np.zeros(len(chosen), bool),
        fast=replace(trace.slow, first=first, stride=trace.slow.stride[chosen]),
        block_start_s=trace.span_start_s,
        floor=trace.slow_floor,
        goes_on=np.zeros(trace.slow_floor.shape, bool),
        middle=trace.slow_middle,
        level=np.zeros(len(trace.span_start_s), np.float32),
    )

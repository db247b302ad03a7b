"""Motion of a stretch of time out of the sparse trace: per frame, and per cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.motion.trace import MotionTrace


def frame_slice(trace: MotionTrace, start_s: float, stop_s: float) -> slice:
    """Frames whose time lies in `[start_s, stop_s)`."""
    first, last = np.searchsorted(trace.time_s, (start_s, stop_s))
    return slice(int(first), int(last))


def excess_energy(trace: MotionTrace, frames: slice) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Energy above the noise floor of every stored entry of some frames, short lag.

    Args:
        trace: of the whole recording.
        frames: which frames; start and stop must be given.

    Returns:
        `(frame, excess)` per entry, shape (n,): index of its frame within `frames`, and energy above the floor of its
        cell, grey levels squared, at least 0.
    """
    first = trace.fast.first[frames.start : frames.stop + 1]
    frame = np.repeat(np.arange(frames.stop - frames.start), np.diff(first))
    entries = slice(int(first[0]), int(first[-1]))
    cell, times = trace.fast.cell[entries], trace.time_s[frames]
    usual = _row_at(trace.floor, trace.block_start_s, times[frame], cell)
    at_key = _row_at(trace.key_floor, trace.span_start_s, times[frame], cell)
    floor = np.where(trace.is_key_jump[frames][frame], at_key, usual) * trace.gain[frames][frame]
    return frame, np.maximum(trace.fast.energy[entries].astype(np.float32) - floor, 0)


def motion_signal(trace: MotionTrace, frames: slice) -> NDArray[np.float64]:
    """Motion above noise of each frame: root of the summed excess energy, grey levels, shape (n_frames,)."""
    frame, excess = excess_energy(trace, frames)
    n_frames = frames.stop - frames.start
    return np.sqrt(np.bincount(frame, weights=excess, minlength=n_frames)[:n_frames])


def moved_cells(trace: MotionTrace, start_s: float, stop_s: float) -> NDArray[np.bool_]:
    """Which cells rose above the noise between two times, at either lag; shape (rows, columns), bool."""
    frames = frame_slice(trace, start_s, max(stop_s, np.nextafter(start_s, np.inf)))
    moved = np.zeros(trace.rows * trace.columns, dtype=np.bool_)
    for layer in (trace.fast, trace.slow):
        moved[layer.cell[layer.first[frames.start] : layer.first[frames.stop]]] = True
    return moved.reshape(trace.rows, trace.columns)


def _row_at(
    table: NDArray[np.float16], start_s: NDArray[np.float64], time_s: NDArray[np.float64], cell: NDArray[np.uint16]
) -> NDArray[np.float32]:
    """Entries of a table with one row per stretch of time, at each time and cell; 0 where the table is empty."""
    if not start_s.size:
        return np.zeros(cell.size, dtype=np.float32)
    row = np.clip(np.searchsorted(start_s, time_s, side="right") - 1, 0, start_s.size - 1)
    return table[row, cell].astype(np.float32)

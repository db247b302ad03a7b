"""Stretches of frames: runs of a flag, bridged pauses, seconds to frames and back."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from detector.motion.trace import Frames


def runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of a flag, half-open: `[(first, one past the last), ...]`.

    >>> runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def bridge(frames: Frames, flags: NDArray[np.bool_], pause_s: float) -> NDArray[np.bool_]:
    """Join runs of flags with no more than a pause between them; never across a pause of the recording."""
    bridged = flags.copy()
    time_s, duration_s = frames.time_s, frames.duration_s
    for (_, stop), (start, _) in itertools.pairwise(runs(flags)):
        is_near = time_s[start] - time_s[stop - 1] <= pause_s + float(duration_s[stop - 1])
        if is_near and not np.any(frames.lag_s[stop:start] == 0.0):
            bridged[stop:start] = True
    return bridged


def rare(frames: Frames, flags: NDArray[np.bool_], around_s: float, share: float) -> NDArray[np.bool_]:
    """Flags without those that are usual: set for much of the time around them, half before and half after.

    Args:
        frames: of the trace.
        flags: shape (F,).
        around_s: how much time around a frame counts, s.
        share: of that time, from which on a flag is usual; beyond the ends of the recording none is set.

    Returns:
        Shape (F,).
    """
    set_s = np.concatenate([[0.0], np.cumsum(np.where(flags, frames.duration_s, 0.0), dtype=np.float64)])
    first = np.searchsorted(frames.time_s, frames.time_s - 0.5 * around_s)
    last = np.searchsorted(frames.time_s, frames.time_s + 0.5 * around_s)
    is_rare: NDArray[np.bool_] = flags & (set_s[last] - set_s[first] < share * around_s)
    return is_rare


def interval(frames: Frames, start: int, stop: int) -> tuple[float, float]:
    """When frames `start` to `stop` (half-open) are shown, s."""
    return float(frames.time_s[start]), float(frames.time_s[stop - 1] + frames.duration_s[stop - 1])


def n_frames(frames: Frames, near: int, seconds: float) -> int:
    """How many frames a time takes near a frame, rounded up; at least 1."""
    duration_s = float(frames.duration_s[near]) if len(frames) else 0.0
    return max(int(np.ceil(seconds / duration_s)), 1) if duration_s > 0 else 1

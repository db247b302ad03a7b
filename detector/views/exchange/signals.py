"""Motion and breathing of a night as signals of a constant rate, with a mark where nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.night.night import Night

MOTION_HZ, BREATHING_HZ = 10.0, 5.0
MOST_STRENGTH = 10_000.0
_NEAR_STEPS = 2.5  # a sample without a measured one so near was not seen

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Signals:
    """Signals that all begin with the night; none where no motion was kept.

    Attributes:
        strength: shape (N,) at `MOTION_HZ`, strongest place of the picture, noise floors; 0 where nothing was seen.
        is_valid: shape (N,), bool, whether a live picture was seen.
        breathing: shape (M,) at `BREATHING_HZ`, course of the breathing, grey levels; 0 where none was seen; None where
            it is not wanted.
        breathing_valid: shape (M,), bool, likewise.
    """

    strength: Floats
    is_valid: NDArray[np.bool_]
    breathing: Floats | None
    breathing_valid: NDArray[np.bool_] | None


def signals_of(night: Night, *, breathing: bool = True) -> Signals | None:
    """The signals of a night; None where its motion was not kept.

    Args:
        night: with its motion.
        breathing: whether the breathing is wanted.
    """
    if night.trace is None:
        return None
    course = night.motion()
    time_s, seen = course["time_s"].to_numpy(float), course["observed"].to_numpy(bool)
    grid_s = _grid(night, MOTION_HZ)
    strength = peaks_at(grid_s, time_s[seen], course["strength"].to_numpy(float)[seen], 1 / MOTION_HZ)
    infant = night.infant if breathing else None
    wave = wave_valid = None
    if infant is not None:
        at_s = _grid(night, BREATHING_HZ)
        track = infant.breathing
        has = np.isfinite(track.wave)
        wave_valid = is_near(at_s, track.time_s[has], 1 / BREATHING_HZ)
        known = np.interp(at_s, track.time_s[has], track.wave[has]) if has.any() else np.zeros(at_s.size)
        wave = np.where(wave_valid, known, 0.0)
    valid = is_near(grid_s, time_s[seen], max(1 / MOTION_HZ, night.trace.frames.frame_s))
    return Signals(np.where(valid, np.minimum(strength, MOST_STRENGTH), 0.0), valid, wave, wave_valid)


def _grid(night: Night, rate_hz: float) -> Floats:
    n = max(int(np.ceil((night.stop_s - night.start_s) * rate_hz - 1e-6)), 1)
    return night.start_s + np.arange(n) / rate_hz


def peaks_at(grid_s: Floats, time_s: Floats, values: Floats, step_s: float) -> Floats:
    """The largest value in each step of a grid; where a step holds none, the value of the last one before it.

    Args:
        grid_s: shape (N,), starts of the steps, s, ascending.
        time_s: shape (F,), of the values, s, ascending.
        values: shape (F,), 0 or more.
        step_s: length of a step, s.

    >>> peaks_at(np.array([0.0, 1.0, 2.0]), np.array([0.1, 0.2, 2.5]), np.array([3.0, 5.0, 1.0]), 1.0).tolist()
    [5.0, 5.0, 1.0]
    """
    found = np.zeros(grid_s.size)
    if not time_s.size:
        return found
    step = np.clip(((time_s - grid_s[0]) / step_s + 1e-6).astype(int), 0, grid_s.size - 1)
    np.maximum.at(found, step, values)
    has = np.zeros(grid_s.size, bool)
    has[step] = True
    last = np.maximum.accumulate(np.where(has, np.arange(grid_s.size), 0))
    return np.asarray(found[last])


def is_near(grid_s: Floats, time_s: Floats, step_s: float) -> NDArray[np.bool_]:
    """Which points of a grid have a measured time within two steps, shape (N,)."""
    if not time_s.size:
        return np.zeros(grid_s.size, bool)
    after = np.clip(np.searchsorted(time_s, grid_s), 0, time_s.size - 1)
    before = np.clip(after - 1, 0, None)
    apart = np.minimum(np.abs(time_s[after] - grid_s), np.abs(time_s[before] - grid_s))
    return np.asarray(apart <= _NEAR_STEPS * step_s)

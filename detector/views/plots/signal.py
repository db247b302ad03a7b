"""What the detector looked at: motion strength of every frame and cell, out of the stored trace."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import find_artifacts
from detector.events.burst import describe_burst
from detector.events.classify import Event
from detector.events.excess import Active, find_both
from detector.events.rhythm import signed_signal
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView
from detector.night.coverage import is_observed
from detector.night.night import Night
from detector.params import Params

_FOUND: WeakKeyDictionary[Night, tuple[Strength, Strength]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Strength:
    """Motion at one lag that stands out of the noise, without what light, bumps or the on-screen clock did.

    Attributes:
        view: the frames that `active` counts.
        active: the entries, in order of frame.
        is_observed: which frames show a live, undamaged picture, shape (F,).
    """

    view: LayerView
    active: Active
    is_observed: NDArray[np.bool_]

    def peaks(self) -> NDArray[np.float32]:
        """Strength of the strongest cell of each frame, in noise floors, shape (F,); 0 where nothing stands out."""
        peaks = np.zeros(self.view.time_s.size, np.float32)
        np.maximum.at(peaks, self.active.frame, self.active.snr)
        return peaks

    def peaks_during(self, start_s: float, stop_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Time, s, and strength of the strongest cell of each frame in `[start_s, stop_s)`, in noise floors."""
        first, last = (int(edge) for edge in np.searchsorted(self.view.time_s, (start_s, stop_s)))
        entries = self.during(start_s, stop_s)
        peaks = np.zeros(last - first)
        np.maximum.at(peaks, self.active.frame[entries].astype(np.int64) - first, self.active.snr[entries])
        return self.view.time_s[first:last].astype(np.float64), peaks

    def during(self, start_s: float, stop_s: float) -> slice:
        """Entries of the frames in `[start_s, stop_s)`."""
        frames = np.searchsorted(self.view.time_s, (start_s, stop_s))
        # Numbers of another type would have all frames copied for the search, once for each event.
        first, last = np.searchsorted(self.active.frame, frames.astype(self.active.frame.dtype))
        return slice(int(first), int(last))


def strength_of(night: Night) -> tuple[Strength, Strength] | None:
    """`find_strength` of a night, found once however often it is drawn; None where its motion was not kept."""
    if night.trace is None:
        return None
    if night not in _FOUND:
        # One night at a time: a long one takes as much memory as its trace.
        _FOUND.clear()
        _FOUND[night] = find_strength(night.trace, night.params)
    return _FOUND[night]


def find_strength(trace: MotionTrace, params: Params) -> tuple[Strength, Strength]:
    """Motion that stands out at the short lag and at the long one, as `decide` sees it."""
    fast, slow = find_both(trace, find_artifacts(trace, params), params)
    seen = is_observed(trace)
    return Strength(*fast, seen), Strength(*slow, seen[trace.frames.has_slow])


def moved_cells(strength: Strength, event: Event) -> NDArray[np.int64]:
    """Cells in the box of an event that stood out while it lasted, ascending, each once."""
    entries = strength.during(event.start_s, event.stop_s)
    cell = strength.active.cell[entries]
    return np.unique(cell[_is_inside(strength.view.grid, cell, event.box_px)]).astype(np.int64)


def swing(strength: Strength, event: Event, params: Params) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Signed motion of an event's place while it lasted: what its rhythm was read from.

    Returns:
        `(time_s, signal)`, each of shape (n,), in s and grey levels, 0 where nothing moves; empty where nothing stood
        out.
    """
    entries = strength.during(event.start_s, event.stop_s)
    inside = _is_inside(strength.view.grid, strength.active.cell[entries], event.box_px)
    chosen = np.arange(entries.start, entries.stop)[inside]
    if np.unique(strength.active.frame[chosen]).size < 3:
        return np.zeros(0), np.zeros(0)
    burst = describe_burst(strength.view, strength.active, chosen, params)
    return signed_signal(strength.view, strength.active, [burst], params)


def _is_inside(grid: Grid, cell: NDArray[np.integer], box_px: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    """Whether the middle of each cell lies in a box, shape of `cell`."""
    row, column = np.divmod(cell, grid.columns)
    x, y = (column + 0.5) * grid.cell_px[0], (row + 0.5) * grid.cell_px[1]
    left, top, right, bottom = box_px
    inside: NDArray[np.bool_] = (x >= left) & (x < right) & (y >= top) & (y < bottom)
    return inside

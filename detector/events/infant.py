"""The infant over a recording: how it breathes, where it lies, and in which state it is, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.events.breaths import BreathingTrack, track_breathing
from detector.events.classify import Event
from detector.events.extent import find_extent, with_infant_fraction
from detector.events.presence import cut_epochs, observed_shares
from detector.events.state import Epoch, busy_stretches, score_epochs, state_of
from detector.motion.breathing import coarse_grid
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.params import Params

_MOSTLY = 0.5


@dataclass(frozen=True)
class Infant:
    """What is known of the infant.

    Attributes:
        epochs: states, one row an epoch, in order of time.
        breathing: of the same epochs.
        extent: cells of the motion grid that the infant lies in, shape (cells,), bool; None where nothing tells.
    """

    epochs: tuple[Epoch, ...]
    breathing: BreathingTrack
    extent: NDArray[np.bool_] | None


def see_infant(
    trace: MotionTrace, events: Sequence[Event], params: Params, is_clock: NDArray[np.bool_] | None = None
) -> Infant:
    """Find how the infant breathes, where it lies and in which state it is.

    Args:
        trace: the motion.
        events: as decided, in order of start.
        params: the groups `breathing`, `extent` and `state`.
        is_clock: shape (cells,), cells of an on-screen clock; none when left out.

    Returns:
        No epochs for a recording without frames.
    """
    frames = trace.frames
    start_s, stop_s = (
        (float(frames.time_s[0]), float(frames.time_s[-1] + frames.duration_s[-1])) if len(frames) else (0.0, 0.0)
    )
    times = cut_epochs(start_s, stop_s, params.state.epoch_s)
    breathing = track_breathing(
        trace.breathing,
        coarse_grid(trace.grid),
        times,
        params.breathing,
        busy=busy_stretches(events, params.state),
        hidden=None if is_clock is None else _coarse(is_clock, trace.grid),
    )
    extent = find_extent(trace, events, breathing, params.extent)
    epochs = score_epochs(times, observed_shares(trace, times), events, breathing, params.state)
    return Infant(epochs, breathing, extent)


def with_infant(events: Sequence[Event], infant: Infant) -> tuple[Event, ...]:
    """Events with the state they start in and their share of the infant's extent."""
    return tuple(
        replace(event, state=state_of(infant.epochs, event.start_s))
        for event in with_infant_fraction(events, infant.extent)
    )


def _coarse(cells: NDArray[np.bool_], grid: Grid) -> NDArray[np.bool_]:
    """Cells of the coarse grid, half of which or more are among the given ones; shape (coarse cells,)."""
    coarse = coarse_grid(grid)
    fine = cells.reshape(grid.rows, grid.columns)[: coarse.rows * coarse.factor, : coarse.columns * coarse.factor]
    blocks = fine.reshape(coarse.rows, fine.shape[0] // coarse.rows, coarse.columns, fine.shape[1] // coarse.columns)
    is_mostly: NDArray[np.bool_] = blocks.mean(axis=(1, 3)) >= _MOSTLY
    return is_mostly.ravel()

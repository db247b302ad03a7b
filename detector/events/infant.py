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


@dataclass(frozen=True)
class Where:
    """Where the infant is looked for; shape (cells,) each.

    Attributes:
        is_clock: cells of an on-screen clock.
        is_judged: cells that no region leaves out.
        is_one: whether there is but one infant there: of several together neither state nor extent is told.
    """

    is_clock: NDArray[np.bool_]
    is_judged: NDArray[np.bool_]
    is_one: bool = True


def see_infant(trace: MotionTrace, events: Sequence[Event], params: Params, where: Where | None = None) -> Infant:
    """Find how the infant breathes, where it lies and in which state it is.

    Args:
        trace: the motion.
        events: as decided, in order of start.
        params: the groups `breathing`, `extent` and `state`.
        where: where it may be; anywhere when left out.

    Returns:
        No epochs for a recording without frames, or of several infants.
    """
    frames = trace.frames
    is_told = len(frames) > 0 and (where is None or where.is_one)
    times = (
        cut_epochs(float(frames.time_s[0]), float(frames.time_s[-1] + frames.duration_s[-1]), params.state.epoch_s)
        if is_told
        else ()
    )
    breathing = track_breathing(
        trace.breathing if is_told else None,
        coarse_grid(trace.grid),
        times,
        params.breathing,
        busy=busy_stretches(events, params.state),
        hidden=None if where is None else _coarse(where.is_clock | ~where.is_judged, trace.grid),
    )
    if not is_told:
        return Infant((), breathing, None)
    extent = find_extent(trace, events, breathing, params.extent)
    if extent is not None and where is not None:
        extent = extent & where.is_judged
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

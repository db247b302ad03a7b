"""What stands out of the footage's own noise: the entries of a motion trace that may be movement, at both lags.

An entry stands out if its score (`detector.motion.noise.model`) is at least `burst.low`, in a frame and a cell in which
nothing hides movement. The short lag sees a twitch, the long one what is too slow for it; both are one view each, and
whatever is found in one can be looked for in the other. The same two are drawn and decided from.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import ArtifactMap
from detector.events.camera import with_rare_cause
from detector.motion.noise.model import Moment, NoiseModel
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView, fast_noise, fast_view, slow_noise, slow_view
from detector.params import Params

Value = TypeVar("Value", bound=np.generic)


@dataclass(frozen=True)
class Active:
    """Entries of a layer that stand out, in order of frame and cell; N of them.

    Attributes:
        frame, cell: shape (N,), int32.
        snr: excess over the noise, in its spreads, shape (N,), float32.
        signed: mean difference, grey levels, shape (N,), float16 as stored.
        is_blind: frames of the view in which something hides movement, shape (F,); None where nothing does.
    """

    frame: NDArray[np.int32]
    cell: NDArray[np.int32]
    snr: NDArray[np.float32]
    signed: NDArray[np.floating]
    is_blind: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def where(self, mask: NDArray[np.bool_] | slice) -> Active:
        """The entries for which `mask` (shape (N,)) holds, or a stretch of them."""
        return Active(self.frame[mask], self.cell[mask], self.snr[mask], self.signed[mask], self.is_blind)


class Seen(NamedTuple):
    """A view and what stands out in it."""

    view: LayerView
    active: Active


def find_both(trace: MotionTrace, hidden: ArtifactMap, params: Params) -> tuple[Seen, Seen]:
    """What stands out at the short lag and at the long one, where nothing hides it.

    A long difference looks further back, so what hides movement in one frame hides it for the whole lag after. Slow
    movement is not told from light that changes slowly, either.

    Args:
        trace: the trace.
        hidden: where not to look.
        params: the groups `motion`, `noise` and `burst`.

    Returns:
        The short lag, the long lag.
    """
    # The long lag first: fitting its noise takes memory in which the short lag, of which there is more, has room after.
    slow, view = _slow(trace, hidden, params), fast_view(trace, params)
    noise = fast_noise(trace, params, hidden.changed_s)
    return Seen(view, find_active(view, noise, params, hidden.is_blind, hidden.is_closed)), slow


def find_swings(trace: MotionTrace, hidden: ArtifactMap, params: Params) -> Seen:
    """What stands out at the long lag where a rhythm is looked for.

    A swing that goes on for long raises the floor of its own time at the short lag. That floor is no measure for it:
    what keeps one rate for many cycles is told from noise though it is less strong than a single movement has to be.

    Args:
        trace: the trace.
        hidden: where not to look.
        params: the groups `motion`, `noise`, `burst` and `rules`.
    """
    return _slow(trace, hidden, params, of_swings=True)


def _slow(trace: MotionTrace, hidden: ArtifactMap, params: Params, *, of_swings: bool = False) -> Seen:
    view, noise = slow_view(trace, params), slow_noise(trace, params, hidden.changed_s, of_swings=of_swings)
    reach = int(np.ceil(params.motion.long_lag_s / max(trace.frames.frame_s, 1e-3)))
    n_frames, has_cause = len(trace.frames), with_rare_cause(trace.frames, params.artifact)
    is_blind = (
        np.convolve(hidden.is_blind | has_cause, np.ones(reach + 1), "full")[:n_frames] > 0
        if n_frames
        else hidden.is_blind
    )
    return Seen(view, find_active(view, noise, params, is_blind[trace.frames.has_slow], hidden.is_closed))


def find_active(
    view: LayerView,
    noise: NoiseModel,
    params: Params,
    is_blind: NDArray[np.bool_] | None = None,
    is_hidden: NDArray[np.bool_] | None = None,
) -> Active:
    """Entries of a layer that stand out of its noise by `burst.low` spreads.

    Args:
        view: the layer.
        noise: what it shows when nothing moves.
        params: the group `burst`.
        is_blind: frames to leave out, shape (F,), bool.
        is_hidden: cells to leave out, shape (C,), bool.
    """
    layer = view.layer
    n_most = len(layer.cell)
    # Room for all; what is not written to takes no memory.
    found = Active(
        np.empty(n_most, np.int32),
        np.empty(n_most, np.int32),
        np.empty(n_most, np.float32),
        np.empty(n_most, np.float16),
        is_blind,
    )
    n_found = 0
    for stretch in _stretches(view, noise):
        cell = layer.cell[stretch.entries]
        energy = layer.energy[stretch.entries].astype(np.float32)
        snr = noise.score(energy, cell.astype(np.intp), stretch.moment(view))
        stays = snr >= np.float32(params.burst.low)
        if is_blind is not None and is_blind[stretch.frames].any():
            stays &= ~stretch.each(view, is_blind)
        if is_hidden is not None and is_hidden.any():
            stays &= ~is_hidden[cell]
        chosen = np.flatnonzero(stays)
        kept = slice(n_found, n_found + len(chosen))
        frames = np.arange(stretch.frames.start, stretch.frames.stop, dtype=np.int32)
        found.frame[kept] = np.repeat(frames, stretch.counts(view))[chosen]
        found.cell[kept] = cell[chosen]
        found.snr[kept] = snr[chosen]
        found.signed[kept] = layer.signed[stretch.entries][chosen]
        n_found = kept.stop
    return found.where(slice(0, n_found))


@dataclass(frozen=True)
class _Stretch:
    """Frames that share a floor block and a span, and their entries."""

    frames: slice
    entries: slice
    block: int
    span: int

    def counts(self, view: LayerView) -> NDArray[np.int64]:
        """How many entries each frame has, shape (frames,)."""
        return np.diff(view.layer.first[self.frames.start : self.frames.stop + 1])

    def each(self, view: LayerView, values: NDArray[Value]) -> NDArray[Value]:
        """A value of each frame of the view, shape (F,), for each entry of the stretch."""
        return np.repeat(values[self.frames], self.counts(view))

    def moment(self, view: LayerView) -> Moment:
        """What the noise model has to know of the entries."""
        is_louder = view.gain is not None and bool(np.any(view.gain[self.frames] != 1.0))
        has_jump = view.is_key_jump is not None and bool(view.is_key_jump[self.frames].any())
        return Moment(
            self.block,
            self.span,
            self.each(view, view.gain) if is_louder and view.gain is not None else None,
            self.each(view, view.is_key_jump) if has_jump and view.is_key_jump is not None else None,
        )


def _stretches(view: LayerView, noise: NoiseModel) -> Iterator[_Stretch]:
    """All stretches that have entries, in order."""
    if len(view.time_s) == 0:
        return
    block, span = noise.places(view.time_s)
    edges = np.flatnonzero((np.diff(block) != 0) | (np.diff(span) != 0)) + 1
    bounds = [0, *edges.tolist(), len(block)]
    first = view.layer.first
    for start, stop in itertools.pairwise(bounds):
        entries = slice(int(first[start]), int(first[stop]))
        if entries.start < entries.stop:
            yield _Stretch(slice(start, stop), entries, int(block[start]), int(span[start]))

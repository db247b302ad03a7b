"""The noise of one layer of a trace, and how far an energy rises above it: all that detection knows of noise.

With floor f (a high quantile of a cell's energy in still footage) and m (its median over that floor), an energy e has

    excess = (e / gain - m f) / (f - m f + minimum)

that is 0 at the usual energy of the cell and about 1 at its floor, whatever the camera. Own, because an encoder erases
noise in some cells (m = 0, f = 0: the absolute minimum is the unit) and leaves it steady in others (m near 1: little
above the usual already means movement). Both numbers are energies a cell, so neither depends on the frame rate or on
the size of the picture; `motion.short_lag_s` keeps what moves in a lag the same at each frame rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.motion.noise.neighbors import quiet_floors
from detector.motion.trace import Noise
from detector.params import Params

Energies = NDArray[np.float32]


@dataclass(frozen=True)
class Moment:
    """Entries that share a block and a span.

    Attributes:
        block, span: which.
        gain: how much louder the frame of each entry is than usual, shape (n,); None: not at all.
        is_key_jump: whether its difference crosses a key frame, shape (n,); None: of none.
    """

    block: int
    span: int
    gain: Energies | None = None
    is_key_jump: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class NoiseModel:
    """What the camera shows in each cell when nothing moves, fitted to what was measured.

    Attributes:
        block_start_s: shape (K,), from when on each floor holds.
        floor: shape (K, C), grey levels squared.
        span_start_s: shape (S,), the same for what follows.
        key_floor: shape (S, C), at least this is the floor in differences across a key frame.
        middle: shape (S, C), usual energy of each cell over its floor.
        minimum: added to every floor, grey levels squared.

    Example:
        >>> floor, middle = np.full((1, 2), 2.0, np.float32), np.array([[0.0, 0.5]], np.float32)
        >>> model = NoiseModel(np.zeros(1), floor, np.zeros(1), 0 * floor, middle, minimum=1.0)
        >>> energy = np.array([2.0, 1.0, 3.0], np.float32)
        >>> model.score(energy, np.array([0, 1, 1]), Moment(0, 0)).tolist()
        [0.6666666865348816, 0.0, 1.0]
    """

    block_start_s: NDArray[np.float64]
    floor: Energies
    span_start_s: NDArray[np.float64]
    key_floor: NDArray[np.floating]
    middle: NDArray[np.floating]
    minimum: float

    def expected(self, moment: Moment, *, is_key_jump: bool = False) -> Energies:
        """Energy of each cell when nothing moves, shape (C,)."""
        expected: Energies = self._middle(moment) * self._floor(moment, is_key_jump=is_key_jump)
        return expected

    def spread(self, moment: Moment, *, is_key_jump: bool = False) -> Energies:
        """By how much the energy of each cell varies when nothing moves, shape (C,)."""
        floor = self._floor(moment, is_key_jump=is_key_jump)
        spread: Energies = floor - self._middle(moment) * floor + np.float32(self.minimum)
        return spread

    def score(self, energy: Energies, cell: NDArray[np.integer], moment: Moment) -> Energies:
        """How far energies rise above what is expected, in spreads.

        Args:
            energy: grey levels squared, shape (n,).
            cell: of each energy, shape (n,).
            moment: when.

        Returns:
            Shape (n,), float32: 0 as usual, 1 at the floor of noisy footage.
        """
        if moment.gain is not None:
            energy = energy / moment.gain
        # Of each cell once, not of each entry.
        excess: Energies = (energy - self.expected(moment)[cell]) / self.spread(moment)[cell]
        if moment.is_key_jump is not None and moment.is_key_jump.any():
            jump = np.flatnonzero(moment.is_key_jump)
            expected, spread = (step(moment, is_key_jump=True)[cell[jump]] for step in (self.expected, self.spread))
            excess[jump] = (energy[jump] - expected) / spread
        return excess

    def places(self, time_s: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Block and span of each time, shape (F,) each."""
        block, span = (
            np.maximum(np.searchsorted(start_s, time_s, side="right") - 1, 0)
            for start_s in (self.block_start_s, self.span_start_s)
        )
        return block, span

    def _floor(self, moment: Moment, *, is_key_jump: bool) -> Energies:
        floor: Energies = self.floor[moment.block]
        if is_key_jump:
            floor = np.maximum(floor, self.key_floor[moment.span].astype(np.float32))
        return floor

    def _middle(self, moment: Moment) -> Energies:
        middle: Energies = self.middle[moment.span].astype(np.float32)
        return middle


def fit_fast(noise: Noise, params: Params, last_s: float, changed_s: Sequence[float] = ()) -> NoiseModel:
    """The model of the short lag: floors of the blocks around each block in which nothing moved.

    Args:
        noise: as measured.
        params: the groups `noise` and `rules`.
        last_s: time of the last frame, s.
        changed_s: when the light or the view changed, s, ascending: floors from before say nothing about those after.
    """
    blocks, spans = noise.blocks, noise.spans
    changes_s = changed_s if params.rules.has("light blocks") else ()
    view = np.searchsorted(changes_s, middles(blocks.start_s, last_s))
    floor = fit_floors(blocks.floor, blocks.level, params, view)
    return fit(begin_at(blocks.start_s, changes_s, last_s), floor, spans.start_s, spans.key_floor, spans.middle, params)


def fit_slow(
    noise: Noise, params: Params, last_s: float, changed_s: Sequence[float] = (), *, of_swings: bool = False
) -> NoiseModel:
    """The model of the long lag: one floor a span, and that of the spans around it in which nothing moved.

    In a block in which the short lag has a higher floor than in the quiet ones around it, as in another light or where
    a chest has come to lie, this floor is higher by as much.

    Args:
        noise: as measured.
        params: the groups `noise` and `rules`.
        last_s: time of the last frame, s.
        changed_s: when the light or the view changed, s, ascending.
        of_swings: whether blocks count only in spans in which that changed: what swings raises its own block.
    """
    blocks, spans = noise.blocks, noise.spans
    level = np.zeros(len(spans.start_s), np.float32)
    floor, start_s = fit_floors(spans.slow_floor, level, params, by_gap=False), spans.start_s
    counts = params.rules.has("slow blocks") and (len(changed_s) > 0 or not of_swings)
    if counts and len(blocks.start_s) and len(start_s):
        minimum = np.float32(params.noise.minimum)
        quiet = fit_floors(blocks.floor, blocks.level, params, by_gap=False) + minimum
        span = np.maximum(np.searchsorted(start_s, blocks.start_s, side="right") - 1, 0)
        louder = np.maximum((blocks.floor.astype(np.float32) + minimum) / quiet, np.float32(1.0))
        if of_swings:
            louder[~np.isin(span, np.searchsorted(start_s, changed_s, side="right") - 1)] = 1.0
        floor, start_s = floor[span] * louder, begin_at(blocks.start_s, changed_s, last_s)
    return fit(start_s, floor, spans.start_s, np.zeros_like(spans.key_floor), spans.slow_middle, params)


def middles(start_s: NDArray[np.float64], last_s: float) -> NDArray[np.float64]:
    """Middle of each block, s, shape (K,): a block belongs to the view in which most of it lies."""
    middle_s: NDArray[np.float64] = start_s + 0.5 * np.diff(start_s, append=last_s)
    return middle_s


def begin_at(start_s: NDArray[np.float64], changed_s: Sequence[float], last_s: float) -> NDArray[np.float64]:
    """From when on the floor of each block holds: a change within a block is where the other view ends or begins.

    Args:
        start_s: when each begins, shape (K,), ascending.
        changed_s: when the light or the view changed, s, ascending.
        last_s: time of the last frame, s.

    Returns:
        Shape (K,), ascending.
    """
    begins_s, middle_s = start_s.copy(), middles(start_s, last_s)
    placed = [(int(np.searchsorted(start_s, at_s, side="right")) - 1, at_s) for at_s in changed_s]
    for block, at_s in reversed(placed):
        if block >= 0 and at_s > middle_s[block]:
            begins_s[block + 1 : block + 2] = at_s
    for block, at_s in placed:
        if block >= 0 and at_s <= middle_s[block]:
            begins_s[block] = at_s
    return begins_s


def fit_floors(
    floors: NDArray[np.floating],
    level: Energies,
    params: Params,
    light: NDArray[np.int64] | None = None,
    *,
    by_gap: bool = True,
) -> Energies:
    """`quiet_floors` by the rules that are followed."""
    if not params.rules.has("quiet blocks"):
        return floors.astype(np.float32)
    return quiet_floors(floors, level, params.noise, light, by_gap=by_gap)


def fit(
    block_start_s: NDArray[np.float64],
    floor: Energies,
    span_start_s: NDArray[np.float64],
    key_floor: NDArray[np.floating],
    middle: NDArray[np.floating],
    params: Params,
) -> NoiseModel:
    """A model by the rules that are followed; arguments as those of `NoiseModel`."""
    if not params.rules.has("key floor"):
        key_floor = np.zeros_like(key_floor)
    if not params.rules.has("middle"):
        middle = np.zeros_like(middle)
    return NoiseModel(block_start_s, floor, span_start_s, key_floor, middle, params.noise.minimum)

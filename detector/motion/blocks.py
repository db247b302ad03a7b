"""One layer of a span: the differences of one lag, dense for a block of frames, then only what may be movement.

A block is `noise.block_s` long, or a sixth of a short span, since a floor needs several of them to tell movement from
noise. From its frames come the floor, the usual energy, the phase and the loudness of each cell. What may rise above
any floor is kept for now; at the end of the span each entry is scored against the noise of its block by the same model
as when deciding, and what stays below `noise.keep` is forgotten. Own, because a night of dense differences has 10^11.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.layer import Layer, choose_stride, coarse, keep_stride
from detector.motion.noise.duty import measure_duty
from detector.motion.noise.floor import (
    frame_levels,
    gains,
    loudness,
    measure_floor,
    measure_key_floor,
    measure_level,
    measure_middle,
    sampled,
    some_cells,
    tick_share,
)
from detector.motion.noise.model import Moment, fit, fit_floors
from detector.motion.noise.moved import camera_floor, still_floor
from detector.motion.pictures.difference import Differences
from detector.params import Params

FLOOR_BITS = 4
"""Leading bits of a floor that are stored."""

# Keeps a share of nothing from being no number, grey levels squared.
_LEAST_FLOOR = 1e-6


@dataclass
class _Kept:
    """Candidates of one block: `row` counts frames from the start of the span."""

    row: NDArray[np.int32]
    cell: NDArray[np.int32]
    energy: NDArray[np.float32]
    signed: NDArray[np.float32]


@dataclass(frozen=True)
class LayerResult:
    """A layer of a span with floors and `duty` of its cells (blocks, cells), key-frame floor, `middle` and `tick`."""

    layer: Layer
    floors: NDArray[np.float32]
    duty: NDArray[np.uint8]
    key_floor: NDArray[np.float32]
    middle: NDArray[np.float32]
    tick: NDArray[np.float32]


class LayerMeasurer:
    """Collects differences of one lag: dense for a block, then only what may be movement."""

    def __init__(self, grid: Grid, params: Params, *, is_fast: bool) -> None:
        self._params = params
        self._is_fast, self._by_parts = is_fast, is_fast and params.rules.has("still parts")
        # Parts of a block are compared only where neither the camera nor the light changed what they show.
        self._is_one_view = True
        self._grid = grid
        self._n_cells = grid.n_cells
        # Made once for the longest block; what is not written to takes no memory.
        self._energy, self._signed = np.empty((2, params.noise.block_frames, grid.rows, grid.columns), np.float32)
        self._n_filled = 0
        self._rows: list[int] = []
        self._jumps: list[bool] = []
        self._times: list[float] = []
        self._kept: list[_Kept] = []
        self._key_energy: list[NDArray[np.float32]] = []
        self.block_row: list[int] = []
        self.floors: list[NDArray[np.float32]] = []
        self.duties: list[NDArray[np.uint8]] = []
        self.middles: list[NDArray[np.float32]] = []
        self.levels: list[float] = []
        self.gain: dict[int, float] = {}
        self.loudness: dict[int, float] = {}
        self.stride: dict[int, float] = {}
        self.seen: list[int] = []
        self.ticks: list[NDArray[np.float32]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def expect(self, row: int, time_s: float, *, is_jump: bool) -> None:
        """Announce one frame, whose difference comes with `fill`."""
        self._rows.append(row)
        self._times.append(time_s)
        self._jumps.append(is_jump)

    def fill(self, differences: Differences, wanted: list[bool]) -> None:
        """Take the differences of the frames announced: those of `wanted`, one flag a difference."""
        energy, signed = differences.energy, differences.signed
        is_explained = any(explanation is not None for explanation in differences.explained)
        is_other = max(differences.changed, default=0.0) >= self._params.noise.parts_changed
        self._is_one_view &= not (is_explained or is_other)
        if not all(wanted):
            energy, signed = energy[wanted], signed[wanted]
        stop = self._n_filled + len(energy)
        self._energy[self._n_filled : stop] = energy
        self._signed[self._n_filled : stop] = signed
        self._n_filled = stop

    def close_block(self) -> None:
        """Measure the floor of the frames since the last block and keep what stands out."""
        if not self._rows:
            return
        noise = self._params.noise
        rows, jumps = np.array(self._rows, np.int32), np.array(self._jumps)
        self.seen += self._rows
        energy, signed = (a[: self._n_filled].reshape(-1, self._n_cells) for a in (self._energy, self._signed))
        times_s = np.array(self._times)
        calm = np.flatnonzero(~jumps) if jumps.mean() <= noise.most_keys else np.arange(len(jumps))
        in_time = sampled(energy, noise, calm)
        sample = np.sort(in_time, axis=1)
        raw = measure_floor(sample, noise)
        middle = measure_middle(energy, noise, calm)
        floor = camera_floor(sample, raw, noise) if self._params.rules.has("camera floor") else raw
        if self._by_parts and self._is_one_view:
            n_parts = min(int((times_s[-1] - times_s[0]) / noise.min_block_s), noise.most_parts)
            floor = still_floor(in_time, floor, n_parts, noise)
        some = some_cells(energy)
        level, loud = frame_levels(some, some_cells(raw), noise), loudness(some)
        self.loudness.update(zip(self._rows, loud.tolist(), strict=True))
        self.gain.update(zip(self._rows, gains(level, jumps, noise).tolist(), strict=True))
        usual = measure_level(loud[calm], noise)
        self._keep(rows, energy, signed, np.minimum(floor, noise.floor_over_level * usual))
        self._key_energy += list(energy[jumps].astype(np.float16))
        self.block_row.append(int(rows[0]))
        self.floors.append(floor)
        self.duties.append(measure_duty(energy, floor, times_s, self._grid, noise))
        # As a share of the floor: where that was lowered, so is the usual energy.
        self.middles.append((middle / np.maximum(raw, np.float32(_LEAST_FLOOR))).astype(np.float32))
        # Last of all, since it clips the energies where they lie.
        self.ticks.append(tick_share(energy, raw, times_s, calm, room=energy))
        self.levels.append(usual)
        self._rows, self._times, self._jumps, self._n_filled = [], [], [], 0
        self._is_one_view = True

    def _keep(
        self,
        rows: NDArray[np.int32],
        energy: NDArray[np.float32],
        signed: NDArray[np.float32],
        floor: NDArray[np.float32],
    ) -> None:
        """Keep what may rise above a floor, for now."""
        # Movement of many seconds, or of the whole picture, lifts the floor of its own block: what is kept for now must
        # not depend on it.
        loud = energy > floor + self._params.noise.keep * np.float32(self._params.noise.minimum)
        frame, cell = np.divmod(np.flatnonzero(loud), self._n_cells)
        stride = choose_stride(np.bincount(frame, minlength=len(rows)) / self._n_cells)
        self.stride.update(zip(self._rows, stride.tolist(), strict=True))
        stays = keep_stride(cell, stride[frame], self._grid.columns)
        frame, cell = frame[stays], cell[stays]
        self._kept.append(_Kept(rows[frame], cell.astype(np.int32), energy[frame, cell], signed[frame, cell]))

    def finish(self, is_key_jump: NDArray[np.bool_]) -> LayerResult:
        """Join the blocks of the span."""
        noise = self._params.noise
        n_frames = len(is_key_jump)
        nothing = np.zeros(self._n_cells, np.float32)
        if not self.floors:
            none = np.zeros((0, self._n_cells), np.float32)
            return LayerResult(Layer.empty(n_frames), none, none.astype(np.uint8), nothing, nothing, nothing)
        floors = np.stack(self.floors)
        quiet = fit_floors(floors, np.array(self.levels, np.float32), self._params, by_gap=self._is_fast)
        middle = np.median(np.stack(self.middles), axis=0).astype(np.float32)
        # Decisions are made with what is stored, so that is what counts here, too.
        middle = coarse(middle, FLOOR_BITS).astype(np.float32)
        key_floor = nothing
        if self._key_energy and is_key_jump.mean() <= noise.most_keys:
            key_floor = measure_key_floor(np.stack(self._key_energy), noise)
        nowhen = np.zeros(1)
        model = fit(nowhen, quiet, nowhen, key_floor[None], middle[None], self._params)
        layers = []
        for block, kept in enumerate(self._kept):
            moment = Moment(block, 0, is_key_jump=is_key_jump[kept.row])
            stays = model.score(kept.energy, kept.cell, moment) > noise.keep
            layers.append(_Kept(kept.row[stays], kept.cell[stays], kept.energy[stays], kept.signed[stays]))
        row, cell, energy, signed = (
            np.concatenate([getattr(k, name) for k in layers]) for name in _Kept.__annotations__
        )
        stride = spread(self.stride, n_frames, 1.0).astype(np.uint8)
        layer = Layer.from_rows(n_frames, row, cell, energy, signed, stride)
        return LayerResult(
            layer, floors, np.stack(self.duties), key_floor, middle, np.median(np.stack(self.ticks), axis=0)
        )


def spread(values: dict[int, float], n_frames: int, otherwise: float) -> NDArray[np.float32]:
    """Values of single frames as an array over all frames."""
    everywhere = np.full(n_frames, otherwise, np.float32)
    everywhere[list(values)] = list(values.values())
    return everywhere

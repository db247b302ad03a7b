"""One span of footage to its motion trace: the slow half of an analysis.

A pure function of the span's frames and the parameters: the same bytes come out whoever runs it, whenever.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from detector.footage.recording import Recording, Span
from detector.footage.spans import iter_span
from detector.footage.video import Frame
from detector.motion.difference import Difference, Differencer, Grid, grid_for, working_picture
from detector.motion.noise import (
    find_frozen,
    frame_levels,
    gains,
    loudness,
    measure_floor,
    measure_key_floor,
    measure_level,
    measure_middle,
    measure_snr,
    quiet_floors,
    tick_share,
)
from detector.motion.trace import Layer, MotionTrace, choose_stride, coarse, keep_stride
from detector.params import Params

# Where most frames are key frames (MJPEG, all-intra), a key frame is nothing special.
_MOST_KEYS = 0.3
_FLOOR_BITS = 4
# High quantiles of a cell's energy lie about this far above the mean energy of quiet frames.
_FLOOR_OVER_LEVEL = 3.0


@dataclass
class _Rows:
    """Frames collected so far, one list a column."""

    time_s: list[float] = field(default_factory=list)
    duration_s: list[float] = field(default_factory=list)
    is_key: list[bool] = field(default_factory=list)
    is_damaged: list[bool] = field(default_factory=list)
    lag_s: list[float] = field(default_factory=list)
    global_change: list[float] = field(default_factory=list)
    shift_px: list[tuple[float, float]] = field(default_factory=list)
    is_key_jump: list[bool] = field(default_factory=list)


@dataclass
class _Kept:
    """Candidates of one block: `row` counts frames from the start of the span."""

    row: NDArray[np.int32]
    cell: NDArray[np.int32]
    energy: NDArray[np.float32]
    signed: NDArray[np.float32]


@dataclass(frozen=True)
class _LayerResult:
    """A layer of a span with its floors (blocks, cells), key-frame floor, `middle` and `tick` (cells,)."""

    layer: Layer
    floors: NDArray[np.float32]
    key_floor: NDArray[np.float32]
    middle: NDArray[np.float32]
    tick: NDArray[np.float32]


class _LayerMeasurer:
    """Collects differences of one lag: dense for a block, then only what may be movement."""

    def __init__(self, grid: Grid, params: Params) -> None:
        n_cells = grid.rows * grid.columns
        self._params = params
        self._columns = grid.columns
        self._n_cells = n_cells
        self._rows: list[int] = []
        self._energy: list[NDArray[np.float32]] = []
        self._signed: list[NDArray[np.float32]] = []
        self._jumps: list[bool] = []
        self._times: list[float] = []
        self._kept: list[_Kept] = []
        self._key_energy: list[NDArray[np.float32]] = []
        self.block_row: list[int] = []
        self.floors: list[NDArray[np.float32]] = []
        self.middles: list[NDArray[np.float32]] = []
        self.levels: list[float] = []
        self.gain: dict[int, float] = {}
        self.loudness: dict[int, float] = {}
        self.stride: dict[int, float] = {}
        self.seen: list[int] = []
        self.ticks: list[NDArray[np.float32]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: int, time_s: float, difference: Difference, *, is_jump: bool) -> None:
        """Take one frame's difference."""
        self._rows.append(row)
        self._times.append(time_s)
        self._energy.append(difference.energy.ravel())
        self._signed.append(difference.signed.ravel())
        self._jumps.append(is_jump)

    def close_block(self) -> None:
        """Measure the floor of the frames since the last block and keep what stands out."""
        if not self._rows:
            return
        noise = self._params.noise
        rows, jumps = np.array(self._rows, np.int32), np.array(self._jumps)
        self.seen += self._rows
        energy, signed = np.stack(self._energy), np.stack(self._signed)
        is_calm = ~jumps if jumps.mean() <= _MOST_KEYS else np.ones(len(jumps), bool)
        calm = energy[is_calm]
        floor = measure_floor(calm, noise)
        self.ticks.append(tick_share(calm, floor, np.array(self._times)[is_calm]))
        level = frame_levels(energy, floor, noise)
        self.loudness.update(zip(self._rows, loudness(energy).tolist(), strict=True))
        self.gain.update(zip(self._rows, gains(level, jumps, noise).tolist(), strict=True))
        minimum = np.float32(noise.minimum)
        usual = measure_level(calm, noise)
        # Movement of many seconds, or of the whole picture, lifts the floor of its own block: what is kept for now must
        # not depend on it.
        loud = energy > np.minimum(floor, _FLOOR_OVER_LEVEL * usual) + noise.keep * minimum
        stride = choose_stride(loud)
        self.stride.update(zip(self._rows, stride.tolist(), strict=True))
        frame, cell = np.nonzero(loud)
        stays = keep_stride(cell, stride[frame], self._columns)
        frame, cell = frame[stays], cell[stays]
        self._kept.append(_Kept(rows[frame], cell.astype(np.int32), energy[frame, cell], signed[frame, cell]))
        self._key_energy += list(energy[jumps].astype(np.float16))
        self.block_row.append(int(rows[0]))
        self.floors.append(floor)
        self.middles.append(measure_middle(calm, noise))
        self.levels.append(usual)
        self._rows, self._times, self._energy, self._signed, self._jumps = [], [], [], [], []

    def finish(self, is_key_jump: NDArray[np.bool_]) -> _LayerResult:
        """Join the blocks of the span."""
        noise = self._params.noise
        n_frames = len(is_key_jump)
        nothing = np.zeros(self._n_cells, np.float32)
        if not self.floors:
            return _LayerResult(
                Layer.empty(n_frames), np.zeros((0, self._n_cells), np.float32), nothing, nothing, nothing
            )
        floors = np.stack(self.floors)
        quiet = quiet_floors(floors, np.array(self.levels, np.float32), noise)
        middle = np.median(np.stack(self.middles) / np.maximum(floors, np.float32(1e-6)), axis=0).astype(np.float32)
        # Decisions are made with what is stored, so that is what counts here, too.
        middle = coarse(middle, _FLOOR_BITS).astype(np.float32)
        key_floor = nothing
        if self._key_energy and is_key_jump.mean() <= _MOST_KEYS:
            key_floor = measure_key_floor(np.stack(self._key_energy), noise)
        layers = []
        for floor, kept in zip(quiet, self._kept, strict=True):
            base = np.where(is_key_jump[kept.row], np.maximum(key_floor, floor)[kept.cell], floor[kept.cell])
            stays = measure_snr(kept.energy, base, middle[kept.cell], noise) > noise.keep
            layers.append(_Kept(kept.row[stays], kept.cell[stays], kept.energy[stays], kept.signed[stays]))
        row, cell, energy, signed = (
            np.concatenate([getattr(k, name) for k in layers]) for name in _Kept.__annotations__
        )
        stride = _spread(self.stride, n_frames, 1.0).astype(np.uint8)
        layer = Layer.from_rows(n_frames, row, cell, energy, signed, stride)
        return _LayerResult(layer, floors, key_floor, middle, np.median(np.stack(self.ticks), axis=0))


def measure_span(recording: Recording, span: Span, params: Params) -> MotionTrace:
    """Decode one span and measure its motion.

    Args:
        recording: the night.
        span: which part of it.
        params: only the groups `footage`, `motion` and `noise` are read.

    Returns:
        The trace of the frames in `[span.start_s, span.stop_s)`.
    """
    first = recording.clips[span.pieces[0][0]].info
    grid = grid_for(first.width_px, first.height_px, params.motion)
    expected_s = sum(
        float(recording.clips[clip].info.packet_durations_s[low:high].sum()) for clip, low, high in span.pieces
    )
    return _SpanMeasurer(grid, span, params).run(iter_span(recording, span), expected_s)


class _SpanMeasurer:
    def __init__(self, grid: Grid, span: Span, params: Params) -> None:
        self._grid, self._span, self._params = grid, span, params
        self._differencer = Differencer(grid, params.motion)
        self._fast = _LayerMeasurer(grid, params)
        self._slow = _LayerMeasurer(grid, params)
        self._rows = _Rows()
        self._reference: NDArray[np.uint8] | None = None
        self._last_key_s = -np.inf
        self._last_slow_s = -np.inf
        self._block_start_s = span.start_s
        # A short recording gets short blocks: a floor needs several of them to tell movement from noise.
        sixth_s = (span.stop_s - span.start_s) / 6.0
        self._block_s = min(params.noise.block_s, max(sixth_s, params.noise.min_block_s))

    def run(self, frames: object, expected_s: float) -> MotionTrace:
        """Measure all frames of the span."""
        for frame in frames:  # type: ignore[attr-defined]
            self._add(frame)
        self._close_blocks()
        return self._trace(expected_s)

    def _add(self, frame: Frame) -> None:
        rows, is_inside = self._rows, frame.time_s >= self._span.start_s
        wants_slow = is_inside and frame.time_s - self._last_slow_s >= self._params.motion.slow_step_s
        fast, slow = self._differencer.add(frame.time_s, frame.luma, with_long=wants_slow)
        if frame.is_key:
            self._last_key_s = frame.time_s
        if frame.is_damaged:
            # What the decoder made up must not be compared with, either.
            self._differencer.reset()
        if not is_inside:
            return
        row = len(rows.time_s)
        if self._reference is None:
            self._reference = working_picture(frame.luma, self._grid.halvings).copy()
        if frame.time_s - self._block_start_s >= self._block_s or len(self._fast) >= self._params.noise.block_frames:
            self._close_blocks()
            self._block_start_s = frame.time_s
        lag_s = fast.lag_s if fast else 0.0
        is_jump = frame.time_s - self._last_key_s < lag_s
        rows.time_s.append(frame.time_s)
        rows.duration_s.append(frame.duration_s)
        rows.is_key.append(frame.is_key)
        rows.is_damaged.append(frame.is_damaged)
        rows.lag_s.append(lag_s)
        rows.global_change.append(fast.global_change if fast else 0.0)
        rows.shift_px.append(fast.shift_px if fast else (0.0, 0.0))
        rows.is_key_jump.append(is_jump)
        if fast is not None and not frame.is_damaged:
            self._fast.add(row, frame.time_s, fast, is_jump=is_jump)
        if wants_slow:
            self._last_slow_s = frame.time_s
            if slow is not None and not frame.is_damaged:
                self._slow.add(row, frame.time_s, slow, is_jump=False)

    def _close_blocks(self) -> None:
        self._fast.close_block()
        self._slow.close_block()

    def _trace(self, expected_s: float) -> MotionTrace:
        rows, n_frames = self._rows, len(self._rows.time_s)
        time_s = np.array(rows.time_s, np.float64)
        jump = np.array(rows.is_key_jump, bool)
        if n_frames and jump.mean() > _MOST_KEYS:
            jump[:] = False
        fast = self._fast.finish(jump)
        slow = self._slow.finish(np.zeros(n_frames, bool))
        has_slow = np.zeros(n_frames, bool)
        has_slow[self._slow.seen] = True
        duration_s = np.array(rows.duration_s, np.float32)
        gain = _spread(self._fast.gain, n_frames, 1.0)
        loud = _spread(self._fast.loudness, n_frames, np.nan)
        height = self._grid.rows * 4
        reference = (
            self._reference if self._reference is not None else np.zeros((height, self._grid.columns * 4), np.uint8)
        )
        return MotionTrace(
            rows=self._grid.rows,
            columns=self._grid.columns,
            cell_px=self._grid.cell_px,
            width_px=self._grid.width_px,
            height_px=self._grid.height_px,
            time_s=time_s,
            duration_s=duration_s,
            is_key=np.array(rows.is_key, bool),
            is_key_jump=jump,
            is_damaged=np.array(rows.is_damaged, bool),
            is_frozen=find_frozen(loud, jump, duration_s, self._params.noise),
            lag_s=np.array(rows.lag_s, np.float32),
            gain=gain,
            moved_fraction=fast.layer.share(self._grid.rows * self._grid.columns),
            global_change=np.array(rows.global_change, np.float32),
            shift_px=np.array(rows.shift_px, np.float32).reshape(-1, 2),
            fast=fast.layer,
            slow=slow.layer,
            block_start_s=time_s[self._fast.block_row],
            floor=coarse(fast.floors, _FLOOR_BITS),
            level=np.array(self._fast.levels, np.float32),
            span_start_s=np.array([self._span.start_s]),
            key_floor=coarse(fast.key_floor[None], _FLOOR_BITS),
            middle=coarse(fast.middle[None], _FLOOR_BITS),
            slow_middle=coarse(slow.middle[None], _FLOOR_BITS),
            tick=coarse(fast.tick[None], _FLOOR_BITS),
            has_slow=has_slow,
            slow_floor=coarse(_usual(slow.floors, self._grid, self._params), _FLOOR_BITS),
            reference=reference,
            lost_s=max(expected_s - float(np.sum(rows.duration_s)), 0.0),
        )


def _spread(values: dict[int, float], n_frames: int, otherwise: float) -> NDArray[np.float32]:
    spread = np.full(n_frames, otherwise, np.float32)
    spread[list(values)] = list(values.values())
    return spread


def _usual(floors: NDArray[np.float32], grid: Grid, params: Params) -> NDArray[np.float32]:
    """One floor for the whole span, shape (1, cells)."""
    if len(floors) == 0:
        return np.zeros((1, grid.rows * grid.columns), np.float32)
    place = int(params.noise.block_quantile * (len(floors) - 1))
    return np.partition(floors, place, axis=0)[place : place + 1]

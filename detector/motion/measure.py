"""One span of footage to its motion trace: the slow half of an analysis.

A pure function of the span's frames and the parameters: the same bytes come out whoever runs it, whenever. Each frame
is compared with the one about `motion.short_lag_s` before it, and every `motion.slow_step_s` with the one about
`motion.long_lag_s` before. Lags are times, so a movement is as strong at each frame rate; below about 1 / lag the frame
before is taken, and the true lag is kept. A frame crosses a key frame if one lies within its lag.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.footage.recording import Recording, Span
from detector.footage.spans import iter_span
from detector.footage.video import Frame
from detector.motion.blocks import FLOOR_BITS, LayerMeasurer, LayerResult, spread
from detector.motion.breathing import BreathingMeasurer
from detector.motion.grid import Grid, grid_for
from detector.motion.layer import coarse
from detector.motion.noise.floor import find_frozen, noise_floor
from detector.motion.noise.neighbors import quiet_floor, stood_still
from detector.motion.pictures.difference import Differencer
from detector.motion.pictures.shrink import FloatImage, working_picture
from detector.motion.trace import Blocks, Frames, MotionTrace, Noise, Spans
from detector.params import Params

_SPANS_A_REFERENCE = 6
"""One in so many spans keeps a picture: with spans of five minutes one each half hour."""

_CHANGE_BITS = 7


@dataclass
class _Rows:
    """Frames collected so far, one list a column."""

    time_s: list[float] = field(default_factory=list)
    duration_s: list[float] = field(default_factory=list)
    is_key: list[bool] = field(default_factory=list)
    is_damaged: list[bool] = field(default_factory=list)
    is_seam: list[bool] = field(default_factory=list)
    lag_s: list[float] = field(default_factory=list)
    global_change: list[float] = field(default_factory=list)
    shift_px: list[tuple[float, float]] = field(default_factory=list)
    cause: list[int] = field(default_factory=list)
    light: list[float] = field(default_factory=list)
    changed_fraction: list[float] = field(default_factory=list)
    is_key_jump: list[bool] = field(default_factory=list)


class _Queued(NamedTuple):
    """A frame whose picture the differencer holds; attributes as those of `Frame`."""

    time_s: float
    duration_s: float
    is_key: bool
    is_damaged: bool
    is_seam: bool


def measure_span(
    recording: Recording, span: Span, params: Params, on_packet: Callable[[bool], None] | None = None
) -> MotionTrace:
    """Decode one span and measure its motion.

    Args:
        recording: the night.
        span: which part of it.
        params: only the groups `footage`, `motion` and `noise` are read.
        on_packet: called for each packet read, with whether it was decoded.

    Returns:
        The trace of the frames in `[span.start_s, span.stop_s)`.
    """
    first = recording.clips[span.pieces[0][0]].info
    grid = grid_for(first.width_px, first.height_px, params.motion)
    expected_s = sum(
        float(recording.clips[clip].info.packet_durations_s[low:high].sum()) for clip, low, high in span.pieces
    )
    return _SpanMeasurer(grid, span, params).run(iter_span(recording, span, on_packet), expected_s)


class _Breaths:
    """Looks at the smooth pictures of a span for breathing.

    Attributes:
        measurer: of breathing.
        expected: frames whose smooth pictures are still to come, in order.
    """

    def __init__(self, measurer: BreathingMeasurer, start_s: float) -> None:
        self.measurer = measurer
        self.expected: deque[_Queued] = deque()
        self._start_s = start_s

    def watch(self, picture: FloatImage) -> None:
        """Look at the next one."""
        frame = self.expected.popleft()
        if frame.time_s >= self._start_s and not frame.is_damaged:
            self.measurer.add(picture, frame.time_s, is_key=frame.is_key)


class _SpanMeasurer:
    def __init__(self, grid: Grid, span: Span, params: Params) -> None:
        self._grid, self._span, self._params = grid, span, params
        self._breaths = _Breaths(BreathingMeasurer(grid, span.start_s, params.noise.most_keys), span.start_s)
        # Not a method of this object: the two would hold each other, and all pictures with them, long after the span.
        self._differencer = Differencer(grid, params, self._breaths.watch)
        self._fast = LayerMeasurer(grid, params, is_fast=True)
        self._slow = LayerMeasurer(grid, params, is_fast=False)
        self._rows = _Rows()
        self._queued: list[_Queued] = []
        # Of each difference not yet measured: its row, and whether its layer wants it.
        self._due_fast: list[tuple[int, bool]] = []
        self._due_slow: list[tuple[int, bool]] = []
        self._reference: NDArray[np.uint8] | None = None
        self._last_key_s = -np.inf
        self._last_slow_s = -np.inf
        self._block_start_s = span.start_s
        # A short recording gets short blocks: a floor needs several of them to tell movement from noise.
        sixth_s = (span.stop_s - span.start_s) / params.noise.least_blocks
        self._block_s = min(params.noise.block_s, max(sixth_s, params.noise.min_block_s))

    def run(self, frames: Iterable[Frame], expected_s: float) -> MotionTrace:
        """Measure all frames of the span."""
        is_first = True
        for frame in frames:
            if is_first and frame.time_s >= self._span.start_s:
                self._reference = _reference_of(self._span, working_picture(frame.luma, self._grid.halvings))
                is_first = False
            self._differencer.put(frame.luma)
            self._queued.append(_Queued(frame.time_s, frame.duration_s, frame.is_key, frame.is_damaged, frame.is_seam))
            self._breaths.expected.append(self._queued[-1])
            if self._differencer.is_full:
                self._take()
        self._take()
        self._close_blocks()
        return self._trace(expected_s)

    def _take(self) -> None:
        """Measure the frames queued."""
        for frame in self._queued:
            if frame.is_key:
                self._last_key_s = frame.time_s
            if frame.is_seam:
                # The picture before shows something else: it is not to be compared with.
                self._differencer.reset()
            if frame.time_s < self._span.start_s:
                self._differencer.compare(frame.time_s, with_short=False)
            else:
                self._add(frame)
            if frame.is_damaged:
                # What the decoder made up must not be compared with, either.
                self._differencer.reset()
        self._queued = []
        self._measure()

    def _add(self, frame: _Queued) -> None:
        rows, time_s = self._rows, frame.time_s
        row = len(rows.time_s)
        if self._is_block_over(time_s):
            self._close_blocks()
            self._block_start_s = time_s
        wants_slow = time_s - self._last_slow_s >= self._params.motion.slow_step_s
        if wants_slow:
            self._last_slow_s = time_s
        lag_s, slow_lag_s = self._differencer.compare(time_s, with_long=wants_slow)
        is_jump = time_s - self._last_key_s < lag_s
        rows.time_s.append(time_s)
        rows.duration_s.append(frame.duration_s)
        rows.is_key.append(frame.is_key)
        rows.is_damaged.append(frame.is_damaged)
        rows.is_seam.append(frame.is_seam)
        rows.lag_s.append(lag_s)
        rows.global_change.append(0.0)
        rows.shift_px.append((0.0, 0.0))
        rows.cause.append(0)
        rows.light.append(0.0)
        rows.changed_fraction.append(0.0)
        rows.is_key_jump.append(is_jump)
        if lag_s:
            self._due_fast.append((row, not frame.is_damaged))
            if not frame.is_damaged:
                self._fast.expect(row, time_s, is_jump=is_jump)
        if slow_lag_s:
            self._due_slow.append((row, not frame.is_damaged))
            if not frame.is_damaged:
                self._slow.expect(row, time_s, is_jump=False)

    def _is_block_over(self, time_s: float) -> bool:
        is_full = max(len(self._fast), len(self._slow)) >= self._params.noise.block_frames
        return is_full or time_s - self._block_start_s >= self._block_s

    def _measure(self) -> None:
        """Hand the differences of the frames compared so far to the layers."""
        fast, slow = self._differencer.measure()
        self._fast.fill(fast, [wanted for _, wanted in self._due_fast])
        self._slow.fill(slow, [wanted for _, wanted in self._due_slow])
        told = zip(self._due_fast, fast.global_change, fast.changed, fast.explained, strict=True)
        for (row, _), change, changed, explained in told:
            self._rows.global_change[row] = change
            self._rows.changed_fraction[row] = changed
            if explained is not None:
                self._rows.cause[row] = int(explained.cause)
                self._rows.shift_px[row] = explained.shift_px
                self._rows.light[row] = explained.gain
        self._due_fast, self._due_slow = [], []

    def _close_blocks(self) -> None:
        self._measure()
        self._fast.close_block()
        self._slow.close_block()

    def _trace(self, expected_s: float) -> MotionTrace:
        rows, n_frames = self._rows, len(self._rows.time_s)
        time_s = np.array(rows.time_s, np.float64)
        jump = np.array(rows.is_key_jump, bool)
        if n_frames and jump.mean() > self._params.noise.most_keys:
            jump[:] = False
        fast = self._fast.finish(jump)
        slow = self._slow.finish(np.zeros(n_frames, bool))
        has_slow = np.zeros(n_frames, bool)
        has_slow[self._slow.seen] = True
        duration_s = np.array(rows.duration_s, np.float32)
        gain = spread(self._fast.gain, n_frames, 1.0)
        loud = spread(self._fast.loudness, n_frames, np.nan)
        noise = noise_floor(fast.floors, np.array(self._fast.levels), self._params.noise)
        frames = Frames(
            time_s=time_s,
            duration_s=duration_s,
            is_key=np.array(rows.is_key, bool),
            is_key_jump=jump,
            is_damaged=np.array(rows.is_damaged, bool),
            is_seam=np.array(rows.is_seam, bool),
            is_frozen=find_frozen(loud, jump, duration_s, noise, self._params.noise),
            lag_s=np.array(rows.lag_s, np.float32),
            gain=gain,
            moved_fraction=fast.layer.share(self._grid.n_cells),
            global_change=coarse(np.array(rows.global_change, np.float32), _CHANGE_BITS).astype(np.float32),
            changed_fraction=coarse(np.array(rows.changed_fraction, np.float32), _CHANGE_BITS).astype(np.float32),
            cause=np.array(rows.cause, np.uint8),
            shift_px=coarse(np.array(rows.shift_px, np.float32).reshape(-1, 2), _CHANGE_BITS).astype(np.float32),
            light=coarse(np.array(rows.light, np.float32), _CHANGE_BITS).astype(np.float32),
            has_slow=has_slow,
        )
        return MotionTrace(
            grid=self._grid,
            frames=frames,
            fast=fast.layer,
            slow=slow.layer,
            noise=self._noise(fast, slow, time_s),
            breathing=self._breaths.measurer.finish(),
            reference=np.zeros((0, 0), np.uint8) if self._reference is None else self._reference,
            lost_s=max(expected_s - float(np.sum(rows.duration_s)), 0.0),
        )

    def _noise(self, fast: LayerResult, slow: LayerResult, time_s: NDArray[np.float64]) -> Noise:
        blocks = Blocks(
            start_s=time_s[self._fast.block_row],
            floor=coarse(fast.floors, FLOOR_BITS),
            duty=fast.duty,
            level=np.array(self._fast.levels, np.float32),
        )
        spans = Spans(
            start_s=np.array([self._span.start_s]),
            key_floor=coarse(fast.key_floor[None], FLOOR_BITS),
            middle=coarse(fast.middle[None], FLOOR_BITS),
            slow_middle=coarse(slow.middle[None], FLOOR_BITS),
            tick=coarse(fast.tick[None], FLOOR_BITS),
            slow_floor=coarse(_usual(slow.floors, self._slow.levels, self._grid, self._params), FLOOR_BITS),
        )
        return Noise(blocks, spans)


def _reference_of(span: Span, picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """A copy of the first picture of a span, if one is kept from it.

    The first span of a run keeps one, and some others, chosen by lot out of the picture itself: a span knows nothing
    of the rest of the night, nor of where its files were cut.
    """
    is_kept = not span.warm_up or zlib.crc32(picture.tobytes()) % _SPANS_A_REFERENCE == 0
    return picture.copy() if is_kept else None


def _usual(floors: NDArray[np.float32], levels: list[float], grid: Grid, params: Params) -> NDArray[np.float32]:
    """One floor for the whole span, shape (1, cells), of blocks in which the picture did not stand still."""
    if len(floors) == 0:
        return np.zeros((1, grid.n_cells), np.float32)
    moving = floors[~stood_still(floors, np.array(levels), params.noise)]
    return quiet_floor(moving, params.noise, by_gap=False)[None]

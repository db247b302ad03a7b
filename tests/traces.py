"""Traces made by hand: still ones, others with some of their columns replaced, and what a cut makes of them."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.layer import Layer
from detector.motion.trace import Blocks, Frames, MotionTrace, Noise, Spans

Table = TypeVar("Table", Frames, Blocks, Spans)


def still_trace(
    grid: Grid, time_s: NDArray[np.float64], frame_s: float, *, has_slow: NDArray[np.bool_] | None = None
) -> MotionTrace:
    """A trace in which nothing moves: one block and one span, floors of 1, a lag of two frames."""
    n_frames, n_cells = len(time_s), grid.n_cells
    off, start_s = np.zeros(n_frames, bool), time_s[:1]
    n_blocks = len(start_s)
    none = np.zeros((n_blocks, n_cells), np.float16)
    frames = Frames(
        time_s=time_s,
        duration_s=np.full(n_frames, frame_s, np.float32),
        is_key=off,
        is_key_jump=off,
        is_damaged=off,
        is_frozen=off,
        is_seam=off,
        lag_s=np.minimum(np.arange(n_frames), 2).astype(np.float32) * np.float32(frame_s),
        gain=np.ones(n_frames, np.float32),
        moved_fraction=np.zeros(n_frames, np.float32),
        global_change=np.zeros(n_frames, np.float32),
        changed_fraction=np.zeros(n_frames, np.float32),
        cause=np.zeros(n_frames, np.uint8),
        shift_px=np.zeros((n_frames, 2), np.float32),
        light=np.zeros(n_frames, np.float32),
        has_slow=off if has_slow is None else has_slow,
    )
    blocks = Blocks(start_s, none + np.float16(1), np.zeros(none.shape, np.uint8), np.ones(n_blocks, np.float32))
    spans = Spans(start_s, none, none, none, none, none + np.float16(1))
    nothing, picture = Layer.empty(n_frames), np.zeros((90, 160), np.uint8)
    return MotionTrace(grid, frames, nothing, nothing, Noise(blocks, spans), picture, 0.0)


def with_columns(trace: MotionTrace, **changes: object) -> MotionTrace:
    """A trace with some of its columns replaced, whatever part they belong to.

    Names are those of `Frames`, `Blocks`, `Spans`, `Grid` and of the trace itself; the starts of blocks and spans are
    `block_start_s` and `span_start_s`. Rows of blocks (or spans) that are not given repeat the first one as often as
    needed, and with another fast layer `moved_fraction` follows it.
    """
    changes = dict(changes)
    fast = changes.get("fast")
    if isinstance(fast, Layer):
        changes.setdefault("moved_fraction", fast.share(trace.grid.n_cells))
    blocks = _table(trace.noise.blocks, changes, "block_start_s")
    spans = _table(trace.noise.spans, changes, "span_start_s")
    frames = dataclasses.replace(trace.frames, **_taken(changes, trace.frames))
    grid = dataclasses.replace(trace.grid, **_taken(changes, trace.grid))
    rest = _taken(changes, trace)
    if changes:
        raise TypeError(f"no part of a trace has {', '.join(changes)}")
    return dataclasses.replace(trace, **{"grid": grid, "frames": frames, "noise": Noise(blocks, spans), **rest})


# Any: a part of any type, and what its fields hold.
def _taken(changes: dict[str, object], part: Any) -> dict[str, Any]:
    """Take what belongs to a part out of the changes."""
    names = {field.name for field in dataclasses.fields(part)}
    return {name: changes.pop(name) for name in list(changes) if name in names and name != "start_s"}


def _table(table: Table, changes: dict[str, object], start: str) -> Table:
    start_s = np.asarray(changes.pop(start, table.start_s))
    new = _taken(changes, table)
    for field in dataclasses.fields(table):
        old = getattr(table, field.name)
        if field.name not in new and len(old) != len(start_s):
            new[field.name] = np.repeat(old[:1], len(start_s), axis=0)
    return dataclasses.replace(table, **{**new, "start_s": start_s})


def cut_trace(trace: MotionTrace, time_s: float) -> tuple[MotionTrace, MotionTrace]:
    """Cut a trace at a span's start, as if the parts had been measured one by one."""
    return _between(trace, -np.inf, time_s, trace.lost_s), _between(trace, time_s, np.inf, 0.0)


def _between(trace: MotionTrace, start_s: float, stop_s: float, lost_s: float) -> MotionTrace:
    def inside(times_s: NDArray[np.float64]) -> slice:
        low, high = np.searchsorted(times_s, (start_s, stop_s)).tolist()
        return slice(low, high)

    chosen = inside(trace.frames.time_s)
    blocks, spans = trace.noise.blocks, trace.noise.spans
    return dataclasses.replace(
        trace,
        frames=_rows(trace.frames, chosen),
        fast=_frames_of(trace.fast, chosen),
        slow=_frames_of(trace.slow, chosen),
        noise=Noise(_rows(blocks, inside(blocks.start_s)), _rows(spans, inside(spans.start_s))),
        lost_s=lost_s,
    )


def _rows(table: Table, chosen: slice) -> Table:
    return type(table).from_arrays({name: array[chosen] for name, array in table.arrays().items()})


def _frames_of(layer: Layer, chosen: slice) -> Layer:
    first = layer.first[chosen.start : chosen.stop + 1]
    entries = slice(int(first[0]), int(first[-1]))
    return Layer(
        first - first[0], layer.cell[entries], layer.energy[entries], layer.signed[entries], layer.stride[chosen]
    )

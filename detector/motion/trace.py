"""The stored measurement: sparse motion of a whole night."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import NightFolderError
from detector.motion.packing import read_arrays, write_arrays

TRACE_VERSION = 3
_ENERGY_BITS = 5
_SIGNED_BITS = 6
_DENSE = 0.08


@dataclass(frozen=True)
class Layer:
    """Energies of one lag that rose above the floor; N entries over F frames, in order of frame and cell.

    Attributes:
        first: shape (F + 1,), int64; the entries of frame f are `first[f]:first[f + 1]`.
        cell: shape (N,), uint16, `row * columns + column`.
        energy: shape (N,), float16, mean squared difference, grey levels squared.
        signed: shape (N,), float16, mean difference, grey levels.
        stride: shape (F,), uint8; where much of the picture moves, only each `stride`-th cell of each `stride`-th row
            is kept, and each entry stands for `stride ** 2` cells.
    """

    first: NDArray[np.int64]
    cell: NDArray[np.uint16]
    energy: NDArray[np.float16]
    signed: NDArray[np.float16]
    stride: NDArray[np.uint8]

    @property
    def frame(self) -> NDArray[np.int32]:
        """Frame of each entry, shape (N,)."""
        return np.repeat(np.arange(len(self.first) - 1, dtype=np.int32), np.diff(self.first))

    @classmethod
    def empty(cls, n_frames: int) -> Layer:
        """A layer in which nothing moved."""
        none = np.zeros(0, np.float16)
        return cls(np.zeros(n_frames + 1, np.int64), np.zeros(0, np.uint16), none, none, np.ones(n_frames, np.uint8))

    @classmethod
    def from_rows(
        cls,
        n_frames: int,
        frame: NDArray[np.int64],
        cell: NDArray[np.int64],
        energy: NDArray[np.float32],
        signed: NDArray[np.float32],
        stride: NDArray[np.uint8] | None = None,
    ) -> Layer:
        """Build a layer from entries already in order of frame and cell; without `stride`, every cell was kept."""
        first = np.zeros(n_frames + 1, np.int64)
        np.cumsum(np.bincount(frame, minlength=n_frames), out=first[1:])
        stride = np.ones(n_frames, np.uint8) if stride is None else stride
        return cls(first, cell.astype(np.uint16), coarse(energy, _ENERGY_BITS), coarse(signed, _SIGNED_BITS), stride)

    def share(self, n_cells: int) -> NDArray[np.float32]:
        """Share of the picture that the entries of each frame stand for, shape (F,), 0 to 1."""
        cells = np.diff(self.first) * self.stride.astype(np.float64) ** 2
        # Rows and columns of a thinned frame that reach over the edge stand for a little more than there is.
        return np.minimum(cells / n_cells, 1.0).astype(np.float32)


def choose_stride(share: NDArray[np.float64]) -> NDArray[np.uint8]:
    """How much to thin frames in which much of the picture moves: 1 below 8 % of the cells, 2 below 32 %, then 4.

    A whole-body movement is as plain from a sixteenth of its cells, and most of a trace would be such frames.

    Args:
        share: of the cells that move in each frame, shape (frames,), 0 to 1.

    Returns:
        Shape (frames,), uint8.
    """
    return np.select([share < _DENSE, share < 4.0 * _DENSE], [1, 2], 4).astype(np.uint8)


def keep_stride(cell: NDArray[np.integer], stride: NDArray[np.uint8] | np.uint8, columns: int) -> NDArray[np.bool_]:
    """Which cells stay when each `stride`-th cell of each `stride`-th row is kept; the shape of `cell`."""
    row, column = np.divmod(cell, columns)
    stays: NDArray[np.bool_] = (row % stride == 0) & (column % stride == 0)
    return stays


def coarse(values: NDArray[np.float32], bits: int) -> NDArray[np.float16]:
    """Half precision with the leading `bits` bits of the mantissa: what lies below is noise, and costs most on disk."""
    limit = np.float32(60000.0)
    half = np.clip(values, -limit, limit).astype(np.float16).view(np.uint16)
    step = np.uint16(1 << (10 - bits))
    # Rounding to nearest: half a step up, then the rest cut off. A carry into the exponent is the right result.
    return ((half + step // 2) & ~np.uint16(step - 1)).view(np.float16)


@dataclass(frozen=True)
class MotionTrace:
    """Motion of a recording on a grid of cells, kept only where it rose above the footage's noise.

    F frames, K floor blocks, C = rows * columns cells. Frames ascend in time.

    Attributes:
        rows, columns: size of the grid.
        cell_px: `(x, y)` size of a cell in source px; right and bottom edges of the picture may lie outside the grid.
        width_px, height_px: size of the displayed picture.
        time_s: shape (F,), float64, presentation time on the recording axis.
        duration_s: shape (F,), float32, time the frame stands for.
        is_key: shape (F,), bool, key frames.
        is_key_jump: shape (F,), bool, frames whose short difference crosses a key frame.
        is_damaged, is_frozen: shape (F,), bool; frozen pictures are exactly equal to the one before.
        lag_s: shape (F,), float32, true lag of the short difference; 0 where there was no earlier frame.
        gain: shape (F,), float32, how much louder the whole picture is than usual, at least 1.
        moved_fraction: shape (F,), float32, share of cells above the floor, 0 to 1.
        global_change: shape (F,), float32, mean signed change of the picture, grey levels.
        shift_px: shape (F, 2), float32, displacement (x, y) of the whole picture, source px; 0 where not measured.
        fast, slow: differences at the short lag (every frame) and at the long lag (a few a second).
        block_start_s, floor: shape (K,), float64, and (K, C), float16: floors of the fast layer, grey levels squared.
        goes_on: shape (K, C), bool, cells that change for most of the block, as noise and curtains do.
        level: shape (K,), float32, how noisy the whole picture is in the block, grey levels squared.
        span_start_s, key_floor: shape (S,) and (S, C): floors in frames with `is_key_jump`, one row a span.
        middle, slow_middle: shape (S, C), float16, usual energy of each cell over its floor, 0 to 1, of both layers.
        tick: shape (S, C), float16, how strictly the changes of a cell keep to one phase of the second, 0 to 1.
        has_slow: shape (F,), bool, frames in which the slow layer was measured.
        slow_floor: shape (S, C), floors of the slow layer, one row a span.
        reference: a picture from the footage at working size, shape (height, width), uint8; shape (0, 0) in most
            spans of a night, which needs one only now and then.
        lost_s: time of frames that stand in the files and gave no picture, s.
    """

    rows: int
    columns: int
    cell_px: tuple[float, float]
    width_px: int
    height_px: int
    time_s: NDArray[np.float64]
    duration_s: NDArray[np.float32]
    is_key: NDArray[np.bool_]
    is_key_jump: NDArray[np.bool_]
    is_damaged: NDArray[np.bool_]
    is_frozen: NDArray[np.bool_]
    lag_s: NDArray[np.float32]
    gain: NDArray[np.float32]
    moved_fraction: NDArray[np.float32]
    global_change: NDArray[np.float32]
    shift_px: NDArray[np.float32]
    fast: Layer
    slow: Layer
    block_start_s: NDArray[np.float64]
    floor: NDArray[np.float16]
    goes_on: NDArray[np.bool_]
    level: NDArray[np.float32]
    span_start_s: NDArray[np.float64]
    key_floor: NDArray[np.float16]
    middle: NDArray[np.float16]
    slow_middle: NDArray[np.float16]
    tick: NDArray[np.float16]
    has_slow: NDArray[np.bool_]
    slow_floor: NDArray[np.float16]
    reference: NDArray[np.uint8]
    lost_s: float

    @cached_property
    def frame_s(self) -> float:
        """Usual time between two frames, s; 0 where there is no frame."""
        return float(np.median(self.duration_s)) if len(self.duration_s) else 0.0

    @cached_property
    def cell_centers(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Column and row of the center of each cell, in cells, shape (C,) each: 0.5 for the first column."""
        row, column = np.divmod(np.arange(self.rows * self.columns), self.columns)
        return column + 0.5, row + 0.5


_SCALARS = ("rows", "columns", "cell_px", "width_px", "height_px")
_LAYERS = ("fast", "slow")
_ARRAYS = tuple(
    field.name for field in fields(MotionTrace) if field.name not in {*_SCALARS, *_LAYERS, "reference", "lost_s"}
)


# Neighbors in the picture are alike.
_STEPPED = ("floor", "key_floor", "slow_floor", "middle", "slow_middle", "tick", "fast.energy", "slow.energy")
_JOINED = tuple(field.name for field in fields(Layer) if field.name != "first")


def save_trace(path: Path, trace: MotionTrace) -> None:
    """Write a trace as a small `.npz`; equal traces give equal bytes."""
    layers = {
        f"{layer}.{field.name}": getattr(getattr(trace, layer), field.name)
        for layer in _LAYERS
        for field in fields(Layer)
    }
    arrays = {name: getattr(trace, name) for name in (*_SCALARS, *_ARRAYS, "reference", "lost_s")}
    with path.open("wb") as file:
        write_arrays(file, {"version": np.array(TRACE_VERSION), **layers, **arrays}, stepped=_STEPPED)


def load_trace(path: Path) -> MotionTrace:
    """Read what `save_trace` wrote.

    Raises:
        NightFolderError: the file is missing, damaged, or of another version.
    """
    try:
        # An open file of our own, since numpy leaves its one open when the archive is damaged.
        with path.open("rb") as file:
            stored = read_arrays(file)
        version = int(stored["version"])
        if version != TRACE_VERSION:
            raise NightFolderError(
                f"{path}: expected a motion trace of version {TRACE_VERSION}, but version {version} came; "
                "analyze the footage again."
            )
        return _from_arrays(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NightFolderError(
            f"{path}: expected a motion trace, but it cannot be read ({error}); analyze the footage again."
        ) from None


def join_traces(traces: Sequence[MotionTrace]) -> MotionTrace:
    """Put the traces of consecutive spans together.

    Raises:
        ValueError: there is no trace, or their pictures differ in size.
    """
    if not traces:
        raise ValueError("expected at least one trace, but none came.")
    head = traces[0]
    if any(
        (t.rows, t.columns, t.width_px, t.height_px) != (head.rows, head.columns, head.width_px, head.height_px)
        for t in traces
    ):
        raise ValueError("expected traces of pictures of one size.")
    # Any: fields of every type, by name.
    values: dict[str, Any] = {name: getattr(head, name) for name in _SCALARS}
    values |= {name: np.concatenate([getattr(t, name) for t in traces]) for name in _ARRAYS}
    values |= {name: _join_layers([getattr(t, name) for t in traces]) for name in _LAYERS}
    pictures = [t.reference for t in traces if t.reference.size] or [head.reference]
    return MotionTrace(**values, reference=pictures[len(pictures) // 2], lost_s=sum(t.lost_s for t in traces))


def _join_layers(layers: Sequence[Layer]) -> Layer:
    counts = np.concatenate([np.diff(layer.first) for layer in layers])
    first = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=first[1:])
    rest = {name: np.concatenate([getattr(layer, name) for layer in layers]) for name in _JOINED}
    return Layer(first, **rest)


def _from_arrays(stored: dict[str, Any]) -> MotionTrace:
    values: dict[str, Any] = {name: int(stored[name]) for name in _SCALARS if name != "cell_px"}
    values |= {name: stored[name] for name in (*_ARRAYS, "reference")}
    values |= {
        layer: Layer(**{field.name: stored[f"{layer}.{field.name}"] for field in fields(Layer)}) for layer in _LAYERS
    }
    x, y = stored["cell_px"].tolist()
    return MotionTrace(**values, cell_px=(x, y), lost_s=float(stored["lost_s"]))

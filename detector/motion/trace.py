"""The stored measurement: sparse motion of a whole night, from which everything else is decided without the video.

A trace is a few parts, each of which checks itself when it is made, says which arrays it is stored as, and knows how to
join itself with the same part of the span after. One more part is one more field and one more line in `_PARTS`.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from detector.errors import NightFolderError
from detector.motion.breathing import Breathing, coarse_grid
from detector.motion.columns import Columns, check_ascending, column
from detector.motion.grid import Grid
from detector.motion.layer import Layer
from detector.motion.packing import read_arrays, write_arrays

TRACE_VERSION = 9
_READ_VERSIONS = (8, TRACE_VERSION)  # one of version 8 is in recording time as it stands


@dataclass(frozen=True)
class Frames(Columns):
    """What is known of each frame; F of them, ascending in time.

    Attributes:
        time_s: presentation time on the recording axis.
        duration_s: time the frame stands for.
        is_key: key frames.
        is_key_jump: frames whose short difference crosses a key frame.
        is_damaged, is_frozen: frozen pictures are exactly equal to the one before.
        is_seam: frames at which the picture does not go on, as at the end of one clip and the start of the next.
        lag_s: true lag of the short difference; 0 where there was no earlier frame.
        gain: how much louder the whole picture is than usual, at least 1.
        moved_fraction: share of cells above the floor, 0 to 1.
        global_change: mean signed change of the picture, grey levels.
        changed_fraction: share of the picture that changed before anything was explained, 0 to 1.
        cause: what explains a change of the whole picture (`pictures.camera.Cause`); 0: nothing.
        shift_px: shape (F, 2), displacement (x, y) of the whole picture, source px; 0 where none was found.
        light: relative change of the brightness of the whole picture where light is a cause; else 0.
        has_slow: frames in which the slow layer was measured.
    """

    time_s: NDArray[np.float64] = column(np.float64, "F")
    duration_s: NDArray[np.float32] = column(np.float32, "F", low=0)
    is_key: NDArray[np.bool_] = column(bool, "F")
    is_key_jump: NDArray[np.bool_] = column(bool, "F")
    is_damaged: NDArray[np.bool_] = column(bool, "F")
    is_frozen: NDArray[np.bool_] = column(bool, "F")
    is_seam: NDArray[np.bool_] = column(bool, "F")
    lag_s: NDArray[np.float32] = column(np.float32, "F", low=0)
    gain: NDArray[np.float32] = column(np.float32, "F", low=1)
    moved_fraction: NDArray[np.float32] = column(np.float32, "F", low=0, high=1)
    global_change: NDArray[np.float32] = column(np.float32, "F")
    changed_fraction: NDArray[np.float32] = column(np.float32, "F", low=0, high=1)
    cause: NDArray[np.uint8] = column(np.uint8, "F", high=3)
    shift_px: NDArray[np.float32] = column(np.float32, "F", 2)
    light: NDArray[np.float32] = column(np.float32, "F")
    has_slow: NDArray[np.bool_] = column(bool, "F")

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ascending("time_s", self.time_s)

    def __len__(self) -> int:
        return len(self.time_s)

    @cached_property
    def frame_s(self) -> float:
        """Usual time between two frames, s; 0 where there is no frame."""
        return float(np.median(self.duration_s)) if len(self) else 0.0


@dataclass(frozen=True)
class Blocks(Columns):
    """What the noise was measured to be in each block of some seconds; K blocks, C cells.

    Attributes:
        start_s: shape (K,).
        floor: shape (K, C), floors of the fast layer, grey levels squared.
        duty: shape (K, C), share of the half seconds of the block in which something moved at the cell or within two
            cells of it, 0 to 255 for 0 to 1.
        level: shape (K,), how noisy the whole picture is, grey levels squared.
    """

    start_s: NDArray[np.float64] = column(np.float64, "K")
    floor: NDArray[np.float16] = column(np.float16, "K", "C", low=0)
    duty: NDArray[np.uint8] = column(np.uint8, "K", "C")
    level: NDArray[np.float32] = column(np.float32, "K", low=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ascending("start_s", self.start_s)


@dataclass(frozen=True)
class Spans(Columns):
    """What the noise was measured to be in each span; S spans, C cells.

    Attributes:
        start_s: shape (S,).
        key_floor: shape (S, C), floors in frames with `is_key_jump`, grey levels squared.
        middle, slow_middle: shape (S, C), usual energy of each cell over its floor, about 0 to 1, of both layers.
        tick: shape (S, C), how strictly the changes of a cell keep to one phase of the second, 0 to 1.
        slow_floor: shape (S, C), floors of the slow layer, grey levels squared.
    """

    start_s: NDArray[np.float64] = column(np.float64, "S")
    key_floor: NDArray[np.float16] = column(np.float16, "S", "C", low=0)
    middle: NDArray[np.float16] = column(np.float16, "S", "C", low=0)
    slow_middle: NDArray[np.float16] = column(np.float16, "S", "C", low=0)
    tick: NDArray[np.float16] = column(np.float16, "S", "C", low=0)
    slow_floor: NDArray[np.float16] = column(np.float16, "S", "C", low=0)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ascending("start_s", self.start_s)


@dataclass(frozen=True)
class Noise:
    """What the noise of each cell was measured to be, by block and by span; both of the same cells."""

    blocks: Blocks
    spans: Spans

    def __post_init__(self) -> None:
        if self.blocks.floor.shape[1] != self.spans.key_floor.shape[1]:
            raise ValueError("expected blocks and spans of one number of cells.")

    @property
    def n_cells(self) -> int:
        """Number of cells."""
        return int(self.blocks.floor.shape[1])

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All columns by name, to be stored."""
        return _named("blocks", self.blocks) | _named("spans", self.spans)

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]]) -> Self:
        """The noise of which `arrays` gave the columns."""
        return cls(
            Blocks.from_arrays(_under("blocks", stored)),
            Spans.from_arrays(_under("spans", stored)),
        )

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Blocks after blocks, spans after spans."""
        return cls(Blocks.join([part.blocks for part in parts]), Spans.join([part.spans for part in parts]))


@dataclass(frozen=True)
class MotionTrace:
    """Motion of a recording on a grid of cells, kept only where it rose above the footage's noise.

    Attributes:
        grid: the cells.
        frames: what is known of each frame.
        fast: differences at the short lag, of every frame.
        slow: differences at the long lag, a few a second.
        noise: what the noise of each cell was measured to be.
        reference: a picture from the footage at working size, shape (height, width), uint8; shape (0, 0) in most
            spans of a night, which needs one only now and then.
        lost_s: time of frames that stand in the files and gave no picture, s.
        breathing: what may be breathing; None where it was not measured.

    Raises:
        ValueError: the parts do not fit each other.
    """

    grid: Grid
    frames: Frames
    fast: Layer
    slow: Layer
    noise: Noise
    reference: NDArray[np.uint8]
    lost_s: float
    breathing: Breathing | None = None

    def __post_init__(self) -> None:
        for layer in (self.fast, self.slow):
            if layer.n_frames != len(self.frames):
                raise ValueError(f"expected layers of {len(self.frames)} frames, but {layer.n_frames} came.")
            if len(layer.cell) and int(layer.cell.max()) >= self.grid.n_cells:
                raise ValueError(f"expected {self.grid.n_cells} cells, but one lies beyond them.")
        if np.diff(self.slow.first)[~self.frames.has_slow].any():
            raise ValueError("expected slow differences only where they were measured.")
        if self.noise.n_cells != self.grid.n_cells:
            raise ValueError(f"expected noise of {self.grid.n_cells} cells, but {self.noise.n_cells} came.")
        if self.reference.ndim != 2 or self.reference.dtype != np.uint8:
            raise ValueError("expected a reference picture of bytes in rows and columns.")
        if not 0.0 <= self.lost_s < np.inf:
            raise ValueError(f"expected the time that was lost to be 0 or more, but {self.lost_s} came.")
        coarse = coarse_grid(self.grid)
        if self.breathing and self.breathing.n_cells != coarse.rows * coarse.columns:
            raise ValueError(f"expected breathing of {coarse.rows} x {coarse.columns} cells, but others came.")


class Part(Protocol):
    """What a part of a trace can do."""

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it is stored as, by name."""

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]]) -> Self:
        """The part of which `arrays` gave these."""

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """One part of the parts of spans that follow each other."""


_PARTS: dict[str, type[Part]] = {
    "grid": Grid,
    "frames": Frames,
    "fast": Layer,
    "slow": Layer,
    "noise": Noise,
    "breathing": Breathing,
}

_NEEDED = frozenset({"grid", "frames", "fast", "slow", "noise"})
"""Parts that every trace has; any other is left out where it was not measured."""

# Neighbors in the picture are alike.
_STEPPED = (
    "noise.blocks.floor",
    *(f"noise.spans.{name}" for name in ("key_floor", "slow_floor", "middle", "slow_middle", "tick")),
    "fast.energy",
    "slow.energy",
)


def _named(name: str, part: Part) -> dict[str, NDArray[Any]]:
    return {f"{name}.{field}": array for field, array in part.arrays().items()}


def _under(name: str, stored: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Arrays whose names begin with that of a part and a dot, without the two."""
    head = f"{name}."
    return {key.removeprefix(head): array for key, array in stored.items() if key.startswith(head)}


def save_trace(path: Path, trace: MotionTrace, offset_s: float = 0.0) -> None:
    """Write a trace as a small `.npz`; equal traces give equal bytes.

    Args:
        path: where to.
        trace: in any time.
        offset_s: what is added to its times when it is read.
    """
    arrays = {
        "version": np.array(TRACE_VERSION),
        "offset_s": np.array(offset_s),
        "reference": trace.reference,
        "lost_s": np.array(trace.lost_s),
    }
    for name in _PARTS:
        part = getattr(trace, name)
        arrays |= {} if part is None else _named(name, part)
    with path.open("wb") as file:
        write_arrays(file, arrays, stepped=_STEPPED)


def copy_trace(path: Path, target: Path, offset_s: float) -> None:
    """Write a stored trace again, with another offset: the bytes that `save_trace` gives with that one.

    Args:
        path: of a trace that `load_trace` can read.
        target: where to; not `path`.
        offset_s: what is added to its times when it is read.

    Raises:
        OSError: it cannot be read or written.
    """
    with path.open("rb") as file:
        arrays = read_arrays(file)
    with target.open("wb") as file:
        write_arrays(file, {**arrays, "offset_s": np.array(offset_s)}, stepped=_STEPPED)


def load_trace(path: Path) -> MotionTrace:
    """Read what `save_trace` wrote, with its offset added.

    Raises:
        NightFolderError: the file is missing, damaged, or of another version.
    """
    try:
        # An open file of our own, since numpy leaves its one open when the archive is damaged.
        with path.open("rb") as file:
            stored = read_arrays(file)
        version = int(stored["version"])
        if version not in _READ_VERSIONS:
            raise NightFolderError(
                f"{path}: expected a motion trace of version {TRACE_VERSION}, but version {version} came; "
                "analyze the footage again."
            )
        return _from_arrays(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NightFolderError(
            f"{path}: expected a motion trace, but it cannot be read ({error}); analyze the footage again."
        ) from None


def _from_arrays(stored: Mapping[str, NDArray[Any]]) -> MotionTrace:
    # Any: parts of every type, by name; one that may be missing is None.
    parts: dict[str, Any] = {}
    for name, kind in _PARTS.items():
        arrays = _under(name, stored)
        if arrays or name in _NEEDED:
            parts[name] = kind.from_arrays(arrays)
    trace = MotionTrace(**parts, reference=stored["reference"], lost_s=float(stored["lost_s"]))
    return _later(trace, float(stored.get("offset_s", 0.0)))


def _later(trace: MotionTrace, by_s: float) -> MotionTrace:
    """The same motion at other times."""
    if not np.isfinite(by_s):
        raise ValueError(f"expected a finite offset, but {by_s} came")
    frames, blocks, spans, breathing = trace.frames, trace.noise.blocks, trace.noise.spans, trace.breathing
    return replace(
        trace,
        frames=replace(frames, time_s=frames.time_s + by_s),
        noise=Noise(
            replace(blocks, start_s=blocks.start_s + by_s),
            replace(spans, start_s=spans.start_s + by_s),
        ),
        breathing=breathing and replace(breathing, start_s=breathing.start_s + by_s),
    )


def join_traces(traces: Sequence[MotionTrace]) -> MotionTrace:
    """Put the traces of consecutive spans together.

    A part that one of them lacks is left out of all.

    Raises:
        ValueError: there is no trace, or their pictures differ in size.
    """
    if not traces:
        raise ValueError("expected at least one trace, but none came.")
    # Any: parts of every type, by name.
    parts: dict[str, Any] = {}
    for name, kind in _PARTS.items():
        several = [getattr(trace, name) for trace in traces]
        if all(part is not None for part in several):
            parts[name] = kind.join(several)
    pictures = [t.reference for t in traces if t.reference.size] or [traces[0].reference]
    return MotionTrace(**parts, reference=pictures[len(pictures) // 2], lost_s=sum(t.lost_s for t in traces))

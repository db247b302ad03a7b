"""The stored measurement: sparse motion of a whole night, from which everything else is decided without the video.

A trace is a few parts, each of which checks itself when it is made, says which arrays it is stored as, and knows how to
join itself with the same part of the span after. One more part is one more field and one more line in `PARTS`.
`trace_file` writes and reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from detector.motion.breathing import Breathing, coarse_grid
from detector.motion.columns import Columns, check_ascending, column
from detector.motion.grid import Grid
from detector.motion.layer import Layer


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
        return named("blocks", self.blocks) | named("spans", self.spans)

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]]) -> Self:
        """The noise of which `arrays` gave the columns."""
        return cls(
            Blocks.from_arrays(under("blocks", stored)),
            Spans.from_arrays(under("spans", stored)),
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


PARTS: dict[str, type[Part]] = {
    "grid": Grid,
    "frames": Frames,
    "fast": Layer,
    "slow": Layer,
    "noise": Noise,
    "breathing": Breathing,
}

NEEDED = frozenset({"grid", "frames", "fast", "slow", "noise"})
"""Parts that every trace has; any other is left out where it was not measured."""


def named(name: str, part: Part) -> dict[str, NDArray[Any]]:
    """Arrays of a part, their names after its own and a dot."""
    return {f"{name}.{field}": array for field, array in part.arrays().items()}


def under(name: str, stored: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Arrays whose names begin with that of a part and a dot, without the two."""
    head = f"{name}."
    return {key.removeprefix(head): array for key, array in stored.items() if key.startswith(head)}


def join_traces(traces: Iterable[MotionTrace]) -> MotionTrace:
    """Put the traces of consecutive spans together.

    A part that one of them lacks is left out of all. Each kind of part is let go of as soon as it is joined, so that of
    traces that nobody else holds (`taken`) one kind of part at a time is in memory twice.

    Raises:
        ValueError: there is no trace, or their pictures differ in size.
    """
    # Any: parts of every type, by name.
    several: dict[str, list[Any]] = {name: [] for name in PARTS}
    pictures, lost_s = [], 0.0
    for trace in traces:
        for name, kept in several.items():
            kept.append(getattr(trace, name))
        pictures.append(trace.reference)
        lost_s += trace.lost_s
    if not pictures:
        raise ValueError("expected at least one trace, but none came.")
    del trace
    parts: dict[str, Any] = {}
    for name, kind in PARTS.items():
        ones = several.pop(name)
        if all(part is not None for part in ones):
            parts[name] = kind.join(ones)
    shown = [picture for picture in pictures if picture.size] or pictures[:1]
    return MotionTrace(**parts, reference=shown[len(shown) // 2], lost_s=lost_s)


def taken(traces: list[MotionTrace]) -> Iterator[MotionTrace]:
    """The traces of a list in order, which gives each away."""
    traces.reverse()
    while traces:
        yield traces.pop()

"""What stood out of the noise at one lag, frame by frame and cell by cell; of the rest nothing is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from detector.motion.columns import Columns, column

_ENERGY_BITS = 5
_SIGNED_BITS = 6
_DENSE = 0.08


@dataclass(frozen=True)
class Layer(Columns):
    """Energies of one lag that rose above the floor; N entries over F frames, in order of frame and cell.

    Attributes:
        first: shape (F + 1,), int64; the entries of frame f are `first[f]:first[f + 1]`.
        cell: shape (N,), uint16, `row * columns + column`.
        energy: shape (N,), float16, mean squared difference, grey levels squared.
        signed: shape (N,), float16, mean difference, grey levels.
        stride: shape (F,), uint8; where much of the picture moves, only each `stride`-th cell of each `stride`-th row
            is kept, and each entry stands for `stride ** 2` cells.
    """

    first: NDArray[np.int64] = column(np.int64, "F + 1", low=0)
    cell: NDArray[np.uint16] = column(np.uint16, "N")
    energy: NDArray[np.float16] = column(np.float16, "N", low=0)
    signed: NDArray[np.float16] = column(np.float16, "N")
    stride: NDArray[np.uint8] = column(np.uint8, "F", low=1)

    def __post_init__(self) -> None:
        super().__post_init__()
        first = self.first
        if len(first) != len(self.stride) + 1 or first[0] != 0 or first[-1] != len(self.cell):
            raise ValueError("first: expected where the entries of each frame begin, but it does not fit their number.")
        if np.any(first[1:] < first[:-1]):
            raise ValueError("first: expected ascending places, but one goes back.")

    @property
    def n_frames(self) -> int:
        """Number of frames."""
        return len(self.stride)

    @property
    def frame(self) -> NDArray[np.int32]:
        """Frame of each entry, shape (N,)."""
        return np.repeat(np.arange(self.n_frames, dtype=np.int32), np.diff(self.first))

    @classmethod
    def empty(cls, n_frames: int) -> Self:
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
    ) -> Self:
        """Build a layer from entries already in order of frame and cell; without `stride`, every cell was kept."""
        first = np.zeros(n_frames + 1, np.int64)
        np.cumsum(np.bincount(frame, minlength=n_frames), out=first[1:])
        stride = np.ones(n_frames, np.uint8) if stride is None else stride
        return cls(first, cell.astype(np.uint16), coarse(energy, _ENERGY_BITS), coarse(signed, _SIGNED_BITS), stride)

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The frames of one layer after those of the other."""
        counts = np.concatenate([np.diff(part.first) for part in parts])
        first = np.zeros(len(counts) + 1, np.int64)
        np.cumsum(counts, out=first[1:])
        names = (item.name for item in fields(cls) if item.name != "first")
        return cls(first, **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def only(self, frames: NDArray[np.integer]) -> Self:
        """The layer of some frames (ascending), when all others have no entries."""
        counts = np.diff(self.first)[frames]
        first = np.zeros(len(frames) + 1, np.int64)
        np.cumsum(counts, out=first[1:])
        return type(self)(first, self.cell, self.energy, self.signed, self.stride[frames])

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

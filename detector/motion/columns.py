"""Arrays of one table of a motion trace: what shape, type and range each has is said once, beside it, and checked once.

A table is a frozen dataclass whose fields are made by `column`. Tables of spans that follow each other are joined row
by row; a table that is joined otherwise says how in its own `join`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


# Any, as with `field`: it stands for a value of the annotated type.
def column(dtype: type, *axes: str | int, low: float = -np.inf, high: float = np.inf) -> Any:  # noqa: ANN401
    """A field that holds an array.

    Args:
        dtype: of its numbers.
        axes: its shape; axes of one letter are as long in all columns of the table.
        low: least value.
        high: greatest value.
    """
    return field(metadata={"dtype": np.dtype(dtype), "axes": axes, "low": low, "high": high})


@dataclass(frozen=True)
class Columns:
    """A table whose columns check themselves when it is made.

    Raises:
        ValueError: a column has another type, shape or range.
    """

    def __post_init__(self) -> None:
        sizes: dict[str, int] = {}
        for item in fields(self):
            if "axes" in item.metadata:
                _check(item.name, getattr(self, item.name), item.metadata, sizes)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All columns by name, to be stored."""
        return {item.name: getattr(self, item.name) for item in fields(self)}

    @classmethod
    def from_arrays(cls, stored: Mapping[str, NDArray[Any]]) -> Self:
        """The table of which `arrays` gave the columns."""
        return cls(**{item.name: stored[item.name] for item in fields(cls)})

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The rows of one table after those of the other."""
        return cls(**{item.name: np.concatenate([getattr(p, item.name) for p in parts]) for item in fields(cls)})


def _check(name: str, array: NDArray[Any], wanted: Mapping[str, Any], sizes: dict[str, int]) -> None:
    if not isinstance(array, np.ndarray) or array.dtype != wanted["dtype"]:
        raise ValueError(f"{name}: expected numbers of type {wanted['dtype']}, but {_kind(array)} came.")
    shape = tuple(
        axis if isinstance(axis, int) else sizes.setdefault(axis, array.shape[place]) if place < array.ndim else -1
        for place, axis in enumerate(wanted["axes"])
    )
    if array.shape != shape:
        raise ValueError(f"{name}: expected the shape {shape}, but {array.shape} came.")
    if array.dtype != bool and array.size:
        low, high = array.min(), array.max()
        # Written so that NaN is refused, too.
        if not (low >= wanted["low"] and high <= wanted["high"]):
            raise ValueError(
                f"{name}: expected numbers from {wanted['low']:g} to {wanted['high']:g}, but {low:g} to {high:g} came."
            )


def _kind(array: object) -> str:
    return str(array.dtype) if isinstance(array, np.ndarray) else type(array).__name__


def check_ascending(name: str, values: NDArray[np.floating]) -> None:
    """Refuse times that go back or have no end.

    Raises:
        ValueError: one is less than the one before, or is not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError(f"{name}: expected finite times, but one is not.")
    if np.any(values[1:] < values[:-1]):
        place = int(np.flatnonzero(values[1:] < values[:-1])[0])
        raise ValueError(f"{name}: expected ascending times, but {values[place]:g} is followed by an earlier one.")

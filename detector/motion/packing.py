"""Arrays to a small file and back, without loss.

Numbers of several bytes are stored as planes: all their first bytes, then all their second ones, and so on. Bytes of
one meaning lie side by side then, and deflate makes less of them in half the time. Half-precision numbers with few
leading bits, whose neighbors are alike, are stored as steps from one to the next.
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# With bytes of one meaning side by side, more effort finds hardly more.
_EFFORT = 4
_FREE_BITS = 4
"""Bits at the end of a half-precision number that must be 0 for it to be stored as a step."""


def write_arrays(file: IO[bytes], arrays: Mapping[str, Array], stepped: Collection[str] = ()) -> None:
    """Write arrays; equal arrays give equal bytes.

    Args:
        file: to write to.
        arrays: by name; names hold no colon.
        stepped: names of half-precision arrays of which neighbors are alike.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_EFFORT) as archive:
        for name, array in arrays.items():
            kind, packed = _packed(np.asarray(array), is_stepped=name in stepped)
            # Opened by name, a member has no time of writing: the same content is the same bytes.
            with archive.open(f"{name}:{kind}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, packed, allow_pickle=False)


def read_arrays(file: IO[bytes]) -> dict[str, Array]:
    """Read what `write_arrays` wrote.

    Raises:
        ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error: the file is damaged or another one.
    """
    arrays = {}
    with np.load(file, allow_pickle=False) as stored:
        for member in stored.files:
            name, _, kind = member.rpartition(":")
            arrays[name] = _unpacked(stored[member], kind)
    return arrays


def _packed(array: Array, *, is_stepped: bool) -> tuple[str, Array]:
    """How an array is stored, and what is stored."""
    array = np.asarray(array, order="C")
    if is_stepped and array.ndim and array.dtype == np.float16:
        bits: NDArray[np.uint16] = array.view(np.uint16)
        if not np.any(bits % (1 << _FREE_BITS)):
            return "steps", _planes(_steps((bits >> _FREE_BITS).astype(np.uint16)))
    if array.dtype.itemsize > 1 and array.ndim:
        return array.dtype.str, _planes(array)
    return "plain", array


def _unpacked(stored: Array, kind: str) -> Array:
    if kind == "plain":
        return stored
    if kind == "steps":
        values = _from_steps(_from_planes(stored, np.dtype(np.uint16)))
        return (values << np.uint16(_FREE_BITS)).view(np.float16)
    try:
        dtype = np.dtype(kind)
    except TypeError as error:
        raise ValueError(f"expected a type of numbers, but {kind!r} came") from error
    return _from_planes(stored, dtype)


def _planes(array: Array) -> NDArray[np.uint8]:
    """The bytes of an array, shape (bytes a number, *shape)."""
    each = np.ascontiguousarray(array).view(np.uint8).reshape(*array.shape, array.dtype.itemsize)
    return np.ascontiguousarray(np.moveaxis(each, -1, 0))


def _from_planes(planes: Array, dtype: np.dtype[Any]) -> Array:
    if planes.dtype != np.uint8 or planes.ndim < 2 or len(planes) != dtype.itemsize:
        raise ValueError(f"expected {dtype.itemsize} planes of bytes for {dtype}")
    array: Array = np.ascontiguousarray(np.moveaxis(planes, 0, -1)).view(dtype)[..., 0]
    return array


def _steps(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Differences along the last axis, those near 0 as small numbers: 0, -1, 1, -2 and so on are 0, 1, 2, 3."""
    step = np.diff(values, axis=-1, prepend=np.uint16(0)).view(np.int16)
    folded: NDArray[np.uint16] = ((step << 1) ^ (step >> 15)).view(np.uint16)
    return folded


def _from_steps(folded: Array) -> NDArray[np.uint16]:
    step = (folded >> np.uint16(1)) ^ (np.uint16(0) - (folded & np.uint16(1)))
    values: NDArray[np.uint16] = np.cumsum(step, axis=-1, dtype=np.uint16)
    return values

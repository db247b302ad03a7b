"""Finding a packet in the tables of a file without reading them whole.

Workers map the tables of a night from a file. What they look at counts as their memory, so they look near the place
they expect, and further away only where it is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from detector.footage.info import PacketTable

_WINDOW = 2048


def last_keys(is_key: NDArray[np.bool_], last: int, n_most: int) -> list[int]:
    """The last key frames up to and including place `last`, ascending, at most `n_most`.

    Args:
        is_key: shape (n,), bool.
        last: 0 or more; places past the end hold no key frame.
        n_most: how many to look for, 1 or more.
    """
    found: list[int] = []
    stop = min(last + 1, len(is_key))
    while stop > 0 and len(found) < n_most:
        start = max(stop - _WINDOW, 0)
        found = [*(np.flatnonzero(is_key[start:stop]) + start).tolist(), *found]
        stop = start
    return found[-n_most:]


def place_of_rank(table: PacketTable, rank: int) -> int | None:
    """Place in file order of the packet that is shown at `rank`; None where no packet is."""
    return _nearest(lambda part: table.rank[part] == rank, rank, len(table.rank))


def place_of_packet(table: PacketTable, pos: int, stamp: int | None, size: int, target: int) -> int | None:
    """Place of a packet in file order, the nearest to `target` where several are alike.

    Args:
        table: of the file.
        pos: place in the file, bytes, negative where it is not known; then the stamp counts.
        stamp: presentation (else decoding) stamp, ticks.
        size: bytes.
        target: where to look first.

    Returns:
        None where the table does not hold it.
    """

    def is_it(part: slice) -> NDArray[np.bool_]:
        is_here = (table.pos[part] == pos) if pos >= 0 else (table.stamp[part] == stamp)
        found: NDArray[np.bool_] = is_here & (table.size[part] == size)
        return found

    return _nearest(is_it, target, len(table.rank))


def _nearest(is_it: Callable[[slice], NDArray[np.bool_]], near: int, n: int) -> int | None:
    """The place nearest to `near` of which `is_it` holds, the earlier of two."""
    for parts in _widening(near, n):
        places = np.concatenate([np.flatnonzero(is_it(part)) + part.start for part in parts])
        if len(places):
            return int(places[np.abs(places - near).argmin()])
    return None


def _widening(near: int, n: int) -> Iterator[list[slice]]:
    """Windows to both sides of a place, each pair further away and larger than the one before, up to both ends."""
    near = min(max(near, 0), n)
    low, high, width = near, near, _WINDOW
    while low > 0 or high < n:
        before, after = max(low - width, 0), min(high + width, n)
        yield [slice(before, low), slice(high, after)]
        low, high, width = before, after, 2 * width

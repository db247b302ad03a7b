"""Seams: whether the first picture of a file continues the last of the file before."""

from __future__ import annotations

import itertools
from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

TAIL_S = 0.7
"""So long before the end of a file its pictures are looked at, s."""

LEAST_STEP = 12.0
"""What differs by less, in grey levels, from all that stood near its place continues it."""

TIMES_USUAL = 4.0
"""The same for differences below so many times the largest between the pictures just before."""

LEAST_CELLS = 6
"""So many places have to differ: fewer are a glint."""

_GRID = (96, 54)
_NEAR = np.ones((5, 5), np.uint8)  # how far something may move from one picture to the next


class SeamFinder:
    """Compares small pictures on both sides of the boundary between two files."""

    def __init__(self) -> None:
        self._tail: deque[NDArray[np.float32]] = deque(maxlen=8)

    def remember(self, luma: NDArray[np.uint8]) -> None:
        """Take a picture near the end of a file."""
        self._tail.append(_small(luma))

    def is_seam(self, luma: NDArray[np.uint8]) -> bool:
        """Whether the first picture of the next file does not continue what was remembered; forgets all of it."""
        tail = list(self._tail)
        self._tail.clear()
        if not tail:
            return False
        usual = max((float(_unlike(after, before).max()) for before, after in itertools.pairwise(tail)), default=0.0)
        unlike = _unlike(_small(luma), tail[-1])
        return int((unlike > max(LEAST_STEP, TIMES_USUAL * usual)).sum()) >= LEAST_CELLS


def _unlike(after: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """By how much each place is brighter or darker than all that stood near it before."""
    brighter = after - cv2.dilate(before, _NEAR)
    darker = cv2.erode(before, _NEAR) - after
    return np.asarray(np.maximum(np.maximum(brighter, darker), 0.0), np.float32)


def _small(luma: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(luma, _GRID, interpolation=cv2.INTER_AREA), np.float32)

"""Displacement of the whole picture is found, and the same wherever in memory the pictures lie."""

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.pictures.shift import _edges, measure_shift

SHAPE = (118, 212)


def noise() -> NDArray[np.float32]:
    return np.random.default_rng(0).normal(100.0, 40.0, SHAPE).astype(np.float32)


def lying_at(picture: NDArray[np.float32], place: int) -> NDArray[np.float32]:
    """The picture, so many numbers after a multiple of 64 bytes."""
    room = np.empty(picture.size + 64, np.float32)
    start = -room.ctypes.data % 64 // 4 + place
    moved = room[start : start + picture.size].reshape(picture.shape)
    moved[:] = picture
    return moved


def test_a_displaced_picture() -> None:
    before = cv2.GaussianBlur(noise(), (0, 0), 2.0)
    x, y = measure_shift(before, np.roll(before, 2, axis=1), cv2.createHanningWindow(SHAPE[::-1], cv2.CV_32F))
    assert abs(x - 2.0) < 0.1
    assert abs(y) < 0.1


def test_edges_do_not_depend_on_where_in_memory_pictures_lie() -> None:
    random = np.random.default_rng(1)
    picture, found = noise(), set()
    for turn in range(160):
        # What is allocated in between moves the results, too.
        junk = [np.empty(random.integers(1, 50_000)) for _ in range(5)]
        found.add(_edges(lying_at(picture, turn % 16)).tobytes())
        del junk
    assert len(found) == 1

"""Bands of mains light: rows that brighten and darken together over the whole width of the picture.

A rolling shutter reads the rows one after the other, so a lamp that flickers with the mains draws bands across the
picture, which creep from frame to frame. No limb does that.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.shrink import FloatImage

_STRIPS = 8
_MIN_CORRELATION = 0.7
_MIN_POWER = 0.01
_MIN_SIDE = 32
_NEARLY = 0.99


def may_have_bands(changes: FloatImage) -> NDArray[np.bool_]:
    """Which differences are worth a look by `remove_bands`; all at once, hence quickly.

    Args:
        changes: shape (n, rows, columns), grey levels.

    Returns:
        Shape (n,); True wherever there are bands, and hardly anywhere else.
    """
    n, n_rows, n_columns = changes.shape
    rows, half = changes.reshape(-1, n_columns), n_columns // 2
    left, right = (cv2.reduce(part, 1, cv2.REDUCE_AVG).reshape(n, n_rows) for part in (rows[:, :half], rows[:, -half:]))
    left -= left.mean(axis=1, keepdims=True)
    right -= right.mean(axis=1, keepdims=True)
    common = np.einsum("nr,nr->n", left, right)
    power = np.einsum("nr,nr->n", left, left) * np.einsum("nr,nr->n", right, right)
    # Sums are rounded in another order there.
    likely: NDArray[np.bool_] = common > _NEARLY * _MIN_POWER * n_rows
    likely &= common**2 > _NEARLY * _MIN_CORRELATION**2 * power
    return likely


def remove_bands(change: FloatImage) -> bool:
    """Take bands out of a difference of two pictures, in place; tells whether there were any.

    A light that goes on brightens all rows, and is left as it is.

    Args:
        change: later minus earlier picture, shape (rows, columns), grey levels.
    """
    n_rows = change.shape[0]
    if min(change.shape) < _MIN_SIDE:
        return False
    halves = cv2.resize(change, (2, n_rows), interpolation=cv2.INTER_AREA)
    mean = halves.mean(axis=0)
    halves -= mean
    left, right = halves[:, 0], halves[:, 1]
    common = float(left @ right)
    power = float(left @ left) * float(right @ right)
    if common < _MIN_POWER * n_rows or common * common < _MIN_CORRELATION**2 * power:
        return False
    # Bands brighten as much as they darken; where all of the picture brightens, its bright rows do so most.
    if float(mean @ mean) * n_rows > 2.0 * common:
        return False
    # What moves in a few strips only does not count.
    strips = cv2.resize(change, (_STRIPS, n_rows), interpolation=cv2.INTER_AREA)
    course = np.median(strips, axis=1)
    course -= course.mean()
    change -= course[:, None]
    return True

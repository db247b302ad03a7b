"""Bands of mains light: rows that brighten and darken together over the whole width of the picture.

A rolling shutter reads the rows one after the other, so a lamp that flickers with the mains draws bands across the
picture, which creep from frame to frame. No limb does that: with l and r the mean change of each row in the left and
the right half, each less its mean, a difference has bands if (l . r)^2 is at least half of (l . l)(r . r). They are
taken out as the median over strips of the picture. Own. Bands alias with the frame rate, so none is assumed; a picture
of fewer than 16 rows of cells shows none.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.pictures.shrink import FloatImage

_STRIPS = 8
_MIN_CORRELATION = 0.7
_MIN_POWER = 0.01
# Cells; a smaller picture has too few rows to tell bands from a limb.
_MIN_SIDE = 16


def find_bands(signed: FloatImage, rim: int = 0) -> NDArray[np.bool_]:
    """Which differences have bands: the rows of both halves of the picture go up and down together.

    A light that goes on brightens all rows, and has none.

    Args:
        signed: mean difference of each cell, shape (n, rim + rows + rim, columns), grey levels.
        rim: rows of cells above and below each picture that do not count.

    Returns:
        Shape (n,), bool.
    """
    n, n_all, n_columns = signed.shape
    n_rows, half = n_all - 2 * rim, n_columns // 2
    if min(n_rows, n_columns) < _MIN_SIDE:
        return np.zeros(n, bool)
    lines = signed.reshape(-1, n_columns)
    left, right = (
        cv2.reduce(part, 1, cv2.REDUCE_AVG).reshape(n, n_all)[:, rim : rim + n_rows]
        for part in (lines[:, :half], lines[:, -half:])
    )
    middles = [part.sum(axis=1) / n_rows for part in (left, right)]
    left -= middles[0][:, None]
    right -= middles[1][:, None]
    common = np.einsum("nr,nr->n", left, right)
    power = np.einsum("nr,nr->n", left, left) * np.einsum("nr,nr->n", right, right)
    found: NDArray[np.bool_] = common >= _MIN_POWER * n_rows
    found &= common**2 >= _MIN_CORRELATION**2 * power
    # Bands brighten as much as they darken; where all of the picture brightens, its bright rows do so most.
    found &= (middles[0] ** 2 + middles[1] ** 2) * n_rows <= 2.0 * common
    return found


def remove_bands(change: FloatImage) -> None:
    """Take bands out of a difference of two pictures, in place.

    Args:
        change: later minus earlier picture, shape (rows, columns), grey levels.
    """
    # What moves in a few strips only does not count.
    strips = cv2.resize(change, (_STRIPS, change.shape[0]), interpolation=cv2.INTER_AREA)
    course = np.median(strips, axis=1)
    course -= course.mean()
    change -= course[:, None]

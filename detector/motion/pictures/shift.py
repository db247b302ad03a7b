"""Displacement of the whole picture between two moments: a bumped or moved camera.

Phase correlation (Kuglin and Hines 1975) of the edges of both pictures, under a Hanning window. Deviation: it counts
only if moving the earlier picture back removes half of the change, and some of that at its rim, since a body in the
middle can outweigh the rest (own). In pixels of the halved picture, told in source px.
"""

from __future__ import annotations

import cv2
import numpy as np

from detector.motion.pictures.shrink import FloatImage

_MAX_LEFT = 0.5
_MAX_LEFT_RIM = 0.7


def measure_shift(before: FloatImage, after: FloatImage, window: FloatImage) -> tuple[float, float]:
    """Displacement `(x, y)` of the whole picture, in its own px; zero unless it explains most of the change.

    An infant that rolls over changes as much of the picture as a bumped camera, but moving the earlier picture back
    undoes only the bump.

    Args:
        before: a picture, shape (height, width), float32.
        after: a later one, of the same shape.
        window: Hanning window of the same shape.
    """
    height, width = before.shape
    # Correlating edges rather than brightness: a light step must not read as a displacement.
    (x, y), _ = cv2.phaseCorrelate(_edges(before), _edges(after), window)
    moved = cv2.warpAffine(
        before, np.array([[1.0, 0.0, x], [0.0, 1.0, y]]), (width, height), borderMode=cv2.BORDER_REPLICATE
    )
    change, left = cv2.subtract(after, before), cv2.subtract(after, moved)
    # A body in the middle can outweigh the rest, so the rim of the picture has to agree.
    if _power(left) > _MAX_LEFT * _power(change) or _rim(left) > _MAX_LEFT_RIM * _rim(change):
        return 0.0, 0.0
    return x, y


def _power(picture: FloatImage) -> float:
    return float(cv2.norm(picture, cv2.NORM_L2SQR))


def _rim(picture: FloatImage) -> float:
    height, width = picture.shape[0] // 6, picture.shape[1] // 6
    return _power(picture) - _power(picture[height:-height, width:-width])


def _edges(picture: FloatImage) -> FloatImage:
    across, down = cv2.Sobel(picture, cv2.CV_32F, 1, 0), cv2.Sobel(picture, cv2.CV_32F, 0, 1)
    # OpenCV's own magnitude rounds differently depending on where in memory its result lies.
    edges: FloatImage = np.sqrt(across * across + down * down)
    return edges

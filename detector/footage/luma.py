"""The brightness plane of a decoded picture as a numpy array, without color conversion.

Values stay as coded: limited-range footage uses 16 to 235, full-range footage 0 to 255. Movement is measured against
the footage's own noise, so the scale cancels, and no conversion is cheaper and exact.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeVar

import cv2
import numpy as np
from av import VideoFrame
from numpy.typing import NDArray

Depth = TypeVar("Depth", np.uint8, np.uint16)

_EIGHT_BIT = re.compile(r"(yuvj?a?4[0-4]{2}p|gray|nv(12|16|20|21|24|42))$")
_DEEP = re.compile(r"(?:yuva?4[0-4]{2}p|gray)(9|10|12|14|16)le$")
_HIGH_ALIGNED = re.compile(r"p[024](10|12|16)le$")


def luma_of(picture: VideoFrame, quarter_turns: int = 0) -> NDArray[np.uint8]:
    """Brightness of a picture as displayed, shape (height, width), uint8, at full resolution.

    Planar 8-bit formats give a view of the decoder's own memory. Deeper ones are divided to 8 bits, rounded to the
    nearest (ties to even) and clipped at 255. RGB, palette and packed formats are converted to gray by FFmpeg.

    Args:
        picture: a decoded picture; must outlive the returned view.
        quarter_turns: turns clockwise for display, 0 to 3.
    """
    extra_bits = _extra_bits(picture.format.name)
    if extra_bits == 0:
        luma = _plane(picture, np.uint8)
    elif extra_bits is not None:
        luma = np.asarray(cv2.convertScaleAbs(_plane(picture, np.uint16), alpha=1.0 / (1 << extra_bits)), np.uint8)
    else:
        luma = _plane(picture.reformat(format="gray"), np.uint8)
    return np.ascontiguousarray(np.rot90(luma, -quarter_turns)) if quarter_turns else luma


def scaled(luma: NDArray[np.uint8], size_px: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture at another size; itself where it has that size.

    Args:
        luma: shape (height, width), uint8.
        size_px: width and height, px.
    """
    if luma.shape == size_px[::-1]:
        return luma
    is_smaller = luma.shape[0] * luma.shape[1] >= size_px[0] * size_px[1]
    return np.asarray(
        cv2.resize(luma, size_px, interpolation=cv2.INTER_AREA if is_smaller else cv2.INTER_LINEAR), np.uint8
    )


@lru_cache
def _extra_bits(pixel_format: str) -> int | None:
    """Bits beyond 8 of a format whose first plane is luma, None for other formats."""
    if _EIGHT_BIT.match(pixel_format):
        return 0
    if match := _DEEP.match(pixel_format):
        return int(match.group(1)) - 8
    return 8 if _HIGH_ALIGNED.match(pixel_format) else None


def _plane(picture: VideoFrame, dtype: type[Depth]) -> NDArray[Depth]:
    plane = picture.planes[0]
    line_size = plane.line_size
    # One call for what buffer, shape and slice would take three for, half a million times a night.
    return np.ndarray((plane.height, plane.width), dtype, memoryview(plane), 0, (line_size, np.dtype(dtype).itemsize))

"""How much of the cot a pixel covers, from two points whose distance is known."""

from __future__ import annotations

import math

from detector.errors import UsageError

_EXAMPLE = "'210,80 410,80 600'"


def scale_of(text: str) -> float:
    """Millimeters a pixel, from two points and their distance.

    It holds for what lies as far from the camera as the two points, and across its line of sight.

    Args:
        text: `x,y x,y MM`, the points in px of the picture, from the upper left.

    Raises:
        UsageError: it is something else, or the points are one.

    >>> scale_of("210,80 410,80 600")
    3.0
    """
    words = text.replace(";", " ").split()
    try:
        first, second, (millimeters,) = (tuple(map(float, word.split(","))) for word in words)
        apart_px = math.dist(first, second)
    except ValueError:
        apart_px = millimeters = math.nan
    if not (math.isfinite(millimeters) and millimeters > 0 and apart_px > 0 and len(words[0].split(",")) == 2):
        raise UsageError(
            f"--two-points {text}: expected two points in px and how many mm they are apart, as {_EXAMPLE}."
        )
    return millimeters / apart_px

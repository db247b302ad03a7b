"""Localized motion bursts out of a motion trace."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Burst:
    """Motion connected in space and time.

    Attributes:
        start_s, stop_s: half-open, s; the lag of the difference is already taken off.
        peak_s: moment of most motion.
        cells: grid cells that took part, shape (n,), int32.
        x_px, y_px: energy-weighted center, source px.
        box_px: `(left, top, right, bottom)`, source px.
        area_fraction: share of the picture that moved at the widest moment, 0 to 1.
        snr: peak energy above the floor, in floors.
    """

    start_s: float
    stop_s: float
    peak_s: float
    cells: NDArray[np.int32]
    x_px: float
    y_px: float
    box_px: tuple[float, float, float, float]
    area_fraction: float
    snr: float

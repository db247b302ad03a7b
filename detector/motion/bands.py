"""What passes a band of frequencies: the one filter by which swings are told from what is slower and faster."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def band_gain(frequency_hz: NDArray[np.floating], low_hz: Floats | float, high_hz: Floats | float) -> Floats:
    """How much of each frequency passes a band-pass, as steep as a Butterworth filter of second order run both ways.

    Multiplied with a spectrum it moves no phase, as running both ways does.

    Source: S. Butterworth 1930, Experimental Wireless 7, 536-541.

    Args:
        frequency_hz: Hz; what is not above 0 does not pass.
        low_hz: lower edge, above 0, Hz; at both edges half passes.
        high_hz: upper edge, above `low_hz`, Hz.

    Returns:
        0 to 1, of the shape of all three together.

    >>> band_gain(np.array([0.0, 1.0, 2.0, 4.0]), 1.0, 4.0).round(3).tolist()
    [0.0, 0.5, 1.0, 0.5]
    """
    positive = np.maximum(frequency_hz, 1e-9)
    away = (positive**2 - low_hz * high_hz) / (positive * (high_hz - low_hz))
    gain: Floats = (frequency_hz > 0.0) / (1.0 + away**4)
    return gain


def mirrored(wave: Floats, n_more: int) -> Floats:
    """Waves that go on beyond both ends as their images turned by half: no step for a filter to ring on.

    Args:
        wave: shape (..., n).
        n_more: samples at each end, below n.

    Returns:
        Shape (..., n + 2 * n_more).
    """
    before = 2.0 * wave[..., :1] - wave[..., n_more:0:-1]
    after = 2.0 * wave[..., -1:] - wave[..., -2 : -n_more - 2 : -1]
    return np.concatenate([before, wave, after], axis=-1)

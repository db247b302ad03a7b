"""A band-pass filter without delay: a Butterworth filter, run forward and backward.

It gives what `scipy.signal.butter(2, ..., "bandpass")` and `scipy.signal.sosfiltfilt` give, to rounding. Importing
those takes longer than all the rest of deciding a night.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]
Section = tuple[float, float, float, float, float]
"""`b0, b1, b2, a1, a2` of `y[n] = b0 x[n] + b1 x[n-1] + b2 x[n-2] - a1 y[n-1] - a2 y[n-2]`."""


def bandpass(signal: Signal, low: float, high: float, pad: int) -> Signal:
    """Keep what lies between two frequencies, without delay.

    Args:
        signal: shape (n,).
        low: lower edge, of the Nyquist frequency, above 0.
        high: upper edge, of the Nyquist frequency, below 1.
        pad: samples by which the signal is continued at both ends, point-mirrored; less than n.

    Returns:
        Shape (n,).
    """
    head = 2.0 * signal[0] - signal[pad:0:-1]
    tail = 2.0 * signal[-1] - signal[-2 : -pad - 2 : -1]
    sections = butterworth(low, high)
    longer = np.concatenate([head, signal, tail]).tolist()
    back = _run(sections, _run(sections, longer)[::-1])[::-1]
    return np.array(back[pad : pad + len(signal)])


def butterworth(low: float, high: float) -> tuple[Section, Section]:
    """A Butterworth band-pass filter of second order (to each side) as two sections; edges as for `bandpass`."""
    # Edges bent as the bilinear transform bends them, at a sampling rate of 2.
    bent_low, bent_high = 4.0 * np.tan(np.pi * low / 2.0), 4.0 * np.tan(np.pi * high / 2.0)
    half_width, middle_squared = (bent_high - bent_low) / 2.0, bent_low * bent_high
    prototype = np.exp(0.75j * np.pi) * half_width
    root = np.sqrt(prototype**2 - middle_squared)
    sections = []
    for analog in (prototype + root, prototype - root):
        pole = (4.0 + analog) / (4.0 - analog)
        # Each section has one pole with its mirror image, a zero at rest and one at the Nyquist frequency.
        gain = 8.0 * half_width / abs(4.0 - analog) ** 2
        sections.append((float(gain), 0.0, -float(gain), -2.0 * float(pole.real), float(abs(pole) ** 2)))
    return sections[0], sections[1]


def _run(sections: tuple[Section, ...], samples: list[float]) -> list[float]:
    """Filter once, beginning as if the first sample had stood there forever."""
    rest = samples[0]
    for b0, b1, b2, a1, a2 in sections:
        still = rest * (b0 + b1 + b2) / (1.0 + a1 + a2)
        second = b2 * rest - a2 * still
        first = b1 * rest - a1 * still + second
        filtered = []
        for sample in samples:
            here = b0 * sample + first
            first = b1 * sample - a1 * here + second
            second = b2 * sample - a2 * here
            filtered.append(here)
        samples, rest = filtered, still
    return samples

"""How regularly a signal repeats: its leading component over cells, its rate, its likeness to itself.

Absolute differences double the frequency of smooth oscillation, so all of this is for signed signals. The cycle comes
from the autocorrelation; half a rate is preferred whenever it explains the signal as well.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Signal = NDArray[np.float64]

MAX_CELLS = 90
"""Of more cells, only the strongest are looked at: so few that a product of a matrix of them with a vector, like those
of `_SMALL_PRODUCT`, is not shared out to threads."""

# Multiplications; larger products of matrices are shared out to threads.
_SMALL_PRODUCT = 1 << 18

# Autocorrelation at the cycle must reach this; noise and irregular movement stay below.
_MIN_CORRELATION = 0.35
# Half the rate (twice the cycle) is the true one if its correlation is this much higher.
_SUBHARMONIC_GAIN = 1.25
_ITERATIONS = 30
_RATE_SLACK = 1.2


def leading_signal(table: NDArray[np.float64]) -> Signal:
    """What most of the cells do together: the component with the most power.

    By power iteration from the strongest cell, so that no machine has a result of its own.

    Args:
        table: one column a cell, shape (n, cells).

    Returns:
        Shape (n,); its sign and scale mean nothing.
    """
    n_cells = table.shape[1]
    gram = np.zeros((n_cells, n_cells))
    # A few rows at a time: threads that wait for the next product keep a processor busy long after.
    n_rows = max(_SMALL_PRODUCT // n_cells**2, 1)
    for first in range(0, len(table), n_rows):
        some = table[first : first + n_rows]
        gram += some.T @ some
    vector = gram[:, int(gram.diagonal().argmax())].copy()
    for _ in range(_ITERATIONS):
        vector = gram @ vector
        vector /= max(float(np.abs(vector).max()), 1e-300)
    signal: Signal = np.einsum("nc,c->n", table, vector)
    return signal


def estimate_rate(
    time_s: NDArray[np.float64], signal: NDArray[np.float64], low_hz: float, high_hz: float
) -> float | None:
    """Rate of a periodic signal, Hz, from its autocorrelation.

    Args:
        time_s: constant step, shape (n,).
        signal: mean 0, shape (n,).
        low_hz: slowest rate that counts.
        high_hz: fastest; a little above is allowed, since a rate is not known exactly.

    Returns:
        None where there is no rhythm between the two. Rates above `high_hz` are looked for as well, lest a fast rhythm
        be taken for its half.
    """
    step = float(time_s[1] - time_s[0]) if len(time_s) > 1 else 1.0
    correlation = autocorrelation(signal)
    last = min(int(np.ceil(1.0 / (low_hz * step))), (len(correlation) * 2) // 3 - 1)
    inner = np.arange(2, last)
    peaks = inner[(correlation[inner] >= correlation[inner - 1]) & (correlation[inner] > correlation[inner + 1])]
    peaks = peaks[correlation[peaks] >= _MIN_CORRELATION]
    if len(peaks) == 0:
        return None
    # The shortest lag among the nearly highest peaks is the cycle; longer ones are its multiples. A cycle that falls
    # between two frames has its height between them, too.
    height = np.array([_refine(correlation, int(lag))[1] for lag in peaks])
    lag = int(peaks[np.flatnonzero(height >= height.max() / _SUBHARMONIC_GAIN)[0]])
    rate_hz = 1.0 / (_refine(correlation, lag)[0] * step)
    return rate_hz if rate_hz <= _RATE_SLACK * high_hz else None


def likeness(time_s: NDArray[np.float64], signal: NDArray[np.float64], rate_hz: float) -> tuple[float, float]:
    """Correlation with itself one cycle later, and half a cycle later with its sign turned; -1 to 1 each."""
    correlation = autocorrelation(signal)
    cycle = 1.0 / (rate_hz * float(time_s[1] - time_s[0]))
    whole, half = np.interp([cycle, 0.5 * cycle], np.arange(len(correlation)), correlation)
    return float(whole), -float(half)


def autocorrelation(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Normalized autocorrelation: at each lag, the correlation of the two overlapping parts."""
    n = len(signal)
    size = 1 << (2 * n - 1).bit_length()
    spectrum = np.fft.rfft(signal, size)
    raw = np.fft.irfft(spectrum * spectrum.conj(), size)[:n]
    squares = np.concatenate([[0.0], np.cumsum(signal**2)])
    lags = np.arange(n)
    power = np.sqrt(squares[n - lags] * (squares[n] - squares[lags]))
    correlation: NDArray[np.float64] = raw / np.maximum(power, 1e-12)
    return correlation


def _refine(correlation: NDArray[np.float64], lag: int) -> tuple[float, float]:
    """Lag and height of a peak between the samples, from the parabola through three of them."""
    before, here, after = (float(value) for value in correlation[lag - 1 : lag + 2])
    bend = before - 2.0 * here + after
    if bend >= 0.0:
        return float(lag), here
    return lag + 0.5 * (before - after) / bend, here - (before - after) ** 2 / (8.0 * bend)

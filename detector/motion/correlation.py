"""A signal compared with itself some time later: what its rate is, and how much it is like itself a cycle later.

With r(k) the correlation of the signal with itself k steps later, the cycle is the shortest lag whose peak of r is
nearly the highest (within `motion.half_rate_gain`; own, since a cycle of two unlike strokes has a higher peak at the
second). Opposition is -r at half a cycle: 1 for a sine, about 0 for short strokes with pauses between them. Samples
that were not seen weigh nothing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from detector.params import Params

Signal = NDArray[np.float64]


def estimate_rate(
    time_s: Signal,
    signal: Signal,
    low_hz: float,
    high_hz: float,
    params: Params,
    is_seen: NDArray[np.bool_] | None = None,
) -> float | None:
    """Rate of a periodic signal, Hz, from its autocorrelation.

    Args:
        time_s: constant step, shape (n,).
        signal: mean 0, shape (n,).
        low_hz: slowest rate that counts.
        high_hz: fastest; a little above is allowed, since a rate is not known exactly.
        params: the groups `motion` and `rules`.
        is_seen: which samples count, shape (n,); all if None.

    Returns:
        None where there is no rhythm between the two. Rates above `high_hz` are looked for as well, lest a fast rhythm
        be taken for its half.
    """
    step = float(time_s[1] - time_s[0]) if len(time_s) > 1 else 1.0
    correlation = autocorrelation(signal, is_seen)
    last = min(int(np.ceil(1.0 / (low_hz * step))), (len(correlation) * 2) // 3 - 1)
    inner = np.arange(2, last)
    peaks = inner[(correlation[inner] >= correlation[inner - 1]) & (correlation[inner] > correlation[inner + 1])]
    peaks = peaks[correlation[peaks] >= params.motion.min_correlation]
    if len(peaks) == 0:
        return None
    # The shortest lag among the nearly highest peaks is the cycle; longer ones are its multiples. A cycle that falls
    # between two frames has its height between them, too.
    height = np.array([_refine(correlation, int(lag))[1] for lag in peaks])
    gain = params.motion.half_rate_gain if params.rules.has("half rate") else np.inf
    lag = int(peaks[np.flatnonzero(height >= height.max() / gain)[0]])
    rate_hz = 1.0 / (_refine(correlation, lag)[0] * step)
    return rate_hz if rate_hz <= params.motion.rate_slack * high_hz else None


def likeness(
    time_s: Signal, signal: Signal, rate_hz: float, is_seen: NDArray[np.bool_] | None = None
) -> tuple[float, float]:
    """Correlation with itself one cycle later, and half a cycle later with its sign turned; -1 to 1 each."""
    correlation = autocorrelation(signal, is_seen)
    cycle = 1.0 / (rate_hz * float(time_s[1] - time_s[0]))
    whole, half = np.interp([cycle, 0.5 * cycle], np.arange(len(correlation)), correlation)
    return float(whole), -float(half)


def autocorrelation(signal: Signal, is_seen: NDArray[np.bool_] | None = None) -> Signal:
    """Normalized autocorrelation: at each lag, the correlation of the two overlapping parts, where both are seen."""
    n = len(signal)
    size = 1 << (2 * n - 1).bit_length()
    weight = np.ones(n) if is_seen is None else is_seen.astype(np.float64)
    spectrum, square = np.fft.rfft(signal * weight, size), np.fft.rfft(np.square(signal) * weight, size)
    raw = np.fft.irfft(spectrum * spectrum.conj(), size)[:n]
    if is_seen is None or is_seen.all():
        squares = np.concatenate([[0.0], np.cumsum(np.square(signal))])
        lags = np.arange(n)
        power = np.sqrt(squares[n - lags] * (squares[n] - squares[lags]))
    else:
        window = np.fft.rfft(weight, size)
        early, late = (np.fft.irfft(one, size)[:n] for one in (square.conj() * window, square * window.conj()))
        power = np.sqrt(np.maximum(early, 0.0) * np.maximum(late, 0.0))
    correlation: Signal = raw / np.maximum(power, 1e-9 * max(float(np.square(signal).sum()), 1e-300))
    return correlation


def _refine(correlation: Signal, lag: int) -> tuple[float, float]:
    """Lag and height of a peak between the samples, from the parabola through three of them."""
    before, here, after = (float(value) for value in correlation[lag - 1 : lag + 2])
    bend = before - 2.0 * here + after
    if bend >= 0.0:
        return float(lag), here
    return lag + 0.5 * (before - after) / bend, here - (before - after) ** 2 / (8.0 * bend)

"""Is a movement rhythmic, at what rate, over how many cycles.

Absolute differences double the frequency of smooth oscillation, so the rate is estimated on a signed signal: the
leading component of the signed cell differences over the moving region. Its autocorrelation gives the cycle; half the
rate is preferred whenever it explains the signal as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.active import Active
from detector.events.bandpass import bandpass
from detector.events.bursts import Burst
from detector.motion.trace import MotionTrace, keep_stride
from detector.params import RhythmParams

_MAX_CELLS = 96
# Autocorrelation at the cycle must reach this; noise and irregular movement stay below.
_MIN_CORRELATION = 0.35
# Half the rate (twice the cycle) is the true one if its correlation is this much higher.
_SUBHARMONIC_GAIN = 1.25
_MIN_LIKENESS = 0.5
_WINDOW_CYCLES = 3.0
_ITERATIONS = 30
_ENDS_TOLD = 4
_RATE_SLACK = 1.2


@dataclass(frozen=True)
class Rhythm:
    """A rhythmic movement.

    Attributes:
        rate_hz: cycles a second.
        n_cycles: how many.
        regularity: 1 - coefficient of variation of the cycle length, 0 to 1.
        likeness: correlation of the signal with itself one cycle later, -1 to 1.
        opposition: the same half a cycle later, with its sign turned: 1 for a sine, about 0 for short strokes with
            pauses between them.
        start_s, stop_s: s.
    """

    rate_hz: float
    n_cycles: float
    regularity: float
    likeness: float
    opposition: float
    start_s: float
    stop_s: float


def rate_limit_hz(trace: MotionTrace, params: RhythmParams) -> float:
    """Fastest rate this footage can show: `max_rate_hz`, but never above a quarter of its frame rate."""
    return min(params.max_rate_hz, 0.25 / trace.frame_s) if trace.frame_s else 0.0


def surest_rate_hz(trace: MotionTrace) -> float:
    """Rates above this may be faster than they look: near a quarter of the frame rate, and 3 Hz below 20 frames/s."""
    if not trace.frame_s:
        return 0.0
    return min(0.9 * 0.25 / trace.frame_s, 3.0 if trace.frame_s > 1.0 / 19.5 else np.inf)


def find_rhythm(trace: MotionTrace, active: Active, bursts: Sequence[Burst], params: RhythmParams) -> Rhythm | None:
    """Test a burst, or a run of bursts at one place, for rhythm.

    Args:
        trace: for times.
        active: what `bursts` index into.
        bursts: in order of time, at one place.
        params: the group `rhythm`.

    Returns:
        None where there is no rhythm of enough cycles.
    """
    start_s, stop_s = bursts[0].start_s, max(burst.stop_s for burst in bursts)
    if stop_s - start_s < params.min_s:
        return None
    time_s, signal = signed_signal(trace, active, bursts)
    if signal.std() == 0.0:
        return None
    rate_hz = estimate_rate(time_s, signal, params.min_rate_hz, rate_limit_hz(trace, params))
    if rate_hz is None:
        return None
    variation = cycle_variation(time_s, signal, rate_hz)
    n_cycles = (stop_s - start_s) * rate_hz
    if n_cycles < params.min_cycles or variation > params.max_variation:
        return None
    likeness, opposition = _likeness(time_s, signal, rate_hz)
    # A filtered signal always swings somewhat evenly: what varies much must at least resemble itself.
    if variation > 0.5 * params.max_variation and likeness < _MIN_LIKENESS:
        return None
    return Rhythm(rate_hz, n_cycles, 1.0 - variation, likeness, opposition, start_s, stop_s)


def _likeness(time_s: NDArray[np.float64], signal: NDArray[np.float64], rate_hz: float) -> tuple[float, float]:
    """Correlation one cycle later, and half a cycle later with its sign turned."""
    correlation = _autocorrelation(signal)
    cycle = 1.0 / (rate_hz * float(time_s[1] - time_s[0]))
    whole, half = np.interp([cycle, 0.5 * cycle], np.arange(len(correlation)), correlation)
    return float(whole), -float(half)


def signed_signal(
    trace: MotionTrace, active: Active, bursts: Sequence[Burst]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leading component of the signed differences, on a constant time step.

    Returns:
        `(time_s, signal)`, each of shape (n,); the signal has mean 0.
    """
    entries = np.concatenate([burst.entries for burst in bursts])
    frame, cell = active.frame[entries], active.cell[entries]
    # Frames thinned more than others would weigh less: all are thinned alike.
    stride = trace.fast.stride[frame].max()
    if stride > 1:
        stays = keep_stride(cell, stride, trace.columns)
        entries, frame, cell = entries[stays], frame[stays], cell[stays]
    signed = active.signed[entries].astype(np.float64)
    low, high = int(frame.min()), int(frame.max()) + 1
    used = np.flatnonzero(np.bincount(cell))
    power = np.bincount(cell, signed**2)[used]
    best = used[np.sort(np.argsort(power)[::-1][:_MAX_CELLS])]
    place = np.full(trace.rows * trace.columns, -1)
    place[best] = np.arange(len(best))
    column = place[cell]
    if len(used) > len(best):
        chosen = np.flatnonzero(column >= 0)
        frame, column, signed = frame[chosen], column[chosen], signed[chosen]
    table = np.zeros((high - low, len(best)))
    table[frame - low, column] = signed
    signal = table @ _leading(table.T @ table)
    times = trace.time_s[low:high]
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    even = np.arange(times[0], times[-1] + 0.5 * step, step)
    values = np.interp(even, times, signal)
    return even, values - values.mean()


def _leading(gram: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leading eigenvector by power iteration from the strongest cell: quick, and the same on every machine."""
    vector: NDArray[np.float64] = gram[:, int(gram.diagonal().argmax())].copy()
    for _ in range(_ITERATIONS):
        vector = gram @ vector
        vector /= max(float(np.abs(vector).max()), 1e-300)
    return vector


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
    correlation = _autocorrelation(signal)
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


def cycle_variation(time_s: NDArray[np.float64], signal: NDArray[np.float64], rate_hz: float) -> float:
    """Coefficient of variation of the cycle length, from the instants at which the filtered signal rises through 0."""
    step = float(time_s[1] - time_s[0])
    nyquist = 0.5 / step
    pad = min(len(signal) - 1, int(_WINDOW_CYCLES / (rate_hz * step)))
    smooth = bandpass(signal, max(0.5 * rate_hz / nyquist, 1e-3), min(1.6 * rate_hz / nyquist, 0.99), pad)
    rising = np.flatnonzero((smooth[:-1] < 0.0) & (smooth[1:] >= 0.0))
    if len(rising) < 3:
        return np.inf
    exact = time_s[rising] - smooth[rising] / (smooth[rising + 1] - smooth[rising]) * step
    # The filter bends the first and the last cycle.
    cycles = np.diff(exact)[1:-1] if len(exact) > _ENDS_TOLD else np.diff(exact)
    return float(cycles.std() / cycles.mean())


def _autocorrelation(signal: NDArray[np.float64]) -> NDArray[np.float64]:
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

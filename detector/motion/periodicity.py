"""How regularly a signal repeats: its leading component over cells, and its rate, evenness and likeness to itself.

Absolute differences double the frequency of smooth oscillation, so all of this is for signed signals. With r(k) the
correlation of the signal with itself k steps later, the cycle is the shortest lag whose peak of r is nearly the highest
(within `motion.half_rate_gain`; own, since a cycle of two unlike strokes has a higher peak at the second). Opposition
is -r at half a cycle: 1 for a sine, about 0 for short strokes with pauses between them. The variation of the cycle
length is that of the instants at which the signal, filtered to half to 1.6 times its rate, rises through 0. Rates hold
up to `motion.fastest_share` of the frame rate, above which the lag of the difference no longer tells a rate from its
alias; the size of the picture does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.params import Params, RhythmParams

Signal = NDArray[np.float64]

MAX_CELLS = 90
"""Of more cells, only the strongest are looked at: so few that a product of a matrix of them with a vector, like those
of `_SMALL_PRODUCT`, is not shared out to threads."""

# Multiplications; larger products of matrices are shared out to threads.
_SMALL_PRODUCT = 1 << 18

_ITERATIONS = 30


@dataclass(frozen=True)
class Periodicity:
    """How regularly something repeats.

    Attributes:
        rate_hz: cycles a second.
        length_s: over how long.
        n_cycles: how many.
        variation: coefficient of variation of the cycle length, 0 or more; infinite where there are too few to tell.
        likeness: correlation of the signal with itself one cycle later, -1 to 1.
        opposition: the same half a cycle later, with its sign turned: 1 for a sine, about 0 for short strokes with
            pauses between them.
    """

    rate_hz: float
    length_s: float
    n_cycles: float
    variation: float
    likeness: float
    opposition: float

    @property
    def regularity(self) -> float:
        """1 - variation, at most 1."""
        return 1.0 - self.variation


@dataclass(frozen=True)
class Gate:
    """What a periodicity must be to pass; attributes are limits to those of `Periodicity`.

    Example:
        >>> sway = Periodicity(1.0, 5.0, 5.0, 0.1, 0.8, 0.7)
        >>> Gate(min_cycles=4.0, max_variation=0.3).passes(sway), Gate(min_cycles=8.0).passes(sway)
        (True, False)
    """

    min_cycles: float
    max_variation: float = np.inf
    min_likeness: float = -1.0
    min_opposition: float = -1.0

    def passes(self, found: Periodicity) -> bool:
        """Whether a periodicity is within all limits."""
        return (
            found.n_cycles >= self.min_cycles
            and found.variation <= self.max_variation
            and found.likeness >= self.min_likeness
            and found.opposition >= self.min_opposition
        )


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


def measure_periodicity(
    time_s: Signal,
    course: Signal,
    length_s: float,
    slowest_hz: float,
    fastest_hz: float,
    params: Params,
    *,
    with_variation: bool = True,
) -> Periodicity | None:
    """How regularly a signal repeats.

    Args:
        time_s: constant step, shape (n,).
        course: the signal, shape (n,).
        length_s: over how long something moved, s.
        slowest_hz: rates below do not count.
        fastest_hz: nor do rates plainly above.
        params: the groups `motion`, `rhythm` and `rules`.
        with_variation: whether to measure how much the cycle length varies, which takes longest; else it is 0.

    Returns:
        None where nothing repeats.
    """
    if course.std() == 0.0:
        return None
    signal = course - course.mean()
    rate_hz = estimate_rate(time_s, signal, slowest_hz, fastest_hz, params)
    if rate_hz is None:
        return None
    variation = cycle_variation(time_s, signal, rate_hz, params.rhythm) if with_variation else 0.0
    return Periodicity(rate_hz, length_s, length_s * rate_hz, variation, *likeness(time_s, course, rate_hz))


def estimate_rate(time_s: Signal, signal: Signal, low_hz: float, high_hz: float, params: Params) -> float | None:
    """Rate of a periodic signal, Hz, from its autocorrelation.

    Args:
        time_s: constant step, shape (n,).
        signal: mean 0, shape (n,).
        low_hz: slowest rate that counts.
        high_hz: fastest; a little above is allowed, since a rate is not known exactly.
        params: the groups `motion` and `rules`.

    Returns:
        None where there is no rhythm between the two. Rates above `high_hz` are looked for as well, lest a fast rhythm
        be taken for its half.
    """
    step = float(time_s[1] - time_s[0]) if len(time_s) > 1 else 1.0
    correlation = autocorrelation(signal)
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


def cycle_variation(time_s: Signal, signal: Signal, rate_hz: float, params: RhythmParams) -> float:
    """Coefficient of variation of the cycle length, from the instants at which the filtered signal rises through 0."""
    from scipy.signal import butter, sosfiltfilt

    step = float(time_s[1] - time_s[0])
    nyquist = 0.5 / step
    pad = min(len(signal) - 1, int(params.filter_cycles / (rate_hz * step)))
    band = max(0.5 * rate_hz / nyquist, 1e-3), min(params.filter_width * rate_hz / nyquist, 0.99)
    smooth = sosfiltfilt(butter(2, band, "bandpass", output="sos"), signal, padlen=pad)
    rising = np.flatnonzero((smooth[:-1] < 0.0) & (smooth[1:] >= 0.0))
    if len(rising) - 1 < 2:
        return np.inf
    exact = time_s[rising] - smooth[rising] / (smooth[rising + 1] - smooth[rising]) * step
    # The filter bends the first and the last cycle.
    cycles = np.diff(exact)[1:-1] if len(exact) > params.min_cycles else np.diff(exact)
    return float(cycles.std() / cycles.mean())


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

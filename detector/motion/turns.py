"""The single cycles of a signal of known rate: where each begins, how much they vary, how like each is to the next.

A cycle begins where the signal, filtered to half to 1.6 times its rate, rises through 0. Where the rate drifts or
wanders, a signal is unlike itself a mean cycle later though each cycle is like the one before: so cycles are stretched
to one length before they are compared. Own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.motion.bands import band_gain, mirrored
from detector.motion.correlation import Signal
from detector.params import RhythmParams

# Each cycle is compared with the next in so many points.
_POINTS = 16


@dataclass(frozen=True)
class Cycles:
    """Where the cycles of a signal begin.

    Attributes:
        begin_s: ascending, s, shape (cycles + 1,); the last is the end of the last cycle.
        is_whole: which of them were seen for most of their time, shape (cycles,), bool.
        least: fewer cycles have no rate of their own; of more, the filter bends the first and the last.
    """

    begin_s: Signal
    is_whole: NDArray[np.bool_]
    least: float

    @property
    def lengths_s(self) -> Signal:
        """Lengths of the cycles that were seen and that the filter did not bend, s."""
        inner = slice(1, -1) if len(self.begin_s) > self.least else slice(None)
        lengths_s, is_whole = np.diff(self.begin_s)[inner], self.is_whole[inner]
        seen_s: Signal = lengths_s[is_whole] if is_whole.sum() >= self.least else lengths_s
        return seen_s

    @property
    def variation(self) -> float:
        """Coefficient of variation of the cycle length; infinite where there are too few cycles to tell."""
        lengths_s = self.lengths_s
        return float(lengths_s.std() / lengths_s.mean()) if len(lengths_s) >= 2 else np.inf

    @property
    def mean_rate_hz(self) -> float:
        """Mean rate of the cycles, Hz; 0 where there are too few.

        Where cycles were not seen, there are as many of them as fit best in between the ones before and after.
        """
        inner = slice(1, -1) if len(self.begin_s) > self.least else slice(None)
        lengths_s, whole = np.diff(self.begin_s)[inner], np.flatnonzero(self.is_whole[inner])
        if len(whole) < self.least:
            return 1.0 / float(lengths_s.mean()) if len(lengths_s) >= self.least else 0.0
        ends_s = np.concatenate([[0.0], np.cumsum(lengths_s)])
        between_s = ends_s[whole[1:]] - ends_s[whole[:-1] + 1]
        usual_s = 0.5 * (lengths_s[whole[1:]] + lengths_s[whole[:-1]])
        n_cycles = len(whole) + np.rint(between_s / usual_s).sum()
        return float(n_cycles / (ends_s[whole[-1] + 1] - ends_s[whole[0]]))

    def likeness(self, time_s: Signal, signal: Signal, is_seen: NDArray[np.bool_], otherwise: float) -> float:
        """Correlation of each cycle with the next, both stretched to one length, -1 to 1.

        Args:
            time_s: constant step, shape (n,).
            signal: mean 0, shape (n,).
            is_seen: which samples count, shape (n,).
            otherwise: what it is where there are too few cycles that were seen.
        """
        if len(self.begin_s) < 3:
            return otherwise
        points = np.arange(_POINTS) / _POINTS
        at_s = (self.begin_s[:-1, None] + np.diff(self.begin_s)[:, None] * points).ravel()
        values = np.interp(at_s, time_s, signal)
        seen = np.interp(at_s, time_s, is_seen.astype(np.float64)) > 0.5
        both = seen[:-_POINTS] & seen[_POINTS:]
        one, other = values[:-_POINTS][both], values[_POINTS:][both]
        power = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
        return float((one * other).sum()) / power if len(one) >= _POINTS and power > 0.0 else otherwise


def find_cycles(
    time_s: Signal, signal: Signal, rate_hz: float, params: RhythmParams, is_seen: NDArray[np.bool_] | None = None
) -> Cycles:
    """Tell the cycles of a signal apart.

    Args:
        time_s: constant step, shape (n,).
        signal: mean 0, shape (n,).
        rate_hz: about its rate, Hz.
        params: `filter_width`, `filter_cycles`, `min_cycles`, `whole_share`.
        is_seen: which samples were seen, shape (n,); all if None.
    """
    step = float(time_s[1] - time_s[0])
    pad = min(len(signal) - 1, int(params.filter_cycles / (rate_hz * step)))
    longer = mirrored(signal, pad)
    gain = band_gain(np.fft.rfftfreq(len(longer), step), 0.5 * rate_hz, params.filter_width * rate_hz)
    smooth = np.fft.irfft(np.fft.rfft(longer) * gain, len(longer))[pad : pad + len(signal)]
    rising = np.flatnonzero((smooth[:-1] < 0.0) & (smooth[1:] >= 0.0))
    exact: Signal = time_s[rising] - smooth[rising] / (smooth[rising + 1] - smooth[rising]) * step
    seen_s = np.concatenate([[0.0], np.cumsum(np.ones(len(time_s)) if is_seen is None else is_seen)]) * step
    share = np.diff(np.interp(exact, np.append(time_s, time_s[-1] + step), seen_s)) / np.diff(exact)
    return Cycles(exact, share >= params.whole_share, params.min_cycles)


def fill_unseen(time_s: Signal, signal: Signal, is_seen: NDArray[np.bool_], rate_hz: float) -> Signal:
    """A signal in which samples that were not seen are taken from the nearest cycle that was, shape (n,)."""
    if is_seen.all():
        return signal
    step = float(time_s[1] - time_s[0])
    filled, missing = signal.copy(), ~is_seen
    seen_s = time_s[is_seen]
    for away in (1, -1, 2, -2, 3, -3):
        place_s = time_s + away / rate_hz
        near = np.abs(seen_s[np.clip(np.searchsorted(seen_s, place_s - 0.5 * step), 0, len(seen_s) - 1)] - place_s)
        found = missing & (near <= 0.5 * step + 1e-9)
        filled[found] = np.interp(place_s[found], seen_s, signal[is_seen])
        missing &= ~found
    return filled

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

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.motion.layer import keep_stride
from detector.motion.periodicity import MAX_CELLS, estimate_rate, leading_signal
from detector.motion.periodicity import likeness as likeness_of
from detector.motion.view import LayerView
from detector.params import RhythmParams

_MIN_LIKENESS = 0.5
_WINDOW_CYCLES = 3.0
_ENDS_TOLD = 4


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


def rate_limit_hz(view: LayerView, params: RhythmParams) -> float:
    """Fastest rate this footage can show: `max_rate_hz`, but never above a quarter of its frame rate."""
    return min(params.max_rate_hz, 0.25 / view.frame_s) if view.frame_s else 0.0


def surest_rate_hz(view: LayerView) -> float:
    """Rates above this may be faster than they look: near a quarter of the frame rate, and 3 Hz below 20 frames/s."""
    if not view.frame_s:
        return 0.0
    return min(0.9 * 0.25 / view.frame_s, 3.0 if view.frame_s > 1.0 / 19.5 else np.inf)


def find_rhythm(view: LayerView, active: Active, bursts: Sequence[Burst], params: RhythmParams) -> Rhythm | None:
    """Test a burst, or a run of bursts at one place, for rhythm.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: in order of time, at one place.
        params: the group `rhythm`.

    Returns:
        None where there is no rhythm of enough cycles.
    """
    start_s, stop_s = bursts[0].start_s, max(burst.stop_s for burst in bursts)
    if stop_s - start_s < params.min_s:
        return None
    time_s, course = signed_signal(view, active, bursts)
    if course.std() == 0.0:
        return None
    signal = course - course.mean()
    rate_hz = estimate_rate(time_s, signal, params.min_rate_hz, rate_limit_hz(view, params))
    if rate_hz is None or (n_cycles := (stop_s - start_s) * rate_hz) < params.min_cycles:
        return None
    variation = cycle_variation(time_s, signal, rate_hz)
    if variation > params.max_variation:
        return None
    likeness, opposition = likeness_of(time_s, course, rate_hz)
    # A filtered signal always swings somewhat evenly: what varies much must at least resemble itself.
    if variation > 0.5 * params.max_variation and likeness < _MIN_LIKENESS:
        return None
    return Rhythm(rate_hz, n_cycles, 1.0 - variation, likeness, opposition, start_s, stop_s)


def signed_signal(
    view: LayerView, active: Active, bursts: Sequence[Burst]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leading component of the signed differences, on a constant time step.

    Returns:
        `(time_s, signal)`, each of shape (n,); the signal is 0 where nothing moves.
    """
    entries = np.concatenate([burst.entries for burst in bursts])
    frame, cell = active.frame[entries], active.cell[entries]
    # Frames thinned more than others would weigh less: all are thinned alike.
    stride = view.layer.stride[frame].max()
    if stride > 1:
        stays = np.flatnonzero(keep_stride(np.arange(view.grid.n_cells), stride, view.grid.columns)[cell])
        entries, frame, cell = entries[stays], frame[stays], cell[stays]
    signed = active.signed[entries].astype(np.float64)
    low, high = int(frame.min()), int(frame.max()) + 1
    used = np.flatnonzero(np.bincount(cell))
    power = np.bincount(cell, signed * signed)[used]
    best = used[np.sort(np.argsort(power)[::-1][:MAX_CELLS])]
    place = np.full(view.grid.n_cells, -1)
    place[best] = np.arange(len(best))
    column = place[cell]
    if len(used) > len(best):
        chosen = np.flatnonzero(column >= 0)
        frame, column, signed = frame[chosen], column[chosen], signed[chosen]
    table = np.zeros((high - low, len(best)))
    table[frame - low, column] = signed
    signal = leading_signal(table)
    times = view.time_s[low:high]
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    even = np.arange(times[0], times[-1] + 0.5 * step, step)
    values = np.interp(even, times, signal)
    return even, values


def cycle_variation(time_s: NDArray[np.float64], signal: NDArray[np.float64], rate_hz: float) -> float:
    """Coefficient of variation of the cycle length, from the instants at which the filtered signal rises through 0."""
    from scipy.signal import butter, sosfiltfilt

    step = float(time_s[1] - time_s[0])
    nyquist = 0.5 / step
    pad = min(len(signal) - 1, int(_WINDOW_CYCLES / (rate_hz * step)))
    band = max(0.5 * rate_hz / nyquist, 1e-3), min(1.6 * rate_hz / nyquist, 0.99)
    smooth = sosfiltfilt(butter(2, band, "bandpass", output="sos"), signal, padlen=pad)
    rising = np.flatnonzero((smooth[:-1] < 0.0) & (smooth[1:] >= 0.0))
    if len(rising) < 3:
        return np.inf
    exact = time_s[rising] - smooth[rising] / (smooth[rising + 1] - smooth[rising]) * step
    # The filter bends the first and the last cycle.
    cycles = np.diff(exact)[1:-1] if len(exact) > _ENDS_TOLD else np.diff(exact)
    return float(cycles.std() / cycles.mean())

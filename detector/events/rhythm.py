"""Is a movement rhythmic, at what rate, over how many cycles.

The signal is the leading component (power iteration) of the signed differences over the moving cells, on an even time
axis; `detector.motion.periodicity` measures how regularly it repeats, and a table of gates tells what is enough for
which case: the cycles and the slowest rate of published rhythmic movement, the rest own. Rates hold up to a quarter of
the frame rate; above `sure_rate_hz` one may be the alias of a faster one, and is told as "at least".
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.motion.layer import keep_stride
from detector.motion.periodicity import MAX_CELLS, Gate, Periodicity, leading_signal, measure_periodicity
from detector.motion.view import LayerView
from detector.params import Params, RhythmParams


def gates(params: Params) -> dict[str, Gate]:
    """What a periodicity must be to be called a rhythm, by the case it is for.

    `even` or `alike` is enough for strokes that follow each other: a filtered signal always swings somewhat evenly, so
    what varies much must at least resemble itself. Over missing strokes (lest a bout of twitches pass for a rhythm) the
    movement must go back and forth evenly, over one cycle more. A body that turns over and back is no rhythm.
    """
    limits, body = params.rhythm, params.classify
    likeness = limits.min_likeness if params.rules.has("likeness") else -1.0
    even = 0.5 * limits.max_variation
    return {
        "even": Gate(limits.min_cycles, even),
        "alike": Gate(limits.min_cycles, limits.max_variation, min_likeness=likeness),
        "missing strokes": Gate(limits.min_cycles + 1.0, even, min_opposition=limits.min_opposition),
        "body": Gate(body.gross_rhythm_cycles, 1.0 - body.gross_rhythm_regularity),
    }


def rate_limit_hz(view: LayerView, params: Params) -> float:
    """Fastest rate this footage can show: `max_rate_hz`, but never above `fastest_share` of its frame rate."""
    return min(params.rhythm.max_rate_hz, params.motion.fastest_share / view.frame_s) if view.frame_s else 0.0


def sure_rate_hz(frame_s: float, params: RhythmParams) -> float:
    """Rates above this may be faster than they look.

    A movement at r Hz, seen f times a second, looks the same as one at f - r Hz. Near a quarter of the frame rate the
    lag of the difference no longer tells them apart (own, from drawn movement of 0.5 to 6 Hz at 8 to 30 frames/s).

    Args:
        frame_s: usual time between two frames of the run, s; 0 where it is not known.
        params: the group `rhythm`.

    Returns:
        Hz; infinite where the frame rate is not known.

    Example:
        >>> from detector.params import Params
        >>> [round(sure_rate_hz(1 / fps, Params().rhythm), 3) for fps in (10, 15, 19.7, 30)]
        [2.25, 3.0, 4.433, 6.75]
    """
    if frame_s == 0.0:
        return np.inf
    is_slow = frame_s > 1.0 / params.sure_slow_fps
    return min(params.sure_share / frame_s, params.sure_slow_hz if is_slow else np.inf)


def find_rhythm(view: LayerView, active: Active, bursts: Sequence[Burst], params: Params) -> Periodicity | None:
    """Test a burst, or a run of bursts at one place, for rhythm.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: in order of time, at one place.
        params: the groups `rhythm`, `motion` and `rules`.

    Returns:
        None where there is no rhythm of enough cycles.
    """
    length_s = max(burst.stop_s for burst in bursts) - bursts[0].start_s
    if length_s < params.rhythm.min_s:
        return None
    time_s, course = signed_signal(view, active, bursts)
    slowest_hz, fastest_hz = params.rhythm.min_rate_hz, rate_limit_hz(view, params)
    found = measure_periodicity(time_s, course, length_s, slowest_hz, fastest_hz, params)
    table = gates(params)
    return found if found is not None and (table["even"].passes(found) or table["alike"].passes(found)) else None


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

"""Is a movement rhythmic, at what rate, over how many cycles.

The signal is the leading component (power iteration) of the signed differences over the moving cells, on an even time
axis; `detector.motion.periodicity` measures how regularly it repeats, and a table of gates tells what is enough for
which case: the cycles and the slowest rate of published rhythmic movement, the rest own. Rates hold up to a quarter of
the frame rate; above `sure_rate_hz` one may be the alias of a faster one, and is told as "at least".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.motion.layer import keep_stride
from detector.motion.periodicity import MAX_CELLS, Gate, Periodicity, Samples, measure_periodicity
from detector.motion.view import LayerView
from detector.params import Params, RhythmParams


def gates(params: Params) -> dict[str, Gate]:
    """What a periodicity must be to be called a rhythm, by the case it is for.

    `even` or `alike` is enough for strokes that follow each other: a filtered signal always swings somewhat evenly, so
    each cycle must resemble the next, and the more so where their length varies. What rests for longer in its cycles
    must (lest a bout of twitches pass for a rhythm) go back and forth evenly: either it rests no longer than it takes
    from one side to the other (`swing`), or it goes on for one cycle more (`faint`: so faint that the camera shows only
    some strokes). A `body` that turns over and back is no rhythm: it must go on for long, or very plainly. What is
    faster than `max_rate_hz` (`fast`) must resemble itself. Most of none may swing faster than the footage can tell.
    """
    limits, body = params.rhythm, params.classify
    likeness = limits.min_likeness if params.rules.has("likeness") else -1.0
    even, cycles = 0.5 * limits.max_variation, limits.min_cycles
    plain = limits.even_likeness if params.rules.has("likeness") else -1.0
    place = Gate(cycles, even, min_likeness=plain, min_own_share=limits.own_share, max_faster_share=limits.max_faster)
    goes_on = replace(place, max_missing=limits.max_missing, max_missing_share=limits.missing_share)
    follows = replace(goes_on, max_rest_s=limits.max_pause_s)
    opposed = limits.min_opposition
    return {
        "even": follows,
        "alike": replace(follows, max_variation=limits.max_variation, min_likeness=likeness),
        "fast": replace(follows, min_likeness=likeness),
        "swing": replace(goes_on, min_opposition=opposed, max_rest_cycles=0.5),
        "faint": replace(goes_on, min_cycles=cycles + 1.0, min_opposition=opposed),
        "body": replace(
            follows, min_cycles=body.gross_rhythm_cycles, max_variation=limits.max_variation, min_likeness=likeness
        ),
        "plain body": replace(
            follows,
            min_cycles=body.gross_plain_cycles,
            max_variation=1.0 - body.gross_plain_regularity,
            min_likeness=body.gross_plain_likeness,
        ),
    }


def rate_limit_hz(frame_s: float, params: Params) -> float:
    """Fastest rate this footage can show: `max_rate_hz`, but never above `fastest_share` of its frame rate.

    From `tremor_fps` on, `tremor_share` of the frame rate; what is faster than `max_rate_hz` is told as `tremor-like`.

    Args:
        frame_s: usual time between two frames of the run, s; 0 where it is not known.
        params: the groups `rhythm` and `motion`.

    Returns:
        Hz; 0 where the frame rate is not known.

    Example:
        >>> from detector.params import Params
        >>> [rate_limit_hz(1 / fps, Params()) for fps in (10, 20, 30)]
        [2.5, 5.0, 12.0]
    """
    if frame_s == 0.0:
        return 0.0
    limits = params.rhythm
    # Stamps in milliseconds make 25 pictures a second look like 24.99.
    if round(1.0 / frame_s, 1) >= limits.tremor_fps and params.rules.has("tremor"):
        return max(limits.max_rate_hz, limits.tremor_share / frame_s)
    return min(limits.max_rate_hz, params.motion.fastest_share / frame_s)


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


_PAUSE = 1.75
"""What lasts this much longer than the usual interval between two frames is a frame that is missing."""


def run_frame_s(time_s: NDArray[np.float64], start_s: float, stop_s: float) -> float:
    """Usual time between two frames in a stretch of time, s; 0 where it has fewer than two.

    The mean of those intervals that are no pause: where stamps jitter, their errors cancel out.

    Args:
        time_s: of all frames, ascending, shape (F,).
        start_s: begin of the stretch, s.
        stop_s: its end, s.
    """
    first, last = np.searchsorted(time_s, (start_s, stop_s)).tolist()
    between_s = np.diff(time_s[max(first - 1, 0) : last + 1])
    if not len(between_s):
        return 0.0
    return float(between_s[between_s <= _PAUSE * np.median(between_s)].mean())


def without_rhythm(seconds: float, fastest_hz: float, limits: RhythmParams) -> str:
    """What may be said of a movement in which no rhythm was found: only what was long enough to be tested has none.

    Args:
        seconds: how long it lasted, s.
        fastest_hz: fastest rate that could be seen, Hz.
        limits: the group `rhythm`.

    Example:
        >>> from detector.params import Params
        >>> [without_rhythm(seconds, 5.0, Params().rhythm) for seconds in (2.0, 8.0, 30.0)]
        ['too short to tell a rhythm', 'no rhythm of 0.5 to 5 Hz', 'no rhythm of 0.3 to 5 Hz']
    """
    slowest_hz = max(limits.min_rate_hz, limits.min_cycles / max(seconds, 1e-9))
    if seconds < limits.min_s or slowest_hz >= fastest_hz:
        return "too short to tell a rhythm"
    return f"no rhythm of {slowest_hz:.2g} to {fastest_hz:.2g} Hz"


USUAL_GATES = ("even", "alike", "swing", "faint")
"""Any of these is enough for a localized rhythm."""

SLOW_GATES = ("even", "swing")
"""Any of these is enough at the long lag, of which a cycle has few samples."""


def find_rhythm(
    view: LayerView,
    active: Active,
    bursts: Sequence[Burst],
    params: Params,
    enough: Sequence[str] = USUAL_GATES,
) -> Periodicity | None:
    """Test a burst, or a run of bursts at one place, for rhythm.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: in order of time, at one place.
        params: the groups `rhythm`, `motion` and `rules`.
        enough: gates of which it has to pass one.

    Returns:
        None where there is no rhythm of enough cycles.
    """
    start_s, stop_s = bursts[0].start_s, max(burst.stop_s for burst in bursts)
    if stop_s - start_s < params.rhythm.min_s:
        return None
    samples = swing_of(view, active, bursts, params)
    fastest_hz = rate_limit_hz(run_frame_s(view.time_s, start_s, stop_s), params)
    found = measure_periodicity(samples, stop_s - start_s, params.rhythm.min_rate_hz, fastest_hz, params)
    if found is None:
        return None
    table = gates(params)
    is_fast = found.rate_hz > params.motion.rate_slack * params.rhythm.max_rate_hz
    return found if any(table[name].passes(found) for name in (("fast",) if is_fast else enough)) else None


class RhythmTest:
    """`find_rhythm` for runs of bursts, which remembers what it found: bursts are named more than once.

    Args:
        view: for times.
        active: what the bursts index into.
        params: the groups `rhythm`, `motion` and `rules`.
        enough: gates of which a rhythm has to pass one.
    """

    def __init__(self, view: LayerView, active: Active, params: Params, enough: Sequence[str] = USUAL_GATES) -> None:
        self._asked = view, active, params, enough
        # With the runs themselves: the identity of a burst is its own only as long as it is there.
        self._found: dict[tuple[int, ...], tuple[Sequence[Burst], Periodicity | None]] = {}

    def __call__(self, run: Sequence[Burst]) -> Periodicity | None:
        """The rhythm of a run in order of time; None where it has none."""
        name = tuple(map(id, run))
        if name not in self._found:
            view, active, params, enough = self._asked
            self._found[name] = run, find_rhythm(view, active, run, params, enough)
        return self._found[name][1]


def signed_signal(
    view: LayerView, active: Active, bursts: Sequence[Burst], params: Params
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Leading component of the signed differences, on a constant time step.

    Returns:
        `(time_s, signal)`, each of shape (n,); the signal is 0 where nothing moves.
    """
    samples = swing_of(view, active, bursts, params)
    return samples.time_s, samples.course


def swing_of(view: LayerView, active: Active, bursts: Sequence[Burst], params: Params) -> Samples:
    """Signed differences of the strongest cells of a run, on a constant time step.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: at one place.
        params: `rhythm.lag_slack` and the rules.

    Returns:
        The table is 0 where nothing moves. Differences of unlike lag and of frames in which something hides movement do
        not enter it: what lies between is not seen.
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
    lag_s = view.lag_s[low:high]
    if active.is_blind is not None:
        lag_s = np.where(active.is_blind[low:high], 0.0, lag_s)
    samples = _evened(view.time_s[low:high], lag_s, table, params)
    return replace(samples, pauses_s=_pauses(bursts))


def _pauses(bursts: Sequence[Burst]) -> NDArray[np.float64]:
    """From when to when none of some bursts (in order of start) goes on, s, shape (pauses, 2)."""
    until_s = np.maximum.accumulate([burst.stop_s for burst in bursts])[:-1]
    pauses_s = np.stack([until_s, np.array([burst.start_s for burst in bursts[1:]])], axis=1)
    return pauses_s[pauses_s[:, 1] > pauses_s[:, 0]]


def _evened(
    times: NDArray[np.float64], lag_s: NDArray[np.floating], table: NDArray[np.float64], params: Params
) -> Samples:
    """A table of differences over several lags, at a constant time step.

    A difference tells of the middle of its lag, so its time is that of a difference of the usual lag around the same
    middle, and what changes in it in proportion to its lag is taken off.
    """
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    usual_s = float(np.median(lag_s[lag_s > 0.0])) if (lag_s > 0.0).any() else 0.0
    if usual_s > 0.0 and params.rules.has("like lags"):
        alike = np.flatnonzero(np.abs(lag_s - usual_s) <= params.rhythm.lag_slack * usual_s)
        table = table[alike] * (usual_s / lag_s[alike, None].astype(np.float64))
        times = times[alike] - 0.5 * (lag_s[alike].astype(np.float64) - usual_s)
    even = np.arange(times[0], times[-1] + 0.5 * step, step)
    after = np.clip(np.searchsorted(times, even), 1, max(len(times) - 1, 1))
    if len(times) < 2:
        return Samples(even, table[:1], np.ones(1, bool), np.zeros((0, 2)))
    gap_s = times[after] - times[after - 1]
    share = np.clip((even - times[after - 1]) / np.maximum(gap_s, 1e-9), 0.0, 1.0)
    values = table[after - 1] * (1.0 - share)[:, None] + table[after] * share[:, None]
    is_near = np.minimum(even - times[after - 1], times[after] - even) <= 0.5 * step + 1e-6
    return Samples(even, values, is_near, np.zeros((0, 2)))

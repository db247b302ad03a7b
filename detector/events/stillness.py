"""What was seen just before and just after a burst: stillness, or nothing that could be judged.

A twitch is a jerk out of stillness. Pieces at one place with less than `burst.still_s` between them are joined before
(`bursts.join_parts`), so what is left of a burst's surroundings is still, unless an end of the recording, a gap, damage
or a stretch that hides movement cuts it off. Then its length is only known to be at least what was seen.

Slow movement shows at the short lag only where it is quickest, in peaks with stillness between them that the long lag
denies. So a twitch has to stand out of what goes on at its place at the long lag, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.event import Event
from detector.events.excess import Seen
from detector.motion.trace import Frames
from detector.params import BurstParams, Params

Stretch = tuple[float, float]


def judged_stretches(frames: Frames, is_blind: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Stretches of time in which movement could be seen, s, shape (n, 2), ascending.

    Args:
        frames: of the trace.
        is_blind: frames in which something hides movement, shape (F,).
    """
    is_judged = ~(is_blind | frames.is_damaged | frames.is_frozen | (frames.lag_s == 0.0))
    edges = np.diff(is_judged.astype(np.int8), prepend=0, append=0)
    first, last = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1
    # A judged frame is compared with one a lag before: from then on everything was seen.
    start_s = frames.time_s[first] - frames.lag_s[first]
    stop_s = frames.time_s[last] + frames.duration_s[last]
    return np.stack([start_s, stop_s], axis=1) if len(first) else np.zeros((0, 2))


def counted_once(judged_s: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """The same stretches without what two share: a difference sees through what is hidden for less than its lag.

    Args:
        judged_s: as `judged_stretches` gave it.

    >>> counted_once(np.array([[0.0, 5.0], [4.9, 8.0]]))
    ((0.0, 5.0), (5.0, 8.0))
    """
    once = judged_s.copy()
    once[1:, 0] = np.maximum(once[1:, 0], once[:-1, 1])
    return tuple((round(start_s, 6), round(stop_s, 6)) for start_s, stop_s in once.tolist() if stop_s > start_s)


def with_sides(bursts: Sequence[Burst], judged_s: NDArray[np.float64], params: BurstParams) -> list[Burst]:
    """Bursts that know what was seen before and after them.

    Args:
        bursts: any.
        judged_s: as `judged_stretches` gave it.
        params: `still_s`, how long stillness has to be seen.
    """
    told = []
    for burst in bursts:
        place = int(np.searchsorted(judged_s[:, 0], burst.peak_s, side="right")) - 1
        start_s, stop_s = judged_s[place] if place >= 0 else (np.inf, -np.inf)
        told.append(
            replace(
                burst,
                before="still" if burst.start_s - start_s >= params.still_s else "not judged",
                after="still" if stop_s - burst.stop_s >= params.still_s else "not judged",
            )
        )
    return told


def out_of_movement(
    events: Sequence[Event], slow: Seen, params: Params, is_breath: Callable[[Event], bool]
) -> tuple[list[Event], list[Event], list[Stretch]]:
    """Events in which a twitch that only is the quickest moment of slower movement is `uncertain`.

    It is one where the long lag shows movement at its place both before and after, of at least `burst.around_share` of
    the strength of the twitch itself. Where that movement is breathing, or the twitch is one below the threshold of a
    burst, it is no event.

    Args:
        events: any.
        slow: the long lag and what stands out at it.
        params: the groups `burst` and `motion`.
        is_breath: whether a twitch is the quickest moment of a breath.

    Returns:
        The events that are left, in the same order; those that are none, of which some rise above the threshold of a
        burst; and from when to when slower movement goes on around peaks that are left, s.
    """
    view, active = slow
    time_s = view.time_s[active.frame]

    def strongest(event: Event, from_s: float, to_s: float) -> float:
        low, high = np.searchsorted(time_s, (from_s, to_s)).tolist()
        inside = view.grid.inside(event.box_px)[active.cell[low:high]]
        return float(active.snr[low:high][inside].max(initial=0.0))

    def is_peak(event: Event) -> bool:
        around_s, lag_s = params.burst.around_s, params.motion.long_lag_s
        before = strongest(event, event.start_s - around_s, event.start_s)
        after = strongest(event, event.stop_s + lag_s, event.stop_s + lag_s + around_s)
        return min(before, after) >= params.burst.around_share * event.snr

    reason = "the quickest moment of slower movement before and after it"
    told: list[Event] = []
    none: list[Event] = []
    slower: list[Stretch] = []
    for event in events:
        if event.kind == "twitch" and is_peak(event):
            if event.snr < params.burst.threshold or is_breath(event):
                none.append(event)
                continue
            told.append(replace(event, kind="uncertain", reason=f"{event.reason}, but {reason}", label="jerk"))
            slower.append((event.start_s - params.burst.around_s, event.stop_s + params.burst.around_s))
        else:
            told.append(event)
    return told, none, slower

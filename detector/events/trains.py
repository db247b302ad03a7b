"""Runs of bursts at one place, tested for rhythm: the strokes of a rhythm would each pass for a twitch.

Bursts at one place (they share `rhythm.shared_cells` of their cells) that follow each other within
`rhythm.max_missing_s` are a chain. A chain is tested as a whole; where it is no rhythm it is parted at its longest
pause, and each part is tested, down to single bursts. So a rhythm is as long as its strokes go on, the first ones
included, and strokes that are missing do not part it as long as it goes on behind the pause as before. But a bout of
twitches is no rhythm however even: within their cycles strokes rest for `max_pause_s` at most, unless the movement goes
back and forth (`detector.events.rhythm.gates`). Own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.events.rhythm import USUAL_GATES, RhythmTest
from detector.motion.periodicity import Periodicity
from detector.motion.view import LayerView
from detector.params import Params, RhythmParams

Run = list[Burst]


def find_rhythmic_runs(
    view: LayerView,
    active: Active,
    bursts: Sequence[Burst],
    params: Params,
    enough: Sequence[str] = USUAL_GATES,
    *,
    test: RhythmTest | None = None,
) -> list[tuple[Run, Periodicity | None]]:
    """Group bursts into runs and test each for rhythm.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: localized ones, in any order.
        params: the groups `rhythm`, `motion` and `rules`.
        enough: gates of which a rhythm has to pass one.
        test: a test of the same view, parameters and gates, which remembers what it was asked; its own if None.

    Returns:
        Each run with its rhythm, if it has one; every burst is in one run.
    """
    limits = params.rhythm
    pause_s = limits.max_missing_s if params.rules.has("missing strokes") else limits.max_pause_s
    test = test or RhythmTest(view, active, params, enough)
    found: list[tuple[Run, Periodicity | None]] = []
    for chain in runs_at_one_place(bursts, pause_s, limits):
        found += _parts_of(chain, test, params)
    return found


def _parts_of(
    chain: Run, test: Callable[[Run], Periodicity | None], params: Params
) -> Iterator[tuple[Run, Periodicity | None]]:
    """The longest parts of a chain that are a rhythm each, and the rest, in order of time."""
    waiting = [chain]
    while waiting:
        run = waiting.pop()
        pauses_s = _pauses(run)
        rhythm = test(run) if _may_be_rhythm(run, pauses_s, params) else None
        if rhythm is not None or len(run) == 1:
            yield run, rhythm
        else:
            cut = int(pauses_s.argmax()) + 1
            waiting += [run[cut:], run[:cut]]


def _pauses(run: Run) -> NDArray[np.float64]:
    """Time from when nothing moves any more to the next burst, s, shape (bursts - 1,); 0 where they overlap."""
    until_s = np.maximum.accumulate([burst.stop_s for burst in run])[:-1]
    pauses_s: NDArray[np.float64] = np.maximum(np.array([burst.start_s for burst in run[1:]]) - until_s, 0.0)
    return pauses_s


def _may_be_rhythm(run: Run, pauses_s: NDArray[np.float64], params: Params) -> bool:
    """Whether a run moves for so much of its time, or rests so briefly, that a test for rhythm is worth its time."""
    lasts_s = max(burst.stop_s for burst in run) - run[0].start_s
    if lasts_s < params.rhythm.min_s:
        return False
    # A swing as slow as can be rests twice a cycle.
    return bool(pauses_s.sum() <= 0.5 * lasts_s or np.median(pauses_s) <= 0.5 / params.rhythm.min_rate_hz)


def runs_at_one_place(bursts: Sequence[Burst], max_pause_s: float, limits: RhythmParams) -> list[Run]:
    """Bursts that follow each other within a pause and share cells, each run in order of time."""
    runs: list[Run] = []
    for burst in sorted(bursts, key=lambda b: b.start_s):
        for run in reversed(runs[-limits.latest_runs :]):
            pause_s = burst.start_s - max(b.stop_s for b in run)
            if pause_s <= max_pause_s and _share_place(run[-1], burst, limits.shared_cells):
                run.append(burst)
                break
        else:
            runs.append([burst])
    return runs


def _share_place(one: Burst, other: Burst, share: float) -> bool:
    common = len(np.intersect1d(one.cells, other.cells, assume_unique=True))
    return common >= share * min(len(one.cells), len(other.cells))

"""Runs of bursts at one place, tested for rhythm: the strokes of a rhythm would each pass for a twitch.

Bursts that follow each other within `rhythm.max_pause_s` and share `rhythm.shared_cells` of their cells are one run. Of
a faint oscillation the camera shows only some strokes: whole runs are joined over `rhythm.max_missing_s`, and then must
pass a stricter gate. Own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.events.rhythm import find_rhythm, gates
from detector.motion.periodicity import Periodicity
from detector.motion.view import LayerView
from detector.params import Params, RhythmParams

Run = list[Burst]


def find_rhythmic_runs(
    view: LayerView, active: Active, bursts: Sequence[Burst], params: Params
) -> list[tuple[Run, Periodicity | None]]:
    """Group bursts into runs and test each for rhythm.

    Strokes follow each other within `max_pause_s`. Of a faint oscillation the camera shows only some strokes, so runs
    are joined over longer pauses, too (`max_missing_s`); but then, lest a bout of twitches pass for a rhythm, the
    movement must go back and forth evenly, over one cycle more.

    Args:
        view: for times.
        active: what `bursts` index into.
        bursts: localized ones, in any order.
        params: the groups `rhythm`, `motion` and `rules`.

    Returns:
        Each run with its rhythm, if it has one; every burst is in one run.
    """
    limits = params.rhythm
    found: dict[int, tuple[Run, Periodicity | None]] = {}
    run_of: dict[int, int] = {}
    for number, run in enumerate(runs_at_one_place(bursts, limits.max_pause_s, limits)):
        found[number] = run, find_rhythm(view, active, run, params)
        run_of |= dict.fromkeys(map(id, run), number)
    chains = runs_at_one_place(bursts, limits.max_missing_s, limits) if params.rules.has("missing strokes") else []
    for chain in chains:
        numbers = sorted({run_of[id(burst)] for burst in chain})
        # Only whole runs are joined.
        if len(numbers) < 2 or sum(len(found[number][0]) for number in numbers) != len(chain):
            continue
        rhythm = find_rhythm(view, active, chain, params)
        if rhythm is not None and gates(params)["missing strokes"].passes(rhythm):
            for number in numbers:
                del found[number]
            found[numbers[0]] = chain, rhythm
    return list(found.values())


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

"""A threshold chosen by what people scored: on one half of the time, and reported on the other.

The observed time is cut into blocks of ten minutes, even ones one half, odd ones the other.
Each half is chosen on once and reported on once, so that no number is reported on what it was chosen by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detector.errors import UsageError
from detector.night.files.loading import NightLike, as_night
from detector.truth.scoring.evaluate import match_kind
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.people import scoring_of
from detector.truth.scoring.score import Tally
from detector.views.exchange.labels import Labels

VALUES = (4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0)
LEAST_EVENTS, LEAST_S = 20, 1200.0
_BLOCK_S = 600.0


@dataclass(frozen=True)
class Chosen:
    """A threshold from people.

    Attributes:
        parameter: its dotted name.
        kind: of event that F1 is of.
        values: the best value of each half, in order.
        f1: F1 of each of them on the other half.
        f1_default: F1 of the night's own value on the same halves.
        value: the best value on all of the time; use it, and report `f1`.
    """

    parameter: str
    kind: str
    values: tuple[float, float]
    f1: tuple[float, float]
    f1_default: tuple[float, float]
    value: float


def choose_threshold(
    night: NightLike,
    path: str | Path,
    parameter: str = "burst.threshold",
    kind: str = "twitch",
    values: Sequence[float] = VALUES,
    labels: Labels = None,
) -> Chosen:
    """The value of a parameter under which the events agree best with a person's.

    Args:
        night: with its motion.
        path: the person's scoring.
        parameter: that decides and does not measure.
        kind: of event to agree on.
        values: to try.
        labels: labels to kinds, or the TOML file that holds them.

    Raises:
        UsageError: the person scored less than 20 such events, or less than 20 min were observed, or one half has none.
        ParameterError: there is no such parameter, or it measures.
        NightFolderError: the motion was not kept.
    """
    loaded = as_night(night)
    known = scoring_of(loaded, path, labels).of(kind)
    observed_s = sum(stop_s - start_s for start_s, stop_s in loaded.observed)
    halves = [_half(known, half) for half in (0, 1)]
    if len(known) < LEAST_EVENTS or observed_s < LEAST_S or min(map(len, halves)) < LEAST_EVENTS // 4:
        raise UsageError(
            f"{path}: expected at least {LEAST_EVENTS} scored events of kind {kind} in at least {LEAST_S / 60:.0f} "
            f"min, some in each half, but {len(known)} in {observed_s / 60:.0f} min came ({len(halves[0])} and "
            f"{len(halves[1])}); score more before choosing a threshold."
        )
    found = {value: _found(loaded.decide({parameter: value}).events, kind) for value in values}
    own = _found(loaded.events, kind)
    best = [max(values, key=lambda value: _f1(halves[h], _half(found[value], h), kind)) for h in (0, 1)]
    f1 = [_f1(halves[1 - h], _half(found[best[h]], 1 - h), kind) for h in (0, 1)]
    default = [_f1(halves[1 - h], _half(own, 1 - h), kind) for h in (0, 1)]
    overall = max(values, key=lambda value: _f1(known, found[value], kind))
    return Chosen(parameter, kind, (best[0], best[1]), (f1[0], f1[1]), (default[0], default[1]), overall)


def _found(events: object, kind: str) -> Intervals:
    return Intervals.of_events(events).of(kind)  # type: ignore[arg-type]


def _half(movements: Intervals, half: int) -> Intervals:
    return movements.where(np.floor_divide(movements.start_s, _BLOCK_S).astype(int) % 2 == half)


def _f1(known: Intervals, found: Intervals, kind: str) -> float:
    return Tally(len(known), len(found), len(match_kind(kind, known, found))).f1

"""What reviews say of the detector and of each other: precision, recall out of samples, agreement between people."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import EVENT_KINDS, Event
from detector.night.people.carry_over import Placed
from detector.night.people.verdicts import Verdict

if TYPE_CHECKING:
    from detector.night.night import Night

Interval = tuple[float, float]

# How events are matched in this field (an agreement on scoring, nothing that a user tunes).
ONSET_TOLERANCE_S = 0.5
"""Two twitches are one if their onsets are no farther apart."""
LEAST_OVERLAP = 0.3
"""Two others of one kind are one if what they share is at least this share of what they last together."""
ROUNDING_S = 1e-6
"""Two time stamps that differ by less are the same: truth files carry 3 decimals."""

_CONFIDENCE = 0.95
REJECTED = "rejected"
"""What a reviewer says of an event that is none, beside the kinds."""


@dataclass(frozen=True)
class Proportion:
    """So many of so many, with the exact (Clopper-Pearson) 95 % interval of the share.

    Attributes:
        n_true: how many were.
        n: of how many, 0 or more.
        low, high: the interval, 0 to 1; all of it where `n` is 0.
    """

    n_true: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """0 to 1; NaN where `n` is 0."""
        return self.n_true / self.n if self.n else math.nan


def proportion(n_true: int, n: int) -> Proportion:
    """So many of so many, with its exact interval (Clopper and Pearson 1934).

    >>> found = proportion(9, 10)
    >>> round(found.low, 3), round(found.high, 3)
    (0.555, 0.997)
    """
    if n == 0:
        return Proportion(0, 0, 0.0, 1.0)
    from scipy.stats import binomtest

    interval = binomtest(n_true, n).proportion_ci(_CONFIDENCE, method="exact")
    return Proportion(n_true, n, float(interval.low), float(interval.high))


def precision_by_kind(events: Sequence[Event], placed: Placed) -> dict[str, Proportion]:
    """How many of the judged events of each kind are what they were decided to be.

    Moved times do not count against an event; another kind, or no event at all, does.

    Args:
        events: of the night as it was decided.
        placed: one reviewer's verdicts on them.

    Returns:
        By kind, every kind present; `n` is how many of it were judged.
    """
    right, judged = Counter[str](), Counter[str]()
    for index, verdict in placed.on.items():
        if verdict.is_event is not None:
            kind = events[index].kind
            judged[kind] += 1
            right[kind] += verdict.is_event and verdict.now.kind == kind
    return {kind: proportion(right[kind], judged[kind]) for kind in EVENT_KINDS}


def is_same_time(kind: str, one: Interval, other: Interval) -> bool:
    """Whether two scorings of a movement agree on when it is, as `detector.evaluate` matches them.

    Args:
        kind: of both.
        one: when it begins and ends, s.
        other: likewise.

    >>> is_same_time("twitch", (7.0, 7.3), (7.15, 7.15)), is_same_time("gross", (7.0, 9.0), (8.5, 12.0))
    (True, False)
    """
    if kind == "twitch":
        return abs(one[0] - other[0]) <= ONSET_TOLERANCE_S + ROUNDING_S
    return shared_time(one, other) >= LEAST_OVERLAP - ROUNDING_S


def shared_time(one: Interval, other: Interval) -> float:
    """Time that two intervals share, as a share of what they last together, 0 to 1; 0 for two of no length."""
    both_s = min(one[1], other[1]) - max(one[0], other[0])
    union_s = max(one[1], other[1]) - min(one[0], other[0])
    return both_s / union_s if union_s > 0 and both_s > 0 else 0.0


@dataclass(frozen=True)
class Agreement:
    """How far two reviewers agree on the events that both judged.

    Attributes:
        reviewers: the two names.
        n: how many events both judged.
        n_same: on how many they say the same: the same kind, or both that it is none.
        kappa: Cohen's, -1 to 1; NaN where `n` is 0 or chance alone would make them agree on all.
    """

    reviewers: tuple[str, str]
    n: int
    n_same: int
    kappa: float


def agreements(placed: Mapping[str, Placed]) -> list[Agreement]:
    """Agreement of each pair of reviewers, in order of their names.

    Args:
        placed: each reviewer's verdicts on the events of one night.
    """
    names = sorted(placed)
    return [
        _agreement(first, second, placed[first].on, placed[second].on)
        for number, first in enumerate(names)
        for second in names[number + 1 :]
    ]


def _agreement(first: str, second: str, mine: Mapping[int, Verdict], other: Mapping[int, Verdict]) -> Agreement:
    answers = [
        (_answer(mine[index]), _answer(other[index]))
        for index in sorted(set(mine) & set(other))
        if mine[index].is_event is not None and other[index].is_event is not None
    ]
    return Agreement((first, second), len(answers), sum(a == b for a, b in answers), cohen_kappa(answers))


def _answer(verdict: Verdict) -> str:
    return verdict.now.kind if verdict.is_event else REJECTED


def cohen_kappa(answers: Sequence[tuple[str, str]]) -> float:
    """Agreement of two people beyond chance (Cohen 1960), unweighted.

    Args:
        answers: what both said of each thing.

    Returns:
        -1 to 1; NaN for no answers, and where both gave one and the same answer always, so that chance explains all.

    >>> yes, no = ("yes", "yes"), ("no", "no")
    >>> round(cohen_kappa([yes] * 20 + [no] * 15 + [("yes", "no")] * 5 + [("no", "yes")] * 10), 2)
    0.4
    """
    if not answers:
        return math.nan
    n = len(answers)
    observed = sum(a == b for a, b in answers) / n
    first, second = Counter(a for a, _ in answers), Counter(b for _, b in answers)
    by_chance = sum(first[word] * second[word] for word in first) / n**2
    return (observed - by_chance) / (1.0 - by_chance) if by_chance < 1.0 else math.nan


@dataclass(frozen=True)
class Recall:
    """How much of what there is was found, estimated from samples of quiet time.

    Attributes:
        n_found: events found that are events.
        n_missed: events that people added inside the samples.
        sampled_s, quiet_s: how long the samples are, and the quiet time that they stand for.
        share: estimated recall, 0 to 1; NaN where nothing was sampled or there is nothing to find.
        low, high: its 95 % interval, 0 to 1.
    """

    n_found: float
    n_missed: int
    sampled_s: float
    quiet_s: float
    share: float
    low: float
    high: float


def estimate_recall(n_found: float, n_missed: int, sampled_s: float, quiet_s: float) -> Recall:
    """Recall out of what was missed in samples of quiet time.

    What was missed in the samples is taken to be missed as often in all quiet time. The interval is that of the number
    missed (exact Poisson, Garwood 1936); `n_found` is taken as known, so it is honest where all events were judged.

    Args:
        n_found: events found that are events.
        n_missed: events that a person added within the samples.
        sampled_s: quiet time looked through, s.
        quiet_s: all quiet time, s, at least `sampled_s`.

    >>> recall = estimate_recall(90, 1, 360.0, 3600.0)
    >>> recall.share, round(recall.low, 2), round(recall.high, 3)
    (0.9, 0.62, 0.997)
    """
    if sampled_s <= 0:
        return Recall(n_found, n_missed, 0.0, quiet_s, math.nan, 0.0, 1.0)
    from scipy.stats import chi2

    tail = (1.0 - _CONFIDENCE) / 2
    scale = max(quiet_s, sampled_s) / sampled_s
    fewest = float(chi2.ppf(tail, 2 * n_missed)) / 2 if n_missed else 0.0
    most = float(chi2.ppf(1.0 - tail, 2 * n_missed + 2)) / 2
    # All quiet time looked through: what was missed there is known, not estimated.
    fewest, most = (fewest, most) if scale > 1.0 else (n_missed, n_missed)
    share, low, high = (_share(n_found, scale * missed) for missed in (n_missed, most, fewest))
    return Recall(n_found, n_missed, sampled_s, quiet_s, share, low if n_found else 0.0, high if n_found else 1.0)


def _share(n_found: float, n_missed: float) -> float:
    return n_found / (n_found + n_missed) if n_found + n_missed > 0 else math.nan


def quiet_time(night: Night) -> tuple[Interval, ...]:
    """Observed stretches without an event, `review.margin_s` away from any; `(start_s, stop_s)`, ascending."""
    margin_s = night.params.review.margin_s
    busy = sorted((event.start_s - margin_s, event.stop_s + margin_s) for event in night.decision.events)
    quiet: list[Interval] = []
    for start_s, stop_s in night.observed:
        cursor_s = start_s
        for begin_s, end_s in busy:
            if end_s <= cursor_s or begin_s >= stop_s:
                continue
            if begin_s > cursor_s:
                quiet.append((cursor_s, begin_s))
            cursor_s = max(cursor_s, end_s)
        if cursor_s < stop_s:
            quiet.append((cursor_s, stop_s))
    return tuple(quiet)


def quiet_samples(night: Night) -> tuple[Interval, ...]:
    """Random stretches of quiet time to look through for what was missed; the same each time for the same night.

    Every place of the quiet time is equally likely, and no two samples overlap.

    Returns:
        At most `review.samples` of `review.sample_s` each, `(start_s, stop_s)`, ascending; none where no quiet stretch
        is that long.
    """
    limits = night.params.review
    slots = np.array(
        [
            (start_s + number * limits.sample_s, start_s + (number + 1) * limits.sample_s)
            for start_s, stop_s in quiet_time(night)
            for number in range(int((stop_s - start_s + 1e-9) / limits.sample_s))
        ]
    ).reshape(-1, 2)
    seed = [int(source.sha256[:8], 16) for source in night.provenance.inputs[:4]]
    chosen: NDArray[np.int64] = np.random.default_rng(seed).permutation(len(slots))[: limits.samples]
    return tuple((round(float(a), 3), round(float(b), 3)) for a, b in slots[np.sort(chosen)])

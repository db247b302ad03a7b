"""People's scorings against each other and against the detector: agreement by kind with its uncertainty.

Movements are matched one to one, kinds apart: twitches by onset, the rest by overlap (`scoring.evaluate`).
Intervals are percentiles of a bootstrap over minutes of observed time (Efron 1979), so that what happens close together
stays together; own choice of the minute. Two people who disagree as much as each does with the detector are the limit
of what the detector can reach.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.files.loading import NightLike, as_night
from detector.night.files.store import without_nan
from detector.night.night import Night
from detector.night.people.agreement import ONSET_TOLERANCE_S
from detector.truth.scoring.agreement import EPOCH_LENGTHS_S, epochs_of, occupied
from detector.truth.scoring.evaluate import match_kind
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.matching import best_pairs, overlap_ratio, touching
from detector.truth.scoring.score import Tally
from detector.views.exchange.labels import Labeled, Labels, own_labels, with_kinds
from detector.views.exchange.reading import read_scoring

if TYPE_CHECKING:
    import pandas as pd

DETECTOR = "detector"
ANY = "any"
_N_BOOTSTRAP = 1000
_MINUTE_S = 60.0
_LOW, _HIGH = 2.5, 97.5

Observed = Sequence[tuple[float, float]]
Limits = tuple[float, float]


@dataclass(frozen=True)
class KindAgreement:
    """Agreement of two scorings on one kind.

    Attributes:
        tally: movements of the first as known, of the second as found.
        f1_limits: 95 % interval of F1; NaN where neither has one.
        onset_difference_s: second minus first, s, of the matched, shape (n_matched,).
        kappa: by epoch length in s: Cohen's kappa of "there is one in the epoch", and its 95 % interval.
    """

    tally: Tally
    f1_limits: Limits
    onset_difference_s: NDArray[np.float64]
    kappa: Mapping[float, tuple[float, Limits]]


@dataclass(frozen=True)
class PairAgreement:
    """Agreement of two scorings.

    Attributes:
        names: whose they are.
        kinds: by kind, first `any`, every kind present.
        confusion: kind of the first (rows) by kind of the second (columns), `none` last on both sides.
    """

    names: tuple[str, str]
    kinds: Mapping[str, KindAgreement]
    confusion: pd.DataFrame


@dataclass(frozen=True)
class Comparison:
    """Scorings of one night, two by two.

    Attributes:
        scorings: what was compared, by name; the last is the detector.
        pairs: one for each two of them.
        observed_s: time that was compared, s.
        notices: what was left out, one sentence each.
    """

    scorings: Mapping[str, Intervals]
    pairs: tuple[PairAgreement, ...]
    observed_s: float
    notices: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row a pair and kind that either has: counts, F1 with limits, onset differences, kappa."""
        import pandas as pd

        rows = [
            {"first": pair.names[0], "second": pair.names[1], "kind": kind} | _row(agreement)
            for pair in self.pairs
            for kind, agreement in pair.kinds.items()
            if kind == ANY or agreement.tally.n_known + agreement.tally.n_found
        ]
        return pd.DataFrame(rows)

    def worst(self, n: int = 10) -> list[tuple[float, float, str]]:
        """Where people and detector differ most: `(start_s, stop_s, what)` of what only some of them saw.

        Args:
            n: how many, the longest first of what the fewest agree on.
        """
        found = []
        for name, own in self.scorings.items():
            others = [other for key, other in self.scorings.items() if key != name]
            touched = np.zeros(len(own), int)
            for other in others:
                near = touching(own.start_s, own.stop_s, other.start_s, other.stop_s, ONSET_TOLERANCE_S)
                touched += near.any(axis=1)
            for place in np.flatnonzero(touched < len(others)):
                start_s, stop_s = float(own.start_s[place]), float(own.stop_s[place])
                found.append((int(touched[place]), start_s - stop_s, start_s, stop_s, f"{own.kind[place]} of {name}"))
        return [(start_s, stop_s, what) for _, _, start_s, stop_s, what in sorted(found)[:n]]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values for JSON; NaN becomes None."""
        pairs = [{"names": list(pair.names), "confusion": pair.confusion.to_dict("index")} for pair in self.pairs]
        plain = {
            "observed_s": self.observed_s, "agreement": self.table().to_dict("records"), "pairs": pairs,
            "worst": [{"start_s": a, "stop_s": b, "what": what} for a, b, what in self.worst()],
            "notices": list(self.notices),
        }  # fmt: skip
        return {key: without_nan(value) for key, value in plain.items()}


def compare_scorings(
    night: NightLike,
    paths: Sequence[str | Path],
    labels: Labels = None,
    footage: str | Path | None = None,
) -> Comparison:
    """People's scorings of a night against each other and against the detector.

    Args:
        night: a night, or its folder.
        paths: files of one scorer each, in any format that `twitch-detector import` reads.
        labels: labels to kinds, or the TOML file that holds them, beside the defaults.
        footage: where the footage is now, for BORIS.

    Raises:
        UsageError: a file cannot be read, is not of this night, or nothing in it is known.
    """
    loaded = as_night(night)
    own = own_labels(labels)
    labeled = [with_kinds(read_scoring(loaded, path, footage), own) for path in paths]
    notices = [notice for each in labeled for notice in each.notices()]
    for each in labeled:
        if each.unknown and not each.marks:
            raise UsageError(each.notices()[0].replace("these rows are left out", "nothing is left of it"))
    named = dict(zip(_names(labeled), map(_intervals, labeled), strict=True))
    return _compared(loaded, named, notices)


def scoring_of(night: Night, path: str | Path, labels: Labels = None) -> Intervals:
    """One person's movements in our kinds; see `compare_scorings`."""
    return _intervals(with_kinds(read_scoring(night, path), own_labels(labels)))


def _names(labeled: Sequence[Labeled]) -> list[str]:
    often = Counter(each.name for each in labeled)
    return [
        each.name if often[each.name] == 1 and each.name != DETECTOR else f"{each.name} {number}"
        for number, each in enumerate(labeled, start=1)
    ]


def _intervals(labeled: Labeled) -> Intervals:
    marks = sorted(labeled.marks, key=lambda mark: mark[1].start_s)
    times = np.array([(one.start_s, one.stop_s) for _, one in marks], float).reshape(-1, 2)
    return Intervals(
        np.array([kind for kind, _ in marks], np.str_), times[:, 0], times[:, 1], np.full(len(marks), np.nan)
    )


def _compared(night: Night, named: Mapping[str, Intervals], notices: Sequence[str]) -> Comparison:
    scorings = {**named, DETECTOR: Intervals.of_events(night.events)}
    pairs = [agreement_of((a, scorings[a]), (b, scorings[b]), night.observed) for a, b in combinations(scorings, 2)]
    return Comparison(scorings, tuple(pairs), sum(b - a for a, b in night.observed), tuple(notices))


def agreement_of(first: tuple[str, Intervals], second: tuple[str, Intervals], observed: Observed) -> PairAgreement:
    """Agreement of two scorings.

    Args:
        first: name and movements.
        second: likewise.
        observed: intervals `(start_s, stop_s)` of observed time, apart and ascending.
    """
    (name, one), (other_name, other) = first, second
    kinds = {ANY: _agreement(None, one, other, observed)}
    kinds |= {kind: _agreement(kind, one, other, observed) for kind in EVENT_KINDS}
    return PairAgreement((name, other_name), kinds, confusion_of(one, other))


def _agreement(kind: str | None, first: Intervals, second: Intervals, observed: Observed) -> KindAgreement:
    one, other = (first, second) if kind is None else (first.of(kind), second.of(kind))
    pairs = _touching_pairs(one, other) if kind is None else match_kind(kind, one, other)
    tally = Tally(len(one), len(other), len(pairs))
    minutes = epochs_of(observed, _MINUTE_S)
    counts = np.stack(
        [
            _per_minute(one.start_s[pairs[:, 0]], minutes),
            _per_minute(one.start_s, minutes) + _per_minute(other.start_s, minutes),
        ]
    )
    weights = _resampled(minutes.size)
    matched, both = counts @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        f1 = np.where(both > 0, 2 * matched / both, np.nan)
    difference_s = other.start_s[pairs[:, 1]] - one.start_s[pairs[:, 0]]
    kappa = {length_s: _kappa(one, other, minutes, observed, length_s) for length_s in EPOCH_LENGTHS_S}
    return KindAgreement(tally, _limits(f1), difference_s, kappa)


def _touching_pairs(one: Intervals, other: Intervals) -> NDArray[np.int64]:
    near = touching(one.start_s, one.stop_s, other.start_s, other.stop_s, ONSET_TOLERANCE_S)
    return best_pairs(near, overlap_ratio(one.start_s, one.stop_s, other.start_s, other.stop_s))


def _per_minute(times_s: NDArray[np.float64], minutes_s: NDArray[np.float64]) -> NDArray[np.float64]:
    place = np.searchsorted(minutes_s, times_s, side="right") - 1
    return np.bincount(place[place >= 0], minlength=minutes_s.size).astype(float)


def _resampled(n: int) -> NDArray[np.float64]:
    """How often each of n minutes is drawn, shape (n, draws); always the same draws."""
    if n == 0:
        return np.zeros((0, _N_BOOTSTRAP))
    return np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), _N_BOOTSTRAP).T.astype(float)


def _kappa(
    one: Intervals, other: Intervals, minutes_s: NDArray[np.float64], observed: Observed, length_s: float
) -> tuple[float, Limits]:
    starts_s = epochs_of(observed, length_s)
    first, second = occupied(one, starts_s, length_s), occupied(other, starts_s, length_s)
    cells = [first & second, first & ~second, ~first & second, ~first & ~second]
    counts = np.stack([_per_minute(starts_s[cell], minutes_s) for cell in cells])
    totals = counts.sum(axis=1, keepdims=True)
    return float(_kappa_of(totals)[0]), _limits(_kappa_of(counts @ _resampled(minutes_s.size)))


def _kappa_of(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cohen's kappa of counts both, first only, second only, neither, shape (4, n); NaN where chance explains all."""
    both, first, second, neither = counts
    n = counts.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (both + neither) / n
        chance = ((both + first) * (both + second) + (second + neither) * (first + neither)) / n**2
        return np.asarray(np.where(chance < 1.0, (observed - chance) / (1.0 - chance), np.nan))


def _limits(values: NDArray[np.float64]) -> Limits:
    known = values[np.isfinite(values)]
    if not known.size:
        return math.nan, math.nan
    low, high = np.percentile(known, (_LOW, _HIGH))
    return float(low), float(high)


def confusion_of(one: Intervals, other: Intervals) -> pd.DataFrame:
    """Kind of the first by kind of the second, by the best one-to-one matching of movements that touch."""
    import pandas as pd

    near = touching(one.start_s, one.stop_s, other.start_s, other.stop_s, ONSET_TOLERANCE_S)
    same = np.equal.outer(one.kind, other.kind)
    ratio = overlap_ratio(one.start_s, one.stop_s, other.start_s, other.stop_s)
    pairs = best_pairs(near, (same + ratio / (2 * max(1, len(one)))) / 2)
    cells = [(str(one.kind[a]), str(other.kind[b])) for a, b in pairs]
    cells += [(str(one.kind[a]), "none") for a in np.setdiff1d(np.arange(len(one)), pairs[:, 0])]
    cells += [("none", str(other.kind[b])) for b in np.setdiff1d(np.arange(len(other)), pairs[:, 1])]
    counts, names = Counter(cells), (*EVENT_KINDS, "none")
    return pd.DataFrame(
        [[counts[row, column] for column in names] for row in names],
        index=pd.Index(names, name="first"),
        columns=pd.Index(names, name="second"),
    )


def _row(agreement: KindAgreement) -> dict[str, object]:
    tally, apart_s = agreement.tally, agreement.onset_difference_s
    low, middle, high = np.percentile(apart_s, (25, 50, 75)) if apart_s.size else [math.nan] * 3
    counts: dict[str, object] = {"n_first": tally.n_known, "n_second": tally.n_found, "n_matched": tally.n_matched}
    f1 = tally.f1 if tally.n_known + tally.n_found else math.nan
    counts |= {"f1": f1, "f1_low": agreement.f1_limits[0], "f1_high": agreement.f1_limits[1]}
    counts |= {"onset_median_s": float(middle), "onset_q1_s": float(low), "onset_q3_s": float(high)}
    for length_s, (kappa, limits) in agreement.kappa.items():
        name = f"kappa_{length_s:g}"
        counts |= {name: kappa, f"{name}_low": limits[0], f"{name}_high": limits[1]}
    return counts

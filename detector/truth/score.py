"""Found events against known ones: one-to-one matching, F1, false alarms per hour, agreement over epochs.

Short movements (`twitch`) match by onset within 0.5 s. Long ones (`rhythmic`, `gross`, `movement`) match by
intersection over union of their intervals: 0.3 unless said otherwise, with the curve from 0.1 to 0.5 beside it.
A `jerk` of the trunk is right if any event touches it, whatever its kind. In `restless` stretches (limbs in motion
without a pause) no twitch may be reported, and the moving time has to lie inside events, whose kind, if it is not a
twitch, is left open.

What a metric is when there is nothing to count:

* precision of nothing found is 1, recall of nothing known is 1, F1 of neither is 1: silence was right. As soon as
  either side holds an event, F1 is 2 TP / (2 TP + FP + FN), which is 0 where nothing matches;
* rates per hour of no observed time and rate errors of no matched event are NaN;
* kappa is NaN where there is no epoch, and where all epochs are alike on both sides (the textbook formula is 0/0).

In print, what was not there to be counted is a dash and not a perfect score.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import EVENT_KINDS
from detector.night.night import Night
from detector.night.store import without_nan
from detector.truth.agreement import kappa_table
from detector.truth.matching import Pairs, best_pairs, match_onsets, match_overlaps, overlap_ratio, touching
from detector.truth.movements import KNOWN_KINDS, Movements

if TYPE_CHECKING:
    import pandas as pd

EPISODE_KINDS = ("rhythmic", "gross")
# How events are matched in this field (an agreement on scoring, nothing that a user tunes).
ONSET_TOLERANCE_S = 0.5
LEAST_OVERLAP = 0.3
REPORTED_OVERLAPS = (0.2, 0.3)
OVERLAP_CURVE = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(frozen=True)
class Tally:
    """Counts of a one-to-one matching and what follows from them; empty cases as the module says."""

    n_known: int
    n_found: int
    n_matched: int

    @property
    def precision(self) -> float:
        """Matched of found, 0 to 1."""
        return self.n_matched / self.n_found if self.n_found else 1.0

    @property
    def recall(self) -> float:
        """Matched of known, 0 to 1."""
        return self.n_matched / self.n_known if self.n_known else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, 0 to 1."""
        both = self.n_known + self.n_found
        return 2 * self.n_matched / both if both else 1.0


@dataclass(frozen=True)
class KindScore:
    """How one kind of movement did.

    Attributes:
        tally: matching of found to known events of this kind.
        at_overlap: the tally at each ratio of `OVERLAP_CURVE`; empty for twitches.
        n_touched: known movements that any event, of whatever kind, touches (within the onset tolerance). Not
            one-to-one: it asks whether the movement was noticed at all.
        false_per_hour: found events of this kind that match no known one, per observed hour.
    """

    tally: Tally
    at_overlap: Mapping[float, Tally]
    n_touched: int
    false_per_hour: float

    @property
    def found_by_any(self) -> float:
        """Share of the known movements that some event touches, 0 to 1; 1 where none is known."""
        return self.n_touched / self.tally.n_known if self.tally.n_known else 1.0


@dataclass(frozen=True)
class Score:
    """Found events against known ones.

    Attributes:
        observed_s: time in which something could have been found.
        kinds: one entry for each of `KNOWN_KINDS`.
        n_false: events of any kind (uncertain ones too) that touch no known movement.
        n_unobserved: known movements wholly outside the observed time; they are left out of everything else.
        n_outside: those of them that lie before the first or after the last frame: the truth may be of other footage.
        rate_error_hz: found minus known rate of the matched rhythmic events that have both, shape (n,).
        n_episodes, n_broken: known rhythmic and gross episodes, and those in which a twitch was reported that is not
            known to be there.
        confusion: known kind (rows, last `"none"`) by found kind (columns, last `"none"`), by the best one-to-one
            matching of events that touch, same kinds first.
        kappa: Cohen's kappa between "a movement of this kind lies in the epoch" known and found; kind (rows, first
            `"any"`) by epoch length in s (columns).
        n_twitches_restless: twitches reported inside known restless stretches that are not known to be there.
        restless_covered: share of the known restless time that lies inside events, 0 to 1; NaN where none is known.
        known, found: what was compared.
    """

    observed_s: float
    kinds: Mapping[str, KindScore]
    n_false: int
    n_unobserved: int
    rate_error_hz: NDArray[np.float64]
    n_episodes: int
    n_broken: int
    confusion: pd.DataFrame
    kappa: pd.DataFrame
    known: Movements = field(repr=False)
    found: Movements = field(repr=False)
    n_outside: int = 0
    n_twitches_restless: int = 0
    restless_covered: float = float("nan")

    @property
    def false_per_hour(self) -> float:
        """Events that touch no known movement, per observed hour; NaN for no observed time."""
        return _per_hour(self.n_false, self.observed_s)

    @property
    def mean_rate_error_hz(self) -> float:
        """Mean absolute rate error; NaN where no rhythmic event with a rate was matched."""
        return float(np.abs(self.rate_error_hz).mean()) if self.rate_error_hz.size else float("nan")

    def table(self) -> pd.DataFrame:
        """One row a kind: counts, precision, recall, F1, F1 at other overlaps, found by any, false per hour."""
        import pandas as pd

        rows = []
        for kind, score in self.kinds.items():
            tally = score.tally
            row = {"kind": kind, "known": tally.n_known, "found": tally.n_found, "matched": tally.n_matched}
            row |= {"precision": tally.precision, "recall": tally.recall, "f1": tally.f1}
            row |= {f"f1_iou_{ratio}": _f1_at(score, ratio) for ratio in REPORTED_OVERLAPS}
            rows.append(row | {"found_by_any": score.found_by_any, "false_per_hour": score.false_per_hour})
        return pd.DataFrame(rows).set_index("kind")

    def to_dict(self) -> dict[str, object]:
        """Everything as plain numbers for JSON; NaN becomes None."""
        kinds = self.table().to_dict("index")
        for kind, score in self.kinds.items():
            kinds[kind]["f1_by_overlap"] = {str(ratio): tally.f1 for ratio, tally in score.at_overlap.items()}
        plain: dict[str, object] = {
            "observed_s": self.observed_s,
            "kinds": kinds,
            "false_events": self.n_false,
            "false_events_per_hour": self.false_per_hour,
            "known_but_unobserved": self.n_unobserved,
            "known_outside_the_recording": self.n_outside,
            "rate_error_hz": {"mean_absolute": self.mean_rate_error_hz, "each": self.rate_error_hz.tolist()},
            "episodes": self.n_episodes,
            "broken_episodes": self.n_broken,
            "twitches_in_restless": self.n_twitches_restless,
            "restless_covered": self.restless_covered,
            "confusion": self.confusion.to_dict("index"),
            "kappa": {kind: {str(k): v for k, v in row.items()} for kind, row in self.kappa.to_dict("index").items()},
            "matching": {"onset_tolerance_s": ONSET_TOLERANCE_S, "least_overlap": LEAST_OVERLAP},
        }
        return {key: without_nan(value) for key, value in plain.items()}

    def to_json(self) -> str:
        """The same as JSON text."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n"


def evaluate(night: Night, truth: pd.DataFrame) -> Score:
    """Score a night against known movements whose onsets are in the night's recording time.

    Args:
        night: what was found; its observed intervals are the time that counts.
        truth: columns `onset, duration` (s), `label` and optionally `freq_hz`, as `movements.read_known` gives them.
    """
    known = Movements.from_known(truth)
    score = score_events(Movements.from_found(night.events), known, night.observed)
    is_outside = (known.start_s >= night.stop_s) | (known.stop_s <= night.start_s)
    return replace(score, n_outside=int(is_outside.sum()))


def score_events(found: Movements, known: Movements, observed: Sequence[tuple[float, float]]) -> Score:
    """Score found movements against known ones.

    Args:
        found: events of any kind.
        known: movements of `KNOWN_KINDS`.
        observed: intervals `(start_s, stop_s)` of observed time, apart and ascending.
    """
    observed_s = sum(stop_s - start_s for start_s, stop_s in observed)
    is_observed = _touches_any(known, observed)
    n_unobserved = int((~is_observed).sum())
    known = known.where(is_observed)
    is_touched = touching(known.start_s, known.stop_s, found.start_s, found.stop_s, ONSET_TOLERANCE_S)
    broken, episodes = _broken_episodes(known, found, EPISODE_KINDS)
    counted = found.where(~_is_open(known, found, is_touched))
    return Score(
        observed_s=observed_s,
        kinds={kind: _score_kind(kind, known, counted, is_touched, observed_s) for kind in KNOWN_KINDS},
        n_false=int((~is_touched.any(axis=0)).sum()),
        n_unobserved=n_unobserved,
        rate_error_hz=_rate_errors(known.of("rhythmic"), found.of("rhythmic")),
        n_episodes=episodes,
        n_broken=broken,
        confusion=_confusion(known, found, is_touched),
        kappa=kappa_table(known, found, observed),
        known=known,
        found=found,
        n_twitches_restless=int(_stray_twitches(known, found, ("restless",)).sum()),
        restless_covered=covered_share(known.of("restless"), found),
    )


def _is_open(known: Movements, found: Movements, is_touched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which found events touch nothing but jerks and, if they are no twitches, restless stretches, shape (n_found,).

    What kind these are is left open: they are no false event of any kind.
    """
    is_jerk, is_restless = known.kind == "jerk", known.kind == "restless"
    of_others = is_touched[~is_jerk & ~is_restless].any(axis=0)
    of_restless = is_touched[is_restless].any(axis=0) & ~np.isin(found.kind, ("twitch", "restless"))
    return np.asarray((is_touched[is_jerk].any(axis=0) | of_restless) & ~of_others)


def covered_share(known: Movements, found: Movements) -> float:
    """Share of the known time (its stretches do not overlap) that lies inside found events; NaN where none is known."""
    total_s = float((known.stop_s - known.start_s).sum())
    if total_s == 0:
        return float("nan")
    inside_s, until_s = 0.0, -np.inf
    for start_s, stop_s in zip(found.start_s.tolist(), found.stop_s.tolist(), strict=True):
        begin_s = max(start_s, until_s)
        shared_s = np.minimum(known.stop_s, stop_s) - np.maximum(known.start_s, begin_s)
        inside_s += float(np.clip(shared_s, 0.0, None).sum())
        until_s = max(until_s, stop_s)
    return inside_s / total_s


def match_kind(kind: str, known: Movements, found: Movements, least_overlap: float = LEAST_OVERLAP) -> Pairs:
    """Index pairs of the movements of one kind: by onset for twitches and jerks, by overlap for the rest."""
    if kind in {"twitch", "jerk"}:
        return match_onsets(known.start_s, found.start_s, ONSET_TOLERANCE_S)
    ratio = overlap_ratio(known.start_s, known.stop_s, found.start_s, found.stop_s)
    return match_overlaps(ratio, least_overlap)


def _score_kind(
    kind: str, known: Movements, found: Movements, is_touched: NDArray[np.bool_], observed_s: float
) -> KindScore:
    known_of, found_of = known.of(kind), found.of(kind)
    n_touched = int(is_touched[known.kind == kind].any(axis=1).sum())
    if kind == "jerk":
        return KindScore(Tally(len(known_of), n_touched, n_touched), {}, n_touched, _per_hour(0, observed_s))

    def tally(least_overlap: float) -> Tally:
        n_matched = len(match_kind(kind, known_of, found_of, least_overlap))
        return Tally(len(known_of), len(found_of), n_matched)

    main = tally(LEAST_OVERLAP)
    curve = {} if kind == "twitch" else {ratio: tally(ratio) for ratio in OVERLAP_CURVE}
    return KindScore(main, curve, n_touched, _per_hour(main.n_found - main.n_matched, observed_s))


def _rate_errors(known: Movements, found: Movements) -> NDArray[np.float64]:
    pairs = match_kind("rhythmic", known, found)
    error_hz = found.rate_hz[pairs[:, 1]] - known.rate_hz[pairs[:, 0]]
    return error_hz[np.isfinite(error_hz)]


def _broken_episodes(known: Movements, found: Movements, kinds: Sequence[str]) -> tuple[int, int]:
    """How many episodes of these kinds have twitches reported inside that are not known, and how many there are."""
    inside = _stray_inside(known, found, kinds)
    return int(inside.any(axis=1).sum()), len(inside)


def _stray_twitches(known: Movements, found: Movements, kinds: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the twitches that match no known one begin inside known stretches of these kinds."""
    return np.asarray(_stray_inside(known, found, kinds).any(axis=0))


def _stray_inside(known: Movements, found: Movements, kinds: Sequence[str]) -> NDArray[np.bool_]:
    twitches = found.of("twitch")
    expected = match_kind("twitch", known.of("twitch"), twitches)[:, 1]
    onsets_s = np.delete(twitches.start_s, expected)
    episodes = known.where(np.isin(known.kind, kinds))
    return np.less_equal.outer(episodes.start_s, onsets_s) & np.greater.outer(episodes.stop_s, onsets_s)


def _confusion(known: Movements, found: Movements, is_touched: NDArray[np.bool_]) -> pd.DataFrame:
    import pandas as pd

    ratio = overlap_ratio(known.start_s, known.stop_s, found.start_s, found.stop_s)
    is_same_kind = np.equal.outer(known.kind, found.kind)
    pairs = best_pairs(is_touched, (is_same_kind + ratio / (2 * max(1, len(known)))) / 2)
    missed = np.setdiff1d(np.arange(len(known)), pairs[:, 0])
    extra = np.setdiff1d(np.arange(len(found)), pairs[:, 1])
    cells = [(known.kind[row], found.kind[column]) for row, column in pairs]
    cells += [(known.kind[row], "none") for row in missed] + [("none", found.kind[column]) for column in extra]
    counts = Counter((str(row), str(column)) for row, column in cells)
    rows, columns = (*KNOWN_KINDS, "none"), (*EVENT_KINDS, "none")
    return pd.DataFrame(
        [[counts[row, column] for column in columns] for row in rows],
        index=pd.Index(rows, name="known"),
        columns=pd.Index(columns, name="found"),
    )


def _touches_any(movements: Movements, intervals: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    edges = np.array(intervals, dtype=float).reshape(-1, 2)
    is_near = touching(movements.start_s, movements.stop_s, edges[:, 0], edges[:, 1], 0.0)
    return np.asarray(is_near.any(axis=1))


def _f1_at(score: KindScore, ratio: float) -> float:
    return score.at_overlap[ratio].f1 if score.at_overlap else float("nan")


def _per_hour(count: int, observed_s: float) -> float:
    return 3600 * count / observed_s if observed_s > 0 else float("nan")

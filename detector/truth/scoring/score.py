"""What a score holds: counts of a one-to-one matching, F1, false alarms per hour, agreement over epochs.

What a metric is when there is nothing to count:

* precision of nothing found is 1, recall of nothing known is 1, F1 of neither is 1: silence was right. As soon as
  either side holds an event, F1 is 2 TP / (2 TP + FP + FN), which is 0 where nothing matches;
* rates per hour of no observed time and rate errors of no matched event are NaN;
* kappa is NaN where there is no epoch, and where all epochs are alike on both sides (the textbook formula is 0/0).

In print, what was not there to be counted is a dash and not a perfect score.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.night.files.store import without_nan
from detector.night.people.agreement import LEAST_OVERLAP, ONSET_TOLERANCE_S
from detector.truth.scoring.intervals import Intervals

if TYPE_CHECKING:
    import pandas as pd

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
        kinds: one entry for each of the known `KINDS`.
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
    known: Intervals = field(repr=False)
    found: Intervals = field(repr=False)
    n_outside: int = 0
    n_twitches_restless: int = 0
    restless_covered: float = float("nan")

    @property
    def false_per_hour(self) -> float:
        """Events that touch no known movement, per observed hour; NaN for no observed time."""
        return per_hour(self.n_false, self.observed_s)

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


def _f1_at(score: KindScore, ratio: float) -> float:
    return score.at_overlap[ratio].f1 if score.at_overlap else float("nan")


def per_hour(count: int, observed_s: float) -> float:
    """Events per hour; NaN for no observed time."""
    return 3600 * count / observed_s if observed_s > 0 else float("nan")

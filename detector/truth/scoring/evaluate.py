"""Found events against known movements: one-to-one matching.

Short movements (`twitch`) match by onset within 0.5 s. Long ones (`rhythmic`, `gross`, `movement`) match by
intersection over union of their intervals: 0.3 unless said otherwise, with the curve from 0.1 to 0.5 beside it.
A `jerk` of the trunk is right if any event touches it, whatever its kind. In `restless` stretches (limbs in motion
without a pause) no twitch may be reported, and the moving time has to lie inside events, whose kind, if it is not a
twitch, is left open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import EVENT_KINDS
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.night.people.agreement import LEAST_OVERLAP, ONSET_TOLERANCE_S
from detector.truth.known import KINDS, KnownMovement
from detector.truth.scoring.agreement import kappa_table
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.matching import Pairs, best_pairs, match_onsets, match_overlaps, overlap_ratio, touching
from detector.truth.scoring.score import (
    OVERLAP_CURVE,
    KindScore,
    Score,
    Tally,
    per_hour,
)

if TYPE_CHECKING:
    import pandas as pd

EPISODE_KINDS = ("rhythmic", "gross")


@takes_night
def evaluate(night: Night, known: Sequence[KnownMovement]) -> Score:
    """Score a night against known movements whose onsets are in the night's recording time.

    Args:
        night: what was found; its observed intervals are the time that counts.
        known: what is in the footage, as `read_truth` gives it.
    """
    truth = Intervals.of_known(known)
    score = score_events(Intervals.of_events(night.events), truth, night.observed)
    is_outside = (truth.start_s >= night.stop_s) | (truth.stop_s <= night.start_s)
    return replace(score, n_outside=int(is_outside.sum()))


def score_events(found: Intervals, known: Intervals, observed: Sequence[tuple[float, float]]) -> Score:
    """Score found movements against known ones.

    Args:
        found: events of any kind.
        known: movements of `KINDS`.
        observed: intervals `(start_s, stop_s)` of observed time, apart and ascending.
    """
    observed_s = sum(stop_s - start_s for start_s, stop_s in observed)
    is_observed = _touches_any(known, observed)
    n_unobserved = int((~is_observed).sum())
    known = known.where(is_observed)
    is_touched = touching(known.start_s, known.stop_s, found.start_s, found.stop_s, ONSET_TOLERANCE_S)
    broken, episodes = _broken_episodes(known, found, EPISODE_KINDS)
    counted = found.where(~is_open(known, found))
    return Score(
        observed_s=observed_s,
        kinds={kind: _score_kind(kind, known, counted, is_touched, observed_s) for kind in KINDS},
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


def is_open(known: Intervals, found: Intervals) -> NDArray[np.bool_]:
    """Which found events touch nothing but jerks and, if they are no twitches, restless stretches, shape (n_found,).

    What kind these are is left open: they are no false event of any kind.
    """
    is_touched = touching(known.start_s, known.stop_s, found.start_s, found.stop_s, ONSET_TOLERANCE_S)
    is_jerk, is_restless = known.kind == "jerk", known.kind == "restless"
    of_others = is_touched[~is_jerk & ~is_restless].any(axis=0)
    of_restless = is_touched[is_restless].any(axis=0) & ~np.isin(found.kind, ("twitch", "restless"))
    return np.asarray((is_touched[is_jerk].any(axis=0) | of_restless) & ~of_others)


def covered_share(known: Intervals, found: Intervals) -> float:
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


def match_kind(kind: str, known: Intervals, found: Intervals, least_overlap: float = LEAST_OVERLAP) -> Pairs:
    """Index pairs of the movements of one kind: by onset for twitches and jerks, by overlap for the rest."""
    if kind in {"twitch", "jerk"}:
        return match_onsets(known.start_s, found.start_s, ONSET_TOLERANCE_S)
    ratio = overlap_ratio(known.start_s, known.stop_s, found.start_s, found.stop_s)
    return match_overlaps(ratio, least_overlap)


def _score_kind(
    kind: str, known: Intervals, found: Intervals, is_touched: NDArray[np.bool_], observed_s: float
) -> KindScore:
    known_of, found_of = known.of(kind), found.of(kind)
    n_touched = int(is_touched[known.kind == kind].any(axis=1).sum())
    if kind == "jerk":
        return KindScore(Tally(len(known_of), n_touched, n_touched), {}, n_touched, per_hour(0, observed_s))

    def tally(least_overlap: float) -> Tally:
        n_matched = len(match_kind(kind, known_of, found_of, least_overlap))
        return Tally(len(known_of), len(found_of), n_matched)

    main = tally(LEAST_OVERLAP)
    curve = {} if kind == "twitch" else {ratio: tally(ratio) for ratio in OVERLAP_CURVE}
    return KindScore(main, curve, n_touched, per_hour(main.n_found - main.n_matched, observed_s))


def _rate_errors(known: Intervals, found: Intervals) -> NDArray[np.float64]:
    pairs = match_kind("rhythmic", known, found)
    error_hz = found.rate_hz[pairs[:, 1]] - known.rate_hz[pairs[:, 0]]
    return error_hz[np.isfinite(error_hz)]


def _broken_episodes(known: Intervals, found: Intervals, kinds: Sequence[str]) -> tuple[int, int]:
    """How many episodes of these kinds have twitches reported inside that are not known, and how many there are."""
    inside = _stray_inside(known, found, kinds)
    return int(inside.any(axis=1).sum()), len(inside)


def _stray_twitches(known: Intervals, found: Intervals, kinds: Sequence[str]) -> NDArray[np.bool_]:
    """Which of the twitches that match no known one begin inside known stretches of these kinds."""
    return np.asarray(_stray_inside(known, found, kinds).any(axis=0))


def _stray_inside(known: Intervals, found: Intervals, kinds: Sequence[str]) -> NDArray[np.bool_]:
    twitches = found.of("twitch")
    expected = match_kind("twitch", known.of("twitch"), twitches)[:, 1]
    onsets_s = np.delete(twitches.start_s, expected)
    episodes = known.where(np.isin(known.kind, kinds))
    return np.less_equal.outer(episodes.start_s, onsets_s) & np.greater.outer(episodes.stop_s, onsets_s)


def _confusion(known: Intervals, found: Intervals, is_touched: NDArray[np.bool_]) -> pd.DataFrame:
    import pandas as pd

    ratio = overlap_ratio(known.start_s, known.stop_s, found.start_s, found.stop_s)
    is_same_kind = np.equal.outer(known.kind, found.kind)
    pairs = best_pairs(is_touched, (is_same_kind + ratio / (2 * max(1, len(known)))) / 2)
    missed = np.setdiff1d(np.arange(len(known)), pairs[:, 0])
    extra = np.setdiff1d(np.arange(len(found)), pairs[:, 1])
    cells = [(known.kind[row], found.kind[column]) for row, column in pairs]
    cells += [(known.kind[row], "none") for row in missed] + [("none", found.kind[column]) for column in extra]
    counts = Counter((str(row), str(column)) for row, column in cells)
    rows, columns = (*KINDS, "none"), (*EVENT_KINDS, "none")
    return pd.DataFrame(
        [[counts[row, column] for column in columns] for row in rows],
        index=pd.Index(rows, name="known"),
        columns=pd.Index(columns, name="found"),
    )


def _touches_any(movements: Intervals, intervals: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    edges = np.array(intervals, dtype=float).reshape(-1, 2)
    is_near = touching(movements.start_s, movements.stop_s, edges[:, 0], edges[:, 1], 0.0)
    return np.asarray(is_near.any(axis=1))

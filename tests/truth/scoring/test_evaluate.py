"""Scores of hand-made events, against mir_eval and statsmodels, and relations that must hold."""

import json
import math

import mir_eval
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa as statsmodels_kappa

from detector.truth.known import KnownMovement
from detector.truth.scoring.agreement import cohens_kappa
from detector.truth.scoring.evaluate import score_events
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.score import OVERLAP_CURVE, Score

Row = tuple[str, float, float] | tuple[str, float, float, float]
# Kinds that are both known and found under one name; jerk and restless have rules of their own.
PLAIN_KINDS = ("twitch", "rhythmic", "movement", "gross")
TEN_MINUTES = [(0.0, 600.0)]


def movements(*rows: Row) -> Intervals:
    """Rows `(kind, start_s, stop_s[, rate_hz])`."""
    padded = [(*row, math.nan)[:4] for row in rows]
    kind, start_s, stop_s, rate_hz = zip(*padded, strict=True) if rows else ((), (), (), ())
    events = {"kind": list(kind), "start_s": list(start_s), "stop_s": list(stop_s), "rate_hz": list(rate_hz)}
    return Intervals.of_events(pd.DataFrame(events).astype({"kind": str}))


def score(known: list[Row], found: list[Row], observed: list[tuple[float, float]] | None = None) -> Score:
    return score_events(movements(*found), movements(*known), TEN_MINUTES if observed is None else observed)


ROWS = st.lists(
    st.tuples(
        st.sampled_from(PLAIN_KINDS),
        st.integers(0, 2300).map(lambda quarters: quarters / 4),
        st.integers(1, 60).map(lambda quarters: quarters / 4),
    ).map(lambda row: (row[0], row[1], row[1] + row[2])),
    max_size=12,
)


def test_counts_and_ratios_of_twitches() -> None:
    result = score(
        [("twitch", 10, 10.3), ("twitch", 20, 20.3), ("twitch", 30, 30.3)],
        [("twitch", 10.2, 10.5), ("twitch", 20.6, 20.9), ("twitch", 100, 100.2), ("twitch", 200, 200.2)],
    )
    twitch = result.kinds["twitch"]
    assert (twitch.tally.n_known, twitch.tally.n_found, twitch.tally.n_matched) == (3, 4, 1)
    assert twitch.tally.precision == 0.25
    assert twitch.tally.recall == pytest.approx(1 / 3)
    assert twitch.tally.f1 == pytest.approx(2 / 7)
    assert twitch.false_per_hour == 18.0
    assert twitch.found_by_any == pytest.approx(2 / 3)
    assert result.n_false == 2
    assert result.false_per_hour == 12.0


def test_long_movements_match_by_overlap_and_carry_their_curve() -> None:
    result = score([("rhythmic", 100, 110, 2.0)], [("rhythmic", 106, 116, 2.3)])
    assert [result.kinds["rhythmic"].at_overlap[ratio].f1 for ratio in (0.1, 0.2, 0.25, 0.3)] == [1, 1, 1, 0]
    assert result.kinds["rhythmic"].tally.f1 == 0
    assert result.rate_error_hz.size == 0


def test_rate_error_is_found_minus_known() -> None:
    result = score(
        [("rhythmic", 100, 110, 2.0), ("rhythmic", 200, 210, 1.0), ("rhythmic", 300, 310)],
        [("rhythmic", 100, 110, 1.9), ("rhythmic", 200, 210, 1.3), ("rhythmic", 300, 310, 4.0)],
    )
    assert result.rate_error_hz == pytest.approx([-0.1, 0.3])
    assert result.mean_rate_error_hz == pytest.approx(0.2)


def test_a_twitch_inside_a_rhythmic_episode_breaks_it() -> None:
    known: list[Row] = [("rhythmic", 100, 110), ("gross", 200, 206), ("gross", 300, 306)]
    result = score(known, [("twitch", 104, 104.3), ("twitch", 105, 105.3), ("twitch", 306.1, 306.4)])
    assert (result.n_broken, result.n_episodes) == (1, 3)


def test_a_twitch_known_to_lie_inside_an_episode_does_not_break_it() -> None:
    known: list[Row] = [("gross", 200, 206), ("twitch", 203, 203.3)]
    assert score(known, [("gross", 200, 206), ("twitch", 203, 203.3)]).n_broken == 0


def test_a_jerk_is_right_if_any_event_touches_it() -> None:
    known: list[Row] = [("jerk", 10, 10.3), ("jerk", 13, 13.3), ("jerk", 16, 16.3), ("twitch", 30, 30.3)]
    found: list[Row] = [("twitch", 10.1, 10.4), ("uncertain", 12.9, 13.4), ("twitch", 30, 30.2), ("twitch", 50, 50.2)]
    result = score(known, found)
    assert result.kinds["jerk"].found_by_any == pytest.approx(2 / 3)
    assert result.kinds["jerk"].tally.f1 == pytest.approx(0.8)
    twitch = result.kinds["twitch"].tally
    assert (twitch.n_known, twitch.n_found, twitch.n_matched) == (1, 2, 1)
    assert result.n_false == 1


def test_restless_time_asks_for_events_and_forbids_twitches() -> None:
    known: list[Row] = [("restless", 100, 200), ("twitch", 198, 198.3), ("twitch", 300, 300.3)]
    found: list[Row] = [("movement", 90, 150), ("rhythmic", 140, 160), ("restless", 170, 220), ("twitch", 120, 120.3)]
    result = score(known, [*found, ("twitch", 198.1, 198.4), ("twitch", 300, 300.3)])
    assert result.restless_covered == pytest.approx(0.9)
    assert result.n_twitches_restless == 1
    twitch = result.kinds["twitch"].tally
    assert (twitch.n_known, twitch.n_found, twitch.n_matched) == (2, 3, 2)
    assert result.kinds["movement"].tally.n_found == result.kinds["rhythmic"].tally.n_found == 0
    assert result.n_false == 0
    assert math.isnan(score([], found).restless_covered)


def test_a_slow_movement_with_a_twitch_inside_is_no_broken_episode() -> None:
    assert score([("movement", 200, 206)], [("twitch", 203, 203.3)]).n_episodes == 0


def test_confusion_says_what_was_taken_for_what() -> None:
    known: list[Row] = [("twitch", 10, 10.3), ("twitch", 50, 50.3), ("rhythmic", 100, 110), ("gross", 300, 310)]
    found: list[Row] = [("movement", 10, 10.8), ("rhythmic", 100, 109), ("uncertain", 302, 304), ("twitch", 500, 500.2)]
    table = score(known, found).confusion
    assert table.loc["twitch", "movement"] == 1
    assert table.loc["twitch", "none"] == 1
    assert table.loc["rhythmic", "rhythmic"] == 1
    assert table.loc["gross", "uncertain"] == 1
    assert table.loc["none", "twitch"] == 1
    assert table.to_numpy().sum() == 5


def test_confusion_prefers_the_same_kind() -> None:
    result = score([("twitch", 10, 10.4)], [("movement", 10, 10.4), ("twitch", 10.2, 10.5)])
    assert result.confusion.loc["twitch", "twitch"] == 1
    assert result.confusion.loc["none", "movement"] == 1


def test_uncertain_events_count_as_false_where_nothing_is_known() -> None:
    assert score([], [("uncertain", 10, 12)]).n_false == 1


def test_what_lies_in_unobserved_time_is_left_out_and_counted() -> None:
    known: list[Row] = [("twitch", 10, 10.3), ("twitch", 50, 50.3)]
    result = score(known, [("twitch", 10, 10.3)], [(0.0, 30.0), (60.0, 90.0)])
    assert result.n_unobserved == 1
    assert result.kinds["twitch"].tally.f1 == 1.0
    assert result.observed_s == 60.0


def test_known_movements_are_sorted_and_only_what_swings_has_a_rate() -> None:
    known = Intervals.of_known([KnownMovement("rhythmic", 20.0, 5.0, rate_hz=2.5), KnownMovement("twitch", 8.0, 0.328)])
    assert known.kind.tolist() == ["twitch", "rhythmic"]
    assert known.stop_s == pytest.approx([8.328, 25.0])
    assert np.isnan(known.rate_hz[0])
    assert known.rate_hz[1] == 2.5
    assert len(Intervals.of_known([])) == 0


@pytest.mark.parametrize("observed", [[], TEN_MINUTES])
def test_everything_is_defined_when_nothing_is_known_or_found(observed: list[tuple[float, float]]) -> None:
    result = score([], [], observed)
    assert all((kind.tally.f1, kind.tally.precision, kind.tally.recall) == (1, 1, 1) for kind in result.kinds.values())
    assert all(kind.found_by_any == 1 for kind in result.kinds.values())
    assert (result.n_false, result.n_broken, result.n_episodes) == (0, 0, 0)
    assert math.isnan(result.mean_rate_error_hz)
    assert math.isnan(result.false_per_hour) == (not observed)
    assert result.kappa.isna().all(axis=None)
    assert json.loads(result.to_json())["rate_error_hz"] == {"mean_absolute": None, "each": []}


def test_something_against_nothing_is_zero() -> None:
    missed, invented = score([("gross", 10, 20)], []), score([], [("gross", 10, 20)])
    assert (missed.kinds["gross"].tally.recall, missed.kinds["gross"].tally.precision) == (0, 1)
    assert (invented.kinds["gross"].tally.recall, invented.kinds["gross"].tally.precision) == (1, 0)
    assert missed.kinds["gross"].tally.f1 == invented.kinds["gross"].tally.f1 == 0


def test_kappa_over_epochs() -> None:
    # 20 epochs of 30 s; known in 2 of them, found in one of these and in one more.
    result = score([("twitch", 10, 10.3), ("twitch", 100, 100.3)], [("twitch", 12, 12.3), ("twitch", 400, 400.3)])
    agreed, expected = 18 / 20, (2 / 20) ** 2 + (18 / 20) ** 2
    assert result.kappa.loc["twitch", 30.0] == pytest.approx((agreed - expected) / (1 - expected))
    assert result.kappa.loc["any", 30.0] == result.kappa.loc["twitch", 30.0]
    assert math.isnan(result.kappa.loc["gross", 30.0])  # none known, none found


def test_a_table_and_json_carry_the_same_numbers() -> None:
    result = score([("rhythmic", 100, 110, 2.0)], [("rhythmic", 100, 111, 2.1)])
    row = result.table().loc["rhythmic"]
    plain = json.loads(result.to_json())
    assert plain["kinds"]["rhythmic"]["f1"] == row["f1"] == 1.0
    assert plain["kinds"]["rhythmic"]["f1_iou_0.2"] == row["f1_iou_0.2"]
    assert plain["kinds"]["twitch"]["f1_iou_0.2"] is None
    assert list(plain["kinds"]["rhythmic"]["f1_by_overlap"]) == [str(ratio) for ratio in OVERLAP_CURVE]
    assert plain["kappa"]["any"]["15.0"] == 1.0
    assert plain["confusion"]["rhythmic"]["rhythmic"] == 1


@settings(max_examples=40)
@given(ROWS, ROWS)
def test_twitch_scores_equal_those_of_mir_eval(known: list[Row], found: list[Row]) -> None:
    known_s = np.unique([row[1] for row in known if row[0] == "twitch"])
    found_s = np.unique([row[1] for row in found if row[0] == "twitch"])
    tally = (
        score(
            [("twitch", start, start + 0.3) for start in known_s], [("twitch", start, start + 0.3) for start in found_s]
        )
        .kinds["twitch"]
        .tally
    )
    if known_s.size and found_s.size:
        f1, precision, recall = mir_eval.onset.f_measure(known_s, found_s, window=0.5)
        assert (tally.f1, tally.precision, tally.recall) == pytest.approx((f1, precision, recall))


@settings(max_examples=40)
@given(ROWS)
def test_found_as_known_is_perfect(rows: list[Row]) -> None:
    result = score(rows, rows)
    assert all(kind.tally.f1 == kind.found_by_any == 1 for kind in result.kinds.values())
    assert (result.n_false, result.n_broken) == (0, 0)
    assert (result.kappa.isna() | (result.kappa == 1)).all(axis=None)


@settings(max_examples=40)
@given(ROWS, ROWS)
def test_trading_places_trades_precision_and_recall(known: list[Row], found: list[Row]) -> None:
    one, other = score(known, found), score(found, known)
    for kind in PLAIN_KINDS:
        assert one.kinds[kind].tally.precision == other.kinds[kind].tally.recall
        assert one.kinds[kind].tally.f1 == other.kinds[kind].tally.f1
    assert np.allclose(one.kappa, other.kappa, equal_nan=True)


@settings(max_examples=40)
@given(ROWS, ROWS, st.integers(1, 40).map(lambda quarters: quarters / 4))
def test_shifting_all_times_changes_nothing(known: list[Row], found: list[Row], shift_s: float) -> None:
    def moved(rows: list[Row]) -> list[Row]:
        return [(row[0], row[1] + shift_s, row[2] + shift_s) for row in rows]

    here, there = score(known, found), score(moved(known), moved(found), [(shift_s, 600.0 + shift_s)])
    assert here.to_dict() == there.to_dict()


@settings(max_examples=40)
@given(ROWS, ROWS)
def test_a_stricter_overlap_never_scores_higher(known: list[Row], found: list[Row]) -> None:
    for kind in ("rhythmic", "gross", "movement"):
        curve = [tally.f1 for tally in score(known, found).kinds[kind].at_overlap.values()]
        assert curve == sorted(curve, reverse=True)


@settings(max_examples=40)
@given(ROWS, ROWS)
def test_confusion_counts_every_movement_once(known: list[Row], found: list[Row]) -> None:
    table = score(known, found).confusion
    for kind in PLAIN_KINDS:
        assert table.loc[kind].sum() == sum(row[0] == kind for row in known)
        assert table[kind].sum() == sum(row[0] == kind for row in found)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_kappa_equals_that_of_statsmodels(codings: list[tuple[bool, bool]]) -> None:
    one, other = np.array(codings).T
    table = np.array([[(~one & ~other).sum(), (~one & other).sum()], [(one & ~other).sum(), (one & other).sum()]])
    if len({*one, *other}) == 2:
        assert cohens_kappa(one, other) == pytest.approx(statsmodels_kappa(table, return_results=False))
    else:
        assert math.isnan(cohens_kappa(one, other))

"""One-to-one matching, against mir_eval and against trying every possibility."""

from itertools import permutations

import mir_eval
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.truth.scoring.matching import (
    Times,
    best_pairs,
    match_onsets,
    match_overlaps,
    onset_distance,
    overlap_ratio,
    touching,
)

# Quarter seconds, so that nothing hangs on rounding.
quarter_seconds = st.integers(0, 60).map(lambda quarters: quarters / 4)
onsets = st.lists(quarter_seconds, max_size=7, unique=True).map(lambda times: np.array(sorted(times), dtype=float))
intervals = st.lists(st.tuples(quarter_seconds, st.integers(1, 24).map(lambda quarters: quarters / 4)), max_size=5).map(
    lambda rows: np.array(sorted((start, start + length) for start, length in rows), dtype=float).reshape(-1, 2)
)


def ratio_of(known: Times, found: Times) -> Times:
    return overlap_ratio(known[:, 0], known[:, 1], found[:, 0], found[:, 1])


def test_a_chain_of_close_onsets_is_matched_completely() -> None:
    # Greedy nearest-first would take (1.3, 1.2) and leave 0.9 and 1.7 alone.
    pairs = match_onsets(np.array([0.9, 1.3]), np.array([1.2, 1.7]), 0.5)
    assert pairs.tolist() == [[0, 0], [1, 1]]


def test_of_two_largest_matchings_the_closer_one_is_taken() -> None:
    pairs = match_onsets(np.array([1.0]), np.array([0.6, 1.1, 1.4]), 0.5)
    assert pairs.tolist() == [[0, 1]]


def test_the_tolerance_itself_still_matches() -> None:
    assert len(match_onsets(np.array([10.1]), np.array([10.6]), 0.5)) == 1
    assert len(match_onsets(np.array([10.1]), np.array([10.602]), 0.5)) == 0


def test_two_onsets_cannot_share_one() -> None:
    assert len(match_onsets(np.array([1.0, 1.1]), np.array([1.05]), 0.5)) == 1


@pytest.mark.parametrize("n_known", [0, 2])
@pytest.mark.parametrize("n_found", [0, 2])
def test_empty_sides_give_no_pairs(n_known: int, n_found: int) -> None:
    known, found = np.arange(n_known, dtype=float), 100 + np.arange(n_found, dtype=float)
    assert match_onsets(known, found, 0.5).shape == (0, 2)
    assert match_overlaps(overlap_ratio(known, known + 1, found, found + 1), 0.3).shape == (0, 2)


def test_overlap_ratio_of_known_cases() -> None:
    known, found = np.array([[0.0, 10.0]]), np.array([[0.0, 10.0], [5.0, 15.0], [10.0, 20.0], [2.0, 4.0]])
    assert ratio_of(known, found)[0] == pytest.approx([1.0, 1 / 3, 0.0, 0.2])


def test_overlap_ratio_of_no_length_is_zero() -> None:
    moment = np.array([3.0])
    assert overlap_ratio(moment, moment, moment, moment).tolist() == [[0.0]]


def test_touching_reaches_as_far_as_the_tolerance() -> None:
    known_start_s, known_stop_s = np.array([10.0]), np.array([11.0])
    found_start_s, found_stop_s = np.array([8.0, 9.0, 11.5, 11.6]), np.array([9.4, 9.5, 12.0, 12.0])
    near = touching(known_start_s, known_stop_s, found_start_s, found_stop_s, 0.5)
    assert near.tolist() == [[False, True, True, False]]


def test_a_night_of_thousands_is_matched() -> None:
    known = np.sort(np.random.default_rng(4).uniform(0, 36_000, 3000))
    pairs = match_onsets(known, known + 0.01, 0.5)
    assert len(pairs) == 3000


@given(onsets, onsets)
def test_onset_matches_count_as_in_mir_eval(known: Times, found: Times) -> None:
    theirs = mir_eval.util.match_events(known, found, 0.5)
    assert len(match_onsets(known, found, 0.5)) == len(theirs)


@given(onsets, onsets)
def test_pairs_are_one_to_one_and_within_the_tolerance(known: Times, found: Times) -> None:
    pairs = match_onsets(known, found, 0.5)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)
    assert (onset_distance(known, found)[pairs[:, 0], pairs[:, 1]] <= 0.5).all()


@given(intervals, intervals, st.sampled_from([0.1, 0.3, 0.5]))
def test_overlap_matching_is_the_best_of_all_possible(known: Times, found: Times, least: float) -> None:
    ratio = ratio_of(known, found)
    pairs = match_overlaps(ratio, least)
    got = (len(pairs), float(ratio[pairs[:, 0], pairs[:, 1]].sum()))
    few, many = (ratio, ratio.T) if len(known) <= len(found) else (ratio.T, ratio)
    del many
    best = (0, 0.0)
    for columns in permutations(range(few.shape[1]), few.shape[0]):
        values = [few[row, column] for row, column in enumerate(columns) if few[row, column] >= least - 1e-6]
        best = max(best, (len(values), float(sum(values))))
    assert got[0] == best[0]
    assert got[1] == pytest.approx(best[1])


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 2**25 - 1))
def test_any_allowed_pairs_are_matched_as_many_as_mir_eval_matches(rows: int, columns: int, bits: int) -> None:
    is_allowed = np.array([bool(bits >> i & 1) for i in range(rows * columns)]).reshape(rows, columns)
    graph = {row: list(np.flatnonzero(is_allowed[row])) for row in range(rows) if is_allowed[row].any()}
    theirs = mir_eval.util._bipartite_match(graph)
    assert len(best_pairs(is_allowed, np.ones((rows, columns)))) == len(theirs)

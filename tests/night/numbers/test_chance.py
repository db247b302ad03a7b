import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.night.numbers.chance import RunRule, chance_of, find_runs

WASM = RunRule(10.0, 90.0, 4)


def one_segment(onsets: np.ndarray) -> tuple[np.ndarray, list[str]]:
    return np.zeros(len(onsets)), [""] * len(onsets)


def test_runs_by_hand() -> None:
    onsets = [0.0, 20.0, 40.0, 60.0, 65.0, 100.0, 140.0, 180.0, 300.0]
    # 5 s is too short and 120 s too long: two series of four.
    assert find_runs(onsets, [0] * 9, WASM) == [(0, 4), (4, 8)]
    assert find_runs(onsets, [0, 0, 0, 1, 1, 1, 1, 1, 1], WASM) == [(4, 8)]
    assert find_runs(onsets, [0] * 9, RunRule(10.0, 90.0, 4, 80.0)) == [(4, 8)]
    assert find_runs(onsets[:3], [0] * 3, WASM) == []


def test_limits_belong_to_the_range() -> None:
    assert find_runs([0.0, 10.0, 100.0, 110.0], [0] * 4, WASM) == [(0, 4)]
    # 0.1 and 0.2 are no binary numbers: a difference that should be 10 is a hair below it.
    assert find_runs([0.1, 10.1, 20.1, 30.1], [0] * 4, WASM) == [(0, 4)]


def test_shuffle_of_equal_intervals_changes_nothing() -> None:
    onsets = np.arange(0.0, 600.0, 20.0)
    found = chance_of(onsets, *one_segment(onsets), WASM, shuffles=50, seed=1)
    assert (found.expected, found.longest, found.share_of(30)) == (1.0, (30,) * 50, 1.0)


def test_order_that_makes_a_series_is_told_from_chance() -> None:
    # 30 intervals of 20 s in a row, and 30 of 2 s: any other order breaks the row.
    onsets = np.cumsum([20.0] * 30 + [2.0] * 30)
    found = chance_of(onsets, *one_segment(onsets), WASM, shuffles=200, seed=1)
    assert found.longest[-1] < 25
    assert found.share_of(31) == pytest.approx(1 / 201)
    assert found.share_of(1) == pytest.approx(1.0, abs=0.01)


def test_states_are_shuffled_by_themselves() -> None:
    # Short intervals in one state, long ones in the other: no series in either, in any order.
    onsets = np.concatenate([np.arange(0.0, 40.0, 2.0), np.arange(1000.0, 3000.0, 100.0)])
    segment = np.repeat([0, 1], 20)
    apart = chance_of(onsets, segment, ["quiet"] * 20 + ["active"] * 20, WASM, shuffles=50, seed=0)
    assert (apart.expected, set(apart.longest), apart.share_of(4)) == (0.0, {0}, 1 / 51)


def test_the_same_seed_gives_the_same_chance() -> None:
    onsets = np.cumsum(np.random.default_rng(0).exponential(20.0, 300))
    first, again, other = (chance_of(onsets, *one_segment(onsets), WASM, shuffles=100, seed=seed) for seed in (5, 5, 6))
    assert first == again != other


def test_many_events_are_shuffled_in_batches_that_add_up() -> None:
    onsets = np.cumsum(np.random.default_rng(0).exponential(6.0, 50_000))
    found = chance_of(onsets, *one_segment(onsets), WASM, shuffles=100, seed=0)
    # 1 of 5.3 intervals lies in the range: three and more of them follow each other 274 times.
    assert found.expected == pytest.approx(274, rel=0.1)
    assert len(found.longest) == 100


@pytest.mark.parametrize("n", [0, 1])
def test_nothing_to_shuffle_is_no_chance(n: int) -> None:
    onsets = np.zeros(n)
    found = chance_of(onsets, *one_segment(onsets), WASM, shuffles=10, seed=0)
    assert np.isnan(found.expected)
    assert np.isnan(found.share_of(3))


@settings(max_examples=6, deadline=None)
@given(st.floats(0.5, 10.0))
@pytest.mark.slow
def test_events_at_random_are_called_periodic_no_more_often_than_chance_allows(per_min: float) -> None:
    """Poisson events at half to ten a minute: at most 1 night of 20, and what 120 nights vary by (1 in 1000)."""
    for rule in (WASM, RunRule(5.0, 90.0, 4)):
        called = 0
        for seed in range(120):
            onsets = np.cumsum(np.random.default_rng(seed).exponential(60.0 / per_min, int(per_min * 120)))
            longest = max((stop - first for first, stop in find_runs(onsets, np.zeros(len(onsets)), rule)), default=0)
            chance = chance_of(onsets, *one_segment(onsets), rule, shuffles=99, seed=seed)
            called += longest > 0 and chance.share_of(longest) <= 0.05
        assert called <= 14

import math

import numpy as np
import pytest

from detector.night.numbers.statistics import (
    burstiness,
    fano_curve,
    log_survivor,
    onset_intervals,
    segments,
    still_share,
)


def test_intervals_never_cross_a_hole() -> None:
    onsets = [13.0, 1.0, 4.0, 11.0, 29.0]
    assert onset_intervals(onsets, [(0.0, 5.0), (10.0, 20.0), (25.0, 30.0)]).tolist() == [3.0, 2.0]
    assert onset_intervals(onsets, [(0.0, 30.0)]).tolist() == [3.0, 7.0, 2.0, 16.0]


def test_onset_inside_a_hole_counts_to_the_stretch_after_it() -> None:
    assert onset_intervals([3.0, 9.9, 12.0], [(0.0, 5.0), (10.0, 20.0)]).tolist() == pytest.approx([2.1])


@pytest.mark.parametrize("onsets", [[], [3.0]])
def test_fewer_than_two_onsets_have_no_interval(onsets: list[float]) -> None:
    assert onset_intervals(onsets, [(0.0, 5.0)]).size == 0


def test_survivors_of_an_exponential_lie_on_a_line() -> None:
    intervals = np.random.default_rng(1).exponential(10.0, 20_000)
    x, share = log_survivor(intervals)
    slope = np.polyfit(x[share > 0.01], np.log(share[share > 0.01]), 1)[0]
    assert slope == pytest.approx(-0.1, rel=0.02)


def test_survivors_fall_from_one_and_never_reach_zero() -> None:
    _, share = log_survivor([5.0, 1.0, 1.0, 9.0])
    assert share.tolist() == [1.0, 0.5, 0.25]


def test_no_interval_has_no_survivors() -> None:
    x, share = log_survivor([])
    assert x.size == share.size == 0


def test_interval_never_crosses_a_change_of_state() -> None:
    states = [(0.0, 30.0, "quiet"), (30.0, 60.0, "quiet"), (60.0, 90.0, "active")]
    onsets = [25.0, 35.0, 55.0, 65.0, 70.0, 95.0]
    assert onset_intervals(onsets, [(0.0, 100.0)], states).tolist() == [10.0, 20.0, 5.0]
    assert segments(onsets, [(0.0, 100.0)], states).tolist() == [1, 1, 1, 2, 2, 3]


def test_burstiness_has_its_published_ends() -> None:
    # Kim and Jo: -1 for equal intervals; 1 for the largest ratio that n intervals can have, all but one of them 0.
    assert burstiness([7.0] * 20) == -1.0
    assert burstiness([0.0] * 19 + [5.0]) == pytest.approx(1.0)


def test_burstiness_by_hand() -> None:
    # Ten intervals of 1 and 3 s: r = 0.5, so A = (sqrt(11) / 2 - 3) / ((sqrt(11) - 2) / 2 + 3).
    assert burstiness([1.0, 3.0] * 5, min_events=10) == pytest.approx(-0.36675, abs=1e-5)


def test_burstiness_of_chance_is_0_however_few_there_are() -> None:
    random = np.random.default_rng(4)
    for n in (20, 200):
        values = [burstiness(random.exponential(8.0, n)) for _ in range(400)]
        assert np.mean(values) == pytest.approx(0.0, abs=0.03)


@pytest.mark.parametrize("intervals", [[], [1.0] * 19, [0.0] * 30])
def test_burstiness_of_too_few_is_not_told(intervals: list[float]) -> None:
    assert math.isnan(burstiness(intervals))


def test_still_epochs_are_counted_in_judged_time_only() -> None:
    # Epochs 0-20, 20-40 and 100-120; the rest of 40-50 is none. A movement of 19 to 21 s takes two of them.
    assert still_share([(19.0, 21.0)], [(0.0, 50.0), (100.0, 120.0)]) == (pytest.approx(1 / 3), 3)
    assert still_share([], [(0.0, 60.0)]) == (1.0, 3)
    assert still_share([(20.0, 40.0)], [(0.0, 60.0)]) == (pytest.approx(2 / 3), 3)
    share, n_epochs = still_share([(1.0, 2.0)], [(0.0, 19.0)])
    assert (math.isnan(share), n_epochs) == (True, 0)


def test_movement_that_covers_epochs_leaves_none_still() -> None:
    assert still_share([(0.0, 100.0), (30.0, 31.0)], [(0.0, 100.0)]) == (0.0, 5)


def test_fano_factor_by_hand() -> None:
    # Counts in ten windows of 10 s: 2 and 0 in turn. Mean 1, variance 10 / 9.
    onsets = [10.0 * window + half for window in range(0, 10, 2) for half in (1.0, 2.0)]
    assert fano_curve(onsets, [(0.0, 100.0)], [10.0])[0] == pytest.approx(10 / 9)


def test_fano_factor_of_chance_is_1_and_of_bouts_is_more() -> None:
    random = np.random.default_rng(6)
    judged = [(0.0, 20_000.0)]
    chance = fano_curve(np.cumsum(random.exponential(5.0, 4000)), judged, [10.0, 60.0])
    assert chance == pytest.approx([1.0, 1.0], abs=0.2)
    bouts = np.repeat(np.cumsum(random.exponential(50.0, 400)), 10) + random.uniform(0, 5, 4000)
    assert (fano_curve(bouts, judged, [10.0, 60.0]) > 4).all()


def test_fano_factor_of_too_few_windows_or_events_is_not_told() -> None:
    assert np.isnan(fano_curve([1.0, 2.0], [(0.0, 90.0)], [10.0])).all()
    assert np.isnan(fano_curve([], [(0.0, 900.0)], [10.0])).all()
    assert fano_curve([], [], []).size == 0

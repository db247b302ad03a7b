import math

import numpy as np
import pytest

from detector.night.statistics import log_survivor, onset_intervals, rate_per_hour


def test_rate_of_nothing_observed_is_nan() -> None:
    assert math.isnan(rate_per_hour(0, 0.0))
    assert rate_per_hour(0, 60.0) == 0.0


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

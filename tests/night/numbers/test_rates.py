import itertools
import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.errors import UsageError
from detector.night.numbers.rates import event_rate, parse_bin, poisson_limits, state_times, time_bins


@pytest.mark.parametrize(
    ("n_events", "low", "high"),
    # Garwood's limits, as tabulated in Ulm 1990, American Journal of Epidemiology 131, 373.
    [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.6235, 11.668), (10, 4.7954, 18.390), (100, 81.364, 121.627)],
)
def test_limits_are_the_published_ones(n_events: int, low: float, high: float) -> None:
    assert poisson_limits(n_events) == pytest.approx((low, high), rel=2e-4, abs=1e-4)


def test_limits_hold_the_truth_in_at_least_95_of_100_nights() -> None:
    random = np.random.default_rng(2)
    for mean in (0.7, 4.0, 30.0):
        limits = [poisson_limits(int(n)) for n in random.poisson(mean, 1000)]
        assert sum(low <= mean <= high for low, high in limits) >= 940  # 95 %, less what a thousand draws vary by


def test_one_event_in_three_minutes_is_no_rate() -> None:
    rate = event_rate(1, 180.0, min_s=600.0)
    assert rate.n_events == 1
    assert all(math.isnan(value) for value in (rate.per_hour, rate.low_per_hour, rate.high_per_hour))
    told = event_rate(1, 180.0, min_s=0.0)
    assert (told.per_hour, told.low_per_hour, told.high_per_hour) == pytest.approx((20.0, 0.506, 111.4), rel=1e-3)


def test_rate_of_nothing_judged_is_not_told() -> None:
    assert math.isnan(event_rate(0, 0.0, min_s=0.0).per_hour)
    assert event_rate(0, 3600.0, min_s=600.0).per_hour == 0.0


def test_time_of_no_known_state_is_told_by_itself() -> None:
    states = [(0.0, 30.0, "quiet"), (30.0, 60.0, "active"), (60.0, 90.0, "quiet")]
    assert state_times(states, [(10.0, 70.0), (80.0, 100.0)]) == {"quiet": 40.0, "active": 30.0, "": 10.0}
    assert state_times([], [(0.0, 5.0)]) == {"": 5.0}
    assert state_times(states, []) == {"quiet": 0.0, "active": 0.0}


@pytest.mark.parametrize("text", ["soon", "", "10s", "-1h", "0min", "nan"])
def test_what_is_no_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="expected kind, state, site, or a length of time"):
        parse_bin(text)


def test_bins_are_the_hours_of_the_day_across_a_change_of_clocks() -> None:
    begin = datetime(2024, 10, 27, 1, 20, tzinfo=ZoneInfo("Europe/Berlin"))
    bins = time_bins(5.0, 4 * 3600.0, 3600.0, begin)
    assert bins[0] == (5.0 - 20 * 60, 5.0 + 40 * 60)
    assert all(later[0] == earlier[1] for earlier, later in itertools.pairwise(bins))
    assert time_bins(0.0, 100.0, 3600.0, datetime(2024, 1, 1, 8, 30, tzinfo=ZoneInfo("Asia/Kolkata")))[0] == (
        -1800.0,
        1800.0,
    )


@given(st.floats(0, 1e4), st.floats(1, 1e5), st.floats(60, 1e4), st.booleans())
def test_bins_cover_the_recording_once(start_s: float, length_s: float, bin_s: float, is_known: bool) -> None:
    start_at = datetime(2026, 3, 14, 21, 45, 10, tzinfo=UTC) if is_known else None
    bins = time_bins(start_s, start_s + length_s, bin_s, start_at)
    assert bins[0][0] <= start_s + 1e-6
    assert bins[-1][1] >= start_s + length_s - 1e-6
    assert bins[0][1] > start_s - 1e-6
    assert bins[-1][0] < start_s + length_s + 1e-6

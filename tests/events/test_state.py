"""States of epochs: as they were made up where breathing can be seen, and unknown where it cannot."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from detector.events.breaths import BreathingTrack
from detector.events.presence import cut_epochs
from detector.events.state import (
    ABSENT,
    ACTIVE,
    AWAKE,
    BREATHING,
    BREATHING_AND_MOVEMENT,
    MOVEMENT,
    NEIGHBORS,
    NO_SIGN,
    QUIET,
    STATES,
    UNKNOWN,
    UNOBSERVED,
    Epoch,
    busy_stretches,
    score_epochs,
    state_of,
)
from detector.params import Params
from tests.events.simulated import SimulatedNight, event

PARAMS = Params().state
NIGHT = [(QUIET, 12.0), (ACTIVE, 14.0), (AWAKE, 6.0), (ACTIVE, 10.0), (QUIET, 15.0), (ACTIVE, 8.0), (ABSENT, 6.0)]


def track(irregularity: list[float], rate_hz: float = 0.7) -> BreathingTrack:
    """Breathing of known unevenness in each epoch; NaN where none is seen."""
    uneven = np.array(irregularity)
    is_visible = np.isfinite(uneven)
    variance = (60.0 * rate_hz * uneven) ** 2
    nothing = np.zeros(0)
    rates = np.where(is_visible, rate_hz, np.nan)
    quality = np.where(is_visible, 0.7, 0.1)
    return BreathingTrack(rates, uneven, variance, quality, is_visible, nothing, nothing, np.zeros((1, 1)), 8.0)


def states(irregularity: list[float], *events: object, observed: list[float] | None = None) -> list[str]:
    return [epoch.state for epoch in scored(irregularity, *events, observed=observed)]


def scored(irregularity: list[float], *events: object, observed: list[float] | None = None) -> tuple[Epoch, ...]:
    epochs = cut_epochs(0.0, 30.0 * len(irregularity), 30.0)
    seen = np.array(observed) if observed else np.ones(len(irregularity))
    return score_epochs(epochs, seen, list(events), track(irregularity), PARAMS)  # type: ignore[arg-type]


def kappa(one: list[str], other: list[str]) -> float:
    """Agreement of two codings beyond chance (Cohen 1960)."""
    table = np.array(
        [[sum(a == x and b == y for a, b in zip(one, other, strict=True)) for y in STATES] for x in STATES]
    )
    agreed = np.trace(table) / table.sum()
    expected = float(table.sum(axis=0) @ table.sum(axis=1)) / table.sum() ** 2
    return float((agreed - expected) / (1.0 - expected))


class TestRules:
    def test_even_breathing_is_quiet_and_uneven_active(self) -> None:
        assert states([0.05] * 8 + [0.25] * 8) == [QUIET] * 8 + [ACTIVE] * 8

    def test_a_night_of_quiet_sleep_alone_is_quiet(self) -> None:
        random = np.random.default_rng(1)
        assert set(states(random.uniform(0.03, 0.08, 40).tolist())) == {QUIET}

    def test_a_night_of_active_sleep_alone_is_active(self) -> None:
        random = np.random.default_rng(1)
        assert set(states(random.uniform(0.2, 0.3, 40).tolist())) == {ACTIVE}

    def test_movement_for_most_of_the_time_is_awake_whatever_the_breathing(self) -> None:
        found = scored([0.05] * 6, event("restless", 61.0, 58.0))
        assert [epoch.state for epoch in found] == [QUIET] * 2 + [AWAKE] * 2 + [QUIET] * 2
        assert found[2].decided_by == MOVEMENT
        assert found[2].certainty > 0.9

    def test_breathing_that_is_not_seen_is_not_guessed(self) -> None:
        found = scored([math.nan] * 3, event("twitch", 40.0, 0.3))
        assert [epoch.state for epoch in found] == [UNKNOWN] * 3
        assert all(epoch.decided_by == "" and math.isnan(epoch.certainty) for epoch in found)
        assert [epoch.infant_visible for epoch in found] == [False, True, False]

    def test_no_sign_for_minutes_is_absent_or_not_visible(self) -> None:
        found = scored([0.05] * 4 + [math.nan] * 8)
        assert [epoch.state for epoch in found] == [QUIET] * 4 + [ABSENT] * 8
        assert found[-1].decided_by == NO_SIGN

    def test_unobserved_time_has_no_state(self) -> None:
        found = scored([0.05] * 4, observed=[1.0, 0.4, 0.0, 1.0])
        assert [epoch.state for epoch in found] == [QUIET, UNOBSERVED, UNOBSERVED, QUIET]
        assert math.isnan(found[2].activity)

    def test_a_short_state_between_two_equal_ones_is_theirs(self) -> None:
        found = scored([0.05] * 6 + [math.nan, 0.25] + [0.05] * 6)
        assert {epoch.state for epoch in found} == {QUIET}
        assert found[6].decided_by == NEIGHBORS

    def test_a_long_one_stays(self) -> None:
        assert states([0.05] * 6 + [0.25] * 6 + [0.05] * 6) == [QUIET] * 6 + [ACTIVE] * 6 + [QUIET] * 6

    def test_near_the_threshold_movement_decides(self) -> None:
        near = [0.108] * 8  # 0.29 of the variance of 0.2 is that of 0.108
        still = scored(near)
        moving = scored(near, *(event("twitch", 10.0 + 20.0 * number, 0.3) for number in range(11)))
        assert {epoch.state for epoch in still} != {ACTIVE} or still[0].decided_by == BREATHING_AND_MOVEMENT
        assert {epoch.state for epoch in moving} == {ACTIVE}
        assert {epoch.decided_by for epoch in moving} == {BREATHING_AND_MOVEMENT}
        assert all(epoch.certainty == 0.5 for epoch in moving)

    def test_what_is_far_from_the_threshold_is_surer(self) -> None:
        near, far = scored([0.06] * 6)[0], scored([0.03] * 6)[0]
        assert near.decided_by == far.decided_by == BREATHING
        assert 0.5 < near.certainty < far.certainty <= 1.0

    def test_raising_the_threshold_makes_no_epoch_active(self) -> None:
        random = np.random.default_rng(3)
        uneven = random.uniform(0.03, 0.3, 60).tolist()
        epochs = cut_epochs(0.0, 1800.0, 30.0)
        counts = [
            Counter(
                epoch.state
                for epoch in score_epochs(
                    epochs, np.ones(60), [], track(uneven), PARAMS.model_copy(update={"active_ratio": ratio})
                )
            )[ACTIVE]
            for ratio in (0.1, 0.29, 0.8, 3.0)
        ]
        assert counts == sorted(counts, reverse=True)
        assert counts[0] > counts[-1]

    def test_one_epoch_and_none(self) -> None:
        assert states([0.05]) == [QUIET]
        assert states([math.nan]) == [UNKNOWN]
        assert states([]) == []

    def test_activity_is_a_share_of_observed_time(self) -> None:
        found = scored([0.05, 0.05], event("movement", 3.0, 6.0), observed=[0.6, 1.0])
        assert found[0].activity == pytest.approx(6.0 / 18.0)
        assert found[1].activity == 0.0


class TestSimulatedNights:
    """An hour of sleep each, with twitches and stirrings at the rates of its states."""

    @pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (1, 2))])
    def test_states_are_found_again(self, seed: int) -> None:
        night = SimulatedNight(NIGHT, seed)
        found = [epoch.state for epoch in night.scored()]
        assert kappa(night.true, found) >= 0.8

    @pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
    def test_rates_are_right_where_they_are_told(self, seed: int) -> None:
        night = SimulatedNight([(QUIET, 10.0), (ACTIVE, 5.0), (QUIET, 10.0)], seed)
        rates = night.track().rate_hz
        told = np.isfinite(rates)
        wrong = np.abs(rates - np.array(night.true_hz))[told] * 60.0 > 1.0
        assert told.mean() > 0.6
        assert wrong.mean() <= 0.05

    def test_a_covered_infant_is_unknown_or_not_visible_and_never_guessed(self) -> None:
        night = SimulatedNight([(UNKNOWN, 20.0), (QUIET, 10.0), (UNKNOWN, 10.0)], 4)
        found = [epoch.state for epoch in night.scored()]
        assert set(found[:39]) | set(found[-19:]) <= {UNKNOWN, ABSENT}
        assert Counter(found[41:59])[QUIET] >= 16

    def test_an_empty_cot_is_absent_all_night(self) -> None:
        night = SimulatedNight([(ABSENT, 30.0)], 5)
        assert {epoch.state for epoch in night.scored()} == {ABSENT}


class TestEpoch:
    def test_it_refuses_what_cannot_be(self) -> None:
        good = Epoch(0.0, 30.0, QUIET, decided_by=BREATHING, certainty=0.7)
        assert good.duration_s == 30.0
        for change in (
            {"stop_s": 0.0},
            {"start_s": math.nan},
            {"state": "asleep"},
            {"decided_by": "a guess"},
            {"activity": 1.5},
            {"certainty": -0.1},
            {"breathing_rate_hz": -1.0},
        ):
            with pytest.raises(ValueError, match="expected"):
                replace(good, **change)

    def test_the_state_of_a_moment(self) -> None:
        epochs = (Epoch(0.0, 30.0, QUIET), Epoch(30.0, 60.0, ACTIVE))
        assert [state_of(epochs, time_s) for time_s in (0.0, 29.9, 30.0, 60.0)] == [QUIET, QUIET, ACTIVE, ""]

    def test_twitches_and_small_movements_do_not_hide_breathing(self) -> None:
        events = [event("twitch", 3.0, 0.3), event("movement", 5.0, 3.0), event("gross", 10.0, 4.0)]
        assert busy_stretches(events, PARAMS) == [(10.0, 14.0)]

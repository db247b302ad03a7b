"""A night of known statistics: what the analysis says of it has to be what is in it."""

from collections import Counter

import numpy as np
import pytest

from detector.events.state import ABSENT, ACTIVE, AWAKE, QUIET, UNKNOWN, UNOBSERVED
from detector.night.night import Night
from detector.night.numbers.measures import times_of
from detector.night.numbers.patterns import is_more_than_chance
from detector.night.numbers.series import Times, find_series, night_criterion
from detector.night.numbers.statistics import bout_sizes
from detector.night.numbers.stretches import states_at
from detector.params import SeriesParams
from detector.truth.simulated import SimulatedNight, simulate_night
from tests.events.test_state import kappa

PLAN = SimulatedNight()
HIDDEN = SimulatedNight(is_breathing_seen=False)


NIGHTS = [4, pytest.param(24, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)]


@pytest.fixture(scope="module", params=NIGHTS, ids="{} nights".format)
def nights(request: pytest.FixtureRequest) -> list[Night]:
    """Nights of ten hours, each of another seed."""
    return [simulate_night(PLAN, seed) for seed in range(request.param)]


def enough(n_nights: int) -> int:
    """In so many of the nights what is told has to hold."""
    return int(0.9 * n_nights)


def test_rates_by_state_come_back_within_their_intervals(nights: list[Night]) -> None:
    held: Counter[tuple[str, str]] = Counter()
    for night in nights:
        table = night.rates("state").set_index(["state", "kind"])
        for state in (QUIET, ACTIVE):
            for kind, known in (
                ("gross", PLAN.gross_per_hour[state]),
                ("movement", PLAN.movements_per_hour),
                ("twitch", PLAN.twitches_per_hour(state)),
            ):
                row = table.loc[(state, kind)]
                low, high = row[["bout_low_per_hour", "bout_high_per_hour"]]
                held[state, kind] += int(low <= known <= high)
    assert len(held) == 6
    assert min(held.values()) >= enough(len(nights)), held


def test_interval_of_a_poisson_count_is_too_narrow_for_bouts(nights: list[Night]) -> None:
    """Why the limits that take the bout as the unit are told beside it."""
    held = 0
    for night in nights:
        row = night.rates("state").set_index(["state", "kind"]).loc[(ACTIVE, "twitch")]
        held += int(row.low_per_hour <= PLAN.twitches_per_hour(ACTIVE) <= row.high_per_hour)
    assert held <= 0.8 * len(nights)


def test_bouts_come_back_in_number_and_length(nights: list[Night]) -> None:
    rates, means, criteria = 0, [], []
    for night in nights:
        times = times_of(night)
        criterion = night_criterion(times)
        onsets = [event.start_s for event in night.decision.events if event.kind == "twitch"]
        sizes = bout_sizes(onsets, night.observed, times.states, criterion.interval_s)
        hours = dict.fromkeys((QUIET, ACTIVE, AWAKE), 0.0)
        for row in night.rates("state").query("kind == 'twitch'").itertuples():
            hours[row.state] = row.judged_s / 3600.0
        known = sum(length_h * PLAN.twitch_bouts_per_hour.get(state, 0.0) for state, length_h in hours.items())
        # A Poisson count lies within twice its standard deviation of its mean in 95 of 100 nights.
        rates += int(abs(len(sizes) - known) <= 2.0 * known**0.5)
        means.append(np.mean(sizes))
        criteria.append(criterion)
    assert rates >= enough(len(nights))
    assert all(criterion.is_fitted for criterion in criteria)
    assert np.mean(means) == pytest.approx(PLAN.twitches_per_bout, rel=0.1)  # now and then two bouts are taken for one


@pytest.mark.parametrize(
    "n_nights", [pytest.param(10, marks=pytest.mark.slow), pytest.param(100, marks=pytest.mark.long)]
)
def test_even_intervals_are_found_where_they_are_and_called_by_chance_where_not(n_nights: int) -> None:
    params = SeriesParams(shuffles=100)
    called = {0: 0, 2: 0}
    for n_series, plan in ((n, SimulatedNight(periodic_series=n, gaps=0)) for n in called):
        for seed in range(n_nights):
            night = simulate_night(plan, seed)
            times = Times(night.decision.events, night.observed, night.states, params)
            found = find_series(times, ["periodic WASM"])
            called[n_series] += int(bool(found) and is_more_than_chance(found, params.chance_share))
    assert called[2] >= enough(n_nights)
    assert called[0] <= 0.05 * n_nights + 2.0 * (0.05 * n_nights) ** 0.5  # 5 of 100, and what they vary by


def test_states_are_found_again_where_breathing_is_seen(nights: list[Night]) -> None:
    known = [state for _, _, state in PLAN.known_states()]
    for night in nights:
        found = [epoch.state for epoch in night.decision.epochs]
        pairs = [pair for pair in zip(known, found, strict=True) if pair[1] != UNOBSERVED]
        assert kappa([one for one, _ in pairs], [other for _, other in pairs]) >= 0.8


def test_states_are_not_guessed_where_breathing_is_not_seen() -> None:
    known = [state for _, _, state in HIDDEN.known_states()]
    for seed in range(4):
        epochs = simulate_night(HIDDEN, seed).decision.epochs
        assert not {epoch.state for epoch in epochs} & {QUIET, ACTIVE}
        awake = [state for state, epoch in zip(known, epochs, strict=True) if epoch.state == AWAKE]
        assert awake.count(AWAKE) >= 0.9 * len(awake)  # what moves for most of the time is told without breathing
        assert all(epoch.state == UNOBSERVED or epoch.infant_visible or epoch.state in {ABSENT, UNKNOWN}
                   for epoch in epochs)  # fmt: skip


def test_breathing_is_told_by_state(nights: list[Night]) -> None:
    for night in nights:
        told = night.epochs.groupby("state")["breathing_irregularity"].median()
        assert told[QUIET] == pytest.approx(0.055, rel=0.1)
        assert told[ACTIVE] == pytest.approx(0.19, rel=0.1)


def test_rhythmic_movements_are_told_by_number(nights: list[Night]) -> None:
    for night in nights[:4]:
        n_seen = sum(event.kind == "rhythmic" for event in night.decision.events)
        headings = [pattern.heading for pattern in night.patterns]
        assert (f"Rhythmic movement of 10 s or longer ({n_seen})" in headings) == (n_seen > 0)


def test_states_are_epochs_and_events_are_observed(nights: list[Night]) -> None:
    night = nights[0]
    assert {state for _, _, state in night.states} == {QUIET, ACTIVE, AWAKE, UNOBSERVED}
    assert all(stop_s - start_s == 30.0 for start_s, stop_s, _ in night.states)
    assert all(any(a <= event.start_s < b for a, b in night.observed) for event in night.decision.events)
    twitches = [event.start_s for event in night.decision.events if event.kind == "twitch"]
    assert AWAKE not in states_at(night.states, twitches) or PLAN.twitches_per_bout > 1
    assert night.coverage.gap_s == pytest.approx(36_000.0 - night.coverage.observed_s)


def test_the_same_seed_is_the_same_night(nights: list[Night]) -> None:
    assert simulate_night(PLAN, 3).events.equals(nights[3].events)
    assert not nights[2].events.equals(nights[3].events)

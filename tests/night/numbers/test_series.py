import dataclasses
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from detector.events.classify import Event
from detector.events.state import AWAKE, QUIET
from detector.night.numbers.chance import Chance
from detector.night.numbers.series import (
    Series,
    Times,
    amplitude_trend,
    find_series,
    known_states,
    label_twitches,
    night_criterion,
    periodicity_index,
)
from detector.params import SeriesParams

MakeEvent = Callable[..., Event]
HOUR = ((0.0, 3600.0),)


@pytest.fixture
def movements(event: MakeEvent) -> Callable[..., list[Event]]:
    """Movements of one length and kind at given onsets."""

    def make(onsets: Sequence[float], length_s: float = 1.0, **fields: object) -> list[Event]:
        named = {"kind": "movement"} | fields
        return [event(start_s=onset, stop_s=onset + length_s, **named) for onset in onsets]

    return make


def times(events: Sequence[Event], states: Sequence[tuple[float, float, str]] = (), **limits: float) -> Times:
    params = SeriesParams(**({"shuffles": 100} | limits))
    return Times(sorted(events, key=lambda e: e.start_s), HOUR, known_states(events, states), params)


def of_kind(found: Sequence[Series], kind: str) -> list[Series]:
    return [series for series in found if series.kind == kind]


def test_four_movements_twenty_seconds_apart_are_periodic_by_both_rules(movements: Callable[..., list[Event]]) -> None:
    found = find_series(times(movements([100, 120, 140, 160])))
    assert [series.kind for series in found] == ["periodic WASM", "periodic AASM"]
    assert found[0].members == (1, 2, 3, 4)
    assert (found[0].start_s, found[0].stop_s, found[0].median_interval_s) == (100, 161, 20.0)
    assert found[0].rate_per_min == 3.0


def test_intervals_of_six_seconds_are_periodic_by_the_rule_of_the_aasm_only(
    movements: Callable[..., list[Event]],
) -> None:
    assert [series.kind for series in find_series(times(movements([100, 106, 112, 118])))] == ["periodic AASM"]


@pytest.mark.parametrize(
    "onsets",
    [
        [100, 120, 140],  # three
        [100, 120, 140, 231],  # the last 91 s later
        [100, 120, 123, 140],  # one of 3 s
    ],
)
def test_what_is_no_periodic_series(movements: Callable[..., list[Event]], onsets: list[float]) -> None:
    assert find_series(times(movements(onsets))) == ()


def test_twitches_and_long_movements_are_left_out_of_periodic_series(movements: Callable[..., list[Event]]) -> None:
    onsets = [100, 120, 140, 160]
    assert of_kind(find_series(times(movements(onsets, 0.3, kind="twitch"))), "periodic WASM") == []
    assert find_series(times(movements(onsets, 11.0))) == ()
    assert find_series(times(movements(onsets, 1.0, kind="restless"))) == ()


def test_a_gap_or_a_change_of_state_ends_a_series(movements: Callable[..., list[Event]]) -> None:
    events = movements([100, 120, 140, 160])
    states = [(0.0, 130.0, QUIET), (130.0, 200.0, AWAKE)]
    assert find_series(times(events, states)) == ()
    apart = Times(events, ((0.0, 130.0), (131.0, 300.0)), (), SeriesParams(shuffles=100))
    assert find_series(apart) == ()


def test_periodicity_index_is_the_share_of_movements_in_series(movements: Callable[..., list[Event]]) -> None:
    there = times(movements([100, 120, 140, 160, 1000, 2000]))
    assert periodicity_index(find_series(there), there) == pytest.approx(4 / 6)
    none = times(movements([100.0], 0.2, kind="twitch"))
    assert math.isnan(periodicity_index(find_series(none), none))


def test_repeated_whole_body_movements(movements: Callable[..., list[Event]]) -> None:
    onsets = [600 + 15 * n for n in range(6)]
    events = [
        dataclasses.replace(one, snr=10.0 + n, site="body")
        for n, one in enumerate(movements(onsets, 1.5, kind="gross"), 1)
    ]
    waking = movements([300], 40.0, kind="restless")
    (found,) = of_kind(find_series(times([*events, *waking])), "repeated whole-body")
    assert found.members == (2, 3, 4, 5, 6, 7)
    assert found.amplitude_trend == 1.0
    assert found.since_waking_s == 300.0
    assert found.sites == ("body",)
    assert found.chance.expected == 1.0  # equal intervals stay what they are in any order


@pytest.mark.parametrize(
    ("onsets", "length_s", "kind", "label"),
    [
        ([600, 615, 630, 645], 1.5, "gross", ""),  # four
        ([600, 610, 620, 630, 640], 1.5, "gross", ""),  # within 40 s
        ([600, 631, 662, 693, 724], 1.5, "gross", ""),  # 31 s apart
        ([600, 615, 630, 645, 660], 3.1, "gross", ""),  # too long
        ([600, 615, 630, 645, 660], 0.3, "gross", ""),  # too short
        ([600, 615, 630, 645, 660], 1.5, "movement", ""),  # not of the whole body
    ],
)
def test_what_is_no_repetition(
    movements: Callable[..., list[Event]], onsets: list[float], length_s: float, kind: str, label: str
) -> None:
    found = find_series(times(movements(onsets, length_s, kind=kind, label=label)))
    assert of_kind(found, "repeated whole-body") == []


def test_jerks_repeat_as_whole_body_movements_do(movements: Callable[..., list[Event]]) -> None:
    events = movements([600, 615, 630, 645, 660], 0.45, kind="uncertain", label="jerk")
    assert [series.kind for series in find_series(times(events))] == ["repeated whole-body"]


def test_bouts_by_the_published_gap(movements: Callable[..., list[Event]]) -> None:
    there = times(movements([10, 15, 25, 40, 100, 103], 0.3, kind="twitch"))
    found = of_kind(find_series(there), "bout")
    assert [series.members for series in found] == [(1, 2, 3), (5, 6)]
    assert not night_criterion(there).is_fitted


def test_bouts_by_the_night_s_own_criterion(movements: Callable[..., list[Event]]) -> None:
    random = np.random.default_rng(8)
    gaps = np.where(random.random(400) < 0.7, random.exponential(1.0, 400) + 0.5, random.exponential(30.0, 400) + 0.5)
    onsets = 1.0 + np.cumsum(gaps)
    events = movements(onsets.tolist(), 0.2, kind="twitch")
    there = Times(events, ((0.0, 1e5),), (), SeriesParams(shuffles=100))
    criterion = night_criterion(there)
    assert criterion.is_fitted
    assert 2.0 < criterion.interval_s < 9.0
    within = sum(len(series.members) - 1 for series in of_kind(find_series(there), "bout"))
    assert within == int((gaps[1:] <= criterion.interval_s).sum())


def test_twitches_are_labeled(movements: Callable[..., list[Event]]) -> None:
    twitches = movements([100, 104, 200, 300, 3595], 0.3, kind="twitch")
    events = label_twitches(times([*twitches, *movements([209.0], 2.0)]))
    labels = {event.start_s: event.label for event in events}
    # The one at 200 s has a movement near it; what is at the end of the recording may have had one.
    assert labels == {100: "bout", 104: "bout", 200: "", 209.0: "", 300: "isolated", 3595: ""}


def test_label_that_is_there_stays(movements: Callable[..., list[Event]]) -> None:
    (one,) = label_twitches(times(movements([100], 0.3, kind="twitch", label="sucking-like")))
    assert one.label == "sucking-like"


def test_no_events_make_no_series() -> None:
    assert find_series(times([])) == ()
    assert label_twitches(times([])) == ()


def test_restless_stretches_are_states_where_none_were_scored(movements: Callable[..., list[Event]]) -> None:
    restless = movements([100], 20.0, kind="restless")
    assert known_states(restless, []) == ((100, 120.0, AWAKE),)
    assert known_states(restless, [(0.0, 30.0, QUIET)]) == ((0.0, 30.0, QUIET),)


def test_trend_by_hand() -> None:
    # Ranks 1 3 2 5 4 against 1 to 5: 1 - 6 (0 + 1 + 1 + 1 + 1) / (5 * 24) = 0.8.
    assert amplitude_trend([2.0, 5.0, 4.0, 9.0, 7.0]) == pytest.approx(0.8)
    assert amplitude_trend([9.0, 7.0, 5.0, 4.0, 2.0]) == -1.0
    assert math.isnan(amplitude_trend([3.0] * 6))


def test_series_checks_itself() -> None:
    nothing = Chance()
    for members, stop_s in [((1,), 5.0), ((2, 1), 5.0), ((1, 1), 5.0), ((1, 2), -1.0)]:
        with pytest.raises(ValueError, match="two movements or more"):
            Series("bout", members, 0.0, stop_s, 1.0, nothing)

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np
import pytest

from detector.events.classify import Event
from detector.night.numbers.patterns import Pattern, find_patterns
from detector.night.numbers.series import Times, find_series, known_states
from detector.params import SeriesParams

MakeEvent = Callable[..., Event]
LONG = ((0.0, 30_000.0),)


def patterns(events: Sequence[Event]) -> dict[str, Pattern]:
    ordered = sorted(events, key=lambda event: event.start_s)
    times = Times(ordered, LONG, known_states(ordered, ()), SeriesParams(shuffles=200))
    found = find_patterns(times, find_series(times), 10.0, lambda time_s: str(timedelta(seconds=round(time_s))))
    return {pattern.heading: pattern for pattern in found}


@pytest.fixture
def rhythm(event: MakeEvent) -> MakeEvent:
    """A rhythmic movement of 14 s at 2.1 Hz in the left arm."""

    def make(start_s: float, length_s: float = 14.0, **fields: object) -> Event:
        known = {"kind": "rhythmic", "rate_hz": 2.1, "n_cycles": 29.0, "regularity": 0.9, "site": "left arm"}
        return event(**(known | {"start_s": start_s, "stop_s": start_s + length_s} | fields))

    return make


def test_night_without_patterns_says_nothing(event: MakeEvent) -> None:
    assert patterns([]) == {}
    assert patterns([event(start_s=100.0 * n, stop_s=100.0 * n + 0.3) for n in range(1, 20)]) == {}


def test_sustained_rhythm(rhythm: MakeEvent) -> None:
    found = patterns([rhythm(60.0, is_sustained=True), rhythm(7260.0, 31.0, rate_hz=1.94, is_sustained=True)])
    pattern = found["Rhythmic movement of 10 s or longer (2)"]
    assert pattern.seen == "Rhythmic movement at 0:01:00, 2:01:00: 14 to 31 s long, 1.9 to 2.1 Hz, left arm."
    assert pattern.event_ids == ("e0001", "e0002")
    assert pattern.stretches == ((60.0, 74.0), (7260.0, 7291.0))
    assert "If you show it to someone, show the footage." in pattern.could_be_wrong
    assert pattern.by_chance == ""


def test_rhythm_while_restless(rhythm: MakeEvent, event: MakeEvent) -> None:
    restless = event(kind="restless", start_s=100.0, stop_s=140.0)
    found = patterns([restless, rhythm(110.0, 6.0), rhythm(500.0, 6.0)])
    assert found["Rhythmic movement while restless (1)"].event_ids == ("e0002",)


def test_repeated_movements_tell_trend_waking_and_chance(event: MakeEvent) -> None:
    body = [
        event(kind="gross", start_s=600.0 + 15 * n, stop_s=601.5 + 15 * n, snr=10.0 + n) for n in range(6)
    ]  # fmt: skip
    found = patterns([event(kind="restless", start_s=300.0, stop_s=340.0), *body])
    pattern = found["Repeated whole-body movements (1)"]
    assert pattern.seen == (
        "From 0:10:00, 6 movements of 1.5 s came 15 s apart (median), over 1.3 min, stronger from one to the "
        "next, 5 min after a waking."
    )
    assert pattern.by_chance == (
        "Series of any length were seen once, and are 1 on average with the intervals of this night in another order; "
        "one as long as the longest, of 6 movements, comes in 100 % of the shuffles: no more than chance may give."
    )


def test_even_intervals_are_told_only_where_chance_gives_fewer(event: MakeEvent) -> None:
    random = np.random.default_rng(3)
    at_random = 100.0 + np.cumsum(random.exponential(30.0, 200))
    in_order = 20_000.0 + np.cumsum([25.0] * 40 + [3.0] * 40 + [200.0] * 20)

    def movements(onsets: Sequence[float]) -> list[Event]:
        return [event(kind="movement", start_s=float(onset), stop_s=float(onset) + 1.0) for onset in onsets]

    assert patterns(movements(at_random)) == {}
    (heading,) = patterns(movements(in_order))
    assert heading == "Movements at even intervals (1)"
    pattern = patterns(movements(in_order))[heading]
    assert "more than chance gives" in pattern.by_chance
    assert "10 to 90 s apart, up to 40 in a row, from 5:33:45" in pattern.seen
    assert "no limit for infants is published" in pattern.could_be_wrong

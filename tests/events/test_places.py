"""Places where twitches cluster: found, numbered by size, and given to the events that are there."""

from dataclasses import replace

import numpy as np
import pytest

from detector.events.classify import Event
from detector.events.places import find_places, with_places
from detector.motion.grid import Grid
from detector.params import Params
from tests.events.simulated import event

PARAMS = Params().place
GRID = Grid(45, 80, (8.0, 8.0), 640, 360)


def twitches(x_px: float, y_px: float, count: int, spread_px: float = 4.0, kind: str = "twitch") -> list[Event]:
    random = np.random.default_rng(count)
    places = random.normal((x_px, y_px), spread_px, (count, 2))
    return [
        replace(event(kind, 3.0 * number, 0.3), x_px=float(x), y_px=float(y))  # type: ignore[arg-type]
        for number, (x, y) in enumerate(places)
    ]


def test_places_are_where_twitches_cluster_the_largest_first() -> None:
    found = find_places([*twitches(100, 80, 6), *twitches(500, 300, 20), *twitches(300, 100, 9)], GRID, PARAMS)
    assert found.tolist() == [pytest.approx(place, abs=12) for place in ((500, 300), (300, 100), (100, 80))]


def test_events_near_a_place_are_of_it_whatever_their_kind() -> None:
    events = [*twitches(500, 300, 8), *twitches(505, 296, 1, kind="rhythmic"), *twitches(60, 60, 1)]
    assert [each.site for each in with_places(events, GRID, PARAMS)] == ["place 1"] * 9 + [""]


def test_a_named_site_stays() -> None:
    events = [replace(each, site="left hand") for each in twitches(500, 300, 8)]
    assert {each.site for each in with_places(events, GRID, PARAMS)} == {"left hand"}


def test_scattered_twitches_have_no_place() -> None:
    events = [twitches(80.0 + 120 * column, 60.0 + 110 * row, 1)[0] for column in range(5) for row in range(3)]
    assert len(find_places(events, GRID, PARAMS)) == 0


@pytest.mark.parametrize("spread_px", [2.0, 8.0])
def test_one_cluster_is_one_place(spread_px: float) -> None:
    assert len(find_places(twitches(320, 180, 60, spread_px), GRID, PARAMS)) == 1


def test_other_kinds_make_no_place() -> None:
    assert len(find_places(twitches(320, 180, 9, kind="movement"), GRID, PARAMS)) == 0


def test_no_events_no_places() -> None:
    assert find_places([], GRID, PARAMS).shape == (0, 2)
    assert with_places([], GRID, PARAMS) == ()


def test_order_of_events_changes_nothing() -> None:
    events = [*twitches(100, 80, 6), *twitches(500, 300, 20)]
    assert np.array_equal(find_places(events, GRID, PARAMS), find_places(events[::-1], GRID, PARAMS))

import math
from datetime import UTC, datetime, timedelta

import pytest

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.numbers.rates import event_rate
from detector.night.trends import NightRates, Trends, compare_nights

FIRST = datetime(2026, 3, 1, 21, tzinfo=UTC)
HOURS = 10


def night(
    day: int,
    n_twitches: int,
    *,
    camera: str = "1280x720 h264",
    hours: float = HOURS,
    start_at: datetime | None = FIRST,
    infant: str = "",
    infants: tuple[str, ...] = (),
) -> NightRates:
    """A night of some twitches; each day has other footage."""
    counts = dict.fromkeys(EVENT_KINDS, 0) | {"twitch": n_twitches}
    return NightRates(
        name=f"night {day}",
        start_at=start_at + timedelta(days=day) if start_at else None,
        likeness=(
            ("infant", infant),
            ("camera", camera),
            ("version", "9"),
            ("parameters", '{"burst": {"threshold": 4.75}}'),
        ),
        observed_share=0.9,
        hashes=frozenset({f"{day:064x}"}),
        rates={kind: event_rate(n, hours * 3600.0, 600.0) for kind, n in counts.items()},
        infants=infants,
    )


def twitches(trends: Trends) -> dict[str, dict[str, object]]:
    rows = trends.table[trends.table["kind"] == "twitch"].to_dict("records")
    return {str(row["night"]): row for row in rows}


def test_night_is_compared_with_the_range_of_the_others() -> None:
    found = twitches(compare_nights([night(day, n) for day, n in enumerate([100, 110, 95, 105, 300])]))
    last = found["night 4"]
    assert (last["others_low_per_hour"], last["others_high_per_hour"], last["n_others"]) == (9.5, 11.0, 4)
    assert last["compared"] == "above"
    assert found["night 0"]["compared"] == "within"
    assert found["night 0"]["others_high_per_hour"] == 30.0


def test_few_events_are_within_whatever_they_look_like() -> None:
    # 3 a night and then 6: twice as many, and no more than chance.
    found = twitches(compare_nights([night(day, n) for day, n in enumerate([3, 3, 3, 3, 6])]))
    assert found["night 4"]["compared"] == "within"


def test_night_far_below_the_others_is_told() -> None:
    found = twitches(compare_nights([night(day, n) for day, n in enumerate([100, 100, 100, 20])]))
    assert found["night 3"]["compared"] == "below"


def test_nights_stand_in_order_of_time() -> None:
    nights = [night(3, 1), night(1, 1), night(2, 1, start_at=None), night(0, 1)]
    trends = compare_nights(nights)
    assert list(twitches(trends)) == ["night 0", "night 1", "night 3", "night 2"]
    assert any("no known start" in note for note in trends.notes)


def test_infants_of_one_footage_are_told_apart_and_their_common_night_is_left_out() -> None:
    both = [night(day, 100, infants=("mia", "leo")) for day in range(4)]
    each = [night(day, n, infant=name) for day in range(4) for name, n in (("mia", 60), ("leo", 40))]
    trends = compare_nights([*both, *each])
    assert trends.groups == {"A": "infant mia", "B": "infant leo"}
    assert len(trends.table) == 8 * len(EVENT_KINDS)
    assert trends.notes[0] == (
        "night 0 is left out: it is of several infants, mia and leo, each with a night in its folder."
    )
    with pytest.raises(UsageError, match="expected nights of one infant each, but there is none"):
        compare_nights(both)


def test_other_cameras_are_marked_and_not_mixed() -> None:
    nights = [night(day, 100) for day in range(4)] + [night(9, 400, camera="640x360 hevc")]
    trends = compare_nights(nights)
    found = twitches(trends)
    assert found["night 9"]["group"] != found["night 0"]["group"]
    assert (found["night 9"]["n_others"], found["night 9"]["compared"]) == (0, "")
    assert found["night 0"]["others_high_per_hour"] == 10.0
    assert trends.groups == {"A": "camera 1280x720 h264", "B": "camera 640x360 hevc"}
    assert any("2 infants, cameras, settings or versions" in note for note in trends.notes)


def test_too_few_others_give_no_range() -> None:
    trends = compare_nights([night(day, 100) for day in range(3)])
    row = twitches(trends)["night 0"]
    assert row["compared"] == ""
    assert math.isnan(float(str(row["others_low_per_hour"])))
    assert any("no range of others" in note for note in trends.notes)


def test_short_night_has_no_rate_and_no_verdict() -> None:
    nights = [night(day, 100) for day in range(5)] + [night(9, 5, hours=0.1)]
    row = twitches(compare_nights(nights))["night 9"]
    assert (row["n_events"], row["compared"]) == (5, "")
    assert math.isnan(float(str(row["per_hour"])))


def test_same_footage_counts_once() -> None:
    trends = compare_nights([night(1, 100), night(1, 100), night(2, 90)])
    assert list(twitches(trends)) == ["night 1", "night 2"]
    assert any("same footage" in note for note in trends.notes)


def test_nights_of_two_zones_are_told_in_their_own() -> None:
    east = datetime.fromisoformat("2026-03-01T21:00:00+09:00")
    trends = compare_nights([night(0, 10), night(1, 10, start_at=east)])
    assert twitches(trends)["night 1"]["start_at"] == "2026-03-02T21:00:00+09:00"
    assert any("2 time zones" in note for note in trends.notes)


def test_no_night_is_refused() -> None:
    with pytest.raises(UsageError, match="expected night folders"):
        compare_nights([])

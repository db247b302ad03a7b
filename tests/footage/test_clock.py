import pickle
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from detector.errors import ParameterError
from detector.footage.clock import find_zone, seconds_between, wall_clock, with_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        ("2024-03-15T22:00:00", 8, "2024-03-16T06:00:00+01:00"),
        ("2024-03-30T22:00:00", 8, "2024-03-31T07:00:00+02:00"),  # the hour that is skipped
        ("2024-10-26T22:00:00", 8, "2024-10-27T05:00:00+01:00"),  # the hour that is repeated
    ],
)
def test_a_night_across_a_clock_change_keeps_its_length(start: str, hours: int, expected: str) -> None:
    start_at = datetime.fromisoformat(start).replace(tzinfo=BERLIN)
    moment = wall_clock(start_at, hours * 3600)
    assert moment.isoformat() == expected
    assert seconds_between(start_at, moment) == hours * 3600


def test_both_passes_of_a_repeated_hour_differ() -> None:
    start_at = datetime(2024, 10, 27, 1, 0, tzinfo=BERLIN)
    assert wall_clock(start_at, 5400).isoformat() == "2024-10-27T02:30:00+02:00"
    assert wall_clock(start_at, 9000).isoformat() == "2024-10-27T02:30:00+01:00"


def test_naive_times_are_local_and_aware_ones_are_moved() -> None:
    assert with_zone(datetime(2024, 7, 1, 22), BERLIN).isoformat() == "2024-07-01T22:00:00+02:00"  # noqa: DTZ001
    assert with_zone(datetime(2024, 7, 1, 20, tzinfo=UTC), BERLIN).isoformat() == "2024-07-01T22:00:00+02:00"


def test_a_time_that_was_skipped_is_moved_on() -> None:
    skipped = datetime(2024, 3, 31, 2, 30)  # noqa: DTZ001
    assert with_zone(skipped, BERLIN).isoformat() == "2024-03-31T03:30:00+02:00"


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ParameterError, match=r"footage\.time_zone"):
        find_zone(name)


@pytest.mark.parametrize("name", ["Asia/Tokyo", ":America/New_York"])
def test_the_zone_of_the_computer_knows_its_clock_changes(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", name)
    assert find_zone() == ZoneInfo(name.lstrip(":"))


RULE = "CET-1CEST,M3.5.0,M10.5.0/3"


@pytest.mark.parametrize("told", [RULE, f":{RULE}"])
def test_a_rule_in_tz_is_read(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", told)
    zone = find_zone()
    assert with_zone(datetime(2024, 7, 1, 22), zone).isoformat() == "2024-07-01T22:00:00+02:00"  # noqa: DTZ001
    assert with_zone(datetime(2024, 1, 1, 22), zone).isoformat() == "2024-01-01T22:00:00+01:00"  # noqa: DTZ001
    assert wall_clock(datetime(2024, 10, 27, 1, 0, tzinfo=zone), 9000).isoformat() == "2024-10-27T02:30:00+01:00"
    assert pickle.loads(pickle.dumps(zone)) == zone == find_zone(str(zone))  # noqa: S301 - our own bytes


def test_a_short_rule_counts_to_the_west_as_posix_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XXX-9")
    assert with_zone(datetime(2024, 7, 1), find_zone()).isoformat() == "2024-07-01T00:00:00+09:00"  # noqa: DTZ001


def test_a_file_in_tz_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rule_only = tmp_path / "zone"
    rule_only.write_bytes(b"TZif2...\n" + RULE.encode() + b"\n")
    monkeypatch.setenv("TZ", str(rule_only))
    assert str(find_zone()) == RULE
    monkeypatch.setenv("TZ", str(tmp_path / "zoneinfo" / "Asia" / "Tokyo"))
    (tmp_path / "zoneinfo" / "Asia").mkdir(parents=True)
    (tmp_path / "zoneinfo" / "Asia" / "Tokyo").touch()
    assert find_zone() == ZoneInfo("Asia/Tokyo")


def test_a_tz_that_cannot_be_read_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "somewhere")
    with pytest.raises(ParameterError, match=r"TZ: .*'somewhere' came.*--time-zone"):
        find_zone()
    with pytest.raises(ParameterError, match=r"footage\.time_zone"):
        find_zone("UTC-2")

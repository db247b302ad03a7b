import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from detector.errors import NightFolderError, UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.night.files.loading import as_night, takes_night
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.night.nights import load_nights
from detector.night.provenance import InputFile, Provenance, Subject
from detector.night.tables import EVENT_COLUMNS

Store = Callable[..., Path]


@pytest.fixture
def store(make_night: Callable[..., Night], event: Callable[..., Event], tmp_path: Path) -> Store:
    """Write a night of some twitches into `nights/<name>`, an hour and a half long, in UTC unless said otherwise."""

    def write(name: str, n_twitches: int, start_at: datetime | None = datetime(2026, 3, 1, 22, tzinfo=UTC)) -> Path:
        events = tuple(event(start_s=30.0 * n + 1, stop_s=30.0 * n + 1.3) for n in range(n_twitches))
        source = InputFile("night.mp4", f"{name}.mp4", 1, "ab" * 32, 0.0)
        who = Subject(f"S-{name}", "1", "12 weeks")
        versions = {"twitch-detector": "9"}
        provenance = Provenance((source,), 0.0, 5400.0, start_at, "name", versions=versions, subject=who)
        folder = tmp_path / "nights" / name
        folder.mkdir(parents=True)
        write_night(make_night(Decision(events, ()), provenance=provenance, observed=((0.0, 5400.0),)), folder)
        return folder

    return write


def test_nights_are_found_below_a_folder_and_told_in_two_tables(store: Store, tmp_path: Path) -> None:
    store("b", 9)
    store("deep/a", 3, datetime(2026, 3, 2, 22, tzinfo=UTC))
    nights = load_nights(tmp_path / "nights")
    assert nights.names == ("b", "a")
    assert len(nights) == 2
    assert nights[1].summary()["counts"]["twitch"] == 3
    assert len(nights[:1]) == 1
    table = nights.nights.set_index("night")
    assert table.n_twitch.to_dict() == {"b": 9, "a": 3}
    assert table.twitch_per_hour.to_dict() == {"b": 6.0, "a": 2.0}
    assert (table.twitch_low_per_hour < table.twitch_per_hour).all()
    assert table.start_at["a"] - table.start_at["b"] == timedelta(days=1)
    assert table.version.unique().tolist() == ["9"]
    assert table.loc["a", ["subject", "session", "age"]].tolist() == ["S-deep/a", "1", "12 weeks"]
    events = nights.events
    assert events.columns.tolist() == ["night", *EVENT_COLUMNS]
    assert events.groupby("night").size().to_dict() == {"a": 3, "b": 9}
    assert str(events.start_at.dtype) == "datetime64[us, UTC]"


def test_night_that_cannot_be_read_is_told_and_left_out(store: Store, tmp_path: Path) -> None:
    store("good", 1)
    (store("torn", 1) / "night.json").write_text("{")
    nights = load_nights(tmp_path / "nights")
    with pytest.warns(UserWarning, match=r"1 of 2 nights cannot be read .*night\.json"):
        assert nights.nights.night.tolist() == ["good"]
    assert [name for name, _ in nights.unreadable] == ["torn"]
    assert [name for name, _ in nights.readable()] == ["good"]
    with pytest.raises(NightFolderError):
        nights[1]


def test_no_night_is_two_empty_tables(tmp_path: Path, store: Store) -> None:
    nights = load_nights(tmp_path)
    assert (len(nights), len(nights.nights), len(nights.events)) == (0, 0, 0)
    store("one", 2)
    full = load_nights(tmp_path)
    assert nights.nights.columns.tolist() == full.nights.columns.tolist()
    assert nights.events.columns.tolist() == full.events.columns.tolist()
    with pytest.raises(NightFolderError, match="no such folder"):
        load_nights(tmp_path / "nowhere")


def test_nights_of_two_zones_are_told_in_utc(store: Store, tmp_path: Path) -> None:
    store("here", 1)
    store("there", 1, datetime.fromisoformat("2026-03-01T22:00:00-05:00"))
    store("unknown", 1, None)
    starts = load_nights(tmp_path).nights.set_index("night").start_at
    assert starts["there"].isoformat() == "2026-03-02T03:00:00+00:00"
    assert pd.isna(starts["unknown"])


def test_the_same_folder_counts_once(store: Store, tmp_path: Path) -> None:
    folder = store("one", 1)
    assert len(load_nights([folder, tmp_path])) == 1


def test_every_kind_has_its_columns(store: Store, tmp_path: Path) -> None:
    store("one", 1)
    columns = load_nights(tmp_path).nights.columns
    assert {f"{kind}_per_hour" for kind in EVENT_KINDS} <= set(columns)


def test_folder_is_as_good_as_a_night(store: Store) -> None:
    folder = store("one", 4)

    @takes_night
    def count(night: Night, more: int = 0) -> int:
        return len(night.decision.events) + more

    assert count(folder) == count(str(folder)) == count(Night.load(folder)) == 4
    assert count(folder, more=1) == 5
    with pytest.raises(UsageError, match="expected a night or its folder, but int came"):
        as_night(7)  # type: ignore[arg-type]
    with pytest.raises(NightFolderError, match="no such night folder"):
        count(folder / "nowhere")


def test_camera_is_kept(store: Store, make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night()
    told = dataclasses.replace(night, provenance=dataclasses.replace(night.provenance, camera="1280x720 h264"))
    (tmp_path / "told").mkdir()
    write_night(told, tmp_path / "told")
    assert Night.load(tmp_path / "told").provenance.camera == "1280x720 h264"

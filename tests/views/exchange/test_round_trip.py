"""What is written is read back: kinds and times to the millisecond, whatever the night."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from detector.events.classify import EVENT_KINDS
from detector.night.night import Night
from detector.views.exchange.labels import with_kinds
from detector.views.exchange.reading import read_scoring
from detector.views.exchange.writing import export
from tests.views.exchange.conftest import EventMaker, marks, night_of

FORMATS = ("boris", "bids", "edf", "elan", "vtt", "csv")

EVENTS = some.lists(
    some.tuples(
        some.sampled_from(EVENT_KINDS),
        some.integers(0, 299_000),
        some.integers(1, 40_000),
        some.text(some.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp")), max_size=12),
    ),
    max_size=12,
)


def read_back(night: Night, to: str, folder: Path, **choice: bool) -> list[tuple[str, float, float]]:
    ending = {"boris": ".boris", "bids": "_bids", "edf": ".edf", "elan": ".eaf", "vtt": ".vtt", "csv": ".csv"}[to]
    paths = export(night, to, folder / f"night{ending}", **choice)
    found = []
    for path in paths:
        if path.name.endswith((".boris", "_events.tsv", ".edf", ".eaf", ".vtt", "night.csv")):
            labeled = with_kinds(read_scoring(night, path))
            assert labeled.unknown == {}
            found += [(kind, one.start_s, one.stop_s) for kind, one in labeled.marks]
    return sorted(found, key=lambda mark: (mark[1], mark[2], mark[0]))


def ordered(night: Night) -> list[tuple[str, float, float]]:
    return sorted(marks(night), key=lambda mark: (mark[1], mark[2], mark[0]))


@pytest.mark.parametrize("to", FORMATS)
@given(drawn=EVENTS)
@settings(max_examples=12)
def test_events_of_any_night_come_back(to: str, drawn: list[tuple[str, int, int, str]], make_event: EventMaker) -> None:
    events = [
        make_event(kind, start / 1000, min((start + length) / 1000, 300.0), site=site.strip(), reason=site)
        for kind, start, length, site in drawn
    ]
    night = night_of(events)
    with tempfile.TemporaryDirectory() as folder:
        assert read_back(night, to, Path(folder)) == ordered(night)


@pytest.mark.parametrize("to", FORMATS)
def test_events_across_files_and_a_gap_come_back(to: str, three_files: Night, tmp_path: Path) -> None:
    assert read_back(three_files, to, tmp_path) == ordered(three_files)


@pytest.mark.parametrize("to", FORMATS)
def test_a_night_without_events_is_written_and_read(to: str, tmp_path: Path) -> None:
    assert read_back(night_of([]), to, tmp_path) == []


def test_numbers_places_and_times_of_csv_come_back(night: Night, tmp_path: Path) -> None:
    for decimal_comma in (False, True):
        path = export(night, "csv", tmp_path / f"{decimal_comma}.csv", decimal_comma=decimal_comma)[0]
        scored = read_scoring(night, path).scored
        columns = night.event_columns()
        assert [one.event_id for one in scored] == columns["event_id"]
        assert [one.x_px for one in scored] == columns["x_px"]
        assert [one.subject for one in scored] == columns["site"]


def test_csv_has_every_column_and_its_dictionary(night: Night, tmp_path: Path) -> None:
    paths = export(night, "csv", tmp_path / "n.csv", artifacts=True)
    assert [path.name for path in paths] == ["n.csv", "n.json", "n_artifacts.csv"]
    header = paths[0].read_text("utf-8-sig").splitlines()[0].split(",")
    assert header == list(json.loads(paths[1].read_text())["n.csv"])
    assert header == list(night.event_columns())


def test_no_cell_is_executed_by_a_spreadsheet(night: Night, tmp_path: Path) -> None:
    import csv

    paths = export(night, "csv", tmp_path / "n.csv", artifacts=True)
    for path in (paths[0], paths[2]):
        cells = [cell for row in csv.reader(path.read_text("utf-8-sig").splitlines()) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-", "\t"))] == []
    assert "'=HYPERLINK(1)" in paths[0].read_text("utf-8-sig")
    assert "'=1+1" in paths[2].read_text("utf-8-sig")


def test_boris_joins_files_without_the_gap(three_files: Night, tmp_path: Path) -> None:
    path = export(three_files, "boris", tmp_path / "n.boris")[0]
    observation = json.loads(path.read_text())["observations"]["n"]
    assert list(observation["media_info"]["length"].values()) == [60.0, 50.5, 100.0]
    times = {(event[4][:5], event[2]): event[0] for event in observation["events"] if event[4]}
    # The third file begins at 200 s of the night, and at 110.5 s of the joined files.
    assert times["e0005", "twitch"] == 110.5
    assert times["e0006", "rhythmic"] == 190.5
    assert max(event[0] for event in observation["events"]) == 210.5


def test_movements_of_one_kind_at_once_are_told_apart_in_boris(night: Night, tmp_path: Path) -> None:
    project = json.loads(export(night, "boris", tmp_path / "n.boris")[0].read_text())
    at_once = [event[3] for event in project["observations"]["n"]["events"] if event[2] == "movement"]
    assert at_once == ["", "2", "2", ""]
    assert project["behaviors_conf"]["0"]["modifiers"]["0"]["values"] == ["2"]


def test_states_go_along_where_wanted(with_states: Night, tmp_path: Path) -> None:
    project = json.loads(export(with_states, "boris", tmp_path / "n.boris")[0].read_text())
    codes = {behavior["code"] for behavior in project["behaviors_conf"].values()}
    states = {epoch.state for epoch in with_states.decision.epochs}
    assert states <= codes
    bare = export(with_states, "boris", tmp_path / "bare.boris", states=False)[0].read_text()
    assert not any(state in bare for state in states if state)


def test_vtt_is_what_a_player_reads(night: Night, tmp_path: Path) -> None:
    text = export(night, "vtt", tmp_path / "n.vtt")[0].read_text()
    assert text.startswith(
        "WEBVTT\n\nNOTE\nfile: clip 1.mp4\n\ne0001\n00:00:07.000 --> 00:00:07.300\ntwitch · left hand\n"
    )


def test_each_file_of_footage_has_its_own_chapters(three_files: Night, tmp_path: Path) -> None:
    paths = export(three_files, "vtt", tmp_path / "n.vtt")
    assert [path.name for path in paths] == ["n_clip 1.vtt", "n_clip 2.vtt", "n_clip 3.vtt"]
    assert "00:00:00.000 --> 00:00:00.300\ntwitch" in paths[2].read_text()


def test_equal_nights_give_equal_bytes(night: Night, tmp_path: Path) -> None:
    for to in FORMATS:
        name = "a.eaf" if to == "elan" else f"a.{to}"
        first = export(night, to, tmp_path / name)
        second = export(night, to, tmp_path / "again" / name)
        assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]

import csv
import io
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from detector.errors import NightFolderError
from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.night.schema import DTYPES, TABLES
from detector.night.tables import (
    ARTIFACT_COLUMNS,
    ARTIFACTS,
    EVENT_COLUMNS,
    artifact_columns,
    data_dictionary,
    event_columns,
    read_artifacts,
    read_events,
    to_csv,
    to_frame,
)

DESIGNED = (
    "event_id, kind, label, start_s, stop_s, duration_s, peak_s, start_at, file, file_s, x_px, y_px, area_fraction, "
    "infant_fraction, snr, rate_hz, n_cycles, regularity, sustained, site, state, reason"
)


def no_clock(time_s: float) -> str:
    return ""


def test_columns_are_the_designed_ones() -> None:
    assert ", ".join(EVENT_COLUMNS) == DESIGNED
    assert ", ".join(ARTIFACT_COLUMNS) == "kind, start_s, stop_s, x_px, y_px, area_fraction, detail"


def test_quiet_night_has_the_same_columns_and_types(event: Callable[..., Event]) -> None:
    quiet = to_frame(event_columns([], no_clock))
    assert len(quiet) == 0
    assert quiet.dtypes.to_dict() == to_frame(event_columns([event()], no_clock)).dtypes.to_dict()
    assert to_csv(event_columns([], no_clock)) == DESIGNED.replace(", ", ",") + "\n"


def test_missing_is_an_empty_cell_and_decimals_are_fixed(event: Callable[..., Event]) -> None:
    row = to_csv(event_columns([event()], no_clock)).splitlines()[1]
    assert row == (
        "e0001,twitch,,12.346,12.645,0.299,12.400,,,,100.1,50.0,0.0123,,31.46,,,,false,,,"
        '"localized, 0.30 s, below 0.5 s"'
    )


def test_duration_is_the_difference_of_the_printed_times(event: Callable[..., Event]) -> None:
    times = np.random.default_rng(3).uniform(0, 40_000, (200, 2))
    times.sort(axis=1)
    frame = to_frame(event_columns([event(start_s=a, stop_s=b) for a, b in times], no_clock))
    assert np.allclose(frame.stop_s - frame.start_s, frame.duration_s, atol=1e-9)


def test_negative_zero_and_infinity_are_not_printed(event: Callable[..., Event]) -> None:
    table = to_csv(event_columns([event(start_s=-1e-9, snr=math.inf)], no_clock))
    assert table.splitlines()[1].startswith("e0001,twitch,,0.000,")
    assert "inf" not in table.splitlines()[1]


def test_table_reads_back_as_it_was_rounded(event: Callable[..., Event]) -> None:
    events = [event(reason='a "b", c\nd', site="left, arm"), event(kind="rhythmic", rate_hz=2.0, is_sustained=True)]
    columns = event_columns(events, no_clock)
    again = read_events(to_csv(columns), [event.box_px for event in events], "events.csv")
    pd.testing.assert_frame_equal(to_frame(event_columns(again, no_clock)), to_frame(columns))
    assert again[0].box_px == events[0].box_px


def test_pandas_and_csv_read_the_same_rows(event: Callable[..., Event]) -> None:
    text = to_csv(event_columns([event(reason='ünï, "code"')], no_clock))
    frame = pd.read_csv(io.StringIO(text))
    assert frame.sustained.dtype == bool
    assert frame.reason[0] == next(csv.DictReader(io.StringIO(text)))["reason"] == 'ünï, "code"'


def test_artifacts_read_back() -> None:
    artifacts = (Artifact("light", 1.0, 2.5, "12 grey levels, twice"), Artifact("mover", 0, 9, "", 12.0, 7.5, 0.02))
    assert read_artifacts(to_csv(artifact_columns(artifacts), ARTIFACTS), "artifacts.csv") == artifacts


@pytest.mark.parametrize("damage", ["", "kind,start_s\n", "not a table"])
def test_table_with_other_columns_is_refused(damage: str) -> None:
    with pytest.raises(NightFolderError, match="expected the columns"):
        read_events(damage, [], "events.csv")


@pytest.mark.parametrize(("old", "new"), [("twitch", "jerk"), ("12.346", "soon"), ("false", "maybe")])
def test_cell_that_is_no_event_is_refused(event: Callable[..., Event], old: str, new: str) -> None:
    text = to_csv(event_columns([event()], no_clock)).replace(old, new)
    with pytest.raises(NightFolderError, match=r"events\.csv: expected a table of events"):
        read_events(text, [(0, 0, 1, 1)], "events.csv")


def test_lost_row_is_refused(event: Callable[..., Event]) -> None:
    text = to_csv(event_columns([event()], no_clock))
    with pytest.raises(NightFolderError, match="expected 2 events"):
        read_events(text, [(0, 0, 1, 1)] * 2, "events.csv")


def test_table_of_an_earlier_version_is_filled_up(event: Callable[..., Event]) -> None:
    text = "kind,start_s,stop_s,peak_s,snr,sustained,reason\nrhythmic,1.000,2.000,1.500,9.00,true,why\n"
    (again,) = read_events(text, [(0, 0, 1, 1)], "events.csv")
    assert (again.kind, again.snr, again.is_sustained, again.label, again.site) == ("rhythmic", 9.0, True, "", "")
    assert math.isnan(again.infant_fraction)


def test_column_that_a_person_added_is_left_out(event: Callable[..., Event]) -> None:
    columns = event_columns([event()], no_clock)
    plain = to_csv(columns).splitlines()
    text = f"{plain[0]},seen by\n{plain[1]},me\n"
    assert to_csv(event_columns(read_events(text, [(0, 0, 1, 1)], "events.csv"), no_clock)) == to_csv(columns)


@pytest.mark.parametrize(("old", "new"), [("0.0123", "1.5"), ("31.46", "-2"), ("12.346", "nan"), ("12.346", "")])
def test_number_out_of_its_range_is_refused(event: Callable[..., Event], old: str, new: str) -> None:
    with pytest.raises(NightFolderError, match="expected a table of events"):
        read_events(to_csv(event_columns([event()], no_clock)).replace(old, new), [(0, 0, 1, 1)], "events.csv")


def test_place_in_a_file_is_told(event: Callable[..., Event]) -> None:
    columns = event_columns([event()], no_clock, lambda time_s: ("21/00.mp4", time_s - 10.0))
    assert (columns["file"], columns["file_s"]) == (["21/00.mp4"], [2.346])


def test_every_column_is_described_once_and_by_its_type() -> None:
    words = data_dictionary()
    assert list(words) == [table.file for table in TABLES]
    for table in TABLES:
        assert list(words[table.file]) == list(table.names)
        assert len(set(table.names)) == len(table.names)
        for column in table.columns:
            facts = words[table.file][column.name]
            assert str(facts["Description"]).endswith(".")
            assert facts["Type"] in DTYPES
            assert ("Units" in facts) == (column.type in {"float", "int"}), column.name
            assert column.name.endswith(("_s", "_px", "_hz")) <= (column.unit in {"s", "px", "Hz"}), column.name

import dataclasses
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from detector.errors import NightFolderError
from detector.night.files.folder import MOTION_FOLDER
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.night.provenance import Provenance, SkippedSpan
from detector.params import Params, from_toml, with_values


@pytest.fixture
def stored(busy_night: Night, tmp_path: Path) -> Path:
    """A night folder with everything `Night.load` needs."""
    return store(busy_night, tmp_path / "night")


def load_whole(folder: Path) -> Night:
    night = Night.load(folder)
    assert night.trace is not None
    return night


def store(night: Night, folder: Path) -> Path:
    (folder / MOTION_FOLDER).mkdir(parents=True)
    for part in night.parts:
        part.rename(folder / MOTION_FOLDER / part.name)
    write_night(night, folder)
    return folder


def test_night_comes_back_as_it_was(busy_night: Night, stored: Path) -> None:
    again = Night.load(stored)
    pd.testing.assert_frame_equal(again.events, busy_night.events)
    pd.testing.assert_frame_equal(again.artifacts, busy_night.artifacts)
    assert json.dumps(again.summary()) == json.dumps(busy_night.summary())
    assert again.provenance == busy_night.provenance
    assert (again.params, again.observed, again.coverage) == (
        busy_night.params,
        busy_night.observed,
        busy_night.coverage,
    )
    assert again.decision.events[2].box_px == (1.0, 2.0, 3.0, 4.0)
    assert again.folder == stored
    assert again.trace is not None
    assert busy_night.trace is not None
    np.testing.assert_array_equal(again.trace.frames.time_s, busy_night.trace.frames.time_s)


def test_start_comes_back_with_its_time_zone(stored: Path) -> None:
    assert Night.load(stored).wall_clock_text(2 * 3600) == "2024-10-27T02:00:00.000+01:00"


def test_writing_what_was_read_gives_the_same_bytes(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    write_night(Night.load(stored), tmp_path / "again")
    for path in (tmp_path / "again").iterdir():
        assert path.read_bytes() == (stored / path.name).read_bytes(), path.name


def test_quiet_night_gives_the_same_files(make_night: Callable[..., Night], stored: Path, tmp_path: Path) -> None:
    (tmp_path / "quiet").mkdir()
    write_night(make_night(), tmp_path / "quiet")
    assert {path.name for path in (tmp_path / "quiet").iterdir()} == {path.name for path in stored.iterdir()} - {
        "motion"
    }
    assert len((tmp_path / "quiet" / "events.csv").read_text().splitlines()) == 1


def test_record_is_strict_json_with_all_that_a_reader_needs(stored: Path) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    record = json.loads((stored / "night.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert record["schema_version"] == 2
    assert record["inputs"][0] == {
        "name": "night <1>.mp4",
        "path": "footage/night <1>.mp4",
        "size_bytes": 1000,
        "sha256": "ab" * 32,
        "offset_s": 0.0,
        "start_s": None,
    }
    assert record["summary"]["median_twitch_interval_s"] is None
    assert record["coverage"]["damaged_s"] == 1.5
    assert record["parameters"] == Params().model_dump(mode="json")
    assert tomllib.loads((stored / "params.toml").read_text(encoding="utf-8")) == record["parameters"]


def test_resolved_parameters_can_be_used_again(make_night: Callable[..., Night], tmp_path: Path) -> None:
    params = with_values(Params(), {"footage.max_gap_s": 2.5})
    write_night(make_night(params=params), tmp_path)
    assert from_toml(tmp_path / "params.toml") == params


def test_names_in_any_encoding_and_lost_spans_survive(
    busy_night: Night, provenance: Provenance, tmp_path: Path
) -> None:
    source = dataclasses.replace(provenance.inputs[0], name="Nächte-\udcff.mp4")
    odd = dataclasses.replace(
        provenance,
        inputs=(source,),
        start_at=None,
        unreadable=(("b.mp4", "no pictures"),),
        damage=(("a.mp4", "cut off"),),
        notes=("clips follow one another",),
        skipped=(SkippedSpan(1.0, 2.0, "killed"),),
    )
    folder = store(dataclasses.replace(busy_night, provenance=odd), tmp_path / "odd")
    assert "Nächte" in (folder / "night.json").read_text(encoding="utf-8")
    assert Night.load(folder).provenance == odd


def remove(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def rewrite(change: Callable[[dict[str, object]], object]) -> Callable[[Path], object]:
    def damage(folder: Path) -> None:
        record = json.loads((folder / "night.json").read_text(encoding="utf-8"))
        change(record)
        (folder / "night.json").write_text(json.dumps(record), encoding="utf-8")

    return damage


def cut(folder: Path) -> None:
    part = next((folder / MOTION_FOLDER).glob("*.npz"))
    part.write_bytes(part.read_bytes()[:-200])


def lose_part(folder: Path) -> None:
    next((folder / MOTION_FOLDER).glob("*.npz")).unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (remove("night.json"), "not finished"),
        (remove("events.csv"), r"events\.csv: this table is missing"),
        (remove("artifacts.csv"), r"artifacts\.csv: this table is missing"),
        (lose_part, "npz"),
        (cut, "npz"),
        (lambda folder: (folder / "night.json").write_text("{"), "damaged"),
        (lambda folder: (folder / "night.json").write_text("[]"), "damaged"),
        (lambda folder: (folder / "night.json").write_bytes(b"\xff\xfe"), "damaged"),
        (
            rewrite(lambda record: record.update(schema_version=999)),
            "expected schema version 2 or earlier, but version 999 ",
        ),
        (rewrite(lambda record: record.pop("coverage")), "damaged or of another version"),
        (rewrite(lambda record: record.update(coverage={})), "damaged or of another version"),
        (rewrite(lambda record: record.update(parameters={"unheard": 1})), "unheard"),
        (rewrite(lambda record: record.update(recording=None)), "damaged or of another version"),
    ],
)
def test_folder_that_cannot_be_trusted_is_refused(stored: Path, damage: Callable[[Path], object], message: str) -> None:
    damage(stored)
    with pytest.raises(NightFolderError, match=message) as caught:
        load_whole(stored)
    assert "\n" not in str(caught.value)


def test_folder_without_a_night_says_so(tmp_path: Path) -> None:
    with pytest.raises(NightFolderError, match="expected a night folder"):
        Night.load(tmp_path)
    with pytest.raises(NightFolderError, match="no such night folder"):
        Night.load(tmp_path / "nowhere")


@pytest.mark.slow
def test_flipped_byte_in_a_part_is_noticed_or_changes_nothing(stored: Path) -> None:
    part = next((stored / MOTION_FOLDER).glob("*.npz"))
    whole, truth = part.read_bytes(), Night.load(stored).trace
    noticed = 0
    for place in range(0, len(whole), 97):
        part.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            trace = Night.load(stored).trace
        except NightFolderError:
            noticed += 1
        else:
            assert repr(trace) == repr(truth), place
    assert noticed > 20


OLD_EVENTS = """\
event_id,kind,start_s,stop_s,duration_s,peak_s,start_at,x_px,y_px,area_fraction,snr,rate_hz,n_cycles,regularity,\
sustained,site,state,reason
1,twitch,12.346,12.645,0.299,12.400,,100.1,50.0,0.0123,31.46,,,,false,,,why
2,rhythmic,20.000,32.000,12.000,21.000,,100.1,50.0,0.0123,31.46,2.100,25.0,0.900,true,"left, arm",,why
3,twitch,71.000,71.200,0.200,71.100,,100.1,50.0,0.0123,31.46,,,,false,,,why
"""


def test_night_of_the_first_schema_is_read(stored: Path, busy_night: Night) -> None:
    def as_it_was(record: dict[str, Any]) -> None:
        record["schema_version"] = 1
        del record["inputs"][0]["start_s"]
        record["parameters"]["artifact"]["clock_ticks"] = 10
        del record["parameters"]["run"]

    rewrite(as_it_was)(stored)
    (stored / "events.csv").write_text(OLD_EVENTS)
    (stored / "artifacts.csv").write_text("kind,start_s,stop_s,detail\nlight,33.000,34.000,a lamp\n")
    night = load_whole(stored)
    assert night.events.event_id.tolist() == ["e0001", "e0002", "e0003"]
    assert night.events.kind.tolist() == ["twitch", "rhythmic", "twitch"]
    assert night.events.file.tolist() == ["night <1>.mp4"] * 3
    assert night.decision.events[1].is_sustained
    assert night.decision.artifacts[0].detail == "a lamp"
    assert night.params == Params()
    assert "artifact.clock_ticks = 10" in night.provenance.notes[-1]
    write_night(night, stored)
    assert json.loads((stored / "night.json").read_text(encoding="utf-8"))["schema_version"] == 2


def test_night_without_its_motion_keeps_all_but_what_needs_it(stored: Path, busy_night: Night) -> None:
    shutil.rmtree(stored / MOTION_FOLDER)
    night = Night.load(stored)
    pd.testing.assert_frame_equal(night.events, busy_night.events)
    assert night.trace is None
    with pytest.raises(NightFolderError, match="holds no motion trace") as caught:
        night.decide(Params())
    assert str(stored) in str(caught.value)


def test_motion_is_read_at_its_first_use_and_once(stored: Path) -> None:
    night = Night.load(stored)
    part = next((stored / MOTION_FOLDER).glob("*.npz"))
    whole = part.read_bytes()
    part.write_bytes(b"")
    with pytest.raises(NightFolderError, match="damaged"):
        _ = night.trace
    part.write_bytes(whole)
    first = night.trace
    assert first is not None
    part.unlink()
    assert night.trace is first


@pytest.mark.slow
def test_the_date_of_analysis_stands_in_one_field(monkeypatch: pytest.MonkeyPatch, cot: Path, tmp_path: Path) -> None:
    from detector.run.analyze import analyze
    from detector.views.report import render_report

    texts, pages = [], []
    for epoch in ("1735689600", "1767225600"):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
        night = analyze(cot, out=tmp_path / epoch, workers=1)
        texts.append((tmp_path / epoch / "night.json").read_text(encoding="utf-8").splitlines())
        pages.append(render_report(night, with_footage=False))
    assert [line for line in texts[0] if line not in texts[1]] == [' "analyzed_at": "2025-01-01T00:00:00+00:00",']
    assert Night.load(tmp_path / "1767225600").provenance.analyzed_at == "2026-01-01T00:00:00+00:00"
    heads = [page[: page.index("In short")] for page in pages]
    assert "Wed 1 Jan 2025, 00:00 UTC+00:00, twitch-detector" in heads[0]
    assert "Thu 1 Jan 2026, 00:00" in heads[1]

"""Start times of single clips: name, note beside it, container; and what speaks against them."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import ParameterError
from detector.footage.recording import read_recording
from detector.footage.starts import Start, by_modification, find_start
from detector.params import FootageParams

Writer = Callable[..., Path]
BERLIN = FootageParams(time_zone="Europe/Berlin")


def start_of(name: str, created: str = "", length_s: float = 60.0, params: FootageParams = BERLIN) -> Start:
    return find_start(Path("/footage", name), created, length_s, params)


def iso(start: Start) -> str:
    return start.at.isoformat() if start.at else ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03-15/22/nursery/15.07.mp4", "2024-03-15T23:15:07+01:00"),  # told in UTC
        ("20240315_221507_tp00012.mp4", "2024-03-15T22:15:07+01:00"),  # the camera's own clock
        ("Nursery/2024-03-15/2024-03-15T22-15-07 motion.mp4", "2024-03-15T22:14:07+01:00"),  # named by its end
        ("RecM01_DST20241027_021507_022000_6D28808_2240A8.mp4", "2024-10-27T02:15:07+02:00"),
        ("RecM01_20241027_021507_022000_6D28808_2240A8.mp4", "2024-10-27T02:15:07+01:00"),
    ],
)
def test_names_are_read_in_their_zone(name: str, expected: str) -> None:
    found = start_of(name)
    assert (iso(found), found.source, found.trust) == (expected, "name", "good")
    assert ("UTC" in found.how) is ("22/nursery" in name)


def test_a_name_without_seconds_may_be_off() -> None:
    assert start_of("record/20240315/22/15.mp4").tolerance_s == 30.0
    assert start_of("20240315_221507_tp00012.mp4").tolerance_s == 0.0


@pytest.mark.parametrize(
    "created",
    [
        "2024-03-15T21:15:07Z",  # the start in UTC
        "2024-03-15T22:15:07Z",  # the camera's own clock, called UTC
        "2024-03-15T21:16:07Z",  # the end
        "2024-03-15T16:45:09Z",  # a zone of half hours
        "1904-01-01T00:00:00Z",
        "",
    ],
)
def test_containers_that_agree_with_the_name_say_nothing(created: str) -> None:
    assert start_of("20240315_221507.mp4", created).doubt == ""


def test_a_container_that_contradicts_the_name_is_told() -> None:
    found = start_of("20240315_221507.mp4", "2024-03-16T09:02:33Z")
    assert iso(found) == "2024-03-15T22:15:07+01:00"
    assert "another start (2024-03-16 10:02:33); the name was believed" in found.doubt


def test_a_length_that_contradicts_the_name_is_told() -> None:
    name = "RecM01_20240315_220000_060000_6D28808_2240A8.mp4"
    assert "tells of 28800 s, and it holds 60.0 s, so it may be a time lapse" in start_of(name).doubt
    assert start_of(name, length_s=28_799.0).doubt == ""
    assert "time lapse" not in start_of(name, length_s=14_000.0).doubt


@pytest.mark.parametrize(
    ("beside", "content", "expected"),
    [
        ("clip.json", json.dumps({"Start_Time": "2024-03-15T22:15:07+01:00"}), "2024-03-15T22:15:07+01:00"),
        ("clip.mp4.json", json.dumps({"start": 1710537307000}), "2024-03-15T22:15:07+01:00"),
        ("clip.xml", '<a><CreationDate value="2024-03-15T22:15:07+01:00"/></a>', "2024-03-15T22:15:07+01:00"),
        ("clip.srt", "1\n00:00:00,000 --> 00:00:01,000\n2024-03-15 22:15:07\n", "2024-03-15T22:15:07+01:00"),
        ("clip.json", "{", ""),
        ("clip.json", "[" * 100_000, ""),
        ("clip.json", json.dumps({"start": "soon"}), ""),
    ],
)
def test_a_note_beside_the_clip_is_read(beside: str, content: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / beside).write_text(content)
    found = find_start(tmp_path / "clip.mp4", "", 60.0, BERLIN)
    assert (iso(found), found.source) == (expected, "sidecar" if expected else "assumed")


def test_without_a_name_the_container_counts_and_else_nothing() -> None:
    found = start_of("night.mp4", "2024-03-15T21:15:07Z")
    assert (iso(found), found.source, found.trust) == ("2024-03-15T22:15:07+01:00", "container", "fair")
    assert start_of("night.mp4") == Start()


def written(tmp_path: Path, stops_s: list[float]) -> list[Path]:
    paths = [tmp_path / f"{index}.mp4" for index in range(len(stops_s))]
    for path, stop_s in zip(paths, stops_s, strict=True):
        path.touch()
        os.utime(path, (stop_s, stop_s))
    return paths


def test_times_of_writing_count_where_they_fit(tmp_path: Path) -> None:
    paths = written(tmp_path, [1_710_540_060, 1_710_540_120, 1_710_540_300])
    found = by_modification(paths, [60.0, 60.0, 60.0])
    assert found is not None
    assert [start.timestamp() - 1_710_540_000 for start in found] == [0, 60, 240]


@pytest.mark.parametrize("stops_s", [[100, 101, 102], [300, 200, 100], [1000, 2000]])
def test_times_of_copying_do_not_count(stops_s: list[float], tmp_path: Path) -> None:
    assert by_modification(written(tmp_path, stops_s), [60.0] * len(stops_s)) is None


def test_files_written_one_after_the_other_get_their_starts(video: Writer) -> None:
    paths = [video(f"clip{index}.mp4", 50) for index in range(3)]
    for index, path in enumerate(paths):
        os.utime(path, (1_710_540_000 + 10 * index,) * 2)
    recording = read_recording(paths, FootageParams(time_zone="UTC"))
    assert [clip.offset_s for clip in recording.clips] == [0.0, 10.0, 20.0]
    assert (recording.start_at.isoformat() if recording.start_at else "") == "2024-03-15T21:59:58+00:00"
    assert recording.start_source == "modified"
    assert any("when the files were written" in note for note in recording.notes)


def test_the_start_that_the_user_gives_counts_before_all(video: Writer) -> None:
    paths = [video(f"cot_20240315_2215{second:02}.mp4", 50) for second in (0, 10)]
    recording = read_recording(paths, FootageParams(start="2026-03-14 01:00", time_zone="Europe/Berlin"))
    assert (recording.start_at.isoformat() if recording.start_at else "") == "2026-03-14T01:00:00+01:00"
    assert recording.start_source == "option"
    assert [clip.offset_s for clip in recording.clips] == [0.0, 10.0]


def test_a_start_that_is_no_time_is_refused(video: Writer) -> None:
    with pytest.raises(ParameterError, match=r"footage\.start: expected a date and time such as .*'tonight' came"):
        read_recording([video("a.mp4", 5)], FootageParams(start="tonight"))

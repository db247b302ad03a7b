import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.footage.files import find_files
from detector.footage.recording import read_recording
from detector.params import FootageParams

Writer = Callable[..., Path]


def names(found: list[Path], folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in found]


@pytest.fixture
def card(tmp_path: Path) -> Path:
    for name in ("b10.mp4", "b9.mp4", "2026-03-14/01.mkv", "2026-03-14/02.mkv", "2026-03-15/01.mkv", "[x].mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_globs_are_expanded_and_names_with_brackets_stay_names(card: Path) -> None:
    assert names(find_files([card / "b*.mp4"]).files, card) == ["b9.mp4", "b10.mp4"]
    assert names(find_files([card / "**" / "01.mkv"]).files, card) == ["2026-03-14/01.mkv", "2026-03-15/01.mkv"]
    assert names(find_files([card / "2026-*"]).files, card) == [
        "2026-03-14/01.mkv", "2026-03-14/02.mkv", "2026-03-15/01.mkv"
    ]  # fmt: skip
    assert names(find_files([card / "[x].mp4"]).files, card) == ["[x].mp4"]
    assert names(find_files([card / "no*.mp4"]).files, card) == ["no*.mp4"]  # reading it says so


def test_lists_hold_files_folders_and_globs_mixed(card: Path) -> None:
    (card / "list.txt").write_text(f"# the night\n{card}/b9.mp4\n\n2026-03-14\nb*.mp4\n@list.txt\n", "utf-8-sig")
    found = find_files([Path(f"@{card}/list.txt"), card / "2026-03-15"])
    assert names(found.files[:4], card) == ["b9.mp4", "2026-03-14/01.mkv", "2026-03-14/02.mkv", "b10.mp4"]
    assert found.files[-1] == card / "2026-03-15" / "01.mkv"
    assert str(found.files[4]).endswith("@list.txt")  # a list in a list is a name like any other


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00bad"])
def test_a_list_that_cannot_be_read_is_told(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "list.txt").write_bytes(content)
    found = find_files([Path(f"@{tmp_path}/list.txt")])
    assert found.files == []
    assert "cannot read this list" in found.unreadable[0][1]


def test_linked_folders_are_followed_once(card: Path) -> None:
    (card / "away").mkdir()
    (card / "away" / "x.mp4").touch()
    night = card / "night"
    night.mkdir()
    (night / "link").symlink_to(card / "away")
    (night / "again").symlink_to(card / "away")
    (night / "loop").symlink_to(night)
    found = find_files([night])
    assert len(found.files) == 1
    assert found.files[0].name == "x.mp4"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may look into all")
def test_a_folder_that_cannot_be_looked_into_is_told(card: Path) -> None:
    (card / "2026-03-15").chmod(0)
    try:
        found = find_files([card])
    finally:
        (card / "2026-03-15").chmod(0o755)
    assert [path for path, _ in found.unreadable] == [str(card / "2026-03-15")]


def test_a_folder_that_vanishes_is_told(card: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def gone(path: Path) -> Any:
        if Path(path).name == "2026-03-15":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", gone)
    found = find_files([card])
    assert [Path(path).name for path, _ in found.unreadable] == ["2026-03-15"]
    assert len(found.files) == 5


def test_one_file_in_a_circle_of_links_does_not_cost_the_night(video: Writer, tmp_path: Path) -> None:
    video("night/a.mp4", 10)
    (tmp_path / "night" / "b.mp4").symlink_to(tmp_path / "night" / "c.mp4")
    (tmp_path / "night" / "c.mp4").symlink_to(tmp_path / "night" / "b.mp4")
    recording = read_recording([tmp_path / "night"])
    assert len(recording.clips) == 1
    assert {Path(path).name for path, _ in recording.unreadable} == {"b.mp4", "c.mp4"}


def test_equal_content_counts_once_and_is_told(video: Writer, tmp_path: Path) -> None:
    first = video("night/a.mp4", 50)
    (tmp_path / "night" / "b copy.mp4").write_bytes(first.read_bytes())
    recording = read_recording([tmp_path / "night"])
    assert [clip.info.path.name for clip in recording.clips] == ["a.mp4"]
    assert recording.notes == ("b copy.mp4: it is the same file as a.mp4, and was counted once.",)
    assert recording.files_s == pytest.approx(2.0)


def test_equal_content_of_other_times_is_taken_as_it_is_named(video: Writer, tmp_path: Path) -> None:
    first = video("night/20240315_220000.mp4", 50)
    (tmp_path / "night" / "20240315_220010.mp4").write_bytes(first.read_bytes())
    assert len(read_recording([tmp_path / "night"], FootageParams(time_zone="UTC")).clips) == 2


ADDRESSES = [
    "http:x.mp4",
    "2026-03-14T01:00:00.mp4",
    "udp:@239.0.0.1.mp4",
    "concat:a|b.mp4",
    "cot_%03d.mp4",
    "a?b*.mp4",
]


@pytest.mark.parametrize("name", ADDRESSES)
def test_names_that_spell_an_address_are_files(name: str, video: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    path = video("plain.mp4", 10)
    path.rename(path.with_name(name))
    monkeypatch.chdir(path.parent)
    recording = read_recording([Path(name)], FootageParams(time_zone="UTC"))
    assert len(recording.clips[0].info.packet_times_s) == 10


def test_a_folder_finds_files_whose_names_look_like_globs(video: Writer, tmp_path: Path) -> None:
    video("night/[1].mp4", 5)
    video("night/*.mp4", 5)
    assert len(read_recording([tmp_path / "night"]).clips) == 2

"""Footage is found again by what it holds, and no other file of the disk is ever opened as such."""

import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from detector.errors import FootageError
from detector.footage.video import probe
from detector.night.files.originals import file_state, find_footage, find_original, open_stretch, remember
from detector.night.provenance import InputFile, Provenance
from detector.params import FootageParams, Params


@dataclass
class Night:
    provenance: Provenance
    folder: Path | None = None
    origin: Path | None = None
    params: Params = field(default_factory=Params)


def night_of(*paths: Path, folder: Path | None = None, given: str = "") -> Night:
    """A night of these files, 45 s each, whose paths were given so."""
    inputs = [
        InputFile(path.name, given or str(path), path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest(), k)
        for k, path in zip((0.0, 45.0, 90.0), paths, strict=False)
    ]
    return Night(Provenance(tuple(inputs), 0.0, 45.0 * len(inputs)), folder)


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def test_it_is_where_it_was(tmp_path: Path) -> None:
    video = put(tmp_path / "a" / "cam.mp4", b"one")
    night = night_of(video)
    assert find_footage(night) == {night.provenance.inputs[0].sha256: video}


@pytest.mark.parametrize("place", ["cam.mp4", "night/cam.mp4", "sub/cam.mp4"])
def test_it_is_found_beside_its_night_from_any_folder(tmp_path: Path, place: str) -> None:
    video = put(tmp_path / place, b"one")
    night = night_of(video, folder=tmp_path / "night", given="sub/cam.mp4")
    assert list(find_footage(night).values()) == [video]


def test_it_is_found_in_a_folder_under_another_name_and_deep(tmp_path: Path) -> None:
    video = put(tmp_path / "a" / "cam.mp4", b"the night")
    night = night_of(video)
    put(tmp_path / "b" / "cam.mp4", b"the wrong")
    moved = video.rename(put(tmp_path / "b" / "deep" / "copy of cam.mp4", b""))
    assert find_footage(night) == {}
    assert list(find_footage(night, tmp_path / "b").values()) == [moved]
    assert list(find_footage(night, moved).values()) == [moved]
    assert find_footage(night, tmp_path / "a") == {}


def test_another_file_in_its_place_is_not_it(tmp_path: Path) -> None:
    video = put(tmp_path / "cam.mp4", b"one")
    night = night_of(video)
    put(video, b"two")
    assert find_footage(night) == {}
    with pytest.raises(FootageError, match=r"cam\.mp4: .* has other content; say where it is now with --footage DIR"):
        find_original(night, night.provenance.inputs[0])
    video.unlink()
    with pytest.raises(FootageError, match=r"cam\.mp4: expected this file .* it is not there; say where it is now"):
        find_original(night, night.provenance.inputs[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes")
def test_what_is_no_file_is_never_opened(tmp_path: Path) -> None:
    pipe = tmp_path / "cam.mp4"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero", "http://example.org/cam.mp4", "cam\0.mp4"):
        source = InputFile("cam.mp4", path, 0, hashlib.sha256(b"").hexdigest(), 0.0)
        assert find_footage(Night(Provenance((source,), 0.0, 1.0))) == {}


def test_what_was_just_read_is_not_read_again_until_it_changes(cot: Path, tmp_path: Path) -> None:
    video = put(tmp_path / "cam.mp4", cot.read_bytes())
    night, before = night_of(video), video.stat()
    info = probe(video, FootageParams())
    remember([file_state(video)], [night.provenance.inputs[0].sha256], [info], FootageParams())
    put(video, bytes(len(video.read_bytes())))
    os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert list(find_footage(night).values()) == [video]  # nothing tells of a change, so nothing was read
    (clip,) = open_stretch(night, 10.0, 20.0).clips
    assert clip.info == info
    os.utime(video, ns=(before.st_atime_ns, before.st_mtime_ns + 1_000_000_000))
    assert find_footage(night) == {}
    video.unlink()
    assert find_footage(night) == {}
    assert file_state(video) == ()


def test_only_the_files_around_a_stretch_are_opened(cot: Path, tmp_path: Path) -> None:
    night = night_of(cot, put(tmp_path / "gone.mp4", b"gone"), put(tmp_path / "far.mp4", b"no video"))
    (tmp_path / "gone.mp4").unlink()
    assert [clip.info.path for clip in open_stretch(night, 10.0, 20.0).clips] == [cot]
    with pytest.raises(FootageError, match=r"gone\.mp4"):
        open_stretch(night, 40.0, 50.0)

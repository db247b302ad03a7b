"""Bad footage through the command: one sentence and the right exit code, or a night of what can be seen."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from detector.night.night import Night
from tests.conftest import Command, refused
from tests.fault_tools import write_frames


def missing(folder: Path) -> Path:
    return folder / "absent.mp4"


def folder_without_video(folder: Path) -> Path:
    (folder / "clips").mkdir()
    (folder / "clips" / "notes.txt").write_text("no video here")
    return folder / "clips"


def empty_file(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def text_file(folder: Path) -> Path:
    (folder / "text.mp4").write_text("This is not a video.\n" * 50)
    return folder / "text.mp4"


def audio_only(folder: Path) -> Path:
    import av

    path = folder / "audio.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def without_moov(folder: Path) -> Path:
    path = write_frames(folder / "whole.mp4", list(range(30)))
    data = path.read_bytes()
    path.unlink()
    cut = folder / "powercut.mp4"
    cut.write_bytes(data[: data.index(b"moov") - 4])
    return cut


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (missing, "no such file"),
        (folder_without_video, "none was found"),
        (empty_file, "empty"),
        (text_file, "expected a video"),
        (audio_only, "sound"),
        (without_moov, "repair"),
    ],
)
def test_what_is_no_footage(here: Command, tmp_path: Path, make: Callable[[Path], Path], said: str) -> None:
    path = make(tmp_path)
    refused(here("analyze", path, "--out", tmp_path / "night"), 4, path.name, said)
    assert not (tmp_path / "night").exists()


@pytest.mark.slow
@pytest.mark.parametrize("make", [missing, folder_without_video, text_file])
def test_what_is_no_footage_to_the_installed_command(
    command: Command, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    refused(command("analyze", path, "--out", tmp_path / "night"), 4, path.name)
    refused(command("probe", path), 4, path.name)
    assert not (tmp_path / "night").exists()


@pytest.mark.slow
def test_a_file_cut_in_the_middle_is_used_as_far_as_it_goes(command: Command, footage: Path, tmp_path: Path) -> None:
    data = with_index_ahead(footage, tmp_path / "whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(data[: int(len(data) * 0.7)])
    done = command("analyze", cut, "--out", tmp_path / "night")
    assert done.returncode == 3
    assert "cut.mp4: The file is cut off" in done.stderr
    coverage = Night.load(tmp_path / "night").coverage
    assert 3.0 < coverage.observed_s < 5.5


def with_index_ahead(source: Path, target: Path) -> Path:
    """Copy an MP4 so that its index stands before the pictures: cut off, it still opens."""
    import av

    with av.open(str(source)) as reader, av.open(str(target), "w", "mp4", options={"movflags": "faststart"}) as writer:
        stream = writer.add_stream_from_template(reader.streams.video[0])
        for packet in reader.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                writer.mux(packet)
    return target


def one_frame(folder: Path) -> Path:
    return write_frames(folder / "one.mp4", [0])


def picture(name: str) -> Callable[[Path], Path]:
    """Make a file that holds one picture, in the format of its name's first part."""

    def make(folder: Path) -> Path:
        form, _, suffix = name.partition(".")
        Image.fromarray(np.arange(120 * 160, dtype=np.uint8).reshape(120, 160)).save(folder / name, format=form)
        assert suffix
        return folder / name

    return make


PICTURES = ["png.png", "png.mp4", "jpeg.jpg", "jpeg.mp4", "gif.gif", "webp.webp", "bmp.bmp", "tiff.tif"]


@pytest.mark.parametrize("make", [one_frame, *map(picture, PICTURES)], ids=["one frame", *PICTURES])
@pytest.mark.parametrize("words", [["analyze", "--out", "night"], ["probe"]], ids=["analyze", "probe"])
def test_one_picture_is_no_footage(
    here: Command, tmp_path: Path, words: list[str], make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    options = [tmp_path / word if word == "night" else word for word in words[1:]]
    refused(here(words[0], path, *options), 4, path.name, "this is one picture, and movement needs video")
    assert not (tmp_path / "night").exists()


def test_a_picture_among_clips_is_named_and_costs_only_itself(here: Command, tmp_path: Path) -> None:
    clip, still = write_frames(tmp_path / "clip.mp4", list(range(30))), picture("png.png")(tmp_path)
    done = here("probe", clip, still)
    assert done.returncode == 3
    assert "png.png could not be read: expected a video, but this is one picture" in done.stderr


def test_an_animation_is_footage(here: Command, tmp_path: Path) -> None:
    pictures = [Image.fromarray(np.full((120, 160), level, np.uint8)) for level in (0, 80, 160)]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=100)
    assert here("probe", tmp_path / "a.gif").returncode == 0


def two_frames(folder: Path) -> Path:
    return write_frames(folder / "two.mp4", [0, 1])


def zero_duration(folder: Path) -> Path:
    return without_duration(write_frames(folder / "two.mp4", [0, 1]), folder / "zero.mp4")


@pytest.mark.slow
@pytest.mark.parametrize("make", [two_frames, zero_duration])
def test_hardly_any_footage_is_a_quiet_night(command: Command, tmp_path: Path, make: Callable[[Path], Path]) -> None:
    done = command("analyze", make(tmp_path), "--out", tmp_path / "night")
    assert done.returncode == 0, done.stderr
    assert "no movement in the observed time" in done.stdout
    assert Night.load(tmp_path / "night").events.empty
    assert (tmp_path / "night" / "report.html").exists()


@pytest.mark.slow
def test_pictures_too_far_apart_are_told_as_skipped(command: Command, tmp_path: Path) -> None:
    slow = write_frames(tmp_path / "slow.mp4", list(range(0, 600, 15)))
    done = command("analyze", slow, "--out", tmp_path / "night")
    assert done.returncode == 3, done.stderr
    night = Night.load(tmp_path / "night")
    assert night.coverage.observed_s == 0.0
    assert night.coverage.skipped_s == pytest.approx(58.6)
    assert [(span.start_s, span.stop_s) for span in night.provenance.skipped] == [(0.0, 58.6)]
    assert "could not be measured: pictures more than a second apart cannot be compared." in done.stderr
    assert "more than a second apart cannot be compared" in (tmp_path / "night" / "report.html").read_text()
    assert "Observed  0 s of the 59 s" in done.stdout
    fast_enough = write_frames(tmp_path / "fast.mp4", list(range(0, 600, 10)))
    assert command("analyze", fast_enough, "--out", tmp_path / "other").returncode == 0


def without_duration(source: Path, target: Path) -> Path:
    """Copy a video of two frames so that its track claims to last 0 s."""
    data = bytearray(source.read_bytes())
    for box, offset in ((b"mvhd", 20), (b"tkhd", 24), (b"mdhd", 20)):
        place = data.index(box) + offset
        data[place : place + 4] = bytes(4)
    target.write_bytes(data)
    return target

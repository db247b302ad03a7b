"""Bad input through the command: one sentence, the right exit code, no traceback, nothing half-written.

What only parses, reads or refuses runs in this process; whatever depends on the machine runs as the installed command.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
import pytest

from detector.night.night import Night
from tests.fault_tools import complaints

Command = Callable[..., "subprocess.CompletedProcess[str]"]

del cv2


def refused(done: "subprocess.CompletedProcess[str]", code: int, *said: str) -> None:
    """One sentence on stderr that says what is wanted, and the exit code."""
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(complaints(done.stderr)) == 1, done.stderr
    assert done.stderr.endswith((".\n", "?\n"))
    for words in said:
        assert words in done.stderr


def write_frames(path: Path, times: list[int]) -> Path:
    """Gray noise with the given presentation times, in tenths of a second."""
    import av

    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 10)
        for time in times:
            picture = random.integers(90, 110, (64, 96), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            frame.pts = time
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of noise; tests leave it as it is."""
    return write_frames(tmp_path_factory.mktemp("footage") / "good.mp4", list(range(60)))


@pytest.fixture
def night(cot_night: Path) -> Path:
    """A night; tests leave it as it is."""
    return cot_night


# Footage -------------------------------------------------------------------------------------------------------------


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


def two_frames(folder: Path) -> Path:
    return write_frames(folder / "two.mp4", [0, 1])


def zero_duration(folder: Path) -> Path:
    return without_duration(write_frames(folder / "two.mp4", [0, 1]), folder / "zero.mp4")


@pytest.mark.slow
@pytest.mark.parametrize("make", [one_frame, two_frames, zero_duration])
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


# Parameters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--set", "burst.threshold=0"), "burst.threshold: expected a number from 1 to 10000, not '0'"),
        (("--set", "burst.low=12"), "burst.threshold: expected at least burst.low (12)"),
        (("--set", "burst.treshold=12"), "did you mean burst.threshold?"),
        (("--set", "burst.threshold"), "expected NAME=VALUE"),
        (("--set", "burst.threshold=much"), "not 'much'"),
        (("--params", "absent.toml"), "absent.toml: cannot read this parameter file"),
        (("--workers", "0"), "workers: expected 1 or more"),
        (("--workers", "many"), "--workers"),
        (("--nonsense",), "--nonsense"),
    ],
)
def test_bad_parameters(here: Command, footage: Path, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    refused(here("analyze", footage, "--out", tmp_path / "night", *options), 2, said)
    assert not (tmp_path / "night").exists()


def test_a_bad_parameter_file(here: Command, footage: Path, tmp_path: Path) -> None:
    file = tmp_path / "params.toml"
    file.write_text("[burst]\nthreshold = -1\n")
    done = here("analyze", footage, "--out", tmp_path / "night", "--params", file)
    refused(done, 2, "params.toml", "burst.threshold: expected a number")


def test_errors_come_as_json_when_asked(here: Command, footage: Path, tmp_path: Path) -> None:
    import json

    done = here("analyze", footage, "--out", tmp_path / "night", "--set", "burst.treshold=12", "--json")
    assert (done.returncode, done.stderr) == (2, "")
    assert json.loads(done.stdout)["exit_code"] == 2
    assert "burst.threshold" in json.loads(done.stdout)["error"]


# Where to write ------------------------------------------------------------------------------------------------------


def test_a_folder_with_other_files_is_left_alone(here: Command, footage: Path, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "first_smile.jpg").write_bytes(b"dear")
    refused(here("analyze", footage, "--out", tmp_path / "photos"), 2, "first_smile.jpg", "--overwrite")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["first_smile.jpg"]


def test_a_file_in_the_place_of_the_folder_is_left_alone(here: Command, footage: Path, tmp_path: Path) -> None:
    (tmp_path / "night").write_text("mine")
    refused(here("analyze", footage, "--out", tmp_path / "night"), 2, "this is a file")
    assert (tmp_path / "night").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="needs rights as on Unix")
def test_a_folder_that_cannot_be_written(here: Command, footage: Path, tmp_path: Path) -> None:
    place = tmp_path / "locked"
    place.mkdir()
    place.chmod(stat.S_IRUSR | stat.S_IXUSR)
    # Root may write everywhere but into /proc.
    out = Path("/proc/night") if os.access(place, os.W_OK) else place / "night"
    done = here("analyze", footage, "--out", out)
    assert done.returncode == 1
    assert f"{out}: cannot write the night here" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not out.exists()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a file system")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
def test_a_full_disk(command: Command, footage: Path, tiny_disk: Path) -> None:
    refused(command("analyze", footage, "--out", tiny_disk / "night"), 1, "No space left", "run the same command again")
    left = [path for path in tiny_disk.rglob("*") if path.is_file() and path.stat().st_size]
    assert not [path for path in left if path.suffix in {".html", ".csv", ".png"}], "half-written results"


# Night folders and truth ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["decide", "report"])
def test_a_night_that_is_none(here: Command, tmp_path: Path, name: str) -> None:
    refused(here(name, tmp_path / "absent"), 1, "absent", "no such night folder")
    refused(here(name, tmp_path), 1, str(tmp_path))


def test_a_damaged_night(here: Command, night: Path, tmp_path: Path) -> None:
    damaged = shutil.copytree(night, tmp_path / "night")
    (damaged / "night.json").write_text("{")
    refused(here("decide", damaged), 1, "night.json", "damaged")


def test_a_night_of_a_later_version(here: Command, night: Path, tmp_path: Path) -> None:
    later = shutil.copytree(night, tmp_path / "night")
    text = (later / "night.json").read_text().replace('"schema_version": 2', '"schema_version": 99')
    (later / "night.json").write_text(text)
    refused(here("report", later), 1, "expected schema version", "99")


def test_truth_that_is_none(here: Command, night: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("when,what\n3,twitch\n")
    refused(here("evaluate", night, truth, "--out", tmp_path / "scores"), 2, "truth.csv", "onset")
    refused(here("evaluate", night, tmp_path / "absent.csv", "--out", tmp_path / "scores"), 2, "absent.csv")
    assert not (tmp_path / "scores").exists()


# The machine ---------------------------------------------------------------------------------------------------------


def test_a_missing_system_library_is_named_with_its_remedy(command: Command, footage: Path, tmp_path: Path) -> None:
    # OpenCV on a machine without a screen: its own import says just this.
    said = "libGL.so.1: cannot open shared object file: No such file or directory"
    (tmp_path / "cv2.py").write_text(f"raise ImportError({said!r})\n")
    done = command("analyze", footage, "--out", tmp_path / "night", env={**os.environ, "PYTHONPATH": str(tmp_path)})
    refused(done, 1, "libGL.so.1", "apt-get install libgl1")
    assert not (tmp_path / "night").exists()

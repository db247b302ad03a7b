"""Bad input through the command: one sentence, the right exit code, no traceback, nothing half-written.

What only parses, reads or refuses runs in this process; whatever depends on the machine runs as the installed command.
"""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Command, refused


@pytest.fixture
def night(cot_night: Path) -> Path:
    """A night; tests leave it as it is."""
    return cot_night


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

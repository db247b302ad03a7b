"""The command that cuts events out of the footage, as a user meets it."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.night.night import Night

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def place(cot: Path, command: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a video of one twitch and its night."""
    folder = tmp_path_factory.mktemp("clips")
    shutil.copy(cot, folder / "cam.mp4")
    assert command("analyze", folder / "cam.mp4", "--out", folder / "night").returncode == 0
    return folder


def test_clips_go_beside_the_results(command: Command, place: Path) -> None:
    done = command("clips", place / "night", "--kind", "twitch")
    assert done.returncode == 0
    names = sorted(path.name for path in (place / "night" / "clips").iterdir())
    twitches = [event for event in Night.load(place / "night").decision.events if event.kind == "twitch"]
    assert len(names) == len(twitches) > 0
    assert f"{len(names)} clip" in done.stdout
    assert all(re.fullmatch(r"e\d{4}_twitch_0h00m\d\d\.mp4", name) for name in names)
    assert json.loads(command("clips", place / "night", "--kind", "gross", "--json").stdout) == []


def test_footage_that_moved_is_named(command: Command, place: Path, tmp_path: Path) -> None:
    (place / "cam.mp4").rename(tmp_path / "renamed.mp4")
    missing = command("clips", place / "night", "--out", tmp_path / "films")
    assert missing.returncode == 4
    assert "--footage DIR" in missing.stderr
    found = command("clips", place / "night", "--out", tmp_path / "films", "--footage", tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    (tmp_path / "renamed.mp4").rename(place / "cam.mp4")


def test_unknown_kind_is_refused(command: Command, place: Path) -> None:
    done = command("clips", place / "night", "--kind", "jump")
    assert done.returncode == 2
    assert "jump: expected a kind of event (twitch, " in done.stderr

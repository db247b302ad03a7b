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
def night(cot_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night whose footage has three jerks, to put clips into."""
    return shutil.copytree(cot_night, tmp_path_factory.mktemp("clips") / "night")


def test_clips_go_beside_the_results(here: Command, night: Path) -> None:
    done = here("clips", night, "--kind", "twitch")
    assert done.returncode == 0
    names = sorted(path.name for path in (night / "clips").iterdir())
    twitches = [event for event in Night.load(night).decision.events if event.kind == "twitch"]
    assert len(names) == len(twitches) > 0
    assert f"{len(names)} clip" in done.stdout
    assert all(re.fullmatch(r"e\d{4}_twitch_0h00m\d\d\.mp4", name) for name in names)
    assert json.loads(here("clips", night, "--kind", "gross", "--json").stdout) == []


def test_footage_that_moved_is_named(here: Command, cot: Path, night: Path, tmp_path: Path) -> None:
    cot.rename(tmp_path / "renamed.mp4")
    missing = here("clips", night, "--out", tmp_path / "films")
    (tmp_path / "elsewhere").mkdir()
    shutil.copy(tmp_path / "renamed.mp4", tmp_path / "elsewhere")
    found = here("clips", night, "--out", tmp_path / "films", "--footage", tmp_path / "elsewhere")
    (tmp_path / "renamed.mp4").rename(cot)
    assert missing.returncode == 4
    assert "--footage DIR" in missing.stderr
    assert (found.returncode, found.stderr) == (0, "")


def test_unknown_kind_is_refused(here: Command, night: Path) -> None:
    done = here("clips", night, "--kind", "jump")
    assert done.returncode == 2
    assert "jump: expected a kind of event (twitch, " in done.stderr

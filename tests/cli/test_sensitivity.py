"""`twitch-detector sensitivity`, as a user meets it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.run.analyze import analyze
from detector.truth.encode import Encoding
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import SceneSpec

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a still night of 40 s and its footage."""
    folder = tmp_path_factory.mktemp("nights")
    spec = SceneSpec(40.0, 8.0, (160, 90), seed=2, noise=1.5)
    footage = synthesize(folder / "still.mp4", spec, Encoding(bitrate_kbps=120, key_interval_s=2)).video
    analyze(footage, out=folder / "night", workers=1)
    return folder / "night"


def test_a_tenth_of_a_short_night_is_too_little_and_says_what_it_takes(night: Path, command: Command) -> None:
    done = command("sensitivity", night)
    assert done.returncode == 2
    assert "--budget: expected at least 200 frames for one stretch, but 32 came" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (night / "sensitivity.json").exists()


def test_it_says_what_was_found_and_writes_it(night: Path, command: Command) -> None:
    done = command("sensitivity", night, "--budget", 320, "--mm-per-px", 4, "--workers", 1)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Planted into 1 quiet stretch:"
    written = json.loads((night / "sensitivity.json").read_text())
    twitch = written["twitch"]
    assert lines[1].startswith(f"  {twitch['found']} of {twitch['n']} twitches found: ")
    assert "An estimate of all, if they are as large" in done.stdout
    assert written["mm_per_px"] == 4
    assert written["frames"] <= written["budget_frames"] == 320
    again = command("sensitivity", night, "--budget", 320, "--mm-per-px", 4, "--json")
    assert json.loads(again.stdout) == written


def test_footage_that_is_gone_is_told_in_one_sentence(night: Path, command: Command, tmp_path: Path) -> None:
    done = command("sensitivity", night, "--budget", 320, "--footage", tmp_path)
    assert done.returncode != 0
    assert "still.mp4" in done.stderr
    assert len(done.stderr.splitlines()) == 1

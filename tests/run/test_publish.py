"""Nights that are written again: nothing is replaced unasked, and nobody is disturbed."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.errors import NoticeWarning
from detector.footage.region import Region, RegionSet
from detector.night.files.folder import locked
from detector.night.layout import STAGING_FOLDER, TEMPORARY_PREFIX
from detector.night.night import Night
from detector.night.regions import write_regions
from detector.run.analyze import analyze
from detector.run.publish import draw_again, save_night
from tests.fault_tools import content

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def night(cot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night folder; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    analyze(cot, out=folder, workers=1)
    return folder


@pytest.mark.slow
def test_decide_replaces_a_night_only_when_asked(command: Command, night: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    before = content(folder)
    done = command("decide", folder, "--set", "burst.threshold=1000", "--out", folder)
    assert done.returncode == 2
    assert "burst.threshold was 4.85 and not 1000.0" in done.stderr
    assert "--overwrite" in done.stderr
    assert content(folder) == before
    assert command("decide", folder, "--out", folder).returncode == 0  # the same parameters
    assert command("decide", folder, "--set", "burst.threshold=1000", "--out", folder, "--overwrite").returncode == 0
    assert Night.load(folder).params.burst.threshold == 1000


@pytest.mark.slow
def test_report_waits_for_no_other_run_and_clears_what_was_left(command: Command, night: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    (folder / STAGING_FOLDER).mkdir()
    (folder / f"{TEMPORARY_PREFIX}1-report.html").write_text("half")
    (tmp_path / "truth.csv").write_text("onset,duration,label\n7,0.3,twitch\n")
    before = content(folder)
    with locked(folder):
        for words in (("report", folder), ("evaluate", folder, tmp_path / "truth.csv")):
            done = command(*words)
            assert done.returncode == 1
            assert "another run is working in this folder" in done.stderr
        assert content(folder) == before
    assert command("report", folder).returncode == 0
    assert {path.name for path in folder.iterdir()} == {path.name for path in night.iterdir()}


@pytest.mark.slow
def test_regions_that_a_report_does_not_know_are_told(night: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(night, tmp_path / "night")
    write_regions(folder, RegionSet((Region("cot", ((0, 0), (100, 0), (100, 100)), "only"),)))
    with pytest.warns(NoticeWarning, match=r"regions\.toml: these regions were drawn after the night was decided"):
        draw_again(Night.load(folder), folder, with_pictures=False)
    decided = Night.load(folder).decide()
    save_night(decided, folder, overwrite=True)
    draw_again(Night.load(folder), folder, with_pictures=False)  # a warning would be an error here

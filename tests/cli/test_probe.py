"""`probe`, and what `analyze` takes: lists, globs, start times, and a folder that nobody named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]  # noqa: F821
CotWriter = Callable[..., Path]


@pytest.fixture(scope="module")
def clips(write_cot: CotWriter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three clips of 6 s, the last 10 s late, and one that is no video."""
    folder = tmp_path_factory.mktemp("clips") / "card"
    folder.mkdir()
    for seed, name in enumerate(("220000", "220006", "220022")):
        write_cot(folder / f"cot_20240315_{name}.mp4", 6.0, (2.0,), seed=seed)
    (folder / "broken.mp4").write_text("no video")
    return folder


def test_probe_explains_what_told_each_start(here: Command, clips: Path) -> None:
    done = here("probe", clips, "--explain", "--time-zone", "Europe/Berlin")
    assert done.returncode == 3
    assert done.stdout.count("start: name (good trust), date and time") == 3
    assert "from 2024-03-15T22:00:22+01:00" in done.stdout
    assert "3 clips, 18 s of footage, 1 gap (10 s not filmed), 1 file unreadable" in done.stdout
    assert "2024-03-15 22:00:00 to 2024-03-15 22:00:28 (Europe/Berlin), from the file names" in done.stdout
    assert done.stderr.count("broken.mp4") >= 1


@pytest.mark.slow
def test_probe_draws_what_was_filmed(here: Command, clips: Path, tmp_path: Path) -> None:
    picture = tmp_path / "night.png"
    assert here("probe", clips, "--coverage", picture).returncode == 3
    assert picture.read_bytes().startswith(b"\x89PNG")
    again = here("probe", clips, "--coverage", picture)
    assert again.returncode == 2
    assert "there is such a file already" in again.stderr
    assert "ends in .png" in here("probe", clips, "--coverage", tmp_path / "night.doc").stderr


def test_a_pattern_and_a_start_of_the_user_count(here: Command, clips: Path) -> None:
    words = ("probe", clips, "--json", "--time-zone", "UTC")
    found = json.loads(here(*words, "--name-pattern", "cot_%Y%m%d_%H%M%S").stdout)
    assert found["clips"][0]["start_how"].startswith("user pattern")
    assert found["start_at"] == "2024-03-15T22:00:00+00:00"
    found = json.loads(here(*words, "--start", "2026-03-14 01:00").stdout)
    assert (found["start_at"], found["start_source"]) == ("2026-03-14T01:00:00+00:00", "option")
    refused = here(*words, "--start", "tonight")
    assert refused.returncode == 2


@pytest.mark.slow
def test_a_night_without_a_folder_goes_to_one_of_its_name(here: Command, clips: Path, tmp_path: Path) -> None:
    words = ("analyze", "--time-zone", "UTC", "--workers", 1)
    (tmp_path / "list.txt").write_text(f"{clips}/cot_*2200[01]*.mp4\n")
    first = here(*words, clips / "cot_20240315_220000.mp4", "--subject", "S 01", "--age", "12 weeks", cwd=tmp_path)
    assert first.returncode == 0
    night = tmp_path / "cot_20240315_220000_night"
    document = json.loads((night / "night.json").read_text())
    assert document["subject"] == {"code": "S 01", "session": "", "age": "12 weeks"}
    assert "1 clip, 6 s of footage" in first.stderr
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(clips / "cot_20240315_220022.mp4", other / "cot_20240315_220000.mp4")
    second = here(*words, "other/cot_20240315_220000.mp4", cwd=tmp_path)
    assert second.returncode == 0
    assert "so this one goes to cot_20240315_220000_night_2" in second.stderr
    assert (tmp_path / "cot_20240315_220000_night_2" / "night.json").is_file()
    listed = here(*words, "@list.txt", "-q", cwd=tmp_path)
    assert listed.returncode == 0
    assert len(json.loads((tmp_path / "list_night" / "night.json").read_text())["inputs"]) == 2


@pytest.mark.slow
def test_more_clips_of_a_night_measure_only_what_is_new(here: Command, clips: Path, tmp_path: Path) -> None:
    words = ("--time-zone", "UTC", "--workers", 1, "--out", tmp_path / "night", "-q", "--set", "footage.span_s=10")
    names = sorted(clips.glob("cot*.mp4"))
    assert here("analyze", names[0], names[1], *words).returncode == 0
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "night" / "motion").glob("span*")}
    assert here("analyze", *names, *words).returncode == 0
    after = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "night" / "motion").glob("span*")}
    assert set(before.items()) < set(after.items())
    assert len(json.loads((tmp_path / "night" / "night.json").read_text())["inputs"]) == 3
    refused = here("analyze", names[0], names[2], *words)
    assert refused.returncode == 2
    assert "it holds another night" in refused.stderr

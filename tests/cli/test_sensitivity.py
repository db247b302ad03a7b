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
    footage = synthesize(folder / "zoe-cot.mp4", spec, Encoding(bitrate_kbps=120, key_interval_s=2)).video
    analyze(footage, out=folder / "night", workers=1)
    return folder / "night"


def test_a_tenth_of_a_short_night_is_too_little_and_says_what_it_takes(night: Path, here: Command) -> None:
    done = here("sensitivity", night)
    assert done.returncode == 2
    assert "--budget: expected at least 200 frames for one stretch, but 32 came" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (night / "sensitivity.json").exists()


@pytest.mark.slow
def test_it_says_what_was_found_and_writes_it(night: Path, here: Command) -> None:
    done = here("sensitivity", night, "--budget", 320, "--mm-per-px", 4, "--workers", 1)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "Planted into 1 quiet stretch:"
    written = json.loads((night / "sensitivity.json").read_text())
    twitch = written["twitch"]
    assert lines[1].startswith(f"  {twitch['found']} of {twitch['n']} twitches found: ")
    assert "judged hour" not in done.stdout, "40 s are too short for a rate"
    for kind in ("twitch", "rhythmic"):
        is_told = written[kind]["curve"]["middle_px"] is not None
        assert is_told or "too few planted to tell; a larger --budget plants more" in done.stdout
    assert written["asked"] == {"budget_frames": 320, "is_default_budget": False, "seed": 0, "mm_per_px": 4}
    assert written["frames"] <= 320
    assert "What this camera could have shown" in (night / "report.html").read_text()
    again = here("sensitivity", night, "--budget", 320, "--mm-per-px", 4, "--json")
    assert json.loads(again.stdout) == written


def test_footage_that_is_gone_is_told_in_one_sentence(night: Path, here: Command, tmp_path: Path) -> None:
    done = here("sensitivity", night, "--budget", 320, "--footage", tmp_path)
    assert done.returncode != 0
    assert "zoe-cot.mp4" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_two_points_are_a_scale_and_given_twice_it_is_refused(night: Path, here: Command) -> None:
    words = ("sensitivity", night, "--budget", 320, "--two-points", "10,10 110,10 400")
    done = here(*words, "--mm-per-px", 4)
    assert (done.returncode, done.stderr) == (2, "--mm-per-px and --two-points say the same; give one of them.\n")
    done = here(*words, "--json")
    assert json.loads(done.stdout)["asked"]["mm_per_px"] == 4


@pytest.mark.parametrize("words", [("--budget", 500), ("--mm-per-px", 2), ("--two-points", "1,1 2,2 3"), ("--seed", 3)])
@pytest.mark.parametrize("name", ["analyze", "batch"])
def test_what_is_about_the_sensitivity_needs_it(
    night: Path, here: Command, tmp_path: Path, name: str, words: tuple[str, object]
) -> None:
    done = here(name, night.parent / "zoe-cot.mp4", "--out", tmp_path / "r", *words)
    assert done.returncode == 2
    assert done.stderr == f"{words[0]} is about the sensitivity; add --sensitivity, or leave it out.\n"


@pytest.mark.slow
def test_analyze_measures_it_too_without_names_or_pictures(night: Path, here: Command, tmp_path: Path) -> None:
    out = tmp_path / "n"
    words = ["analyze", night.parent / "zoe-cot.mp4", "--out", out, "--sensitivity", "--budget", 320]
    done = here(*words, "--pseudonyms", "--no-pictures")
    assert done.returncode == 0, done.stderr
    known = json.loads((night / "sensitivity.json").read_text()) if (night / "sensitivity.json").exists() else None
    written = json.loads((out / "sensitivity.json").read_text())
    if known is not None:
        assert written["trials"] == known["trials"], "the same night, seed and budget"
    report = (out / "report.html").read_text()
    assert "What this camera could have shown" in report
    for file in out.rglob("*"):
        assert not (file.is_file() and b"zoe-cot" in file.read_bytes()), file
    before = (out / "sensitivity.json").stat().st_mtime_ns
    assert here(*words, "--pseudonyms", "--no-pictures").returncode == 0
    assert (out / "sensitivity.json").stat().st_mtime_ns == before, "what is there is not measured again"


@pytest.mark.slow
def test_a_night_too_short_for_it_is_whole_all_the_same(night: Path, here: Command, tmp_path: Path) -> None:
    done = here("analyze", night.parent / "zoe-cot.mp4", "--out", tmp_path / "n", "--sensitivity", "--quiet")
    assert done.returncode == 0
    assert "the sensitivity was not measured: --budget: expected at least 200 frames" in done.stderr
    assert (tmp_path / "n" / "report.html").exists()
    assert not (tmp_path / "n" / "sensitivity.json").exists()

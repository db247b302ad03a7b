"""Nothing of the user's is lost: commands refuse, or move aside, what they did not write or what a person changed."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.night.night import Night
from tests.fault_tools import complaints, content, everything

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """8 s with a jerk at 4 s."""
    return write_cot(tmp_path_factory.mktemp("footage") / "brief.mp4", 8.0, (4.0,))


@pytest.fixture(scope="module")
def made(footage: Path, here: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its night; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    assert here("analyze", footage, "--out", folder, "--quiet").returncode == 0
    return folder


@pytest.fixture
def night(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be disturbed."""
    return shutil.copytree(made, tmp_path / "night")


def one_line(text: str, *words: str) -> None:
    (line,) = complaints(text)
    assert all(word in line for word in words), text


@pytest.mark.slow
@pytest.mark.parametrize("name", ["events.csv", "night.json", "params.toml", "report.html"])
def test_what_a_person_changed_is_kept(command: Command, footage: Path, made: Path, night: Path, name: str) -> None:
    edited = (night / name).read_bytes() + b"\n"  # still readable
    (night / name).write_bytes(edited)
    done = command("analyze", footage, "--out", night)
    assert done.returncode == 0
    one_line(done.stderr, f"{night / name}: this was changed since it was written", f"kept as {name}.edited-1.")
    after = content(night)
    assert after.pop(f"{name}.edited-1") == edited
    assert after == content(made)


@pytest.mark.slow
def test_a_report_with_notes_in_it_is_kept(command: Command, night: Path) -> None:
    (night / "report.html").write_text("by hand")
    done = command("report", night)
    assert done.returncode == 0
    one_line(done.stderr, "report.html: this was changed since it was written", "kept as report.html.edited-1.")
    assert (night / "report.html.edited-1").read_text() == "by hand"
    assert (night / "report.html").read_text().startswith("<!DOCTYPE html>")


@pytest.mark.slow
def test_overwriting_keeps_all_that_has_another_hand(command: Command, footage: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    mine = {
        "events.csv": "onset\n1\n",
        "params.toml": "[mine]\n",
        "night.json": "{}",
        "report.html": "<p>thesis</p>",
        ".staging/draft.txt": "draft",
        ".writing-a-book": "chapter 1",
        "motion/recording.json": '{"artist": "me"}',
        "motion/span-1.npz": "bridge",
        "motion/film.mp4": "holiday",
    }
    for name, text in mine.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    assert command("analyze", footage, "--out", folder).returncode == 2
    assert {name: (folder / name).read_text() for name in mine} == mine
    done = command("analyze", footage, "--out", folder, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert Night.load(folder).coverage.files_s == pytest.approx(8.0)
    for name, text in mine.items():
        aside = folder / f"{name}.edited-1"
        assert (aside if aside.exists() else folder / name).read_text() == text, name
        assert aside.exists() == (f"{aside.name}." in done.stderr)


@pytest.mark.slow
def test_reviews_do_not_pass_to_another_night(
    command: Command, write_cot: Callable[..., Path], night: Path, tmp_path: Path
) -> None:
    (night / "reviews").mkdir()
    (night / "reviews" / "ada.jsonl").write_text("{}\n")
    (night / "regions.toml").write_text("# drawn with care\n")
    other = write_cot(tmp_path / "other.mp4", 6.0, seed=3)
    done = command("analyze", other, "--out", night, "--overwrite")
    assert done.returncode == 0, done.stderr
    assert (night / "reviews.edited-1" / "ada.jsonl").read_text() == "{}\n"
    assert (night / "regions.toml.edited-1").read_text() == "# drawn with care\n"
    assert not (night / "reviews").exists()
    assert done.stderr.count("belongs to the night that stood here") == 2


@pytest.mark.slow
def test_a_good_report_is_not_replaced_by_a_poorer_one(command: Command, footage: Path, tmp_path: Path) -> None:
    away, night = tmp_path / "usb" / "renamed.mp4", tmp_path / "night"
    (tmp_path / "here").mkdir()
    here = Path(shutil.copy(footage, tmp_path / "here" / "clip.mp4"))
    assert command("analyze", here, "--out", night, "--quiet").returncode == 0
    good = everything(night)
    away.parent.mkdir()
    here.rename(away)
    done = command("report", night)
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "kept as it is", "--footage DIR", "--no-pictures")
    assert everything(night) == good
    # Another file of the same name does not count.
    here.write_bytes(footage.read_bytes()[:-1])
    assert command("report", night).returncode == 2
    assert everything(night) == good
    assert command("report", night, "--footage", away.parent).returncode == 0
    assert command("report", night, "--no-pictures").returncode == 0
    # Nothing is lost any more: the report that stands there shows no footage.
    assert command("report", night).returncode == 0


@pytest.mark.slow
def test_deciding_again_without_the_footage_keeps_the_report_with_pictures(
    command: Command, footage: Path, tmp_path: Path
) -> None:
    night = tmp_path / "nights" / "night"
    (tmp_path / "here").mkdir()
    here = Path(shutil.copy(footage, tmp_path / "here" / "clip.mp4"))
    assert command("analyze", here, "--out", night, "--quiet").returncode == 0
    good = (night / "report.html").read_bytes()
    here.unlink()
    done = command("decide", night, "--out", night, "--set", "burst.threshold=20", "--overwrite")
    assert done.returncode == 0, done.stderr
    one_line(done.stderr, "the report with its pictures is kept as report.html.edited-1.")
    assert (night / "report.html.edited-1").read_bytes() == good


@pytest.mark.slow
def test_tables_are_written_where_the_report_cannot_be_drawn(
    command: Command, footage: Path, made: Path, tmp_path: Path
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "jinja2.py").write_text("raise ImportError('no jinja here')\n")
    path = os.pathsep.join([str(tmp_path / "broken"), os.environ.get("PYTHONPATH", "")])
    done = command("analyze", footage, "--out", tmp_path / "night", env={**os.environ, "PYTHONPATH": path})
    assert done.returncode == 1
    one_line(done.stderr, "the tables are written", "no jinja here", "`twitch-detector report` draws them")
    assert (tmp_path / "night" / "events.csv").read_bytes() == (made / "events.csv").read_bytes()
    assert not (tmp_path / "night" / "report.html").exists()
    assert command("report", tmp_path / "night").returncode == 0
    assert (tmp_path / "night" / "report.html").exists()


SYNTH = ("--duration", 2, "--size", "128x72", "--fps", 5)


def test_hand_labels_are_never_overwritten(here: Command, footage: Path, tmp_path: Path) -> None:
    labels = tmp_path / "clip_truth.csv"
    labels.write_text("onset,duration,label\n4.0,0.3,twitch\n")
    for words in (("synth", tmp_path / "clip.mp4", *SYNTH), ("plant", footage, tmp_path / "clip.mp4")):
        done = here(*words)
        assert done.returncode == 2
        one_line(done.stderr, f"{labels}: this exists already")
        assert [path.name for path in tmp_path.iterdir()] == ["clip_truth.csv"]
    done = here("synth", tmp_path / "clip.mp4", *SYNTH, "--overwrite")
    assert done.returncode == 0, done.stderr
    one_line(done.stderr, "was not written by this program, so it is kept as clip_truth.csv.edited-1.")
    assert (tmp_path / "clip_truth.csv.edited-1").read_text() == "onset,duration,label\n4.0,0.3,twitch\n"
    # What it wrote itself is replaced; what was corrected since is kept.
    assert here("synth", tmp_path / "clip.mp4", *SYNTH, "--seed", 1, "--overwrite").stderr == ""
    labels.write_text("corrected")
    assert "clip_truth.csv.edited-2" in here("plant", footage, tmp_path / "clip.mp4", "--overwrite").stderr
    assert (tmp_path / "clip_truth.csv.edited-2").read_text() == "corrected"


def test_footage_is_never_planted_into_itself(here: Command, footage: Path) -> None:
    before = footage.read_bytes()
    done = here("plant", footage, footage, "--overwrite")
    assert done.returncode == 2
    one_line(done.stderr, "expected another file than the footage itself")
    assert footage.read_bytes() == before


@pytest.mark.slow
def test_scores_of_others_are_kept(command: Command, made: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("onset,duration,label\n4.0,0.3,twitch\n")
    scores = tmp_path / "scores"
    scores.mkdir()
    (scores / "evaluation.json").write_text("mine")
    done = command("evaluate", made, truth, "--out", scores)
    assert done.returncode == 0
    one_line(done.stderr, "evaluation.json: this was not written by this program")
    assert (scores / "evaluation.json.edited-1").read_text() == "mine"
    assert command("evaluate", made, truth, "--out", scores).stderr == ""

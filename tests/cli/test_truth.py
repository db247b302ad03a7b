"""The commands that make and use known movements, as a user meets them."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from detector.run.analyze import analyze

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def night(cot: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `analyze` wrote; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    analyze(cot, out=folder, workers=1)
    return folder


@pytest.fixture(scope="module")
def drawn(here: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s of drawn footage with a twitch at 2 s and a ticking clock."""
    path = tmp_path_factory.mktemp("drawn") / "drawn.mp4"
    done = here(
        "synth",
        path,
        "--duration",
        6,
        "--size",
        "320x180",
        "--movement",
        "twitch@2:left_hand:8px",
        "--nuisance",
        "clock",
    )
    assert done.returncode == 0, done.stderr
    return path


def test_synth_writes_video_and_tables(drawn: Path, here: Command) -> None:
    truth = pd.read_csv(drawn.with_name("drawn_truth.csv"))
    assert truth[["onset", "label"]].to_numpy().tolist() == [[2.0, "twitch"]]
    assert pd.read_csv(drawn.with_name("drawn_confounds.csv"))["label"].tolist() == ["clock"]
    assert "h264 320x180, 15 frames/s, 6 s" in here("probe", drawn).stdout


def test_synth_scatters_as_many_as_asked(here: Command, tmp_path: Path) -> None:
    out = tmp_path / "scattered.mp4"
    options = ("--duration", 20, "--size", "128x72", "--fps", 5, "--scatter", "twitch=3", "--json")
    written = json.loads(here("synth", out, *options).stdout)
    assert pd.read_csv(written[0]["truth"])["label"].tolist() == ["twitch"] * 3


def test_synth_never_replaces_unasked(drawn: Path, here: Command) -> None:
    before = drawn.read_bytes()
    done = here("synth", drawn, "--duration", 1)
    assert done.returncode == 2
    assert "--overwrite" in done.stderr
    assert drawn.read_bytes() == before


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--size", "big"), "--size big: expected WIDTHxHEIGHT"),
        (("--scatter", "twitch"), "--scatter twitch: expected KIND=NUMBER"),
        (("--movement", "jump@3"), "movement 'jump@3': expected"),
        (("--nuisance", "ghost"), "nuisance 'ghost': expected"),
        (("--codec", "cinepak"), "expected a codec"),
        (("--sample", "nothing"), "nothing"),
    ],
)
def test_synth_refuses_in_one_sentence(here: Command, tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    done = here("synth", tmp_path / "x.mp4", *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_plant_puts_known_movements_into_footage(drawn: Path, here: Command, tmp_path: Path) -> None:
    done = here("plant", drawn, tmp_path / "planted.mp4", "--movement", "twitch@4:160,90:5px:20sigma")
    assert done.returncode == 0, done.stderr
    assert pd.read_csv(tmp_path / "planted_truth.csv")[["onset", "x", "y"]].to_numpy().tolist() == [[4.0, 160, 90]]
    assert "h264 320x180, 15 frames/s, 6 s" in here("probe", tmp_path / "planted.mp4").stdout
    again = here("plant", drawn, tmp_path / "planted.mp4", "--scatter", "twitch=1")
    assert again.returncode == 2
    assert "--overwrite" in again.stderr


def test_evaluate_prints_a_table_and_writes_json_and_figure(here: Command, night: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("onset,duration,label\n7.0,0.3,twitch\n19.5,0.3,twitch\n33.2,0.3,twitch\n")
    done = here("evaluate", night, truth, "--out", tmp_path / "scores")
    assert done.returncode == 0, done.stderr
    header, row = done.stdout.splitlines()[:2]
    assert header.split()[:4] == ["kind", "known", "found", "matched"]
    written = json.loads((tmp_path / "scores" / "evaluation.json").read_text())
    assert row.split()[0] == "twitch"
    assert int(row.split()[1]) == written["kinds"]["twitch"]["known"] == 3
    assert (tmp_path / "scores" / "evaluation.png").read_bytes().startswith(b"\x89PNG")
    assert json.loads(here("evaluate", night, truth, "--out", tmp_path / "scores", "--json").stdout) == written
    gross = next(line.split() for line in done.stdout.splitlines() if line.startswith("gross"))
    assert gross == ["gross", "0", "0", "0", "-", "-", "-", "-", "0.0"]
    assert "Broken episodes: nothing to break" in done.stdout
    assert done.stderr == ""
    assert not list(night.glob("evaluation.*"))


def test_truth_of_longer_footage_is_noticed(here: Command, night: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.csv"
    truth.write_text("onset,duration,label\n7.0,0.3,twitch\n519.5,0.3,twitch\n")
    done = here("evaluate", night, truth, "--out", tmp_path / "scores")
    assert done.returncode == 0
    assert "truth.csv: 1 known movement lies outside the recording, which goes from 0.0 to 45.0 s" in done.stderr
    written = json.loads((tmp_path / "scores" / "evaluation.json").read_text())
    assert written["known_outside_the_recording"] == 1

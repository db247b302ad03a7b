"""The commands `export` and `import`: what they write, say, refuse and end with."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def night(cot_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that `analyze` wrote, with the jerks of `cot`."""
    return shutil.copytree(cot_night, tmp_path_factory.mktemp("exchange") / "night")


def test_export_edit_import(here: Command, night: Path, tmp_path: Path) -> None:
    path = tmp_path / "Ana.boris"
    done = here("export", night, "--to", "boris", "--out", path)
    assert done.stdout == f"Written   {path}\n"
    project = json.loads(path.read_text())
    (observation,) = project["observations"].values()
    assert list(observation["media_info"]["length"].values()) == [45.0]
    twitches = [event for event in observation["events"] if event[2] == "twitch"]
    assert [event[0] for event in twitches[::2]] == pytest.approx([7.0, 19.5, 33.2], abs=0.3)
    observation["events"] = [event for event in observation["events"] if event not in twitches[:2]]
    path.write_text(json.dumps(project))
    said = here("import", night, path, "--json")
    assert json.loads(said.stdout) == {
        "reviewer": "Ana", "confirmed": 2, "changed": 0, "added": 0, "deleted": 1,
        "agreement": pytest.approx(2 / 3), "written": 3, "unknown_labels": {},
    }  # fmt: skip
    reviewed = here("export", night, "--to", "csv", "--out", tmp_path / "r.csv", "--reviewer", "Ana", "--no-states")
    assert reviewed.returncode == 0, reviewed.stderr
    assert len((tmp_path / "r.csv").read_text("utf-8-sig").splitlines()) == 3


def test_refusals_are_one_sentence(here: Command, night: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("when;what\n1;2\n")
    (tmp_path / "there.csv").touch()
    for words, told in (
        (("export", night, "--to", "docx"), "expected a format of boris"),
        (("export", night, "--to", "csv", "--out", tmp_path / "n.txt"), "ends in .csv"),
        (("export", night, "--to", "csv", "--out", tmp_path / "there.csv"), "or give --overwrite"),
        (("import", night, tmp_path / "bad.csv"), "a row looks like this: "),
        (("import", night, tmp_path / "bad.csv", "--map", tmp_path / "no.toml"), "expected a TOML file of labels"),
    ):
        done = here(*words)
        assert done.returncode == 2
        assert told in done.stderr
        assert done.stderr.count("\n") == 1


def test_evaluate_takes_people_in_any_format(here: Command, night: Path, tmp_path: Path) -> None:
    ana = tmp_path / "ana.vtt"
    assert here("export", night, "--to", "vtt", "--out", ana, "--quiet").returncode == 0
    ben = tmp_path / "ben.csv"
    ben.write_text("start;stop;type\n7,1;7,4;Twitch\n")
    done = here("evaluate", night, ana, ben, "--out", tmp_path / "agreement", "--clips", "1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split()[:3] == ["first", "second", "kind"]
    written = json.loads((tmp_path / "agreement" / "evaluation.json").read_text())
    pairs = {(row["first"], row["second"], row["kind"]): row["f1"] for row in written["agreement"]}
    assert pairs["ana", "detector", "twitch"] == 1.0
    assert pairs["ben", "detector", "twitch"] == pytest.approx(2 / 4)
    assert len(list((tmp_path / "agreement" / "disagreements").glob("01_*.mp4"))) == 1
    alone = here("evaluate", night, ben, "--out", tmp_path / "alone", "--json")
    assert json.loads(alone.stdout)["agreement"][0]["second"] == "detector"
    few = here("evaluate", night, ben, "--choose", "burst.threshold", "--out", tmp_path / "few")
    assert few.returncode == 2
    assert "score more before choosing" in few.stderr

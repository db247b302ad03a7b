"""BORIS itself on what is written for it: it opens the project, finds nothing wrong, and exports our events.

BORIS needs other versions of nearly everything, so it stands in an environment of its own: `python3 -m venv boris`,
`boris/bin/pip install boris-behav-obs`, and `TWITCH_DETECTOR_BORIS=boris/bin/python` for the tests.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.night.night import Night
from detector.views.exchange.reading import read_scoring
from detector.views.exchange.taking import import_scoring
from detector.views.exchange.writing import export
from tests.views.exchange.conftest import EventMaker, marks, night_of

PYTHON = os.environ.get("TWITCH_DETECTOR_BORIS", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PYTHON, reason="TWITCH_DETECTOR_BORIS names no Python that has BORIS"),
]


def quiet_environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "PYTHONHOME"}}
    return {**kept, "QT_QPA_PLATFORM": "offscreen"}


@pytest.fixture
def ask_boris(tmp_path: Path) -> Callable[[Path], dict[str, Any]]:
    """What BORIS says of a project; its exports are then beside it."""

    def ask(project: Path) -> dict[str, Any]:
        script = Path(__file__).with_name("boris_exports.py")
        words = [PYTHON, str(script), str(project), str(tmp_path)]
        done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, env=quiet_environment())
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads((tmp_path / "said.json").read_text())
        return told

    return ask


def of(night: Night, path: Path) -> list[tuple[str, float, float]]:
    found = [(one.label, one.start_s, one.stop_s) for one in read_scoring(night, path).scored]
    return sorted(found, key=lambda mark: (mark[1], mark[2], mark[0]))


def ordered(night: Night) -> list[tuple[str, float, float]]:
    return sorted(marks(night), key=lambda mark: (mark[1], mark[2], mark[0]))


def test_boris_finds_nothing_wrong_and_joins_files_without_their_gaps(
    ask_boris: Callable[[Path], dict[str, Any]], three_files: Night, tmp_path: Path
) -> None:
    project = export(three_files, "boris", tmp_path / "n.boris")[0]
    said = ask_boris(project)
    assert (said["error"], said["message"], said["integrity"]) == ("", "", "")
    assert float(said["lengths"]["n"]) == pytest.approx(60.0 + 50.5 + 100.0)
    with (tmp_path / "tabular.tsv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    begun = {row["Comment"][:5]: row["Media file name"].rpartition("/")[2] for row in rows if row["Comment"]}
    assert begun == {
        "e0001": "clip 1.mp4", "e0002": "clip 1.mp4", "e0003": "clip 2.mp4", "e0004": "clip 2.mp4",
        "e0005": "clip 3.mp4", "e0006": "clip 3.mp4",
    }  # fmt: skip


def test_both_exports_of_boris_give_our_events_back(
    ask_boris: Callable[[Path], dict[str, Any]], three_files: Night, tmp_path: Path
) -> None:
    ask_boris(export(three_files, "boris", tmp_path / "n.boris")[0])
    assert of(three_files, tmp_path / "tabular.tsv") == ordered(three_files)
    assert of(three_files, tmp_path / "aggregated.tsv") == ordered(three_files)
    taken = import_scoring(three_files, tmp_path / "tabular.tsv", "Ana", write=False)
    assert taken.counts() == {"confirmed": 6, "changed": 0, "added": 0, "deleted": 0}


def test_states_artifacts_places_and_many_at_once(
    ask_boris: Callable[[Path], dict[str, Any]], make_event: EventMaker, with_states: Night, tmp_path: Path
) -> None:
    crowd = night_of([make_event("movement", 10.0 + k / 10, 20.0 + k, site="left, hand|x") for k in range(5)])
    for night, choice in ((with_states, {"artifacts": True}), (crowd, {"artifacts": True}), (night_of([]), {})):
        project = export(night, "boris", tmp_path / "n.boris", overwrite=True, **choice)[0]
        said = ask_boris(project)
        assert (said["error"], said["integrity"]) == ("", "")
        if night.decision.events:
            kinds = {kind for kind, _, _ in marks(night)}
            found = [mark for mark in of(night, tmp_path / "tabular.tsv") if mark[0] in kinds]
            assert found == ordered(night)

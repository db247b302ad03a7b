"""Nights that people reviewed, on the command line."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.errors import ExitCode
from detector.night.layout import EVENTS_FILE, REGIONS_FILE, REPORT_FILE, REVIEWS_FOLDER
from detector.night.night import Night
from detector.night.people.review import append_decision, mark_of

Command = Callable[..., Any]


@pytest.fixture
def night(cot_night: Path, tmp_path: Path) -> Night:
    """45 s of footage with three jerks, analyzed; Ana rejected the first and added one that never was."""
    shutil.copytree(cot_night, tmp_path / "night")
    found = Night.load(tmp_path / "night")
    first = mark_of(found.decision.events[0]).model_dump()
    append_decision(tmp_path / "night", {"reviewer": "Ana", "action": "reject", "event_id": "e0001", **first})
    append_decision(
        tmp_path / "night", {"reviewer": "Ana", "action": "add", "kind": "movement", "start_s": 40.0, "stop_s": 41.0}
    )
    (tmp_path / "night" / REGIONS_FILE).write_text(
        '[[region]]\nname = "cot"\nuse = "site"\npolygon_px = [[0, 0], [99, 0], [99, 99]]\n'
    )
    return found


@pytest.mark.slow
def test_deciding_again_brings_the_review_along(here: Command, night: Night, tmp_path: Path) -> None:
    done = here("decide", night.folder, "--set", "burst.threshold=6", "--out", tmp_path / "stricter")
    assert done.returncode == 0, done.stderr
    for name in (f"{REVIEWS_FOLDER}/Ana.jsonl", REGIONS_FILE):
        assert (tmp_path / "stricter" / name).read_bytes() == (night.folder / name).read_bytes()
    stricter = Night.load(tmp_path / "stricter")
    assert stricter.review is None
    n_reviewed = len(stricter.reviewed().decision.events)
    assert n_reviewed == len(stricter.decision.events)  # one less and one more


def test_reviewed_events_are_written_and_said(here: Command, night: Night, tmp_path: Path) -> None:
    done = here("decide", night.folder, "--reviewed", "--out", tmp_path / "checked")
    assert done.returncode == 0, done.stderr
    assert "Checked   Reviewed by Ana: 1 rejected, 1 added; " in done.stdout
    assert "added by Ana" in (tmp_path / "checked" / EVENTS_FILE).read_text()
    assert Night.load(tmp_path / "checked").review is not None


def test_what_finds_no_event_is_listed(here: Command, night: Night) -> None:
    done = here("decide", night.folder, "--set", "burst.threshold=10000")
    assert "1 decision of the review found no event at that time and place:" in done.stderr
    assert "Ana rejected e0001" in done.stderr
    facts = json.loads(here("decide", night.folder, "--set", "burst.threshold=10000", "--json").stdout)
    assert len(facts["lost_decisions"]) == 2  # a head and a line


def test_report_of_the_reviewed_night(here: Command, night: Night) -> None:
    done = here("report", night.folder, "--reviewed")
    assert done.returncode == 0, done.stderr
    assert "Reviewed by Ana" in done.stdout
    assert "Reviewed by Ana: 1 rejected, 1 added" in (night.folder / REPORT_FILE).read_text()
    assert "added by Ana" not in (night.folder / EVENTS_FILE).read_text()
    *_, table, note = done.stdout.splitlines()
    assert table == f"Events    {night.folder / EVENTS_FILE}"
    assert f"without the review; `twitch-detector export {night.folder} --to csv --reviewed`" in note


def test_nobody_reviewed_is_one_sentence(here: Command, cot_night: Path) -> None:
    done = here("report", cot_night, "--reviewed")
    assert (done.returncode, done.stdout) == (ExitCode.FAILURE, "")
    assert "nobody has reviewed this night" in done.stderr


def test_wrong_names_and_folders_are_one_sentence(here: Command, tmp_path: Path) -> None:
    for words in (["review", tmp_path / "nowhere"], ["review", tmp_path, "--port", "70000"]):
        done = here(*words)
        assert done.returncode != 0
        assert len(done.stderr.strip().splitlines()) == 1

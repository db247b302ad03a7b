"""A scoring that a person edited is told apart from the night and becomes a review of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from detector.errors import UsageError
from detector.night.night import Night
from detector.views.exchange.taking import import_scoring
from detector.views.exchange.writing import export
from tests.views.exchange.conftest import marks


def edit(project: Path, change: Any) -> Path:
    document = json.loads(project.read_text())
    (observation,) = document["observations"].values()
    observation["events"] = change(observation["events"])
    project.write_text(json.dumps(document))
    return project


def edited(events: list[list[Any]]) -> list[list[Any]]:
    """e0001 is now restless, e0002 begins earlier, e0003 is gone, and 100-101.5 s is new."""
    for event in events:
        if event[0] in {7.0, 7.3}:
            event[2] = "restless"
        if event[0] == 19.5:
            event[0] = 19.25
    kept = [event for event in events if event[0] not in {30.0, 34.0}]
    return [*kept, [100.0, "", "twitch", "", "seen late", 0], [101.5, "", "twitch", "", "", 0]]


def test_what_a_person_did_to_a_project_is_told_apart_and_taken_in(stored: Night, tmp_path: Path) -> None:
    path = edit(export(stored, "boris", tmp_path / "ana.boris")[0], edited)
    taken = import_scoring(stored, path)
    assert taken.counts() == {"confirmed": 3, "changed": 2, "added": 1, "deleted": 1}
    assert taken.agreement == pytest.approx(3 / 7)
    assert taken.reviewer == "ana"
    reviewed = stored.reviewed("ana")
    assert ("restless", 7.0, 7.3) in marks(reviewed)
    assert ("twitch", 19.25, 19.812) in marks(reviewed)
    assert ("twitch", 100.0, 101.5) in marks(reviewed)
    assert ("movement", 30.0, 34.0) not in marks(reviewed)
    assert len(reviewed.decision.events) == 6


def test_the_same_file_again_decides_nothing_more(stored: Night, tmp_path: Path) -> None:
    path = edit(export(stored, "boris", tmp_path / "ana.boris")[0], edited)
    assert import_scoring(stored, path).n_written == 7
    assert import_scoring(stored, path).n_written == 0


def test_a_later_file_takes_the_place_of_an_earlier_one(stored: Night, tmp_path: Path) -> None:
    plain = export(stored, "boris", tmp_path / "plain.boris")[0]
    import_scoring(stored, edit(export(stored, "boris", tmp_path / "ana.boris")[0], edited), "Ana")
    import_scoring(stored, plain, "Ana")
    assert marks(stored.reviewed("Ana")) == marks(stored)


def test_a_reviewed_night_goes_out_and_comes_back_as_the_same_review(stored: Night, tmp_path: Path) -> None:
    import_scoring(stored, edit(export(stored, "boris", tmp_path / "ana.boris")[0], edited), "Ana")
    for to in ("boris", "csv", "vtt"):
        path = export(stored, to, tmp_path / f"out.{to}", reviewed=True)[0]
        import_scoring(stored, path, f"again {to}")
        assert marks(stored.reviewed(f"again {to}")) == marks(stored.reviewed("Ana"))


@pytest.mark.parametrize("to", ["boris", "csv", "vtt"])
def test_an_unedited_file_confirms_all(stored: Night, to: str, tmp_path: Path) -> None:
    taken = import_scoring(stored, export(stored, to, tmp_path / f"bo.{to}")[0], write=False)
    assert taken.counts() == {"confirmed": 6, "changed": 0, "added": 0, "deleted": 0}
    assert taken.n_written == 0
    assert not (stored.folder / "reviews").exists()  # type: ignore[operator]


def test_a_scoring_without_our_numbers_finds_its_events_by_time(stored: Night, tmp_path: Path) -> None:
    path = tmp_path / "eva.csv"
    path.write_text("onset;duration;label\n7,1;0,3;TW\n250,2;4;whole body\n120;1;dream\n")
    taken = import_scoring(stored, path, labels={"twitch": ["TW"]}, write=False)
    assert taken.counts() == {"confirmed": 0, "changed": 2, "added": 0, "deleted": 4}
    assert taken.labeled.unknown == {"dream": 1}
    assert "'dream' (1)" in taken.labeled.notices()[0]


def test_a_file_in_which_nothing_is_known_is_refused(stored: Night, tmp_path: Path) -> None:
    path = tmp_path / "eva.csv"
    path.write_text("onset,duration,label\n7,0.3,dream\n")
    with pytest.raises(UsageError, match=r"no kind is known for 'dream' \(1\)"):
        import_scoring(stored, path)
    assert not (stored.folder / "reviews").exists()  # type: ignore[operator]

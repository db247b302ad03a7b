"""A scoring that a person edited is told apart from the night and becomes a review of it."""

from __future__ import annotations

import csv
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
    """e0001 is now restless, e0002 begins a little earlier, e0003 is gone, and 100-101.5 s is new."""
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
    assert taken.counts() == {"confirmed": 4, "changed": 1, "added": 1, "deleted": 1}
    assert taken.agreement == pytest.approx(4 / 7)
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


def test_nobody_scores_to_the_millisecond(stored: Night, tmp_path: Path) -> None:
    path = tmp_path / "ben.csv"
    path.write_text(
        "start,stop,label\n7.15,7.4,twitch\n19.4,19.8,twitch\n30.1,33.9,movement\n32.1,33,movement\n"
        "50.2,62,rhythmic\n249.9,255,gross\n"
    )
    taken = import_scoring(stored, path)
    assert taken.counts() == {"confirmed": 6, "changed": 0, "added": 0, "deleted": 0}
    assert (taken.agreement, taken.n_other_times) == (1.0, 6)
    reviewed = stored.reviewed("ben")
    assert marks(reviewed)[0] == ("twitch", 7.15, 7.4)  # the person's times
    assert reviewed.review is not None
    assert (reviewed.review.n_confirmed, reviewed.review.n_changed) == (6, 0)
    assert import_scoring(stored, path).n_written == 0


@pytest.mark.parametrize(
    "row", ["19.5,19.812,movement", "20.1,20.3,twitch", "50,53.5,rhythmic"], ids=["kind", "onset", "length"]
)
def test_what_evaluate_would_not_match_is_no_agreement(stored: Night, row: str, tmp_path: Path) -> None:
    path = tmp_path / "ben.csv"
    path.write_text(f"start,stop,label\n{row}\n")
    taken = import_scoring(stored, path, write=False)
    assert taken.counts()["confirmed"] == 0


def test_a_reviewed_night_goes_out_under_the_names_it_had(stored: Night, tmp_path: Path) -> None:
    import_scoring(stored, edit(export(stored, "boris", tmp_path / "ana.boris")[0], edited), "Ana")
    path = export(stored, "csv", tmp_path / "out.csv", reviewed=True)[0]
    rows = list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))
    assert [row["event_id"] for row in rows] == ["e0001", "e0002", "e0004", "e0005", "e0007", "e0006"]
    assert rows[0]["kind"] == "restless"


def test_a_scoring_without_our_numbers_finds_its_events_by_time(stored: Night, tmp_path: Path) -> None:
    path = tmp_path / "eva.csv"
    path.write_text("onset;duration;label\n7,1;0,3;TW\n250,2;4;whole body\n120;1;dream\n")
    taken = import_scoring(stored, path, labels={"twitch": ["TW"]}, write=False)
    assert taken.counts() == {"confirmed": 2, "changed": 0, "added": 0, "deleted": 4}
    assert taken.labeled.unknown == {"dream": 1}
    assert "'dream' (1)" in taken.labeled.notices()[0]


def test_a_file_in_which_nothing_is_known_is_refused(stored: Night, tmp_path: Path) -> None:
    path = tmp_path / "eva.csv"
    path.write_text("onset,duration,label\n7,0.3,dream\n")
    with pytest.raises(UsageError, match=r"no kind is known for 'dream' \(1\)"):
        import_scoring(stored, path)
    assert not (stored.folder / "reviews").exists()  # type: ignore[operator]

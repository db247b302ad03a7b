"""Nothing that a night keeps tells a name, once names are replaced by ids."""

import json
import os
import re
from dataclasses import asdict

import pytest

from detector.night.provenance import InputFile, Provenance, SkippedSpan
from detector.night.pseudonyms import pseudonymous, reviewer_id

EMMA = "/home/Müller-Family/Emma's cot/2026-03-14 Emma.mp4"
SHORT = "/home/Müller-Family/Emma's cot/21/00.mp4"
BROKEN = "/home/Müller-Family/Emma's cot/broken_Emma.mp4"


def source(path: str) -> InputFile:
    return InputFile(path.rsplit("/", 1)[-1], path, 10, "aa", 0.0, 0.0)


@pytest.fixture
def named() -> Provenance:
    """A night in whose texts names stand in every form."""
    return Provenance(
        inputs=(source(EMMA), source(SHORT)),
        start_s=0.0,
        stop_s=10.0,
        unreadable=((BROKEN, f"{BROKEN}: expected a video, but the file is empty."),),
        damage=((SHORT, "The file is cut off."),),
        notes=(
            "2026-03-14 Emma.mp4 has another size; so has 21/00.mp4 in Emma's cot.",
            "The night of 2026-03-14 Emma is in 2 pieces, 00.mp4 after 2000.mp4.",
        ),
        skipped=(SkippedSpan(1.0, 2.0, f"{EMMA}: cannot read this file"),),
    )


def test_no_text_tells_a_name(named: Provenance) -> None:
    hidden = pseudonymous(named)
    stored = json.dumps({**asdict(hidden), "inputs": [[it.name, it.path] for it in hidden.inputs]})
    for word in ("Emma", "cot", "Müller", "home", "broken_"):
        assert word in json.dumps(asdict(named), ensure_ascii=False)
        assert json.dumps(word)[1:-1] not in stored, word
    assert [it.name for it in hidden.inputs] == [it.path for it in hidden.inputs] == ["clip-0001", "clip-0002"]
    assert hidden.unreadable == (("unreadable-0001", "unreadable-0001: expected a video, but the file is empty."),)
    assert hidden.damage == (("clip-0002", "The file is cut off."),)
    assert hidden.notes == (
        "clip-0001 has another size; so has clip-0002 in folder.",
        "The night of clip-0001 is in 2 pieces, clip-0002 after 2000.mp4.",
    )
    assert hidden.skipped[0].reason == "clip-0001: cannot read this file"
    assert not hidden.has_names


def test_places_stay_known_while_the_night_is_made_and_no_longer(named: Provenance) -> None:
    hidden = pseudonymous(named)
    assert [it.location for it in hidden.inputs] == [EMMA, SHORT]
    assert EMMA not in repr(hidden)
    assert pseudonymous(hidden).inputs == hidden.inputs


def test_times_and_hashes_stay(named: Provenance) -> None:
    hidden = pseudonymous(named)
    assert [(it.sha256, it.size_bytes, it.zero_s) for it in hidden.inputs] == [("aa", 10, 0.0)] * 2
    assert hidden.file_place(3.0) == ("clip-0001", 3.0)


def test_words_of_a_sentence_are_no_names() -> None:
    night = Provenance((source("/recordings/night/night.mp4"),), 0.0, 1.0, notes=("A night of recordings, night.mp4.",))
    assert pseudonymous(night).notes == ("A night of recordings, clip-0001.",)


def test_names_that_are_no_utf_8_or_patterns_are_hidden_too() -> None:
    odd = "/data/" + os.fsdecode(b"Z\xf6e") + "/a+b(1)[2].mp4"
    night = Provenance((source(odd),), 0.0, 1.0, notes=(f"{odd} is odd.", "Z\\xf6e and a+b(1)[2].mp4 too."))
    assert pseudonymous(night).notes == ("clip-0001 is odd.", "folder and clip-0001 too.")


def test_a_night_of_nothing_stays() -> None:
    assert pseudonymous(Provenance((), 0.0, 0.0, notes=("x",))).notes == ("x",)


def test_a_reviewer_goes_by_one_id_in_a_night_without_names_and_by_name_in_others(named: Provenance) -> None:
    hidden = pseudonymous(named)
    assert reviewer_id("Ana", named) == "Ana"
    found = reviewer_id("Ana", hidden)
    assert re.fullmatch("reviewer-[0-9a-f]{8}", found)
    assert reviewer_id("ana", hidden) == reviewer_id(found, hidden) == found
    assert reviewer_id("Ben", hidden) != found

"""The bench that leaves out one rule after the other."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from detector._rules import MEASURED_RULES
from detector.params import RULE_NAMES
from detector.truth.encode import Encoding
from detector.truth.known import KnownMovement
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import Nuisance, SceneSpec
from tests.accuracy import ablation
from tests.accuracy.ablation import NONE_OFF, Kept, ablate, chosen_clips, compare, write_tables
from tests.accuracy.practice import Clip

WHOLE = {"twitch_known": 5.0, "twitch_found": 5.0, "twitch_matched": 5.0, "twitch_f1": 1.0, "rate_error_hz": 0.01}
OTHER = "body rhythm"
RULES = ("clock", OTHER, next(iter(MEASURED_RULES)))


@pytest.mark.parametrize(
    ("without", "verdict", "words"),
    [
        ({}, "", ()),
        ({"rate_error_hz": 0.012}, "", ()),
        ({"false": 2.0, "n_twitch": 2.0}, "worse", ("false 0>2",)),
        ({"rate_error_hz": 0.0}, "better", ("rate_error_hz 0.01>0",)),
        ({"twitch_matched": 4.0, "rate_error_hz": 0.0}, "mixed", ("twitch_matched 5>4", "rate_error_hz 0.01>0")),
        ({"n_movement": 1.0}, "other", ("n_movement 0>1",)),
    ],
)
def test_a_change_is_told_for_better_or_worse(without: dict[str, float], verdict: str, words: tuple[str, ...]) -> None:
    change = compare(WHOLE, WHOLE | without)
    assert (change.verdict, change.words) == (verdict, words)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """50 s of an infant under a ticking clock, with one twitch."""
    twitch = KnownMovement("twitch", 20.0, 0.35, "left_arm", 4.0)
    spec = SceneSpec(50.0, 8.0, (320, 180), seed=3, movements=(twitch,), nuisances=(Nuisance("clock"),), noise=1.5)
    written = synthesize(tmp_path_factory.mktemp("ablation") / "tiny.mkv", spec, Encoding("mjpeg", crf=8))
    return Clip("tiny", written.video, written.truth)


@pytest.mark.slow
def test_a_rule_that_is_needed_shows_and_nothing_is_done_twice(
    clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = ablate(clip, RULES, Kept(tmp_path / "tiny.jsonl", "now"))
    assert list(done) == [NONE_OFF, *RULES]
    assert done[NONE_OFF]["twitch_matched"] == 1
    assert compare(done[NONE_OFF], done["clock"]).verdict in {"worse", "other"}
    assert done[OTHER] == done[NONE_OFF], "nothing here swings"

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("this is measured already")

    monkeypatch.setattr(ablation, "analyze", refuse)
    assert ablate(clip, RULES, Kept(tmp_path / "tiny.jsonl", "now")) == done
    with pytest.raises(pytest.fail.Exception):
        ablate(clip, RULES, Kept(tmp_path / "tiny.jsonl", "another state of the code"))


def test_the_error_of_a_rate_that_only_one_side_has_is_no_change() -> None:
    lost = {name: value for name, value in WHOLE.items() if name != "rate_error_hz"}
    assert compare(WHOLE, lost).verdict == ""


def test_a_half_written_line_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    Kept(path, "now").add("clock", WHOLE)
    with path.open("a") as file:
        file.write('{"code": "now", "rule": "fa')
    assert Kept(path, "now").measures == {"clock": WHOLE}


def test_the_table_has_a_row_a_rule_and_the_page_its_sentence(tmp_path: Path) -> None:
    results = {
        "one": {NONE_OFF: WHOLE, "clock": WHOLE | {"false": 3.0}, "fade": WHOLE},
        "two": {NONE_OFF: WHOLE, "clock": WHOLE, "fade": WHOLE},
    }
    write_tables(results, tmp_path / "t.csv", tmp_path / "p.md")
    with (tmp_path / "t.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [["rule", "one", "two"], ["clock", "worse: false 0>3", ""], ["fade", "", ""]]
    page = (tmp_path / "p.md").read_text()
    assert f"| clock | 10/10 | 1.000 | 3 | 1: one |  |  |  | {RULE_NAMES['clock']} |" in page
    assert "Nothing changes without: fade." in page


def test_long_scenes_are_left_out_unless_named() -> None:
    names = {clip.name for clip in chosen_clips([])}
    assert {"quiet_night", "h264-crf-plain"} <= names
    assert not any(name.startswith("long") for name in names)
    assert {clip.name for clip in chosen_clips(["long-h264"])} == {"long-h264"}

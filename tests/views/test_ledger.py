"""What became of the footage, in words."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from detector.events.artifacts import Artifact, ArtifactKind
from detector.events.decide import Decision
from detector.night.night import Night
from detector.night.provenance import SkippedSpan
from detector.views.ledger import trouble_lines, unjudged_stretches, unseen_stretches

NightMaker = Callable[..., Night]


def with_skipped(night: Night, *spans: SkippedSpan) -> Night:
    return replace(night, provenance=replace(night.provenance, skipped=spans))


def test_a_whole_night_has_no_trouble(make_night: NightMaker) -> None:
    assert list(trouble_lines(make_night())) == []


def test_skipped_spans_are_told_once_for_each_reason(make_night: NightMaker) -> None:
    night = with_skipped(
        make_night(900.0),
        SkippedSpan(0.0, 300.0, "the process hung"),
        SkippedSpan(300.0, 400.0, "its picture is too large."),
        SkippedSpan(600.0, 900.0, "the process hung"),
    )
    assert list(trouble_lines(night)) == [
        "10 min 00 s in 2 pieces between 0:00:00 and 0:15:00 could not be measured: the process hung.",
        "1 min 40 s between 0:05:00 and 0:06:40 could not be measured: its picture is too large.",
    ]


def test_damaged_time_is_told(make_night: NightMaker) -> None:
    night = make_night(100.0)
    coverage = replace(night.coverage, damaged_s=12.0, observed_s=night.coverage.observed_s - 12.0)
    assert list(trouble_lines(replace(night, coverage=coverage))) == [
        "12 s of the footage gave damaged pictures or none."
    ]


def test_reasons_name_files_but_not_where_they_lay(make_night: NightMaker) -> None:
    night = make_night(100.0, gaps=[(40.0, 60.0)], footage=Path("/home/somebody"), name="cam.mp4")
    night = with_skipped(night, SkippedSpan(40.0, 60.0, "/home/somebody/cam.mp4: this file has changed."))
    said = " ".join([*trouble_lines(night), *(text for row in unseen_stretches(night) for text in row)])
    assert "cam.mp4: this file has changed" in said
    assert "somebody" not in said


def with_artifacts(night: Night, judged: Sequence[tuple[float, float]], *artifacts: Artifact) -> Night:
    return replace(night, decision=Decision((), tuple(artifacts), judged=tuple(judged)))


@pytest.mark.parametrize("kind", ["overlay", "lamp", "clock", "mover", "insect", "masked", "doubtful", "few pictures"])
def test_only_what_hides_the_time_is_the_reason(make_night: NightMaker, kind: ArtifactKind) -> None:
    spans, hides = Artifact(kind, 0.0, 100.0, "at one place"), Artifact("bump", 50.0, 51.4, "displaced")
    night = with_artifacts(make_night(100.0), [(0.0, 50.0), (51.4, 100.0)], spans, hides)
    assert unjudged_stretches(night) == [(50.0, 51.4, "bump")]
    unknown = with_artifacts(make_night(100.0), [(0.0, 50.0), (51.4, 100.0)], spans)
    assert unjudged_stretches(unknown) == [(50.0, 51.4, "movement could not be told")]


def test_the_moment_after_a_beginning_is_told_as_such(make_night: NightMaker) -> None:
    night = with_artifacts(make_night(100.0, gaps=[(40.0, 60.0)]), [(0.3, 40.0), (60.3, 100.0)])
    assert [why for _, _, why in unjudged_stretches(night)] == ["the recording begins", "the recording goes on"]
    frozen = with_artifacts(make_night(100.0, frozen=[(40.0, 60.0)]), [(0.0, 40.0), (60.3, 100.0)])
    frozen = with_artifacts(frozen, [(0.0, 40.0), (60.3, 100.0)], Artifact("frozen", 40.0, 60.0, "stood still"))
    assert [why for _, _, why in unjudged_stretches(frozen)] == ["frozen"]


def test_what_covers_the_picture_is_the_reason_where_nothing_was_judged(make_night: NightMaker) -> None:
    found = [Artifact("mover", 0.0, 100.0, "all over"), Artifact("bump", 50.0, 51.4, "displaced")]
    night = with_artifacts(make_night(100.0), [], *found)
    assert unjudged_stretches(night) == [(0.0, 100.0, "mover nearly everywhere")]

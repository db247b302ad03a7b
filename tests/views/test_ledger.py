"""What became of the footage, in words."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detector.night.night import Night
from detector.night.provenance import SkippedSpan
from detector.views.ledger import trouble_lines, unseen_stretches

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

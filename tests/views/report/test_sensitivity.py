"""The report says what the camera could have shown where that was measured, and is silent where it was not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detector.night.night import Night
from detector.views.report import render_report
from detector.views.report.section import Story
from detector.views.report.sensitivity import write
from tests.planted import write_planted


def test_numbers_with_their_intervals_and_the_assumption(
    make_night: Callable[..., Night], make_event: Callable[..., object], tmp_path: Path
) -> None:
    night = make_night(7200.0, [make_event(100.0 * k) for k in range(1, 21)])
    write_planted(night, tmp_path, mm_per_px=3.0)
    section = write(Story(replace(night, folder=tmp_path)))
    assert section is not None
    assert "2 quiet stretches (2 min 00 s)" in section.html
    assert "36 of 80" in section.html
    assert "45 % (34 % to 57 %)" in section.html
    assert "Where nothing was planted (1 h 00 min), 2 events came out: 2 an hour (95 %: 0.24 to 7.2)." in section.html
    # 20 in two hours; less the false one an hour, over the 45 % that are found.
    assert "10 twitches a judged hour were found; 20 (" in section.html
    assert "An estimate, not a count: it assumes" in section.html
    assert " mm)" in section.html


def test_no_rate_is_corrected_where_too_little_was_judged(make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night(180.0)
    write_planted(night, tmp_path)
    section = write(Story(replace(night, folder=tmp_path)))
    assert section is not None
    assert "Estimate" not in section.html


def test_without_pictures_the_map_stands_on_nothing(make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night(180.0)
    write_planted(night, tmp_path)
    section = write(Story(replace(night, folder=tmp_path), with_pictures=False))
    assert section is not None
    assert 'class="photo"' not in section.html


def test_a_night_without_one_says_nothing_of_it(make_night: Callable[..., Night]) -> None:
    assert "could have shown" not in render_report(make_night(60.0))

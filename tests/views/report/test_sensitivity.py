"""The report says what the camera could have shown where that was measured, and is silent where it was not."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detector.night.night import Night
from detector.views.planted import corrected_words
from detector.views.report import render_report
from detector.views.report.section import Story
from detector.views.report.sensitivity import write
from detector.views.report.timeline import reading
from tests.planted import write_planted
from tests.views.report.page import Page


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


def test_of_too_few_no_estimate_is_told_but_what_to_do(
    make_night: Callable[..., Night], make_event: Callable[..., object], tmp_path: Path
) -> None:
    night = make_night(7200.0, [make_event(3.0 * k) for k in range(1, 201)])
    write_planted(night, tmp_path, n_twitches=8)
    section = write(Story(replace(night, folder=tmp_path)))
    assert section is not None
    text = Page(section.html).text
    assert "8 were planted, too few to tell; a larger --budget plants more." in text
    assert "may have been there" not in text
    assert "An estimate, not a count" not in text
    assert "with a larger --budget plants more." in text


def test_a_share_that_is_hardly_known_corrects_nothing(
    make_night: Callable[..., Night], make_event: Callable[..., object], tmp_path: Path
) -> None:
    night = make_night(7200.0, [make_event(3.0 * k) for k in range(1, 201)])
    write_planted(night, tmp_path)
    found = replace(night, folder=tmp_path).sensitivity
    assert found is not None
    assert "may have been there" in corrected_words(found)
    vague = found.model_copy(update={"twitch": found.twitch.model_copy(update={"low": 0.05, "high": 0.6})})
    assert "80 were planted, too few to tell" in corrected_words(vague)


def test_large_numbers_are_written_out(
    make_night: Callable[..., Night], make_event: Callable[..., object], tmp_path: Path
) -> None:
    night = make_night(7200.0, [make_event(3.0 * k) for k in range(1, 2001)])
    write_planted(night, tmp_path)
    section = write(Story(replace(night, folder=tmp_path)))
    assert section is not None
    text = Page(section.html).text
    assert re.search(
        r"1000 twitches a judged hour were found; 2\d{3} \(1\d{3} to [23]\d{3}\) may have been there", text
    )
    assert not re.search(r"\de\+\d", text)


def test_of_few_that_were_found_only_the_most_is_told(
    make_night: Callable[..., Night], make_event: Callable[..., object], tmp_path: Path
) -> None:
    night = make_night(7200.0, [make_event(100.0)])
    write_planted(night, tmp_path)
    section = write(Story(replace(night, folder=tmp_path)))
    assert section is not None
    assert "0.50 twitches a judged hour were found; up to " in section.html


def test_the_report_says_how_to_read_its_lane(make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night(180.0)
    assert "could be seen" not in " ".join(reading(night))
    write_planted(night, tmp_path)
    assert "could be seen: the dark part of a bar is the share" in " ".join(reading(replace(night, folder=tmp_path)))


def test_without_pictures_the_map_stands_on_nothing(make_night: Callable[..., Night], tmp_path: Path) -> None:
    night = make_night(180.0)
    write_planted(night, tmp_path)
    section = write(Story(replace(night, folder=tmp_path), with_pictures=False))
    assert section is not None
    assert 'class="photo"' not in section.html


def test_a_night_without_one_says_nothing_of_it(make_night: Callable[..., Night]) -> None:
    assert "could have shown" not in render_report(make_night(60.0))

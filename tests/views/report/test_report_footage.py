"""The report as one file: offline, escaped, with its films, and without a word of where footage lay."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import pytest

from detector.events.artifacts import Artifact
from detector.night.night import Night
from detector.params import Params, with_values
from detector.views.report import render_report, write_report
from tests.views.conftest import EventMaker, NightMaker
from tests.views.report.page import Page

HOSTILE = "<script>alert('x')</script>\"&.mp4"


def own_text(page: str) -> str:
    """The page without pictures, films and Bokeh's script, which are not ours to word."""
    without_data = re.sub(r"data:[a-z/0-9]+;base64,[A-Za-z0-9+/=]+", "data:", page)
    without_films = re.sub(r'<script type="text/plain".*?</script>', "", without_data, flags=re.DOTALL)
    library = max(re.findall(r"<script>.*?</script>", without_films, re.DOTALL), key=len)
    assert "Bokeh" in library
    return without_films.replace(library, "")


@pytest.fixture(scope="module")
def filmed_night(make_night: NightMaker, make_event: EventMaker, cot: Path) -> Night:
    """45 s of a real file: two twitches, one as filmed, and a rhythm that is not."""
    box = (60.0, 40.0, 110.0, 80.0)
    found = [make_event(7.0, box_px=box, snr=50.0), make_event(19.5, box_px=box), make_event(30.0, "rhythmic")]
    return make_night(45.0, found, name=cot.name, footage=cot.parent)


@pytest.fixture(scope="module")
def filmed_text(filmed_night: Night) -> str:
    return render_report(filmed_night)


def test_it_loads_nothing_from_anywhere(filmed_night: Night, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(filmed_night, path)
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?:|//[a-z]+\.|url\(|@import|<link|<iframe|<base|<object|fetch\(", own_text(text))
    page = Page(text)
    sources = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert sources
    assert all(source is not None and source.startswith("data:image/") for source in sources)
    (policy,) = [
        a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'")
    assert "eval" not in policy


def test_pictures_are_pictures_with_words_for_those_who_cannot_see_them(filmed_text: str) -> None:
    images = [attributes for tag, attributes in Page(filmed_text).tags if tag == "img"]
    starts = []
    for attributes in images:
        assert attributes["alt"]
        source = attributes["src"]
        assert source is not None
        starts.append(base64.b64decode(source.split(",")[1])[:4])
    assert starts.count(b"\x89PNG") == 1  # timeline; two twitches with a rhythm give one interval only
    assert starts.count(b"RIFF") == 1  # heat map
    assert len([start for start in starts if start.startswith(b"\xff\xd8\xff")]) == 5 + 5 + 5


def test_every_event_has_its_film(filmed_text: str) -> None:
    films = re.findall(r'<script type="text/plain" id="film-(\d+)">([^<]*)</script>', filmed_text)
    assert sorted(number for number, _ in films) == ["1", "2", "3"]
    assert all(base64.b64decode(film)[4:8] == b"ftyp" for _, film in films)
    assert filmed_text.count("before minus peak</span>") == 2


@pytest.mark.slow
def test_films_stay_within_their_budget(filmed_night: Night, filmed_text: str) -> None:
    pattern = r'<script type="text/plain" id="film-(\d+)">([^<]*)</script>'
    budget_mb = 0.9e-6 * sum(len(film) for _, film in re.findall(pattern, filmed_text))
    text = render_report(replace(filmed_night, params=with_values(Params(), {"report.clip_budget_mb": budget_mb})))
    films = re.findall(pattern, text)
    assert [number for number, _ in films] == ["3", "1"]  # what went on is the most telling, then the strongest twitch
    assert sum(len(film) for _, film in films) <= 1e6 * budget_mb
    assert "2 of 3 events have their film in this file" in Page(text).text
    none = replace(filmed_night, params=with_values(Params(), {"report.clip_budget_mb": 0.0}))
    assert 'id="film-' not in render_report(none)


def test_no_picture_of_the_footage_where_none_is_wanted(filmed_night: Night) -> None:
    text = render_report(filmed_night, with_footage=False)
    assert "image/jpeg" not in text
    assert 'id="film-' not in text
    assert "It holds no picture of the footage." in text
    assert "Rhythmic movement of 10 s or longer (1)" in text


def test_footage_that_is_gone_is_told_without_where_it_lay(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(60.0, [make_event(20.0)], footage=Path("/home/somebody/private"))
    text = Page(render_report(night)).text
    assert "could not be shown when this report was written: cam <1>.mp4: expected this file" in text
    assert "somebody" not in text


def test_hostile_names_and_details_are_only_text(make_night: NightMaker, make_event: EventMaker) -> None:
    event, lamp = make_event(5.0, reason=HOSTILE, site=HOSTILE, label=HOSTILE), Artifact("light", 1.0, 2.0, HOSTILE)
    night = make_night(60.0, [event], name=HOSTILE.replace("/", "_"), artifacts=[lamp])
    unreadable = ((f"/home/me/{HOSTILE}", f"/home/me/{HOSTILE}: it is empty"),)
    source = replace(night.provenance, unreadable=unreadable, versions={HOSTILE: HOSTILE})
    text = render_report(replace(night, provenance=source))
    page = Page(text)
    assert "<script>alert" not in own_text(text)
    plain = Page(render_report(make_night(60.0, [make_event(5.0)], artifacts=[lamp])))
    scripts, expected = ([tag for tag, _ in each.tags].count("script") for each in (page, plain))
    assert scripts == expected
    assert "alert('x')" in page.text
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]
    style = text[text.index("<style>") : text.index("</style>")]
    assert "alert" not in style.replace("\\", "") or "<script" not in style


def test_it_names_files_but_not_where_they_lay(make_night: NightMaker) -> None:
    night = make_night(60.0, footage=Path("/home/somebody/private"))
    spoilt = (("/home/somebody/private/b.mp4", "/home/somebody/private/b.mp4: expected a video, but it is empty."),)
    notes = (f"{night.provenance.inputs[0].path}: its start is not believed.",)
    source = replace(night.provenance, unreadable=spoilt, damage=spoilt, notes=notes)
    text = render_report(replace(night, provenance=source))
    assert "somebody" not in text
    assert "b.mp4 could not be read" in text
    assert "cam &lt;1&gt;.mp4: its start is not believed." in text


def test_equal_nights_give_equal_reports(filmed_night: Night, filmed_text: str) -> None:
    strip = re.compile(r"p\d{4}|[0-9a-f]{8}-[0-9a-f-]{27}")
    assert strip.sub("", render_report(filmed_night)) == strip.sub("", filmed_text)

"""The report is one file for people: offline, escaped, complete, and it never says more than was seen."""

import base64
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from detector.events.artifacts import Artifact
from detector.events.classify import EVENT_KINDS, Event
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.night.provenance import SkippedSpan
from detector.params import Params, iter_parameters, with_values
from detector.views import report
from detector.views.report import render_report, write_report

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]

HOSTILE = "<script>alert('x')</script>\"&.mp4"
DISORDERS = ["seizure", "epilep", "spasm", "myoclon", "convuls", "disorder", "syndrome", "disease", "apnea", "tic "]
REASSURANCES = [
    "normal",
    "healthy",
    "harmless",
    "nothing to worry",
    "no cause for",
    "safe",
    "fine",
    "reassur",
    "benign",
]


class Page(HTMLParser):
    """Tags, attributes and visible text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._hidden = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._hidden += tag in {"script", "style"}

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"script", "style"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


@pytest.fixture(scope="module")
def busy_night(make_night: NightMaker, make_event: EventMaker, evening: datetime) -> Night:
    events = [make_event(20.0 + 20 * number, kind) for number, kind in enumerate(EVENT_KINDS)]
    lamp = Artifact("light", 5.0, 7.0, "22 grey levels <lamp>")
    return make_night(300.0, events, gaps=[(200.0, 210.0)], frozen=[(250.0, 255.0)], artifacts=[lamp], start_at=evening)


@pytest.fixture(scope="module")
def busy_text(busy_night: Night) -> str:
    return render_report(busy_night)


@pytest.fixture(scope="module")
def busy_page(busy_text: str) -> Page:
    return Page(busy_text)


@pytest.fixture(scope="module")
def quiet_page(make_night: NightMaker) -> Page:
    return Page(render_report(make_night(25_920.0)))


@pytest.fixture(scope="module")
def blind_page(blind_night: Night) -> Page:
    return Page(render_report(blind_night))


def test_it_loads_nothing_from_anywhere(busy_night: Night, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(busy_night, path)
    text = path.read_text(encoding="utf-8")
    without_data = re.sub(r"data:image/png;base64,[A-Za-z0-9+/=]+", "data:", text)
    assert not re.search(r"https?:|//[a-z]|url\(|@import|<link|<iframe|<base", without_data)
    page = Page(text)
    sources = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert sources
    assert all(source is not None and source.startswith("data:image/png;base64,") for source in sources)
    (policy,) = [
        a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_pictures_are_pictures_with_words_for_those_who_cannot_see_them(busy_page: Page) -> None:
    page = busy_page
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 5  # timeline, heat map, intervals, motion, one event worth showing
    for attributes in images:
        assert attributes["alt"]
        source = attributes["src"]
        assert source is not None
        assert base64.b64decode(source.split(",")[1]).startswith(b"\x89PNG")


def test_hostile_names_and_details_are_only_text(make_night: NightMaker, make_event: EventMaker) -> None:
    event, lamp = make_event(5.0, reason=HOSTILE, site=HOSTILE), Artifact("light", 1.0, 2.0, HOSTILE)
    night = make_night(60.0, [event], name=HOSTILE, artifacts=[lamp])
    unreadable = ((f"/home/me/{HOSTILE}", f"/home/me/{HOSTILE}: it is empty"),)
    source = replace(night.provenance, unreadable=unreadable, versions={HOSTILE: HOSTILE})
    text = render_report(replace(night, provenance=source))
    page = Page(text)
    assert "<script>alert" not in text
    assert len([tag for tag, _ in page.tags if tag == "script"]) == 1
    assert "alert('x')" in page.text
    assert not [a for _, a in page.tags if any(name.startswith("on") for name in a)]


def test_it_names_files_but_not_where_they_lay(make_night: NightMaker) -> None:
    night = make_night(60.0, footage=Path("/home/somebody/private"))
    spoilt = (("/home/somebody/private/b.mp4", "/home/somebody/private/b.mp4: expected a video, but it is empty."),)
    notes = (f"{night.provenance.inputs[0].path}: its start is not believed.",)
    source = replace(night.provenance, unreadable=spoilt, damage=spoilt, notes=notes)
    text = render_report(replace(night, provenance=source))
    assert "somebody" not in text
    assert "b.mp4 could not be read" in text
    assert "cam &lt;1&gt;.mp4: its start is not believed." in text


def test_every_event_is_a_row_with_its_reason(busy_night: Night, busy_text: str) -> None:
    text = busy_text
    rows = re.findall(r'<tr data-kind="(\w+)"', text)
    assert rows == list(EVENT_KINDS)
    for event in busy_night.decision.events:
        assert event.reason in text


@pytest.mark.parametrize("is_known", [True, False])
def test_times_stand_once_where_the_start_is_not_known(
    make_night: NightMaker, make_event: EventMaker, evening: datetime, is_known: bool
) -> None:
    text = render_report(make_night(300.0, [make_event(20.0)], start_at=evening if is_known else None))
    table = text[text.index('id="events"') : text.index("</table>", text.index('id="events"'))]
    heads = re.findall(r'<button type="button">([^<]*)</button>', table)
    cells = re.findall(r"<td", table[table.index("<tbody>") :])
    assert heads[2:5] == (["time of day", "recording", "lasted"] if is_known else ["time", "lasted", "x px"])
    assert len(cells) == len(heads)
    assert "0:00:20.0" in table


def test_summary_counts_and_rates(busy_page: Page) -> None:
    text = busy_page.text
    assert "Movement, Tue 12 Nov 2024, 22:30 to 22:35" in text
    assert "twitches 1 13 per hour" in text  # 285 s observed
    assert "rhythmic 1 13 per hour 1 sustained" in text


def test_ledger_states_every_second(busy_page: Page) -> None:
    text = busy_page.text
    assert "in the files 290.0" in text
    assert "observed 285.0" in text
    assert "frozen: the camera repeated one picture 5.0" in text
    assert "22:33:30 22:33:40 10 s no picture" in text
    assert "22:34:20 22:34:25 5 s frozen picture" in text


def test_skipped_stretch_gives_its_reason(make_night: NightMaker) -> None:
    night = make_night(100.0, gaps=[(40.0, 60.0)])
    skipped = (SkippedSpan(40.0, 60.0, "the worker was stopped"),)
    text = Page(render_report(replace(night, provenance=replace(night.provenance, skipped=skipped)))).text
    assert "0:00:40 0:01:00 20 s could not be measured (the worker was stopped)" in text


def test_sustained_rhythm_is_worth_showing_and_nothing_else_is(make_night: NightMaker, make_event: EventMaker) -> None:
    sentence = "A pattern worth showing to a clinician"
    calm = make_night(
        300.0, [make_event(9.0), make_event(20.0, "rhythmic", is_sustained=False), make_event(90.0, "gross")]
    )
    assert sentence not in render_report(calm)
    busy = make_night(300.0, [make_event(20.0, "rhythmic"), make_event(60.0, "rhythmic", stop_s=90.0)])
    text = Page(render_report(busy)).text
    assert sentence in text
    assert "was seen 2 times" in text
    assert text.index("0:01:00 rhythmic movement") < text.index("0:00:20 rhythmic movement")  # the longest first


def test_footage_is_left_alone_when_asked(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(60.0, [make_event(20.0, "rhythmic")])
    text = render_report(night, with_footage=False)
    assert "A pattern worth showing to a clinician" in text
    assert "Pictures of event" not in text


def test_it_names_no_disorder_and_reassures_nobody(
    busy_night: Night, make_night: NightMaker, blind_night: Night
) -> None:
    for night in (busy_night, make_night(), blind_night):
        text = Page(render_report(night)).text.lower()
        assert [word for word in (*DISORDERS, *REASSURANCES) if re.search(rf"\b{word}", text)] == []


def test_quiet_night_is_a_report(quiet_page: Page) -> None:
    text = quiet_page.text
    assert text.count("No movement found in 7 h 12 min observed.") == 2
    assert "Observed without interruption." in text
    assert "What this cannot know" in text
    assert "it was not seen in the observed time, and no more than that" in text


def test_blind_night_draws_no_conclusion(blind_page: Page) -> None:
    text = blind_page.text
    assert "Nothing was observed: no usable picture in this recording." in text
    assert "No movement found" not in text


def test_night_without_length_is_a_report(make_night: NightMaker) -> None:
    night = make_night()
    source = replace(night.provenance, stop_s=night.start_s, inputs=())
    nothing = Coverage(0, 0, 0, 0, 0, 0, 0)
    assert render_report(replace(night, provenance=source, coverage=nothing, observed=(), trace=None))


def test_all_parameters_are_there_with_what_was_changed(make_night: NightMaker) -> None:
    night = replace(make_night(), params=with_values(Params(), {"motion.short_lag_s": 0.2}))
    text = Page(render_report(night)).text
    assert [name for name, _ in iter_parameters() if f"{name} " not in text] == []
    assert re.search(r"motion\.short_lag_s 0\.2 \(default 0\.1\d*\)", text)


def test_slow_camera_says_which_rates_it_cannot_tell(quiet_page: Page) -> None:
    text = quiet_page.text
    assert "This camera gave 10 pictures a second" in text
    assert "at 2.2 Hz or above" in text


def test_provenance_is_complete(busy_page: Page) -> None:
    text = busy_page.text
    assert "cam <1>.mp4 1,234,567 0:00:00.0" in text
    assert "ab" * 32 in text
    assert "Tue 12 Nov 2024, 22:30:10 UTC+01:00, from the file name" in text
    assert "numpy 2.0" in text


def test_long_table_says_what_it_leaves_out(
    make_night: NightMaker, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MOST_ROWS", 3)
    text = render_report(make_night(60.0, [make_event(5.0 * k + 1) for k in range(5)]))
    assert text.count("<tr data-kind=") == 3
    assert "The first 3 of 5; all stand in events.csv." in text


def test_equal_nights_give_equal_reports(busy_night: Night, busy_text: str) -> None:
    assert render_report(busy_night) == busy_text

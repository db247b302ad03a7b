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
from detector.events.decide import Decision
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.night.palette import KIND_COLORS
from detector.night.provenance import SkippedSpan
from detector.params import Params, iter_parameters, with_values
from detector.views.report import events, render_report, write_report

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]

HOSTILE = "<script>alert('x')</script>\"&.mp4"
DISORDERS = ["seizure", "epilep", "spasm", "myoclon", "convuls", "disorder", "syndrome", "disease", "apnea", "tic "]
REASSURANCES = [
    r"normal\b",  # "normalized" measures
    "healthy",
    "harmless",
    "nothing to worry",
    "no cause for",
    "safe",
    "fine",
    "reassur",
    "benign",
]
TRIAGE = ["worth showing", "clinician", "doctor", "urgent", "alarming", "suspicious"]
HIDDEN = {"script", "style"}


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
        self._hidden += tag in HIDDEN

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in HIDDEN

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


def own_text(page: str) -> str:
    """The page without pictures, films and Bokeh's script, which are not ours to word."""
    without_data = re.sub(r"data:[a-z/0-9]+;base64,[A-Za-z0-9+/=]+", "data:", page)
    without_films = re.sub(r'<script type="text/plain".*?</script>', "", without_data, flags=re.DOTALL)
    library = max(re.findall(r"<script>.*?</script>", without_films, re.DOTALL), key=len)
    assert "Bokeh" in library
    return without_films.replace(library, "")


@pytest.fixture(scope="module")
def busy_night(make_night: NightMaker, make_event: EventMaker, evening: datetime) -> Night:
    found = [make_event(20.0 + 20 * number, kind) for number, kind in enumerate(EVENT_KINDS)]
    lamp = Artifact("light", 5.0, 7.0, "22 grey levels <lamp>")
    return make_night(300.0, found, gaps=[(200.0, 210.0)], frozen=[(250.0, 255.0)], artifacts=[lamp], start_at=evening)


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


def test_every_event_is_a_row_with_its_reason(busy_night: Night, busy_text: str) -> None:
    rows = re.findall(r"<tr data-kind=(\w+) id=r\d", busy_text)
    assert rows == list(EVENT_KINDS)
    for event in busy_night.decision.events:
        assert event.reason in busy_text


@pytest.mark.parametrize("is_known", [True, False])
def test_times_stand_once_where_the_start_is_not_known(
    make_night: NightMaker, make_event: EventMaker, evening: datetime, is_known: bool
) -> None:
    text = render_report(make_night(300.0, [make_event(20.0)], start_at=evening if is_known else None))
    table = text[text.index('id="events"') : text.index("</table>", text.index('id="events"'))]
    heads = re.findall(r'<button type="button"[^>]*>([^<]*)</button>', table)
    cells = re.findall(r"<td", table[table.index("<tbody>") :])
    assert heads[2:5] == (["time of day", "recording", "lasted"] if is_known else ["time", "lasted", "where"])
    assert len(cells) == len(heads)
    assert "0:00:20.0" in table


def test_each_event_says_in_which_file_a_player_finds_it(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(300.0, [make_event(20.0), make_event(220.0, "rhythmic")])
    (first,) = night.provenance.inputs
    second = replace(first, name="later.mp4", path="nowhere/later.mp4", offset_s=200.0)
    text = render_report(replace(night, provenance=replace(night.provenance, inputs=(first, second))))
    assert re.search(r"<td class=file>later\.mp4<td class=n>0:00:20\.0", text)
    assert "later.mp4 at 0:00:20.0" in Page(text).text


def test_rates_come_with_intervals_or_not_at_all(
    busy_page: Page, make_night: NightMaker, make_event: EventMaker
) -> None:
    text = busy_page.text
    assert "In 4 min 43 s judged: 1 twitch, 1 rhythmic movement, 1 local movement, 1 whole-body movement" in text
    assert "an hour" not in text
    assert "No rates: they would mean little below 10 minutes judged." in text
    long = Page(render_report(make_night(7200.0, [make_event(100.0 * k + 50) for k in range(24)]))).text
    assert "twitches 24 12 an hour (7.7 to 18)" in long
    assert "per hour observed; in brackets what chance leaves open (95 %)" in long


def test_a_zero_is_said_once(quiet_page: Page) -> None:
    assert "twitches 0 rhythmic 0" in quiet_page.text
    assert "0 an hour" not in quiet_page.text
    assert "Not seen" not in quiet_page.text


def test_coverage_states_every_second(busy_page: Page) -> None:
    text = busy_page.text
    assert "Observed 4 min 45 s of 5 min 00 s (95 %): not filmed 10 s, frozen picture 5 s; judged 4 min 43 s." in text
    assert "in the files 4 min 50 s" in text
    assert "frozen: the camera repeated one picture 5 s 1.7 %" in text
    assert "22:33:30 22:33:40 10 s not filmed" in text
    assert "22:34:20 22:34:25 5 s frozen picture" in text


def test_whole_coverage_is_one_sentence(quiet_page: Page) -> None:
    assert quiet_page.text.count("Observed without interruption.") == 1
    assert "in the files" not in quiet_page.text


def test_skipped_stretch_gives_its_reason(make_night: NightMaker) -> None:
    night = make_night(100.0, gaps=[(40.0, 60.0)])
    skipped = (SkippedSpan(40.0, 60.0, "the worker was stopped"),)
    text = Page(render_report(replace(night, provenance=replace(night.provenance, skipped=skipped)))).text
    assert "0:00:40 0:01:00 20 s could not be measured (the worker was stopped)" in text


def test_lasting_rhythm_has_a_heading_in_plain_words(make_night: NightMaker, make_event: EventMaker) -> None:
    calm = [make_event(9.0), make_event(20.0, "rhythmic", is_sustained=False), make_event(90.0, "gross")]
    assert "10 s or longer" not in Page(render_report(make_night(300.0, calm))).text
    busy = make_night(300.0, [make_event(20.0, "rhythmic"), make_event(60.0, "rhythmic", stop_s=90.0)])
    text = Page(render_report(busy)).text
    assert "Rhythmic movement of 10 s or longer (2)" in text
    assert "If you show it to someone, show the footage at these times" in text
    assert text.index("0:00:20 rhythmic movement") < text.index("0:01:00 rhythmic movement")  # in order of time


def test_it_names_no_disorder_reassures_nobody_and_sorts_nobody(
    busy_night: Night, make_night: NightMaker, blind_night: Night
) -> None:
    for night in (busy_night, make_night(), blind_night):
        text = Page(render_report(night)).text.lower()
        words = (*DISORDERS, *REASSURANCES, *TRIAGE)
        assert [word for word in words if re.search(rf"\b{word}", text)] == []


def test_quiet_night_says_that_nobody_may_have_been_there(quiet_page: Page) -> None:
    text = quiet_page.text
    assert "No movement found in 7 h 12 min observed. Whether an infant was in the picture at all" in text
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


def test_changed_parameters_stand_at_the_head(make_night: NightMaker) -> None:
    assert "decided with default parameters" in Page(render_report(make_night())).text
    changed = with_values(Params(), {"motion.short_lag_s": 0.2, "report.clip_budget_mb": 3.0})
    text = Page(render_report(replace(make_night(), params=changed))).text
    head = text[: text.index("In short")]
    assert re.search(r"decided with motion\.short_lag_s = 0\.2 \(default 0\.1\d*\) In short|default 0\.1\d*\)", head)
    assert "clip_budget_mb" not in head  # it changes no result
    assert [name for name, _ in iter_parameters() if f"{name} " not in text] == []


def test_slow_camera_says_which_rates_it_cannot_tell(quiet_page: Page) -> None:
    text = quiet_page.text
    assert "This camera gave 10 pictures a second" in text
    assert "Hz or above may have been faster than it looked" in text


def test_provenance_is_complete(busy_page: Page) -> None:
    text = busy_page.text
    assert "cam <1>.mp4 1,234,567 0:00:00.0" in text
    assert "ab" * 32 in text
    assert "Tue 12 Nov 2024, 22:30:10 UTC+01:00, from the file name" in text
    assert "numpy 2.0" in text


def test_doubted_bursts_are_listed_apart(make_night: NightMaker) -> None:
    night = make_night(60.0)
    doubts = [Artifact("light", 3.0, 4.0, "a lamp")]
    doubts += [Artifact("doubtful", 5.0 + k, 5.2 + k, "key frame: 6 of 9 floors") for k in range(3)]  # type: ignore[arg-type]
    text = Page(render_report(replace(night, decision=Decision((), tuple(doubts))))).text
    assert "Artifacts (1)" in text
    assert "Left out in doubt (3)" in text
    assert "3 doubtful bursts looked like movement and could be something else; none is counted. key frame (3)" in text


def test_long_table_says_what_it_leaves_out(
    make_night: NightMaker, make_event: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MOST_ROWS", 3)
    text = render_report(make_night(60.0, [make_event(5.0 * k + 1) for k in range(5)]))
    assert text.count("<tr data-kind=") == 3
    assert "The first 3 of 5; all stand in events.csv." in text


@pytest.mark.slow
def test_thousands_of_events_stay_small(make_night: NightMaker, make_event: EventMaker, evening: datetime) -> None:
    kinds = ["twitch"] * 8 + ["rhythmic", "movement"]
    reason = "still before and after, 0.25 s, 0.6 % of the picture"
    found = [make_event(12.0 * k + 1, kinds[k % 10], reason=reason, is_sustained=False) for k in range(3000)]
    assert len(render_report(make_night(36_100.0, found, start_at=evening))) < 3_000_000


def test_equal_nights_give_equal_reports(filmed_night: Night, filmed_text: str) -> None:
    strip = re.compile(r"p\d{4}|[0-9a-f]{8}-[0-9a-f-]{27}")
    assert strip.sub("", render_report(filmed_night)) == strip.sub("", filmed_text)


def test_kinds_have_the_same_colors_as_everywhere(busy_text: str) -> None:
    style = busy_text[busy_text.index("<style>") : busy_text.index("</style>")]
    assert dict(re.findall(r'tr\[data-kind="(\w+)"\] \{ --dot: (#\w+); \}', style)) == dict(KIND_COLORS)

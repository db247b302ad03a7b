"""What the report says to people: everything that was found, and never more than was seen."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from detector.events.artifacts import Artifact
from detector.events.classify import EVENT_KINDS
from detector.events.decide import Decision
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.night.palette import KIND_COLORS
from detector.night.provenance import SkippedSpan
from detector.params import Params, iter_parameters, with_values
from detector.views.report import events, limits, render_report
from detector.views.report.section import Story
from tests.views.conftest import EventMaker, NightMaker
from tests.views.report.page import Page

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


def test_events_go_by_the_names_they_had_before_a_review(busy_night: Night) -> None:
    events = busy_night.decision.events
    kept = replace(busy_night, decision=replace(busy_night.decision, events=events[2:]), ids=busy_night.event_ids[2:])
    text = render_report(kept)
    assert re.findall(r">(e\d{4})</button>", text) == list(busy_night.event_ids[2:])
    assert "e0001" not in text


@pytest.fixture(scope="module")
def quiet_page(make_night: NightMaker) -> Page:
    return Page(render_report(make_night(25_920.0)))


@pytest.fixture(scope="module")
def blind_page(blind_night: Night) -> Page:
    return Page(render_report(blind_night))


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
    assert re.search(r'<td class=file>later\.mp4<td class="n at">0:00:20\.0', text)
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


def test_no_limit_is_left_out_of_the_printed_page(make_night: NightMaker) -> None:
    html = limits.write(Story(make_night())).html
    assert "none of them has been validated on video for any medical use" in html
    assert "What lay under a blanket, outside the picture" in html
    assert "no-print" not in html


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


def test_artifacts_are_counted_alike_everywhere(make_night: NightMaker) -> None:
    kinds = ["clock", "overlay", "light", "doubtful", "doubtful"]
    found = [Artifact(kind, 3.0 + k, 4.0 + k, "seen") for k, kind in enumerate(kinds)]  # type: ignore[arg-type]
    night = make_night(60.0)
    night = replace(night, decision=Decision((), tuple(found)))
    html = render_report(night)
    text = Page(html).text
    assert len(night.artifacts) == 5
    assert '"artifacts  5"' in html  # the lane
    assert "Artifacts (3)" in text
    assert "Left out in doubt (2)" in text
    assert "With the 2 left out in doubt, below, they are the 5 of the timeline and of artifacts.csv." in text
    assert "counted with the artifacts and not drawn, since they stay at a place for long: clock, overlay" in text


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


def test_kinds_have_the_same_colors_as_everywhere(busy_text: str) -> None:
    style = busy_text[busy_text.index("<style>") : busy_text.index("</style>")]
    assert dict(re.findall(r'tr\[data-kind="(\w+)"\] \{ --dot: (#\w+); \}', style)) == dict(KIND_COLORS)

"""The report in a real browser: one file from the disk, no network, used as a hand would."""

import re
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from detector.events.classify import Event
from detector.night.night import Night
from detector.params import with_values
from detector.views.interactive import timeline
from detector.views.report import write_report

pytestmark = pytest.mark.slow

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]
Visitor = Callable[..., Any]

HOSTILE = "cam <script>window.hurt=1</script> \"'&.mp4"
BOX = (60.0, 40.0, 110.0, 80.0)
KINDS = ("twitch", "twitch", "twitch", "movement", "gross", "restless", "uncertain")
EVENING = datetime(2024, 11, 12, 22, 30, 10, tzinfo=ZoneInfo("Europe/Berlin"))
SHEET_PX = 1020
"""A4 less its margins: 297 mm less 27 mm, at 96 px an inch."""
FIRST_PAGE_PX = "document.querySelector('.first-page').getBoundingClientRect().height"
IS_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def filmed(make_night: NightMaker, make_event: EventMaker, cot: Path, tmp_path_factory: Any) -> Path:
    """The report of 45 s of footage under a hostile name: three twitches, a rhythm, and one without clock trouble."""
    folder = tmp_path_factory.mktemp("footage")
    video = Path(shutil.copy(cot, folder / HOSTILE.replace("/", "_")))
    events = [make_event(start_s, box_px=BOX) for start_s in (7.0, 19.5, 33.2)] + [make_event(24.0, "rhythmic")]
    night = make_night(45.0, events, name=video.name, footage=folder, start_at=EVENING)
    write_report(night, folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def many(make_night: NightMaker, make_event: EventMaker, tmp_path_factory: Any) -> Path:
    """The report of 10 h with 3,000 events and gaps, without footage."""
    gaps = [(3600.0 * k + 1800.0, 3600.0 * k + 1950.0) for k in range(10)]
    events = [
        event
        for k in range(3300)
        if not any(a - 40 < (event := make_event(10.8 * k + 1, KINDS[k % 7])).start_s < b for a, b in gaps)
    ][:3000]
    path = tmp_path_factory.mktemp("many") / "report.html"
    write_report(make_night(36_000.0, events, gaps=gaps, start_at=EVENING), path, with_footage=False)
    return path


def x_of(page: Any, second: float) -> tuple[float, float]:
    """Where on the screen a second of the twitch lane is drawn."""
    place = page.evaluate(
        """(second) => {
          const plot = Bokeh.documents[0].get_model_by_name("kinds");
          const find = (view) => view.model === plot ? view : [...(view.child_views ?? [])].map(find).find(Boolean);
          const found = [...Bokeh.index].map(find).find(Boolean);
          const edge = found.el.getBoundingClientRect(), { x_scale, y_scale } = found.frame;
          return [edge.left + x_scale.compute(second), edge.top + y_scale.compute(6)];
        }""",
        second,
    )
    return place[0], place[1]


def reached(page: Any, condition: str, within_s: float = 60.0) -> bool:
    """Whether a condition comes true; the page itself lets no text be run that would wait for it."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if page.evaluate(condition):
            return True
        page.wait_for_timeout(50)
    return False


def test_it_opens_without_error_or_request(visit: Visitor, filmed: Path) -> None:
    seen = visit(filmed)
    seen.page.wait_for_selector("html.is-drawn")
    assert seen.wrong == []
    assert seen.asked == []
    assert seen.page.evaluate("window.hurt") is None
    assert HOSTILE.replace("/", "_") in seen.page.inner_text("header")
    broken = "[...document.images].filter((image) => !image.complete || !image.naturalWidth).length"
    assert seen.page.evaluate(broken) == 0


def test_timeline_is_drawn_and_tells_what_is_under_the_pointer(visit: Visitor, filmed: Path) -> None:
    page = visit(filmed).page
    page.wait_for_selector("html.is-drawn")
    assert page.is_hidden(".static")
    page.wait_for_timeout(300)
    page.mouse.move(*x_of(page, 19.65))
    page.get_by_text("twitch e0002: 22:30:29, 12 Nov, 0.3 s").first.wait_for(timeout=5000)


def test_a_click_on_the_timeline_plays_the_film_and_marks_the_row(visit: Visitor, filmed: Path) -> None:
    seen = visit(filmed)
    page = seen.page
    page.wait_for_selector("html.is-drawn")
    page.wait_for_timeout(300)
    page.mouse.click(*x_of(page, 33.35))
    page.wait_for_selector("#player.has-film")
    assert page.locator("tr[aria-current]").get_attribute("id") == "r4"
    assert reached(page, "document.querySelector('#player video').currentTime > 0.3")
    assert page.evaluate("document.querySelector('#player video').videoWidth") == 160
    frame = page.locator("#player .frame").bounding_box()
    film = page.locator("#player video").bounding_box()
    assert (frame["x"] - film["x"]) / film["width"] == pytest.approx(60 / 160, abs=0.02)
    assert frame["height"] / film["height"] == pytest.approx(40 / 120, abs=0.05)
    page.uncheck("#with-frame")
    assert page.is_hidden("#player .frame")
    assert seen.wrong == []
    assert [address for address in seen.asked if not address.startswith("blob:")] == []


def test_a_row_brings_its_film_and_its_place_in_the_timeline(visit: Visitor, filmed: Path) -> None:
    page = visit(filmed).page
    page.wait_for_selector("html.is-drawn")
    page.locator("#r2 .go").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#player.has-film")
    chosen = "Bokeh.documents[0].get_model_by_name('chosen').data.left[0]"
    assert page.evaluate(chosen) == pytest.approx(19.5)
    page.click("#player [data-step='1']")
    assert page.evaluate(chosen) == pytest.approx(24.0)
    assert "rhythmic" in page.inner_text("#player h3")
    page.click("#player [data-pace]")
    assert page.evaluate("document.querySelector('#player video').playbackRate") == 0.25


def test_buttons_move_the_timeline_and_its_labels(visit: Visitor, many: Path) -> None:
    page = visit(many).page
    page.wait_for_selector("html.is-drawn")
    span = "(() => { const t = Bokeh.documents[0].get_model_by_name('time'); return [t.start, t.end]; })()"
    labels = "[...Bokeh.documents[0].roots()[0].children.at(-1).below[0].major_label_overrides.values()]"
    whole = page.evaluate(span)
    assert page.evaluate(labels)[:2] == ["23:00\n12 Nov", "00:00\n13 Nov"]
    page.click("[data-move=in]")
    page.click("[data-move=in]")
    start, stop = page.evaluate(span)
    assert stop - start == pytest.approx((whole[1] - whole[0]) / 4)
    page.click("[data-move=right]")
    assert page.evaluate(span)[0] > start
    page.click("[data-move=all]")
    assert page.evaluate(span) == whole


def test_labels_are_right_on_both_sides_of_a_clock_change(
    visit: Visitor,
    make_night: NightMaker,
    make_event: EventMaker,
    tmp_path: Path,
) -> None:
    start = datetime(2025, 3, 30, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    page_of = timeline(make_night(14_400.0, [make_event(600.0)], start_at=start))
    path = page_of.save(tmp_path / "timeline.html")
    path.write_text(path.read_text().replace("<html ", '<html class="is-arranged" '))
    page = visit(path).page
    page.wait_for_selector("html.is-drawn")
    labels = page.evaluate(
        "[...Bokeh.documents[0].roots()[0].children.at(-1).below[0].major_label_overrides].map(([s, l]) => [s, l])"
    )
    named = {text.split("\n")[0]: second for second, text in labels}
    assert named["01:00"] == pytest.approx(1800.0)
    assert "02:00" not in named
    assert named["03:00"] == pytest.approx(5400.0, abs=0.01)
    assert named["05:00"] == pytest.approx(12_600.0)


def test_the_table_sorts_and_filters(visit: Visitor, many: Path) -> None:
    page = visit(many).page
    shown = "[...document.querySelectorAll('#events tbody tr')].filter((row) => row.getClientRects().length)"
    assert page.evaluate(f"{shown}.length") == 100
    page.click("#events thead button >> text=lasted")
    page.click("#events thead button >> text=lasted")
    assert set(page.evaluate(f"{shown}.map((row) => row.dataset.kind)")) == {"gross"}  # the longest, 5 s
    page.click("[data-only=movement]")
    assert set(page.evaluate(f"{shown}.map((row) => row.dataset.kind)")) == {"movement"}
    n_shown = int(re.match(r"(\d+) of 3000", page.inner_text("#n-shown"))[1])
    page.click("#show-all")
    assert page.evaluate(f"{shown}.length") == n_shown > 400


def test_thousands_of_events_open_as_fast_as_a_few(visit: Visitor, many: Path, filmed: Path) -> None:
    assert many.stat().st_size < 3_000_000

    def opened_s(path: Path) -> float:
        began_s = time.perf_counter()
        visit(path).page.wait_for_selector("html.is-drawn")
        return time.perf_counter() - began_s

    # Side by side, since this machine may be busy; alone it takes about a second.
    few_s, many_s = (min(opened_s(path) for _ in range(3)) for path in (filmed, many))
    assert many_s < 3.0 * few_s


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_phone_never_slides_sideways(visit: Visitor, filmed: Path, many: Path, color_scheme: str) -> None:
    for path in (filmed, many):
        page = visit(path, width_px=390, color_scheme=color_scheme).page
        page.wait_for_selector("html.is-drawn")
        page.locator(".go").first.click()
        assert page.evaluate(IS_WIDE) <= 0


def test_without_script_the_picture_stands_in(browser: Any, filmed: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(filmed.as_uri())
    assert page.is_visible(".static img")
    assert page.is_hidden("#timeline-live")
    assert page.locator("#events tbody tr").count() == 4
    assert page.is_visible("#r4")
    context.close()


def printed(page: Any) -> tuple[int, str]:
    """Pages of the page on A4, and the text of the first where `pdftotext` is there."""
    content = page.pdf(format="A4")
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", content)), content


def test_print_is_short(browser: Any, make_night: NightMaker, make_event: EventMaker, tmp_path: Path) -> None:
    events = [make_event(70.0 * k + 5, KINDS[k % 7]) for k in range(490)]
    events += [make_event(70.0 * k + 35, "rhythmic") for k in range(0, 490, 49)]
    write_report(make_night(36_000.0, events, start_at=EVENING), tmp_path / "report.html", with_footage=False)
    page = browser.new_page()
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_selector("html.is-drawn")
    n_pages, _ = printed(page)
    assert n_pages <= 13
    # The first sheet holds all that it should: what follows it begins a new one.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 1000})  # A4 less its margins, at 96 px an inch
    assert page.evaluate(FIRST_PAGE_PX) < SHEET_PX
    assert page.evaluate(IS_WIDE) <= 0, "what is wider than the sheet makes a printer shrink all of it"
    page.close()


def test_the_first_printed_sheet_serves_alone(
    browser: Any, make_night: NightMaker, make_event: EventMaker, tmp_path: Path
) -> None:
    gaps = [(3600.0 * k + 1800.0, 3600.0 * k + 1950.0) for k in range(8)]
    night = make_night(36_000.0, [make_event(900.0 * k + 35, "rhythmic") for k in range(30)], gaps=gaps)
    (source,) = night.provenance.inputs
    clips = [replace(source, name=f"nursery_upstairs_{k:06d}.mp4", offset_s=1200.0 * k) for k in range(30)]
    notes = tuple(f"Clip {k} was cut, since it overlaps with the one before it by some seconds." for k in range(9))
    provenance = replace(night.provenance, inputs=tuple(clips), notes=notes)
    params = with_values(night.params, {"burst.threshold": 12, "classify.sustained_s": 12})
    write_report(replace(night, provenance=provenance, params=params), tmp_path / "report.html", with_footage=False)
    page = browser.new_page(viewport={"width": 703, "height": 1000})
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_selector("html.is-drawn")
    page.emulate_media(media="print")
    sheet = " ".join(page.inner_text(".first-page").split())
    assert "none of them has been validated on video for any medical use" in sheet
    assert "nothing here is a diagnosis or a measure of health" in sheet
    assert "What lay under a blanket, outside the picture" in sheet
    assert "Whether something that is not listed happened" in sheet
    assert "Who moved, and whether an infant is in the picture at all" in sheet
    assert page.is_visible("footer")
    assert page.evaluate(FIRST_PAGE_PX) < SHEET_PX
    assert page.evaluate(IS_WIDE) <= 0
    page.close()


TABLE = "document.querySelector('#events').parentElement"
SCROLLS = f"{TABLE}.scrollWidth - {TABLE}.clientWidth"


@pytest.mark.parametrize("width_px", [1300, 1600])
def test_the_table_is_as_wide_as_its_page(
    visit: Visitor, make_night: NightMaker, make_event: EventMaker, tmp_path: Path, width_px: int
) -> None:
    words = {"label": "isolated", "state": "active sleep-like", "reason": "brief and localized: 0.25 s, under 0.5 s"}
    night = make_night(300.0, [make_event(20.0, **words), make_event(60.0, "rhythmic", **words)], start_at=EVENING)
    (source,) = night.provenance.inputs
    clips = tuple(replace(source, name=f"nursery_upstairs_{k}.mp4", offset_s=30.0 * k) for k in range(10))
    night = replace(night, provenance=replace(night.provenance, inputs=clips))
    write_report(night, tmp_path / "report.html", with_footage=False)
    page = visit(tmp_path / "report.html", width_px=width_px).page
    assert page.evaluate(SCROLLS) <= 0


def test_a_phone_shows_why_an_event_is_what_it_is(
    visit: Visitor, make_night: NightMaker, make_event: EventMaker, tmp_path: Path
) -> None:
    reason = "brief and localized: 0.25 s, 0.6 % of the picture (under 0.5 s)"
    write_report(make_night(300.0, [make_event(20.0, reason=reason)], start_at=EVENING), tmp_path / "report.html")
    page = visit(tmp_path / "report.html", width_px=390).page
    why = page.locator("#r1 .why").bounding_box()
    assert why["x"] >= 0
    assert why["x"] + why["width"] <= 390
    assert page.evaluate(SCROLLS) <= 0


def test_nothing_keeps_a_screen_reader_out(visit: Visitor, filmed: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for color_scheme in ("light", "dark"):
        page = visit(filmed, color_scheme=color_scheme).page
        page.wait_for_selector("html.is-drawn")
        page.locator(".go").first.click()
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
        found = axe.run(page)
        assert found.violations_count == 0, found.generate_report()


def test_a_silent_footage_folder_is_told(
    make_night: NightMaker, make_event: EventMaker, visit: Visitor, tmp_path: Path
) -> None:
    night = make_night(60.0, [make_event(20.0)])
    night = replace(night, folder=tmp_path / "night")
    write_report(night, tmp_path / "report.html")
    page = visit(tmp_path / "report.html").page
    page.locator("#r1 .go").click()
    assert page.is_visible("#player .no-film")
    assert "could not be shown" in page.inner_text("#timeline .warn")

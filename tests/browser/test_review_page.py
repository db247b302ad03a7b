"""The review page in a real browser: films, filters, regions, epochs, and accessibility."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from detector.night.regions import read_regions
from detector.run.analyze import analyze
from tests.browser.conftest import entries, visiting
from tests.review_nights import Server, draw_footage, save, serving, spread

pytestmark = pytest.mark.slow


def test_slow_motion_steps_loop_and_box(browser: Any, shared: Server) -> None:
    with visiting(browser, shared.url) as visit:
        page = visit.page
        visit.wait("review.player.time > review.player.front.start_s + 0.2")  # it runs by itself
        visit.wait("(window.most = Math.max(window.most || 0, review.player.time)) > review.player.time + 1")
        visit.press(" ")
        page.evaluate("review.player.seek(review.player.front.start_s + 1)")
        visit.wait("review.player.front.video.paused && !review.player.front.video.seeking")
        before = page.evaluate("review.player.time")
        visit.press(".")
        assert page.evaluate("review.player.time") == pytest.approx(before + 0.125, abs=0.01)
        visit.press(",", ",")
        assert page.evaluate("review.player.time") == pytest.approx(before - 0.125, abs=0.01)
        visit.press("s", "s")
        assert page.evaluate("review.player.front.video.playbackRate") == 0.25
        screen, box = page.locator("#screen").bounding_box(), page.locator("#box").bounding_box()
        scale = screen["width"] / 320
        assert box["x"] - screen["x"] == pytest.approx(90 * scale, abs=3)
        assert box["width"] == pytest.approx(116 * scale, abs=3)
        visit.press("b")
        assert page.locator("#box").is_hidden()


def test_the_page_says_what_its_marks_and_numbers_are(browser: Any, shared: Server) -> None:
    with visiting(browser, shared.url) as visit:
        page = visit.page
        key = " ".join(visit.text("#key").split())
        assert key.startswith(
            "decided: not yet, confirmed or changed, rejected; motion: share of the picture that moved"
        )
        ink = "[...document.querySelectorAll('#key .mark')].map((mark) => getComputedStyle(mark).backgroundColor)"
        assert len({*page.evaluate(ink), "rgba(0, 0, 0, 0)"}) == 4
        assert "times the noise" in visit.text("#what")
        assert "floors" not in visit.text("body")
        visit.wait("review.timeline.envelope !== null")
        assert page.evaluate("Math.max(...review.timeline.envelope.most)") <= 1


def test_filters_order_and_place(browser: Any, shared: Server) -> None:
    with visiting(browser, shared.url) as visit:
        page = visit.page
        visit.press("f")
        page.keyboard.type("rhy")
        visit.press("Escape")
        assert visit.text("#shown") == "34 events of 200"  # the one looked at stays
        visit.press("n")
        assert page.evaluate("review.items.current.kind") == "rhythmic"
        page.select_option("#filter-kind", "")
        page.fill("#filter-strength", "50")
        assert page.evaluate("review.items.shown.slice(1).every((item) => item.snr >= 50)")
        page.fill("#filter-strength", "")
        page.select_option("#order", "doubt")
        doubts = page.evaluate("review.items.shown.map((item) => item.doubt)")
        assert doubts == sorted(doubts, reverse=True)
        assert page.evaluate("review.items.shown[0].kind") == "uncertain"


def test_what_the_browser_cannot_play_is_made_into_a_film(browser: Any, tmp_path: Path) -> None:
    video = draw_footage(tmp_path / "cot_20241112_223010.mp4", 8, codec="libx265")
    found = analyze(video, workers=1)
    folder = save(found, tmp_path / "night", spread(found, 3))
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url) as visit:
        page = visit.page
        assert page.evaluate("review.player.front.problem") == ""
        if page.evaluate("""document.createElement("video").canPlayType('video/mp4; codecs="hvc1.1.6.L120.B0"')"""):
            pytest.skip("this browser plays HEVC by itself")
        assert "films?" in page.evaluate("review.player.front.video.src")
        visit.wait("review.player.time > review.player.front.start_s + 0.3")
        assert page.evaluate("review.player.front.video.videoWidth") == 320
        visit.press("c")
        visit.wait("review.player.waits.length === 2")
        assert page.evaluate("review.player.waits[1].asked")


def test_regions_are_drawn_with_keys(browser: Any, shared: Server) -> None:
    folder = shared.folder
    with visiting(browser, shared.url) as visit:
        page = visit.page
        visit.press("g")
        page.wait_for_selector("#regions[open]")
        page.locator("#board").focus()
        visit.press(
            "Enter", "Shift+ArrowRight", "Shift+ArrowRight", "Enter", "Shift+ArrowDown", "Enter", "Enter", "Backspace"
        )
        visit.press("Tab")
        page.keyboard.type("left hand")
        visit.press("Enter")
        assert "left hand (site, 3 corners)" in visit.text("#region-list")
        page.click("#regions-save")
        visit.wait("document.getElementById('region-trouble').textContent.startsWith('Saved')")
        [region] = read_regions(folder, 320, 180).regions
        assert region.polygon_px == ((160.0, 90.0), (224.0, 90.0), (224.0, 108.0))
        for corner in ("Enter", "Enter", "Enter"):
            page.locator("#board").press(corner)
        page.fill("#region-name", "nothing")
        page.press("#region-name", "Enter")
        page.click("#regions-save")
        visit.wait("document.getElementById('region-trouble').textContent.includes('nothing')")
        assert "is empty" in visit.text("#region-trouble") or "crosses itself" in visit.text("#region-trouble")
        assert len(read_regions(folder, 320, 180).regions) == 1
        visit.wrong = [text for text in visit.wrong if "422" not in text]  # the refusal is told in the console, too


def test_the_rules_of_accessibility_hold(browser: Any, shared: Server) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    for scheme in ("light", "dark"):
        with visiting(browser, shared.url, color_scheme=scheme) as visit:
            visit.press("c", "x")
            visit.settle()
            visit.page.wait_for_timeout(2000)  # "saved" fades in
            found = axe.Axe().run(visit.page)
            assert found.violations_count == 0, found.generate_report()


def test_states_of_epochs_can_be_corrected(browser: Any, shared: Server) -> None:
    with visiting(browser, shared.url) as visit:
        epochs = [{"start_s": 30.0 * n, "stop_s": 30.0 * n + 30.0, "state": "unknown"} for n in range(40)]
        visit.page.route("**/night", lambda route: _with_epochs(route, epochs))
        visit.page.reload()
        visit.wait("window.review && review.player.waits.length > 0")
        visit.press("e")
        assert "unknown" in visit.text("#what")
        visit.press("2", "3")
        visit.settle()
        visit.press("p")
        assert visit.text("#verdict") == "awake or handled"
    states = [entry for entry in entries(shared.folder) if entry.action == "state"]
    assert [(entry.start_s, entry.state) for entry in states] == [
        (0.0, "active sleep-like"),
        (30.0, "awake or handled"),
    ]


def _with_epochs(route: Any, epochs: list[dict[str, Any]]) -> None:
    response = route.fetch()
    route.fulfill(response=response, body=json.dumps(response.json() | {"epochs": epochs}))

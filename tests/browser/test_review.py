"""The review page in a real browser, end to end: the command serves it, keys decide, the disk has it."""

from __future__ import annotations

import json
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from detector.night.layout import REGIONS_FILE, REVIEWS_FOLDER
from detector.night.night import Night
from detector.night.people.review import Entry, read_reviews
from detector.night.regions import read_regions
from detector.run.analyze import analyze
from tests.review_nights import Server, draw_footage, save, serving, spread

pytestmark = pytest.mark.slow

PATIENCE_MS = 60_000
"""A busy machine may take its time; nothing here measures it."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """20 minutes of drawn footage, analyzed once for nights of any number of events."""
    return analyze(draw_footage(tmp_path_factory.mktemp("cot") / "cot_20241112_223010.mp4", 200), workers=1)


@pytest.fixture
def night(found: Night, tmp_path: Path) -> Callable[[int], Path]:
    """A new night folder of so many events."""
    return lambda n_events: save(found, tmp_path / f"night{n_events}", spread(found, n_events))


@pytest.fixture(scope="module")
def shared(found: Night, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Ana at 200 events, for tests that do not mind what was decided before."""
    folder = save(found, tmp_path_factory.mktemp("shared") / "night", spread(found, 200))
    with serving(folder, "--reviewer", "Ana") as server:
        yield server


class Visit:
    """A page with what went wrong on it."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.url = url
        self.context = browser.new_context(**({"viewport": {"width": 1366, "height": 900}} | options))
        self.context.set_default_timeout(PATIENCE_MS)
        self.wrong: list[str] = []
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda message: self.wrong.append(message.text) if message.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog {dialog.message}"))
        self.page.on("request", self._came_from_here)
        self.page.goto(url)
        self.wait("window.review && (!review.items.shown.length || review.player.waits.length > 0)")

    def _came_from_here(self, request: Any) -> None:
        if not request.url.startswith(self.url):
            self.wrong.append(f"asked for {request.url}")

    def wait(self, condition: str) -> None:
        """Until it holds in the page, which itself forbids to have scripts made of text."""
        patience_s = time.monotonic() + PATIENCE_MS / 1000
        while not self.page.evaluate(condition):
            assert time.monotonic() < patience_s, f"never came true: {condition}"
            self.page.wait_for_timeout(15)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def settle(self) -> None:
        """Wait until every decision has been answered."""
        self.page.evaluate("review.saving")

    def text(self, selector: str) -> str:
        return str(self.page.inner_text(selector))

    def current(self) -> str:
        return str(self.page.evaluate("review.items.current ? review.items.current.id : ''"))

    def close(self) -> None:
        self.context.close()
        assert self.wrong == []


@contextmanager
def visiting(browser: Any, url: str, **options: Any) -> Iterator[Visit]:
    visit = Visit(browser, url, **options)
    yield visit
    visit.close()


def entries(folder: Path, reviewer: str = "Ana") -> list[Entry]:
    return read_reviews(folder).get(reviewer, [])


def test_everything_with_keys_and_still_there_after_a_reload(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url) as visit:
        assert visit.current() == "e0001"
        visit.press("c", "x", "1")  # e0003 was a movement
        visit.settle()
        assert visit.current() == "e0004"
        assert [entry.action for entry in entries(folder)] == ["confirm", "reject", "change"]
        visit.press(" ", "i", "]")
        visit.settle()
        onset, offset = entries(folder)[-2:]
        assert onset.to_start_s == pytest.approx(visit.page.evaluate("review.player.time"), abs=0.05)
        assert offset.to_stop_s == pytest.approx((onset.to_stop_s or 0) + 0.125, abs=0.02)
        visit.press("t")
        visit.page.keyboard.type('left foot, "brief"')
        visit.press("Enter")
        visit.settle()
        assert entries(folder)[-1].note == 'left foot, "brief"'
        _add_and_take_back(visit, folder)
        before = _told(visit)
        assert before == [
            [0, "confirmed", "twitch", ""],
            [1, "rejected", "rhythmic", ""],
            [2, "changed", "twitch", ""],
            [3, "changed", "gross", 'left foot, "brief"'],
        ]
        visit.page.reload()
        visit.wait("window.review && review.player.waits.length > 0")
        assert visit.text("#count") == "4 of 200 events decided"
        assert visit.current() == "e0005"
        assert _told(visit) == before
        assert "1 of 1" in visit.text("#results")
        code, words = server.end()
        assert (code, words.strip().splitlines()[-1]) == (0, "4 of 200 events decided.")


def _add_and_take_back(visit: Visit, folder: Path) -> None:
    visit.press("Shift+ArrowRight", "Shift+ArrowDown", "a")
    visit.settle()
    visit.wait("review.items.current.id === 'added'")
    added = entries(folder)[-1]
    assert (added.action, added.kind, added.x_px, added.y_px) == ("add", "twitch", 170.0, 95.0)
    visit.press("3", "z", "z")
    visit.settle()
    assert visit.page.evaluate("review.items.added.length") == 0
    visit.wait("Math.abs(review.player.time - review.items.current.start_s) < 8")  # the film of what is told now


def _told(visit: Visit) -> Any:
    """What the page says of each event that was decided about: place, word, kind, note."""
    return visit.page.evaluate("[...review.items.on.entries()].map(([n, v]) => [n, v.word, v.kind, v.note])")


def test_killed_in_the_middle_nothing_is_lost(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ana") as server:
        visit = Visit(browser, server.url)
        visit.press("c", "x", "c")
        visit.settle()
        server.end(signal.SIGKILL)
        visit.press("x")
        visit.settle()
        assert "What you decided before is kept; start it again." in visit.text("#trouble")
        assert visit.current() == "e0004"  # what could not be written is shown again
        visit.context.close()
    assert [entry.action for entry in entries(folder)] == ["confirm", "reject", "confirm"]
    with serving(folder, "--reviewer", "Ana") as again, visiting(browser, again.url) as visit:
        assert visit.text("#count") == "3 of 200 events decided"
        assert visit.current() == "e0004"
        assert again.url != server.url


def test_two_reviewers_keep_their_own_and_see_how_far_they_agree(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ben") as ben, visiting(browser, ben.url) as visit:
        visit.press("c", "c", "c", "x")
        visit.settle()
    with serving(folder, "--reviewer", "Ana") as ana, visiting(browser, ana.url) as visit:
        assert visit.text("#count") == "0 of 200 events decided"
        visit.press("c", "x", "c", "x")
        visit.settle()
        visit.page.reload()
        visit.wait("window.review && review.player.waits.length > 0")
        assert re.search(r"Ben\s+3 of 4\s+0\.\d\d", visit.text("#results"))
    assert (len(entries(folder, "Ana")), len(entries(folder, "Ben"))) == (4, 4)


@pytest.mark.parametrize("n_events", [0, 1, 3000])
def test_nights_of_any_size_open(browser: Any, night: Any, n_events: int) -> None:
    folder = night(n_events)
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url, color_scheme="dark") as visit:
        page = visit.page
        assert page.evaluate("review.items.events.length") == n_events
        assert page.locator("#rows [role=option]").count() <= 60
        if n_events:
            assert visit.text("#shown") == f"{n_events} event{'s' if n_events > 1 else ''}"
            visit.press("c")
            visit.settle()
            assert visit.text("#count").startswith("1 of ")
        else:
            _look_through_quiet_time(visit)
            assert [entry.action for entry in entries(folder)] == ["sample", "add"]
        for width_px in (320, 390, 800, 1366):
            page.set_viewport_size({"width": width_px, "height": 844})
            assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def _look_through_quiet_time(visit: Visit) -> None:
    assert "quiet time" in visit.text("#what")  # an empty night opens with samples
    visit.press("c")
    visit.settle()
    assert "0 missed events in 10 s looked through" in visit.text("#results")
    visit.press("a")
    visit.settle()


def test_the_next_clip_is_asked_for_before_its_key(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url) as visit:
        for number in range(199):
            visit.press("cx1"[number % 3])
            visit.wait(f"review.player.waits.length === {number + 2}")
        visit.press("c")
        visit.settle()
        waits = visit.page.evaluate("review.player.waits")
        assert [wait["problem"] for wait in waits if wait["problem"]] == []
        # Keys come faster here than anyone presses them: on a busy machine one may overtake what is asked for.
        unasked = [wait["key"] for wait in waits if not wait["asked"]]
        assert unasked[0] == "event 0"
        assert len(unasked) <= 1 + 200 // 50
        assert len({wait["key"] for wait in waits}) == 200
        assert visit.text("#count") == "200 of 200 events decided"
    assert len(entries(folder)) == 200


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


def test_a_file_name_is_text_and_nothing_else(browser: Any, tmp_path: Path) -> None:
    name = """<img src=x onerror=alert(1)>"'<script>alert(2)<!--.mp4"""
    found = analyze(draw_footage(tmp_path / name.replace("/", "_"), 8), workers=1)
    folder = save(found, tmp_path / "night", spread(found, 2))
    with serving(folder, "--reviewer", "Ana") as server, visiting(browser, server.url) as visit:
        assert visit.text("#title") == name
        assert visit.page.locator("#title *").count() == 0
        visit.press("t")
        visit.page.keyboard.type("<b onclick=alert(3)>'\"")
        visit.press("Enter")
        visit.settle()
        assert "<b onclick=alert(3)>'\"" in visit.text("#verdict")


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


def test_blind_shows_no_kind_and_takes_one(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ana", "--blind") as server, visiting(browser, server.url) as visit:
        assert visit.text("#what").startswith("e0001: movement, ")
        assert visit.page.locator("#confirm").is_hidden()
        assert visit.page.locator("#box").is_hidden()
        visit.press("c")
        visit.settle()
        assert entries(folder) == []
        visit.press("1", "1", "x")
        visit.settle()
        assert "Right so far" not in visit.text("#results")
        visit.press("p", "p")
        assert visit.text("#verdict") == "decided"
    assert [entry.action for entry in entries(folder)] == ["confirm", "change", "reject"]


def test_a_page_elsewhere_can_decide_nothing(browser: Any, night: Any, shared: Server) -> None:
    """Even one that knows the whole address, from another port of this very machine."""
    folder = night(1)
    with serving(folder, "--reviewer", "Ana") as server:
        context = browser.new_context(bypass_csp=True)
        page = context.new_page()
        page.goto(shared.url)
        answers = page.evaluate(ATTACKS, server.url)
        context.close()
    assert answers["read"] == "refused"
    assert answers["json"] == "refused"
    assert answers["image"] == "refused"
    assert not (folder / REVIEWS_FOLDER).exists()
    assert not (folder / REGIONS_FILE).exists()


ATTACKS = """async (url) => {
  const told = {};
  const body = JSON.stringify({action: "reject", event: 0});
  const headers = {"Content-Type": "application/json"};
  const attempt = async (name, run) => { try { told[name] = await run(); } catch { told[name] = "refused"; } };
  await attempt("read", async () => (await fetch(url + "night")).text());
  await attempt("json", async () => (await fetch(url + "decisions", {method: "POST", body, headers})).text());
  await attempt("blind", async () => (await fetch(url + "decisions", {method: "POST", body, mode: "no-cors"})).type);
  await attempt("put", async () => (await fetch(url + "regions", {method: "PUT", body: "{}", headers})).text());
  await attempt("image", () => new Promise((resolve) => {
    const image = new Image();
    image.onload = () => resolve("loaded");
    image.onerror = () => resolve("refused");
    image.src = url + "reference.png";
  }));
  const frame = document.createElement("iframe");
  frame.name = "trap";
  const form = document.createElement("form");
  Object.assign(form, {method: "post", action: url + "decisions", enctype: "text/plain", target: "trap"});
  const field = document.createElement("input");
  Object.assign(field, {name: '{"action": "reject", "event": 0, "note": "', value: '"}'});
  form.append(field);
  document.body.append(frame, form);
  form.submit();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return told;
}"""


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

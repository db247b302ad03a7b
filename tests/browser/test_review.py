"""The review page in a real browser, end to end: the command serves it, keys decide, the disk has it."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import ReviewVisit, entries, visiting
from tests.review_nights import serving

pytestmark = pytest.mark.slow


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


def _add_and_take_back(visit: ReviewVisit, folder: Path) -> None:
    visit.press("Shift+ArrowRight", "Shift+ArrowDown", "a")
    visit.settle()
    visit.wait("review.items.current.id === 'added'")
    added = entries(folder)[-1]
    assert (added.action, added.kind, added.x_px, added.y_px) == ("add", "twitch", 170.0, 95.0)
    visit.press("3", "z", "z")
    visit.settle()
    assert visit.page.evaluate("review.items.added.length") == 0
    visit.wait("Math.abs(review.player.time - review.items.current.start_s) < 8")  # the film of what is told now


def _told(visit: ReviewVisit) -> Any:
    """What the page says of each event that was decided about: place, word, kind, note."""
    return visit.page.evaluate("[...review.items.on.entries()].map(([n, v]) => [n, v.word, v.kind, v.note])")


def test_killed_in_the_middle_nothing_is_lost(browser: Any, night: Any) -> None:
    folder = night(200)
    with serving(folder, "--reviewer", "Ana") as server:
        visit = ReviewVisit(browser, server.url)
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


def _look_through_quiet_time(visit: ReviewVisit) -> None:
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

"""How long a reviewer waits for pictures, over 200 events that are decided with keys in a real browser."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from detector.run.analyze import analyze
from tests.benchmarks.bench import Bench, Row
from tests.review_nights import draw_footage, save, serving, spread

MOST_WAIT_S = 3.0
PACE_S = {"as fast as pictures come": 0.0, "two keys a second": 0.5}
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


def reviewing(bench: Bench) -> Iterator[Row]:
    """Waiting in all for the pictures of 200 events, the first included; nothing where there is no browser."""
    browser = find_browser()
    if browser is None:
        return
    n_events = 20 if bench.is_quick else 200
    for codec, name in (("libx264", "H.264, the original"), ("libx265", "HEVC, made into films")):
        folder = bench.folder / f"review-{codec}-{n_events}"
        folder.mkdir(exist_ok=True)
        footage = folder / "cot_20241112_223010.mp4"
        found = analyze(footage if footage.exists() else draw_footage(footage, n_events, codec=codec), workers=1)
        for pace, pause_s in PACE_S.items():
            night = folder / f"night-{time.time_ns()}"
            waits_ms, n_late = _reviewed(browser, save(found, night, spread(found, n_events)), n_events, pause_s)
            wait_s = sum(waits_ms) / 1000
            yield Row(
                f"review page, {n_events} events, {name}, {pace}: waiting in all",
                f"{wait_s:.2f} s, at most {max(waits_ms):.0f} ms for one; {n_late} not asked for before their key",
                # Without any time to look, decoding sets the pace of films; nobody reviews like that.
                f"{MOST_WAIT_S:g} s, 0" if pause_s else "0 late",
                n_late == 0 and (wait_s <= MOST_WAIT_S or not pause_s),
            )


def find_browser() -> str | None:
    """Where Chromium is; None where it is not installed."""
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def _reviewed(path: str, night: Path, n_events: int, pause_s: float) -> tuple[list[float], int]:
    """Waiting for each event, ms, and how many but the first were not asked for before their key was pressed."""
    from playwright.sync_api import sync_playwright

    with serving(night, "--reviewer", "bench") as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        page = browser.new_page()
        page.goto(server.url)
        for number in range(n_events):
            _wait_for(page, number + 1)
            page.wait_for_timeout(1000 * pause_s)
            page.keyboard.press("cx1"[number % 3])
        page.evaluate("review.saving")
        waits = page.evaluate("review.player.waits")
        browser.close()
    return [wait["ms"] for wait in waits], sum(not wait["asked"] for wait in waits[1:])


def _wait_for(page: Any, n_shown: int) -> None:
    """Until so many events have been shown; the page forbids scripts out of text, so it is asked again and again."""
    patience_s = time.monotonic() + 60.0
    while not page.evaluate(f"Boolean(window.review) && review.player.waits.length >= {n_shown}"):
        if time.monotonic() > patience_s:
            raise TimeoutError(f"event {n_shown} was not shown within a minute")
        page.wait_for_timeout(10)

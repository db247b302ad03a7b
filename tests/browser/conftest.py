"""A real browser, reports opened from the disk and reviews that are served, and what went wrong in them."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from detector.night.night import Night
from detector.night.people.review import Entry, read_reviews
from detector.run.analyze import analyze
from tests.review_nights import Server, draw_footage, save, serving, spread
from tests.views.conftest import make_event, make_night

__all__ = ["make_event", "make_night"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--autoplay-policy=no-user-gesture-required",
]
PATIENCE_MS = 60_000
"""A busy machine may take its time; nothing here measures it."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, steered by Playwright; skipped where there is none, unless it is required."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        if os.environ.get("TWITCH_DETECTOR_BROWSER") == "required":
            pytest.fail(f"none of {', '.join(NAMES)} is installed")
        pytest.skip("no Chromium on this machine")
    if os.environ.get("TWITCH_DETECTOR_BROWSER") == "required":
        from playwright import sync_api
    else:
        sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


class Visit:
    """A page that was opened from the disk, and everything that went wrong or out since.

    Attributes:
        page: Playwright's page.
        wrong: errors of scripts, and what the console complains about.
        asked: addresses that were asked for, the page itself left out.
    """

    def __init__(self, page: Any, path: Path) -> None:
        self.page = page
        self.wrong: list[str] = []
        self.asked: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda line: self.wrong.append(line.text) if line.type in {"error", "warning"} else None)
        page.on("request", lambda request: self.asked.append(request.url))
        page.goto(path.as_uri())
        page.wait_for_selector("html.is-arranged")
        self.asked = [address for address in self.asked if address != path.as_uri()]


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Any) -> Iterator[Visitor]:
    """Open a file without network: `visit(path, width_px=390, color_scheme="dark")`."""
    contexts = []

    def open_file(path: Path, *, width_px: int = 1280, **options: Any) -> Visit:
        context = browser.new_context(offline=True, viewport={"width": width_px, "height": 900}, **options)
        contexts.append(context)
        return Visit(context.new_page(), path)

    yield open_file
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
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


class ReviewVisit:
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
def visiting(browser: Any, url: str, **options: Any) -> Iterator[ReviewVisit]:
    visit = ReviewVisit(browser, url, **options)
    yield visit
    visit.close()


def entries(folder: Path, reviewer: str = "Ana") -> list[Entry]:
    return read_reviews(folder).get(reviewer, [])

"""A real browser without a network, and what went wrong in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

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

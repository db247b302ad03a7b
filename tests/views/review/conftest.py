"""A reviewed night behind its guard, asked without a socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from detector.night.night import Night
from detector.views.review.app import make_app
from detector.views.review.guard import Address
from detector.views.review.media import Media
from detector.views.review.session import Session
from tests.review_nights import draw_footage, save, spread

PORT = 54321
Answer = TypeVar("Answer")


def run_apart(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Run to the end in a thread, since a browser that other tests steer keeps a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.fixture(scope="session")
def found(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A minute of drawn footage, analyzed; beside it lies a secret that no page may see."""
    from detector.run.analyze import analyze

    folder = tmp_path_factory.mktemp("review")
    (folder / "secret.txt").write_text("secret")
    return analyze(draw_footage(folder / "cot_20241112_223010.mp4", 8), workers=1)


@pytest.fixture
def folder(found: Night, tmp_path: Path) -> Path:
    """A night folder with six events, one of each kind, from 3 s on."""
    return save(found, tmp_path / "night", spread(found, 6))


@pytest.fixture
def empty(found: Night, tmp_path: Path) -> Path:
    return save(found, tmp_path / "empty", [])


class Page:
    """Asks as the page would; every header can be set or left out (None)."""

    def __init__(self, folder: Path, reviewer: str = "Ana", *, is_blind: bool = False) -> None:
        self.folder = folder
        self.night = Night.load(folder)
        self.session = Session(self.night, reviewer, is_blind=is_blind)
        self.address = Address(PORT)
        self.app = make_app(self.session, Media(self.night), self.address)

    def ask(self, path: str, method: str = "GET", *, base: str = "", **options: Any) -> httpx.Response:
        own = {"Host": f"127.0.0.1:{PORT}"}
        if method in {"POST", "PUT"}:
            own["Origin"] = f"http://127.0.0.1:{PORT}"
        headers = {name: value for name, value in (own | options.pop("headers", {})).items() if value is not None}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:{PORT}") as client:
                request = client.build_request(method, (base or f"/{self.address.token}/") + path, **options)
                for name in ("host", "origin", "accept-encoding"):
                    request.headers.pop(name, None)
                request.headers.update(headers)
                return await client.send(request)

        return run_apart(send())

    def decide(self, action: str, **fields: Any) -> dict[str, Any]:
        response = self.ask("decisions", "POST", json={"action": action, **fields})
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def open_page() -> Callable[..., Page]:
    return Page


@pytest.fixture
def page(folder: Path) -> Page:
    return Page(folder)

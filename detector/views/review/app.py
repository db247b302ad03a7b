"""The review page as a web application: its addresses, and what each answers."""

from __future__ import annotations

import hashlib
import math
import threading
import tomllib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from detector.errors import DetectorError, FootageError, NightFolderError, UsageError
from detector.night.regions import make_regions, read_regions, regions_text, write_regions
from detector.views.review.facts import (
    motion_facts,
    motion_signal,
    page_facts,
    picture_size,
    reference_png,
    signal_facts,
)
from detector.views.review.guard import Address, Guard
from detector.views.review.media import LONGEST_S, Media
from detector.views.review.session import Session

if TYPE_CHECKING:
    from starlette.types import ASGIApp

TEMPLATES: Final = Path(__file__).parent / "templates"
_TYPES: Final = {".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".svg": "image/svg+xml"}
_KEEP: Final = {"Cache-Control": "private, max-age=3600"}

Answer = Callable[[Request], Awaitable[Response]]


class ReviewApp:
    """What answers the page.

    Args:
        session: the reviewer at the night.
        media: the footage.
    """

    def __init__(self, session: Session, media: Media) -> None:
        self._session, self._media = session, media
        self._drawing = threading.Lock()
        # All that the page is made of, by name: a name that is not here leads nowhere.
        self._files = {path.name: path.read_bytes() for path in TEMPLATES.iterdir() if path.suffix in _TYPES}
        # The signal of a night takes seconds, and so does the first use of statistics: both before anybody asks.
        self._signal = ThreadPoolExecutor(1).submit(motion_signal, session.night)
        ThreadPoolExecutor(1).submit(session.state)

    def routes(self) -> list[Route]:
        """Every address below the token."""
        answers: list[tuple[str, str, Answer]] = [
            ("/", "GET", self._page),
            ("/static/{name}", "GET", self._static),
            ("/night", "GET", self._night),
            ("/state", "GET", self._state),
            ("/decisions", "POST", self._decide),
            ("/media", "GET", self._where),
            ("/originals/{number:int}", "GET", self._original),
            ("/films", "GET", self._film),
            ("/signal", "GET", self._motion),
            ("/reference.png", "GET", self._reference),
            ("/regions", "GET", self._regions),
            ("/regions", "PUT", self._save_regions),
        ]
        return [Route(path, answer, methods=[method]) for path, method, answer in answers]

    async def _page(self, request: Request) -> Response:
        del request
        return Response(self._files["review.html"], media_type="text/html")

    async def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._files:
            return Response("There is nothing here.", 404, media_type="text/plain")
        return Response(self._files[name], media_type=_TYPES[Path(name).suffix])

    async def _night(self, request: Request) -> Response:
        del request
        session = self._session
        facts = await run_in_threadpool(page_facts, session.night, session.reviewer, is_blind=session.is_blind)
        return JSONResponse(facts)

    async def _state(self, request: Request) -> Response:
        del request
        return JSONResponse(await run_in_threadpool(self._session.state))

    async def _decide(self, request: Request) -> Response:
        document = await _document(request)
        return JSONResponse(await run_in_threadpool(self._session.decide, document))

    async def _where(self, request: Request) -> Response:
        """Where the player finds a stretch: in the original, or in a film that is made now."""
        start_s, stop_s = _stretch(request)
        wants_film = request.query_params.get("as") == "film"
        original = None if wants_film else await run_in_threadpool(self._media.original, start_s, stop_s)
        if original is not None:
            return JSONResponse(
                {"url": f"originals/{original.number}", "mime": original.mime, "offset_s": original.offset_s}
            )
        film = await run_in_threadpool(self._media.film, start_s, stop_s)
        url = f"films?start={start_s!r}&stop={stop_s!r}"
        return JSONResponse({"url": url, "mime": "", "offset_s": film.start_s, "stop_s": film.stop_s})

    async def _original(self, request: Request) -> Response:
        path = await run_in_threadpool(self._media.path, request.path_params["number"])
        return FileResponse(path, media_type=_media_type(path), headers=_KEEP)

    async def _film(self, request: Request) -> Response:
        film = await run_in_threadpool(self._media.film, *_stretch(request))
        return _ranged(film.mp4, request.headers.get("range", ""))

    async def _motion(self, request: Request) -> Response:
        signal = await run_in_threadpool(self._signal.result)
        if "start" not in request.query_params:
            return JSONResponse(await run_in_threadpool(motion_facts, self._session.night))
        return JSONResponse(signal_facts(signal, *_stretch(request)))

    async def _reference(self, request: Request) -> Response:
        del request
        picture = await run_in_threadpool(reference_png, self._session.night)
        return Response(picture, 200 if picture else 404, media_type="image/png")

    async def _regions(self, request: Request) -> Response:
        del request
        return JSONResponse(await run_in_threadpool(self._stored_regions))

    async def _save_regions(self, request: Request) -> Response:
        document = await _document(request)
        if not isinstance(document, dict):
            raise UsageError("This is no set of regions.")
        return JSONResponse(await run_in_threadpool(self._replace_regions, document))

    def _stored_regions(self) -> dict[str, Any]:
        """The regions on disk, with a version that tells whether they are still the same."""
        night = self._session.night
        text = regions_text(read_regions(_folder(self._session), *picture_size(night)))
        version = hashlib.sha256(text.encode()).hexdigest()
        return {"region": [], **tomllib.loads(text), "version": version}

    def _replace_regions(self, document: dict[str, Any]) -> dict[str, Any]:
        version = document.pop("version", "")
        regions = make_regions(document, *picture_size(self._session.night))
        with self._drawing:
            if version != self._stored_regions()["version"]:
                raise UsageError("The regions were changed elsewhere since you opened them; load the page again.")
            write_regions(_folder(self._session), regions)
            return self._stored_regions()


def make_app(session: Session, media: Media, address: Address) -> ASGIApp:
    """The application behind its guard.

    Args:
        session: the reviewer at the night.
        media: the footage.
        address: where the page is, with its secret.
    """
    answers = ReviewApp(session, media)
    handlers: dict[Any, Any] = {DetectorError: _refused, OSError: _failed}
    return Guard(Starlette(routes=answers.routes(), exception_handlers=handlers), address)


async def _refused(request: Request, error: Exception) -> Response:
    """What went wrong on purpose, as one sentence for the person at the page."""
    del request
    status = 404 if isinstance(error, FootageError) else 500 if isinstance(error, NightFolderError) else 422
    return JSONResponse({"error": str(error)}, status)


async def _failed(request: Request, error: Exception) -> Response:
    del request
    reason = error.strerror if isinstance(error, OSError) else None
    return JSONResponse({"error": f"The system refused this ({reason or 'unknown'}); nothing was written."}, 500)


async def _document(request: Request) -> object:
    try:
        return await request.json()
    except (ValueError, RecursionError):
        raise UsageError("This is no JSON.") from None


def _stretch(request: Request) -> tuple[float, float]:
    """`start` and `stop` of a request, recording time, s."""
    try:
        start_s, stop_s = (float(request.query_params[name]) for name in ("start", "stop"))
    except (KeyError, ValueError):
        raise UsageError("Expected start and stop in seconds.") from None
    if not (math.isfinite(start_s) and math.isfinite(stop_s) and stop_s > start_s):
        raise UsageError("Expected a stop after the start, in seconds.")
    return start_s, min(stop_s, start_s + 10 * LONGEST_S)


def _folder(session: Session) -> Path:
    folder = session.night.folder
    if folder is None:
        raise UsageError("This night stands in no folder.")
    return folder


def _media_type(path: Path) -> str:
    return "video/webm" if path.suffix.lower() == ".webm" else "video/mp4"


def _ranged(content: bytes, header: str) -> Response:
    """Bytes in memory, whole or the one range that a player asks for."""
    size = len(content)
    headers = {**_KEEP, "Accept-Ranges": "bytes"}
    unit, _, text = header.partition("=")
    first, _, last = text.partition("-")
    if unit.strip() != "bytes" or "," in text or not (first + last).isascii() or not (first + last).isdigit():
        return Response(content, media_type="video/mp4", headers=headers)
    start, stop = (int(first), int(last) + 1 if last else size) if first else (max(size - int(last), 0), size)
    stop = min(stop, size)
    if start >= stop:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return Response(content[start:stop], 206, media_type="video/mp4", headers=headers)

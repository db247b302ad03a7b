"""Who may talk to the review page: the browser that was given its secret address, from this machine, and nobody else.

A page somewhere on the web can make a browser ask `http://127.0.0.1` for things, or have a name of its own point there
(rebinding). So the address holds a random token, the `Host` must be the one that was opened, and whatever writes must
come from the page itself (`Origin`). The page in turn may load nothing but its own files.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK: Final = "127.0.0.1"
LARGEST_BODY: Final = 256_000
"""Bytes; regions of many corners are the largest thing that the page sends."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
}
_READING: Final = frozenset({"GET", "HEAD"})
_WRITING: Final = frozenset({"POST", "PUT"})


@dataclass(frozen=True)
class Address:
    """Where the page is.

    Attributes:
        port: that the server listens on.
        token: random; whoever knows it may use the page.
    """

    port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def hosts(self) -> tuple[str, ...]:
        """What a browser that was sent here says as `Host`."""
        return (f"{LOOPBACK}:{self.port}", f"localhost:{self.port}")

    @property
    def url(self) -> str:
        """The address to open; everything that the page uses lies below it."""
        return f"http://{LOOPBACK}:{self.port}/{self.token}/"


class Guard:
    """Lets requests through that may be answered, without the token in their path; refuses all others.

    Args:
        app: what answers.
        address: where the page is.
    """

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app, self._address = app, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse, one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no web socket is ever opened
        refusal = self._refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, _with_headers(send))
            return
        inside = scope["path"][len(self._address.token) + 1 :]
        await self._app({**scope, "path": inside, "raw_path": inside.encode()}, _limited(receive), _with_headers(send))

    def _refusal(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        if not _is_here(scope) or headers.getlist("host") not in [[host] for host in self._address.hosts]:
            return PlainTextResponse("This page answers only to the machine it runs on.", 403)
        if not self._has_token(scope["path"]):
            return PlainTextResponse("There is nothing here.", 404)
        if scope["method"] not in _READING | _WRITING:
            return PlainTextResponse("This page reads and writes nothing in this way.", 405)
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return PlainTextResponse("Other pages may not use this one.", 403)
        if scope["method"] in _WRITING:
            return _refused_writing(headers)
        return None

    def _has_token(self, path: str) -> bool:
        first = path[1 : len(self._address.token) + 1]
        rest = path[len(self._address.token) + 1 :]
        return secrets.compare_digest(first.encode(), self._address.token.encode()) and rest.startswith("/")


def _refused_writing(headers: Headers) -> PlainTextResponse | None:
    if headers.getlist("origin") != [f"http://{headers['host']}"]:
        return PlainTextResponse("Only the page itself may decide anything.", 403)
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return PlainTextResponse("Decisions come as JSON.", 415)
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        return PlainTextResponse("The length of a decision is told beforehand.", 411)
    if int(length[:12]) > LARGEST_BODY:
        return PlainTextResponse("This is too long to be a decision.", 413)
    return None


def _is_here(scope: Scope) -> bool:
    client = scope.get("client")
    try:
        return client is None or ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False


def _limited(receive: Receive) -> Receive:
    """A receiver that stops listening to a body that is longer than it said."""
    left = LARGEST_BODY

    async def listen() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        return message if left >= 0 else {"type": "http.disconnect"}

    return listen


def _with_headers(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return answer

"""Serving the review page: on this machine's loopback, for as long as the command runs."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from detector.errors import UsageError
from detector.views.review.app import make_app
from detector.views.review.guard import LOOPBACK, Address
from detector.views.review.media import Media
from detector.views.review.session import Session

if TYPE_CHECKING:
    from detector.night.night import Night


_KEEP_ALIVE_S = 3600
"""A decision must not meet a connection that is just being closed for being idle."""


class _Server(uvicorn.Server):
    """A server that leaves signals to the program it runs in."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(
    night: Night,
    reviewer: str,
    *,
    port: int = 0,
    is_blind: bool = False,
    footage: Path | None = None,
    opened: Callable[[str], None],
) -> tuple[int, int]:
    """Serve the review page of a night until the program is interrupted.

    Args:
        night: as it was decided; it stands in a folder.
        reviewer: whose decisions are written.
        port: to listen on; 0 takes a free one.
        is_blind: whether the reviewer may not see what was decided.
        footage: where the footage is now, as for `detector.night.files.originals.find_footage`.
        opened: called with the address of the page once it answers.

    Returns:
        How many events the reviewer has decided about, and of how many.

    Raises:
        ParameterError: the reviewer's name cannot be one.
        NightFolderError: the night was not written, or its reviews are damaged.
        UsageError: the port is taken.
    """
    session = Session(night, reviewer, is_blind=is_blind)
    with _listening(port) as listener:
        address = Address(listener.getsockname()[1])
        app = make_app(session, Media(night, footage), address)
        config = uvicorn.Config(
            app, access_log=False, log_level="error", server_header=False, ws="none", lifespan="off",
            timeout_graceful_shutdown=1, timeout_keep_alive=_KEEP_ALIVE_S,
        )  # fmt: skip
        opened(address.url)
        with suppress(KeyboardInterrupt):
            asyncio.run(_Server(config).serve(sockets=[listener]))
    return session.progress()


@contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(64)
        except (OSError, OverflowError):
            raise UsageError(
                f"--port {port}: expected a free port of this machine, but it cannot be used; choose another, or leave "
                "it out to take any."
            ) from None
        yield listener

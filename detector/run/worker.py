"""The other side of a crew: a process that measures one span at a time and says how far it is."""

from __future__ import annotations

import math
import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from detector.errors import DetectorError
from detector.run.handover import Received, receive
from detector.run.parts import Job, StorageError, measure_part

BEAT_S = 0.5
"""How often a worker says how far it is, at most, s."""
_NO_MEMORY = ("insufficient memory", "cannot allocate memory", "failed to map segment")


@dataclass(frozen=True)
class Reply:
    """What a worker says.

    Attributes:
        verdict: `ready`, `measuring`, `done`, `failed` (the footage), `exhausted` (the memory of this process, which is
            not to be used any more) or `unstorable` (the disk).
        reason: why it failed.
        n_frames: measured so far, where it is measuring.
    """

    verdict: str
    reason: str = ""
    n_frames: int = 0


Task = tuple[Path, Job]
"""A recording with its parameters, as `share` wrote them, and a span of it."""


def serve() -> None:
    """Be a worker: measure the tasks that come in on standard input, until it closes."""
    import cv2

    cv2.setNumThreads(1)
    # Replies have a channel of their own: what a library prints goes to standard error instead.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    tasks: queue.Queue[Task] = queue.Queue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, tasks), daemon=True).start()

    def send(reply: Reply) -> None:
        pickle.dump(reply, replies)
        replies.flush()

    send(Reply("ready"))
    while True:
        footage, job = tasks.get()
        send(_measured(footage, job, _Beat(send)))


@lru_cache(maxsize=1)
def _received(footage: Path) -> Received:
    shared = receive(footage)
    recording, params = shared.item
    if not any(clip.info.device for clip in recording.clips):  # drivers of devices claim room that they never use
        limit_memory(params.run.worker_memory_mb)
    return shared


def limit_memory(megabytes: float) -> None:
    """Let this process have so much memory of its own and no more, where the system can do that.

    One hostile file then costs its own span, not the machine.
    """
    try:
        import resource
    except ImportError:  # Windows
        return
    limit = int(megabytes * 1e6)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (limit if hard < 0 else min(limit, hard), hard))


class _Beat:
    """Called with each packet; says now and then how many were decoded. Its silence means that a decoder hangs."""

    def __init__(self, send: Callable[[Reply], None]) -> None:
        self._send = send
        self._n_frames = 0
        self._said_s = time.monotonic()

    def __call__(self, is_decoded: bool) -> None:  # noqa: FBT001  # called half a million times
        self._n_frames += is_decoded
        now_s = time.monotonic()
        if now_s - self._said_s >= BEAT_S:
            self._said_s = now_s
            self._send(Reply("measuring", n_frames=self._n_frames))


def listen(source: IO[bytes], jobs: queue.Queue[Any]) -> None:
    """Put what a parent asks into a queue; for a thread of its own."""
    # The end of input means that the parent has no more work or is gone, even killed: end at once, in mid-span too.
    code = 1
    try:
        while True:
            jobs.put(pickle.load(source))  # noqa: S301  # only our own parent writes here
    except EOFError:
        code = 0
    except Exception as error:  # noqa: BLE001  # last words, for the reason that the parent gives
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        sys.stderr.flush()
    os._exit(code)


def _measured(footage: Path, job: Job, on_packet: Callable[[bool], None]) -> Reply:
    limit_mb = math.nan
    try:
        shared = _received(footage)
        recording, params = shared.item
        limit_mb = params.run.worker_memory_mb
        try:
            measure_part(recording, job, params, on_packet)
        finally:
            shared.let_go()  # the tables of a night are read piece by piece, and no piece twice
    except Exception as error:  # noqa: BLE001  # one span must not cost the night; it is named and counted
        return _failure(error, limit_mb)
    return Reply("done")


def _failure(error: Exception, limit_mb: float) -> Reply:
    if is_out_of_memory(error):
        return Reply("exhausted", f"it needs more memory than run.worker_memory_mb ({limit_mb:g} MB) allows")
    if isinstance(error, StorageError):
        return Reply("unstorable", str(error))
    if isinstance(error, DetectorError):
        return Reply("failed", str(error))
    return Reply("failed", " ".join(f"{type(error).__name__}: {error}".split()).rstrip("."))


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one it came of, is how Python, the system, OpenCV or FFmpeg says that no memory is left."""
    while error is not None:
        if isinstance(error, MemoryError) or any(words in f"{error}".lower() for words in _NO_MEMORY):
            return True
        error = error.__context__
    return False

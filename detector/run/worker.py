"""The other side of a crew: a process that measures one span at a time and says how far it is."""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from detector.errors import DetectorError
from detector.footage.recording import Recording
from detector.params import Params
from detector.run.handover import receive
from detector.run.parts import Job, StorageError, measure_part

BEAT_S = 0.5
"""How often a worker says how far it is, at most, s."""


@dataclass(frozen=True)
class Reply:
    """What a worker says.

    Attributes:
        verdict: `ready`, `measuring`, `done`, `failed` (the footage) or `unstorable` (the disk).
        reason: why it failed.
        n_frames: measured so far, where it is measuring.
    """

    verdict: str
    reason: str = ""
    n_frames: int = 0


def serve(footage: str) -> None:
    """Be a worker: measure the jobs that come in on standard input, until it closes."""
    import cv2

    cv2.setNumThreads(1)
    # Replies have a channel of their own: what a library prints goes to standard error instead.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs: queue.Queue[Job] = queue.Queue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    shared = receive(Path(footage))
    recording, params = shared.item
    if not any(clip.info.device for clip in recording.clips):  # drivers of devices claim room that they never use
        limit_memory(params.run.worker_memory_mb)

    def send(reply: Reply) -> None:
        pickle.dump(reply, replies)
        replies.flush()

    send(Reply("ready"))
    while True:
        job = jobs.get()
        send(_measured(recording, job, params, _Beat(send)))
        # The tables of a night are read piece by piece, and no piece twice.
        shared.let_go()


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


def _measured(recording: Recording, job: Job, params: Params, on_packet: Callable[[bool], None]) -> Reply:
    try:
        measure_part(recording, job, params, on_packet)
    except StorageError as error:
        return Reply("unstorable", str(error))
    except DetectorError as error:
        return Reply("failed", str(error))
    except Exception as error:  # noqa: BLE001  # one span must not cost the night; it is named and counted
        return Reply("failed", in_one_line(error, params.run.worker_memory_mb))
    return Reply("done")


def in_one_line(error: Exception, limit_mb: float) -> str:
    """What a library complains of, in one line."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if isinstance(error, MemoryError) or "insufficient memory" in text.lower():
        return f"it needs more memory than run.worker_memory_mb ({limit_mb:g} MB) allows"
    return text.rstrip(".")

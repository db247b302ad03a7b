"""A process of its own that answers one thing after the other; it can end or hang, and this one says so and goes on.

It is a plain child process that imports one module and nothing of the caller's program, so that this works from any
script or notebook. It ends when its input closes, hence also when the parent is killed.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import IO, Any

START_S = 60.0
"""A process that is not ready so long after its start hangs, s."""
_POLL_S = 0.5
_FAREWELL_S = 2.0
_MAX_WORDS = 2000
_BOOTSTRAP = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "n = 2 + int(sys.argv[1]); words, sys.path[:] = sys.argv[2:n], sys.argv[n:]; "
    "import importlib; importlib.import_module(words[0]).serve(*words[1:])"
)
# One core a process that others stand beside.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class SilentError(Exception):
    """A child gave no answer; the message says why."""


class Child:
    """One child process, started at once.

    Args:
        module: its function `serve` is called there; it answers with `answer_each`.
        *words: that function's arguments.
        what: what it does, as in "the process that read it".

    Raises:
        OSError, RuntimeError: how the system says that it can start no process, or no thread.
    """

    def __init__(self, module: str, *words: str, what: str) -> None:
        self._what = what
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the process
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOOTSTRAP, str(1 + len(words)), module, *words, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env={**os.environ, **_ONE_THREAD},
        )
        self._inbox: queue.Queue[tuple[Any] | None] = queue.Queue()
        self._is_ready = False
        try:
            threading.Thread(target=self._forward, daemon=True).start()
        except RuntimeError:
            self.end()
            raise

    def wait(self, within_s: float = START_S) -> None:
        """Wait until it is ready to be asked.

        Raises:
            SilentError: it ended, or took longer.
        """
        if not self._is_ready:
            self._answer(within_s)
            self._is_ready = True

    def ask(self, thing: object, within_s: float) -> Any:  # noqa: ANN401  # whatever its module answers
        """Its answer.

        Args:
            thing: what is asked; anything that can be pickled.
            within_s: if it takes longer it hangs, s; time in which the machine sleeps does not count. For being ready
                it has as much, or `START_S`.

        Raises:
            SilentError: it ended, or took longer.
        """
        self.wait(max(within_s, START_S))
        try:
            pickle.dump(thing, _pipe(self.process.stdin))
            _pipe(self.process.stdin).flush()
        except OSError:
            raise SilentError(self._cause_of_death()) from None
        return self._answer(within_s)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self.process.kill()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=_FAREWELL_S)
        with suppress(OSError):  # closing flushes what the dead process can no longer read
            _pipe(self.process.stdin).close()
        self._complaints.close()

    def _answer(self, within_s: float) -> Any:  # noqa: ANN401  # as `ask`
        passed_s, last_s = 0.0, time.monotonic()
        while passed_s < within_s:
            with suppress(queue.Empty):  # the timeout lets Ctrl-C through on every platform
                answer = self._inbox.get(timeout=_POLL_S)
                if answer is None:
                    raise SilentError(self._cause_of_death())
                return answer[0]
            # Counted in small steps, so that a machine that slept ends nobody.
            now_s = time.monotonic()
            passed_s, last_s = passed_s + min(now_s - last_s, 2 * _POLL_S), now_s
        raise SilentError(f"it took longer than {within_s:.0f} s")

    def _cause_of_death(self) -> str:
        with suppress(subprocess.TimeoutExpired):  # it may be ending just now
            self.process.wait(timeout=_FAREWELL_S)
        code = self.process.returncode
        if code is not None and code < 0:
            name = next((number.name for number in signal.Signals if number == -code), str(-code))
            return f"the process that {self._what} was ended by {name}"
        return f"the process that {self._what} ended with code {code}{self._last_words()}"

    def _last_words(self) -> str:
        """The last line of what it said on standard error, after a colon; empty where it said nothing."""
        with suppress(OSError, ValueError):
            self._complaints.seek(0)
            lines = self._complaints.read()[-_MAX_WORDS:].decode(errors="replace").strip().splitlines()
            return f": {lines[-1].rstrip('.')}" if lines else ""
        return ""

    def _forward(self) -> None:
        source = _pipe(self.process.stdout)
        try:
            with source, suppress(EOFError, OSError, pickle.UnpicklingError):
                while True:
                    self._inbox.put((pickle.load(source),))  # noqa: S301  # only our own child writes here
        finally:  # whatever a reply stumbles over, nobody waits for ever
            self._inbox.put(None)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise SilentError("a process has no pipe")
    return stream


def answer_each(answer: Callable[[Any], object]) -> None:
    """Be a child: say that it is ready, then answer what comes in on standard input, until that closes.

    Args:
        answer: gives the answer to a thing; what it raises ends the process.
    """
    from detector.run.worker import listen

    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    asked: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    reply: object = "ready"
    while True:
        pickle.dump(reply, replies)
        replies.flush()
        reply = answer(asked.get())

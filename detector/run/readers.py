"""Reading files in processes of their own: none that hangs, swells or dies takes the night, or this process, with it.

A reader is a plain child process that probes or hashes one file at a time. It has a limit of memory, and each file a
deadline by its size.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from detector.errors import DetectorError, FootageError
from detector.footage.files import hash_file
from detector.footage.info import VideoInfo
from detector.params import FootageParams, RunParams

_ATTEMPTS = 2
_POLL_S = 0.5
_START_S = 60.0
_FAREWELL_S = 2.0
_FILES_A_READER = 50
"""A second process is worth its start only where there are more files than this."""
_BOOTSTRAP = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = sys.argv[2:]; from detector.run.readers import serve; serve(float(sys.argv[1]))"
)

Task = tuple[str, Path, FootageParams | None]
Read = VideoInfo | str | FootageError


class Readers:
    """Processes that read files, started when they are first needed and ended when the context is left.

    Args:
        params: limits of time and memory.
        n_most: most processes at a time.
    """

    def __init__(self, params: RunParams, n_most: int) -> None:
        self._params = params
        self._n_most = n_most
        self._idle: queue.SimpleQueue[_Reader] = queue.SimpleQueue()
        self._all: list[_Reader] = []
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def stop(self) -> None:
        """End all processes, whatever they are doing; what was asked of them cannot be read."""
        for reader in self._all:
            reader.is_ended = True
            reader.end()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def probe(self, files: Sequence[Path], params: FootageParams) -> Iterator[VideoInfo | FootageError]:
        """What each file holds, or why it cannot be used, in order; as `detector.footage.video.probe`."""
        for result in self._each([("probe", file, params) for file in files]):
            if not isinstance(result, str):
                yield result

    def hash(self, files: Sequence[Path]) -> tuple[str, ...]:
        """SHA-256 of the content of each file, hex.

        Raises:
            FootageError: a file cannot be read.
        """
        hashes = []
        for result in self._each([("hash", file, None) for file in files]):
            if isinstance(result, FootageError):
                raise result
            hashes.append(str(result))
        return tuple(hashes)

    def _each(self, tasks: Sequence[Task]) -> Iterator[Read]:
        n_wanted = min(self._n_most, 1 + len(tasks) // _FILES_A_READER)
        while len(self._all) < n_wanted:
            reader = _Reader(self._params)
            self._all.append(reader)
            self._idle.put(reader)
        if len(tasks) <= 1 or len(self._all) == 1:
            yield from map(self._one, tasks)
            return
        self._pool = self._pool or ThreadPoolExecutor(self._n_most, thread_name_prefix="reader")
        yield from _in_order(self._pool, self._one, tasks, 4 * len(self._all))

    def _one(self, task: Task) -> Read:
        reader = self._idle.get()
        try:
            return reader.ask(task)
        finally:
            self._idle.put(reader)


def _in_order(
    pool: ThreadPoolExecutor, function: Callable[[Task], Read], tasks: Iterable[Task], n_ahead: int
) -> Iterator[Read]:
    """Results in the order of the tasks, of which only so many are taken ahead: results are large."""
    from collections import deque

    waiting = deque(tasks)
    running = deque(pool.submit(function, waiting.popleft()) for _ in range(min(n_ahead, len(waiting))))
    while running:
        while not running[0].done():
            time.sleep(0.001)  # not `result()`: Ctrl-C must get through on every platform
        if waiting:
            running.append(pool.submit(function, waiting.popleft()))
        yield running.popleft().result()


@dataclass(eq=False)
class _Reader:
    """One child process, or none yet, or none any more."""

    params: RunParams
    process: subprocess.Popen[bytes] | None = None
    inbox: queue.Queue[Read | None] = field(default_factory=queue.Queue)
    is_ended: bool = False

    def ask(self, task: Task) -> Read:
        """The answer to a task; the reason where it cost two processes."""
        reason = "it was interrupted"
        for _ in range(0 if self.is_ended else _ATTEMPTS):
            try:
                self._tell(task)
                answer = self._answer(self._deadline_s(task[1]))
            except _SilentError as error:
                reason = str(error)
                self.end()
                continue
            if isinstance(answer, _ExhaustedError):
                self.end()  # what it holds it may never give back
            return answer
        return FootageError(f"{task[1]}: this file cannot be read: {reason}; leave it out, or convert it to H.264.")

    def _tell(self, task: Task) -> None:
        if self.process is None:
            self._start()
        try:
            pickle.dump(task, _pipe(self.process, "stdin"))
            _pipe(self.process, "stdin").flush()
        except OSError:
            raise _SilentError("the process that read it ended") from None

    def _answer(self, within_s: float) -> Read:
        passed_s, last_s = 0.0, time.monotonic()
        while passed_s < within_s:
            with suppress(queue.Empty):
                answer = self.inbox.get(timeout=_POLL_S)
                if answer is None:
                    raise _SilentError(self._cause_of_death())
                return answer
            # Counted in small steps, so that a machine that slept ends nobody.
            now_s = time.monotonic()
            passed_s, last_s = passed_s + min(now_s - last_s, 2 * _POLL_S), now_s
        raise _SilentError(f"it took longer than {within_s:.0f} s")

    def _deadline_s(self, path: Path) -> float:
        size_bytes = 0
        with suppress(OSError, ValueError):
            size_bytes = path.stat().st_size
        return self.params.stall_s + size_bytes / (1e6 * self.params.slowest_read_mb_per_s)

    def _start(self) -> None:
        words = [sys.executable, "-c", _BOOTSTRAP, str(self.params.worker_memory_mb), *sys.path]
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        try:
            self.process = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **one_thread},
            )
            self.inbox = queue.Queue()
            threading.Thread(target=_forward, args=(self.process, self.inbox), daemon=True).start()
            self._answer(max(_START_S, self.params.stall_s))  # it says that it is ready
        except (OSError, RuntimeError, _SilentError) as error:
            self.end()
            raise DetectorError(
                f"No process can be started to read the files ({error}); check the installation and the free memory."
            ) from error

    def _cause_of_death(self) -> str:
        if self.process is None:
            return "the process that read it ended"
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=_FAREWELL_S)
        code = self.process.returncode
        return f"the process that read it ended with code {code}"

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_FAREWELL_S)
        with suppress(OSError):
            _pipe(process, "stdin").close()


class _ExhaustedError(FootageError):
    """A file for which the memory of the reader was not enough."""


class _SilentError(Exception):
    """A reader gave no answer; the message says why."""


def _pipe(process: subprocess.Popen[bytes] | None, name: str) -> IO[Any]:
    stream: IO[Any] | None = getattr(process, name)
    if stream is None:
        raise _SilentError("the process that read it ended")
    return stream


def _forward(process: subprocess.Popen[bytes], inbox: queue.Queue[Read | None]) -> None:
    source = _pipe(process, "stdout")
    with source, suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            inbox.put(pickle.load(source))  # noqa: S301  # only our own child writes here
    inbox.put(None)


def serve(memory_mb: float) -> None:
    """Be a reader: answer what comes in on standard input, until it closes."""
    import detector.footage.video  # noqa: F401  # before the limit of memory: what is loaded is no file's fault
    from detector.run.worker import limit_memory, listen

    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    limit_memory(memory_mb)
    tasks: queue.Queue[Task] = queue.Queue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    answer: Read = "ready"
    while True:
        pickle.dump(answer, replies)
        replies.flush()
        answer = _read(tasks.get(), memory_mb)


def _read(task: Task, memory_mb: float) -> Read:
    from detector.footage.video import probe
    from detector.run.worker import is_out_of_memory

    what, path, params = task
    try:
        return hash_file(path) if what == "hash" else probe(path, params)
    except FootageError as error:
        return _ExhaustedError(*error.args) if is_out_of_memory(error) else error
    except Exception as error:  # noqa: BLE001  # one file must not cost the night; it is named and counted
        why, kind = " ".join(f"{type(error).__name__}: {error}".split()).rstrip("."), FootageError
        if is_out_of_memory(error):
            why, kind = f"it needs more memory than run.worker_memory_mb ({memory_mb:g} MB) allows", _ExhaustedError
        return kind(f"{path}: this file cannot be read: {why}; leave it out, or convert it to H.264.")

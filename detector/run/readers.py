"""Reading files in processes of their own: none that hangs, swells or dies takes the night, or this process, with it.

A reader is a plain child process that probes or hashes one file at a time. It has a limit of memory, and each file a
deadline by its size.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from detector.errors import DetectorError, FootageError
from detector.footage.files import hash_file
from detector.footage.info import VideoInfo
from detector.params import FootageParams, RunParams
from detector.run.child import START_S, Child, SilentError, answer_each

_ATTEMPTS = 2
_FILES_A_READER = 50
"""A second process is worth its start only where there are more files than this."""

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
    child: Child | None = None
    is_ended: bool = False

    def ask(self, task: Task) -> Read:
        """The answer to a task; the reason where it cost two processes."""
        reason = "it was interrupted"
        for _ in range(_ATTEMPTS):
            if self.is_ended:
                break
            child = self.child or self._started()
            try:
                answer: Read = child.ask(task, self._deadline_s(task[1]))
            except SilentError as error:
                reason = str(error)
                self.end()
                continue
            if isinstance(answer, _ExhaustedError):
                self.end()  # what it holds it may never give back
            return answer
        return FootageError(f"{task[1]}: this file cannot be read: {reason}; leave it out, or convert it to H.264.")

    def _deadline_s(self, path: Path) -> float:
        size_bytes = 0
        with suppress(OSError, ValueError):
            size_bytes = path.stat().st_size
        return self.params.stall_s + size_bytes / (1e6 * self.params.slowest_read_mb_per_s)

    def _started(self) -> Child:
        try:
            self.child = child = Child(__name__, str(self.params.worker_memory_mb), what="read it")
            if self.is_ended:  # meanwhile, by another thread
                child.end()
            child.wait(max(START_S, self.params.stall_s))
        except (OSError, RuntimeError, SilentError) as error:
            self.end()
            raise DetectorError(
                f"No process can be started to read the files ({error}); check the installation and the free memory."
            ) from error
        return child

    def end(self) -> None:
        """End the process, whatever it is doing."""
        child, self.child = self.child, None
        if child is not None:
            child.end()


class _ExhaustedError(FootageError):
    """A file for which the memory of the reader was not enough."""


def serve(memory_mb: str) -> None:
    """Be a reader: answer what comes in on standard input, until it closes."""
    import detector.footage.video  # noqa: F401  # before the limit of memory: what is loaded is no file's fault
    from detector.run.worker import limit_memory

    limit_memory(float(memory_mb))
    answer_each(partial(_read, memory_mb=float(memory_mb)))


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

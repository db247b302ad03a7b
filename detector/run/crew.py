"""Worker processes: each measures one span at a time, and none can take the night with it.

Workers are plain child processes that import this module and nothing of the caller's program, so `analyze` works from
any script or notebook. They end when their input closes, hence also when the parent is killed.
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
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from detector.errors import DetectorError, FootageError
from detector.run.parts import Job, StorageError
from detector.run.worker import Reply

MAX_ATTEMPTS = 2
MAX_FAILED_STARTS = 5
_POLL_S = 0.5
_FAREWELL_S = 2.0
_START_S = 60.0
_MAX_WORDS = 2000
_BOOTSTRAP = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = sys.argv[1:]; from detector.run.worker import serve; serve()"
)
# One core a worker: results must not depend on threads, and thread pools cost memory.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Where the allocator is glibc's: once it has freed a large block, such as the index of a long file, it would keep all
# later ones of that size for itself.
_GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": str(4 << 20)}


@dataclass(eq=False)
class _Worker:
    """A child process, the job it holds, and for how long it has said nothing.

    Replies are counted as they come (`n_heard`) and as they are read (`n_read`): who waits to be read is not silent.
    """

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]
    last_words: str = ""
    silent_s: float = 0.0
    n_heard: int = 0
    n_read: int = 0
    is_ready: bool = False
    job: Job | None = None


@dataclass(eq=False)
class _Crew:
    """The state of one run: what waits, who works on what, what was given up."""

    n_workers: int
    footage: Path
    waiting: deque[Job]
    stall_s: float
    on_progress: Callable[[Job, int], None]
    workers: list[_Worker] = field(default_factory=list)
    inbox: queue.Queue[tuple[_Worker, Reply | None]] = field(default_factory=queue.Queue)
    max_attempts: int = MAX_ATTEMPTS
    attempts: Counter[int] = field(default_factory=Counter)
    failed_starts: int = 0
    given_up: dict[int, DetectorError] = field(default_factory=dict)
    looked_s: float = field(default_factory=time.monotonic)


def measure_jobs(
    jobs: Sequence[Job],
    footage: Path,
    n_workers: int,
    stall_s: float,
    on_progress: Callable[[Job, int], None],
    first: Hand | None = None,
) -> Mapping[int, str]:
    """Measure spans in worker processes.

    A span whose worker dies, hangs or fails is tried once more, then given up; the rest goes on. A worker that ran out
    of memory is replaced before anybody gives it more to do.

    Args:
        jobs: what to measure.
        footage: the recording and the parameters, `share`d.
        n_workers: how many processes, 1 or more.
        stall_s: a worker that reads nothing for this long is taken to hang, s.
        on_progress: called here with a span and how many of its frames are measured: now and then, and once its part
            is stored.
        first: whose worker is the first of them; it is ended here.

    Returns:
        Reason by span index, for the spans that were given up, in order of span.

    Raises:
        StorageError: a part cannot be stored; the workers are stopped.
        DetectorError: no worker can be started.
    """
    crew = _Crew(n_workers, footage, deque(jobs), stall_s, on_progress)
    if first is not None:
        crew.workers, crew.inbox = first.taken()
    try:
        _work(crew)
        for worker in crew.workers:
            _dismiss(worker)
    finally:
        for worker in crew.workers:
            _kill(worker)
    return {index: str(error) for index, error in sorted(crew.given_up.items())}


class Hand:
    """One worker for one span after the other, of whichever night; a new one takes the place of one that is gone.

    It stands between a process that must not be harmed and what measuring may do: take all memory, hang, or end.
    """

    def __init__(self) -> None:
        self._workers: list[_Worker] = []
        self._inbox: queue.Queue[tuple[_Worker, Reply | None]] = queue.Queue()

    def measure(self, job: Job, footage: Path, stall_s: float) -> None:
        """Measure a span, once.

        Args:
            job: the span.
            footage: the recording and the parameters, `share`d.
            stall_s: a worker that reads nothing for this long is ended, s.

        Raises:
            FootageError: the footage cannot be measured.
            StorageError: the part cannot be stored.
            DetectorError: the worker died, hung or ran out of memory, or none can be started.
        """
        crew = _Crew(1, footage, deque([job]), stall_s, _ignore, self._workers, self._inbox, max_attempts=1)
        _work(crew)
        for error in crew.given_up.values():
            raise error

    def begin(self) -> None:
        """Start the worker before there is anything to measure; where that cannot be, whoever needs it says so."""
        with suppress(DetectorError):
            self._workers.append(_hire(self._inbox))

    def taken(self) -> tuple[list[_Worker], queue.Queue[tuple[_Worker, Reply | None]]]:
        """The worker, if there is one, and what it says, for somebody who ends it."""
        workers, self._workers = self._workers, []
        return workers, self._inbox

    def end(self) -> None:
        """End the worker."""
        for worker in self._workers:
            _kill(worker)
        self._workers.clear()


@contextmanager
def hand_ahead() -> Iterator[Hand]:
    """A hand whose worker starts now, beside what is done inside; leaving ends it."""
    hand = Hand()
    hand.begin()
    try:
        yield hand
    finally:
        hand.end()


def _ignore(job: Job, n_frames: int) -> None:
    del job, n_frames


def _work(crew: _Crew) -> None:
    while crew.waiting or any(worker.job for worker in crew.workers):
        _hand_out(crew)
        with suppress(queue.Empty):  # the timeout lets Ctrl-C through on every platform
            worker, reply = crew.inbox.get(timeout=_POLL_S)
            _take(crew, worker, reply)
        _end_the_silent(crew)


def _hand_out(crew: _Crew) -> None:
    n_busy = sum(worker.job is not None for worker in crew.workers)
    while len(crew.workers) < min(crew.n_workers, n_busy + len(crew.waiting)):
        crew.workers.append(_hire(crew.inbox))
    for worker in crew.workers:
        if worker.is_ready and worker.job is None and crew.waiting:
            worker.job, worker.silent_s = crew.waiting.popleft(), 0.0
            with suppress(OSError):  # it has just died: its end of file is on the way
                pickle.dump((crew.footage, worker.job), _pipe(worker.process.stdin))
                _pipe(worker.process.stdin).flush()


def _hire(inbox: queue.Queue[tuple[_Worker, Reply | None]]) -> _Worker:
    try:
        complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed with its worker
        process = subprocess.Popen(
            [sys.executable, "-c", _BOOTSTRAP, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**_GIVE_BACK, **os.environ, **_ONE_THREAD},
        )
    except OSError as error:
        raise DetectorError(_cannot_start(error.strerror or str(error))) from error
    worker = _Worker(process, complaints)
    try:
        threading.Thread(target=_forward, args=(worker, inbox), daemon=True).start()
    except RuntimeError as error:  # how Python says that the system has no thread left
        _kill(worker)
        raise DetectorError(_cannot_start(str(error))) from error
    return worker


def _cannot_start(reason: str) -> str:
    return f"No worker process can be started ({reason}); check the installation and the free memory."


def _forward(worker: _Worker, inbox: queue.Queue[tuple[_Worker, Reply | None]]) -> None:
    source = _pipe(worker.process.stdout)
    with source, suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            reply = pickle.load(source)  # noqa: S301  # only our own child writes here
            worker.n_heard += 1
            inbox.put((worker, reply))
    inbox.put((worker, None))


def _take(crew: _Crew, worker: _Worker, reply: Reply | None) -> None:
    if worker not in crew.workers:
        return  # ended meanwhile
    worker.n_read, worker.silent_s = worker.n_read + 1, 0.0
    if reply is not None and reply.verdict == "measuring":
        if worker.job is not None:
            crew.on_progress(worker.job, min(reply.n_frames, worker.job.n_frames))
        return
    job, worker.job = worker.job, None
    if reply is None:
        _bury(crew, worker, job)
    elif reply.verdict == "ready" or job is None:
        worker.is_ready = True
        crew.failed_starts = 0
    else:
        _settle(crew, worker, job, reply)


def _settle(crew: _Crew, worker: _Worker, job: Job, reply: Reply) -> None:
    if reply.verdict == "unstorable":
        raise StorageError(reply.reason)
    if reply.verdict == "exhausted":  # what it holds it may never give back
        crew.workers.remove(worker)
        _kill(worker)
        _try_again(crew, job, DetectorError(reply.reason))
    elif reply.verdict == "failed":
        _try_again(crew, job, FootageError(reply.reason))
    else:
        crew.on_progress(job, job.n_frames)


def _end_the_silent(crew: _Crew) -> None:
    """End workers that hang. Time counts in small steps, so that a machine that slept ends nobody."""
    now_s = time.monotonic()
    passed_s, crew.looked_s = min(now_s - crew.looked_s, 2 * _POLL_S), now_s
    for worker in [worker for worker in crew.workers if worker.job is not None or not worker.is_ready]:
        worker.silent_s += passed_s if worker.n_heard == worker.n_read else 0.0
        if worker.silent_s >= (crew.stall_s if worker.is_ready else max(crew.stall_s, _START_S)):
            job, worker.job = worker.job, None
            _bury(crew, worker, job, f"the process that measured it hung for {crew.stall_s:g} s and was ended")


def _bury(crew: _Crew, worker: _Worker, job: Job | None, reason: str = "") -> None:
    crew.workers.remove(worker)
    if not reason:
        with suppress(subprocess.TimeoutExpired):  # it is ending by itself; killed now, it would hide why
            worker.process.wait(timeout=_FAREWELL_S)
    _kill(worker)
    reason = reason or _cause_of_death(worker)
    if job is not None:
        _try_again(crew, job, DetectorError(reason))
    elif not worker.is_ready:
        crew.failed_starts += 1
        if crew.failed_starts >= MAX_FAILED_STARTS:
            raise DetectorError(_cannot_start(reason))


def _try_again(crew: _Crew, job: Job, error: DetectorError) -> None:
    crew.attempts[job.index] += 1
    if crew.attempts[job.index] < crew.max_attempts:
        crew.waiting.appendleft(job)
    else:
        crew.given_up[job.index] = error


def _cause_of_death(worker: _Worker) -> str:
    code = worker.process.returncode
    if code is not None and code < 0:
        name = next((number.name for number in signal.Signals if number == -code), str(-code))
        return f"the process that measured it was ended by {name}"
    return f"the process that measured it ended with code {code}{': ' * bool(worker.last_words)}{worker.last_words}"


def _dismiss(worker: _Worker) -> None:
    with suppress(OSError):
        _pipe(worker.process.stdin).close()
    with suppress(subprocess.TimeoutExpired):
        worker.process.wait(timeout=_FAREWELL_S)


def _kill(worker: _Worker) -> None:
    worker.process.kill()
    with suppress(subprocess.TimeoutExpired):  # a process that waits for a lost disk does not even die
        worker.process.wait(timeout=_FAREWELL_S)
    with suppress(OSError):  # closing flushes what the dead process can no longer read
        _pipe(worker.process.stdin).close()
    with worker.complaints:
        worker.complaints.seek(0)
        lines = worker.complaints.read()[-_MAX_WORDS:].decode(errors="replace").strip().splitlines()
    worker.last_words = lines[-1] if lines else ""


def _pipe(stream: IO[bytes] | None) -> IO[Any]:
    if stream is None:
        raise DetectorError("A worker process has no pipe; please report this.")
    return stream

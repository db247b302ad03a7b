"""Worker processes: each measures one span at a time, and none can take the night with it.

Workers are plain child processes that import this module and nothing of the caller's program, so `analyze` works from
any script or notebook. They end when their input closes, hence also when the parent is killed.
"""

from __future__ import annotations

import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from detector.errors import DetectorError
from detector.footage.recording import Recording
from detector.params import Params
from detector.parts import Job, StorageError, measure_part
from detector.sharing import receive

MAX_ATTEMPTS = 2
MAX_FAILED_STARTS = 5
_POLL_S = 0.5
_FAREWELL_S = 2.0
_MAX_WORDS = 2000
_BOOTSTRAP = (
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
    "sys.path[:] = sys.argv[2:]; from detector.workers import serve; serve(sys.argv[1])"
)
# One core a worker: results must not depend on threads, and thread pools cost memory.
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True)
class Reply:
    """What a worker says: `ready`, `done`, `failed` (the footage) or `unstorable` (the disk), with the reason."""

    verdict: str
    reason: str = ""


@dataclass(eq=False)
class _Worker:
    """A child process and the job it holds."""

    process: subprocess.Popen[bytes]
    complaints: IO[bytes]
    last_words: str = ""
    is_ready: bool = False
    job: Job | None = None


@dataclass(eq=False)
class _Crew:
    """The state of one run: what waits, who works on what, what was given up."""

    n_workers: int
    footage: Path
    waiting: deque[Job]
    on_done: Callable[[Job], None]
    workers: list[_Worker] = field(default_factory=list)
    inbox: queue.Queue[tuple[_Worker, Reply | None]] = field(default_factory=queue.Queue)
    attempts: Counter[int] = field(default_factory=Counter)
    failed_starts: int = 0
    given_up: dict[int, str] = field(default_factory=dict)


def measure_jobs(
    jobs: Sequence[Job], footage: Path, n_workers: int, on_done: Callable[[Job], None]
) -> Mapping[int, str]:
    """Measure spans in worker processes.

    A span whose worker dies or fails is tried once more, then given up; the rest goes on.

    Args:
        jobs: what to measure.
        footage: the recording and the parameters, `share`d.
        n_workers: how many processes, 1 or more.
        on_done: called here after each stored part.

    Returns:
        Reason by span index, for the spans that were given up.

    Raises:
        StorageError: a part cannot be stored; the workers are stopped.
        DetectorError: no worker can be started.
    """
    crew = _Crew(n_workers, footage, deque(jobs), on_done)
    try:
        while crew.waiting or any(worker.job for worker in crew.workers):
            _hand_out(crew)
            with suppress(queue.Empty):  # the timeout lets Ctrl-C through on every platform
                worker, reply = crew.inbox.get(timeout=_POLL_S)
                _take(crew, worker, reply)
        for worker in crew.workers:
            _dismiss(worker)
    finally:
        for worker in crew.workers:
            _kill(worker)
    return crew.given_up


def usable_cores() -> int:
    """Cores that this process may use: its affinity and the limits of its control groups respected; at least 1."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.floor(min([cores, *_group_limits()])))


def serve(footage: str) -> None:
    """Be a worker: measure the jobs that come in on standard input, until it closes."""
    import cv2

    cv2.setNumThreads(1)
    # Replies have a channel of their own: what a library prints goes to standard error instead.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    jobs: queue.Queue[Job] = queue.Queue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    recording, params = receive(Path(footage))
    reply = Reply("ready")
    while True:
        pickle.dump(reply, replies)
        replies.flush()
        reply = _measured(recording, jobs.get(), params)


def _listen(source: IO[bytes], jobs: queue.Queue[Job]) -> None:
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


def _measured(recording: Recording, job: Job, params: Params) -> Reply:
    try:
        measure_part(recording, job, params)
    except StorageError as error:
        return Reply("unstorable", str(error))
    except DetectorError as error:
        return Reply("failed", str(error))
    except Exception as error:  # noqa: BLE001  # one span must not cost the night; it is named and counted
        return Reply("failed", f"{type(error).__name__}: {error}")
    return Reply("done")


def _hand_out(crew: _Crew) -> None:
    n_busy = sum(worker.job is not None for worker in crew.workers)
    while len(crew.workers) < min(crew.n_workers, n_busy + len(crew.waiting)):
        crew.workers.append(_hire(crew.footage, crew.inbox))
    for worker in crew.workers:
        if worker.is_ready and worker.job is None and crew.waiting:
            worker.job = crew.waiting.popleft()
            with suppress(OSError):  # it has just died: its end of file is on the way
                pickle.dump(worker.job, _pipe(worker.process.stdin))
                _pipe(worker.process.stdin).flush()


def _hire(footage: Path, inbox: queue.Queue[tuple[_Worker, Reply | None]]) -> _Worker:
    try:
        complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed with its worker
        process = subprocess.Popen(
            [sys.executable, "-c", _BOOTSTRAP, str(footage), *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, **_ONE_THREAD},
        )
    except OSError as error:
        raise DetectorError(_cannot_start(error.strerror or str(error))) from error
    worker = _Worker(process, complaints)
    threading.Thread(target=_forward, args=(worker, inbox), daemon=True).start()
    return worker


def _cannot_start(reason: str) -> str:
    return f"No worker process can be started ({reason}); check the installation and the free memory."


def _forward(worker: _Worker, inbox: queue.Queue[tuple[_Worker, Reply | None]]) -> None:
    source = _pipe(worker.process.stdout)
    with source, suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            inbox.put((worker, pickle.load(source)))  # noqa: S301  # only our own child writes here
    inbox.put((worker, None))


def _take(crew: _Crew, worker: _Worker, reply: Reply | None) -> None:
    job, worker.job = worker.job, None
    if reply is None:
        _bury(crew, worker, job)
    elif reply.verdict == "ready" or job is None:
        worker.is_ready = True
        crew.failed_starts = 0
    elif reply.verdict == "unstorable":
        raise StorageError(reply.reason)
    elif reply.verdict == "failed":
        _try_again(crew, job, reply.reason)
    else:
        crew.on_done(job)


def _bury(crew: _Crew, worker: _Worker, job: Job | None) -> None:
    crew.workers.remove(worker)
    _kill(worker)
    reason = _cause_of_death(worker)
    if job is not None:
        _try_again(crew, job, reason)
    elif not worker.is_ready:
        crew.failed_starts += 1
        if crew.failed_starts >= MAX_FAILED_STARTS:
            raise DetectorError(_cannot_start(reason))


def _try_again(crew: _Crew, job: Job, reason: str) -> None:
    crew.attempts[job.index] += 1
    if crew.attempts[job.index] < MAX_ATTEMPTS:
        crew.waiting.appendleft(job)
    else:
        crew.given_up[job.index] = reason


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
    worker.process.wait()
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


def _group_limits() -> list[float]:
    """Cores allowed by each control group above this process; empty where there are none or no limit is set."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    limits = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        root = Path("/sys/fs/cgroup") / ("cpu" if "cpu" in controllers.split(",") else "")
        for folder in (Path(group), *Path(group).parents):
            limits += _limit(root / folder.relative_to("/"))
    return limits


def _limit(folder: Path) -> list[float]:
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii")
            period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii")
        cores = float(quota) / float(period)
    except (OSError, ValueError, ZeroDivisionError):
        return []  # "max", or nothing said
    return [cores] if cores > 0 else []

"""Dask as the one who measures: the same tasks as on this machine, on as many as there are, with the same bytes.

A span that costs three processes is given up and named. What a killed worker or a restarted scheduler had in hand is
asked for again; a part that is stored is never measured twice. Who ran out of memory is replaced before the next night
reaches it.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, FootageError, UsageError
from detector.run.additions import Addition
from detector.run.join import Prepared
from detector.run.parts import Job, StorageError, is_measured
from detector.run.renewal import renewing
from detector.run.tasks import Facts, Request, finish_night, measure_shared, plant_night, read_night

MAX_TRIES = 3
_MISSING = (
    "A batch on a cluster needs Dask ({}); install it with: pip install 'twitch-detector[dask]', or name no scheduler "
    "and give `--engine crew` to do one night after the other on this machine."
)
_LOOPBACK = "127.0.0.1"
_PATIENCE_S = 600.0
"""How long a scheduler may be away before the batch gives up."""
_POLL_S = 1.0
_LOOK_S = 10.0
"""How often to look whether there are workers."""
_CONNECT = "10s"
_STORAGE_WAIT_S = (1.0, 5.0, 20.0)
"""How long to wait before a part is stored, or footage is read, again, after each failure."""

logger = logging.getLogger(__name__)


class Cluster:
    """A Dask scheduler, and how nights are given to it.

    Attributes:
        dashboard: address of its page; empty where there is none.
        n_workers: processes that measure.

    Args:
        client: connected to the scheduler.
        n_workers: processes that measure.
        revive: starts workers again that are gone; None where they are somebody else's.
    """

    def __init__(
        self,
        client: Any,  # noqa: ANN401  # Dask has no types
        n_workers: int,
        revive: Callable[[], object] | None = None,
    ) -> None:
        self._client = client
        self._revive = revive
        self._looked_s = self._seen_s = time.monotonic()
        self._number = itertools.count()
        self._is_stopped = threading.Event()
        self.n_workers = n_workers
        self.dashboard = str(client.dashboard_link or "")

    @property
    def n_nights_at_once(self) -> int:
        """As many nights as keep all workers busy, but each costs memory here."""
        return min(max(2, self.n_workers // 2), 32)

    def stop(self) -> None:
        """Wait for nothing any more; see `detector.run.batch_night.Engine`."""
        self._is_stopped.set()

    def read(self, request: Request) -> Prepared:
        """Read the files of a night, on a worker; see `read_night`."""
        prepared: Prepared = self._one(read_night, request)
        return prepared

    def finish(self, prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str], folder: Path) -> Facts:
        """Decide and write a night, on a worker; see `finish_night`."""
        facts: Facts = self._one(finish_night, prepared, jobs, dict(given_up), folder.absolute())
        return facts

    def plant(self, prepared: Prepared, folder: Path, wanted: Addition) -> tuple[str, ...]:
        """Measure what the camera of a finished night could have shown, on a worker; see `plant_night`."""
        notices: tuple[str, ...] = self._one(plant_night, prepared, folder.absolute(), wanted)
        return notices

    def measure(
        self, jobs: Sequence[Job], footage: Path, stall_s: float, on_progress: Callable[[Job, int], None], /
    ) -> Mapping[int, str]:
        """Measure spans; the signature of `detector.run.executors.Executor`."""
        tries, given_up, waiting = Counter[int](), dict[int, str](), deque(jobs)
        running: dict[Any, Job] = {}
        news = threading.Event()
        while waiting or running:
            with self._reconnected(running, waiting):
                while waiting:
                    job = waiting.popleft()
                    running[self._submit(news, measure_shared, footage.absolute(), job, stall_s)] = job
                for future in self._done(running, news):
                    self._settle(future, running.pop(future), tries, given_up, waiting, on_progress)
        return dict(sorted(given_up.items()))

    def _settle(  # the state of one night's measuring
        self,
        future: Any,  # noqa: ANN401  # Dask has no types
        job: Job,
        tries: Counter[int],
        given_up: dict[int, str],
        waiting: deque[Job],
        on_progress: Callable[[Job, int], None],
    ) -> None:
        error = future.exception() if future.status == "error" else None
        if future.status == "finished" or is_measured(job):
            on_progress(job, job.n_frames)
            return
        if future.status in {"cancelled", "lost"}:
            waiting.append(job)
            return
        tries[job.index] += 1
        if isinstance(error, StorageError):
            if tries[job.index] > len(_STORAGE_WAIT_S):
                raise error
            wait_s = _STORAGE_WAIT_S[tries[job.index] - 1]
            logger.info("%s cannot be stored (%s); tried again in %g s", job.path, error, wait_s)
            time.sleep(wait_s)
        if tries[job.index] < MAX_TRIES or isinstance(error, StorageError):
            if isinstance(error, FootageError):  # what it lies on may be away for a while
                logger.info("%s; tried again", error)
                time.sleep(_STORAGE_WAIT_S[tries[job.index] - 1])
            waiting.append(job)
        else:
            given_up[job.index] = _reason(error)

    def _one(self, function: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401  # what the function gives
        """The result of a task; one whose worker dies, or whose scheduler goes, is asked for again."""
        running: dict[Any, object] = {}
        news = threading.Event()
        waiting: deque[object] = deque([None])
        deaths = 0
        while True:
            with self._reconnected(running, waiting):
                if waiting:
                    waiting.clear()
                    running[self._submit(news, function, *args)] = None
                for future in self._done(running, news):
                    running.clear()
                    if future.status == "finished":
                        return future.result()
                    waiting.append(None)
                    error = future.exception() if future.status == "error" else None
                    if error is not None and not _is_death(error):
                        raise error
                    deaths += error is not None
                    if deaths >= MAX_TRIES:
                        raise DetectorError(f"{_reason(error)}, {MAX_TRIES} times; it is left out.")

    def _submit(self, news: threading.Event, function: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401
        # A key of its own for each try: a result is in files, never in what Dask remembers.
        key = f"{function.__name__}-{os.getpid()}-{next(self._number)}"
        future = self._client.submit(renewing, function, *args, key=key, pure=False, retries=0)
        future.add_done_callback(lambda _: news.set())
        return future

    def _done(self, running: Mapping[Any, object], news: threading.Event) -> list[Any]:
        """Futures that came to an end, after a moment of waiting for one."""
        if not running:
            return []
        news.wait(_POLL_S)
        news.clear()
        self._check_stopped()
        if self._client.status != "running":
            raise OSError("the scheduler is away")
        self._check_workers()
        return [future for future in running if future.status != "pending"]

    def _check_workers(self) -> None:
        """Start workers of our own again where all are gone; others are waited for, but not for ever."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _LOOK_S:
            return
        self._looked_s = now_s
        if self._client.scheduler_info(n_workers=-1)["workers"]:
            self._seen_s = now_s
        elif now_s - self._seen_s > _PATIENCE_S:
            raise DetectorError(f"The Dask scheduler has had no worker for {_PATIENCE_S / 60:g} minutes.")
        elif self._revive is not None:
            logger.info("all workers are gone; they are started again")
            self._revive()

    def _check_stopped(self) -> None:
        if self._is_stopped.is_set():
            raise DetectorError("It was interrupted; run the same command again to go on.")

    @contextmanager
    def _reconnected(self, running: dict[Any, Any], waiting: deque[Any]) -> Iterator[None]:
        """Wait for a scheduler that went away, and ask again for what it had in hand."""
        from concurrent.futures import CancelledError

        from distributed.client import FutureCancelledError
        from distributed.comm.core import CommClosedError

        try:
            yield
        except (CommClosedError, CancelledError, FutureCancelledError, OSError) as error:
            if isinstance(error, StorageError):
                raise
            waiting.extend(running.values())
            running.clear()
            self._wait_for_scheduler(error)

    def _wait_for_scheduler(self, error: BaseException) -> None:
        until_s = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until_s:
            self._check_stopped()
            with suppress(Exception):
                if self._client.status == "running" and self._client.scheduler_info(n_workers=-1)["workers"]:
                    return
            time.sleep(_POLL_S)
        raise DetectorError(f"The Dask scheduler has been away for {_PATIENCE_S / 60:g} minutes ({error}).")


def _is_death(error: BaseException) -> bool:
    from distributed.scheduler import KilledWorker

    return isinstance(error, KilledWorker)


def _reason(error: BaseException | None) -> str:
    if error is None or _is_death(error):
        return "the process that worked on it was ended, from outside or since it ran out of memory"
    text = " ".join(f"{error}".split()).rstrip(".")
    return text if isinstance(error, DetectorError) else f"{type(error).__name__}: {text}"


def why_missing() -> str:
    """Why there is no Dask; empty where there is."""
    try:
        import dask
        import distributed
    except ImportError as error:
        return str(error)
    del dask, distributed
    return ""


@contextmanager
def dask_cluster(scheduler: str | None, n_workers: int, memory_mb: float) -> Iterator[Cluster]:
    """A running scheduler, or one of our own on this machine, which nobody else can reach.

    Args:
        scheduler: address such as `tcp://10.0.0.1:8786`; None starts processes here.
        n_workers: how many to start.
        memory_mb: how much memory each may take before it is ended and started again.

    Raises:
        UsageError: Dask is missing, or there is no scheduler at the address.
    """
    if why := why_missing():
        raise UsageError(_MISSING.format(why))
    import dask
    from distributed import Client

    settings = {
        "distributed.scheduler.allowed-failures": 0,  # deaths are counted here
        "distributed.scheduler.worker-saturation": 1.0,  # a worker has only the span it works on, so only that one dies
        "distributed.worker.daemon": False,  # who reads and who measures are processes of their own
        "distributed.comm.timeouts.connect": _CONNECT,
        "distributed.deploy.lost-worker-timeout": "60s",  # a busy machine is slow to start one again
        "distributed.admin.log-format": "%(message)s",
        # Ctrl-C is the parent's business: workers of our own end with it.
        "distributed.worker.preload": ["import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)"],
    }
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    with dask.config.set(settings):
        if scheduler is not None:
            try:
                client = Client(scheduler, timeout=_CONNECT, set_as_default=False)
            except (OSError, ValueError, TimeoutError) as error:
                raise UsageError(
                    f"{scheduler}: expected a running Dask scheduler, but there is none ({error}); check the address."
                ) from None
            with client:
                yield Cluster(client, max(1, len(client.scheduler_info(n_workers=-1)["workers"])))
            return
        with _local(n_workers, memory_mb) as cluster, Client(cluster, set_as_default=False) as client:
            yield Cluster(client, n_workers, partial(cluster.scale, n_workers))


def _local(n_workers: int, memory_mb: float) -> Any:  # noqa: ANN401  # Dask has no types
    from distributed import LocalCluster

    return LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        processes=True,
        host=_LOOPBACK,
        dashboard_address=f"{_LOOPBACK}:0",
        memory_limit=int(2 * memory_mb * 1e6),
        silence_logs=logging.CRITICAL,
    )

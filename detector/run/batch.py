"""All nights of a lab: each is an analysis like any other, and one bad night never stops the rest."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from detector.errors import UsageError
from detector.night.files.atomic import whole_file
from detector.night.files.claims import writing
from detector.night.files.written import hash_of, make_way, remember
from detector.params import Params
from detector.run.additions import Addition
from detector.run.batch_night import BatchRow, Engine, Work, one_night, rows_as_csv
from detector.run.cores import usable_cores
from detector.run.executors import crew
from detector.run.join import Prepared
from detector.run.nights_table import NightEntry, read_source, with_pseudonyms
from detector.run.parts import Job
from detector.run.progress import Progress
from detector.run.readers import Readers
from detector.run.sources import Privacy
from detector.run.tasks import Facts, Request, finish_night, plant_night, read_night

__all__ = ["BatchProgress", "BatchRow", "batch"]

BATCH_FILE = "batch.csv"
_WRITE_S = 5.0


class CrewEngine:
    """The processes of this machine, one night after the other."""

    n_nights_at_once = 1

    def __init__(self, n_workers: int) -> None:
        self._n_workers = n_workers
        self._readers: Readers | None = None
        self.measure = crew(n_workers)

    def finish(self, prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str], folder: Path) -> Facts:
        """See `detector.run.tasks.finish_night`."""
        return finish_night(prepared, jobs, given_up, folder)

    def plant(self, prepared: Prepared, folder: Path, wanted: Addition) -> tuple[str, ...]:
        """See `detector.run.tasks.plant_night`."""
        return plant_night(prepared, folder, wanted, self._n_workers)

    def read(self, request: Request) -> Prepared:
        """See `detector.run.tasks.read_night`."""
        return read_night(request, self._n_workers, self._reading)

    def _reading(self, readers: Readers) -> None:
        self._readers = readers

    def stop(self) -> None:
        """End what is being read; what is being measured ends with the next word of a worker."""
        if self._readers is not None:
            self._readers.stop()


@dataclass
class BatchProgress:
    """How far a batch is.

    Attributes:
        n_nights: in all.
        rows: of those that came to an end.
        frames: measured and in all, by night at work.
        dashboard: address of the cluster's page; empty where there is none.
    """

    n_nights: int
    rows: dict[str, BatchRow] = field(default_factory=dict)
    frames: dict[str, tuple[int, int]] = field(default_factory=dict)
    dashboard: str = ""

    @property
    def share(self) -> float:
        """Work that is done, 0 to 1, each night counted alike."""
        within = sum(done / total for night, (done, total) in self.frames.items() if total and night not in self.rows)
        return min(1.0, (len(self.rows) + within) / max(self.n_nights, 1))


def batch(  # noqa: PLR0913  # what a user may ask of many nights
    source: str | Path,
    out: str | Path,
    *,
    params: Params | None = None,
    scheduler: str | None = None,
    workers: int | None = None,
    engine: str | None = None,
    overwrite: bool = False,
    privacy: Privacy | None = None,
    sensitivity: Addition | None = None,
    progress: Callable[[BatchProgress], None] | None = None,
    notice: Callable[[str], None] | None = None,
) -> list[BatchRow]:
    """Analyze many nights, each into a folder of its own, with the same bytes as `analyze`.

    Args:
        source: a folder of nights, a glob, or a table; see `detector.run.nights_table.read_source`.
        out: where the folders and `batch.csv` go.
        params: of all nights; a table may change them for a night.
        scheduler: address of a running Dask scheduler; None works on this machine alone.
        workers: measuring processes on this machine; None takes the usable cores.
        engine: `"dask"`, or `"crew"` for one night after the other without Dask, with the same results; None takes Dask
            if it is installed or a scheduler is named, else `"crew"`.
        overwrite: as for `analyze`, for each night.
        privacy: as for `analyze`; without names, ids stand in place of the names of folders, too.
        sensitivity: measures what the camera of each night could have shown, too: a `detector.Injection`;
            None leaves that out.
        progress: called with how far it is.
        notice: called with sentences that the user should know.

    Returns:
        A row for each night, in the order of the source. Nights that were whole already are not touched.

    Raises:
        UsageError: the source is not what it should be, or Dask is missing or not there.
        NightFolderError: `out` cannot be written.
        KeyboardInterrupt: with a message that says how to go on.
    """
    values, private, root = params or Params(), privacy or Privacy(), Path(out)
    entries = read_source(str(source))
    if not private.names and not str(source).endswith((".csv", ".tsv", ".txt")):
        entries = with_pseudonyms(entries)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root}: expected a folder for the nights, but this is a file; choose another one.")
    n_workers = workers or usable_cores()
    with writing(root):
        root.mkdir(parents=True, exist_ok=True)
        make_way(root, {BATCH_FILE: ""})
    name = _chosen(engine, scheduler, notice or _ignore)
    with _engine(name, scheduler, n_workers, values.run.worker_memory_mb) as doer:
        state = BatchProgress(len(entries), dashboard=getattr(doer, "dashboard", ""))
        told, is_stopped = threading.Lock(), threading.Event()

        def tell(night: str, step: Progress) -> None:
            if is_stopped.is_set():
                raise KeyboardInterrupt
            with told:
                state.frames[night] = (step.done_frames, step.total_frames)

        work = Work(root, values, private, overwrite, doer, notice or _ignore, tell, sensitivity)
        try:
            _run_all(work, entries, state, progress or _ignore)
        except KeyboardInterrupt as stop:
            is_stopped.set()
            doer.stop()
            n_whole = sum(row.status != "failed" for row in state.rows.values())
            text = (
                f"Interrupted; {n_whole} of {len(entries)} nights are whole in {root}, and what was measured of others "
                "is kept; run the same command again to go on."
            )
            stop.args = (text,)
            raise stop.with_traceback(None) from None
    return [state.rows[entry.id] for entry in entries]


def _ignore(what: object) -> None:
    del what


def _chosen(engine: str | None, scheduler: str | None, notice: Callable[[str], None]) -> str:
    """Who measures: as was said, else Dask if it is there."""
    if engine is not None or scheduler is not None:
        return engine or "dask"
    from detector.run.cluster import why_missing

    if not why_missing():
        return "dask"
    notice(
        "Without Dask the nights are done one after the other, with the same results; for several at once: "
        "pip install 'twitch-detector[dask]'."
    )
    return "crew"


@contextmanager
def _engine(name: str, scheduler: str | None, n_workers: int, memory_mb: float) -> Iterator[Engine]:
    if name == "crew" and scheduler is None:
        yield CrewEngine(n_workers)
    elif name == "dask":
        from detector.run.cluster import dask_cluster

        with dask_cluster(scheduler, n_workers, memory_mb) as cluster:
            yield cluster
    else:
        raise UsageError(f"engine: expected dask, or crew without a scheduler, not {name!r}.")


def _run_all(
    work: Work, entries: Sequence[NightEntry], state: BatchProgress, progress: Callable[[BatchProgress], None]
) -> None:
    waiting = list(reversed(entries))
    running: dict[Future[BatchRow], NightEntry] = {}
    written_s = 0.0
    pool = ThreadPoolExecutor(work.engine.n_nights_at_once, thread_name_prefix="night")
    try:
        while waiting or running:
            while waiting and len(running) < work.engine.n_nights_at_once:
                entry = waiting.pop()
                running[pool.submit(one_night, work, entry)] = entry
            done, _ = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
            for future in done:
                state.rows[running.pop(future).id] = future.result()
            progress(state)
            if done and time.monotonic() - written_s >= _WRITE_S:
                _write_rows(work.root, entries, state)
                written_s = time.monotonic()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        _write_rows(work.root, entries, state)


def _write_rows(root: Path, entries: Sequence[NightEntry], state: BatchProgress) -> None:
    rows = [state.rows[entry.id] for entry in entries if entry.id in state.rows]
    with writing(root):
        with whole_file(root / BATCH_FILE) as temporary:
            temporary.write_text(rows_as_csv(rows), encoding="utf-8")
        remember(root, {BATCH_FILE: hash_of(root / BATCH_FILE)})

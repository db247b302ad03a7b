"""Who measures the spans of a night: the crew of this machine or a cluster, by one signature, with the same bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Protocol

from detector.errors import NightFolderError
from detector.footage.device import on_device
from detector.footage.spans import cut_spans
from detector.night.files.claims import cannot_write
from detector.night.files.folder import temporary_path
from detector.run.crew import Hand, measure_jobs
from detector.run.handover import share
from detector.run.join import Prepared
from detector.run.parts import Job, StorageError, plan_jobs, still_to_measure
from detector.run.progress import Progress

_TELL_S = 0.5


class Executor(Protocol):
    """Measures spans; each part is there, or its span is given up with a reason."""

    def __call__(
        self, jobs: Sequence[Job], footage: Path, stall_s: float, on_progress: Callable[[Job, int], None], /
    ) -> Mapping[int, str]:
        """Measure spans.

        Args:
            jobs: what to measure.
            footage: the recording and the parameters, as `share` wrote them.
            stall_s: who reads nothing for this long hangs, s.
            on_progress: called with a span and how many of its frames are measured.

        Returns:
            Reason by span index, for the spans that were given up.

        Raises:
            StorageError: a part cannot be stored.
        """


def crew(n_workers: int, first: Hand | None = None) -> Executor:
    """So many processes on this machine, for one night; `first` holds one that has been started already."""

    def measure(
        jobs: Sequence[Job], footage: Path, stall_s: float, on_progress: Callable[[Job, int], None], /
    ) -> Mapping[int, str]:
        return measure_jobs(jobs, footage, n_workers, stall_s, on_progress, first)

    return measure


def measure_night(
    prepared: Prepared, motion: Path, executor: Executor, report: Callable[[Progress], None], folder: Path | None
) -> tuple[tuple[Job, ...], Mapping[int, str]]:
    """Have all spans of a night measured that are not measured yet.

    Args:
        prepared: the night.
        motion: where its parts go.
        executor: who measures.
        report: whom to tell how far it is.
        folder: the night folder, for what is said when it cannot be written; None where there is none.

    Returns:
        All spans in order; and why some were given up, by index.

    Raises:
        NightFolderError: a part cannot be stored.
    """
    recording = on_device(prepared.recording, prepared.decoding)
    spans = cut_spans(recording, prepared.params.footage)
    jobs = plan_jobs(recording, spans, prepared.hashes, prepared.params, motion, has_pictures=prepared.privacy.pictures)
    try:
        missing = still_to_measure(jobs)
        count = _Count(jobs, missing, report)
        if not missing:
            return jobs, {}
        with _shared(partial(share, (recording, prepared.params)), motion) as shared:
            return jobs, executor(missing, shared, prepared.params.run.stall_s, count)
    except StorageError as error:
        raise NightFolderError(_cannot_store(folder, str(error))) from error


class _Count:
    """Counts measured frames and tells now and then."""

    def __init__(self, jobs: Sequence[Job], missing: Sequence[Job], report: Callable[[Progress], None]) -> None:
        self._report = report
        self._total = sum(job.n_frames for job in jobs)
        self._resumed = self._total - sum(job.n_frames for job in missing)
        self._measured = dict.fromkeys((job.index for job in missing), 0)
        self._told_s = time.monotonic()
        self._tell()

    def __call__(self, job: Job, n_frames: int) -> None:
        # A span that is tried again does not take back what was told.
        self._measured[job.index] = max(self._measured[job.index], n_frames)
        # Many workers together say more than a slow listener can take.
        if n_frames == job.n_frames or time.monotonic() - self._told_s >= _TELL_S:
            self._told_s = time.monotonic()
            self._tell()

    def _tell(self) -> None:
        done = self._resumed + sum(self._measured.values())
        self._report(Progress("measuring", done, self._total, self._resumed))


@contextmanager
def _shared(write: Callable[[Path], None], motion: Path) -> Iterator[Path]:
    """The recording and the parameters as a file for the workers, as long as they need it."""
    path = temporary_path(motion / "footage")
    try:
        try:
            write(path)
        except OSError as error:
            raise StorageError(error.strerror or str(error)) from error
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _cannot_store(folder: Path | None, reason: str) -> str:
    if folder is None:
        return (
            f"The measured motion cannot be stored for the moment ({reason}); free some room in the temporary folder."
        )
    return cannot_write(folder, reason)

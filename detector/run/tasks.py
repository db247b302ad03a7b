"""The three tasks that the analysis of a night is made of, each of which any process can do: read, measure, finish."""

from __future__ import annotations

import os
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from detector.errors import DetectorError, FootageError, NoticeWarning
from detector.footage.device import OFF, choose_decoding
from detector.footage.recording import read_recording
from detector.night.night import Night
from detector.night.provenance import Subject
from detector.params import Params
from detector.run.additions import Addition
from detector.run.handover import Received, receive
from detector.run.join import Prepared, join_night
from detector.run.parts import Job, StorageError, measure_part
from detector.run.progress import Progress
from detector.run.publish import publish
from detector.run.readers import Readers
from detector.run.sources import Privacy
from detector.run.worker import in_one_line, limit_memory

HUNG = 70
"""Code with which a process ends itself that reads nothing any more."""


@dataclass(frozen=True)
class Request:
    """A night that is asked for.

    Attributes:
        files: paths of footage, some of them remote.
        params: of the analysis.
        privacy: what of the footage the night may keep.
        subject: who was filmed.
    """

    files: tuple[Path, ...]
    params: Params
    privacy: Privacy
    subject: Subject


@dataclass(frozen=True)
class Facts:
    """What is told of a finished night among many.

    Attributes:
        observed_s: seen, s.
        judged_s: judged, s.
        files_s: in the files, s.
        n_events: found.
        is_partial: whether some of the footage could not be read.
        notices: what the user should know of the writing, one sentence each.
    """

    observed_s: float
    judged_s: float
    files_s: float
    n_events: int
    is_partial: bool
    notices: tuple[str, ...] = ()


def read_night(request: Request, n_readers: int = 1, on_start: Callable[[Readers], None] | None = None) -> Prepared:
    """Read the files of a night.

    Args:
        request: the night.
        n_readers: processes that read.
        on_start: called with them, so that they can be stopped.

    Raises:
        NoFootageError: no file could be used.
        FootageError: a file cannot be read to its end.
        UsageError: the clips are of two cameras, or of several nights.
    """
    params = request.params
    with Readers(params.run, n_readers) as readers:
        if on_start is not None:
            on_start(readers)
        recording = read_recording(request.files, params.footage, readers.probe)
        hashes = readers.hash([clip.info.path for clip in recording.clips])
    decoding = choose_decoding([clip.info for clip in recording.clips], OFF)
    return Prepared(recording, hashes, params, decoding, request.privacy, request.subject)


def measure_shared(footage: Path, job: Job) -> None:
    """Measure one span of a night that was `share`d, in a process that does nothing else meanwhile.

    A process that reads nothing for `run.stall_s` ends itself: somebody else has to find out.

    Raises:
        FootageError: the footage cannot be read.
        StorageError: the part cannot be stored.
    """
    import cv2

    cv2.setNumThreads(1)
    shared = _received(footage)
    recording, params = shared.item
    limit_memory(params.run.worker_memory_mb)
    try:
        with _watched(params.run.stall_s) as beat:
            measure_part(recording, job, params, beat)
    except (DetectorError, StorageError):
        raise
    except Exception as error:  # noqa: BLE001  # one span must not cost the night; it is named and counted
        raise FootageError(in_one_line(error, params.run.worker_memory_mb)) from None
    finally:
        shared.let_go()


@lru_cache(maxsize=1)
def _received(footage: Path) -> Received:
    return receive(footage)


class _Beat:
    """Called with each packet; notes when that was."""

    def __init__(self) -> None:
        self.at_s = time.monotonic()

    def __call__(self, is_decoded: bool) -> None:  # noqa: FBT001  # called half a million times
        del is_decoded
        self.at_s = time.monotonic()


@contextmanager
def _watched(stall_s: float) -> Iterator[_Beat]:
    beat, is_over = _Beat(), threading.Event()

    def watch() -> None:
        step_s = min(1.0, stall_s / 4)
        silent_s, seen_s = 0.0, beat.at_s
        while not is_over.wait(step_s):
            # Counted in small steps, so that a machine that slept ends nobody.
            silent_s, seen_s = (0.0 if beat.at_s != seen_s else silent_s + step_s), beat.at_s
            if silent_s >= stall_s:
                os._exit(HUNG)

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield beat
    finally:
        is_over.set()


def finish_night(prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str], folder: Path) -> Facts:
    """Decide a measured night and write its results; its folder must be claimed by the caller.

    Raises:
        NoFootageError: nothing of it could be measured.
        NightFolderError: the results cannot be written.
    """
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", NoticeWarning)
        night = publish(join_night(prepared, jobs, given_up), folder)
    return facts_of(night, [str(one.message) for one in told if issubclass(one.category, NoticeWarning)])


def plant_night(prepared: Prepared, folder: Path, wanted: Addition, workers: int = 1) -> tuple[str, ...]:
    """Measure what the camera of a finished night could have shown, into its folder.

    Returns:
        Sentences that the user should know, such as why it could not be measured.
    """
    infos = [clip.info for clip in prepared.recording.clips]
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", NoticeWarning)
        wanted.add_to(Night.load(folder), infos, workers=workers, report=_ignore)
    return tuple(str(one.message) for one in told if issubclass(one.category, NoticeWarning))


def _ignore(progress: Progress) -> None:
    del progress


def facts_of(night: Night, notices: Sequence[str] = ()) -> Facts:
    """What is told of a night among many."""
    coverage = night.coverage
    return Facts(
        observed_s=coverage.observed_s,
        judged_s=float(night.summary()["judged_s"]),
        files_s=coverage.files_s,
        n_events=len(night.decision.events),
        is_partial=night.is_partial,
        notices=tuple(notices),
    )

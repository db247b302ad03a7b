"""The three tasks that the analysis of a night is made of, each of which any process can do: read, measure, finish."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from detector.errors import NoticeWarning
from detector.footage.device import OFF, choose_decoding
from detector.footage.recording import read_recording
from detector.night.night import Night
from detector.night.provenance import Subject
from detector.params import Params
from detector.run.additions import Addition
from detector.run.crew import Hand
from detector.run.join import Prepared, join_night
from detector.run.parts import Job
from detector.run.progress import Progress
from detector.run.publish import publish
from detector.run.readers import Readers
from detector.run.sources import Privacy

_REST_S = 60.0
"""How long a process that measures is kept without work, s."""


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


def measure_shared(footage: Path, job: Job, stall_s: float) -> None:
    """Measure one span of a night that was `share`d, in a process of its own.

    What takes all memory, hangs or ends while it measures is never this process, which has more to do than that: it
    answers a scheduler, and the next night. The process that measures is kept for the spans to come unless something
    happened to it.

    Args:
        footage: the recording and the parameters.
        job: the span.
        stall_s: who reads nothing for this long hangs, s.

    Raises:
        FootageError: the footage cannot be measured.
        StorageError: the part cannot be stored.
        DetectorError: the process that measured it died, hung or ran out of memory.
    """
    try:
        hand, rest = _resting.pop()
        rest.cancel()
    except IndexError:
        hand = Hand()
    is_whole = False
    try:
        hand.measure(job, footage, stall_s)
        is_whole = True
    finally:
        if is_whole:
            _let_rest(hand)
        else:
            hand.end()


_resting: list[tuple[Hand, threading.Timer]] = []
"""Those of this process that measure nothing for the moment, with what ends them after a while."""


def _let_rest(hand: Hand) -> None:
    def end() -> None:
        with suppress(ValueError):  # it has work again
            _resting.remove(resting)
            hand.end()

    timer = threading.Timer(_REST_S, end)
    timer.daemon = True
    resting = (hand, timer)
    _resting.append(resting)
    timer.start()


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

"""Motion parts: the stored measurement of one span, each a pure function of its footage and the measuring parameters.

What exists is not measured again. That is resume after a crash, parallel workers, and the unit of work on many
machines, all in one mechanism. A part does not know where in the night its span lies: its times count from the start of
the span, and when that is stands beside them. So a night to which clips are added, before others or after them, takes
over the parts of all spans that hold the same packets as before. Where a clip is put right before another, without a
gap, the run that both are in begins earlier, and is cut at other key frames unless the clip is a whole number of spans
long.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from detector._version import __version__
from detector.errors import DetectorError
from detector.footage.files import hash_file
from detector.footage.recording import Recording, Span
from detector.footage.spans import on_its_own
from detector.motion.trace import MotionTrace, join_traces, taken
from detector.motion.trace_file import TRACE_VERSION, copy_trace, save_trace
from detector.night.files.folder import whole_file
from detector.night.files.stored_trace import read_part
from detector.night.layout import CONTENT_DIGITS, PART_PATTERN, content_key, part_file
from detector.params import Params, measuring_values

__all__ = [
    "Job",
    "StorageError",
    "hash_file",
    "is_measured",
    "join_parts",
    "measure_part",
    "plan_jobs",
    "still_to_measure",
]

_PLACE_DIGITS = 4


@dataclass(frozen=True)
class Job:
    """One span to measure.

    Attributes:
        span: of the recording.
        path: where the part goes.
        index: place of the span in the recording, from 0.
        n_frames: packets in the span.
        files_s: time in the files that the span stands for, s.
        has_picture: whether the part may keep a picture of the footage.
    """

    span: Span
    path: Path
    index: int
    n_frames: int
    files_s: float
    has_picture: bool = True


def plan_jobs(
    recording: Recording,
    spans: Sequence[Span],
    hashes: Sequence[str],
    params: Params,
    motion: Path,
    *,
    has_pictures: bool = True,
) -> tuple[Job, ...]:
    """One job a span, in order, each with the name of its part.

    Args:
        recording: the whole night.
        spans: as `cut_spans` gave them.
        hashes: SHA-256 of each clip's file.
        params: of the analysis.
        motion: folder of the parts.
        has_pictures: whether parts may keep a picture of the footage.
    """
    jobs = []
    for span in spans:
        key = _key(recording, span, hashes, params, has_pictures=has_pictures)
        part = motion / part_file(span.index + 1, key)
        n_frames = sum(stop - first for _, first, stop in span.pieces)
        jobs.append(Job(span, part, span.index, n_frames, _files_s(recording, span), has_pictures))
    return tuple(jobs)


def still_to_measure(jobs: Sequence[Job]) -> tuple[Job, ...]:
    """Jobs that have no part yet; parts that have another number or time now are taken over first.

    Args:
        jobs: of one night.

    Raises:
        StorageError: a part cannot be stored.
    """
    known: dict[str, list[Path]] = {}
    for folder in {job.path.parent for job in jobs}:
        for path in sorted(folder.glob(PART_PATTERN)):
            known.setdefault(content_key(path), []).append(path)
    return tuple(job for job in jobs if not (is_measured(job) or _is_taken_over(job, known)))


def is_measured(job: Job) -> bool:
    """Whether the part of a job exists, can be read and is at its time; one that cannot be read is removed."""
    if not job.path.exists():
        return False
    try:
        trace = read_part(job.path)
    except DetectorError:
        with suppress(OSError):
            job.path.unlink()
        return False
    starts_s: list[float] = trace.noise.spans.start_s.tolist()
    return starts_s == [job.span.start_s]


def _is_taken_over(job: Job, known: Mapping[str, Sequence[Path]]) -> bool:
    """Whether one of the known parts, by key, is that of the job; it stays where it is."""
    for path in known.get(content_key(job.path), ()):
        try:
            read_part(path)
        except DetectorError:
            continue
        with _storing(job.path) as temporary:
            copy_trace(path, temporary, job.span.start_s)
        return True
    return False


@contextmanager
def _storing(path: Path) -> Iterator[Path]:
    """Where to write a part that is to stand at a path, whole or not at all."""
    try:
        with whole_file(path) as temporary:
            yield temporary
    except (OSError, ValueError) as error:  # a full disk can surface as ValueError when the archive is closed
        raise StorageError(getattr(error, "strerror", None) or str(error)) from error


def measure_part(
    recording: Recording, job: Job, params: Params, on_packet: Callable[[bool], None] | None = None
) -> None:
    """Measure a span and store its part, whole or not at all.

    Args:
        recording: the whole night.
        job: which span, and where its part goes.
        params: of the analysis.
        on_packet: called for each packet read, with whether it was decoded.

    Raises:
        FootageError: the footage cannot be read.
        StorageError: the part cannot be stored.
    """
    from detector.motion.measure import measure_span

    trace = measure_span(*on_its_own(recording, job.span), params, on_packet)
    if not job.has_picture:
        trace = without_picture(trace)
    with _storing(job.path) as temporary:
        save_trace(temporary, trace, job.span.start_s)


def without_picture(trace: MotionTrace) -> MotionTrace:
    """A trace that keeps no picture of the footage."""
    import numpy as np

    return replace(trace, reference=np.zeros((0, 0), np.uint8))


def join_parts(jobs: Sequence[Job]) -> tuple[MotionTrace | None, dict[int, str]]:
    """Join the measured parts of a night.

    Args:
        jobs: whose parts exist, in order.

    Returns:
        The trace, None when there is none; and the reason by span index for spans that cannot be joined, because their
        picture has another size than most of the night.

    Raises:
        NightFolderError: a part has been damaged or taken away.
    """
    traces = [read_part(job.path) for job in jobs]
    frames = Counter[tuple[int, ...]]()
    for trace in traces:
        frames[_size(trace)] += len(trace.frames.time_s)
    if not frames:
        return None, {}
    usual = frames.most_common(1)[0][0]
    refused = {
        job.index: f"its picture is {trace.grid.width_px} x {trace.grid.height_px} px, unlike most of the night"
        for job, trace in zip(jobs, traces, strict=True)
        if _size(trace) != usual
    }
    traces = [trace for trace in traces if _size(trace) == usual]
    return join_traces(taken(traces)), refused


def _size(trace: MotionTrace) -> tuple[int, ...]:
    return trace.grid.width_px, trace.grid.height_px, trace.grid.rows, trace.grid.columns


class StorageError(Exception):
    """A part cannot be stored; the message is the reason alone."""


def _key(recording: Recording, span: Span, hashes: Sequence[str], params: Params, *, has_pictures: bool) -> str:
    # Everything the part depends on and nothing else: neither paths, the rest of the night nor the number of workers.
    alone, own = on_its_own(recording, span)
    infos = [clip.info for clip in alone.clips]
    identity: dict[str, object] = {
        "version": TRACE_VERSION,
        # Another release may measure another way: parts of two must not end up in one night.
        "software": __version__,
        "clips": [[hashes[clip], place.offset_s] for clip, place in zip(span.clips, alone.clips, strict=True)],
        # What other clips of a night may change in this one: the size that it is taken on, and how its times stretch.
        "taken": [[info.width_px, info.height_px, info.stretch] for info in infos],
        "length_s": own.stop_s,
        "pieces": own.pieces,
        "warm_up": own.warm_up,
        "params": measuring_values(params),
    }
    if device := infos[0].device:
        identity["device"] = device  # software has no name, so that its parts are found again whatever was asked for
    if not has_pictures:
        identity["pictures"] = False  # one that has some is no part of a night without
    # When it is comes last: a part that is taken over is another file, since the night as it was may name the old one.
    return _digits(identity, CONTENT_DIGITS) + _digits(span.start_s, _PLACE_DIGITS)


def _digits(identity: object, n_digits: int) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:n_digits]


def _files_s(recording: Recording, span: Span) -> float:
    clips = recording.clips
    return sum(float(clips[clip].info.packet_durations_s[first:stop].sum()) for clip, first, stop in span.pieces)

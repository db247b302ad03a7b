"""Motion parts: the stored measurement of one span, each a pure function of the footage and the measuring parameters.

What exists is not measured again. That is resume after a crash, parallel workers, and the unit of work on many
machines, all in one mechanism.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from detector._version import __version__
from detector.errors import DetectorError
from detector.footage.files import hash_file
from detector.footage.recording import Recording, Span
from detector.motion.trace import TRACE_VERSION, MotionTrace, join_traces, save_trace
from detector.night.folder import whole_file
from detector.night.layout import part_file
from detector.night.stored_trace import read_part
from detector.params import Params, measuring_values

__all__ = ["Job", "StorageError", "hash_file", "is_measured", "join_parts", "measure_part", "plan_jobs"]

_KEY_DIGITS = 16


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


def is_measured(job: Job) -> bool:
    """Whether the part of a job exists and can be read; one that cannot is removed."""
    if not job.path.exists():
        return False
    try:
        read_part(job.path)
    except DetectorError:
        with suppress(OSError):
            job.path.unlink()
        return False
    return True


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

    trace = measure_span(recording, job.span, params, on_packet)
    if not job.has_picture:
        trace = without_picture(trace)
    try:
        with whole_file(job.path) as temporary:
            save_trace(temporary, trace)
    except (OSError, ValueError) as error:  # a full disk can surface as ValueError when the archive is closed
        raise StorageError(getattr(error, "strerror", None) or str(error)) from error


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
    return join_traces([trace for trace in traces if _size(trace) == usual]), refused


def _size(trace: MotionTrace) -> tuple[int, ...]:
    return trace.grid.width_px, trace.grid.height_px, trace.grid.rows, trace.grid.columns


class StorageError(Exception):
    """A part cannot be stored; the message is the reason alone."""


def _key(recording: Recording, span: Span, hashes: Sequence[str], params: Params, *, has_pictures: bool) -> str:
    # Everything the part depends on and nothing else: neither paths nor the number of workers.
    clips = sorted({clip for clip, _, _ in (*span.warm_up, *span.pieces)})
    identity: dict[str, object] = {
        "version": TRACE_VERSION,
        # Another release may measure another way: parts of two must not end up in one night.
        "software": __version__,
        "clips": [[clip, hashes[clip], recording.clips[clip].offset_s] for clip in clips],
        "bounds_s": [span.start_s, span.stop_s],
        "pieces": span.pieces,
        "warm_up": span.warm_up,
        "params": measuring_values(params),
    }
    if device := recording.clips[clips[0]].info.device:
        identity["device"] = device  # software has no name, so that its parts are found again whatever was asked for
    if not has_pictures:
        identity["pictures"] = False  # one that has some is no part of a night without
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:_KEY_DIGITS]


def _files_s(recording: Recording, span: Span) -> float:
    clips = recording.clips
    return sum(float(clips[clip].info.packet_durations_s[first:stop].sum()) for clip, first, stop in span.pieces)

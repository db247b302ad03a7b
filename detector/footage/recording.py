"""Many files as one night: clips in order on one time axis, with gaps, overlaps and observed time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detector.footage.video import VideoInfo


@dataclass(frozen=True)
class Clip:
    """A file placed on the recording's time axis: recording time = file time + `offset_s`."""

    info: VideoInfo
    offset_s: float


@dataclass(frozen=True)
class Span:
    """A unit of measuring: consecutive frames of one or more abutting clips, cut at key frames.

    Attributes:
        index: its place in the recording, from 0.
        start_s, stop_s: recording time, s, half-open.
        pieces: `(clip index, first packet, stop packet)` in presentation order, half-open.
        warm_up: the same for the frames before `start_s` that differences need; empty after a gap.
    """

    index: int
    start_s: float
    stop_s: float
    pieces: tuple[tuple[int, int, int], ...]
    warm_up: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True)
class Recording:
    """One night of footage.

    Attributes:
        clips: in order of time. The first keeps its own presentation times (`offset_s` 0).
        gaps: unfilmed stretches `(start_s, stop_s)` between first and last frame.
        overlaps: stretches filmed by two clips; the earlier clip counts.
        start_at: wall clock of the first frame, or None.
        start_source: where that came from.
        unreadable: `(path, reason)` of files that could not be used.
    """

    clips: tuple[Clip, ...]
    gaps: tuple[tuple[float, float], ...]
    overlaps: tuple[tuple[float, float], ...]
    start_at: datetime | None
    start_source: str
    unreadable: tuple[tuple[str, str], ...] = ()

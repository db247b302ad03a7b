"""Clips placed on one time axis: by wall clock where their starts are known, else end to end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from detector.footage.clock import seconds_between, wall_clock
from detector.footage.info import VideoInfo
from detector.footage.timeline import longest_pause_s
from detector.params import FootageParams

SAME_TIME_S = 1e-6
"""Times this near are one time: the sum of an offset and a stamp is rounded."""


@dataclass(frozen=True)
class Clip:
    """A file placed on the recording's time axis: recording time = file time + `offset_s`.

    Attributes:
        info: the file.
        offset_s: what to add to its times, s.
        first: its first packet (in presentation order) that an earlier clip has not filmed already.
    """

    info: VideoInfo
    offset_s: float
    first: int = 0

    @property
    def start_s(self) -> float:
        """Recording time of its first frame, s."""
        return self.info.start_s + self.offset_s

    @property
    def stop_s(self) -> float:
        """End of its last frame, s."""
        return self.info.stop_s + self.offset_s


@dataclass(frozen=True)
class Placing:
    """Clips in order of time, with what lies between them; fields as in `Recording`."""

    clips: tuple[Clip, ...]
    gaps: tuple[tuple[float, float], ...]
    overlaps: tuple[tuple[float, float], ...]
    start_at: datetime | None
    notes: tuple[str, ...]


def place_clips(infos: Sequence[VideoInfo], params: FootageParams) -> Placing:
    """Put clips in order and on one time axis.

    Clips are ordered by their start; one without a start follows the file before it. A start within
    `clock_tolerance_s` of the end of the clip before abuts it exactly, since names hold whole seconds and camera
    clocks drift. What two clips filmed counts for the earlier one. Starts told by containers alone that would make
    clips overlap are not believed: they often tell when a file was copied.

    Args:
        infos: in natural order of their names; at least one.
        params: for the tolerance and the longest pause.
    """
    notes: list[str] = []
    starts = _believable(infos, params.clock_tolerance_s, notes)
    order = _order(starts)
    clips: list[Clip] = []
    overlaps: list[tuple[float, float]] = []
    zero_at: datetime | None = None  # wall clock of recording time 0
    end_s = 0.0
    for index in order:
        info, start_at = infos[index], starts[index]
        offset_s = end_s - info.start_s if clips else 0.0
        if zero_at is None and start_at is not None:
            zero_at = wall_clock(start_at, -(info.start_s + offset_s))
        elif zero_at is not None and start_at is not None:
            wanted_s = seconds_between(zero_at, start_at)
            if abs(wanted_s - end_s) > params.clock_tolerance_s:
                offset_s = wanted_s - info.start_s
        clip = _trimmed(info, offset_s, end_s if clips else -np.inf)
        if clip.start_s < end_s - SAME_TIME_S and clips:
            overlaps.append((clip.start_s, min(end_s, clip.stop_s)))
            notes.append(_overlap_note(clip, end_s))
        clips.append(clip)
        end_s = max(end_s, clip.stop_s) if len(clips) > 1 else clip.stop_s
    start_at = wall_clock(zero_at, clips[0].start_s) if zero_at else None
    return Placing(tuple(clips), _gaps(clips, params.max_gap_s), tuple(overlaps), start_at, tuple(notes))


def _believable(infos: Sequence[VideoInfo], tolerance_s: float, notes: list[str]) -> list[datetime | None]:
    """Starts to place clips by: those from containers only if they leave room for each clip."""
    starts = [info.start_at for info in infos]
    told = sorted(
        ((info.start_at, info.stop_s - info.start_s) for info in infos if info.start_at is not None),
        key=lambda pair: pair[0],
    )
    is_container = any(info.start_source == "container" for info in infos)
    is_crowded = any(
        seconds_between(start_at, following) < length_s - tolerance_s
        for (start_at, length_s), (following, _) in itertools.pairwise(told)
    )
    if is_container and is_crowded:
        notes.append("The start times in the files overlap, so they are not believed; clips follow one another.")
        kept = [info.start_at if info.start_source != "container" else None for info in infos]
        return kept if any(kept) else [starts[0], *[None] * (len(infos) - 1)] if len(infos) == 1 else kept
    return starts


def _order(starts: Sequence[datetime | None]) -> list[int]:
    """Indices by start; a clip without one stays behind the clip before it."""
    keys: list[tuple[int, float, int]] = []
    last = (0, 0.0)
    for index, start_at in enumerate(starts):
        if start_at is not None:
            last = (1, start_at.timestamp())
        keys.append((*last, index))
    return [key[2] for key in sorted(keys)]


def _trimmed(info: VideoInfo, offset_s: float, end_s: float) -> Clip:
    first = int(np.searchsorted(info.packet_times_s + offset_s, end_s - SAME_TIME_S))
    return Clip(info, offset_s, first)


def _overlap_note(clip: Clip, end_s: float) -> str:
    shared_s = min(end_s, clip.stop_s) - clip.start_s
    return f"{clip.info.path.name}: its first {shared_s:.1f} s were filmed by the clip before, which counts."


def _gaps(clips: Sequence[Clip], max_gap_s: float) -> tuple[tuple[float, float], ...]:
    """Time that no frame stands for."""
    gaps = []
    end_s = clips[0].start_s
    for clip in clips:
        times_s = clip.info.packet_times_s[clip.first :] + clip.offset_s
        if not len(times_s):
            continue
        stops_s = times_s + clip.info.packet_durations_s[clip.first :]
        if times_s[0] > end_s + SAME_TIME_S:
            gaps.append((end_s, float(times_s[0])))
        usual_s = float(np.median(clip.info.packet_durations_s))
        pauses = np.flatnonzero(np.diff(times_s) > longest_pause_s(usual_s, max_gap_s))
        gaps += [(float(stops_s[place]), float(times_s[place + 1])) for place in pauses]
        end_s = float(stops_s[-1])
    return tuple(gap for gap in gaps if gap[1] - gap[0] > SAME_TIME_S)

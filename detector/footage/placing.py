"""Clips placed on one time axis: by wall clock where their starts are known, else end to end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from detector.footage.clock import seconds_between, wall_clock
from detector.footage.info import VideoInfo
from detector.footage.stamps import longest_pause_s
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
    start_source: str
    notes: tuple[str, ...]


def place_clips(infos: Sequence[VideoInfo], params: FootageParams) -> Placing:
    """Put clips in order and on one time axis.

    Clips are ordered by their start; one without a start follows the file before it. A start within
    `clock_tolerance_s` of the end of the clip before abuts it exactly, since names hold whole seconds and camera
    clocks drift. What two clips filmed counts for the earlier one. Starts told by containers that would make clips
    overlap are not believed: they often tell when a file was copied.

    Args:
        infos: in natural order of their names; at least one.
        params: for the tolerance and the longest pause.
    """
    notes: list[str] = []
    starts = _believable(infos, _unfolded(infos, params.clock_tolerance_s), params.clock_tolerance_s, notes)
    axis = _Axis(params.clock_tolerance_s, notes)
    for index in _order(starts):
        axis.add(infos[index], starts[index])
    first_s = axis.clips[0].start_s
    return Placing(
        clips=tuple(axis.clips),
        gaps=find_gaps(axis.clips, params.max_gap_s),
        overlaps=tuple(axis.overlaps),
        start_at=wall_clock(axis.zero_at, first_s) if axis.zero_at else None,
        start_source=axis.source,
        notes=tuple(notes),
    )


def find_gaps(clips: Sequence[Clip], max_gap_s: float) -> tuple[tuple[float, float], ...]:
    """Stretches between first and last frame that no frame stands for, recording time, s."""
    gaps = []
    end_s = clips[0].start_s
    for clip in clips:
        times_s = clip.info.packet_times_s[clip.first :] + clip.offset_s
        if not len(times_s):
            continue
        stops_s = times_s + clip.info.packet_durations_s[clip.first :]
        usual_s = float(np.median(clip.info.packet_durations_s))
        pauses = np.flatnonzero(np.diff(times_s) > longest_pause_s(usual_s, max_gap_s))
        gaps += [(end_s, float(times_s[0]))]
        gaps += [(float(stops_s[place]), float(times_s[place + 1])) for place in pauses]
        end_s = float(stops_s[-1])
    return tuple(gap for gap in gaps if gap[1] - gap[0] > SAME_TIME_S)


@dataclass
class _Axis:
    """The time axis while clips are put on it, in order."""

    tolerance_s: float
    notes: list[str]
    clips: list[Clip] = field(default_factory=list)
    overlaps: list[tuple[float, float]] = field(default_factory=list)
    zero_at: datetime | None = None  # wall clock of recording time 0
    source: str = ""
    end_s: float = -np.inf

    def add(self, info: VideoInfo, start_at: datetime | None) -> None:
        offset_s = self._offset_s(info, start_at)
        first = int(np.searchsorted(info.packet_times_s + offset_s, self.end_s - SAME_TIME_S))
        clip = Clip(info, offset_s, first)
        shared_s = min(self.end_s, clip.stop_s) - clip.start_s
        if shared_s > SAME_TIME_S:
            self.overlaps.append((clip.start_s, clip.start_s + shared_s))
            self.notes.append(f"{info.path.name}: {shared_s:.1f} s of it were filmed by a clip before, which counts.")
        self.clips.append(clip)
        self.end_s = max(self.end_s, clip.stop_s)

    def _offset_s(self, info: VideoInfo, start_at: datetime | None) -> float:
        following_s = self.end_s - info.start_s if self.clips else 0.0
        if start_at is None:
            return following_s
        if self.zero_at is None:
            self.zero_at = wall_clock(start_at, -(info.start_s + following_s))
            self.source = info.start_source
            return following_s
        wanted_s = seconds_between(self.zero_at, start_at)
        return following_s if abs(wanted_s - self.end_s) <= self.tolerance_s else wanted_s - info.start_s


def _unfolded(infos: Sequence[VideoInfo], tolerance_s: float) -> list[datetime | None]:
    """Starts, where of two clips that a repeated hour puts at the same time the later one gets the second pass."""
    starts = [info.start_at for info in infos]
    doubtful = sorted(
        (start_at, index)
        for index, start_at in enumerate(starts)
        if start_at is not None and start_at.replace(fold=0).utcoffset() != start_at.replace(fold=1).utcoffset()
    )
    busy_until: datetime | None = None
    for start_at, index in doubtful:
        if start_at.fold == 0 and busy_until and seconds_between(start_at, busy_until) > tolerance_s:
            starts[index] = start_at.replace(fold=1)
        elif start_at.fold == 0:
            busy_until = wall_clock(start_at, infos[index].stop_s - infos[index].start_s)
    return starts


def _believable(
    infos: Sequence[VideoInfo], starts: list[datetime | None], tolerance_s: float, notes: list[str]
) -> list[datetime | None]:
    """Starts to place clips by: those from containers only if they leave room for each clip."""
    told = sorted(
        (start_at.timestamp(), info.stop_s - info.start_s, info.start_source)
        for info, start_at in zip(infos, starts, strict=True)
        if start_at is not None
    )
    is_crowded = any(
        before[0] + before[1] - after[0] > tolerance_s and "container" in {before[2], after[2]}
        for before, after in itertools.pairwise(told)
    )
    if not is_crowded:
        return starts
    notes.append("The start times told inside the files overlap, so they were not believed.")
    return [
        None if info.start_source == "container" else start_at for info, start_at in zip(infos, starts, strict=True)
    ]


def _order(starts: Sequence[datetime | None]) -> list[int]:
    """Indices by start; a clip without one stays behind the clip before it."""
    keys: list[tuple[float, int]] = []
    last = -np.inf
    for index, start_at in enumerate(starts):
        last = start_at.timestamp() if start_at is not None else last
        keys.append((last, index))
    return [index for _, index in sorted(keys)]

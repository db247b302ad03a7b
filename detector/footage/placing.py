"""Clips placed on one time axis: by wall clock where their starts are known, else end to end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from detector.footage.cameras import MOST_PAIRS, Compare, Likeness, other_views, refuse_two_cameras
from detector.footage.clock import find_zone, read_moment, seconds_between, wall_clock
from detector.footage.info import VideoInfo
from detector.footage.night_starts import by_stamps, judge_starts
from detector.footage.remarks import gather
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


def place_clips(infos: Sequence[VideoInfo], params: FootageParams, compare: Compare | None = None) -> Placing:
    """Put clips in order and on one time axis; second 0 is the first picture.

    Clips are ordered by their start; one without a start follows the file before it. A start within
    `clock_tolerance_s` of the end of the clip before abuts it exactly, since names hold whole seconds and camera
    clocks drift. What two clips filmed counts for the earlier one; where they claim one time and show different
    pictures of one view, the camera's clock was set back, and they follow one another.

    Args:
        infos: in natural order of their names; at least one.
        params: for the tolerance and the longest pause.
        compare: tells what two clips of one time have in common; None takes such clips for the same pictures.

    Raises:
        UsageError: the clips are of two cameras, or of several nights.
        ParameterError: the start that the user gave is no time.
    """
    notes: list[str] = []
    judged = _one_size(judge_starts(infos, params, notes), notes)
    places = _Places.of(judged)
    places.settle(compare, params, notes)
    axis = _Axis(params.clock_tolerance_s)
    for index in places.order():
        axis.add(judged[index], places.start_s[index])
    notes += axis.notes() + _unknown_starts(judged, places)
    notes += other_views([clip.info for clip in axis.clips], compare)
    start_at, source = _clock_of(judged, axis, places, params)
    return Placing(
        clips=tuple(axis.clips),
        gaps=find_gaps(axis.clips, params.max_gap_s),
        overlaps=tuple(axis.overlaps),
        start_at=start_at,
        start_source=source,
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
class _Places:
    """When each clip began, s since the first known start; NaN where nothing tells it."""

    infos: Sequence[VideoInfo]
    start_s: list[float]
    by_stamps: bool = False

    @classmethod
    def of(cls, infos: Sequence[VideoInfo]) -> _Places:
        if (stamps := by_stamps(infos)) is not None:
            return cls(infos, [stamp - stamps[0] for stamp in stamps], by_stamps=True)
        known = [info.start_at for info in infos if info.start_at is not None]
        zero = min(known, default=None)
        return cls(
            infos,
            [
                seconds_between(zero, info.start_at) if zero is not None and info.start_at is not None else np.nan
                for info in infos
            ],
        )

    def order(self) -> list[int]:
        """Indices by start; a clip without one stays behind the clip before it."""
        keys: list[tuple[float, int]] = []
        last = -np.inf
        for index, start_s in enumerate(self.start_s):
            last = start_s if np.isfinite(start_s) else last
            keys.append((last, index))
        return [index for _, index in sorted(keys)]

    def settle(self, compare: Compare | None, params: FootageParams, notes: list[str]) -> None:
        """Look at clips that claim one time: refuse two cameras, and move what a clock set back has put too early."""
        clashes = self._clashes(params.clock_tolerance_s)
        if not clashes or compare is None:
            return
        step = max(len(clashes) // MOST_PAIRS, 1)
        likeness = {
            (a, b): compare(self.infos[a], self.infos[b], self.start_s[b] - self.start_s[a])
            for a, b in clashes[::step][:MOST_PAIRS]
        }
        others = [(self.infos[a], self.infos[b]) for (a, b), like in likeness.items() if like == Likeness.OTHER]
        if not params.force:
            refuse_two_cameras(others, len(self.infos))
        if Likeness.VIEW in likeness.values() and not others:
            moved_s = self._put_in_a_row(params.clock_tolerance_s)
            notes.append(
                f"Clips claim one time and show different pictures of one view: the camera's clock was set back "
                f"(by {moved_s:.0f} s), so they were put one after the other."
            )

    def _clashes(self, tolerance_s: float) -> list[tuple[int, int]]:
        """Pairs of clips that claim the same time for longer than the tolerance."""
        found, last = [], -1
        for index in self.order():
            if not np.isfinite(self.start_s[index]):
                continue
            slack_s = tolerance_s + self.infos[index].start_tolerance_s
            if last >= 0 and self._end_s(last) - self.start_s[index] > slack_s:
                found.append((last, index))
            last = index if last < 0 or self._end_s(index) > self._end_s(last) else last
        return found

    def _end_s(self, index: int) -> float:
        return self.start_s[index] + self.infos[index].length_s

    def _put_in_a_row(self, tolerance_s: float) -> float:
        """Put rows of clips that follow one another behind each other; returns the largest move, s."""
        rows: list[list[int]] = []
        for index in self.order():
            start_s = self.start_s[index]
            if not np.isfinite(start_s):
                continue
            room = [row for row in rows if self._end_s(row[-1]) - start_s <= tolerance_s]
            if room:
                min(room, key=lambda row: abs(self._end_s(row[-1]) - start_s)).append(index)
            else:
                rows.append([index])
        end_s, most_s = -np.inf, 0.0
        for row in rows:
            moved_s = max(end_s - self.start_s[row[0]], 0.0)
            for index in row:
                self.start_s[index] += moved_s
            end_s, most_s = self._end_s(row[-1]), max(most_s, moved_s)
        return most_s


@dataclass
class _Axis:
    """The time axis while clips are put on it, in order."""

    tolerance_s: float
    clips: list[Clip] = field(default_factory=list)
    overlaps: list[tuple[float, float]] = field(default_factory=list)
    twice: list[tuple[str, float]] = field(default_factory=list)
    zero_s: float = np.nan  # what `_Places` calls recording time 0
    end_s: float = 0.0

    def add(self, info: VideoInfo, start_s: float) -> None:
        offset_s = self._offset_s(info, start_s)
        first = int(np.searchsorted(info.packet_times_s + offset_s, self.end_s - SAME_TIME_S)) if self.clips else 0
        clip = Clip(info, offset_s, first)
        shared_s = min(self.end_s, clip.stop_s) - clip.start_s
        if shared_s > SAME_TIME_S:
            self.overlaps.append((clip.start_s, clip.start_s + shared_s))
            self.twice.append((info.path.name, shared_s))
        self.clips.append(clip)
        self.end_s = max(self.end_s, clip.stop_s)

    def notes(self) -> list[str]:
        """What two clips filmed."""
        return gather(
            (name, f"{shared_s:.1f} s were filmed by a clip before, which counts.") for name, shared_s in self.twice
        )

    def _offset_s(self, info: VideoInfo, start_s: float) -> float:
        following_s = self.end_s - info.start_s
        if not np.isfinite(start_s):
            return following_s
        if not np.isfinite(self.zero_s):
            self.zero_s = start_s - self.end_s
            return following_s
        wanted_s = start_s - self.zero_s
        slack_s = self.tolerance_s + info.start_tolerance_s
        return following_s if abs(wanted_s - self.end_s) <= slack_s else wanted_s - info.start_s


def _one_size(infos: Sequence[VideoInfo], notes: list[str]) -> list[VideoInfo]:
    """All clips on the grid of the night: the picture size of most of its time."""
    lengths: dict[tuple[int, int], float] = {}
    for info in infos:
        size = info.width_px, info.height_px
        lengths[size] = lengths.get(size, 0.0) + float(info.packet_durations_s.sum())
    width, height = max(lengths, key=lambda size: lengths[size])
    other = [info for info in infos if (info.width_px, info.height_px) != (width, height)]
    notes += gather(
        (info.path.name, f"its pictures of {info.width_px} x {info.height_px} were scaled to {width} x {height}.")
        for info in other
    )
    if not other:
        return list(infos)
    return [
        replace(info, width_px=width, height_px=height, source_px=(info.width_px, info.height_px)) for info in infos
    ]


def _unknown_starts(infos: Sequence[VideoInfo], places: _Places) -> list[str]:
    n_unknown = sum(info.start_at is None for info in infos)
    if len(infos) < 2 or not n_unknown:
        return []
    if places.by_stamps:
        return ["Start times are unknown: the clips were placed by their time stamps, which go on from file to file."]
    if n_unknown == len(infos):
        return [f"Start times are unknown: the {n_unknown} clips were taken one after the other by name."]
    names = [
        (info.path.name, "its start is unknown, so it was put behind the clip before it.")
        for info in infos
        if info.start_at is None
    ]
    return gather(names)


def _clock_of(
    infos: Sequence[VideoInfo], axis: _Axis, places: _Places, params: FootageParams
) -> tuple[datetime | None, str]:
    """Wall clock of the first picture, and where it comes from."""
    if params.start:
        return read_moment(params.start, find_zone(params.time_zone), "footage.start"), "option"
    known = [info for info in infos if info.start_at is not None]
    if not known or places.by_stamps:
        return None, ""
    first = min(known, key=lambda info: info.start_at.timestamp() if info.start_at else 0.0)
    return wall_clock(first.start_at, axis.zero_s) if first.start_at else None, first.start_source

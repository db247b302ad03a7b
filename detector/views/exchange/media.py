"""The files of a night as players and BORIS count time: each from its own zero, or end to end without the gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path, PurePath, PureWindowsPath

from detector.errors import FootageError
from detector.footage.video import VideoInfo, probe
from detector.night.files.originals import find_footage
from detector.night.night import Night

_ROUNDING_S = 0.001


@dataclass(frozen=True)
class MediaClip:
    """One file on the time axis of its night.

    Attributes:
        name: short and only once in the night.
        path: where it is now; where it was when nobody finds it.
        start_s: recording time of its first picture, s.
        stop_s: recording time of its end, s; from the file, or where that is gone from what was observed.
        until_s: where the next file begins, s; infinite for the last.
        fps: pictures a second; NaN where the file is gone.
        is_there: whether the file was found.
    """

    name: str
    path: str
    start_s: float
    stop_s: float
    until_s: float
    fps: float
    is_there: bool

    @property
    def length_s(self) -> float:
        """Length as BORIS keeps it: with three decimals, s."""
        return round(self.stop_s - self.start_s, 3)


def clips_of(night: Night, footage: str | Path | None = None) -> tuple[MediaClip, ...]:
    """The files of a night in order of time, without those that hold no time of their own.

    Args:
        night: whose files they are.
        footage: where they are now; None looks where they were and beside the night.
    """
    sources = night.provenance.inputs
    found = find_footage(night, footage)
    clips = []
    for place, source in enumerate(sources):
        later = [each.zero_s for each in sources if each.zero_s > source.zero_s]
        until_s = min(later, default=math.inf)
        path = found.get(source.sha256)
        info = _probed(path)
        length_s = _length_s(info) if info else _seen_until(night, source.zero_s, until_s) - source.zero_s
        clips.append(
            MediaClip(
                night.provenance.input_names[place], str(path or source.path), source.zero_s,
                source.zero_s + max(length_s, _ROUNDING_S), until_s, _fps(info), path is not None,
            )
        )  # fmt: skip
    return tuple(sorted(clips, key=lambda clip: clip.start_s))


def _probed(path: Path | None) -> VideoInfo | None:
    try:
        return probe(path) if path else None
    except FootageError:
        return None


def _length_s(info: VideoInfo) -> float:
    times_s = info.packet_times_s
    return float(times_s[-1] + info.packet_durations_s[-1] - times_s[0])


def _fps(info: VideoInfo | None) -> float:
    if info is None or len(info.packet_times_s) < 2:
        return math.nan
    return (len(info.packet_times_s) - 1) / float(info.packet_times_s[-1] - info.packet_times_s[0])


def _seen_until(night: Night, start_s: float, until_s: float) -> float:
    """Where a file probably ends: with the last that was observed before the next one."""
    ends = [min(stop_s, until_s) for begin_s, stop_s in night.observed if stop_s > start_s and begin_s < until_s]
    return max(ends, default=min(until_s, night.stop_s))


class EndToEnd:
    """The time of several files joined end to end with the gaps between them removed, as BORIS counts it."""

    def __init__(self, clips: Sequence[MediaClip], lengths_s: Sequence[float] | None = None) -> None:
        """Join files.

        Args:
            clips: in the order in which they are joined.
            lengths_s: how long each is to the tool; their own lengths when left out.
        """
        self.clips = tuple(clips)
        lengths = list(lengths_s) if lengths_s is not None else [clip.length_s for clip in clips]
        self.begins_s = [0.0, *accumulate(lengths)]

    def joined_s(self, time_s: float) -> float:
        """A moment of the recording as joined time, s; one in a gap is the end of the file before it."""
        begun = [place for place, clip in enumerate(self.clips) if clip.start_s <= time_s + _ROUNDING_S / 2]
        place = max(begun, key=lambda index: self.clips[index].start_s, default=0)
        since_s = time_s - self.clips[place].start_s
        length_s = self.begins_s[place + 1] - self.begins_s[place]
        return round(self.begins_s[place] + min(max(since_s, 0.0), length_s), 3)

    def recording_s(self, joined_s: float, *, is_stop: bool = False) -> float:
        """A joined time as a moment of the recording, s.

        Args:
            joined_s: as the tool counts, s.
            is_stop: whether it is an end: where two files meet it belongs to the earlier one, a start to the later.
        """
        last = len(self.clips) - 1
        edges = self.begins_s[1:-1]
        place = sum(joined_s > edge + 1e-6 if is_stop else joined_s >= edge - 1e-6 for edge in edges)
        place = min(place, last)
        return round(self.clips[place].start_s + joined_s - self.begins_s[place], 3)

    def stop_joined_s(self, time_s: float) -> float:
        """The end of something as joined time, s: an end where a file begins is the end of the file before it."""
        at_start = [place for place, clip in enumerate(self.clips) if abs(clip.start_s - time_s) < _ROUNDING_S / 2]
        return round(self.begins_s[at_start[0]], 3) if at_start else self.joined_s(time_s)


def base_name(path: str) -> str:
    """The name of a file without its folders, whichever system wrote the path.

    >>> base_name("C:/nights/one.mp4"), base_name("/nights/one.mp4")
    ('one.mp4', 'one.mp4')
    """
    return PureWindowsPath(path).name if "\\" in path else PurePath(path).name


def find_clip(clips: Sequence[MediaClip], path: str) -> MediaClip | None:
    """The clip that a tool means by a path: the one of this name, if there is only one; else None."""
    wanted = path.replace("\\", "/")
    same = [clip for clip in clips if wanted == clip.name or wanted.endswith(f"/{clip.name}")]
    same = same or [clip for clip in clips if base_name(clip.path) == base_name(path)]
    return same[0] if len(same) == 1 else None

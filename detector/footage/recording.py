"""Many files as one night: clips in order on one time axis, with gaps, overlaps and observed time."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from detector.errors import FootageError, NoFootageError
from detector.footage.clip_names import is_ring_file
from detector.footage.decode import iter_packets
from detector.footage.placing import Clip, Placing, place_clips
from detector.footage.video import Frame, VideoInfo, probe
from detector.params import FootageParams

__all__ = ["Clip", "Recording", "Span", "iter_interval", "read_recording"]

logger = logging.getLogger(__name__)

_SUFFIXES = "3gp asf avi flv h264 264 h265 265 hevc m2ts m4v mjpeg mjpg mkv mov mp4 mpeg mpg mts ogv ts webm wmv"
VIDEO_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""What a folder is searched for; a file named by itself is tried whatever its extension."""

_RING_FILE = (
    "{}: this is a pre-allocated file that its recorder overwrites in turn, so neither its name nor its order tells "
    "when it was filmed; export the night with the camera's own program."
)


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
        notes: what the user should know about how the clips were put together, one sentence each.
    """

    clips: tuple[Clip, ...]
    gaps: tuple[tuple[float, float], ...]
    overlaps: tuple[tuple[float, float], ...]
    start_at: datetime | None
    start_source: str
    unreadable: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def start_s(self) -> float:
        """Recording time of the first frame, s."""
        return self.clips[0].start_s

    @property
    def stop_s(self) -> float:
        """End of the last frame, s."""
        return max(clip.stop_s for clip in self.clips)

    @property
    def files_s(self) -> float:
        """Time that the frames in the files stand for, s; what two clips filmed counts once."""
        return float(sum(clip.info.packet_durations_s[clip.first :].sum() for clip in self.clips))

    @property
    def gap_s(self) -> float:
        """Unfilmed time between first and last frame, s."""
        return float(sum(stop_s - start_s for start_s, stop_s in self.gaps))


def read_recording(paths: Sequence[Path | str], params: FootageParams | None = None) -> Recording:
    """Probe files and folders and place them on one time axis.

    Args:
        paths: files (tried whatever their extension) and folders (searched with all their folders for video files;
            hidden ones are left out).
        params: limits, name pattern and time zone; the defaults when left out.

    Returns:
        The night. Files that cannot be used are in `unreadable`.

    Raises:
        NoFootageError: no file could be used.
        ParameterError: the time zone or the name pattern cannot be used.
    """
    params = params or FootageParams()
    files = find_files([Path(path) for path in paths])
    infos, unreadable = _probe_all(files, params)
    if not infos:
        raise NoFootageError(_nothing(paths, unreadable))
    placing = place_clips(infos, params)
    return _recording(placing, unreadable)


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The video files among paths, in natural order within each folder, each once.

    A path that does not exist is kept, so that reading it says so.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        for file in _in_folder(path) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def natural_key(path: Path) -> list[tuple[tuple[int, int, str], ...]]:
    """Sorts names as people do: `clip2` before `clip10`."""
    return [
        tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"([0-9]+)", name.lower()))
        for name in path.parts
    ]


def iter_interval(recording: Recording, start_s: float, stop_s: float) -> Iterator[Frame]:
    """Decode the frames whose recording time is in `[start_s, stop_s)`."""
    for clip in recording.clips:
        times_s = clip.info.packet_times_s + clip.offset_s
        first = max(int(np.searchsorted(times_s, start_s)), clip.first)
        stop = int(np.searchsorted(times_s, stop_s))
        if first < stop:
            yield from iter_packets(clip.info, first, stop, clip.offset_s)


def _in_folder(folder: Path) -> list[Path]:
    files = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [
            Path(parent, name)
            for name in names
            if not name.startswith(".") and Path(name).suffix.lower() in VIDEO_SUFFIXES
        ]
    return sorted(files, key=natural_key)


def _probe_all(files: list[Path], params: FootageParams) -> tuple[list[VideoInfo], list[tuple[str, str]]]:
    infos, unreadable = [], []
    for file in files:
        if is_ring_file(file):
            unreadable.append((str(file), _RING_FILE.format(file)))
            continue
        try:
            infos.append(probe(file, params))
        except FootageError as error:
            logger.info("%s", error)
            unreadable.append((str(file), str(error)))
    return infos, unreadable


def _nothing(paths: Sequence[Path | str], unreadable: list[tuple[str, str]]) -> str:
    if len(unreadable) == 1:
        return unreadable[0][1]
    if unreadable:
        return f"None of the {len(unreadable)} files can be read as video; the first: {unreadable[0][1]}"
    names = ", ".join(str(path) for path in paths) or "No path"
    return f"{names}: expected video files, but none was found; name files or a folder that holds them."


def _recording(placing: Placing, unreadable: list[tuple[str, str]]) -> Recording:
    return Recording(
        clips=placing.clips,
        gaps=placing.gaps,
        overlaps=placing.overlaps,
        start_at=placing.start_at,
        start_source=placing.start_source,
        unreadable=tuple(unreadable),
        notes=placing.notes,
    )

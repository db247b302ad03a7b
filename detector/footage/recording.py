"""Many files as one night: clips in order on one time axis, with gaps, overlaps and observed time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from detector.errors import FootageError, NoFootageError, ParameterError
from detector.footage.cameras import compare_clips
from detector.footage.clip_names import ring_file_advice
from detector.footage.clock import wall_clock
from detector.footage.container import one_picture
from detector.footage.decode import iter_packets
from detector.footage.files import find_files, hash_file
from detector.footage.placing import Clip, place_clips
from detector.footage.remarks import gather
from detector.footage.video import Frame, VideoInfo, probe
from detector.params import FootageParams

__all__ = ["Clip", "Recording", "Span", "iter_interval", "read_recording"]

logger = logging.getLogger(__name__)


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

    @property
    def clips(self) -> tuple[int, ...]:
        """Indices of the clips that it and its warm-up are in, ascending."""
        return tuple(sorted({clip for clip, _, _ in (*self.warm_up, *self.pieces)}))


@dataclass(frozen=True)
class Recording:
    """One night of footage.

    Attributes:
        clips: in order of time; recording time 0 is the first picture of the first.
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

    def wall_clock(self, time_s: float) -> datetime | None:
        """Wall clock at a recording time, s; None where it is not known."""
        return None if self.start_at is None else wall_clock(self.start_at, time_s - self.start_s)

    @property
    def fps(self) -> float:
        """Pictures a second over most of the night, by the usual interval of each clip."""
        steps = [np.diff(clip.info.packet_times_s[clip.first :]) for clip in self.clips]
        usual = [(float(np.median(step)), len(step)) for step in steps if len(step)]
        if not usual:
            return 0.0
        intervals, weights = np.array([step for step, _ in usual]), np.array([n for _, n in usual])
        order = np.argsort(intervals)
        middle = np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2)
        return float(1.0 / intervals[order][middle])

    @property
    def files_s(self) -> float:
        """Time that the frames in the files stand for, s; what two clips filmed counts once."""
        return float(sum(clip.info.packet_durations_s[clip.first :].sum() for clip in self.clips))

    @property
    def gap_s(self) -> float:
        """Unfilmed time between first and last frame, s."""
        return float(sum(stop_s - start_s for start_s, stop_s in self.gaps))


ProbeFiles = Callable[[Sequence[Path], FootageParams], Iterable[VideoInfo | FootageError]]
"""What each of some files holds, or why it cannot be used, in their order."""


def read_recording(
    paths: Sequence[Path | str], params: FootageParams | None = None, probe_files: ProbeFiles | None = None
) -> Recording:
    """Probe files and folders and place them on one time axis.

    Args:
        paths: files (tried whatever their extension), folders, globs and `@list.txt`, as `find_files` takes them.
        params: limits, name pattern and time zone; the defaults when left out.
        probe_files: how files are read; one by one in this process when left out.

    Returns:
        The night. Files that cannot be used are in `unreadable`.

    Raises:
        NoFootageError: no file could be used, or all of them hold no more than one picture.
        UsageError: the clips are of two cameras, or of several nights.
        ParameterError: the time zone, the start or the name pattern cannot be used.
    """
    params = params or FootageParams()
    found = find_files([Path(path) if isinstance(path, str) else path for path in paths])
    probed, unreadable = _probe_all(found.files, params, probe_files or _probe_each)
    unreadable = [*found.unreadable, *unreadable]
    if not probed:
        raise NoFootageError(_nothing(paths, unreadable))
    if sum(len(info.packet_times_s) for info in probed) == 1:
        raise NoFootageError(one_picture(probed[0].path))
    infos, notes = _each_once(probed)
    placing = place_clips(infos, params, compare_clips)
    return Recording(
        clips=placing.clips,
        gaps=placing.gaps,
        overlaps=placing.overlaps,
        start_at=placing.start_at,
        start_source=placing.start_source,
        unreadable=tuple(unreadable),
        notes=(*notes, *placing.notes),
    )


def iter_interval(recording: Recording, start_s: float, stop_s: float) -> Iterator[Frame]:
    """Decode the frames whose recording time is in `[start_s, stop_s)`."""
    for clip in recording.clips:
        times_s = clip.info.packet_times_s + clip.offset_s
        first = max(int(np.searchsorted(times_s, start_s)), clip.first)
        stop = int(np.searchsorted(times_s, stop_s))
        if first < stop:
            yield from iter_packets(clip.info, first, stop, clip.offset_s)


def _probe_all(
    files: Sequence[Path], params: FootageParams, probe_files: ProbeFiles
) -> tuple[list[VideoInfo], list[tuple[str, str]]]:
    advice = {file: ring_file_advice(file) for file in files}
    results = iter(probe_files([file for file in files if not advice[file]], params))
    infos, unreadable = [], []
    for file in files:
        result = FootageError(advice[file]) if advice[file] else next(results)
        if isinstance(result, FootageError):
            logger.info("%s", result)
            unreadable.append((str(file), str(result)))
        else:
            infos.append(result)
    return infos, unreadable


def _probe_each(files: Sequence[Path], params: FootageParams) -> Iterator[VideoInfo | FootageError]:
    for file in files:
        try:
            yield probe(file, params)
        except FootageError as error:
            yield error
        except ParameterError:
            raise
        except Exception as error:  # noqa: BLE001  # one file must not cost the night; it is named
            text = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")
            yield FootageError(f"{file}: cannot be read as video ({text}); try whether it plays.")


def _each_once(infos: Sequence[VideoInfo]) -> tuple[list[VideoInfo], list[str]]:
    """Files of equal content once, unless their names tell other times, and what to say of them."""
    alike: dict[tuple[object, ...], list[VideoInfo]] = {}
    for info in infos:
        named_at = info.start_at if info.start_source == "name" else None
        alike.setdefault((info.size_bytes, len(info.packet_times_s), named_at), []).append(info)
    again: dict[Path, str] = {}
    for group in alike.values():
        first: dict[str, VideoInfo] = {}
        for info in group if len(group) > 1 else []:
            kept = first.setdefault(hash_file(info.path), info)
            if kept is not info:
                again[info.path] = f"it is the same file as {kept.path.name}, and was counted once."
    return [info for info in infos if info.path not in again], gather((path.name, text) for path, text in again.items())


def _nothing(paths: Sequence[Path | str], unreadable: list[tuple[str, str]]) -> str:
    if len(unreadable) == 1:
        return unreadable[0][1]
    if unreadable:
        joined = " ".join(str(path) for path in paths)
        hint = f' (names with spaces need quotes: "{joined}")' if _is_one_name(paths) else ""
        return f"None of the {len(unreadable)} files can be read as video{hint}; the first: {unreadable[0][1]}"
    names = ", ".join(str(path) for path in paths) or "No path"
    return (
        f"{names}: expected video files, but none was found; name files such as .mp4, .mkv, .mov, .avi or .ts, or a "
        "folder that holds them."
    )


def _is_one_name(paths: Sequence[Path | str]) -> bool:
    """Whether what was given as several paths is one name that has spaces in it."""
    whole = Path(" ".join(str(path) for path in paths))
    return len(paths) > 1 and (whole.exists() or not any(Path(str(path)).exists() for path in paths))

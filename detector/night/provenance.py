"""Where a result came from: inputs, clock, versions, and what could not be read."""

from __future__ import annotations

import math
import os
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePath

from detector._version import __version__
from detector.footage.clock import wall_clock

NIGHT_SCHEMA_VERSION = 2
_ROUNDING_S = 0.001


@dataclass(frozen=True)
class InputFile:
    """One analyzed file.

    Attributes:
        name: file name without folders.
        path: where it was analyzed, absolute; as the name where the night has no names.
        size_bytes: its size.
        sha256: of its content, hex.
        offset_s: recording time = file time + this, s.
        start_s: recording time of its first picture, s; None where it was not stored.
        location: where it is while it is being analyzed, if `path` does not tell; never stored.
    """

    name: str
    path: str
    size_bytes: int
    sha256: str
    offset_s: float
    start_s: float | None = None
    location: str = field(default="", compare=False, repr=False)

    @property
    def zero_s(self) -> float:
        """Recording time of second 0 as a player counts: of the first picture of the file, s."""
        return self.offset_s if self.start_s is None else self.start_s


@dataclass(frozen=True)
class SkippedSpan:
    """A stretch of footage that could not be measured: recording time, s, and why."""

    start_s: float
    stop_s: float
    reason: str


@dataclass(frozen=True)
class Subject:
    """Who was filmed, as the user says it; each may be empty.

    Attributes:
        code: of the infant.
        session: which night this is.
        age: on that night, in the user's words.
    """

    code: str = ""
    session: str = ""
    age: str = ""


@dataclass(frozen=True)
class Provenance:
    """Where a night came from.

    Attributes:
        inputs: the analyzed files in order of time.
        start_s, stop_s: first and end of last frame, recording time, s.
        start_at: wall clock at `start_s`, with offset, or None where it is not known.
        start_source: where that came from; empty where it is not known.
        unreadable: `(path, reason)` of files that could not be used.
        damage: `(path, what was wrong)` of files that could be used in part.
        notes: what the user should know about how the files were put together.
        skipped: stretches that could not be measured.
        decoding: what decoded the pictures, and why it was not what was asked for.
        has_pictures: whether pictures of the footage may be kept in the night and shown from it.
        has_names: whether files go by their names; else by ids.
        camera: size and coding of most of its pictures, such as `1280x720 h264`; empty where it was not stored.
        subject: who was filmed, as the user says it.
        analyzed_at: when the footage was analyzed, ISO 8601 with offset; empty where it was not stored.
        versions: of the package, Python and the libraries that decode and compute.
        schema_version: of the night folder.
    """

    inputs: tuple[InputFile, ...]
    start_s: float
    stop_s: float
    start_at: datetime | None = None
    start_source: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()
    damage: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    skipped: tuple[SkippedSpan, ...] = ()
    decoding: str = "software"
    has_pictures: bool = True
    has_names: bool = True
    camera: str = ""
    subject: Subject = Subject()
    analyzed_at: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = NIGHT_SCHEMA_VERSION

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """One short name an input, each only once: the file name, with as many of its folders as it takes."""
        return distinct_names([source.path for source in self.inputs])

    def wall_clock(self, time_s: float) -> datetime | None:
        """Recording time, s, as a wall clock with offset; None where the start is not known."""
        return None if self.start_at is None else wall_clock(self.start_at, time_s - self.start_s)

    def wall_clock_text(self, time_s: float) -> str:
        """Recording time, s, as ISO 8601 with offset and milliseconds; empty where the start is not known."""
        moment = self.wall_clock(time_s)
        return "" if moment is None else moment.isoformat(timespec="milliseconds")

    def file_place(self, time_s: float) -> tuple[str, float]:
        """Where a player finds a moment.

        Args:
            time_s: recording time, s.

        Returns:
            `(name, second)`: of the last input that had begun by then, and the time since its first picture, s; an
            empty name and NaN where there are no inputs.
        """
        if not self.inputs:
            return "", math.nan
        # A start is rounded to milliseconds, and the lag taken off a movement may reach before the first picture.
        begun = [place for place, source in enumerate(self.inputs) if source.zero_s <= time_s + _ROUNDING_S]
        place = max(begun, key=lambda index: self.inputs[index].zero_s, default=0)
        return self.input_names[place], max(time_s - self.inputs[place].zero_s, 0.0)


def distinct_names(paths: Sequence[str]) -> tuple[str, ...]:
    """The shortest end of each path that no other path has.

    >>> distinct_names(["a/21/00.mp4", "a/22/00.mp4", "a/22/01.mp4"])
    ('21/00.mp4', '22/00.mp4', '01.mp4')
    """
    parts = [PurePath(path).parts for path in paths]
    depths = [1] * len(parts)
    while True:
        names = ["/".join(part[-depth:]) for part, depth in zip(parts, depths, strict=True)]
        often = Counter(names)
        longer = [place for place, name in enumerate(names) if often[name] > 1 and depths[place] < len(parts[place])]
        if not longer:
            return tuple(names)
        for place in longer:
            depths[place] += 1


def date_of_analysis() -> str:
    """Now, ISO 8601 with offset; or what `SOURCE_DATE_EPOCH` says, in seconds since 1970, where files must be equal."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if told.isascii() and told.isdigit() and len(told) < 12:
        return datetime.fromtimestamp(int(told), UTC).isoformat()
    return datetime.now(UTC).astimezone().isoformat(timespec="seconds")


def software_versions() -> dict[str, str]:
    """Versions of all that a result can depend on."""
    import cv2

    # isort: split
    import av  # after cv2: both bring FFmpeg libraries
    import numpy as np
    import scipy

    libraries = {name: ".".join(str(part) for part in version) for name, version in av.library_versions.items()}
    return {
        "twitch-detector": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "opencv": cv2.__version__,
        "av": av.__version__,
        **{f"ffmpeg {name}": version for name, version in sorted(libraries.items())},
    }

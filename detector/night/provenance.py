"""Where a result came from: inputs, clock, versions, and what could not be read."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from detector._version import __version__

NIGHT_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class InputFile:
    """One analyzed file.

    Attributes:
        name: file name without folders.
        path: as it was given.
        size_bytes: its size.
        sha256: of its content, hex.
        offset_s: recording time = file time + this, s.
    """

    name: str
    path: str
    size_bytes: int
    sha256: str
    offset_s: float


@dataclass(frozen=True)
class SkippedSpan:
    """A stretch of footage that could not be measured: recording time, s, and why."""

    start_s: float
    stop_s: float
    reason: str


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
    versions: Mapping[str, str] = field(default_factory=dict)
    schema_version: int = NIGHT_SCHEMA_VERSION


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

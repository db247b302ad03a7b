"""A motion trace as a file: small, the same bytes for equal traces, and checked when it is read."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.errors import NightFolderError
from detector.motion.packing import read_arrays, write_arrays
from detector.motion.trace import NEEDED, PARTS, MotionTrace, Noise, named, under

TRACE_VERSION = 9
_READ_VERSIONS = (8, TRACE_VERSION)  # one of version 8 is in recording time as it stands

# Neighbors in the picture are alike.
_STEPPED = (
    "noise.blocks.floor",
    *(f"noise.spans.{name}" for name in ("key_floor", "slow_floor", "middle", "slow_middle", "tick")),
    "fast.energy",
    "slow.energy",
)


def save_trace(path: Path, trace: MotionTrace, offset_s: float = 0.0) -> None:
    """Write a trace as a small `.npz`; equal traces give equal bytes.

    Args:
        path: where to.
        trace: in any time.
        offset_s: what is added to its times when it is read.
    """
    arrays = {
        "version": np.array(TRACE_VERSION),
        "offset_s": np.array(offset_s),
        "reference": trace.reference,
        "lost_s": np.array(trace.lost_s),
    }
    for name in PARTS:
        part = getattr(trace, name)
        arrays |= {} if part is None else named(name, part)
    with path.open("wb") as file:
        write_arrays(file, arrays, stepped=_STEPPED)


def copy_trace(path: Path, target: Path, offset_s: float) -> None:
    """Write a stored trace again, with another offset: the bytes that `save_trace` gives with that one.

    Args:
        path: of a trace that `load_trace` can read.
        target: where to; not `path`.
        offset_s: what is added to its times when it is read.

    Raises:
        OSError: it cannot be read or written.
    """
    with path.open("rb") as file:
        arrays = read_arrays(file)
    with target.open("wb") as file:
        write_arrays(file, {**arrays, "offset_s": np.array(offset_s)}, stepped=_STEPPED)


def load_trace(path: Path) -> MotionTrace:
    """Read what `save_trace` wrote, with its offset added.

    Raises:
        NightFolderError: the file is missing, damaged, or of another version.
    """
    try:
        # An open file of our own, since numpy leaves its one open when the archive is damaged.
        with path.open("rb") as file:
            stored = read_arrays(file)
        version = int(stored["version"])
        if version not in _READ_VERSIONS:
            raise NightFolderError(
                f"{path}: expected a motion trace of version {TRACE_VERSION}, but version {version} came; "
                "analyze the footage again."
            )
        return _from_arrays(stored)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise NightFolderError(
            f"{path}: expected a motion trace, but it cannot be read ({error}); analyze the footage again."
        ) from None


def _from_arrays(stored: Mapping[str, NDArray[Any]]) -> MotionTrace:
    # Any: parts of every type, by name; one that may be missing is None.
    parts: dict[str, Any] = {}
    for name, kind in PARTS.items():
        arrays = under(name, stored)
        if arrays or name in NEEDED:
            parts[name] = kind.from_arrays(arrays)
    trace = MotionTrace(**parts, reference=stored["reference"], lost_s=float(stored["lost_s"]))
    return _later(trace, float(stored.get("offset_s", 0.0)))


def _later(trace: MotionTrace, by_s: float) -> MotionTrace:
    """The same motion at other times."""
    if not np.isfinite(by_s):
        raise ValueError(f"expected a finite offset, but {by_s} came")
    frames, blocks, spans, breathing = trace.frames, trace.noise.blocks, trace.noise.spans, trace.breathing
    return replace(
        trace,
        frames=replace(frames, time_s=frames.time_s + by_s),
        noise=Noise(
            replace(blocks, start_s=blocks.start_s + by_s),
            replace(spans, start_s=spans.start_s + by_s),
        ),
        breathing=breathing and replace(breathing, start_s=breathing.start_s + by_s),
    )

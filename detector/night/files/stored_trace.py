"""The motion of a night on disk: its parts, checked, read and joined, at the earliest when somebody asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, overload

from detector.errors import DetectorError, NightFolderError
from detector.motion.trace import MotionTrace, join_traces, taken
from detector.motion.trace_file import load_trace
from detector.night.files.disk import MOST_TRACE_BYTES, check_archive


class HasParts(Protocol):
    """A night as far as its motion goes."""

    @property
    def parts(self) -> tuple[Path, ...]:
        """Files that hold it, in order of time; empty when it is only in memory."""
        ...


class StoredTrace:
    """The motion of a night: as it was given, or read from the night's parts when it is first asked for."""

    @overload
    def __get__(self, night: None, owner: type) -> None: ...
    @overload
    def __get__(self, night: HasParts, owner: type) -> MotionTrace | None: ...

    def __get__(self, night: HasParts | None, owner: type) -> MotionTrace | None:
        if night is None:
            return None
        trace: MotionTrace | None = vars(night).get("_trace")
        if trace is None and night.parts:
            trace = vars(night)["_trace"] = read_trace(night.parts)
        return trace

    def __set__(self, night: HasParts, trace: MotionTrace | None) -> None:
        vars(night)["_trace"] = trace


def read_trace(parts: Sequence[Path]) -> MotionTrace:
    """Join the motion parts of a night.

    Args:
        parts: in order of time, at least one.

    Raises:
        NightFolderError: a part is missing or damaged, or they do not fit each other.
    """
    unpacked, traces = 0, []
    for path in parts:
        n_bytes, trace = _measured_part(path)
        unpacked += n_bytes
        traces.append(trace)
        if unpacked > MOST_TRACE_BYTES:
            raise NightFolderError(f"{path.parent}: the motion parts are larger than any night; analyze it again.")
    del trace
    try:
        return join_traces(taken(traces))
    except ValueError as error:
        raise NightFolderError(
            f"{parts[0].parent}: the motion parts do not fit each other ({error}); analyze the footage again."
        ) from None


def read_part(path: Path) -> MotionTrace:
    """Read one motion part: a regular file in the folder of parts, bounded in size, whose arrays fit each other.

    Raises:
        NightFolderError: it is missing or damaged.
    """
    return _measured_part(path)[1]


def _measured_part(path: Path) -> tuple[int, MotionTrace]:
    """Bytes of a motion part, unpacked, and its trace."""
    try:
        return check_archive(path, path.parent.parent), load_trace(path)
    except (DetectorError, MemoryError):  # a part is not damaged because there is no room to read it
        raise
    except FileNotFoundError:
        raise NightFolderError(f"{path}: this motion part is missing; analyze the footage again.") from None
    except Exception as error:  # noqa: BLE001  # a flipped byte can surface as nearly anything out of zip and numpy
        raise NightFolderError(
            f"{path}: this motion part is damaged ({type(error).__name__}); analyze the footage again."
        ) from None

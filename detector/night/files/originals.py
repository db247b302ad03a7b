"""The footage of a night, found again: by size and content, wherever it lies now."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from detector.errors import FootageError
from detector.footage.recording import Clip, Recording
from detector.footage.video import VideoInfo, probe
from detector.night.provenance import InputFile, Provenance
from detector.params import FootageParams, Params

_HOW_TO_FIND = "say where it is now with --footage DIR (in Python, footage=DIR)"


State = tuple[int, ...]
"""`file_state` of a file."""


class Recorded(Protocol):
    """What has to be known of a night to find its footage."""

    @property
    def provenance(self) -> Provenance:
        """Its inputs, with size, content and place in time."""

    @property
    def params(self) -> Params:
        """The parameters it was analyzed with."""

    @property
    def folder(self) -> Path | None:
        """Where it stands on disk."""

    @property
    def origin(self) -> Path | None:
        """Where the night stands that it was decided from."""


@dataclass(frozen=True)
class _Read:
    """A file as it was when it was read last."""

    state: State
    sha256: str
    info: VideoInfo
    params: FootageParams


# What the last analysis of this process read: neither hashed nor probed again for its report.
_LAST_READ: dict[Path, _Read] = {}


def file_state(path: Path) -> State:
    """What changes when a file does: place on disk, size, time of writing; empty if it is gone."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return state.st_ino, state.st_size, state.st_mtime_ns


def remember(states: Sequence[State], hashes: Sequence[str], infos: Sequence[VideoInfo], params: FootageParams) -> None:
    """Keep what was read of the files of a night, in the place of what was kept before.

    Args:
        states: `file_state` of each before it was hashed.
        hashes: SHA-256 of each, hex.
        infos: what was probed of each.
        params: with which they were probed.
    """
    _LAST_READ.clear()
    for state, sha256, info in zip(states, hashes, infos, strict=True):
        _LAST_READ[info.path.absolute()] = _Read(state, sha256, info, params)


def find_footage(night: Recorded, footage: str | Path | None = None) -> Mapping[str, Path]:
    """The files of a night that are still to be had.

    A file counts only if its size and its SHA-256 are those of the file that was analyzed: a night that came from
    somebody else never gets at another file of this disk.

    Args:
        night: whose footage is wanted.
        footage: a folder (searched with all its folders, whatever the files are called now) or a file. None looks
            where the footage was when it was analyzed, beside the night folder, and inside it.

    Returns:
        SHA-256 of an analyzed file to its path now, in order of time; files that were not found are left out, and all
        of a night that was made without pictures.
    """
    found: dict[str, Path] = {}
    for source in night.provenance.inputs if night.provenance.has_pictures else ():
        path = next(_same(source, _candidates(night, source, footage)), None)
        if path is not None:
            found[source.sha256] = path
    return found


def find_original(night: Recorded, source: InputFile, footage: str | Path | None = None) -> Path:
    """Where one of the analyzed files is now; places as in `find_footage`.

    Raises:
        FootageError: it is gone, or another file has taken its place; or the night is one without pictures.
    """
    if not night.provenance.has_pictures:
        raise FootageError("This night was made without pictures (--no-pictures), so nothing of its footage is shown.")
    path = next(_same(source, _candidates(night, source, footage)), None)
    if path is not None:
        return path
    others = [other for other in _candidates(night, source, footage) if _size(other) is not None]
    if others:
        raise FootageError(
            f"{source.name}: expected the file that was analyzed, but the one found now has other content; "
            f"{_HOW_TO_FIND}."
        )
    where = "where it was analyzed or beside the night folder" if footage is None else f"in {footage}"
    raise FootageError(f"{source.name}: expected this file {where}, but it is not there; {_HOW_TO_FIND}.")


def open_stretch(night: Recorded, start_s: float, stop_s: float, footage: str | Path | None = None) -> Recording:
    """The files around a stretch of a night, where the night had placed them; the others are not opened.

    Args:
        night: whose footage is wanted.
        start_s: where it begins, recording time, s.
        stop_s: where it ends, recording time, s.
        footage: as for `find_footage`.

    Raises:
        FootageError: a file is gone, is another one than was analyzed, or cannot be read.
    """
    inputs = sorted(night.provenance.inputs, key=lambda source: source.offset_s)
    # The file before is needed too: a file may begin later than its offset says.
    before = [source for source in inputs if source.offset_s <= start_s][-2:]
    during = [source for source in inputs if start_s < source.offset_s < stop_s]
    clips = []
    for source in (*before, *during):
        path = find_original(night, source, footage)
        clips.append(Clip(_info(path, night.params.footage), source.offset_s))
    return Recording(tuple(clips), gaps=(), overlaps=(), start_at=None, start_source="")


def _candidates(night: Recorded, source: InputFile, footage: str | Path | None) -> Iterator[Path]:
    """Places at which a file may be, the likeliest first; they need not exist."""
    if footage is not None:
        yield from _below(Path(footage), source)
        return
    given = Path(source.location or source.path)
    yield given
    if (stands := night.folder or night.origin) is not None:
        beside = stands.absolute()
        for folder in (beside.parent, beside):
            yield folder / source.name
            if not given.is_absolute():
                yield folder / given


def _below(place: Path, source: InputFile) -> Iterator[Path]:
    """Files of the right name at a place, then all others of the right size."""
    if not place.is_dir():
        yield place
        return
    yield place / source.name
    others = []
    for parent, folders, names in os.walk(place):
        folders.sort()
        for name in sorted(names):
            path = Path(parent, name)
            if name == source.name:
                yield path
            elif _size(path) == source.size_bytes:
                others.append(path)
    yield from others


def _same(source: InputFile, candidates: Iterator[Path]) -> Iterator[Path]:
    """Candidates that hold what was analyzed."""
    for path in candidates:
        if _size(path) == source.size_bytes and _content(path) == source.sha256:
            yield path


def _size(path: Path) -> int | None:
    """Size of a regular file, bytes; None for everything else: a pipe would never end."""
    try:
        state = path.stat()
    except (OSError, ValueError):  # ValueError: a name that no file can have
        return None
    return state.st_size if stat.S_ISREG(state.st_mode) else None


def _content(path: Path) -> str:
    state, read = file_state(path), _LAST_READ.get(path.absolute())
    if read is not None and read.state == state != ():
        return read.sha256
    return _hash(path.absolute(), *state)


def _info(path: Path, params: FootageParams) -> VideoInfo:
    state, read = file_state(path), _LAST_READ.get(path.absolute())
    if read is not None and read.state == state != () and read.params == params:
        return replace(read.info, path=path)
    return _probed(path, state, params)


@lru_cache(maxsize=4096)
def _hash(path: Path, *state: int) -> str:
    """SHA-256 of a file's content, hex, once as long as the file stays the same; empty where it cannot be read."""
    del state
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


@lru_cache(maxsize=4)
def _probed(path: Path, state: State, params: FootageParams) -> VideoInfo:
    """`probe`, once for all events of a file: it reads every packet, which takes seconds for a night in one piece."""
    del state
    return probe(path, params)

"""What this program wrote: hashes of its files, so that what others wrote or changed is seen and never lost.

A night keeps them with its motion; any other folder in a hidden file of its own. What stands in the way of a file and
is not ours, or was changed since, is moved aside as `<name>.edited-N`, and that is said.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from detector.errors import NoticeWarning, UsageError, displayed
from detector.night.files.atomic import whole_file
from detector.night.layout import ASIDE_MARK, MOTION_FOLDER, RECORD_OUTSIDE, WRITTEN_FILE

_SHOWN = "footage_shown_in_report"

Record = dict[str, tuple[str, ...]]
"""SHA-256 by file name: of what stands there, and of what it is about to be."""


def refuse_existing(paths: Sequence[Path], *, overwrite: bool) -> None:
    """Refuse to write where something stands, unless that is allowed.

    Args:
        paths: all that a command will write.
        overwrite: whether the user allowed it.

    Raises:
        UsageError: one of them exists, or is a folder; it names the argument of Python, the command line its option.
    """
    for path in paths:
        if path.is_dir():
            raise UsageError(f"{path}: expected the name of a file, but this is a folder; choose another name.")
        if path.exists() and not overwrite:
            raise UsageError(f"{path}: this exists already; choose another name or give overwrite=True.")


@contextmanager
def replacing(paths: Sequence[Path]) -> Iterator[None]:
    """Files are written anew: what others wrote in their place is moved aside, and what stands there then is ours.

    Args:
        paths: all that will be written, in folders that may not exist yet.

    Raises:
        OSError: as the file system says.
    """
    folders = {path.parent for path in paths}
    for folder in folders:
        make_way(folder, {path.name: "" for path in paths if path.parent == folder})
    yield
    for folder in folders:
        remember(folder, {path.name: hash_of(path) for path in paths if path.parent == folder and path.is_file()})


def make_way(folder: Path, hashes: Mapping[str, str]) -> None:
    """Move aside what stands in the place of new files and is not ours.

    Args:
        folder: where they go.
        hashes: SHA-256 by name of the new files; what equals them may stay.
    """
    record = read_record(folder)
    for name, sha256 in hashes.items():
        path = folder / name
        if path.is_dir() or (path.is_file() and hash_of(path) not in {sha256, *record.get(name, ())}):
            kept = move_aside(path)
            told = "was changed since it was written" if name in record else "was not written by this program"
            tell(f"{path}: this {told}, so it is kept as {kept.name}.")


def move_aside(path: Path) -> Path:
    """Give a file or folder a name of its own beside it.

    Returns:
        `<name>.edited-N`, with the first N from 1 that is free.
    """
    names = (f"{path.name}{ASIDE_MARK}{number}" for number in count(1))
    place = next(place for place in map(path.with_name, names) if not os.path.lexists(place))
    path.rename(place)
    return place


def remove_stale(path: Path) -> None:
    """Remove a file of ours that no longer says what is; one of others, or changed by them, stays."""
    if path.is_file() and hash_of(path) in read_record(path.parent).get(path.name, ()):
        path.unlink()


def tell(text: str) -> None:
    """Warn of something that the user should know; the command line prints it."""
    warnings.warn(displayed(text), NoticeWarning, stacklevel=3)


def read_record(folder: Path) -> Record:
    """What this program wrote into a folder; empty where nobody knows."""
    files = _read(folder).get("files")
    if not isinstance(files, dict):
        return {}
    lists = {name: hashes for name, hashes in files.items() if isinstance(hashes, list)}
    return {str(name): tuple(str(sha256) for sha256 in hashes) for name, hashes in lists.items()}


def remember(folder: Path, hashes: Mapping[str, str], *, beside: bool = False) -> None:
    """Note which files of a folder are ours.

    Args:
        folder: where they stand.
        hashes: SHA-256 by name.
        beside: whether what stood there before counts as well, since it is just being replaced.
    """
    known = read_record(folder)
    new = {name: (sha256, *(known.get(name, ()) if beside else ())) for name, sha256 in hashes.items()}
    record = {name: list(dict.fromkeys(values)) for name, values in sorted({**known, **new}.items())}
    _write(folder, {**_read(folder), "files": record})


def n_shown(folder: Path) -> int:
    """From how many files of footage the report of a night was given its pictures; 0 where nobody knows."""
    number = _read(folder).get(_SHOWN)
    return number if isinstance(number, int) else 0


def remember_shown(folder: Path, n_files: int) -> None:
    """Note from how many files of footage the report of a night has its pictures."""
    _write(folder, {**_read(folder), _SHOWN: n_files})


def _read(folder: Path) -> dict[str, Any]:
    document: Any = None
    with suppress(OSError, ValueError):
        document = json.loads(_record_path(folder).read_text(encoding="utf-8"))
    return document if isinstance(document, dict) else {}


def _write(folder: Path, document: Mapping[str, Any]) -> None:
    if document != _read(folder):
        with whole_file(_record_path(folder)) as temporary:
            temporary.write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _record_path(folder: Path) -> Path:
    is_night = (folder / MOTION_FOLDER).is_dir()
    return folder / MOTION_FOLDER / WRITTEN_FILE if is_night else folder / RECORD_OUTSIDE


def hash_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

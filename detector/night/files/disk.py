"""Reading what somebody else may have made: regular files inside the night folder, of a bounded size, nothing else."""

from __future__ import annotations

import errno
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

from detector.errors import NightFolderError

_MB = 1_000_000
MOST_DOCUMENT_BYTES = 100 * _MB  # a night of 100,000 clips and as many events takes half of it
MOST_TABLE_BYTES = 400 * _MB
MOST_PART_BYTES = 2_000 * _MB
MOST_TRACE_BYTES = 8_000 * _MB  # unpacked; a 12 h night takes 0.2
_MOST_MEMBERS = 1000


def read_inside(path: Path, folder: Path, most_bytes: int) -> bytes:
    """The content of a file of a night folder.

    Args:
        path: the file.
        folder: the night folder; what lies elsewhere, behind a link, is not read.
        most_bytes: a larger file is refused.

    Raises:
        FileNotFoundError: there is no such file.
        NightFolderError: it is no regular file inside the folder, too large, or cannot be read.
    """
    check_inside(path, folder, most_bytes)
    try:
        # Opened without waiting, since a pipe may have taken the place of the file just checked.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise NightFolderError(_not_regular(path))
            content = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise NightFolderError(f"{path}: cannot read this file of the night ({error.strerror}).") from None
    if len(content) > most_bytes:
        raise NightFolderError(_too_large(path, most_bytes))
    return content


def check_inside(path: Path, folder: Path, most_bytes: int) -> int:
    """Check that a path is a regular file inside a night folder, and not too large.

    Returns:
        Its size, bytes.

    Raises:
        FileNotFoundError: there is no such file.
        NightFolderError: it is something else.
    """
    try:
        place, home = path.resolve(), folder.resolve()
        state = place.stat()
    except (FileNotFoundError, NotADirectoryError):  # the folder itself may be a file
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path)) from None
    except (OSError, RuntimeError, ValueError) as error:  # a ring of links, a name that cannot be
        reason = getattr(error, "strerror", None) or "its links lead nowhere"
        raise NightFolderError(f"{path}: cannot read this file of the night ({reason}).") from None
    if not place.is_relative_to(home):
        raise NightFolderError(
            f"{path}: expected a file inside the night folder, but this is a link to {place}; put the file itself here."
        )
    if not stat.S_ISREG(state.st_mode):
        raise NightFolderError(_not_regular(path))
    if state.st_size > most_bytes:
        raise NightFolderError(_too_large(path, most_bytes))
    return state.st_size


def read_json(path: Path, folder: Path) -> Any:  # noqa: ANN401  # a JSON value is anything
    """A JSON document of a night folder, checked for nothing but being JSON.

    Raises:
        FileNotFoundError: there is no such file.
        NightFolderError: it cannot be read.
        ValueError: it is no JSON, nests without end, or holds what JSON does not know, such as NaN.
    """
    content = read_inside(path, folder, MOST_DOCUMENT_BYTES)
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it nests without end") from None


def check_archive(path: Path, folder: Path) -> int:
    """Check that a zip archive is a regular file inside a night folder, and becomes no larger than a motion part.

    Returns:
        How large it says it becomes, bytes; reading stops there.

    Raises:
        FileNotFoundError: there is no such file.
        NightFolderError: it is something else, or too large.
        OSError, zipfile.BadZipFile: it cannot be read.
    """
    check_inside(path, folder, MOST_PART_BYTES)
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
    n_bytes = sum(member.file_size for member in members)
    if n_bytes > MOST_PART_BYTES or len(members) > _MOST_MEMBERS:
        raise NightFolderError(f"{path}: this motion part becomes larger than any night; analyze the footage again.")
    return n_bytes


def _no_constant(name: str) -> None:
    raise ValueError(f"it holds {name}, which is no JSON")


def _not_regular(path: Path) -> str:
    return f"{path}: expected a regular file, but this is a folder, a pipe or a device; analyze the footage again."


def _too_large(path: Path, most_bytes: int) -> str:
    return f"{path}: expected at most {most_bytes // _MB} MB, but this file is larger; analyze the footage again."

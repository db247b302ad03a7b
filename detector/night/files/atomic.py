"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from detector.night.layout import TEMPORARY_PREFIX


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` to write to; it is forced to disk and takes its name at the end, or vanishes.

    Raises:
        OSError: as the file system says; nothing stays behind under `path`.
    """
    temporary = temporary_path(path)
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def temporary_path(path: Path) -> Path:
    """Where a file stands while it is written: beside its place, under a name that the next run clears away."""
    return path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.name}")


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to disk, where the system can."""
    if sys.platform == "win32":
        return  # Windows keeps names in order by itself and cannot open folders
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # some network file systems cannot
            raise
    finally:
        os.close(handle)

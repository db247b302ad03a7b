"""A night folder as a place on disk: whose it is, who works in it, and how files get there whole or not at all."""

from __future__ import annotations

import errno
import json
import logging
import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from detector.errors import NightFolderError
from detector.night.files.atomic import sync_folder, temporary_path, whole_file
from detector.night.files.claims import Parameters, recording_of, refuse_foreign, refuse_other_night, writing
from detector.night.files.written import hash_of, make_way, move_aside, remember, tell
from detector.night.layout import (
    LOCK_FILE,
    MOTION_FOLDER,
    NIGHT_FILE,
    PART_PATTERN,
    RECORDING_FILE,
    STAGING_FOLDER,
    TEMPORARY_PREFIX,
    is_part,
)

__all__ = ["claimed", "locked", "remove_other_parts", "staged", "temporary_path", "whole_file"]

_NO_LOCKS_HERE = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}

logger = logging.getLogger(__name__)


@contextmanager
def claimed(
    folder: Path, hashes: Sequence[str], parameters: Parameters | None = None, *, overwrite: bool
) -> Iterator[Path]:
    """Make a folder ours for one run: refuse what belongs to others, lock it, remember the recording.

    Args:
        folder: where the night goes; made when missing.
        hashes: SHA-256 of the input files, in order of time; the same recording may come back and resume.
        parameters: those of the run, by group and name; a finished night of other ones is kept.
        overwrite: whether a folder of another night, or with other files in it, may be used.

    Yields:
        The folder for motion parts.

    Raises:
        UsageError: the folder holds another night, one of other parameters, or other files, or is a file.
        NightFolderError: another run works in it, or it cannot be written.
    """
    is_new = not folder.exists()
    refuse_foreign(folder, overwrite=overwrite)
    motion = folder / MOTION_FOLDER
    try:
        motion.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NightFolderError(
            f"{folder}: cannot write the night here ({error.strerror}); nothing was measured yet, so make the place "
            "writable or choose another one (--out)."
        ) from error
    with locked(folder):
        if not overwrite:
            refuse_other_night(folder, hashes, parameters or {})
        with writing(folder):
            _remove_leftovers(folder)
            _keep_foreign_record(motion / RECORDING_FILE)
            with whole_file(motion / RECORDING_FILE) as temporary:
                record = {"sha256": list(hashes), "parameters": parameters or {}}
                temporary.write_text(json.dumps(record), encoding="utf-8")
        try:
            yield motion
        except BaseException:
            with suppress(OSError):  # what stopped workers were writing would fill a full disk
                _remove_leftovers(folder)
            _leave_no_trace(folder, is_new=is_new)
            raise


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write results into; they take their place in `folder` together at the end, or not at all.

    The folder must be `locked` by the caller.

    `night.json` goes last and is what makes a folder a night: what is stopped before it is an unfinished night, which
    `Night.load` refuses and the next run completes.

    Raises:
        NightFolderError: the results cannot be written.
    """
    staging = folder / STAGING_FOLDER
    with writing(folder):
        _remove_leftovers(folder)
        staging.mkdir()
        try:
            yield staging
            _commit(staging, folder)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def remove_other_parts(motion: Path, kept: Sequence[str]) -> None:
    """Remove motion parts of earlier parameters or footage."""
    for path in set(motion.glob(PART_PATTERN)) - {motion / name for name in kept}:
        if is_part(path.name):
            with suppress(OSError):
                path.unlink()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only one who works in a night folder.

    Raises:
        NightFolderError: another run works in it, or it cannot be written.
    """
    # The lock belongs to the open file, so it ends with the process whatever ends it; the empty file stays, because
    # removing a lock file lets two runs hold two locks of one name.
    with writing(folder):
        if folder.is_dir():  # whose motion may have been taken away to save room
            (folder / MOTION_FOLDER).mkdir(exist_ok=True)
        file = (folder / MOTION_FOLDER / LOCK_FILE).open("ab")
    with file:
        try:
            _lock(file)
        except OSError as error:
            if error.errno not in _NO_LOCKS_HERE:
                raise NightFolderError(
                    f"{folder}: another run is working in this folder; wait until it ends or choose another folder."
                ) from None
            logger.warning("%s: this file system has no locks; do not start two runs in one folder", folder)
        yield


def _lock(file: IO[bytes]) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_leftovers(folder: Path) -> None:
    shutil.rmtree(folder / STAGING_FOLDER, ignore_errors=True)
    for place in (folder, folder / MOTION_FOLDER):
        for path in place.glob(f"{TEMPORARY_PREFIX}*"):
            if re.match(rf"{re.escape(TEMPORARY_PREFIX)}\d+-", path.name):
                path.unlink(missing_ok=True)


def _leave_no_trace(folder: Path, *, is_new: bool) -> None:
    motion = folder / MOTION_FOLDER
    if (folder / NIGHT_FILE).exists() or any(motion.glob(PART_PATTERN)):
        return  # something to resume from
    # Nothing but what a night writes is ever removed: the folder may hold somebody's footage.
    with suppress(OSError):
        for name in (RECORDING_FILE, LOCK_FILE):
            (motion / name).unlink(missing_ok=True)
        motion.rmdir()
    if is_new:
        with suppress(OSError):
            folder.rmdir()


def _keep_foreign_record(path: Path) -> None:
    """Move a file aside that only has the name of our record of a recording."""
    if path.exists() and recording_of(path) is None:
        tell(f"{path}: this was not written by this program, so it is kept as {move_aside(path).name}.")


def _commit(staging: Path, folder: Path) -> None:
    """Move the results in; when that fails in the middle, those that stood there come back."""
    files = sorted(staging.iterdir(), key=lambda path: (path.name == NIGHT_FILE, path.name))
    for path in files:
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    hashes = {path.name: hash_of(path) for path in files}
    make_way(folder, hashes)
    remember(folder, hashes, beside=True)  # killed from here on, both the old files and the new ones are known
    earlier = staging / "earlier"
    earlier.mkdir()
    try:
        # The record goes first, so that a run killed here leaves an unfinished night and not a mixed one.
        for path in reversed(files):
            with suppress(FileNotFoundError):
                (folder / path.name).replace(earlier / path.name)
        sync_folder(folder)
        for path in files:
            if path.name == NIGHT_FILE:
                sync_folder(folder)
            path.replace(folder / path.name)
        sync_folder(folder)
        remember(folder, hashes)
    except BaseException:
        with suppress(OSError):
            _bring_back(earlier, folder, [path.name for path in files])
        raise


def _bring_back(earlier: Path, folder: Path, names: Sequence[str]) -> None:
    for name in reversed(names):
        (folder / name).unlink(missing_ok=True)
    for name in names:  # the record last
        with suppress(FileNotFoundError):
            (earlier / name).replace(folder / name)

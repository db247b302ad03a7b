"""Which files are meant: folders with all below them, globs, lists, and files named by themselves."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detector.errors import FootageError

_SUFFIXES = "3gp asf avi dav flv h264 264 h265 265 hevc m2ts m4v mjpeg mjpg mkv mov mp4 mpeg mpg mts ogv ts webm wmv"
VIDEO_SUFFIXES = frozenset(f".{suffix}" for suffix in _SUFFIXES.split())
"""What a folder is searched for; a file named by itself is tried whatever its extension."""

MOST_LISTED = 200_000
"""A list of more files is no list."""


@dataclass
class FoundFiles:
    """Files among the paths given.

    Attributes:
        files: in natural order within each folder, each once.
        unreadable: `(path, reason)` of folders and lists that could not be read.
    """

    files: list[Path] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)


def is_remote(path: Path) -> bool:
    """Whether a path is read over the network; only a batch makes such paths, never a name on a command line."""
    return bool(getattr(path, "protocol", ""))


def find_files(paths: Sequence[Path]) -> FoundFiles:
    """The video files among paths.

    Args:
        paths: files, which are kept even where they do not exist so that reading them says so; folders, searched with
            all below them, hidden ones left out and links followed once; globs (`*`, `?`, `[...]`, `**`) where no file
            has that very name; `@list.txt`, a file with one of these a line.

    Returns:
        The files, and what could not be looked at.
    """
    found = FoundFiles()
    seen: dict[Path, None] = {}
    for path in paths:
        for file in [path] if is_remote(path) else _expand(path, found.unreadable):
            try:
                real = file.resolve()
            except (OSError, RuntimeError):  # links that lead in a circle
                real = file.absolute()
            if real not in seen:
                seen[real] = None
                found.files.append(file)
    return found


def natural_key(path: Path) -> list[tuple[tuple[int, int, str], ...]]:
    """Sorts names as people do: `clip2` before `clip10`."""
    return [
        tuple(
            (0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part)
            for part in re.split(r"([0-9]+)", name.lower())
        )
        for name in path.parts
    ]


def hash_file(path: Path) -> str:
    """SHA-256 of a file's content, hex.

    Raises:
        FootageError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FootageError(f"{path}: cannot read this file ({error.strerror}); check that it is still there.") from None


def _expand(path: Path, unreadable: list[tuple[str, str]]) -> list[Path]:
    name = str(path)
    if name.startswith("@") and not _exists(path):
        return _listed(Path(name[1:]), unreadable)
    if _is_folder(path):
        return sorted(_in_folder(path, unreadable), key=natural_key)
    if any(mark in name for mark in "*?[") and not _exists(path):
        matches = [Path(match) for match in glob.glob(name, recursive=True)]  # noqa: PTH207  # absolute ones, too
        files = [file for match in matches for file in (_expand(match, unreadable) if match.is_dir() else [match])]
        named = [file for file in files if not file.name.startswith(".")]
        return sorted(named, key=natural_key) or [path]
    return [path]


def _listed(path: Path, unreadable: list[tuple[str, str]]) -> list[Path]:
    try:
        if not path.is_file():
            raise FileNotFoundError(2, "no such file")
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        unreadable.append((str(path), f"{path}: cannot read this list ({reason}); name a text file of paths."))
        return []
    named = [line.strip() for line in lines[:MOST_LISTED] if line.strip() and not line.lstrip().startswith("#")]
    files = []
    for line in named:
        # A list never names another list: two that name each other would have no end.
        inner = Path(line) if Path(line).is_absolute() else path.parent / line
        files += [inner] if line.startswith("@") else _expand(inner, unreadable)
    return files


def _in_folder(folder: Path, unreadable: list[tuple[str, str]]) -> Iterator[Path]:
    waiting, seen = [folder], set[tuple[int, int]]()
    while waiting:
        here = waiting.pop()
        try:
            status = here.stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            with os.scandir(here) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if _is_folder(Path(entry.path)):
                        waiting.append(Path(entry.path))
                    elif Path(entry.name).suffix.lower() in VIDEO_SUFFIXES:
                        yield Path(entry.path)
        except OSError as error:
            reason = f"{here}: cannot look into this folder ({error.strerror}); check its permissions."
            unreadable.append((str(here), reason))


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False

"""What FFmpeg does not tell about an MP4 file: whether its index or a piece is missing, and how it is turned."""

from __future__ import annotations

import itertools
import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_TOP_LEVEL = {b"ftyp", b"mdat", b"free", b"skip", b"wide", b"moov", b"styp", b"moof", b"uuid"}
_ALL_TOP = _TOP_LEVEL | {b"sidx", b"mfra", b"ssix", b"emsg", b"prft", b"meta", b"udta", b"pdin"}
_MAX_BOXES = 100_000


def is_unfinished_mp4(path: Path) -> bool:
    """Whether the file begins as an MP4 and has no index box (`moov`), as after a power cut."""
    try:
        with path.open("rb") as file:
            names = [name for name, _, _ in _boxes(file, 0, path.stat().st_size)]
    except OSError:
        return False
    return bool(names) and names[0] in _TOP_LEVEL and b"moov" not in names and b"moof" not in names


def is_stray_segment(path: Path) -> bool:
    """Whether the file holds pieces of a fragmented MP4 (`moof`) and not the head (`moov`) that they need."""
    try:
        with path.open("rb") as file:
            names = [name for name, _, _ in _boxes(file, 0, path.stat().st_size)]
    except OSError:
        return False
    return b"moof" in names and b"moov" not in names


def is_cut_within_box(path: Path) -> bool:
    """Whether the last box should be longer than the file is, or something follows that is no box."""
    place = 0
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            for _ in range(_MAX_BOXES):
                length, name = _box_head(file, place)
                if length < 8 or name not in _ALL_TOP | {b"mdat"}:
                    return place > 0 and length > 0 and not all(0x20 < letter < 0x7F for letter in name)
                place += length
                if place >= size:
                    return place > size
    except OSError:
        return False
    return False


def _box_head(file: BinaryIO, place: int) -> tuple[int, bytes]:
    """Length and name of the box that begins here; length 0 where none does."""
    file.seek(place)
    header = file.read(16)
    if len(header) < 8:
        return 0, b""
    length = int.from_bytes(header[:4], "big")
    return int.from_bytes(header[8:], "big") if length == 1 else length, header[4:8]


def other_boxes(path: Path) -> list[tuple[int, int]]:
    """Stretches `(start, stop)` of the file, bytes, of known boxes other than those of picture and sound."""
    try:
        with path.open("rb") as file:
            found = list(_boxes(file, 0, path.stat().st_size))
    except OSError:
        return []
    return [(start - 16, stop) for name, start, stop in found if name != b"mdat" and name in _ALL_TOP]


def n_missing_fragments(path: Path) -> int:
    """How many pieces of a fragmented MP4 are missing, by the numbers that the pieces carry."""
    numbers: list[int] = []
    try:
        with path.open("rb") as file:
            for start, stop in _named(file, b"moof", 0, path.stat().st_size):
                for head, _ in _named(file, b"mfhd", start, stop):
                    file.seek(head + 4)
                    numbers.append(struct.unpack(">I", file.read(4))[0])
    except (OSError, struct.error):
        return 0
    steps = [later - earlier - 1 for earlier, later in itertools.pairwise(numbers)]
    return sum(step for step in steps if 0 < step < 1000)


def quarter_turns(path: Path, track_id: int) -> int:
    """Quarter turns clockwise by which a track's pictures are turned for display, 0 to 3 (0 where nothing says so).

    Mirroring and angles between quarter turns are left out: no camera writes them.
    """
    try:
        with path.open("rb") as file:
            matrix = _track_matrix(file, path.stat().st_size, track_id)
    except (OSError, struct.error):
        return 0
    if matrix is None:
        return 0
    return round(math.degrees(math.atan2(matrix[1], matrix[0])) / 90.0) % 4


def _track_matrix(file: BinaryIO, size: int, track_id: int) -> tuple[int, ...] | None:
    for moov_start, moov_stop in _named(file, b"moov", 0, size):
        for trak_start, trak_stop in _named(file, b"trak", moov_start, moov_stop):
            for start, _ in _named(file, b"tkhd", trak_start, trak_stop):
                file.seek(start)
                header = file.read(96)
                is_long = header[:1] == b"\1"
                if struct.unpack_from(">I", header, 20 if is_long else 12)[0] == track_id:
                    return struct.unpack_from(">9i", header, 52 if is_long else 40)
    return None


def _named(file: BinaryIO, name: bytes, start: int, stop: int) -> list[tuple[int, int]]:
    return [(first, last) for found, first, last in _boxes(file, start, stop) if found == name]


def _boxes(file: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield `(name, start of content, stop)` of the boxes in a stretch of the file; ends at the first nonsense."""
    for _ in range(_MAX_BOXES):
        if start + 8 > stop:
            return
        file.seek(start)
        header = file.read(16)
        if len(header) < 8:
            return
        length, name = struct.unpack_from(">I4s", header)
        content = start + 8
        if length == 1 and len(header) == 16:
            length, content = struct.unpack_from(">Q", header, 8)[0], start + 16
        elif length == 0:
            length = stop - start
        if length < content - start:
            return
        yield name, content, min(start + length, stop)
        start += length

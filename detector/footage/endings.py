"""What FFmpeg does not hand on of the layout of a file: where its head ends, and whether its own end is missing."""

from __future__ import annotations

import struct
from pathlib import Path

from detector.footage.mp4_boxes import is_cut_within_box

TS_PACKETS = (188, 192, 204)
"""Lengths of packets of transport streams, bytes: plain, with time codes, with error correction."""

_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_HEAD = 16_384
_SEGMENT, _CLUSTER = bytes.fromhex("18538067"), bytes.fromhex("1f43b675")
_LEVEL_ONE = {
    bytes.fromhex(name)
    for name in ("114d9b74", "1549a966", "1654ae6b", "1254c367", "1c53bb6b", "1941a469", "1043a770", "1a45dfa3")
}
_SHORT = {b"\xec", b"\xbf"}  # filling and check sums


def ends_within(path: Path, size_bytes: int, container: str) -> str:
    """One sentence where the end of a file is missing by its own structure; else empty.

    Args:
        path: the file.
        size_bytes: its size.
        container: FFmpeg's name of the format.
    """
    if "mpegts" in container:
        is_cut = size_bytes % ts_packet_bytes(path) != 0
        return "The file is cut off: it ends within a packet." if is_cut else ""
    if "mp4" in container:
        return "The file is cut off: it ends within a box." if is_cut_within_box(path) else ""
    if "asf" in container:
        told = _asf_size(path)
        return (
            f"The file is cut off: it tells of {told} bytes, and {size_bytes} are there." if told > size_bytes else ""
        )
    return ""


def ts_packet_bytes(path: Path) -> int:
    """Length of the packets of a transport stream, bytes; 1 where none is seen."""
    head = _head(path)
    for length in TS_PACKETS:
        first = length - 188 if length == 192 else 0
        marks = head[first : first + 20 * length : length]
        if marks and marks.count(b"\x47") > len(marks) // 2:
            return length
    return 1


def matroska_head(path: Path) -> int:
    """Where the first cluster of a Matroska file begins, bytes, by walking over all that stands before it.

    0 where the walk meets something unknown.
    """
    head = _head(path, 4_000_000)
    place = _after(head, 0)  # the head of the file, then the segment's own
    if head[place : place + 4] != _SEGMENT:
        return 0
    place += 4 + _size(head, place + 4)[1]
    while 0 < place < len(head):
        if head[place : place + 4] == _CLUSTER:
            return place
        if head[place : place + 4] not in _LEVEL_ONE and head[place : place + 1] not in _SHORT:
            return 0
        place = _after(head, place)
    return 0


def _after(head: bytes, place: int) -> int:
    """Where the element that begins at `place` ends."""
    id_bytes = 1 if head[place : place + 1] in _SHORT else 4
    length, size_bytes = _size(head, place + id_bytes)
    return place + id_bytes + size_bytes + length


def _size(head: bytes, place: int) -> tuple[int, int]:
    """A length of Matroska's kind, and how many bytes it takes."""
    first = head[place] if place < len(head) else 0
    n_bytes = 9 - first.bit_length()
    if not first or n_bytes > 8:
        return len(head), 1
    value = int.from_bytes(head[place : place + n_bytes], "big")
    return value & ((1 << (7 * n_bytes)) - 1), n_bytes


def _asf_size(path: Path) -> int:
    head = _head(path)
    place = head.find(_ASF_PROPERTIES)
    return struct.unpack_from("<Q", head, place + 40)[0] if 0 <= place <= len(head) - 48 else 0


def _head(path: Path, n_bytes: int = _HEAD) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(n_bytes)
    except OSError:
        return b""

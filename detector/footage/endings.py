"""Signs of a cut that FFmpeg does not hand on: a file that ends within a packet or a box, or before its told size."""

from __future__ import annotations

import struct
from pathlib import Path

from detector.footage.mp4_boxes import is_cut_within_box

TS_PACKETS = (188, 192, 204)
"""Lengths of packets of transport streams, bytes: plain, with time codes, with error correction."""

_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_HEAD = 16_384


def ends_within(path: Path, size_bytes: int, container: str) -> str:
    """One sentence where the end of a file is missing by its own structure; else empty.

    Args:
        path: the file.
        size_bytes: its size.
        container: FFmpeg's name of the format.
    """
    if "mpegts" in container:
        is_cut = size_bytes % _ts_packet(path) != 0
        return "The file is cut off: it ends within a packet." if is_cut else ""
    if "mp4" in container:
        return "The file is cut off: it ends within a box." if is_cut_within_box(path) else ""
    if "asf" in container:
        told = _asf_size(path)
        return (
            f"The file is cut off: it tells of {told} bytes, and {size_bytes} are there." if told > size_bytes else ""
        )
    return ""


def _ts_packet(path: Path) -> int:
    head = _head(path)
    for length in TS_PACKETS:
        first = length - 188 if length == 192 else 0
        marks = head[first : first + 20 * length : length]
        if marks and marks.count(b"\x47") > len(marks) // 2:
            return length
    return 1


def _asf_size(path: Path) -> int:
    head = _head(path)
    place = head.find(_ASF_PROPERTIES)
    return struct.unpack_from("<Q", head, place + 40)[0] if 0 <= place <= len(head) - 48 else 0


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""

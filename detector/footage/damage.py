"""What is wrong with a file: signs, in its packets and its container, that pictures are missing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from detector.footage.endings import ends_within, matroska_head, ts_packet_bytes
from detector.footage.mp4_boxes import n_missing_fragments, other_boxes

_KINDS = {
    "mp4": ("mp4", "mov", "m4v", "3gp", "3g2"),
    "matroska": ("mkv", "webm"),
    "avi": ("avi",),
    "flv": ("flv",),
    "mpegts": ("ts", "m2ts", "mts"),
    "asf": ("asf", "wmv"),
    "mpeg": ("mpg", "mpeg"),
}
_NAMES = {
    "mp4": "an MP4 file",
    "matroska": "a Matroska file",
    "avi": "an AVI file",
    "flv": "a Flash file",
    "mpegts": "a transport stream",
    "asf": "a Windows Media file",
    "mpeg": "an MPEG program stream",
}

LEAST_HOLE = 1024
"""Fewer bytes in a row that belong to no packet are heads and indexes."""

HEAD = 8192
"""So many bytes before the first packet are the head of the file, whatever they hold."""

LOST_SHARE = 0.03
"""A larger share of the file that belongs to no packet is told."""

TS_SHARE = 0.10
"""The same for transport streams, whose packets have heads of their own and tables between them."""


@dataclass(frozen=True)
class FileFacts:
    """What was read of a file.

    Attributes:
        path, size_bytes: the file.
        container: FFmpeg's name of the format.
        first_s, stop_s: first picture and end of the last, as the container counts, s.
        usual_s: time between pictures, s.
        video_told_s: length of the picture stream by its head, s; 0 where it tells none.
        told_s: length of the whole file by its head, s; 0 where it tells none.
        n_told: pictures by its head; 0 where it tells none.
        n_found: pictures that are there.
        pos, size: of the packets of all streams, bytes; `pos` is -1 where it is not known; shape (n,), int64.
        n_corrupt: packets that the container marks as corrupt.
        n_errors: how often reading failed.
    """

    path: Path
    size_bytes: int
    container: str
    first_s: float
    stop_s: float
    usual_s: float
    video_told_s: float
    told_s: float
    n_told: int
    n_found: int
    pos: NDArray[np.int64]
    size: NDArray[np.int64]
    n_corrupt: int
    n_errors: int


def find_damage(facts: FileFacts) -> list[str]:
    """What is wrong with a file, one sentence each; empty for a whole one."""
    cut = _cut_off(facts) or ends_within(facts.path, facts.size_bytes, facts.container)
    notes = [cut, _unread(facts)]
    if "mp4" in facts.container and (n_missing := n_missing_fragments(facts.path)):
        notes.append(f"{n_missing} pieces of the file are missing, by the numbers that the others carry.")
    if facts.n_corrupt:
        notes.append(f"{facts.n_corrupt} packets are marked as corrupt by the container.")
    if facts.n_errors:
        notes.append(f"Reading failed {facts.n_errors} times; what stood there is lost.")
    return [note for note in notes if note]


def contradiction(path: Path, container: str) -> str:
    """One sentence where the ending of a name belongs to another kind of container; else empty."""
    ending = path.suffix.lower().lstrip(".")
    kind = next((kind for kind in _KINDS if kind in container.split(",") or container.startswith(kind)), "")
    meant = next((name for name, endings in _KINDS.items() if ending in endings), "")
    if not kind or not meant or kind == meant:
        return ""
    return f"It is named .{ending}, but it is {_NAMES[kind]}."


def _cut_off(facts: FileFacts) -> str:
    """Whether the pictures end before the end that the head tells; pictures dropped in between are no cut."""
    found_s = facts.stop_s - facts.first_s
    slack_s = 0.25 + 2 * facts.usual_s
    by_number_s = facts.n_told * facts.usual_s if facts.n_told > facts.n_found else 0.0
    told_s = max(facts.video_told_s, by_number_s)
    if told_s > max(found_s + slack_s, 1.05 * found_s):
        if facts.n_told > facts.n_found:
            return f"The file is cut off: its index lists {facts.n_told} pictures, and {facts.n_found} are there."
        return f"The file is cut off: its header tells of {told_s:.1f} s, and {found_s:.1f} s are there."
    # Some containers count from 0, not from the first picture. Sound may go on for a moment.
    found_s = max(found_s, facts.stop_s)
    if facts.told_s > max(found_s + max(1.0 if facts.video_told_s else 0.0, slack_s), 1.05 * found_s):
        return f"The file is cut off: its header tells of {facts.told_s:.1f} s, and {found_s:.1f} s are there."
    return ""


def _unread(facts: FileFacts) -> str:
    """Whether much of the file belongs to no packet."""
    lost, least = 0.0, LOST_SHARE * facts.size_bytes
    if "mpegts" in facts.container:
        lost, least = _unread_ts(facts), TS_SHARE * facts.size_bytes
    elif any(kind in facts.container for kind in ("mp4", "matroska", "avi", "flv")):
        lost = _unread_bytes(facts)
    if lost <= max(least, LEAST_HOLE):
        return ""
    return f"{lost / facts.size_bytes:.0%} of the file belongs to no picture or sound; what stood there is lost."


def _unread_bytes(facts: FileFacts) -> float:
    is_known = facts.pos >= 0
    used = [*zip(facts.pos[is_known].tolist(), (facts.pos + facts.size)[is_known].tolist(), strict=True)]
    if not used:
        return 0.0
    skipped = other_boxes(facts.path) if "mp4" in facts.container else [(0, min(HEAD, min(used)[0]))]
    if "matroska" in facts.container:
        skipped.append((0, matroska_head(facts.path)))
    lost, reached = 0, 0
    for start, stop in [*sorted([*used, *skipped]), (facts.size_bytes, facts.size_bytes)]:
        if start - reached >= LEAST_HOLE and not _is_index(facts.path, reached):
            lost += start - reached
        reached = max(reached, stop)
    return float(lost)


def _is_index(path: Path, place: int) -> bool:
    """Whether the index of an AVI or Matroska file stands here."""
    try:
        with path.open("rb") as file:
            file.seek(max(place, 0))
            head = file.read(32)
    except OSError:
        return False
    return any(mark in head for mark in (b"idx1", b"JUNK", b"\x1c\x53\xbb\x6b"))


def _unread_ts(facts: FileFacts) -> float:
    # 184 of 188 bytes are content, and the tables stand in between.
    length = max(ts_packet_bytes(facts.path), 188)
    lost = facts.size_bytes - float((facts.size * (length / 184) + length).sum())
    return lost - _padding(facts.path, length) if lost > TS_SHARE * facts.size_bytes else lost


def _padding(path: Path, length: int) -> float:
    """Bytes of a transport stream that are there to fill it up, and its tables."""
    try:
        content = np.memmap(path, np.uint8, "r")
    except (OSError, ValueError):
        return 0.0
    n_packets = len(content) // length
    first = 4 if length == 192 else 0
    packets = content[: n_packets * length].reshape(n_packets, length)[:, first:]
    pid = ((packets[:, 1].astype(np.int32) & 0x1F) << 8) | packets[:, 2]
    is_filler = (packets[:, 0] == 0x47) & ((pid == 0x1FFF) | (pid < 0x20))
    return float(is_filler.sum() * length)

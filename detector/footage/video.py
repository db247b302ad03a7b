"""One video file: what is in it, and its luma frames with exact presentation times."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detector.errors import FootageError
from detector.footage.clip_names import FIRST_YEAR, parse_clip_name
from detector.footage.clock import find_zone, wall_clock, with_zone
from detector.footage.container import iter_demux, open_video
from detector.footage.decode import iter_packets
from detector.footage.info import NO_STAMP, Frame, PacketTable, VideoInfo
from detector.footage.mp4_boxes import quarter_turns
from detector.footage.stamps import Stamps, Timeline, build_timeline
from detector.params import FootageParams

__all__ = ["Frame", "PacketTable", "VideoInfo", "iter_luma", "probe"]

logger = logging.getLogger(__name__)

UNTIMED_FORMATS = {"avi", "h264", "hevc", "m4v", "mjpeg", "mpegvideo", "vc1", "obu"}
"""Containers that store no presentation stamps: FFmpeg guesses them, and guesses wrong where pictures are reordered."""

USUAL_FPS = 25.0
"""Assumed where a file says nothing at all about time."""


def probe(path: Path | str, params: FootageParams | None = None) -> VideoInfo:
    """Read all packets of a file without decoding a picture.

    Args:
        path: a video file, whatever its extension.
        params: limits; the defaults when left out.

    Returns:
        What the file holds; `damage` tells what had to be repaired.

    Raises:
        FootageError: the file cannot be used as video; one sentence says why and what to do.
    """
    path = Path(path)
    params = params or FootageParams()
    with open_video(path, params.max_frame_px) as (container, stream):
        width, height = _picture_size(path, stream, params)
        packets = _read_packets(container, stream)
        if not packets.size:
            raise FootageError(f"{path}: expected a video, but it holds no pictures; leave it out.")
        stamps = _stamps(packets, container, stream)
        timeline = build_timeline(stamps, params.max_gap_s)
        turns = quarter_turns(path, stream.id) if "mp4" in container.format.name else 0
        start_at, source = _start(path, container, float(timeline.times_s[-1] - timeline.times_s[0]), params)
        return VideoInfo(
            path=path,
            size_bytes=path.stat().st_size,
            width_px=height if turns % 2 else width,
            height_px=width if turns % 2 else height,
            codec=stream.codec_context.name if stream.codec_context.name != "libdav1d" else "av1",
            header_fps=float(stream.average_rate or 0),
            packet_times_s=timeline.times_s,
            packet_durations_s=timeline.durations_s,
            is_key=_in_order(np.frombuffer(packets.is_key, np.bool_)[_shown(packets)], timeline.rank),
            damage=(*_damage(packets, container, stream, timeline), *timeline.notes),
            repairs=timeline.notes,
            start_at=start_at,
            start_source=source,
            packets=_table(packets, stamps, timeline, turns),
        )


def iter_luma(video: VideoInfo | Path | str, params: FootageParams | None = None) -> Iterator[Frame]:
    """Decode all frames of a file.

    Args:
        video: a file, or what `probe` learned of it (which saves reading it twice).
        params: as for `probe`.

    Yields:
        Frames in file time, strictly ascending; damaged ones are marked, lost ones are missing.

    Raises:
        FootageError: as for `probe`.
    """
    info = video if isinstance(video, VideoInfo) else probe(video, params)
    yield from iter_packets(info)


@dataclass
class _Packets:
    """Raw columns of the packets, in file order; arrays, since a night has half a million."""

    pts: array[int] = field(default_factory=lambda: array("q"))
    dts: array[int] = field(default_factory=lambda: array("q"))
    duration: array[int] = field(default_factory=lambda: array("q"))
    pos: array[int] = field(default_factory=lambda: array("q"))
    size: array[int] = field(default_factory=lambda: array("i"))
    is_key: array[int] = field(default_factory=lambda: array("B"))
    is_hidden: array[int] = field(default_factory=lambda: array("B"))
    n_corrupt: int = 0
    n_errors: int = 0

    def add(self, packet: Packet[VideoStream]) -> None:
        pts, dts, pos = packet.pts, packet.dts, packet.pos
        self.pts.append(NO_STAMP if pts is None else pts)
        self.dts.append(NO_STAMP if dts is None else dts)
        self.pos.append(-1 if pos is None else pos)
        self.duration.append(packet.duration or 0)
        self.size.append(packet.size)
        self.is_key.append(packet.is_keyframe)
        self.is_hidden.append(packet.is_discard)
        self.n_corrupt += packet.is_corrupt


def _read_packets(container: InputContainer, stream: VideoStream) -> _Packets:
    packets = _Packets()
    add = packets.add
    for packet in iter_demux(container, stream):
        if packet is None:
            packets.n_errors += 1
        else:
            add(packet)
    return packets


def _picture_size(path: Path, stream: VideoStream, params: FootageParams) -> tuple[int, int]:
    width, height = stream.width or 0, stream.height or 0
    if width <= 0 or height <= 0:
        # FFmpeg leaves it out, too, where only decoding tells it and the limit forbids to decode.
        raise FootageError(
            f"{path}: expected a video, but its picture size cannot be read, or is above footage.max_frame_px "
            f"({params.max_frame_px} px); try whether it plays, or raise this limit."
        )
    if width * height > params.max_frame_px:
        raise FootageError(
            f"{path}: expected pictures of at most {params.max_frame_px} px, but they have {width} x {height}; "
            "raise footage.max_frame_px to read them."
        )
    return width, height


def _column(values: array[int], dtype: type[np.generic]) -> NDArray[np.int64]:
    return np.frombuffer(values, dtype).astype(np.int64)


def _shown(packets: _Packets) -> NDArray[np.bool_]:
    """Packets that show a picture of their own; all, where the file marks none so."""
    is_shown = np.frombuffer(packets.is_hidden, np.uint8) == 0
    return is_shown if is_shown.any() else np.ones(len(is_shown), np.bool_)


def _stamps(packets: _Packets, container: InputContainer, stream: VideoStream) -> Stamps:
    shown = _shown(packets)
    pts = _column(packets.pts, np.int64)[shown]
    fps = float(stream.average_rate or 0)
    return Stamps(
        pts=pts,
        dts=_column(packets.dts, np.int64)[shown],
        duration=_column(packets.duration, np.int64)[shown],
        time_base=stream.time_base or Fraction(1, round(USUAL_FPS)),
        usual_s=1.0 / (fps if 0 < fps <= 1000 else USUAL_FPS),
        is_reordered=bool(stream.codec_context.has_b_frames),
        is_order_known=container.format.name not in UNTIMED_FORMATS and bool(np.any(pts != NO_STAMP)),
    )


def _in_order(values: NDArray[np.bool_], rank: NDArray[np.int32]) -> NDArray[np.bool_]:
    ordered = np.empty(len(values), np.bool_)
    ordered[rank] = values
    return ordered


def _table(packets: _Packets, stamps: Stamps, timeline: Timeline, turns: int) -> PacketTable:
    shown = _shown(packets)
    rank = np.full(len(shown), -1, np.int32)
    rank[shown] = timeline.rank
    pts, dts = _column(packets.pts, np.int64), _column(packets.dts, np.int64)
    return PacketTable(
        rank=rank,
        size=_column(packets.size, np.int32).astype(np.int32),
        pos=_column(packets.pos, np.int64),
        stamp=np.where(pts == NO_STAMP, dts, pts),
        is_order_known=stamps.is_order_known,
        is_reordered=stamps.is_reordered,
        quarter_turns=turns,
    )


def _start(
    path: Path, container: InputContainer, length_s: float, params: FootageParams
) -> tuple[datetime | None, str]:
    """Wall clock of the first frame and its source: the name, else the container's creation time.

    The time stamp of the file on the disk is not used: copying changes it.
    """
    zone = find_zone(params.time_zone)
    if name := parse_clip_name(path, params.name_pattern):
        moment = with_zone(name.moment, zone)
        return (wall_clock(moment, -length_s) if name.is_end else moment), "name"
    try:
        created = datetime.fromisoformat(container.metadata.get("creation_time", ""))
    except ValueError:
        return None, ""
    if not FIRST_YEAR <= created.year <= datetime.now(UTC).year + 1:
        return None, ""
    return with_zone(created, zone), "container"


def _damage(packets: _Packets, container: InputContainer, stream: VideoStream, timeline: Timeline) -> list[str]:
    notes = []
    n_found, n_told = len(packets.size), stream.frames or 0
    stop_s = float(timeline.times_s[-1] + timeline.durations_s[-1])
    found_s = stop_s - float(timeline.times_s[0])
    told_s = float((stream.duration or 0) * (stream.time_base or 0))
    if not told_s and not container.streams.audio:
        # Some containers count from 0, not from the first picture.
        told_s, found_s = (container.duration or 0) / 1e6, max(found_s, stop_s)
    usual_s = float(np.median(timeline.durations_s))
    if (n_told - n_found) * usual_s > 0.5:  # a few empty packets for dropped pictures are usual
        notes.append(f"The file is cut off: its index lists {n_told} pictures, and {n_found} are there.")
    elif told_s > max(found_s + 1.0, 1.05 * found_s):
        notes.append(f"The file is cut off: its header tells of {told_s:.1f} s, and {found_s:.1f} s are there.")
    if packets.n_corrupt:
        notes.append(f"{packets.n_corrupt} packets are marked as corrupt by the container.")
    if packets.n_errors:
        notes.append(f"Reading failed {packets.n_errors} times; what stood there is lost.")
    return notes

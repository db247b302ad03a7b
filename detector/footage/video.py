"""One video file: what is in it, and its luma frames with exact presentation times."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detector.errors import FootageError
from detector.footage.container import is_still, iter_demux, one_picture, open_video
from detector.footage.damage import FileFacts, contradiction, find_damage
from detector.footage.info import NO_STAMP, Frame, PacketTable, VideoInfo
from detector.footage.mp4_boxes import quarter_turns
from detector.footage.stamps import Stamps, Timeline, build_timeline
from detector.footage.starts import find_start
from detector.params import FootageParams

__all__ = ["Frame", "PacketTable", "VideoInfo", "iter_luma", "probe"]

logger = logging.getLogger(__name__)

UNTIMED_FORMATS = {"avi", "h264", "hevc", "m4v", "mjpeg", "mpegvideo", "vc1", "obu"}
"""Containers that store no presentation stamps: FFmpeg guesses them, and guesses wrong where pictures are reordered."""

RAW_FORMATS = {"h264", "hevc", "m4v", "mjpeg", "mpjpeg", "mpegvideo", "vc1", "obu"}
"""Pictures one after the other, without any stamps."""

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
        ParameterError: the time zone, or the name pattern, cannot be used.
    """
    path = Path(path) if isinstance(path, str) else path
    params = params or FootageParams()
    with open_video(path, params.max_frame_px) as (container, stream):
        width, height = _picture_size(path, stream, params)
        packets = _read_packets(container, stream)
        if not packets.size:
            raise FootageError(f"{path}: expected a video, but it holds no pictures; leave it out.")
        if is_still(container.format.name, len(packets.size)):
            raise FootageError(one_picture(path))
        stamps = _stamps(packets, container, stream, params.fps)
        timeline = build_timeline(stamps, params.max_gap_s)
        turns = quarter_turns(path, stream.id) if "mp4" in container.format.name else 0
        info = VideoInfo(
            path=path,
            size_bytes=path.stat().st_size,
            width_px=height if turns % 2 else width,
            height_px=width if turns % 2 else height,
            codec=stream.codec_context.name if stream.codec_context.name != "libdav1d" else "av1",
            header_fps=float(stream.average_rate or 0),
            packet_times_s=timeline.times_s,
            packet_durations_s=timeline.durations_s,
            is_key=_in_order(np.frombuffer(packets.is_key, np.bool_)[_shown(packets)], timeline.rank),
            repairs=timeline.notes,
            packets=_table(packets, stamps, timeline, turns),
            first_stamp_s=timeline.first_s,
            container=container.format.name,
        )
        return _judged(info, _facts(info, packets, container, stream), container.metadata, params)


def _narrow(values: NDArray[np.int64]) -> NDArray[np.int64] | NDArray[np.int32]:
    """The same in half the room where it fits: a night has half a million packets."""
    limits = np.iinfo(np.int32)
    fits = not len(values) or (values.min() >= limits.min and values.max() <= limits.max)
    return values.astype(np.int32) if fits else values


def _judged(info: VideoInfo, facts: FileFacts, metadata: Mapping[str, str], params: FootageParams) -> VideoInfo:
    """The same with its start, and with what is wrong with the file."""
    start = find_start(info.path, metadata.get("creation_time", ""), info.length_s, params)
    remarks = [*info.repairs, contradiction(info.path, info.container), start.doubt]
    repairs = tuple(text for text in remarks if text)
    return replace(
        info,
        damage=(*find_damage(facts), *repairs),
        repairs=repairs,
        start_at=start.at,
        start_source=start.source,
        start_how=start.how,
        start_tolerance_s=start.tolerance_s,
        start_told=start.told,
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
    from detector.footage.decode import iter_packets

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
    other_pos: array[int] = field(default_factory=lambda: array("q"))
    other_size: array[int] = field(default_factory=lambda: array("i"))
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
    for packet in iter_demux(container, *container.streams):
        if packet is None:
            packets.n_errors += 1
        elif packet.stream_index == stream.index:
            add(packet)
        else:
            packets.other_pos.append(-1 if packet.pos is None else packet.pos)
            packets.other_size.append(packet.size)
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


def _stamps(packets: _Packets, container: InputContainer, stream: VideoStream, told_fps: float) -> Stamps:
    shown = _shown(packets)
    pts, dts = (_column(column, np.int64)[shown] for column in (packets.pts, packets.dts))
    duration = _column(packets.duration, np.int64)[shown]
    fps = told_fps or float(stream.average_rate or 0)
    is_raw = container.format.name in RAW_FORMATS
    if is_raw:
        # FFmpeg makes up stamps for these at a rate of its own.
        pts, dts = np.full_like(pts, NO_STAMP), np.full_like(dts, NO_STAMP)
        duration = np.zeros_like(duration) if told_fps else duration
    return Stamps(
        pts=pts,
        dts=dts,
        duration=duration,
        time_base=Fraction(1, 90_000) if is_raw and told_fps else stream.time_base or Fraction(1, round(USUAL_FPS)),
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
        pos=_narrow(_column(packets.pos, np.int64)),
        stamp=_narrow(np.where(pts == NO_STAMP, dts, pts)),
        is_order_known=stamps.is_order_known,
        is_reordered=stamps.is_reordered,
        quarter_turns=turns,
    )


def _facts(info: VideoInfo, packets: _Packets, container: InputContainer, stream: VideoStream) -> FileFacts:
    is_raw = info.container in UNTIMED_FORMATS and info.container != "avi"
    return FileFacts(
        path=info.path,
        size_bytes=info.size_bytes,
        container=info.container,
        first_s=info.first_stamp_s,
        stop_s=info.first_stamp_s + info.stop_s,
        usual_s=float(np.median(info.packet_durations_s)),
        video_told_s=float((stream.duration or 0) * (stream.time_base or 0)),
        told_s=0.0 if is_raw else (container.duration or 0) / 1e6,
        n_told=stream.frames or 0,
        n_found=len(packets.size),
        pos=np.concatenate([_column(packets.pos, np.int64), _column(packets.other_pos, np.int64)]),
        size=np.concatenate([_column(packets.size, np.int32), _column(packets.other_size, np.int32)]),
        n_corrupt=packets.n_corrupt,
        n_errors=packets.n_errors,
    )

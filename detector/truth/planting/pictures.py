"""Real footage as pictures to be encoded again, and how it was encoded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import numpy as np
from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from detector.footage.container import iter_demux, open_video
from detector.footage.luma import luma_of
from detector.footage.video import VideoInfo
from detector.truth.encode import CODECS, Encoding, Picture


def usual_fps(info: VideoInfo) -> float:
    """Median rate of a file's pictures, per s."""
    if len(info.packet_times_s) < 2:
        return 25.0
    return float(np.clip(1 / np.median(np.diff(info.packet_times_s)), 1.0, 240.0))


def own_encoding(info: VideoInfo) -> Encoding:
    """How a file is encoded: codec (H.264 where it cannot be written here), bit rate, key-frame interval."""
    length_s = max(info.stop_s - info.start_s, 1 / usual_fps(info))
    n_bytes = int(info.packets.size.sum()) or info.size_bytes
    # Cameras count pictures from key frame to key frame, not seconds.
    spacing = np.diff(np.flatnonzero(info.is_key))
    return Encoding(
        codec=info.codec if info.codec in CODECS else "h264",
        bitrate_kbps=n_bytes * 8 / length_s / 1000,
        key_interval_s=float(np.median(spacing)) / usual_fps(info) if spacing.size else length_s,
        is_full_range=_is_full_range(info),
    )


def _is_full_range(info: VideoInfo) -> bool:
    with open_video(info.path, info.width_px * info.height_px) as (_, stream):
        return int(stream.codec_context.color_range or 0) == 2


def read_pictures(info: VideoInfo, start_s: float = -np.inf, stop_s: float = np.inf) -> Iterator[Picture]:
    """Decode a file to pictures as displayed, in 8 bits and 4:2:0, with their times in the file; lost ones are missing.

    Args:
        info: of the file.
        start_s: pictures before are left out, file time, s; where the file can be sought in, they are not even read.
        stop_s: pictures from here on are left out.
    """
    last_s = -np.inf
    with open_video(info.path, info.width_px * info.height_px) as (container, stream):
        for time_s, frame in _timed(container, stream, info, start_s):
            if time_s >= stop_s:
                return
            if time_s > last_s and time_s >= start_s:
                last_s = time_s
                yield _as_picture(frame, time_s, info.packets.quarter_turns)


def _timed(
    container: InputContainer, stream: VideoStream, info: VideoInfo, start_s: float
) -> Iterator[tuple[float, VideoFrame]]:
    """Frames with their times, from the last key frame before `start_s` on, or from the start of the file."""
    time_of = {
        int(stamp): float(info.packet_times_s[rank])
        for stamp, rank in zip(info.packets.stamp, info.packets.rank, strict=True)
        if rank >= 0
    }
    before = np.flatnonzero(info.is_key & (info.packet_times_s <= start_s))
    if before.size:
        place = int(np.flatnonzero(info.packets.rank == before[-1])[0])
        container.seek(int(info.packets.stamp[place]), stream=stream)
        frames = _decoded(container, stream)
        first = next(frames, None)
        if first is not None and time_of.get(first.pts or 0, np.inf) <= start_s:
            yield from ((time_of[one.pts], one) for one in chain([first], frames) if one.pts in time_of)
            return
        # A file that cannot be sought in is read from its start.
        container.seek(0)
    for k, frame in enumerate(_decoded(container, stream)):
        counted_s = float(info.packet_times_s[min(k, len(info.packet_times_s) - 1)])
        yield (counted_s if frame.pts is None else time_of.get(frame.pts, counted_s)), frame


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for packet in iter_demux(container, stream):
        try:
            yield from packet.decode() if packet is not None else ()
        except FFmpegError:
            # A damaged packet costs its own picture only.
            continue
    yield from stream.codec_context.decode(None)


def _as_picture(frame: VideoFrame, time_s: float, turns: int) -> Picture:
    """Planes of a frame, upright, cut to even sides."""
    if frame.format.name.startswith("gray"):
        luma = luma_of(frame, turns)
        return Picture(time_s, luma[: luma.shape[0] // 2 * 2, : luma.shape[1] // 2 * 2].copy())
    even = frame if frame.format.name in {"yuv420p", "yuvj420p"} else frame.reformat(format="yuv420p")
    planes = []
    for plane in even.planes:
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        planes.append(np.rot90(rows[:, : plane.width], -turns))
    height, width = planes[0].shape[0] // 2, planes[0].shape[1] // 2
    chroma = np.stack([plane[:height, :width] for plane in planes[1:]])
    return Picture(time_s, planes[0][: 2 * height, : 2 * width].copy(), chroma)

"""Known movements planted into real footage, before the encoder.

The picture's own pixels are displaced by a smooth field (a Gaussian patch that moves as one), brightness and color
planes alike, and nothing else changes. The result is encoded as the footage was: its codec, bit rate, key-frame
interval and frame rate, and every picture keeps its exact time. What is lost of a movement is then lost to the encoder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from av import VideoFrame
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from numpy.typing import NDArray

from detector.errors import FootageError, ParameterError, UsageError
from detector.footage.container import iter_demux, open_video
from detector.footage.luma import luma_of
from detector.footage.video import VideoInfo, iter_luma, probe
from detector.truth.encode import CODECS, Encoding, Picture, write_video
from detector.truth.known import KnownMovement, write_truth
from detector.truth.plant_plan import Planting, Shift, scatter_plantings, shift_course

Image = NDArray[np.uint8]

_REACH = 3.3
"""Extent of a patch in its standard deviations: beyond, it moves by less than 0.005 of its amplitude."""


def plant(
    source: Path, out: Path, plan: Sequence[Planting], encoding: Encoding | None = None
) -> tuple[KnownMovement, ...]:
    """Plant movements into footage and write `out` and, beside it, `<name>_truth.csv`.

    Args:
        source: real footage.
        out: the new video; must not be the source.
        plan: what to plant; may be empty (the footage is then only encoded again).
        encoding: how to encode; as the source was (`own_encoding`) if None.

    Returns:
        The truth, sorted by onset.

    Raises:
        FootageError: the source cannot be read or the video cannot be written.
        ParameterError: a movement lies outside of the picture or of the footage's time.
        UsageError: `out` is the source itself.
    """
    if out.resolve() == source.resolve():
        raise UsageError(f"{out}: expected another file than the footage itself; choose another name.")
    info = probe(source)
    for planting in plan:
        _check(planting, info)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_video(out, planted(read_pictures(info), plan), usual_fps(info), encoding or own_encoding(info))
    truth = tuple(planting.known() for planting in sorted(plan, key=lambda one: one.onset_s))
    write_truth(out.with_name(f"{out.stem}_truth.csv"), truth)
    return truth


def draw_plan(source: Path, counts: dict[str, int], seed: int) -> tuple[Planting, ...]:
    """A random plan for a piece of footage; `counts` as in `scatter_plantings`."""
    info = probe(source)
    frame = next(iter_luma(info), None)
    if frame is None:
        raise FootageError(f"{source}: expected pictures to plant into, but none can be decoded.")
    return scatter_plantings(counts, np.array(frame.luma), (info.start_s, info.stop_s), seed)


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


def read_pictures(info: VideoInfo) -> Iterator[Picture]:
    """Decode a file to pictures as displayed, in 8 bits and 4:2:0, with their exact times; lost ones are missing."""
    last_s = -np.inf
    with open_video(info.path, info.width_px * info.height_px) as (container, stream):
        for k, frame in enumerate(_decoded(container, stream)):
            if frame.pts is not None and stream.time_base is not None:
                time_s = float(frame.pts * stream.time_base)
            else:
                time_s = float(info.packet_times_s[min(k, len(info.packet_times_s) - 1)])
            if time_s > last_s:
                last_s = time_s
                yield _as_picture(frame, time_s, info.packets.quarter_turns)


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


class _Patch:
    """A Gaussian patch of one plane, ready to be displaced."""

    def __init__(self, planting: Planting, shape: tuple[int, int], scale: float) -> None:
        x, y, sigma = planting.x_px * scale, planting.y_px * scale, planting.sigma_px * scale
        reach = int(np.ceil(_REACH * sigma + 2))
        self.rows = slice(max(int(y) - reach, 0), min(int(y) + reach + 1, shape[0]))
        self.columns = slice(max(int(x) - reach, 0), min(int(x) + reach + 1, shape[1]))
        self._scale = scale
        row, column = np.mgrid[self.rows, self.columns].astype(np.float32)
        self._weight = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * sigma * sigma)).astype(np.float32)
        self._row, self._column = row, column

    def displace(self, before: Image, shift_px: tuple[float, float]) -> Image:
        """The patch's part of a plane, displaced by `shift_px` (luma px) at its center."""
        x = self._column - np.float32(shift_px[0] * self._scale) * self._weight
        y = self._row - np.float32(shift_px[1] * self._scale) * self._weight
        moved = cv2.remap(before, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(moved, np.uint8)


def planted(pictures: Iterable[Picture], plan: Sequence[Planting]) -> Iterator[Picture]:
    """Displace pictures by whatever of the plan moves at their time; the others pass untouched."""
    courses: list[tuple[Planting, Shift]] = [(planting, shift_course(planting)) for planting in plan]
    patches: dict[tuple[int, float], _Patch] = {}
    for picture in pictures:
        for k, (planting, course) in enumerate(courses):
            if not planting.onset_s < picture.time_s < planting.stop_s:
                continue
            shift_px = course(picture.time_s)
            _move(picture.luma, patches, (k, 1.0), planting, shift_px)
            for plane in [] if picture.chroma is None else picture.chroma:
                _move(plane, patches, (k, 0.5), planting, shift_px)
        yield picture


def _move(
    plane: Image,
    patches: dict[tuple[int, float], _Patch],
    key: tuple[int, float],
    planting: Planting,
    shift_px: tuple[float, float],
) -> None:
    """Displace a patch of a plane, in place."""
    if key not in patches:
        patches[key] = _Patch(planting, (plane.shape[0], plane.shape[1]), key[1])
    patch = patches[key]
    plane[patch.rows, patch.columns] = patch.displace(plane, shift_px)


def _check(planting: Planting, info: VideoInfo) -> None:
    name = f"planting {planting.kind}@{planting.onset_s:g}"
    if not (0 <= planting.x_px < info.width_px and 0 <= planting.y_px < info.height_px):
        raise ParameterError(
            f"{name}: expected a place within {info.width_px}x{info.height_px} px, but "
            f"{planting.x_px:g},{planting.y_px:g} came."
        )
    if planting.onset_s < info.start_s or planting.stop_s > info.stop_s:
        raise ParameterError(
            f"{name}: expected it within the footage's {info.start_s:g} to {info.stop_s:g} s; move or shorten it."
        )

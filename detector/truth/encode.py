"""Pictures to a video file with exact time stamps, as a monitor's encoder does it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from math import ceil
from pathlib import Path

import av
import av.container
import av.video
import cv2  # noqa: F401  (OpenCV has to be loaded before PyAV)
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from detector.errors import FootageError, OutputFileError, ParameterError

CODECS = ("h264", "hevc", "mpeg4", "mjpeg", "vp9", "av1")
_ENCODERS = {"h264": "libx264", "hevc": "libx265", "vp9": "libvpx-vp9", "av1": "libsvtav1"}
TICKS_PER_S = 90_000

# Encoders that obey when told to make a key frame; how long they are warmed up, and from how much of memory.
_WARMED_UP = ("h264", "hevc", "mpeg4", "vp9")
_WARM_UP_S = 8.0
_WARM_UP_BYTES = 64_000_000


@dataclass(frozen=True)
class Picture:
    """One picture to be encoded.

    Attributes:
        time_s: presentation time, s, 0 or later, later than that of the picture before.
        luma: shape (height, width), uint8.
        chroma: planes U and V at half size, shape (2, height // 2, width // 2), uint8; None is gray.
    """

    time_s: float
    luma: NDArray[np.uint8]
    chroma: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Encoding:
    """How a camera encodes.

    Attributes:
        codec: one of `CODECS`.
        crf: constant quality, used where `bitrate_kbps` is 0.
        bitrate_kbps: target bit rate, kbit/s; 0 for constant quality.
        key_interval_s: seconds from key frame to key frame.
        preset: the x264/x265 preset (ignored by other encoders).
        is_full_range: whether grey levels mean 0 to 255 instead of 16 to 235; a note in the stream, values stay.
    """

    codec: str = "h264"
    crf: float = 27.0
    bitrate_kbps: float = 0.0
    key_interval_s: float = 4.0
    preset: str = "veryfast"
    is_full_range: bool = False

    def __post_init__(self) -> None:
        if self.codec not in CODECS:
            raise ParameterError(f"encoding: expected a codec of {', '.join(CODECS)}, but {self.codec!r} came.")
        if self.bitrate_kbps < 0 or not 0 <= self.crf <= 63 or self.key_interval_s <= 0:
            raise ParameterError(
                "encoding: expected a bit rate of 0 or more, a crf from 0 to 63 and a key-frame interval above 0, but "
                f"{self.bitrate_kbps:g}, {self.crf:g} and {self.key_interval_s:g} came."
            )


def write_video(path: Path, pictures: Iterable[Picture], fps: float, encoding: Encoding) -> int:
    """Encode pictures one after the other; the file appears under its name only when it is whole.

    Args:
        path: where to; the container follows from its ending (`.mp4`, `.mkv`, `.avi`, ...).
        pictures: in order of time, all of one size.
        fps: usual frame rate, for the encoder's rate control and key-frame interval.
        encoding: codec and quality.

    Returns:
        The number of pictures written.

    Raises:
        OutputFileError: the file cannot be written.
        FootageError: this build has no such encoder.
    """
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    try:
        count = _encode(part, pictures, fps, encoding)
        part.replace(path)
    except (OSError, av.FFmpegError, ValueError) as error:
        # The part's own name, which FFmpeg adds, says nothing to anybody.
        reason = getattr(error, "strerror", None) or error
        raise OutputFileError(f"{path}: cannot write this video as {encoding.codec} ({reason}).") from None
    finally:
        part.unlink(missing_ok=True)
    return count


def _encode(part: Path, pictures: Iterable[Picture], fps: float, encoding: Encoding) -> int:
    """Encode at an even frame rate, then stamp each packet with its exact time.

    Rate control in some encoders takes the clock for the frame rate, so that they must not see fine or uneven stamps.
    """
    stamps: list[int | None] = []
    with av.open(str(part), "w") as container:
        stream: av.VideoStream | None = None
        for picture, is_shown in _warmed_up(pictures, fps, encoding):
            if stream is None:
                stream = _open_stream(container, picture, fps, encoding)
            frame = _to_frame(picture, _pixel_format(encoding))
            frame.pts = len(stamps)
            if is_shown and stamps and stamps[-1] is None:
                frame.pict_type = PictureType.I
            stamps.append(round(picture.time_s * TICKS_PER_S) if is_shown else None)
            _mux(container, stream.encode(frame), stamps, fps)
        if stream is not None:
            _mux(container, stream.encode(None), stamps, fps)
    return sum(stamp is not None for stamp in stamps)


def _warmed_up(pictures: Iterable[Picture], fps: float, encoding: Encoding) -> Iterator[tuple[Picture, bool]]:
    """Pictures, and whether each is to be shown.

    A camera has been running for long, but an encoder that aims at a bit rate begins with pictures that are too good
    and then makes up for it. So the first pictures are encoded back and forth before, and thrown away.
    """
    rest = iter(pictures)
    if not encoding.bitrate_kbps or encoding.codec not in _WARMED_UP:
        yield from ((picture, True) for picture in rest)
        return
    first = next(rest, None)
    if first is None:
        return
    n_kept = max(1, min(round(2 * fps), _WARM_UP_BYTES // first.luma.size))
    kept = [first, *islice(rest, n_kept - 1)]
    for k in range(ceil(_WARM_UP_S * fps / n_kept / 2) * 2):
        yield from ((picture, False) for picture in (kept if k % 2 == 0 else reversed(kept)))
    yield from ((picture, True) for picture in chain(kept, rest))


def _mux(
    container: av.container.OutputContainer,
    packets: list[av.Packet[av.VideoStream]],
    stamps: list[int | None],
    fps: float,
) -> None:
    for packet in packets:
        stamp = None if packet.pts is None else stamps[packet.pts]
        if stamp is not None:
            # No picture is reordered: a packet is decoded when it is shown.
            packet.pts = packet.dts = stamp
            packet.duration = round(TICKS_PER_S / fps)
            packet.time_base = Fraction(1, TICKS_PER_S)
            container.mux(packet)


def _open_stream(
    container: av.container.OutputContainer, picture: Picture, fps: float, encoding: Encoding
) -> av.VideoStream:
    name = _ENCODERS.get(encoding.codec, encoding.codec)
    rate = Fraction(fps).limit_denominator(1001)
    stream = container.add_stream(name, rate, _options(encoding))
    if not isinstance(stream, av.VideoStream):
        raise FootageError(f"{name}: expected a video encoder of this name; choose another codec.")
    stream.height, stream.width = picture.luma.shape
    stream.pix_fmt = _pixel_format(encoding)
    context = stream.codec_context
    context.time_base = 1 / rate
    stream.time_base = Fraction(1, TICKS_PER_S)
    context.gop_size = max(1, round(fps * encoding.key_interval_s))
    context.max_b_frames = 0
    if encoding.is_full_range or encoding.codec == "mjpeg":
        context.color_range = 2
    # One thread: the same pictures give the same bytes on any machine.
    context.thread_count = 1
    if encoding.bitrate_kbps:
        stream.bit_rate = round(encoding.bitrate_kbps * 1000)
    return stream


def _pixel_format(encoding: Encoding) -> str:
    return "yuvj420p" if encoding.codec == "mjpeg" else "yuv420p"


def _options(encoding: Encoding) -> dict[str, str]:
    options: dict[str, str] = {}
    is_x26 = encoding.codec in {"h264", "hevc"}
    if is_x26:
        # Cameras put key frames on a fixed beat, not at scene cuts.
        key = "x264-params" if encoding.codec == "h264" else "x265-params"
        quiet = "" if encoding.codec == "h264" else ":log-level=none:pools=none:frame-threads=1"
        options |= {"preset": encoding.preset, "forced-idr": "1", key: f"scenecut=0{quiet}"}
    if encoding.bitrate_kbps and is_x26:
        # Room for a key frame, or a low rate is never reached.
        rate = encoding.bitrate_kbps * 1000
        options |= {"maxrate": str(round(1.5 * rate)), "bufsize": str(round(4 * rate))}
    elif not encoding.bitrate_kbps:
        options |= _constant_quality(encoding)
    if encoding.codec == "vp9":
        options |= {"deadline": "realtime", "cpu-used": "6", "row-mt": "0"}
    if encoding.codec == "av1":
        options |= {"preset": "10", "svtav1-params": "lp=1"}
    return options


def _constant_quality(encoding: Encoding) -> dict[str, str]:
    if encoding.codec in {"mpeg4", "mjpeg"}:
        # These two know quantizers from 2 to 31 instead of a quality of 0 to 51.
        scale = str(round(min(max(encoding.crf / 51 * 31, 2), 31)))
        return {"qmin": scale, "qmax": scale}
    quality: dict[str, str] = {"crf": f"{encoding.crf:g}"}
    return quality | ({"b": "0"} if encoding.codec == "vp9" else {})


def _to_frame(picture: Picture, pix_fmt: str) -> av.VideoFrame:
    height, width = picture.luma.shape
    frame = av.VideoFrame(width, height, pix_fmt)
    _fill(frame.planes[0], picture.luma)
    for index in (0, 1):
        plane = np.full((height // 2, width // 2), 128, np.uint8) if picture.chroma is None else picture.chroma[index]
        _fill(frame.planes[index + 1], plane)
    return frame


def _fill(plane: av.video.plane.VideoPlane, values: NDArray[np.uint8]) -> None:
    height, width = values.shape
    if plane.line_size == width:
        plane.update(values.tobytes())
        return
    rows = np.zeros((plane.height, plane.line_size), np.uint8)
    rows[:height, :width] = values
    plane.update(rows.tobytes())

"""Opening a file as video: the first picture stream, or one sentence on why there is none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import av
import av.error
from av.codec.hwaccel import HWAccel
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.stream import VideoStream

from detector.errors import FootageError
from detector.footage.files import is_remote
from detector.footage.mp4_boxes import is_stray_segment, is_unfinished_mp4

logger = logging.getLogger(__name__)

MAX_ERRORS_IN_A_ROW = 32
"""A reader that fails this often without giving a packet has nothing more to give."""

_LARGE_PACKET_BYTES = 32 << 20

_FORMATS = (
    "3g2 3gp apng asf asf_o av1 avi bmp_pipe dhav dv flv gif gxf h261 h263 h264 hevc ivf jpeg_pipe live_flv m4v "
    "matroska mjpeg mov mp4 mpeg mpegts mpegtsraw mpegvideo mpjpeg mxf nsv nut obu ogg png_pipe rm tiff_pipe vc1 "
    "vc1test vvc webm webp_pipe wtv yuv4mpegpipe"
)
SAFE = {"protocol_whitelist": "file", "format_whitelist": ",".join(_FORMATS.split())}
"""Only files, and only formats that hold their pictures themselves: no playlist leads to another file or address."""

_STILLS = ("_pipe", "gif", "apng")
"""How the names of formats end that hold a picture, or a short animation."""

_STILL_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")
"""How files of pictures begin."""

_POINTERS = (
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a list of files"),
    (b"<MPD", "a playlist"),
    (b"v=0", "the description of a stream"),
    (b"[playlist]", "a playlist"),
)


@contextmanager
def open_video(path: Path, max_px: int, device: str = "") -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a file and pick its picture stream (the largest that is not cover art), set to decode on one thread.

    Args:
        path: the file.
        max_px: pictures larger than this many px (width x height) are not decoded, whatever the header says.
        device: hardware that has to decode, as FFmpeg names it; empty for software.

    Raises:
        FootageError: the file cannot be opened as video.
    """
    _check_file(path)
    # Some padding: the decoder counts whole coded blocks and aligned rows.
    limit = {"max_pixels": str(int(max_px * 1.1) + 64 * 4096)}
    # Software in its place would give other pictures under the name of the device.
    hardware = HWAccel(device, allow_software_fallback=False) if device else None
    with ExitStack() as opened:
        try:
            # Blocks of a remote file are fetched as they are asked for: of one with an index, hardly more than needed.
            source = opened.enter_context(path.open("rb")) if is_remote(path) else address(path)
            container = av.open(source, mode="r", options=limit | SAFE, metadata_errors="replace", hwaccel=hardware)
        except (av.error.FFmpegError, RuntimeError, ValueError, OSError) as error:
            raise FootageError(_why_not_opened(path, error, device)) from None
        opened.enter_context(container)
        stream = _picture_stream(container, path)
        context = stream.codec_context
        context.options = limit
        context.thread_count = 1
        context.thread_type = "NONE"
        # Damaged pictures come out, marked, instead of being dropped in silence.
        context.flags |= av.codec.context.Flags.output_corrupt
        yield container, stream


def iter_demux(container: InputContainer, *streams: Stream) -> Iterator[Packet[Any] | None]:
    """Packets of some streams in file order; None for each read error, after which reading goes on.

    Empty packets (a dropped picture, or the end of the stream) are left out.

    Raises:
        MemoryError: this process has no memory left.
    """
    n_errors = 0
    while n_errors < MAX_ERRORS_IN_A_ROW:
        try:
            for packet in container.demux(*streams):
                n_errors = 0
                if packet.size:
                    yield packet
        except (av.error.FFmpegError, OSError, IndexError) as error:  # IndexError: a stream that begins in mid-file
            if is_exhausted(error, _LARGE_PACKET_BYTES):
                raise
            logger.debug("%s: %s", container.name, error)
            n_errors += 1
            yield None
        else:
            return


def is_exhausted(error: BaseException, room_bytes: int) -> bool:
    """Whether an error of FFmpeg means that this process has no memory left.

    Args:
        error: what was raised.
        room_bytes: if so much can still be had, it was the file that asked for more than there is anywhere.
    """
    if not isinstance(error, MemoryError):
        return False
    try:
        bytearray(room_bytes)
    except MemoryError:
        return True
    return False


def address(path: Path) -> str:
    """What FFmpeg opens a file by: a name such as `http:x.mp4` or `2026-03-14T01:00:00.mp4` is a file all the same."""
    return f"file:{path.absolute()}"


def _check_file(path: Path) -> None:
    try:
        is_there, is_file = path.exists(), path.is_file()
    except OSError as error:  # links that lead in a circle, names that are too long
        raise FootageError(f"{path}: cannot look at this file ({error.strerror}); check the path.") from None
    if not is_there:
        raise FootageError(f"{path}: there is no such file; check the path.")
    if not is_file:
        raise FootageError(f"{path}: expected a video file, but this is not a regular file; name a file or folder.")
    try:
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError as error:
        raise FootageError(f"{path}: cannot read this file ({error.strerror}); check its permissions.") from None
    if size == 0:
        raise FootageError(f"{path}: expected a video, but the file is empty; copy it again from the camera.")


def _why_not_opened(path: Path, error: Exception, device: str = "") -> str:
    detail = getattr(error, "strerror", None) or str(error)
    if device:
        return f"{path}: {device} cannot decode this file ({detail})."
    if kind := _pointer(path):
        return f"{path}: expected a video, but this is {kind}, which holds no pictures; name the clips themselves."
    if _begins(path).startswith(_STILL_MARKS):
        return one_picture(path)
    if is_stray_segment(path):
        return (
            f"{path}: this is a piece of a stream without its head; put the head (often init.mp4) and the pieces into "
            "one file, as in `cat init.mp4 1.m4s 2.m4s > night.mp4`."
        )
    if is_unfinished_mp4(path):
        return (
            f"{path}: the index (moov) of this MP4 is missing, so the recording was probably cut off by a power loss "
            "or is still being written; a repair tool such as untrunc may help."
        )
    return f"{path}: expected a video file, but FFmpeg cannot read it as one ({detail}); try whether it plays."


def _pointer(path: Path) -> str:
    """What a file is that only points elsewhere, in words; empty where it is none."""
    head = _begins(path).lstrip(b"\xef\xbb\xbf \r\n\t")
    return next((kind for mark, kind in _POINTERS if head.startswith(mark) or (mark[:1] == b"<" and mark in head)), "")


def _begins(path: Path) -> bytes:
    """The first bytes of a file; none of one that cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(1000)
    except OSError:
        return b""


def is_still(container: str, n_pictures: int) -> bool:
    """Whether a file is a picture and no video, whatever it is called.

    Args:
        container: name of its format, as FFmpeg says it.
        n_pictures: how many it holds; an animation has several.
    """
    return n_pictures == 1 and container.endswith(_STILLS)


def one_picture(path: Path) -> str:
    """What is said of a file that is, or holds, no more than one picture."""
    return (
        f"{path}: expected a video, but this is one picture, and movement needs video; leave it out or name the video."
    )


def _picture_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = [stream for stream in container.streams.video if not _is_cover_art(stream)]
    if not streams:
        kinds = "sound but no pictures" if container.streams.audio else "no picture stream"
        if is_unfinished_mp4(path) or is_stray_segment(path):
            raise FootageError(_why_not_opened(path, ValueError("no moov")))
        raise FootageError(f"{path}: expected a video, but the file holds {kinds}; leave it out.")
    decodable = [stream for stream in streams if stream.codec_context is not None]
    if not decodable:
        raise FootageError(f"{path}: no decoder for its pictures is built into FFmpeg here; convert it to H.264.")
    return max(decodable, key=lambda stream: ((stream.width or 0) * (stream.height or 0), -stream.index))


def _is_cover_art(stream: VideoStream) -> bool:
    return bool(stream.disposition & av.stream.Disposition.attached_pic)

"""A stretch of a night's footage as a small film: gray, in true time, H.264 in MP4, which every browser plays."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

# isort: split
import av  # after OpenCV: both bring FFmpeg libraries
from av.container import OutputContainer

from detector.errors import FootageError, UsageError
from detector.footage.info import Frame
from detector.footage.recording import Recording, iter_interval
from detector.night.files.folder import whole_file
from detector.night.files.originals import Recorded, open_stretch

Box = tuple[float, float, float, float]

MARK: Final = "made by twitch-detector"
"""Stands in the file's own comment: only such a file is ever replaced."""
_TICKS_PER_S: Final = 90_000
_CRF: Final = 26
_LINE_PX: Final = 2


@dataclass(frozen=True)
class Film:
    """A short film in memory.

    Attributes:
        mp4: the file, H.264 in MP4.
        start_s: recording time of its first picture, s.
        stop_s: end of its last picture, s.
        width_px, height_px: size of its pictures.
        scale: its px for each px of the footage.
    """

    mp4: bytes
    start_s: float
    stop_s: float
    width_px: int
    height_px: int
    scale: float

    def save(self, path: str | Path) -> Path:
        """Write the film; an existing file is replaced only where this program made it.

        Raises:
            UsageError: there is another file of this name.
            OSError: the file cannot be written.
        """
        path = Path(path)
        if path.exists() and not is_own_film(path):
            raise UsageError(f"{path}: expected a new file or a clip of this program, but another file is there.")
        with whole_file(path) as temporary:
            temporary.write_bytes(self.mp4)
        return path

    @property
    def data_uri(self) -> str:
        """The film as text that a page can hold."""
        return "data:video/mp4;base64," + base64.b64encode(self.mp4).decode("ascii")

    def _repr_html_(self) -> str:
        """A player for notebooks."""
        return (
            f'<video src="{self.data_uri}" width="{min(self.width_px, 640)}" controls loop muted playsinline></video>'
        )

    def __repr__(self) -> str:
        """One line instead of all bytes."""
        return (
            f"<Film {self.start_s:.2f} to {self.stop_s:.2f} s, {self.width_px} x {self.height_px} px, "
            f"{len(self.mp4) / 1000:.0f} kB>"
        )


def is_own_film(path: Path) -> bool:
    """Whether this program has made a film."""
    try:
        with av.open(f"file:{path.absolute()}") as container:
            return container.metadata.get("comment") == MARK
    except (av.FFmpegError, OSError, ValueError):
        return False


def film_stretch(
    night: Recorded,
    start_s: float,
    stop_s: float,
    *,
    box: Box | None = None,
    long_side_px: int = 1280,
    footage: str | Path | None = None,
    watch: Callable[[Frame], object] | None = None,
) -> Film:
    """Cut a stretch out of the footage of a night.

    Pictures keep their times. Only the luma is kept, as it was measured; time in which nothing was filmed shows the
    picture before it.

    Args:
        night: whose footage it is.
        start_s: where it begins, recording time, s.
        stop_s: where it ends, recording time, s.
        box: `(left, top, right, bottom)`, source px, drawn into the pictures; None draws none.
        long_side_px: larger pictures are shrunk to this.
        footage: where the footage is now, as for `detector.night.files.originals.find_footage`.
        watch: called with each frame that goes into the film; it must not keep the luma without a copy.

    Raises:
        UsageError: the stretch does not end after its start.
        FootageError: the footage is gone, is another one than was analyzed, cannot be read, or has no picture there.
    """
    if not stop_s > start_s:
        raise UsageError(f"clip: expected a stop after the start ({start_s:g} s), but {stop_s:g} s came.")
    recording = open_stretch(night, start_s, stop_s, footage)
    frames = _shown(recording, start_s, stop_s)
    first = next(frames, None)
    if first is None:
        raise FootageError(
            f"The footage holds no picture between {start_s:.2f} and {stop_s:.2f} s; choose another stretch."
        )
    scale = min(1.0, long_side_px / max(first.luma.shape))
    size = _even(first.luma.shape[1] * scale), _even(first.luma.shape[0] * scale)
    buffer = io.BytesIO()
    with av.open(buffer, "w", format="mp4") as container:
        container.metadata["comment"] = MARK
        writer = _Writer(container, size, box, scale)
        last = first
        for frame in chain((first,), frames):
            if watch is not None:
                watch(frame)
            writer.add(frame)
            last = frame
        writer.close()
    return Film(buffer.getvalue(), first.time_s, last.time_s + last.duration_s, *size, scale)


def _shown(recording: Recording, start_s: float, stop_s: float) -> Iterator[Frame]:
    """Frames with strictly ascending times: where two files film the same time the earlier one counts."""
    last_s = -np.inf
    for frame in iter_interval(recording, start_s, stop_s):
        if frame.time_s > last_s:
            last_s = frame.time_s
            yield frame


def _even(length_px: float) -> int:
    """H.264 with half-size chroma wants even sides."""
    return max(2, 2 * round(length_px / 2))


def _resized(luma: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """A picture of another size, `(width, height)`: halved as often as it can be, then fitted.

    A third of the cost of averaging areas of uneven size, and told from it by no eye.
    """
    while luma.shape[1] >= 2 * size[0] and luma.shape[0] >= 2 * size[1]:
        half = luma.shape[1] // 2, luma.shape[0] // 2
        luma = np.asarray(cv2.resize(luma, half, interpolation=cv2.INTER_AREA), np.uint8)
    if (luma.shape[1], luma.shape[0]) != size:
        luma = np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    return luma


class _Writer:
    """Frames to H.264, encoded at an even rate and then stamped with their true times.

    Args:
        container: open for writing.
        size: `(width, height)` of the film, px, even.
        box: drawn into each picture, source px.
        scale: px of the film for each source px.
    """

    def __init__(self, container: OutputContainer, size: tuple[int, int], box: Box | None, scale: float) -> None:
        self._container, self._size, self._box, self._scale = container, size, box, scale
        self._stamps: list[tuple[int, int]] = []
        self._origin_s: float | None = None
        self._stream = container.add_stream(
            "libx264", 25, options={"preset": "veryfast", "crf": str(_CRF), "profile": "high"}
        )
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.time_base = Fraction(1, _TICKS_PER_S)
        context = self._stream.codec_context
        context.time_base = Fraction(1, 25)
        context.gop_size = 50
        context.max_b_frames = 0
        context.thread_count = 1  # the same pictures give the same bytes on any machine
        self._chroma = np.full((size[1] // 2, size[0]), 128, np.uint8)

    def add(self, frame: Frame) -> None:
        """Encode one more frame, later than all before."""
        luma = self._fitted(frame.luma)
        picture = av.VideoFrame.from_ndarray(np.concatenate((luma, self._chroma)), format="yuv420p")
        picture.pts = len(self._stamps)
        self._origin_s = frame.time_s if self._origin_s is None else self._origin_s
        stamp = round((frame.time_s - self._origin_s) * _TICKS_PER_S)
        self._stamps.append((stamp, max(1, round(frame.duration_s * _TICKS_PER_S))))
        self._mux(self._stream.encode(picture))

    def close(self) -> None:
        """Encode what the encoder still holds."""
        self._mux(self._stream.encode(None))

    def _fitted(self, luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
        luma = _resized(luma, self._size)
        if self._box is None:
            return luma
        luma = luma.copy()
        left, top, right, bottom = (round(edge * self._scale) for edge in self._box)
        for color, width in ((0, 3 * _LINE_PX), (255, _LINE_PX)):  # seen on dark and on light ground
            cv2.rectangle(luma, (left, top), (right, bottom), color, width)
        return luma

    def _mux(self, packets: list[Any]) -> None:
        for packet in packets:
            stamp, length = self._stamps[packet.pts]
            packet.pts = packet.dts = stamp
            packet.duration = length
            packet.time_base = Fraction(1, _TICKS_PER_S)
            self._container.mux(packet)

"""Small videos, written where the test runs: a disc that swings over cloth-like texture with sensor noise."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.footage.video import Frame, iter_luma

import av  # isort: skip - OpenCV has to be loaded before PyAV

X265 = "log-level=none:"
OPEN_GOP = {"x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0:keyint=25"}
CODECS: dict[str, tuple[str, str, dict[str, str]]] = {
    "h264": ("libx264", "yuv420p", {"preset": "ultrafast"}),
    "hevc": ("libx265", "yuv420p", {"preset": "ultrafast", "x265-params": X265 + "bframes=0"}),
    "mpeg4": ("mpeg4", "yuv420p", {}),
    "mjpeg": ("mjpeg", "yuvj420p", {}),
    "vp9": ("libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8"}),
}


def pictures(count: int, width: int, height: int) -> Iterator[NDArray[np.uint8]]:
    """A bright disc swings from side to side (period 44 frames) over a fixed texture with noise of up to 8 levels."""
    random = np.random.default_rng(7)
    coarse = random.integers(60, 160, (height // 8 + 2, width // 8 + 2), np.uint8)
    texture = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    for index in range(count):
        picture = cv2.add(texture, random.integers(0, 8, texture.shape, np.uint8))
        center = int(width * (0.5 + 0.3 * np.sin(index / 7))), height // 2
        cv2.circle(picture, center, height // 6, 230, -1)
        yield np.asarray(picture)


def encode(path: Path, count: int = 60, **options: Any) -> Path:
    """Encode the swinging disc.

    Args:
        path: where to; the ending tells the container.
        count: number of frames.
        **options: `codec` (a key of `CODECS` or an encoder), `pixel_format`, `size` (width, height), `fps`, `gop`,
            `encoder` (its options), `rotation` (degrees), `times_s` (of each frame), `start_s`, `metadata`,
            `bframes`, `container` (options of the muxer).
    """
    codec, pixel_format, encoder = CODECS.get(options.get("codec", "h264"), (options.get("codec"), "yuv420p", {}))
    width, height = options.get("size", (128, 96))
    fps = options.get("fps", 25)
    pixel_format = options.get("pixel_format", pixel_format)
    with av.open(str(path), "w", options=options.get("container", {})) as container:
        container.metadata.update(options.get("metadata", {}))
        stream = container.add_stream(codec, rate=fps, options=options.get("encoder", encoder))
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        stream.codec_context.gop_size = options.get("gop", 25)
        if "times_s" in options or "start_s" in options:
            stream.codec_context.time_base = Fraction(1, 90_000)
        if "bframes" in options:
            stream.codec_context.max_b_frames = options["bframes"]
        if "rotation" in options:
            stream.set_display_rotation(options["rotation"])
        times_s = options.get("times_s", [options.get("start_s", 0.0) + index / fps for index in range(count)])
        for time_s, luma in zip(times_s, pictures(count, width, height), strict=True):
            picture = av.VideoFrame.from_ndarray(luma, format="gray").reformat(format=pixel_format)
            picture.pts, picture.time_base = round(time_s * 90_000), Fraction(1, 90_000)
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def remux(source: Path, target: Path, change: Callable[[int, Any], Sequence[Any]] | None = None) -> Path:
    """Copy packets to another file without encoding, each changed, left out or doubled by `change(number, packet)`."""
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        number = 0
        for packet in reader.demux(stream):
            if packet.size == 0:
                continue
            for changed in change(number, packet) if change else [packet]:
                changed.stream = copy
                writer.mux(changed)
            number += 1
    return target


def frames(path: Path) -> list[Frame]:
    """All frames of a file, as they are read."""
    return list(iter_luma(path))


@pytest.fixture
def video(tmp_path: Path) -> Callable[..., Path]:
    """Write a video into the test's folder: `video("a.mp4", count=50, codec="hevc")`; options as for `encode`."""

    def write(name: str, count: int = 60, **options: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # Files of equal content count once: each gets its name as a title.
        return encode(path, count, **{"metadata": {"title": name}} | options)

    return write


@pytest.fixture
def copied() -> Callable[..., Path]:
    """Copy the packets of a video into another file: `copied(source, target, change)`."""
    return remux

"""Footage for the bench: short scenes drawn and encoded once, made long by repeating their packets.

Repeating moves the time stamps and encodes nothing, so ten hours take seconds. What a decoder does for a packet does
not depend on its time stamp, and the footage begins with a key frame, so each turn costs what the first one does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import cv2  # noqa: F401  (OpenCV has to be loaded before PyAV)

from detector.truth.encode import Encoding
from detector.truth.scatter import scatter_movements
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import SceneSpec, parse_nuisance

import av  # isort: skip

FPS = 15
KEY_INTERVAL_S = 4
TICKS_PER_S = 90_000


@dataclass(frozen=True)
class Base:
    """A scene to repeat: sensor noise and bit rate are those of a camera of this size in the dark.

    Attributes:
        size_px: width and height.
        codec: `h264` or `hevc`.
        bitrate_kbps: kbit/s.
        length_s: a multiple of the key-frame interval, s.
        movements: kind to number.
    """

    size_px: tuple[int, int]
    codec: str
    bitrate_kbps: float
    length_s: int
    movements: Mapping[str, int] = field(default_factory=lambda: {"twitch": 2})


BASES = {
    "360p": Base((640, 360), "h264", 350, 40),
    "720p": Base((1280, 720), "h264", 1000, 32),
    "1080p": Base((1920, 1080), "h264", 2000, 20),
    "720p HEVC": Base((1280, 720), "hevc", 600, 32),
    # An hour of an ordinary night: 90 twitches, 18 other movements and 18 of the whole body for about 5 s.
    "ordinary": Base((640, 360), "h264", 350, 600, {"twitch": 15, "movement": 2, "gross": 3, "rhythmic": 1}),
    # 300 movements an hour.
    "busy": Base((640, 360), "h264", 350, 240, {"twitch": 16, "movement": 2, "gross": 1, "rhythmic": 1}),
}


def draw(name: str, folder: Path, *, is_quick: bool = False) -> Path:
    """The base `name` as a file in `folder`, drawn unless it is there; a tenth as long, or 20 s, for the quick form."""
    base = BASES[name]
    length_s = max(base.length_s // 10 // KEY_INTERVAL_S, 5) * KEY_INTERVAL_S if is_quick else base.length_s
    path = folder / f"{name.replace(' ', '-')}-{length_s}s.mp4"
    if not path.exists():
        counts = {kind: int(count * length_s / base.length_s) for kind, count in base.movements.items()}
        spec = SceneSpec(
            duration_s=length_s,
            fps=FPS,
            size_px=base.size_px,
            seed=4,
            movements=scatter_movements(counts, length_s, base.size_px[0], 4),
            nuisances=(parse_nuisance("clock"),),
            noise=3.0,
        )
        encoding = Encoding(codec=base.codec, bitrate_kbps=base.bitrate_kbps, key_interval_s=KEY_INTERVAL_S)
        synthesize(path, spec, encoding)
    return path


def lengthen(source: Path, target: Path, length_s: float) -> Path:
    """Repeat the packets of `source` until `target` is `length_s` long, with moved time stamps."""
    if target.exists():
        return target
    part = target.with_name(f"{target.stem}.part{target.suffix}")
    with av.open(str(source)) as reader, av.open(str(part), "w") as writer:
        stream = reader.streams.video[0]
        copy = writer.add_stream_from_template(stream)
        base, packets = stream.time_base or Fraction(1, TICKS_PER_S), [p for p in reader.demux(stream) if p.size]
        stamps = [(packet.pts or 0, packet.dts or 0) for packet in packets]
        period = round(len(packets) / FPS / base)
        for number in range(round(length_s * FPS)):
            turn, place = divmod(number, len(packets))
            packet, (pts, dts) = packets[place], stamps[place]
            packet.pts, packet.dts, packet.time_base = pts + turn * period, dts + turn * period, base
            packet.stream = copy
            writer.mux(packet)
    part.rename(target)
    return target


def clips(source: Path, folder: Path, n_clips: int, clip_s: int) -> Path:
    """A folder of `n_clips` clips that follow each other, named by their start; all have the packets of `source`."""
    if folder.exists():
        return folder
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    one = lengthen(source, part / "one.mp4", clip_s)
    start = datetime.fromisoformat("2026-03-14T20:00:00")
    for number in range(n_clips):
        name = (start + timedelta(seconds=number * clip_s)).strftime("%Y%m%d_%H%M%S.mp4")
        os.link(one, part / name)
    one.unlink()
    part.rename(folder)
    return folder

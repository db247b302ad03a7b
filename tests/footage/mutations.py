"""Damage of every kind, thrown with a seed at small files of eight containers and five codecs.

    python -m tests.footage.mutations --number 3000

Each damaged file is read to its end. None may crash or hang, the ledger of time has to add up, and where more than a
tenth of the time is gone something has to say so: a note about the file, a gap, damaged pictures, or a refusal.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.errors import NoFootageError
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans, iter_span
from detector.params import FootageParams

import av  # isort: skip - OpenCV has to be loaded before PyAV

FPS, N_FRAMES, SIZE = 12, 120, (96, 64)
LENGTH_S = N_FRAMES / FPS
MAX_SECONDS = 60.0
GONE = 0.1
PARAMS = FootageParams(span_s=10, max_frame_px=1_000_000)
FRAGMENTS = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}

SOURCES: list[tuple[str, str, str, dict[str, str]]] = [
    ("h264.mp4", "libx264", "aac", {}),
    ("h264-index-first.mp4", "libx264", "", {"movflags": "faststart"}),
    ("hevc.mp4", "libx265", "", {}),
    ("h264-fragments.mp4", "libx264", "aac", FRAGMENTS),
    ("h264-fragments-silent.mp4", "libx264", "", FRAGMENTS),
    ("mjpeg.mov", "mjpeg", "", {}),
    ("mpeg4.mov", "mpeg4", "aac", {}),
    ("h264.mkv", "libx264", "aac", {}),
    ("hevc.mkv", "libx265", "", {}),
    ("mjpeg.mkv", "mjpeg", "aac", {}),
    ("vp9.webm", "libvpx-vp9", "libopus", {}),
    ("vp9-silent.webm", "libvpx-vp9", "", {}),
    ("mpeg4.avi", "mpeg4", "mp2", {}),
    ("mjpeg.avi", "mjpeg", "", {}),
    ("h264.ts", "libx264", "aac", {}),
    ("hevc.ts", "libx265", "", {}),
    ("h264.flv", "libx264", "aac", {}),
    ("mpeg4.asf", "mpeg4", "", {}),
]
"""Name, codec of the pictures, codec of the sound (none: silent), options of the container."""

ENCODERS = {
    "libx264": {"preset": "ultrafast"},
    "libx265": {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


def picture(number: int) -> NDArray[np.uint8]:
    """A disc that goes its way over noise, and never looks the same twice."""
    random = np.random.default_rng(number)
    luma = random.integers(90, 120, SIZE[::-1], np.uint8)
    cv2.circle(luma, (int(SIZE[0] * number / N_FRAMES), SIZE[1] // 2), 8, 220, -1)
    return np.asarray(luma)


def write_source(path: Path, codec: str, sound: str, options: dict[str, str]) -> Path:
    """Encode the disc, with a hum where there is sound."""
    with av.open(str(path), "w", options=options) as container:
        stream: Any = container.add_stream(codec, rate=FPS, options=ENCODERS.get(codec, {}))
        stream.width, stream.height = SIZE
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.gop_size = FPS
        hum: Any = container.add_stream(sound, rate=48_000, layout="mono") if sound else None
        for number in range(N_FRAMES):
            frame = av.VideoFrame.from_ndarray(picture(number), format="gray").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
            if hum is not None:
                container.mux(hum.encode(_hum(number, hum)))
        container.mux(stream.encode())
        if hum is not None:
            container.mux(hum.encode())
    return path


def _hum(number: int, stream: Any) -> Any:
    count = 48_000 // FPS
    wave = (3000 * np.sin(np.arange(number * count, (number + 1) * count) / 40)).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(wave[None], format="s16p", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = 48_000, number * count, Fraction(1, 48_000)
    resampler = av.AudioResampler(format=stream.codec_context.format, layout="mono", rate=48_000)
    (resampled,) = resampler.resample(frame)
    return resampled


Mutation = Callable[[bytearray, np.random.Generator], bytearray]


def flip_bytes(content: bytearray, random: np.random.Generator) -> bytearray:
    for place in random.integers(0, len(content), random.integers(1, 60)):
        content[place] ^= int(random.integers(1, 256))
    return content


def flip_header(content: bytearray, random: np.random.Generator) -> bytearray:
    for place in random.integers(0, min(len(content), 1500), random.integers(1, 8)):
        content[place] ^= int(random.integers(1, 256))
    return content


def flip_tail(content: bytearray, random: np.random.Generator) -> bytearray:
    for place in random.integers(max(len(content) - 2500, 0), len(content), random.integers(1, 12)):
        content[place] = int(random.integers(0, 256))
    return content


def cut_short(content: bytearray, random: np.random.Generator) -> bytearray:
    return content[: int(random.integers(1, len(content)))]


def _block(content: bytearray, random: np.random.Generator) -> tuple[int, int]:
    start = int(random.integers(0, len(content)))
    return start, min(start + int(random.integers(1, len(content) // 2)), len(content))


def blank_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, stop = _block(content, random)
    content[start:stop] = bytes(stop - start)
    return content


def noise_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, stop = _block(content, random)
    content[start:stop] = random.bytes(stop - start)
    return content


def drop_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, stop = _block(content, random)
    del content[start:stop]
    return content


def drop_sectors(content: bytearray, random: np.random.Generator) -> bytearray:
    """Sectors of a card are gone and the rest moves up."""
    start, stop = (place // 512 * 512 for place in _block(content, random))
    del content[start:stop]
    return content


def double_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, stop = sorted(random.integers(0, len(content), 2).tolist())
    return content[:stop] + content[start:]


MUTATIONS: list[Mutation] = [
    flip_bytes,
    flip_header,
    flip_tail,
    cut_short,
    blank_block,
    noise_block,
    drop_block,
    drop_sectors,
    double_block,
]


@dataclass(frozen=True)
class Outcome:
    """How reading a damaged file went.

    Attributes:
        word: `refused`, `whole` (what is there is there undamaged) or `partly`.
        lost: share of the footage that is gone, 0 to 1.
        told: whether anything says that something is wrong.
        seconds: how long it took.
        signs: what was said.
    """

    word: str
    lost: float
    told: bool
    seconds: float
    signs: tuple[str, ...] = ()

    @property
    def is_silent(self) -> bool:
        """Whether more than a tenth is gone and nothing says so."""
        return self.lost > GONE and not self.told


def read_to_the_end(path: Path) -> Outcome:
    """Read a damaged file as an analysis does, and check that its time adds up."""
    begun_s = time.monotonic()
    try:
        recording = read_recording([path], PARAMS)
    except NoFootageError as error:
        return Outcome("refused", 1.0, True, time.monotonic() - begun_s, (str(error),))
    spans = cut_spans(recording, PARAMS)
    info = recording.clips[0].info
    assert (np.diff(info.packet_times_s) > 0).all()
    assert (info.packet_durations_s > 0).all()
    assert sum(stop - first for span in spans for _, first, stop in span.pieces) == len(info.packet_times_s)
    assert abs(recording.files_s + recording.gap_s - (recording.stop_s - recording.start_s)) < 1e-3
    usual_s = 1.5 / FPS
    seen_s, sound_s, last_s = 0.0, 0.0, -np.inf
    for span in spans:
        for frame in iter_span(recording, span):
            if frame.time_s < span.start_s:
                continue
            assert last_s < frame.time_s < span.stop_s + 1e-9
            assert frame.luma.shape == (info.height_px, info.width_px)
            last_s, seen_s = frame.time_s, seen_s + frame.duration_s
            sound_s += min(frame.duration_s, usual_s) * (not frame.is_damaged)
    assert seen_s <= recording.files_s + 1e-6
    n_lost = recording.files_s - sound_s
    told = bool(info.damage) or recording.gap_s > 0.25 or n_lost > 0.25
    word = "whole" if sound_s > recording.files_s - 0.25 else "partly"
    return Outcome(word, 1.0 - sound_s / LENGTH_S, told, time.monotonic() - begun_s, info.damage)


def throw(number: int, folder: Path, sources: list[Path]) -> tuple[str, Path]:
    """The damaged file of a seed, and how it was damaged."""
    random = np.random.default_rng(number)
    source = sources[number % len(sources)]
    mutate = MUTATIONS[number // len(sources) % len(MUTATIONS)]
    path = folder / f"{number}-{source.name}"
    path.write_bytes(mutate(bytearray(source.read_bytes()), random))
    return mutate.__name__, path


def write_sources(folder: Path) -> list[Path]:
    """All sources, whole."""
    folder.mkdir(parents=True, exist_ok=True)
    return [write_source(folder / name, codec, sound, options) for name, codec, sound, options in SOURCES]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Throw, count, and say what was lost in silence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--number", type=int, default=3000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--keep", type=Path, default=None, help="folder to keep what is lost in silence")
    options = parser.parse_args()
    words: Counter[str] = Counter()
    silent: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        sources = write_sources(Path(name, "sources"))
        for source in sources:
            whole = read_to_the_end(source)
            if whole.told or whole.lost > 0.02:
                say(f"whole, but told of: {source.name} {whole}")
        slowest_s = 0.0
        for number in range(options.first, options.first + options.number):
            how, path = throw(number, Path(name), sources)
            try:
                outcome = read_to_the_end(path)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is a crash
                say(f"CRASH {path.name} {how}: {type(error).__name__}: {error}")
                words["crash"] += 1
                continue
            words[outcome.word] += 1
            slowest_s = max(slowest_s, outcome.seconds)
            if outcome.is_silent:
                silent.append(f"{path.name} {how} lost {outcome.lost:.0%}")
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / path.name).write_bytes(path.read_bytes())
            path.unlink()
    say("\n".join(silent))
    say(f"{options.number} damaged files: {dict(words)}, slowest {slowest_s:.1f} s")
    say(f"lost in silence: {len(silent)} ({len(silent) / options.number:.2%})")
    sys.exit(int(words["crash"] > 0))


if __name__ == "__main__":
    main()

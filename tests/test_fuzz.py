"""Whatever happens to the bytes of a file: an error in one sentence, or a night whose ledger adds up."""

from __future__ import annotations

import random
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans
from detector.motion.measure import measure_span
from detector.motion.trace import join_traces
from detector.night.coverage import Coverage, measure_coverage
from detector.params import Params

SLOWEST_S = 60.0
FILES = {
    "h264.mp4": "libx264",
    "h264.ts": "libx264",
    "hevc.mkv": "libx265",
    "mpeg4.avi": "mpeg4",
    "mjpeg.avi": "mjpeg",
    "vp9.webm": "libvpx-vp9",
}


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """6 s at 10 fps of a noisy picture that is now and then brighter, in six codecs and containers."""
    import av

    if any(codec not in av.codecs_available for codec in FILES.values()):
        pytest.skip("this build of FFmpeg lacks an encoder")
    av.logging.set_level(None)
    random_ = np.random.default_rng(0)
    ground = cv2.GaussianBlur(random_.uniform(40, 200, (120, 160)).astype(np.float32), (0, 0), 3)
    pictures = [
        np.clip(ground + random_.normal(0, 2, ground.shape) + 20 * (number % 17 == 0), 0, 255).astype(np.uint8)
        for number in range(60)
    ]
    folder = tmp_path_factory.mktemp("originals")
    for name, codec in FILES.items():
        with av.open(str(folder / name), "w") as container:
            options = {"g": "10", "x265-params": "log-level=none"} if codec == "libx265" else {"g": "10"}
            stream = container.add_stream(codec, rate=10, options={} if codec == "mjpeg" else options)
            stream.width, stream.height = 160, 120
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 10)
            for number, picture in enumerate(pictures):
                frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format=stream.pix_fmt)
                frame.pts = number
                container.mux(stream.encode(frame))
            container.mux(stream.encode())
    return {name: (folder / name).read_bytes() for name in FILES}


def mutated(content: bytes, seed: int) -> bytes:
    """Flip bits, zero a stretch, cut the end off, or repeat a stretch."""
    choose = random.Random(seed)
    damaged = bytearray(content)
    place = choose.randrange(len(damaged))
    length = min(choose.randrange(1, 3000), len(damaged) - place)
    kind = choose.choice(["flip", "zero", "cut", "repeat"])
    if kind == "flip":
        for _ in range(choose.choice([1, 3, 20, 200])):
            damaged[choose.randrange(len(damaged))] ^= 1 << choose.randrange(8)
    elif kind == "zero":
        damaged[place : place + length] = bytes(length)
    elif kind == "cut":
        del damaged[place:]
    else:
        damaged[place:place] = damaged[place : place + length]
    return bytes(damaged)


def cover(path: Path) -> Coverage:
    """The ledger of one file; making it raises where it does not add up."""
    params = Params()
    recording = read_recording([path], params.footage)
    traces = [measure_span(recording, span, params) for span in cut_spans(recording, params.footage)]
    return measure_coverage(join_traces(traces), recording.files_s, gap_s=recording.gap_s)


def complain(path: Path) -> str:
    """Why a file is refused; empty where it is not."""
    try:
        cover(path)
    except FootageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", FILES)
def test_original_is_observed_to_the_last_frame(originals: dict[str, bytes], tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(originals[name])
    coverage = cover(tmp_path / name)
    assert coverage.files_s == pytest.approx(6.0, abs=0.02)
    assert coverage.damaged_s == 0.0


@pytest.mark.parametrize(
    "seeds",
    [
        range(2),
        pytest.param(range(2, 8), marks=pytest.mark.slow),
        pytest.param(range(8, 60), marks=pytest.mark.long),
    ],
    ids=["quick", "slow", "long"],
)
@pytest.mark.parametrize("name", FILES)
def test_damaged_file_is_refused_or_its_ledger_adds_up(
    originals: dict[str, bytes], tmp_path: Path, name: str, seeds: range
) -> None:
    for seed in seeds:
        path = tmp_path / f"{seed}-{name}"
        path.write_bytes(mutated(originals[name], seed))
        began_s = time.monotonic()
        complaint = complain(path)
        assert "\n" not in complaint
        assert path.name in complaint or not complaint
        assert time.monotonic() - began_s < SLOWEST_S, f"seed {seed} took too long"

"""Damage of every kind, thrown with a seed at small files: no crash, no hang, and the ledger of time adds up.

`FOOTAGE_FUZZ=1000 pytest tests/footage/test_fuzz.py` throws more.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.errors import NoFootageError
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans, iter_span
from detector.params import FootageParams

Writer = Callable[..., Path]
N_MUTATIONS = int(os.environ.get("FOOTAGE_FUZZ", "30"))
MAX_SECONDS = 60.0
FILES = [
    ("h264", "a.mp4"),
    ("hevc", "a.mkv"),
    ("mpeg4", "a.avi"),
    ("mjpeg", "a.mov"),
    ("vp9", "a.webm"),
    ("h264", "a.ts"),
]
PARAMS = FootageParams(span_s=10, max_frame_px=1_000_000)


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


def blank_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, length = int(random.integers(0, len(content))), int(random.integers(1, 6000))
    stop = min(start + length, len(content))
    content[start:stop] = bytes(stop - start)
    return content


def drop_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start = int(random.integers(0, len(content)))
    del content[start : start + int(random.integers(1, 3000))]
    return content


def double_block(content: bytearray, random: np.random.Generator) -> bytearray:
    start, stop = sorted(random.integers(0, len(content), 2).tolist())
    return content[:stop] + content[start:]


MUTATIONS = [flip_bytes, flip_header, flip_tail, cut_short, blank_block, drop_block, double_block]


def check_file(path: Path) -> str:
    """Read a broken file to its end; the word says how it went."""
    try:
        recording = read_recording([path], PARAMS)
    except NoFootageError:
        return "refused"
    spans = cut_spans(recording, PARAMS)
    info = recording.clips[0].info
    assert (np.diff(info.packet_times_s) > 0).all()
    assert (info.packet_durations_s > 0).all()
    assert sum(stop - first for span in spans for _, first, stop in span.pieces) == len(info.packet_times_s)
    assert recording.files_s + recording.gap_s == pytest.approx(recording.stop_s - recording.start_s, abs=1e-3)
    seen_s, last_s = 0.0, -np.inf
    for span in spans:
        for frame in iter_span(recording, span):
            if frame.time_s < span.start_s:
                continue
            assert last_s < frame.time_s < span.stop_s
            assert frame.luma.shape == (info.height_px, info.width_px)
            last_s, seen_s = frame.time_s, seen_s + frame.duration_s
    assert seen_s <= recording.files_s + 1e-6
    return "whole" if seen_s > recording.files_s - 1e-6 else "partly"


def test_broken_files_neither_crash_nor_hang(video: Writer, tmp_path: Path) -> None:
    sources = [
        video(f"source-{index}-{name}", 40, codec=codec, size=(64, 48)) for index, (codec, name) in enumerate(FILES)
    ]
    outcomes = []
    for seed in range(N_MUTATIONS):
        random = np.random.default_rng(seed)
        source = sources[seed % len(sources)]
        mutate = MUTATIONS[seed // len(sources) % len(MUTATIONS)]
        path = tmp_path / f"{mutate.__name__}-{seed}{source.suffix}"
        path.write_bytes(mutate(bytearray(source.read_bytes()), random))
        begun_s = time.monotonic()
        outcomes.append(check_file(path))
        assert time.monotonic() - begun_s < MAX_SECONDS, path.name
        path.unlink()
    counts = {outcome: outcomes.count(outcome) for outcome in ("refused", "whole", "partly")}
    assert counts["partly"] > 0, counts
    assert counts["whole"] > 0, counts

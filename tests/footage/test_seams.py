"""Boundaries between files: marked where the pictures do not continue, and only there."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detector.footage.recording import Recording, read_recording
from detector.footage.spans import cut_spans, iter_span
from detector.params import FootageParams

import av  # isort: skip - OpenCV has to be loaded before PyAV

PARAMS = FootageParams(span_s=10, time_zone="UTC")
FPS = 15


def film(path: Path, frames: range, center: Callable[[int], tuple[int, int]], level: int = 0) -> Path:
    """A hand of 24 px over cloth, at `center(number)`, with noise; the encoder begins anew each second."""
    random = np.random.default_rng(3)
    cloth = cv2.GaussianBlur(random.uniform(60, 160, (180, 320)).astype(np.float32), (0, 0), 3) + level
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": str(FPS)})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for place, number in enumerate(frames):
            noise = np.random.default_rng(number).normal(0, 2, cloth.shape)
            picture = cv2.circle(cloth + noise, center(number), 12, 210.0, -1, cv2.LINE_AA)
            frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="gray")
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode())
    return path


def seams_s(recording: Recording) -> list[float]:
    frames = itertools.chain.from_iterable(
        (frame for frame in iter_span(recording, span) if frame.time_s >= span.start_s)
        for span in cut_spans(recording, PARAMS)
    )
    return [round(frame.time_s, 2) for frame in frames if frame.is_seam]


def still(number: int) -> tuple[int, int]:
    return 160, 90


def elsewhere(number: int) -> tuple[int, int]:
    return 60, 60


def swinging(number: int) -> tuple[int, int]:
    return round(160 + 10 * np.sin(2 * np.pi * 1.5 * number / FPS)), 90


def jerking_at_the_cut(number: int) -> tuple[int, int]:
    """At rest until frame 75, then 5 px a picture."""
    return 160 + min(max(number - 74, 0), 4) * 5, 90


@pytest.mark.parametrize("center", [still, swinging, jerking_at_the_cut])
def test_what_goes_on_over_a_boundary_is_no_seam(center: Callable[[int], tuple[int, int]], tmp_path: Path) -> None:
    paths = [film(tmp_path / f"{part.start:03}.mp4", part, center) for part in (range(75), range(75, 150))]
    recording = read_recording(paths, PARAMS)
    assert recording.gaps == ()
    assert seams_s(recording) == []


def test_pictures_that_jump_are_a_seam(tmp_path: Path) -> None:
    """The camera lost two seconds in which the hand went elsewhere."""
    first = film(tmp_path / "1.mp4", range(75), still)
    second = film(tmp_path / "2.mp4", range(105, 180), elsewhere)
    assert seams_s(read_recording([first, second], PARAMS)) == [5.0]


def test_another_light_is_a_seam(tmp_path: Path) -> None:
    paths = [film(tmp_path / f"{level}.mp4", range(45), still, level) for level in (0, 30)]
    assert seams_s(read_recording(paths, PARAMS)) == [3.0]


def test_a_single_file_has_no_seam(tmp_path: Path) -> None:
    path = film(tmp_path / "1.mp4", range(200), lambda number: (60 + 100 * (number > 90), 60))
    assert seams_s(read_recording([path], PARAMS)) == []

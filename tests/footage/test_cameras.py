"""Clips that claim one time: the same pictures, one view with a clock set back, or two cameras."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detector.errors import UsageError
from detector.footage.cameras import Likeness, compare_clips
from detector.footage.recording import read_recording
from detector.footage.video import probe
from detector.params import FootageParams

import av  # isort: skip - OpenCV has to be loaded before PyAV

PARAMS = FootageParams(time_zone="UTC")
FPS = 10


def film(path: Path, first: int, count: int, view: int = 0, size: tuple[int, int] = (160, 90)) -> Path:
    """Frames `first` and on of a night: cloth of one view, a hand that wanders slowly, noise."""
    cloth = cv2.GaussianBlur(np.random.default_rng(view).uniform(40, 200, (90, 160)).astype(np.float32), (0, 0), 2)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "g": str(FPS)})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for place in range(count):
            number = first + place
            noise = np.random.default_rng(number).normal(0, 2, cloth.shape)
            picture = cv2.circle(cloth + noise, (20 + number % 120, 45), 6, 220.0, -1)
            picture = cv2.resize(np.clip(picture, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            frame.pts, frame.time_base = place, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


Pair = Callable[[], tuple[Path, Path]]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"first": 300, "count": 200}, Likeness.VIEW),
        ({"first": 300, "count": 200, "view": 1}, Likeness.OTHER),
        ({"first": 100, "count": 100, "size": (80, 44)}, Likeness.SAME),
    ],
)
def test_clips_are_compared(second: dict[str, Any], expected: Likeness, tmp_path: Path) -> None:
    one, other = film(tmp_path / "1.mp4", 0, 200), film(tmp_path / "2.mp4", **second)
    assert compare_clips(probe(one), probe(other), 10.0) == expected


def test_packets_that_stand_in_both_are_the_same_pictures(tmp_path: Path) -> None:
    one = film(tmp_path / "1.ts", 0, 200)
    other = tmp_path / "2.ts"
    with av.open(str(one)) as reader, av.open(str(other), "w") as writer:
        stream = writer.add_stream_from_template(reader.streams.video[0])
        for number, packet in enumerate(packet for packet in reader.demux(video=0) if packet.size):
            if number >= 100:
                packet.stream = stream
                writer.mux(packet)
    assert compare_clips(probe(one), probe(other), 10.0) == Likeness.SAME


def test_what_cannot_be_decoded_cannot_be_told(tmp_path: Path) -> None:
    one, other = (probe(film(tmp_path / f"{number}.mp4", number * 200, 60)) for number in range(2))
    other.path.unlink()
    assert compare_clips(one, other, 1.0) == Likeness.UNKNOWN


def test_a_clock_set_back_costs_nothing(tmp_path: Path) -> None:
    """90 s in three clips; the clock went back by 20 s after the second."""
    for place, name in enumerate(("220000", "220030", "220040")):
        film(tmp_path / f"cam_20240315_{name}.mp4", 300 * place, 300)
    recording = read_recording([tmp_path], PARAMS)
    assert recording.files_s == pytest.approx(90.0)
    assert (recording.gaps, recording.overlaps) == ((), ())
    assert any("set back (by 20 s)" in note for note in recording.notes)


def test_two_cameras_in_one_folder_are_refused(tmp_path: Path) -> None:
    for camera in range(2):
        for place, name in enumerate(("220000", "220010", "220020")):
            film(tmp_path / f"cam{camera}_20240315_{name}.mp4", 100 * place, 100, camera)
    with pytest.raises(UsageError, match=r"cam0_.* and cam1_.* these 6 clips are of two cameras.*--force"):
        read_recording([tmp_path], PARAMS)
    recording = read_recording([tmp_path], FootageParams(time_zone="UTC", force=True))
    assert recording.stop_s == pytest.approx(30.0)


def test_clips_of_several_views_without_times_are_told(tmp_path: Path) -> None:
    for number in range(3):
        film(tmp_path / f"clip{number}.mp4", 100 * number, 60, view=number)
    recording = read_recording([tmp_path], PARAMS)
    notes = " ".join(recording.notes)
    assert "Start times are unknown: the 3 clips were taken one after the other by name." in notes
    assert "The view or the light changes between clips (such as clip0.mp4 and clip1.mp4)" in notes


def test_clips_of_one_view_are_not_told(tmp_path: Path) -> None:
    for number in range(3):
        film(tmp_path / f"clip{number}.mp4", 60 * number, 60)
    assert not any("view" in note for note in read_recording([tmp_path], PARAMS).notes)

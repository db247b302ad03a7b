"""Videos of every container and codec: pictures and times are the decoder's, and the file says when it began."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.video import probe
from detector.params import FootageParams
from tests.footage.conftest import frames

import av  # isort: skip - OpenCV has to be loaded before PyAV

Writer = Callable[..., Path]
X265 = "log-level=none:"


def decode_plain(path: Path) -> list[tuple[float, Any]]:
    """Time and luma of each frame by the shortest PyAV loop there is."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return [(picture.time, np.array(plane(picture))) for picture in container.decode(stream)]


def plane(picture: Any) -> Any:
    first = picture.planes[0]
    return np.frombuffer(first, np.uint8).reshape(first.height, first.line_size)[:, : first.width]


MANY = [
    ("a.mp4", {"codec": "h264"}),
    ("b-frames.mp4", {"codec": "libx264", "encoder": {"x264-params": "bframes=3:b-adapt=0"}}),
    ("a.mkv", {"codec": "h264"}),
    ("a.ts", {"codec": "h264"}),
    ("a.flv", {"codec": "h264"}),
    ("hevc.mp4", {"codec": "hevc"}),
    ("hevc-b.mkv", {"codec": "libx265", "encoder": {"x265-params": X265 + "bframes=4"}}),
    ("a.avi", {"codec": "mpeg4"}),
    ("b.mp4", {"codec": "mpeg4", "bframes": 2}),
    ("a.mov", {"codec": "mjpeg"}),
    ("a.webm", {"codec": "vp9"}),
    ("av1.mp4", {"codec": "libsvtav1", "encoder": {"preset": "12"}}),
    ("a.wmv", {"codec": "wmv2"}),
    ("odd.mp4", {"size": (131, 97), "pixel_format": "yuv444p"}),
    ("late.mkv", {"start_s": 4.94}),
]


@pytest.mark.parametrize(("name", "options"), MANY, ids=[name for name, _ in MANY])
def test_luma_and_times_are_those_of_the_decoder(name: str, options: dict[str, Any], video: Writer) -> None:
    path = video(name, 30, **options)
    expected = decode_plain(path)
    info = probe(path)
    found = frames(path)
    assert len(found) == len(info.packet_times_s) == 30
    first_s = expected[0][0]
    assert [frame.time_s for frame in found] == pytest.approx([time_s - first_s for time_s, _ in expected], abs=1e-9)
    assert info.first_stamp_s == pytest.approx(first_s, abs=1e-9)
    assert [frame.time_s for frame in found] == info.packet_times_s.tolist()
    assert all(np.array_equal(frame.luma, luma) for frame, (_, luma) in zip(found, expected, strict=True))
    assert (info.width_px, info.height_px) == found[0].luma.shape[::-1]
    assert found[0].is_key
    assert not any(frame.is_damaged for frame in found)
    assert info.damage == ()
    assert sum(frame.duration_s for frame in found) == pytest.approx(30 / 25, abs=0.01)


@pytest.mark.parametrize("name", ["late.mkv", "late.ts"])
def test_second_0_is_the_first_picture_as_in_a_player(name: str, video: Writer) -> None:
    info = probe(video(name, start_s=4.94))
    assert (info.start_s, info.stop_s) == pytest.approx((0.0, 60 / 25), abs=1e-3)
    assert info.first_stamp_s == pytest.approx(4.94, abs=0.1)


def test_variable_frame_rate_keeps_its_times(video: Writer) -> None:
    times_s = np.cumsum(np.random.default_rng(3).integers(2, 30, 60)) / 100
    path = video("vfr.mkv", codec="mjpeg", times_s=times_s.tolist())
    assert [frame.time_s for frame in frames(path)] == pytest.approx((times_s - times_s[0]).tolist(), abs=1e-3)


@pytest.mark.parametrize(
    ("codec", "pixel_format", "bits"),
    [
        ("libx264", "yuv420p10le", 10),
        ("libx265", "yuv422p10le", 10),
        ("ffv1", "gray16le", 16),
        ("ffv1", "yuv444p12le", 12),
    ],
)
def test_deep_luma_is_rounded_to_8_bits(codec: str, pixel_format: str, bits: int, video: Writer) -> None:
    encoder = {"x265-params": X265} if codec == "libx265" else {}
    path = video("deep.mkv", 3, codec=codec, pixel_format=pixel_format, encoder=encoder)
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        deep = np.frombuffer(picture.planes[0], np.uint16).reshape(96, -1)[:, :128]
    expected = np.minimum(np.rint(deep / 2 ** (bits - 8)), 255)
    assert np.array_equal(frames(path)[0].luma, expected)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [("a.mov", "png", "rgb24"), ("a.mov", "qtrle", "rgb24"), ("a.avi", "rawvideo", "bgr24"), ("a.gif", "gif", "rgb8")],
)
def test_color_formats_without_a_luma_plane_become_gray(
    name: str, codec: str, pixel_format: str, video: Writer
) -> None:
    found = frames(video(name, 3, codec=codec, pixel_format=pixel_format))
    expected = frames(video("reference.mkv", 3, codec="ffv1", pixel_format="gray"))
    tolerance = 40 if pixel_format == "rgb8" else 2
    assert len(found) == 3
    for frame, reference in zip(found, expected, strict=True):
        assert np.abs(frame.luma.astype(int) - reference.luma).mean() < tolerance


@pytest.mark.parametrize("pixel_format", ["yuv422p", "yuv444p", "gray", "yuvj420p"])
def test_planar_formats_give_their_first_plane(pixel_format: str, video: Writer) -> None:
    path = video("a.mp4", 3, codec="libx264", pixel_format=pixel_format)
    assert np.array_equal(frames(path)[-1].luma, decode_plain(path)[-1][1])


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_pictures_are_turned_as_displayed(degrees: int, video: Writer) -> None:
    path = video("turned.mp4", 3, rotation=degrees)
    info = probe(path)
    luma = frames(path)[0].luma
    # set_display_rotation counts counterclockwise, as numpy does.
    assert np.array_equal(luma, np.rot90(decode_plain(path)[0][1], degrees // 90))
    assert (info.width_px, info.height_px) == luma.shape[::-1]
    assert luma.flags.c_contiguous


def test_probe_tells_what_is_in_a_file(video: Writer) -> None:
    info = probe(video("a.mp4", codec="libx264", encoder={"x264-params": "keyint=20:scenecut=0"}))
    assert (info.width_px, info.height_px, info.codec, info.header_fps) == (128, 96, "h264", 25.0)
    assert np.flatnonzero(info.is_key).tolist() == [0, 20, 40]
    assert (info.start_at, info.start_source) == (None, "assumed")
    assert info.size_bytes == info.path.stat().st_size


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.avi"])
def test_very_short_videos_are_read(count: int, name: str, video: Writer) -> None:
    found = frames(video(name, count, codec="mpeg4"))
    assert len(found) == count
    assert sum(frame.duration_s for frame in found) == pytest.approx(count / 25, abs=0.01)


def test_a_still_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), np.full((40, 60), 90, np.uint8))
    with pytest.raises(FootageError, match=r"still\.png: expected a video, but this is one picture"):
        probe(path)


def test_creation_time_in_the_container_is_the_start(video: Writer) -> None:
    path = video("a.mp4", 5, metadata={"creation_time": "2024-03-15T22:15:07.000000Z"})
    info = probe(path, FootageParams(time_zone="Europe/Berlin"))
    assert info.start_at is not None
    assert (info.start_at.isoformat(), info.start_source) == ("2024-03-15T23:15:07+01:00", "container")


@pytest.mark.parametrize("created", ["1904-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2203-01-01T00:00:00Z"])
def test_impossible_creation_times_are_not_believed(created: str, video: Writer) -> None:
    assert probe(video("a.mkv", 3, metadata={"creation_time": created})).start_at is None


def test_a_name_that_tells_the_end_gives_the_start(video: Writer) -> None:
    path = video("2024-03-15/2024-03-15T22-15-07 motion.mp4", 51)
    info = probe(path, FootageParams(time_zone="UTC"))
    assert info.start_at is not None
    assert (info.start_at.isoformat(), info.start_source) == ("2024-03-15T22:15:04.960000+00:00", "name")


def test_stamps_that_wrap_in_a_transport_stream_go_on(video: Writer) -> None:
    path = video("wrap.ts", 75, start_s=2**33 / 90_000 - 1.0)
    found = frames(path)
    assert len(found) == 75
    assert np.diff([frame.time_s for frame in found]) == pytest.approx(0.04, abs=1e-4)


def test_reading_prints_nothing(video: Writer) -> None:
    path = video("a.ts", 50)
    path.write_bytes(path.read_bytes()[3000:-3000])
    code = f"import detector.footage.video as v; print(sum(1 for _ in v.iter_luma({str(path)!r})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 20
    assert done.stderr == ""


def test_pictures_that_arrive_in_clumps_are_spread(video: Writer) -> None:
    taken = np.arange(150) / 15
    came = taken[np.minimum(np.arange(150) // 7 * 7 + 6, 149)] + 0.002 * (np.arange(150) % 7)
    path = video("clumps.mkv", 150, codec="mjpeg", times_s=came.tolist())
    info = probe(path)
    assert info.packet_durations_s[:-1] == pytest.approx(1 / 15, rel=0.25)
    assert info.stop_s == pytest.approx(10.0, abs=0.6)
    assert any("times of arrival" in note for note in info.repairs)

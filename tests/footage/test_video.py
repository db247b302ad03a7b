import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.video import Frame, iter_luma, probe
from detector.params import FootageParams

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


def frames(path: Path) -> list[Frame]:
    return list(iter_luma(path))


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


def test_a_still_picture_is_a_video_of_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    cv2.imwrite(str(path), np.full((40, 60), 90, np.uint8))
    assert [frame.luma.shape for frame in frames(path)] == [(40, 60)]


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


def sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=16_000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), format="fltp", layout="mono")
        sound.sample_rate = 16_000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())


def write_bytes(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


UNUSABLE: list[tuple[str, Callable[[Path], None], str]] = [
    ("missing.mp4", lambda _: None, "no such file"),
    ("folder.mp4", lambda path: path.mkdir(), "not a regular file"),
    ("empty.mp4", write_bytes(b""), "is empty"),
    ("text.mp4", write_bytes(b"dear diary, the baby slept well\n" * 40), "expected a video"),
    ("noise.mp4", write_bytes(np.random.default_rng(0).bytes(50_000)), "expected a video"),
    ("zeros.avi", write_bytes(bytes(50_000)), "expected a video"),
    ("sound.mp4", sound_only, "sound but no pictures"),
]


@pytest.mark.parametrize(("name", "write", "reason"), UNUSABLE, ids=[name for name, _, _ in UNUSABLE])
def test_what_is_no_video_is_refused_in_one_sentence(
    name: str, write: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    write(path)
    with pytest.raises(FootageError, match=reason) as caught:
        probe(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_mp4_without_index_tells_of_the_power_cut(video: Writer, tmp_path: Path) -> None:
    whole = video("whole.mp4").read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: whole.index(b"moov") - 4])
    with pytest.raises(FootageError, match=r"power loss.*repair tool such as untrunc"):
        probe(cut)


def test_too_large_pictures_are_refused_before_decoding(video: Writer) -> None:
    path = video("a.mp4", 3, size=(640, 480))
    with pytest.raises(FootageError, match=r"640 x 480; raise footage\.max_frame_px"):
        probe(path, FootageParams(max_frame_px=640 * 480 - 1))
    assert probe(path, FootageParams(max_frame_px=640 * 480)).width_px == 640


@pytest.mark.parametrize("name", ["index-first.mp4", "a.mkv", "a.ts", "a.avi"])
def test_a_truncated_file_plays_what_is_there_and_says_what_is_missing(
    name: str, video: Writer, tmp_path: Path
) -> None:
    options = {"container": {"movflags": "faststart"}} if name.endswith("mp4") else {}
    path = video(name, 100, codec="mpeg4", **options)
    whole = frames(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    info = probe(path)
    found = frames(path)
    assert 15 < len(found) < 80
    assert all(np.array_equal(a.luma, b.luma) for a, b in zip(found[:-2], whole, strict=False))
    assert [frame.time_s for frame in found] == [frame.time_s for frame in whole[: len(found)]]
    if not name.endswith("ts"):  # a transport stream has no header that tells its length
        assert any("cut off" in note for note in info.damage)


def test_a_file_that_grows_is_read_as_far_as_it_was_probed(video: Writer) -> None:
    path = video("growing.ts", 100, codec="mpeg4")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2 // 188 * 188])
    info = probe(path)
    path.write_bytes(whole)
    found = list(iter_luma(info))
    assert abs(len(found) - len(info.packet_times_s)) <= 1
    assert found[-1].time_s <= info.packet_times_s[-1]


def test_a_file_that_changed_is_refused(video: Writer) -> None:
    info = probe(video("a.mkv", 50, codec="mpeg4"))
    video("a.mkv", 50, codec="mjpeg")
    with pytest.raises(FootageError, match="has changed"):
        list(iter_luma(info))


def test_a_damaged_packet_costs_its_group_of_pictures_and_no_more(video: Writer, copied: Writer) -> None:
    source = video("a.mkv", 100, codec="libx264", encoder={"x264-params": "keyint=25:scenecut=0:bframes=0"})

    def spoil(number: int, packet: Any) -> list[Any]:
        if number == 30:
            spoilt = bytearray(bytes(packet))
            spoilt[12:] = np.random.default_rng(1).bytes(len(spoilt) - 12)
            changed = av.Packet(bytes(spoilt))
            changed.pts, changed.dts, changed.time_base = packet.pts, packet.dts, packet.time_base
            return [changed]
        return [packet]

    path = copied(source, source.with_name("spoilt.mkv"), spoil)
    whole, found = frames(source), frames(path)
    damaged = [round(frame.time_s * 25) for frame in found if frame.is_damaged]
    assert damaged
    assert set(damaged) <= set(range(30, 50))
    assert damaged[-1] == 49
    sound = {frame.time_s: frame.luma for frame in found if not frame.is_damaged}
    assert all(np.array_equal(sound[frame.time_s], frame.luma) for frame in whole if frame.time_s in sound)
    assert len(sound) == 80


def test_pictures_of_another_size_in_the_middle_are_scaled(video: Writer, tmp_path: Path) -> None:
    parts = [video(f"{index}.ts", 25, codec="mpeg4", size=size) for index, size in enumerate([(128, 96), (64, 48)])]
    path = tmp_path / "joined.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in [*parts, parts[0]]))
    info = probe(path)
    found = list(iter_luma(info))
    assert {frame.luma.shape for frame in found} == {(96, 128)}
    assert 70 <= len(found) <= 75
    assert [place for place, frame in enumerate(found) if frame.is_seam] == pytest.approx([25, 50], abs=3)
    small = np.mean([frame.luma.mean() for frame in found[30:45]])
    assert small == pytest.approx(np.mean([frame.luma.mean() for frame in found[:20]]), abs=6)
    assert (np.diff([frame.time_s for frame in found]) > 0).all()
    assert any("go back" in note for note in info.repairs)
    assert set(info.repairs) <= set(info.damage)


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


def test_a_lost_picture_in_avi_does_not_shift_the_rest(video: Writer) -> None:
    path = video("a.avi", 50, codec="mjpeg")
    whole = frames(path)
    with av.open(str(path)) as container:
        place = [packet.pos for packet in container.demux(video=0) if packet.size][20]
    content = bytearray(path.read_bytes())
    content[place + 8 : place + 600] = bytes(592)
    path.write_bytes(content)
    found = frames(path)
    assert [frame.time_s for frame in found] == [frame.time_s for frame in whole if frame.time_s != whole[20].time_s]
    assert np.array_equal(found[20].luma, whole[21].luma)


def test_pictures_that_arrive_in_clumps_are_spread(video: Writer) -> None:
    taken = np.arange(150) / 15
    came = taken[np.minimum(np.arange(150) // 7 * 7 + 6, 149)] + 0.002 * (np.arange(150) % 7)
    path = video("clumps.mkv", 150, codec="mjpeg", times_s=came.tolist())
    info = probe(path)
    assert info.packet_durations_s[:-1] == pytest.approx(1 / 15, rel=0.25)
    assert info.stop_s == pytest.approx(10.0, abs=0.6)
    assert any("times of arrival" in note for note in info.repairs)

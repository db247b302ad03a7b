"""Losses of each kind are told, and nothing is told of whole files."""

import itertools
import struct
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.video import iter_luma, probe
from detector.params import FootageParams

import av  # isort: skip - OpenCV has to be loaded before PyAV

Writer = Callable[..., Path]


def with_sound(source: Path, target: Path, sound_s: float) -> Path:
    """The pictures of a file with a hum of so many seconds beside them."""
    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        pictures: Any = writer.add_stream_from_template(reader.streams.video[0])
        hum: Any = writer.add_stream("libopus" if target.suffix == ".webm" else "aac", rate=48_000, layout="mono")
        packets = [packet for packet in reader.demux(video=0) if packet.size]
        rate = 48_000
        for second in range(round(sound_s * 10)):
            wave = np.zeros((1, rate // 10), np.float32)
            frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
            frame.sample_rate, frame.pts, frame.time_base = rate, second * rate // 10, Fraction(1, rate)
            while packets and float(packets[0].pts * packets[0].time_base) < second / 10:
                packets[0].stream = pictures
                writer.mux(packets.pop(0))
            for resampled in av.AudioResampler(hum.codec_context.format, "mono", rate).resample(frame):
                writer.mux(hum.encode(resampled))
        for packet in packets:
            packet.stream = pictures
            writer.mux(packet)
        writer.mux(hum.encode())
    return target


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def notes(path: Path) -> str:
    return " ".join(probe(path).damage)


CUT = [("a.mkv", "h264"), ("a.webm", "vp9"), ("a.ts", "h264"), ("a.avi", "mjpeg"), ("a.flv", "h264"), ("a.mkv", "hevc")]


@pytest.mark.parametrize("has_sound", [True, False])
@pytest.mark.parametrize(("name", "codec"), CUT)
def test_a_cut_file_says_so_with_sound_and_without(
    name: str, codec: str, has_sound: bool, video: Writer, tmp_path: Path
) -> None:
    path = video(f"source-{name}", 200, codec=codec)
    if has_sound and name != "a.avi":
        path = with_sound(path, tmp_path / name, 8.0)
    assert notes(path) == ""
    assert "cut off" in notes(cut(path, 0.6037))


def test_a_hole_in_a_fragmented_file_is_told(video: Writer) -> None:
    path = video("a.mp4", 200, container={"movflags": "frag_keyframe+empty_moov+default_base_moof"})
    content = path.read_bytes()
    assert notes(path) == ""
    places = [place for place in range(len(content)) if content[place : place + 4] == b"moof"]
    path.write_bytes(content[: places[3] - 4] + content[places[5] - 4 :])
    assert "2 pieces of the file are missing" in notes(path)


def test_bytes_that_belong_to_no_packet_are_told(video: Writer) -> None:
    path = video("a.mkv", 200)
    content = bytearray(path.read_bytes())
    start, stop = len(content) // 3, len(content) * 2 // 3
    content[start:stop] = bytes(stop - start)
    path.write_bytes(content)
    assert "of the file belongs to no picture or sound" in notes(path)


def test_an_index_and_padding_are_no_loss(video: Writer) -> None:
    path = video("a.ts", 100)
    content = path.read_bytes()
    filler = (b"\x47\x1f\xff\x10" + b"\xff" * 184) * (len(content) // 188)
    path.write_bytes(content + filler)
    assert notes(path) == ""
    assert notes(video("b.avi", 400, codec="mjpeg", size=(16, 16))) == ""


def test_an_ending_that_contradicts_the_format_is_a_note(video: Writer) -> None:
    path = video("a.mkv", 10)
    wrong = path.rename(path.with_name("night.mp4"))
    info = probe(wrong)
    assert info.damage == info.repairs == ("It is named .mp4, but it is a Matroska file.",)


def test_an_empty_track_head_costs_nothing(video: Writer) -> None:
    path = video("a.mp4", 10)
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd")
    content[place - 4 : place] = struct.pack(">I", 8)
    path.write_bytes(content)
    with pytest.raises(FootageError, match="expected a video"):
        probe(path)


@pytest.mark.parametrize("codec", ["mjpeg", "h264", "libx264"])
def test_dropped_pictures_in_avi_are_no_cut(codec: str, video: Writer, copied: Writer, tmp_path: Path) -> None:
    """Every fifth picture is an empty chunk: the camera dropped it and the clock goes on."""
    source = video("source.avi", 100, codec=codec)
    path = copied(source, tmp_path / "dropped.avi", lambda number, packet: [packet] * (number % 5 != 3))
    info = probe(path)
    assert info.length_s == pytest.approx(4.0, abs=0.1)
    assert not any("cut off" in note for note in info.damage)
    assert "cut off" in notes(cut(path, 0.6))


def test_a_lone_segment_says_what_helps(video: Writer) -> None:
    path = video("a.mp4", 100, container={"movflags": "frag_keyframe+empty_moov+default_base_moof"})
    content = path.read_bytes()
    lone = path.with_name("00012.m4s")
    lone.write_bytes(content[content.index(b"moof") - 4 :])
    with pytest.raises(FootageError, match=r"piece of a stream without its head.*init\.mp4"):
        probe(lone)


POINTERS = [
    ("night.mp4", b"ffconcat version 1.0\nfile other.mp4\n", "a list of files"),
    ("night.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:9/x.ts\n", "a playlist"),
    ("night.mp4", b'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>', "a playlist"),
    ("night.ts", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n", "the description of a stream"),
]


@pytest.mark.parametrize(("name", "content", "kind"), POINTERS)
def test_what_only_points_elsewhere_is_refused(name: str, content: bytes, kind: str, video: Writer) -> None:
    path = video("other.mp4", 5).with_name(name)
    path.write_bytes(content)
    with pytest.raises(FootageError, match=f"this is {kind}"):
        probe(path)


@pytest.mark.parametrize("ending", ["mjpeg", "h264", "mpjpeg"])
def test_streams_without_stamps_say_so_and_take_the_rate_that_is_told(
    ending: str, video: Writer, tmp_path: Path
) -> None:
    path = tmp_path / f"raw.{ending}"
    source = video("source.mkv", 45, codec="mjpeg" if ending != "h264" else "libx264", fps=15, bframes=0)
    with av.open(str(source)) as reader:
        pictures = [bytes(packet) for packet in reader.demux(video=0) if packet.size]
    if ending == "mpjpeg":
        head = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n"
        path.write_bytes(b"".join(head % len(picture) + picture + b"\r\n" for picture in pictures))
    elif ending == "mjpeg":
        path.write_bytes(b"".join(pictures))
    else:
        with av.open(str(source)) as reader, av.open(str(path), "w") as writer:
            stream = writer.add_stream_from_template(reader.streams.video[0])
            for packet in reader.demux(video=0):
                if packet.size:
                    packet.stream = stream
                    writer.mux(packet)
    info = probe(path)
    assert info.repairs == ("The file holds no time stamps; the rate in its header was taken for true.",)
    told = probe(path, FootageParams(fps=15))
    assert told.length_s == pytest.approx(3.0)
    assert len(list(itertools.islice(iter_luma(told), 50))) == 45


WHOLE = [
    ("a.m2ts", {"container": {"mpegts_m2ts_mode": "1"}}),
    ("a.ts", {"container": {"muxrate": "8000000"}}),
    ("a.mkv", {"container": {"reserve_index_space": "20000"}}),
    ("b.mkv", {"container": {"live": "1"}}),
    ("a.mp4", {"container": {"moov_size": "40000"}}),
    ("b.mp4", {"container": {"movflags": "frag_keyframe+empty_moov+dash+global_sidx"}}),
    ("a.wmv", {"codec": "wmv2"}),
    ("a.mpg", {"codec": "mpeg1video"}),
    ("uneven.mp4", {"times_s": np.cumsum(np.random.default_rng(0).uniform(0.02, 0.2, 200)).tolist()}),
    ("uneven.mkv", {"times_s": np.cumsum(np.random.default_rng(0).uniform(0.02, 0.2, 200)).tolist()}),
    ("slow.mp4", {"times_s": np.arange(200.0).tolist()}),
]


@pytest.mark.parametrize(("name", "options"), WHOLE, ids=[name for name, _ in WHOLE])
def test_nothing_is_told_of_whole_files(name: str, options: dict[str, Any], video: Writer) -> None:
    assert notes(video(name, 200, **options)) == ""

"""Each kind of damaged footage, from the file to the night: told in words, and every second accounted for.

`tests/test_fuzz.py` and `tests/footage/test_fuzz.py` add damage at random.
"""

import os
import struct
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
import pytest

from detector.errors import NoFootageError
from detector.night.night import Night
from detector.params import Params, with_values
from detector.run.analyze import Progress, analyze

pytestmark = pytest.mark.slow

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 s at 10 fps, a key frame each second, with a jerk at 15.0 s."""
    return write_cot(tmp_path_factory.mktemp("footage") / "whole.mp4", 30.0, (15.0,))


def copy_packets(source: Path, target: Path, change: Callable[[int, Any], Sequence[Any]]) -> Path:
    """Copy packets without encoding, each changed, left out or doubled by `change(number, packet)`."""
    import av

    with av.open(str(source)) as reader, av.open(str(target), "w") as writer:
        stream = writer.add_stream_from_template(reader.streams.video[0])
        number = 0
        for packet in reader.demux(video=0):
            if packet.size:
                for changed in change(number, packet):
                    changed.stream = stream
                    writer.mux(changed)
                number += 1
    return target


def night_of(*paths: Path) -> Night:
    """A night whose ledger adds up, in three spans or so."""
    night = analyze(paths, params=SHORT_SPANS, workers=2)
    it = night.coverage
    assert it.files_s == pytest.approx(it.observed_s + it.damaged_s + it.frozen_s + it.skipped_s, abs=0.01)
    assert it.files_s + it.gap_s == pytest.approx(night.stop_s - night.start_s, abs=0.05)
    return night


def near(night: Night, time_s: float) -> bool:
    """Whether a movement was found around a time."""
    return bool((np.abs(night.events.start_s.to_numpy() - time_s) < 0.5).any())


def shifted(ticks_from: dict[int, float]) -> Callable[[int, Any], list[Any]]:
    """Packets whose stamps are moved by so many s from a packet on."""

    def change(number: int, packet: Any) -> list[Any]:
        for first, seconds in ticks_from.items():
            if number >= first:
                ticks = round(seconds / packet.time_base)
                packet.pts, packet.dts = packet.pts + ticks, packet.dts + ticks
        return [packet]

    return change


def test_the_footage_is_whole(footage: Path) -> None:
    night = night_of(footage)
    assert night.coverage.observed_s == pytest.approx(30.0)
    assert near(night, 15.0)
    assert not night.is_partial


def test_missing_key_frame(footage: Path, tmp_path: Path) -> None:
    lost = copy_packets(footage, tmp_path / "lost.mp4", lambda number, packet: [packet] * (number != 200))
    night = night_of(lost)
    assert night.coverage.files_s == pytest.approx(30.0, abs=0.11)
    assert near(night, 15.0)
    # What is decoded without it, to the next key frame, is no movement.
    assert not (night.events.start_s > 18.0).any(), night.events[["kind", "start_s", "stop_s"]]


def test_stamps_that_leap_ahead_are_a_gap(footage: Path, tmp_path: Path) -> None:
    night = night_of(copy_packets(footage, tmp_path / "leap.mp4", shifted({100: 3600.0})))
    assert night.coverage.files_s == pytest.approx(30.0)
    assert night.coverage.gap_s == pytest.approx(3600.0)
    assert near(night, 3615.0)


def test_stamps_that_repeat_are_spread(footage: Path, tmp_path: Path) -> None:
    def pairs(number: int, packet: Any) -> list[Any]:
        if number % 2:
            packet.pts = packet.dts = packet.pts - round(0.1 / packet.time_base)
        return [packet]

    night = night_of(copy_packets(footage, tmp_path / "pairs.mkv", pairs))
    assert night.coverage.files_s == pytest.approx(30.0, abs=0.2)
    assert near(night, 15.0)


def test_stamps_that_go_back_are_joined(footage: Path, tmp_path: Path) -> None:
    streams = [copy_packets(footage, tmp_path / f"{n}.ts", shifted({})).read_bytes() for n in range(2)]
    (tmp_path / "twice.ts").write_bytes(b"".join(streams))
    night = night_of(tmp_path / "twice.ts")
    assert night.coverage.files_s == pytest.approx(60.0, abs=0.5)
    assert near(night, night.start_s + 15.0)
    assert near(night, night.start_s + 45.0)
    assert any("go back" in note for note in night.provenance.notes)


def test_stamps_that_wrap_are_counted_on(footage: Path, tmp_path: Path) -> None:
    night = night_of(copy_packets(footage, tmp_path / "wrap.ts", shifted({0: 2**33 / 90_000 - 12.0})))
    assert night.coverage.files_s == pytest.approx(30.0, abs=0.2)
    assert night.coverage.gap_s == 0.0
    assert near(night, night.start_s + 15.0)


def test_a_stream_without_stamps(footage: Path, tmp_path: Path) -> None:
    night = night_of(copy_packets(footage, tmp_path / "bare.h264", lambda _, packet: [packet]))
    assert any("no time stamps" in note for note in night.provenance.notes)
    assert len(night.events) >= 1


def test_pictures_of_another_size_in_the_middle(footage: Path, write_cot: Callable[..., Path], tmp_path: Path) -> None:
    small = write_cot(tmp_path / "small.mp4", 10.0, size=(96, 64))
    streams = [copy_packets(it, tmp_path / f"{it.stem}.ts", shifted({})).read_bytes() for it in (footage, small)]
    (tmp_path / "mixed.ts").write_bytes(streams[0] + streams[1] + streams[0])
    night = night_of(tmp_path / "mixed.ts")
    assert night.coverage.files_s == pytest.approx(70.0, abs=0.5)
    # They are scaled to the others, and seen.
    assert night.coverage.observed_s == pytest.approx(70.0, abs=1.5)
    assert near(night, night.start_s + 15.0)
    assert near(night, night.start_s + 55.0)


def test_a_still_picture_as_video(tmp_path: Path) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    cv2.imwrite(str(tmp_path / "still.png"), picture)
    with pytest.raises(NoFootageError, match=r"still\.png: .* this is one picture"):
        night_of(tmp_path / "still.png")


@pytest.mark.parametrize("ending", ["avi", "mp4"])
def test_a_still_picture_that_lasts_holds_no_movement(tmp_path: Path, ending: str) -> None:
    import av

    path = tmp_path / f"still.{ending}"
    picture = np.random.default_rng(0).integers(0, 255, (120, 160), np.uint8)
    with av.open(str(path), "w") as container:
        even = {"qmin": "5", "qmax": "5"} if ending == "avi" else {}
        stream = container.add_stream("mjpeg" if ending == "avi" else "libx264", rate=10, options=even)
        stream.width, stream.height = 160, 120
        stream.pix_fmt = "yuvj420p" if ending == "avi" else "yuv420p"
        for _ in range(200):
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format=stream.pix_fmt)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    night = night_of(path)
    assert len(night.events) == 0
    assert night.coverage.files_s == pytest.approx(20.0)


def write_huge(path: Path) -> Path:
    """A video of two black pictures of 16,000 x 16,000 px in a few hundred kilobytes."""
    import av

    picture = write_huge_picture(path.with_suffix(".png"))
    with av.open(str(picture)) as source, av.open(str(path), "w") as container:
        stream = container.add_stream_from_template(source.streams.video[0])
        (packet,) = (packet for packet in source.demux(video=0) if packet.size)
        for number in range(2):
            copy = av.Packet(bytes(packet))
            copy.stream, copy.time_base = stream, Fraction(1, 10)
            copy.pts, copy.dts, copy.duration = number, number, 1
            copy.is_keyframe = True
            container.mux(copy)
    return path


def write_huge_picture(path: Path) -> Path:
    """A black PNG of 16,000 x 16,000 px."""
    squeeze = zlib.compressobj(1)
    rows = b"".join(squeeze.compress(bytes(16 * 16001)) for _ in range(16000 // 16)) + squeeze.flush()
    with path.open("wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n")
        for name, data in (
            (b"IHDR", struct.pack(">IIBBBBB", 16000, 16000, 8, 0, 0, 0, 0)),
            (b"IDAT", rows),
            (b"IEND", b""),
        ):
            file.write(struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)))
    return path


def test_a_huge_picture_is_refused_and_the_parameter_named(tmp_path: Path) -> None:
    path = write_huge(tmp_path / "huge.mov")
    with pytest.raises(NoFootageError, match=r"huge\.mov: .*36000000 px.*raise"):
        analyze(path, workers=1)
    night = analyze(path, workers=1, params=with_values(Params(), {"footage.max_frame_px": 16000**2}))
    assert night.trace is not None
    assert (night.trace.grid.width_px, len(night.trace.frames.time_s)) == (16000, 2)


@pytest.fixture(scope="module")
def lying(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The footage as MJPEG, of which ten pictures say that they are 16,000 x 16,000 px."""
    import av

    path = tmp_path_factory.mktemp("lying") / "lie.avi"
    with av.open(str(footage)) as reader, av.open(str(path), "w") as writer:
        stream = writer.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuvj420p"
        for decoded in reader.decode(video=0):
            frame = av.VideoFrame.from_ndarray(decoded.to_ndarray(format="gray"), format="gray")
            writer.mux(stream.encode(frame.reformat(format="yuvj420p")))
        writer.mux(stream.encode())
    data = bytearray(path.read_bytes())
    places = [place for place in range(len(data) - 10) if data[place : place + 2] == b"\xff\xc0"]
    assert len(places) == 300
    for place in places[100:110]:
        data[place + 5 : place + 9] = struct.pack(">HH", 16000, 16000)
    path.write_bytes(data)
    return path


def test_a_huge_picture_in_the_middle_costs_itself(lying: Path) -> None:
    night = night_of(lying)
    assert night.coverage.files_s == pytest.approx(30.0, abs=0.1)
    assert 0.9 < night.coverage.damaged_s < 3.0
    assert near(night, 15.0)


MEMORY = """
import resource, sys, detector
from detector.errors import DetectorError
from detector.params import Params, with_values
params = with_values(Params(), {"footage.span_s": 10, "run.worker_memory_mb": 500} | eval(sys.argv[2]))
try:
    night = detector.analyze(sys.argv[1], params=params, workers=1)
    print(f"{night.coverage.damaged_s:.1f}")
except DetectorError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)  # MB
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits and units as on Linux")
@pytest.mark.parametrize(("name", "limits"), [("lie.avi", {}), ("huge.mov", {"footage.max_frame_px": 16000**2})])
def test_one_file_cannot_take_the_machine(lying: Path, tmp_path: Path, name: str, limits: dict[str, int]) -> None:
    path = lying if name == lying.name else write_huge(tmp_path / name)
    words = [sys.executable, "-c", MEMORY, str(path), repr(limits)]
    said, largest_mb = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    assert float(largest_mb) < 600
    if "it needs more memory than run.worker_memory_mb (500 MB) allows." not in said:
        # It went within the limit: pictures that lie about their size are damaged, a picture that is so large is not.
        assert (float(said) > 0) is (name == lying.name), said


def test_a_file_that_is_still_being_written(footage: Path, tmp_path: Path) -> None:
    whole = copy_packets(footage, tmp_path / "whole.ts", shifted({})).read_bytes()
    path = tmp_path / "growing.ts"
    path.write_bytes(whole[: len(whole) // 2])
    stop = threading.Event()

    def write_on() -> None:
        with path.open("ab") as file:
            for start in range(len(whole) // 2, len(whole), 188 * 5):
                file.write(whole[start : start + 188 * 5])
                file.flush()
                if stop.wait(0.01):
                    return

    seen: list[Progress] = []
    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        night = analyze(path, params=SHORT_SPANS, workers=1, progress=seen.append)
    finally:
        stop.set()
        writer.join()
    assert path.stat().st_size > len(whole) // 2
    assert 10.0 < night.coverage.files_s < 31.0
    assert night.coverage.observed_s > night.coverage.files_s - 1.5


def test_a_file_that_vanishes_between_two_looks(footage: Path, tmp_path: Path) -> None:
    path = tmp_path / "card.mp4"
    path.write_bytes(footage.read_bytes())

    def pull_the_card(step: Progress) -> None:
        if step.stage == "measuring" and path.exists():
            os.truncate(path, 1000)

    with pytest.raises(NoFootageError, match=r"card\.mp4: nothing could be measured"):
        analyze(path, params=SHORT_SPANS, workers=1, progress=pull_the_card)

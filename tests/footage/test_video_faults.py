"""Files that are no video, or not the whole of one: each is refused in one sentence or read as far as it goes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.video import iter_luma, probe
from detector.params import FootageParams
from tests.footage.conftest import frames

import av  # isort: skip - OpenCV has to be loaded before PyAV

Writer = Callable[..., Path]


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

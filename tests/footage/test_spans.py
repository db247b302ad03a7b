import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.footage.decode import iter_packets
from detector.footage.recording import Recording, Span, iter_interval, read_recording
from detector.footage.spans import cut_spans, iter_span, on_its_own
from detector.footage.video import Frame, iter_luma, probe
from detector.params import FootageParams

import av  # isort: skip - OpenCV has to be loaded before PyAV

Writer = Callable[..., Path]
SHORT = FootageParams(span_s=10, warm_up_s=1.5)
OPEN = {
    "codec": "libx264",
    "encoder": {"x264-params": "open-gop=1:bframes=3:b-adapt=0:scenecut=0:keyint=25", "preset": "ultrafast"},
}
CLOSED = {
    "codec": "libx264",
    "encoder": {"x264-params": "bframes=2:b-adapt=0:scenecut=0:keyint=25", "preset": "ultrafast"},
}
HEVC = {
    "codec": "libx265",
    "encoder": {"x265-params": "log-level=none:open-gop=1:bframes=4:keyint=25:min-keyint=25", "preset": "ultrafast"},
}
REFRESH = {"codec": "libx264", "encoder": {"x264-params": "intra-refresh=1:keyint=25"}}

Identity = tuple[float, float, int, bool, bool]


def identity(frame: Frame) -> Identity:
    return frame.time_s, frame.duration_s, hash(frame.luma.tobytes()), frame.is_key, frame.is_damaged


def own_frames(recording: Recording, spans: tuple[Span, ...]) -> list[Identity]:
    """Frames of all spans without their warm-up."""
    return [identity(frame) for span in spans for frame in iter_span(recording, span) if frame.time_s >= span.start_s]


CONTAINERS = [
    ("open.mp4", OPEN),
    ("open.mkv", OPEN),
    ("open.ts", OPEN),
    ("open.flv", OPEN),
    ("hevc.mp4", HEVC),
    ("hevc.ts", HEVC),
    ("refresh.mp4", REFRESH),
    ("closed.avi", CLOSED),
    ("plain.h264", {"codec": "libx264", "encoder": {"x264-params": "bframes=0:keyint=25"}}),
    ("b.mpg", {"codec": "mpeg2video", "bframes": 2}),
    ("b.mp4", {"codec": "mpeg4", "bframes": 2}),
    ("a.avi", {"codec": "mpeg4"}),
    ("a.webm", {"codec": "vp9"}),
    ("a.mov", {"codec": "mjpeg"}),
    ("a.wmv", {"codec": "wmv2"}),
    ("av1.mkv", {"codec": "libsvtav1", "encoder": {"preset": "12"}}),
]


@pytest.mark.parametrize(("name", "options"), CONTAINERS, ids=[name for name, _ in CONTAINERS])
def test_a_stretch_equals_the_same_frames_of_one_decode(name: str, options: dict[str, Any], video: Writer) -> None:
    info = probe(video(name, 90, **options))
    whole = [identity(frame) for frame in iter_luma(info)]
    assert len(whole) == 90
    for first, stop in [(0, 8), (24, 26), (25, 33), (51, 52), (60, 90), (89, 90)]:
        assert [identity(frame) for frame in iter_packets(info, first, stop)] == whole[first:stop], (first, stop)


@pytest.mark.parametrize(("name", "options"), [("a.mp4", OPEN), ("a.ts", HEVC)], ids=["h264", "hevc"])
def test_spans_together_equal_one_decode(name: str, options: dict[str, Any], video: Writer) -> None:
    recording = read_recording([video(name, 800, size=(64, 48), **options)], SHORT)
    spans = cut_spans(recording, SHORT)
    assert len(spans) == 4
    assert own_frames(recording, spans) == [identity(frame) for frame in iter_luma(recording.clips[0].info)]


def test_spans_are_cut_at_key_frames_and_hold_each_packet_once(video: Writer) -> None:
    recording = read_recording([video("a.mp4", 800, size=(64, 48), **CLOSED)], SHORT)
    info = recording.clips[0].info
    spans = cut_spans(recording, SHORT)
    assert [span.index for span in spans] == list(range(len(spans)))
    assert [piece for span in spans for piece in span.pieces] == [
        (0, 0, 250),
        (0, 250, 500),
        (0, 500, 750),
        (0, 750, 800),
    ]
    assert all(info.is_key[span.pieces[0][1]] for span in spans)
    assert [span.start_s for span in spans] == pytest.approx([0, 10, 20, 30])
    assert [span.stop_s for span in spans] == pytest.approx([10, 20, 30, 32])


def test_the_warm_up_begins_at_a_key_frame_early_enough(video: Writer) -> None:
    recording = read_recording([video("a.mp4", 600, size=(64, 48), **CLOSED)], SHORT)
    first, second, _ = cut_spans(recording, SHORT)
    assert first.warm_up == ()
    assert second.warm_up == ((0, 200, 250),)  # key frames each second: 2 s is the nearest that covers 1.5 s
    times_s = [frame.time_s for frame in iter_span(recording, second)]
    assert times_s[0] == pytest.approx(8.0)
    assert max(times_s) < second.stop_s


def cut_at_keys(source: Path, folder: Path, copied: Writer, lengths: list[int]) -> list[Path]:
    """A video in pieces of so many packets, each starting at a key frame."""
    folder.mkdir()
    edges = np.cumsum([0, *lengths])
    pieces = []
    for index, (first, stop) in enumerate(itertools.pairwise(edges)):

        def keep(number: int, packet: Any, first: int = first, stop: int = stop) -> list[Any]:
            if not first <= number < stop:
                return []
            ticks = round(first / 25 / packet.time_base)
            packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
            return [packet]

        pieces.append(copied(source, folder / f"piece{index + 1}.mp4", keep))
    return pieces


def test_a_file_cut_into_pieces_gives_the_same_spans_and_frames(video: Writer, copied: Writer, tmp_path: Path) -> None:
    source = video("whole.mp4", 1000, size=(64, 48), **CLOSED)
    cut_at_keys(source, tmp_path / "pieces", copied, [25, 225, 300, 50, 400])
    whole, pieces = read_recording([source], SHORT), read_recording([tmp_path / "pieces"], SHORT)
    assert [clip.info.path.name for clip in pieces.clips] == [f"piece{index}.mp4" for index in range(1, 6)]
    spans, others = cut_spans(whole, SHORT), cut_spans(pieces, SHORT)
    assert len(others) == len(spans) == 4
    assert [span.start_s for span in others] == pytest.approx([span.start_s for span in spans])
    assert [span.stop_s for span in others] == pytest.approx([span.stop_s for span in spans])
    for span, other in zip(spans, others, strict=True):
        expected = [identity(frame) for frame in iter_span(whole, span)]
        found = [identity(frame) for frame in iter_span(pieces, other)]
        assert [frame[2:] for frame in found] == [frame[2:] for frame in expected]
        assert [frame[0] for frame in found] == pytest.approx([frame[0] for frame in expected])
        assert [frame[1] for frame in found] == pytest.approx([frame[1] for frame in expected])
    assert (pieces.gaps, pieces.overlaps) == ((), ())


def test_warm_up_reaches_into_the_clips_before(video: Writer, copied: Writer, tmp_path: Path) -> None:
    source = video("whole.mp4", 300, size=(64, 48), **CLOSED)
    cut_at_keys(source, tmp_path / "pieces", copied, [225, 25, 50])
    recording = read_recording([tmp_path / "pieces"], SHORT)
    _, last = cut_spans(recording, SHORT)
    assert last.warm_up == ((0, 200, 225), (1, 0, 25))
    assert last.pieces == ((2, 0, 50),)


def test_a_pause_ends_a_span_and_the_next_has_no_warm_up(video: Writer) -> None:
    times_s = [index / 25 + (20.0 if index >= 130 else 0.0) for index in range(260)]
    recording = read_recording([video("a.mkv", 260, size=(64, 48), codec="libx264", times_s=times_s)], SHORT)
    spans = cut_spans(recording, SHORT)
    assert [span.pieces for span in spans] == [((0, 0, 130),), ((0, 130, 260),)]
    assert spans[1].warm_up == ()
    assert recording.gaps == (pytest.approx((5.2, 25.2), abs=0.002),)
    found = [frame.time_s for frame in iter_span(recording, spans[1])]
    assert len(found) == 130
    assert found[0] == spans[1].start_s
    assert recording.files_s + recording.gap_s == pytest.approx(recording.stop_s - recording.start_s)


def test_another_picture_size_starts_a_span_without_warm_up(video: Writer) -> None:
    paths = [video("1.mp4", 50), video("2.mp4", 50, size=(64, 48)), video("3.mp4", 50, size=(64, 48))]
    recording = read_recording(paths, SHORT)
    spans = cut_spans(recording, SHORT)
    assert [span.pieces for span in spans] == [((0, 0, 50),), ((1, 0, 50), (2, 0, 50))]
    assert all(span.warm_up == () for span in spans)


def test_files_that_cannot_be_begun_in_the_middle_are_one_span(video: Writer) -> None:
    recording = read_recording([video("reordered.avi", 600, size=(64, 48), **CLOSED)], SHORT)
    (span,) = cut_spans(recording, SHORT)
    assert span.pieces == ((0, 0, 600),)
    assert sum(1 for _ in iter_span(recording, span)) == 600


def test_footage_without_key_frames_inside_is_one_span(video: Writer) -> None:
    recording = read_recording([video("a.mp4", 600, size=(64, 48), codec="mpeg4", gop=600)], SHORT)
    assert len(cut_spans(recording, SHORT)) == 1


def test_a_single_picture_is_a_span(video: Writer) -> None:
    both = read_recording([video("a.mp4", 1), video("b.mp4", 50)], SHORT)
    recording = replace(both, clips=both.clips[:1])
    (span,) = cut_spans(recording, SHORT)
    assert [frame.time_s for frame in iter_span(recording, span)] == [0.0]
    assert span.stop_s == pytest.approx(0.04)


def test_an_interval_crosses_clips(video: Writer) -> None:
    recording = read_recording([video("1.mp4", 50), video("2.mp4", 50)], SHORT)
    times_s = [frame.time_s for frame in iter_interval(recording, 1.9, 2.1)]
    assert times_s == pytest.approx([1.92, 1.96, 2.0, 2.04, 2.08])
    assert list(iter_interval(recording, 50.0, 60.0)) == []


def test_a_damaged_key_frame_is_begun_before(video: Writer, copied: Writer) -> None:
    source = video("a.mkv", 100, **(CLOSED | {"encoder": {"x264-params": "bframes=0:keyint=25:scenecut=0"}}))

    def spoil(number: int, packet: Any) -> list[Any]:
        if number != 50:
            return [packet]
        content = bytearray(bytes(packet))
        content[len(content) // 2 :] = np.random.default_rng(5).bytes(len(content) - len(content) // 2)
        spoilt = av.Packet(bytes(content))
        spoilt.pts, spoilt.dts, spoilt.time_base = packet.pts, packet.dts, packet.time_base
        spoilt.is_keyframe = True
        return [spoilt]

    info = probe(copied(source, source.with_name("spoilt.mkv"), spoil))
    whole = [identity(frame) for frame in iter_luma(info)]
    assert any(frame[4] for frame in whole)
    times_s = info.packet_times_s
    for first in (50, 55):
        expected = [frame for frame in whole if times_s[first] <= frame[0] < times_s[70]]
        assert [identity(frame) for frame in iter_packets(info, first, 70)] == expected


@pytest.mark.parametrize("seed", range(4))
def test_random_cuts_at_key_frames_change_no_frame_and_make_no_seam(
    seed: int, video: Writer, copied: Writer, tmp_path: Path
) -> None:
    source = video("whole.mp4", 600, size=(64, 48), **CLOSED)
    random = np.random.default_rng(seed)
    edges = sorted(random.choice(np.arange(1, 24), int(random.integers(1, 8)), replace=False).tolist())
    lengths = np.diff([0, *edges, 24]) * 25
    cut_at_keys(source, tmp_path / "pieces", copied, lengths.tolist())
    whole, pieces = read_recording([source], SHORT), read_recording([tmp_path / "pieces"], SHORT)
    expected = [identity(frame)[2:] for span in cut_spans(whole, SHORT) for frame in iter_span(whole, span)]
    frames = [frame for span in cut_spans(pieces, SHORT) for frame in iter_span(pieces, span)]
    assert [identity(frame)[2:] for frame in frames] == expected
    assert not any(frame.is_seam for frame in frames)


def test_a_span_on_its_own_has_the_same_frames_from_its_own_start(video: Writer) -> None:
    names = [f"cot_20240315_2215{second:02}.mp4" for second in (0, 4, 8, 12, 16)]
    recording = read_recording([video(name, 100, size=(64, 48), **CLOSED) for name in names], SHORT)
    for span in cut_spans(recording, SHORT):
        alone, own = on_its_own(recording, span)
        frames, others = list(iter_span(recording, span)), list(iter_span(alone, own))
        assert [identity(frame)[1:] for frame in others] == [identity(frame)[1:] for frame in frames]
        assert [frame.time_s + span.start_s for frame in others] == pytest.approx([frame.time_s for frame in frames])
        assert [frame.time_s < 0 for frame in others] == [frame.time_s < span.start_s for frame in frames]
        assert 0.0 in [frame.time_s for frame in others]
        assert own.stop_s == pytest.approx(span.stop_s - span.start_s)


def test_a_gap_elsewhere_changes_no_frame(video: Writer) -> None:
    names = [f"cot_20240315_2215{second:02}.mp4" for second in (0, 4, 8, 12, 16)]
    paths = [video(name, 100, size=(64, 48), **CLOSED) for name in names]
    whole, holed = read_recording(paths, SHORT), read_recording([*paths[:3], paths[4]], SHORT)
    assert holed.gaps == (pytest.approx((12.0, 16.0)),)

    before = [[frame for frame in own_frames(one, cut_spans(one, SHORT)) if frame[0] < 12.0] for one in (whole, holed)]
    assert len(before[0]) == 300
    assert before[0] == before[1]

import dataclasses
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from detector.errors import FootageError, NoFootageError, ParameterError
from detector.footage.files import find_files, natural_key
from detector.footage.placing import Placing, place_clips
from detector.footage.recording import Recording, read_recording
from detector.footage.spans import cut_spans, iter_span
from detector.footage.video import VideoInfo
from detector.params import FootageParams

Writer = Callable[..., Path]
UTC_NAMES = FootageParams(time_zone="UTC")


def clip_info(name: str, length_s: float, start: str = "", source: str = "name", zone: str = "UTC") -> VideoInfo:
    """What a probe would tell of a 10 fps clip."""
    times_s = np.arange(round(length_s * 10)) / 10
    start_at = datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(zone)) if start else None
    return VideoInfo(
        path=Path(name),
        size_bytes=1,
        width_px=64,
        height_px=48,
        codec="h264",
        header_fps=10,
        packet_times_s=times_s,
        packet_durations_s=np.full(len(times_s), 0.1),
        is_key=np.arange(len(times_s)) % 10 == 0,
        start_at=start_at,
        start_source=source if start else "assumed",
        start_told=datetime.fromisoformat(start) if start and source == "name" else None,
    )


def place(*infos: VideoInfo) -> Placing:
    return place_clips(infos, FootageParams())


def offsets(placing: Placing) -> list[tuple[str, float]]:
    return [(clip.info.path.name, round(clip.offset_s, 6)) for clip in placing.clips]


def test_natural_order_counts_as_people_do() -> None:
    names = [Path(name) for name in ("clip10.mp4", "Clip2.mp4", "clip1.mp4", "a/clip3.mp4", "clip.mp4")]
    assert [str(path) for path in sorted(names, key=natural_key)] == [
        "a/clip3.mp4", "clip1.mp4", "Clip2.mp4", "clip10.mp4", "clip.mp4"
    ]  # fmt: skip


def test_folders_are_searched_for_videos_and_hidden_files_skipped(tmp_path: Path) -> None:
    for name in ("b10.mp4", "b9.MKV", "sub/a.avi", "._b9.mp4", ".trash/x.mp4", "notes.txt", "timeline.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    found = find_files([tmp_path, tmp_path / "b10.mp4", tmp_path / "notes.txt"]).files
    assert [str(path.relative_to(tmp_path)) for path in found] == ["b9.MKV", "b10.mp4", "sub/a.avi", "notes.txt"]


def test_a_video_named_by_itself_is_read_whatever_its_extension(video: Writer) -> None:
    path = video("a.mp4", 5).rename(video("b.mp4", 5).with_name("footage.dat"))
    assert [clip.info.path for clip in read_recording([path]).clips] == [path]


def test_the_first_picture_is_second_0(video: Writer) -> None:
    recording = read_recording([video("late.mkv", 50, start_s=4.94)])
    assert recording.clips[0].offset_s == 0.0
    assert (recording.start_s, recording.stop_s) == pytest.approx((0.0, 2.0), abs=0.002)
    assert recording.files_s == pytest.approx(2.0, abs=0.002)
    assert (recording.start_at, recording.start_source, recording.gap_s) == (None, "", 0.0)


def test_the_first_frame_has_the_wall_clock_of_the_name(video: Writer) -> None:
    recording = read_recording([video("cot_20240315_221507.mkv", 50, start_s=4.94)], UTC_NAMES)
    assert recording.start_at is not None
    assert (recording.start_at.isoformat(), recording.start_source) == ("2024-03-15T22:15:07+00:00", "name")


def test_unreadable_files_are_told_and_never_fatal(video: Writer, tmp_path: Path) -> None:
    video("night/1.mp4", 5)
    (tmp_path / "night" / "2.mp4").write_text("not a video")
    (tmp_path / "night" / "hiv00003.mp4").write_bytes(bytes(1000))
    recording = read_recording([tmp_path / "night", tmp_path / "gone.mp4"])
    assert len(recording.clips) == 1
    assert [Path(path).name for path, _ in recording.unreadable] == ["2.mp4", "hiv00003.mp4", "gone.mp4"]
    reasons = " ".join(reason for _, reason in recording.unreadable)
    assert all(text in reasons for text in ("expected a video", "export the night", "no such file"))


def test_nothing_to_read_is_an_error_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(NoFootageError, match="none was found"):
        read_recording([tmp_path])
    with pytest.raises(NoFootageError, match="No path"):
        read_recording([])
    with pytest.raises(FootageError, match=r"gone\.mp4.*no such file"):
        read_recording([tmp_path / "gone.mp4"])
    with pytest.raises(NoFootageError, match="None of the 2 files"):
        read_recording([tmp_path / "gone.mp4", tmp_path / "gone too.mp4"])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read all")
def test_a_file_without_permission_is_told(video: Writer) -> None:
    path = video("a.mp4", 5)
    path.chmod(0)
    with pytest.raises(NoFootageError, match="check its permissions"):
        read_recording([path])


def test_an_impossible_zone_or_pattern_is_a_parameter_error(video: Writer) -> None:
    path = video("20240315_221507.mp4", 5)
    with pytest.raises(ParameterError, match="time_zone"):
        read_recording([path], FootageParams(time_zone="Nowhere"))
    with pytest.raises(ParameterError, match="name_pattern"):
        read_recording([path], FootageParams(name_pattern="%H"))


def test_clips_without_start_follow_one_another() -> None:
    placing = place(clip_info("1", 60), clip_info("2", 30), clip_info("3", 10))
    assert offsets(placing) == [("1", 0.0), ("2", 60.0), ("3", 90.0)]
    assert (placing.gaps, placing.overlaps, placing.start_at) == ((), (), None)


def test_clips_are_ordered_and_placed_by_wall_clock() -> None:
    placing = place(
        clip_info("b", 60, "2024-03-15T22:10:00"),
        clip_info("a", 60, "2024-03-15T22:00:00"),
        clip_info("c", 60, "2024-03-16T01:00:00"),
    )
    assert offsets(placing) == [("a", 0.0), ("b", 600.0), ("c", 10_800.0)]
    assert placing.gaps == (pytest.approx((60, 600)), pytest.approx((660, 10_800)))
    assert placing.start_at is not None
    assert placing.start_at.isoformat() == "2024-03-15T22:00:00+00:00"


@pytest.mark.parametrize("start", ["2024-03-15T22:00:58", "2024-03-15T22:01:00", "2024-03-15T22:01:02"])
def test_a_start_near_the_end_before_abuts_it_exactly(start: str) -> None:
    placing = place(clip_info("1", 60, "2024-03-15T22:00:00"), clip_info("2", 60, start))
    assert offsets(placing) == [("1", 0.0), ("2", 60.0)]
    assert (placing.gaps, placing.overlaps) == ((), ())


def test_drift_within_the_tolerance_does_not_add_up() -> None:
    # Each clip is 59.8 s long, but one starts each minute: after an hour it is an hour.
    minutes = [clip_info(f"{index:02}", 59.8, f"2024-03-15T22:{index:02}:00") for index in range(60)]
    placing = place(*minutes)
    assert placing.clips[-1].start_s == pytest.approx(59 * 60, abs=2.0)
    assert sum(stop_s - start_s for start_s, stop_s in placing.gaps) == pytest.approx(59 * 0.2, abs=2.0)


def test_what_two_clips_filmed_counts_once() -> None:
    placing = place(clip_info("1", 60, "2024-03-15T22:00:00"), clip_info("2", 60, "2024-03-15T22:00:50"))
    assert placing.overlaps == (pytest.approx((50, 60)),)
    assert (placing.clips[1].offset_s, placing.clips[1].first) == (50.0, 100)
    assert "10.0 s" in placing.notes[0]
    recording = Recording(placing.clips, placing.gaps, placing.overlaps, placing.start_at, "name")
    assert recording.files_s == pytest.approx(110.0)
    assert recording.stop_s == pytest.approx(110.0)
    spans = cut_spans(recording)
    assert [span.pieces for span in spans] == [((0, 0, 600), (1, 100, 600))]


def test_a_clip_that_lies_within_another_is_left_out() -> None:
    placing = place(
        clip_info("main", 60, "2024-03-15T22:00:00"),
        clip_info("sub", 30, "2024-03-15T22:00:10"),
        clip_info("next", 30, "2024-03-15T22:01:00"),
    )
    recording = Recording(placing.clips, placing.gaps, placing.overlaps, placing.start_at, "name")
    assert recording.files_s == pytest.approx(90.0)
    assert recording.gaps == ()
    assert {clip for span in cut_spans(recording) for clip, _, _ in span.pieces} == {0, 2}


def test_a_clip_without_start_stays_behind_the_one_before_it() -> None:
    placing = place(
        clip_info("1", 60, "2024-03-15T23:00:00"), clip_info("2", 60), clip_info("3", 60, "2024-03-15T22:00:00")
    )
    assert offsets(placing) == [("3", 0.0), ("1", 3600.0), ("2", 3660.0)]


def test_container_starts_that_overlap_are_not_believed() -> None:
    placing = place(*(clip_info(name, 60, "2024-03-16T09:00:00", "container") for name in "abc"))
    assert offsets(placing) == [("a", 0.0), ("b", 60.0), ("c", 120.0)]
    assert placing.start_at is None
    assert "not believed" in placing.notes[0]


def test_container_starts_that_fit_are_used() -> None:
    placing = place(
        clip_info("a", 60, "2024-03-15T22:00:00", "container"), clip_info("b", 60, "2024-03-15T22:02:00", "container")
    )
    assert offsets(placing) == [("a", 0.0), ("b", 120.0)]
    assert placing.start_source == "container"


@pytest.mark.parametrize(("day", "gap_s"), [("2024-03-31", 0.0), ("2024-10-27", 7200.0), ("2024-05-05", 3600.0)])
def test_clock_changes_make_no_gap_of_their_own(day: str, gap_s: float) -> None:
    placing = place(
        clip_info("1", 3600, f"{day}T01:00:00", zone="Europe/Berlin"),
        clip_info("2", 3600, f"{day}T03:00:00", zone="Europe/Berlin"),
    )
    assert sum(stop_s - start_s for start_s, stop_s in placing.gaps) == pytest.approx(gap_s)


def test_names_of_a_repeated_hour_are_told_apart() -> None:
    starts = ["01:30:00", "02:00:00", "02:00:01", "02:30:00", "02:30:01", "03:00:00"]
    placing = place(*(clip_info(start, 1800, f"2024-10-27T{start}", zone="Europe/Berlin") for start in starts))
    assert [clip.info.path.name for clip in placing.clips] == [starts[index] for index in (0, 1, 3, 2, 4, 5)]
    assert (placing.gaps, placing.overlaps) == ((), ())
    assert placing.clips[-1].stop_s == pytest.approx(3 * 3600)


def test_frames_are_decoded_on_the_common_axis(video: Writer) -> None:
    paths = [video(f"cot_20240315_2215{second:02}.mp4", 50) for second in (0, 2, 10)]
    recording = read_recording(paths, UTC_NAMES)
    times_s = [frame.time_s for span in cut_spans(recording) for frame in iter_span(recording, span)]
    assert times_s == pytest.approx([*(np.arange(100) / 25), *(10 + np.arange(50) / 25)])
    assert recording.gaps == (pytest.approx((4.0, 10.0)),)
    assert recording.gap_s == pytest.approx(6.0)


def test_a_recording_can_be_sent_to_another_process(video: Writer) -> None:
    import pickle

    recording = read_recording([video("cot_20240315_221507.mp4", 10)], UTC_NAMES)
    again = pickle.loads(pickle.dumps(recording))  # noqa: S301 - our own bytes
    assert again.start_at == recording.start_at
    assert dataclasses.asdict(again.clips[0].info)["path"] == recording.clips[0].info.path
    assert cut_spans(again) == cut_spans(recording)


def test_the_frame_rate_is_that_of_most_of_the_night() -> None:
    clips = [clip_info("1", 600), clip_info("2", 30)]
    fast = np.arange(2000) / 25
    clips[1] = dataclasses.replace(clips[1], packet_times_s=fast, packet_durations_s=np.full(2000, 0.04))
    placing = place(*clips)
    recording = Recording(placing.clips, placing.gaps, placing.overlaps, None, "")
    assert recording.fps == pytest.approx(10.0)


def test_a_night_knows_its_wall_clock(video: Writer) -> None:
    recording = read_recording([video("cot_20240315_221507.mkv", 50, start_s=4.94)], UTC_NAMES)
    at = recording.wall_clock(1.5)
    assert at is not None
    assert at.isoformat() == "2024-03-15T22:15:08.500000+00:00"
    assert read_recording([video("night.mkv", 5)], UTC_NAMES).wall_clock(1.0) is None

"""Starts of all clips of a night together: clocks that keep, lose or set back their time; other rates; other nights."""

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from detector.errors import UsageError
from detector.footage.cameras import Compare, Likeness
from detector.footage.clock import with_zone
from detector.footage.placing import Placing, place_clips
from detector.footage.video import VideoInfo
from detector.params import FootageParams

BERLIN = ZoneInfo("Europe/Berlin")


def clip(name: str, length_s: float, told: str = "", fps: float = 10.0, **changes: object) -> VideoInfo:
    """What a probe would tell of a clip whose name tells Berlin's time."""
    times_s = np.arange(round(length_s * fps)) / fps
    moment = datetime.fromisoformat(told) if told else None
    info = VideoInfo(
        path=Path(name),
        size_bytes=1,
        width_px=64,
        height_px=48,
        codec="h264",
        header_fps=fps,
        packet_times_s=times_s,
        packet_durations_s=np.full(len(times_s), 1 / fps),
        is_key=np.arange(len(times_s)) % 10 == 0,
        start_at=with_zone(moment, BERLIN) if moment else None,
        start_source="name" if moment else "assumed",
        start_told=moment,
    )
    return dataclasses.replace(info, **changes)  # type: ignore[arg-type]


def starts_s(placing: Placing) -> list[float]:
    return [round(clip.start_s, 3) for clip in placing.clips]


def test_a_clock_that_does_not_spring_ahead_leaves_no_gap_and_no_overlap() -> None:
    # The zone skips 02:00 to 03:00; the camera goes on as if nothing had happened.
    told = [f"2024-03-31T{hour:02}:{minute:02}:00" for hour in (1, 2, 3) for minute in (0, 20, 40)]
    placing = place_clips([clip(text, 1200, text) for text in told], FootageParams())
    assert starts_s(placing) == [1200.0 * index for index in range(9)]
    assert (placing.gaps, placing.overlaps) == ((), ())
    assert any("did not change with its time zone" in note for note in placing.notes)


def test_a_clock_that_springs_ahead_leaves_no_gap_either() -> None:
    told = [f"2024-03-31T{text}:00" for text in ("01:20", "01:40", "03:00", "03:20")]
    placing = place_clips([clip(text, 1200, text) for text in told], FootageParams())
    assert starts_s(placing) == [0.0, 1200.0, 2400.0, 3600.0]
    assert placing.notes == ()


def test_a_clock_that_does_not_fall_back_leaves_no_gap() -> None:
    told = [f"2024-10-27T{hour:02}:{minute:02}:00" for hour in (1, 2, 3, 4) for minute in (0, 20, 40)]
    placing = place_clips([clip(text, 1200, text) for text in told], FootageParams())
    assert starts_s(placing) == [1200.0 * index for index in range(12)]
    assert placing.gaps == ()


def test_a_true_gap_in_the_night_of_a_change_stays() -> None:
    told = ["2024-10-27T01:00:00", "2024-10-27T04:00:00"]
    placing = place_clips([clip(text, 1200, text) for text in told], FootageParams())
    assert starts_s(placing) == [0.0, 4 * 3600.0]


def test_a_rate_that_is_not_the_declared_one_is_put_right() -> None:
    # Each clip holds 8.3 s for 10 s of life.
    told = [f"2024-03-15T22:{10 * index // 60:02}:{10 * index % 60:02}" for index in range(12)]
    placing = place_clips([clip(text, 8.3, text) for text in told], FootageParams())
    assert placing.gaps == ()
    assert placing.clips[-1].stop_s == pytest.approx(120.0, abs=1.0)
    assert placing.clips[3].info.stretch == pytest.approx(10 / 8.3, rel=0.01)
    # A rhythm that looks like 3.22 Hz in the file is one of 2.69 Hz.
    assert 3.22 / placing.clips[0].info.stretch == pytest.approx(2.69, abs=0.03)
    assert any("0.83 times the rate that they declare" in note for note in placing.notes)


def test_seconds_that_a_camera_loses_between_clips_are_gaps_and_no_other_rate() -> None:
    told = [f"2024-03-15T22:{index:02}:00" for index in range(12)]
    placing = place_clips([clip(text, 57.5, text) for text in told], FootageParams())
    assert len(placing.gaps) == 11
    assert {info.info.stretch for info in placing.clips} == {1.0}


def test_clips_of_movement_here_and_there_have_no_other_rate() -> None:
    minutes = [0, 3, 4, 11, 12, 20, 31]
    placing = place_clips([clip(f"{m:02}", 20, f"2024-03-15T22:{m:02}:00") for m in minutes], FootageParams())
    assert {info.info.stretch for info in placing.clips} == {1.0}


def likely(likeness: Likeness) -> Compare:
    def compare(first: VideoInfo, second: VideoInfo, ahead_s: float) -> Likeness:
        return likeness

    return compare


BACK = ["2024-03-15T22:00:00", "2024-03-15T22:00:50"]


def test_a_clock_set_back_drops_nothing() -> None:
    infos = [clip(text, 90, text) for text in BACK]
    placing = place_clips(infos, FootageParams(), likely(Likeness.VIEW))
    assert starts_s(placing) == [0.0, 90.0]
    assert [clip.first for clip in placing.clips] == [0, 0]
    assert any("set back (by 40 s)" in note for note in placing.notes)


def test_many_short_clips_before_and_after_a_clock_set_back_keep_their_order() -> None:
    before = [clip(f"a{second}", 10, f"2024-03-15T22:00:{second:02}") for second in range(0, 60, 10)]
    after = [clip(f"b{second}", 10, f"2024-03-15T22:00:{second:02}") for second in range(25, 55, 10)]
    placing = place_clips([*before, *after], FootageParams(), likely(Likeness.VIEW))
    names = [clip.info.path.name for clip in placing.clips]
    assert names == ["a0", "a10", "a20", "a30", "a40", "a50", "b25", "b35", "b45"]
    assert starts_s(placing) == [10.0 * index for index in range(9)]


def test_two_cameras_are_refused_unless_asked_for() -> None:
    infos = [clip(text, 90, text) for text in BACK]
    with pytest.raises(UsageError, match=r"two cameras; analyze each camera by itself, or allow it \(--force\)"):
        place_clips(infos, FootageParams(), likely(Likeness.OTHER))
    placing = place_clips(infos, FootageParams(force=True), likely(Likeness.OTHER))
    assert placing.overlaps == ((50.0, 90.0),)


@pytest.mark.parametrize("likeness", [Likeness.SAME, Likeness.UNKNOWN])
def test_the_same_pictures_count_once(likeness: Likeness) -> None:
    placing = place_clips([clip(text, 90, text) for text in BACK], FootageParams(), likely(likeness))
    assert placing.overlaps == ((50.0, 90.0),)
    assert placing.clips[1].first == 400


def test_a_clock_that_began_anew_makes_no_night_of_eleven_years() -> None:
    names = ["2024-03-15T22:00:00", "2024-03-15T22:01:00", "2013-01-01T00:00:05", "2024-03-15T22:03:00"]
    placing = place_clips([clip(f"{i}", 60, text) for i, text in enumerate(names)], FootageParams())
    assert starts_s(placing) == [0.0, 60.0, 120.0, 180.0]
    assert any("2: its clock is far from that of the others" in note for note in placing.notes)


def test_several_nights_are_refused_unless_asked_for() -> None:
    infos = [clip(f"{day}", 60, f"2024-03-{day}T22:00:00") for day in (15, 16, 18)]
    with pytest.raises(UsageError, match=r"3\.0 days apart .* at most 36 h; .*--force"):
        place_clips(infos, FootageParams())
    assert starts_s(place_clips(infos, FootageParams(force=True))) == [0.0, 86_400.0, 86_460.0]


def test_stamps_that_go_on_from_file_to_file_place_them() -> None:
    stamps = [0.0, 60.0, 180.0, 240.0]  # the third segment is missing
    infos = [clip(f"seg{i}", 60, first_stamp_s=1.4 + stamp) for i, stamp in enumerate(stamps)]
    placing = place_clips(infos, FootageParams())
    assert starts_s(placing) == [0.0, 60.0, 180.0, 240.0]
    assert placing.gaps == ((120.0, 180.0),)
    assert any("placed by their time stamps" in note for note in placing.notes)


def test_starts_that_nothing_tells_are_said() -> None:
    placing = place_clips([clip(name, 60) for name in "abc"], FootageParams())
    assert starts_s(placing) == [0.0, 60.0, 120.0]
    assert placing.notes == ("Start times are unknown: the 3 clips were taken one after the other by name.",)
    assert placing.start_at is None


def test_many_clips_of_another_size_are_one_note() -> None:
    infos = [clip(f"c{i}", 60) for i in range(9)]
    infos += [clip(f"d{i}", 60, width_px=32, height_px=24) for i in range(5)]
    placing = place_clips(infos, FootageParams())
    notes = [note for note in placing.notes if "scaled" in note]
    assert notes == ["5 files (d0, d1, d2 and 2 more): its pictures of 32 x 24 were scaled to 64 x 48."]
    assert {(one.info.width_px, one.info.height_px) for one in placing.clips} == {(64, 48)}


def test_minutes_without_seconds_do_not_overlap() -> None:
    told = [f"2024-03-15T22:{index:02}:00" for index in range(20)]
    infos = [clip(text, 60.3 if i % 2 else 60.2, text, start_tolerance_s=30.0) for i, text in enumerate(told)]
    uneven = [
        dataclasses.replace(
            info, packet_times_s=info.packet_times_s + 0.01 * np.sin(np.arange(len(info.packet_times_s)))
        )
        for info in infos
    ]
    placing = place_clips(uneven, FootageParams(), likely(Likeness.OTHER))
    assert (placing.overlaps, placing.gaps) == ((), ())


def test_a_week_is_not_called_a_clock_that_began_anew() -> None:
    start = datetime(2024, 3, 1, 22)  # noqa: DTZ001
    infos = [clip(f"{day}", 60, (start + timedelta(days=day)).isoformat()) for day in range(7)]
    with pytest.raises(UsageError):
        place_clips(infos, FootageParams())

from datetime import UTC, datetime
from pathlib import Path

import pytest

from detector.errors import ParameterError
from detector.footage.clip_names import compile_pattern, parse_clip_name, ring_file_advice

LOCAL = "2024-03-15T22:15:07"
AS_UTC = f"{LOCAL}+00:00"

NAMES = [
    ("2024-03-15/22/nursery/15.07.mp4", "frigate", AS_UTC),
    ("Rec_20240315_221507_541_M.mp4", "reolink old", AS_UTC),
    ("Mp4Record/2024-03-15/RecM01_20240315_221507_222000_6D28808_2240A8.mp4", "reolink", LOCAL),
    ("Mp4Record/2024-03-15/RecS02_DST20240315_221507_000032_2B14808_32F1DF.mp4", "reolink", LOCAL),
    ("Mp4Record_2024-03-15_RecM02_20240315_221507_221535_6D28900_13CE8C7.mp4", "reolink", LOCAL),
    ("RecM02_DST20240315_221507_221534_0_800_800_033C820000_61B6F0.mp4", "reolink", LOCAL),
    ("20240315_221507_tp00012.mp4", "tapo", LOCAL),
    ("1710540907-1710540967.mp4", "epoch range", AS_UTC),
    ("record/20240315/22/15.mp4", "wyze", "2024-03-15T22:15:00"),
    ("nursery_2024-03-15_22-15-07_UTC.mp4", "wyze bridge", AS_UTC),
    ("nursery_2024-03-15_22-15-07_CEST.mp4", "wyze bridge", LOCAL),
    ("Nursery - 3-15-2024, 10.15.07pm.mp4", "unifi protect", LOCAL),
    ("Nursery - 3-15-2024, 10.15.07 PM GMT+1.mp4", "unifi protect", f"{LOCAL}+01:00"),
    ("Nursery - 3-15-2024, 10.15.07 PM GMT-03:30.mp4", "unifi protect", f"{LOCAL}-03:30"),
    ("Nursery - 3-15-2024, 12.15.07am.mp4", "unifi protect", "2024-03-15T00:15:07"),
    ("Nursery/2024-03-15/2024-03-15T22-15-07 motion.mp4", "unifi-protect-backup", LOCAL),
    ("03-20240315221507.mp4", "motion", LOCAL),
    ("2024031522/15M07S_1710540907.mp4", "xiaomi old", LOCAL),
    ("00_20240315221507_20240315222007.mp4", "xiaomi", LOCAL),
    ("2024Y03M15D22H/E115M07S60.mp4", "yi", LOCAL),
    ("2024-03-15/001/dav/22/22.15.07-22.16.00[M][0@0][0].mp4", "dahua", LOCAL),
    ("NVR_ch1_main_20240315221507_20240315223000.mp4", "dahua export", LOCAL),
    ("1710540907-nursery_person.mp4", "nest", AS_UTC),
    ("nursery_2024-03-15T22_15_07-0800.mp4", "blink", f"{LOCAL}-08:00"),
    ("2024-03-15/1710540907.mp4", "cloudvue", AS_UTC),
    ("PXL_20240315_221507123.mp4", "pixel", AS_UTC),
    ("VID_20240315_221507.mp4", "date and time", LOCAL),
    ("2024-03-15 22-15-07.mkv", "date and time", LOCAL),
    ("2024-03-15T22:15:07.mkv", "date and time", LOCAL),
    ("20240315221507_20240315222000.mp4", "date and time", LOCAL),
    ("Baby_00_20240315221507.mp4", "date and time", LOCAL),
]


@pytest.mark.parametrize(("name", "preset", "expected"), NAMES, ids=[name for name, _, _ in NAMES])
def test_each_source_is_read(name: str, preset: str, expected: str) -> None:
    found = parse_clip_name(Path("/footage", name))
    assert found is not None
    assert (found.moment, found.preset) == (datetime.fromisoformat(expected), preset)
    assert found.is_end is (preset == "unifi-protect-backup")
    assert found.is_exact is (preset != "wyze")


@pytest.mark.parametrize(
    "name",
    [
        "night.mp4",
        "clip_2024.mp4",
        "hiv00012.mp4",
        "19991231_235959.mp4",  # before cameras of this kind
        "20991231_235959.mp4",  # later than next year
        "20241399_999999.mp4",  # no such day
        "20230229_221507.mp4",  # no such day either
        "1234567890-1234567899.mp4",  # seconds since 1970, but in 2009
        "9999999999-front_person.mp4",
        "123456789012345678.mp4",
        "2024-03-15/22/nursery/75.07.mp4",
    ],
)
def test_what_is_no_plausible_time_is_none(name: str) -> None:
    assert parse_clip_name(Path("/footage", name)) is None


def test_the_window_ends_with_the_next_year() -> None:
    year = datetime.now(UTC).year
    assert parse_clip_name(Path(f"{year + 1}0102_030405.mp4")) is not None
    assert parse_clip_name(Path(f"{year + 2}0102_030405.mp4")) is None


PATTERNS = [
    ("{camera}_%Y%m%d-%H%M%S", "upstairs_cot_20240315-221507.mp4", LOCAL),
    ("%d.%m.%Y/%H.%M.%S", "15.03.2024/22.15.07.avi", LOCAL),
    ("%Y-%m-%d/{camera}-%Y-%m-%d_%I%M%p", "2024-03-15/a-2024-03-15_1015pm.mp4", "2024-03-15T22:15:00"),
    ("cam%%{camera} %s", "cam%2 1710540907.mkv", AS_UTC),
    ("%Y%m%dT%H%M%S%z", "20240315T221507+0530.mkv", f"{LOCAL}+05:30"),
    ("%Y%m%dT%H%M%S%z", "20240315T221507Z.mkv", AS_UTC),
    ("%m-%d-%Y", "03-15-2024.mkv", "2024-03-15T00:00:00"),
]


@pytest.mark.parametrize(("pattern", "name", "expected"), PATTERNS)
def test_a_user_pattern_is_read(pattern: str, name: str, expected: str) -> None:
    found = parse_clip_name(Path("/footage", name), pattern)
    assert found is not None
    assert (found.moment, found.is_end, found.preset) == (datetime.fromisoformat(expected), False, "user pattern")


def test_a_user_pattern_replaces_the_presets() -> None:
    assert parse_clip_name(Path("VID_20240315_221507.mp4"), "%d%m%Y") is None


@pytest.mark.parametrize(
    ("pattern", "reason"), [("%H%M", "expected a date"), ("%Q", "%Q came"), ("{camera}", "a date")]
)
def test_a_pattern_that_cannot_work_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(ParameterError, match=f"name_pattern.*{reason}"):
        compile_pattern(pattern)


STOPS = [
    ("RecM01_20240315_221507_222000_6D28808_2240A8.mp4", "2024-03-15T22:20:00"),
    ("RecM01_20240315_235507_000032_6D28808_2240A8.mp4", "2024-03-16T00:00:32"),  # past midnight
    ("1710540907-1710540967.mp4", "2024-03-15T22:16:07+00:00"),
    ("00_20240315221507_20240315222007.mp4", "2024-03-15T22:20:07"),
    ("2024-03-15/001/dav/22/23.59.07-00.01.00[M][0@0][0].mp4", "2024-03-16T00:01:00"),
    ("NVR_ch1_main_20240315221507_20240315223000.mp4", "2024-03-15T22:30:00"),
    ("20240315_221507_tp00012.mp4", ""),
]


@pytest.mark.parametrize(("name", "expected"), STOPS, ids=[name for name, _ in STOPS])
def test_the_end_is_read_where_the_name_tells_it(name: str, expected: str) -> None:
    found = parse_clip_name(Path("/footage", name))
    assert found is not None
    # A last part such as 23.59.07 is the start here.
    assert found.stop == (datetime.fromisoformat(expected) if expected else None)


def test_the_mark_of_summer_time_tells_the_pass_of_a_repeated_hour() -> None:
    names = ["RecM01_DST20241027_021507_022000_6D28808_2240A8.mp4", "RecM01_20241027_021507_022000_6D28808_2240A8.mp4"]
    found = [parse_clip_name(Path(name)) for name in names]
    assert [name.fold if name else None for name in found] == [0, 1]


def test_ring_files_are_refused_with_advice() -> None:
    assert "export the night" in ring_file_advice(Path("/card/hiv00012.mp4"))
    assert ring_file_advice(Path("HIV00012.MP4"))
    assert not ring_file_advice(Path("hive00012.mp4"))

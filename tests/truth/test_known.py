"""Truth tables: written, read back, and refused in one sentence."""

import math
from pathlib import Path

import pytest

from detector.errors import ParameterError, UsageError
from detector.truth.known import KnownMovement, makeable, read_truth, write_truth

TWITCH = KnownMovement("twitch", 1.23456, 0.3, amp_px=4.0, x_px=10.0, y_px=20.5, sigma_px=9.0, stays=1.0)


def test_a_table_is_sorted_and_rounded_and_leaves_empty_what_is_not_known(tmp_path: Path) -> None:
    write_truth(tmp_path / "t.csv", [TWITCH, KnownMovement("gross", 0.5, 3.0)])
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        "onset,duration,label,x,y,amp_px,freq_hz,sigma,stays",
        "0.5,3,gross,,,,0,,0",
        "1.235,0.3,twitch,10,20.5,4,0,9,1",
    ]


def test_a_table_without_movement_has_its_header_alone(tmp_path: Path) -> None:
    write_truth(tmp_path / "t.csv", [])
    assert (tmp_path / "t.csv").read_text() == "onset,duration,label,x,y,amp_px,freq_hz,sigma,stays\n"
    assert read_truth(tmp_path / "t.csv") == ()


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_truth(tmp_path / "t.csv", [TWITCH])
    (read,) = read_truth(tmp_path / "t.csv")
    assert read == KnownMovement("twitch", 1.235, 0.3, amp_px=4.0, x_px=10.0, y_px=20.5, sigma_px=9.0, stays=1.0)


def test_tables_of_fewer_other_and_unknown_columns_are_read(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text("\ufefflabel,onset,who,duration,freq_hz\nrhythmic,20,me,5,2.5\njerk,8.0,me,0,\n")
    rhythmic, jerk = read_truth(path)
    assert (rhythmic.kind, rhythmic.stop_s, rhythmic.rate_hz) == ("rhythmic", 25.0, 2.5)
    assert (jerk.duration_s, jerk.rate_hz) == (0.0, 0.0)
    assert math.isnan(jerk.x_px)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "onset, duration, label is missing"),
        ("onset,label\n1,twitch\n", "duration is missing"),
        ("onset,duration,label\n1,0.3,jump\n", "line 2 has 1, 0.3, jump"),
        ("onset,duration,label\n1,0.3,twitch\n2,-1,twitch\n", "line 3 has 2, -1, twitch"),
        ("onset,duration,label\nsoon,0.3,twitch\n", "line 2 has soon, 0.3, twitch"),
        ("onset,duration,label\n1,nan,twitch\n", "line 2 has 1, nan, twitch"),
        ("onset,duration,label\n1,0.3\n", "line 2 has 1, 0.3, "),
        ("onset,duration,label,stays\n1,0.3,twitch,2\n", "what stays from 0 to 1, but 2 came"),
        ("onset,duration,label,x\n1,0.3,twitch,left\n", "line 2"),
    ],
)
def test_bad_truth_is_refused_in_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(text)
    with pytest.raises(UsageError, match=said) as error:
        read_truth(path)
    assert "\n" not in str(error.value)


def test_missing_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"absent\.csv: expected a CSV file .* No such file"):
        read_truth(tmp_path / "absent.csv")


@pytest.mark.parametrize(
    ("movement", "said"),
    [
        (KnownMovement("twitch", 0.0, 0.6, amp_px=3.0), "a duration in s from 0.1 to 0.49"),
        (KnownMovement("twitch", 0.0, 0.3), "an amplitude in px"),
        (KnownMovement("gross", 0.0, 3.0, amp_px=3.0, rate_hz=1.0), "a rate in Hz from 0 to 0"),
        (KnownMovement("rhythmic", 0.0, 3.0, amp_px=3.0), "a rate in Hz from 0.1 to 15"),
    ],
)
def test_what_cannot_be_made_is_told(movement: KnownMovement, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        makeable(movement)


def test_a_slow_movement_may_swing() -> None:
    assert makeable(KnownMovement("movement", 0.0, 2.0, amp_px=3.0, rate_hz=2.0)).rate_hz == 2.0

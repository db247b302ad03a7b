"""One grammar for movements that are drawn and movements that are planted."""

import math

import pytest

from detector.errors import ParameterError
from detector.truth.grammar import parse_movement
from detector.truth.known import KINDS, KnownMovement


def test_a_part_of_the_body_with_details_in_any_order() -> None:
    movement = parse_movement("rhythmic@60+12:4px:left_leg:1.5hz:-0.3drift:0.1missing")
    assert movement == KnownMovement("rhythmic", 60.0, 12.0, "left_leg", 4.0, 1.5, drift=-0.3, missing=0.1)
    assert parse_movement("gross@5:stays").stays == 1.0
    assert parse_movement("twitch@5:0.4stays").stays == 0.4


def test_a_point_of_the_picture_with_details() -> None:
    planting = parse_movement("rhythmic@8+9.3:245,360:3.5px:28sigma:2.1hz:90deg")
    assert planting == KnownMovement(
        "rhythmic", 8.0, 9.3, amp_px=3.5, rate_hz=2.1, x_px=245.0, y_px=360.0, sigma_px=28.0, angle_rad=math.pi / 2
    )
    assert math.isnan(parse_movement("twitch@8").x_px)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_out_is_usual_and_grows_with_the_picture(kind: str) -> None:
    usual, small = parse_movement(f"{kind}@8"), parse_movement(f"{kind}@8:10,20", 424)
    assert (usual.duration_s, usual.amp_px) == (KINDS[kind].duration_s[1], KINDS[kind].amp_px[1])
    assert usual.place == KINDS[kind].places[0]
    assert small.amp_px == usual.amp_px / 2
    assert small.sigma_px == sum(KINDS[kind].sigma_px) / 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("jump@3", "kind of twitch"),
        ("twitch", "expected KIND@ONSET"),
        ("twitch@3:nose", "expected a place"),
        ("twitch@3:3m", "expected a place of .*, not '3m'"),
        ("twitch@3+2", "duration in s from 0.1 to 0.49"),
        ("rhythmic@3:0hz:left_leg:99hz", "rate in Hz from 0.1 to 15"),
        ("rhythmic@3:0.9missing", "share of missing strokes from 0 to 0.5"),
        ("twitch@1.2.3", "expected a number"),
        ("twitch@1.2.3:1,2", "expected a number"),
    ],
)
def test_wrong_movements_are_named(text: str, message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        parse_movement(text)

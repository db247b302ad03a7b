"""Nuisances of drawn scenes: each changes the picture when it should, has its row, and is no movement."""

import math
from dataclasses import replace

import numpy as np
import pytest

from detector.truth.known import KnownMovement
from detector.truth.scene.draw import draw_scene, known_confounds
from detector.truth.scene.spec import NUISANCE_KINDS, Nuisance, parse_nuisance
from tests.truth.scene.conftest import STILL, changes, lumas

# These change when pictures are taken, wait for something, or bring a movement with them.
OTHERS = {"duplicate", "drop", "jitter", "freeze", "keyloss", "clock", "tracker", "adult"}
LIVELY = [kind for kind in NUISANCE_KINDS if kind not in OTHERS]
FAINT = {"drift": 1, "gain": 1, "pulse": 1, "wallbands": 1}


@pytest.mark.parametrize("kind", LIVELY)
def test_each_nuisance_changes_the_picture_and_has_its_row(kind: str) -> None:
    nuisance = Nuisance(kind, 0.5, min(NUISANCE_KINDS[kind], 1.0))
    spec = replace(STILL, nuisances=(nuisance,))
    quiet = replace(STILL, nuisances=(Nuisance(kind, 1.9, 0.1),)) if kind == "mobile" else STILL
    difference = np.abs(lumas(spec) - lumas(quiet)).max(axis=(1, 2))
    assert difference[:5].max() == 0, "nothing before its onset"
    assert difference[6:15].max() >= FAINT.get(kind, 5)
    assert known_confounds(spec)[0].label == kind
    assert draw_scene(spec).movements == ()


def test_an_adult_bends_over_the_cot_as_a_body_and_the_exposure_jumps(rest: np.ndarray) -> None:
    spec = replace(STILL, duration_s=10.0, nuisances=(parse_nuisance("adult@1+8"),))
    pictures = lumas(spec)
    (known,) = draw_scene(spec).movements
    assert (known.kind, known.onset_s, known.stop_s) == ("gross", 1.0, 9.0)
    assert np.array_equal(pictures[9], rest)
    assert (np.abs(pictures[50] - rest) > 20).mean() > 0.2
    lower = slice(130, 170)
    assert pictures[50][lower, 20:80].mean() > 1.2 * rest[lower, 20:80].mean(), "what it does not hide gets brighter"
    assert np.abs(pictures[50] - pictures[51]).max() > 10, "it is never quite still"
    assert np.array_equal(pictures[95], rest)


def test_the_camera_draws_its_box_around_what_moves_and_only_then() -> None:
    twitch = KnownMovement("twitch", 1.0, 0.3, "left_hand", 3.0)
    spec = replace(STILL, duration_s=4.0, movements=(twitch,))
    boxed = replace(spec, nuisances=(Nuisance("tracker"),))
    drawn = np.abs(lumas(boxed) - lumas(spec)).max(axis=(1, 2)) > 0
    assert np.flatnonzero(drawn).tolist() == list(range(13, 28))


def test_five_of_thirty_pictures_are_lost_at_each_key_frame() -> None:
    spec = replace(STILL, duration_s=6.0, nuisances=(Nuisance("keyloss"),))
    times = [picture.time_s for picture in draw_scene(spec).pictures]
    assert np.flatnonzero(np.diff(times) > 0.15).tolist() == [24]
    assert len(times) == 50


def test_clock_changes_its_digits_each_second() -> None:
    spec = replace(STILL, duration_s=3.0, nuisances=(Nuisance("clock"),), start_at="2026-03-14 23:59:58")
    changed = np.flatnonzero(changes(spec) > 0)
    assert changed.tolist() == [9, 19], "from picture 9 to 10 and 19 to 20"


def test_light_has_a_row_for_on_and_off() -> None:
    rows = known_confounds(replace(STILL, duration_s=60.0, nuisances=(parse_nuisance("light@10+20"),)))
    assert [(row.onset_s, row.label) for row in rows] == [(10.0, "light"), (30.0, "light")]


def test_infrared_switch_is_black_and_then_in_color() -> None:
    spec = replace(STILL, nuisances=(Nuisance("infrared", 0.5, 0.4),))
    pictures = list(draw_scene(spec).pictures)
    assert pictures[6].luma.max() < 40
    chroma = [picture.chroma for picture in pictures]
    assert chroma[0] is not None
    assert np.ptp(chroma[0]) == 0
    assert chroma[-1] is not None
    assert np.ptp(chroma[-1]) > 10


def test_freeze_repeats_to_the_last_bit_while_the_stamps_go_on() -> None:
    spec = replace(STILL, noise=2.0, nuisances=(Nuisance("freeze", 0.5, 0.5),))
    still = changes(spec) == 0
    assert np.flatnonzero(still).tolist() == [5, 6, 7, 8]
    assert [p.time_s for p in draw_scene(spec).pictures] == pytest.approx(np.arange(20) / 10)


def test_duplicate_repeats_every_second_picture() -> None:
    still = changes(replace(STILL, noise=2.0, nuisances=(Nuisance("duplicate"),))) == 0
    assert still[::2].all()
    assert not still[1::2].any()


def test_drop_and_jitter_leave_true_stamps() -> None:
    moving = replace(STILL, duration_s=20.0, movements=(KnownMovement("gross", 1.0, 15.0, "body", 9.0),))
    uneven = replace(moving, nuisances=(Nuisance("drop", strength=2.0), Nuisance("jitter")))
    times = np.array([picture.time_s for picture in draw_scene(uneven).pictures])
    assert 120 < len(times) < 195
    assert (np.diff(times) > 0).all()
    assert np.ptp(np.diff(times)) > 0.1
    assert known_confounds(uneven)[0].label == "drop"


def test_nuisances_are_read_from_text() -> None:
    assert parse_nuisance("light@81+40:0.5") == Nuisance("light", 81.0, 40.0, 0.5)
    assert parse_nuisance("clock").duration_s == math.inf

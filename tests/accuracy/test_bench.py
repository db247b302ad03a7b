"""The short form of the accuracy bench: no row of the table of results falls.

The full form is `python -m tests.accuracy`; it also rewrites the table.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from detector.footage.video import iter_luma, probe
from detector.truth.encode import Encoding
from detector.truth.known import KnownMovement, read_truth
from detector.truth.scene.spec import NUISANCE_KINDS
from tests.accuracy.bench import (
    RESULTS,
    STILL,
    Scene,
    cut_known,
    drawn_movements,
    is_clear,
    make_scene,
    planted_movements,
    read_scenes,
)
from tests.accuracy.ratchet import LEAST, MOST, falls, read_results, run_scenes, summary

SCENES = read_scenes()
SHORT = [scene for scene in SCENES if scene.is_short]


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """Rows of the short form, as they come out now."""
    return {outcome.row["scene"]: outcome.row for outcome in run_scenes(SHORT, n_workers=2)}


@pytest.fixture(scope="module")
def tracked() -> dict[str, dict[str, str]]:
    return read_results(RESULTS)


@pytest.mark.slow
@pytest.mark.parametrize("name", [scene.name for scene in SHORT])
def test_no_row_falls(name: str, rows: dict[str, dict[str, str]], tracked: dict[str, dict[str, str]]) -> None:
    assert falls(rows[name], tracked.get(name)) == []


def test_the_grid_is_wide() -> None:
    assert len(SCENES) >= 40
    assert {scene.encoding.codec for scene in SCENES} >= {"h264", "hevc", "mpeg4", "mjpeg", "vp9"}
    assert min(scene.spec.fps for scene in SCENES) <= 8
    assert max(scene.spec.fps for scene in SCENES) >= 30
    assert {(320, 180), (640, 360), (1280, 720), (1920, 1080)} <= {scene.spec.size_px for scene in SCENES}
    assert {nuisance.kind for scene in SCENES for nuisance in scene.spec.nuisances} == set(NUISANCE_KINDS)
    rows = [scene for scene in SCENES if not scene.name.endswith(STILL)]
    assert len({scene.spec.seed for scene in rows}) == len(rows)
    assert len({scene.name for scene in SCENES}) == len(SCENES)
    assert {text.partition("@")[0] for scene in SCENES for text in scene.movements if "@" in text} >= {"restless"}
    assert sum(scene.spec.duration_s for scene in SCENES if not scene.movements) > 2.5 * 3600


def test_the_table_holds_the_short_form_in_order(tracked: dict[str, dict[str, str]]) -> None:
    assert list(tracked) == [scene.name for scene in SCENES if scene.name in tracked]
    assert {scene.name for scene in SHORT} <= set(tracked)


@pytest.mark.parametrize("key", LEAST)
def test_a_fall_is_noticed(key: str, tracked: dict[str, dict[str, str]]) -> None:
    row = next(iter(tracked.values())) | {key: "0.900"}
    assert falls(row, row) == []
    assert len(falls(row | {key: "0.850"}, row)) == 1


@pytest.mark.parametrize("key", MOST)
def test_a_rise_of_what_is_bad_is_noticed(key: str, tracked: dict[str, dict[str, str]]) -> None:
    row = next(iter(tracked.values())) | {key: "0.100"}
    assert falls(row, row) == []
    assert len(falls(row | {key: "1.100"}, row)) == 1


def test_a_scene_without_a_row_is_a_fall() -> None:
    assert len(falls({"scene": "new"}, None)) == 1


def test_a_lost_rhythm_is_a_fall(tracked: dict[str, dict[str, str]]) -> None:
    # No matched episode leaves no rate error to compare, but its F1 falls.
    row = next(row for row in tracked.values() if row["rhythmic_f1"] == "1.000")
    assert falls(row | {"rhythmic_f1": "0.000", "rate_error_hz": ""}, row) == [
        f"{row['scene']}: rhythmic_f1 0.000 < 1.000"
    ]


def test_the_summary_counts_every_scene(tracked: dict[str, dict[str, str]]) -> None:
    words = "\n".join(summary(list(tracked.values())))
    mean = np.mean([float(row["twitch_f1"]) for row in tracked.values() if row["twitch_known"] != "0"])
    assert f"{len(tracked)} scenes" in words
    assert f"twitch_f1: mean {mean:.3f}" in words
    assert "false events: " in words


def test_no_movement_is_put_where_it_would_be_hidden() -> None:
    scene = next(scene for scene in SCENES if scene.name == "h264-crf-light")
    light = next(nuisance for nuisance in scene.spec.nuisances if nuisance.kind == "light")
    assert [
        is_clear(KnownMovement("twitch", light.onset_s + wait_s, 0.3, "head", 4.0), scene.spec.nuisances)
        for wait_s in (-3.0, 0.5, 6.0, light.duration_s + 0.5, light.duration_s + 4.0)
    ] == [True, False, True, False, True]


def scene_of(name: str) -> Scene:
    return next(scene for scene in SCENES if scene.name == name)


def test_a_twin_has_all_but_the_movements() -> None:
    scene, twin = scene_of("camera-pan"), scene_of("camera-pan-still")
    assert scene.movements
    assert replace(scene, name=twin.name, movements=()) == twin
    assert drawn_movements(twin) == ()


def test_a_limb_that_twitches_again_and_again_keeps_its_intervals() -> None:
    onsets_s = np.array([one.onset_s for one in drawn_movements(scene_of("limb-hand-4s"))])
    assert np.allclose(np.diff(onsets_s), 4.0)
    intervals_s = np.diff([one.onset_s for one in drawn_movements(scene_of("limb-hand"))])
    assert 3 <= intervals_s.min() < 4
    assert 6 < intervals_s.max() <= 7


def test_planted_limbs_keep_their_places_and_stay_where_they_went() -> None:
    scene = scene_of("limb-stays")
    picture = np.random.default_rng(1).integers(0, 255, scene.spec.size_px[::-1]).astype(np.uint8)
    plan = planted_movements(scene, picture)
    assert len({(one.x_px, one.y_px) for one in plan}) == 2
    assert {one.stays for one in plan} == {0.7}


def test_what_is_left_of_a_movement_is_known_as_far_as_it_can_be_told() -> None:
    rhythm, twitch = KnownMovement("rhythmic", 10.0, 12.0), KnownMovement("twitch", 30.0, 0.25)
    assert cut_known([rhythm, twitch], (0.0, 15.0)) == [replace(rhythm, duration_s=5.0)]
    assert cut_known([rhythm], (0.0, 10.5)) == [KnownMovement("restless", 10.0, 0.5)]
    assert cut_known([rhythm, twitch], (20.0, 40.0)) == [
        KnownMovement("restless", 0.0, 2.0), KnownMovement("twitch", 10.0, 0.25)
    ]  # fmt: skip


def test_cut_footage_begins_and_ends_inside_the_movement(tmp_path: Path) -> None:
    scene = scene_of("cut-rhythm-end")
    tiny = replace(scene, spec=replace(scene.spec, size_px=(160, 90), fps=5.0))
    video, truth = make_scene(tiny, tmp_path)
    times_s = [frame.time_s for frame in iter_luma(probe(video))]
    assert (times_s[0], times_s[-1]) == pytest.approx((0.0, 20.4))
    assert [(one.kind, one.stop_s) for one in read_truth(truth)][-1] == ("restless", pytest.approx(20.45))


def test_a_planted_scene_is_still_but_for_what_is_planted(tmp_path: Path) -> None:
    scene = next(scene for scene in SHORT if scene.is_planted)
    small = replace(scene.spec, duration_s=14.0, size_px=(160, 90), nuisances=(), breathing_px=0.0, noise=0.0)
    planted = replace(scene, spec=small, movements=("1 twitch",), encoding=Encoding("mjpeg", crf=4))
    video, truth = make_scene(planted, tmp_path)
    known = read_truth(truth)
    frames = [(frame.time_s, np.array(frame.luma, float)) for frame in iter_luma(probe(video))]
    change = [(b[0], float(np.abs(b[1] - a[1]).max())) for a, b in itertools.pairwise(frames)]
    start_s, stop_s = known[0].onset_s, known[0].stop_s
    moving = [size for time_s, size in change if start_s < time_s < stop_s]
    still = [size for time_s, size in change if not start_s - 0.1 < time_s < stop_s + 0.1]
    assert len(known) == 1
    assert max(moving) > 4 * max(*still, 1.0)


def test_the_same_footage_is_not_made_twice(tmp_path: Path) -> None:
    scene = SHORT[0]
    tiny = replace(
        scene, spec=replace(scene.spec, duration_s=14.0, size_px=(160, 90), nuisances=()), movements=("1 twitch",)
    )
    video, _ = make_scene(tiny, tmp_path)
    made_ns = video.stat().st_mtime_ns
    assert make_scene(tiny, tmp_path)[0].stat().st_mtime_ns == made_ns
    other = make_scene(replace(tiny, movements=()), tmp_path)[0]
    assert other != video

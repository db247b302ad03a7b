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
from detector.truth.movements import read_known
from detector.truth.scene_spec import NUISANCE_KINDS, Movement
from tests.accuracy.bench import RESULTS, is_clear, make_scene, read_scenes
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
    assert len({scene.spec.seed for scene in SCENES}) == len({scene.name for scene in SCENES}) == len(SCENES)


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
        is_clear(Movement("twitch", light.onset_s + wait_s, 0.3, "head", 4.0), scene.spec.nuisances)
        for wait_s in (-3.0, 0.5, 6.0, light.duration_s + 0.5, light.duration_s + 4.0)
    ] == [True, False, True, False, True]


def test_a_planted_scene_is_still_but_for_what_is_planted(tmp_path: Path) -> None:
    scene = next(scene for scene in SHORT if scene.is_planted)
    small = replace(scene.spec, duration_s=14.0, size_px=(160, 90), nuisances=(), breathing_px=0.0, noise=0.0)
    planted = replace(scene, spec=small, counts={"twitch": 1}, encoding=Encoding("mjpeg", crf=4))
    video, truth = make_scene(planted, tmp_path)
    known = read_known(truth)
    frames = [(frame.time_s, np.array(frame.luma, float)) for frame in iter_luma(probe(video))]
    change = [(b[0], float(np.abs(b[1] - a[1]).max())) for a, b in itertools.pairwise(frames)]
    start_s, stop_s = known["onset"].iloc[0], known["onset"].iloc[0] + known["duration"].iloc[0]
    moving = [size for time_s, size in change if start_s < time_s < stop_s]
    still = [size for time_s, size in change if not start_s - 0.1 < time_s < stop_s + 0.1]
    assert len(known) == 1
    assert max(moving) > 4 * max(*still, 1.0)


def test_the_same_footage_is_not_made_twice(tmp_path: Path) -> None:
    scene = SHORT[0]
    tiny = replace(
        scene, spec=replace(scene.spec, duration_s=14.0, size_px=(160, 90), nuisances=()), counts={"twitch": 1}
    )
    video, _ = make_scene(tiny, tmp_path)
    made_ns = video.stat().st_mtime_ns
    assert make_scene(tiny, tmp_path)[0].stat().st_mtime_ns == made_ns
    other = make_scene(replace(tiny, counts={"twitch": 0}), tmp_path)[0]
    assert other != video

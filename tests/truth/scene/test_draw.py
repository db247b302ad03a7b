"""Drawn scenes: what is in the truth is in the pictures, at its place and time, and nothing else moves."""

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from detector.errors import OutputFileError, ParameterError, UsageError
from detector.truth.encode import CODECS, Encoding, Picture, write_video
from detector.truth.grammar import parse_movement
from detector.truth.known import KINDS, PLACES, KnownMovement, read_truth
from detector.truth.scatter import scatter_movements
from detector.truth.scene.draw import draw_scene, synthesize, write_sample
from detector.truth.scene.samples import SAMPLES
from detector.truth.scene.spec import Nuisance, parse_nuisance
from tests.truth.scene.conftest import STILL, changes, lumas


def center_of_change(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    weight = np.abs(second - first).astype(float) ** 2
    rows, columns = np.indices(weight.shape)
    return float((columns * weight).sum() / weight.sum()), float((rows * weight).sum() / weight.sum())


def test_same_seed_same_pictures_another_seed_another_infant() -> None:
    spec = replace(STILL, duration_s=0.3, breathing_px=0.5, noise=2.0, nuisances=(Nuisance("clock"),))
    assert np.array_equal(lumas(spec), lumas(spec))
    assert np.abs(lumas(spec)[0] - lumas(replace(spec, seed=4))[0]).mean() > 3


def test_nothing_moves_where_nothing_is_asked_for() -> None:
    assert changes(STILL).max() == 0


def test_picture_is_like_a_night_picture(rest: np.ndarray) -> None:
    assert 40 < rest.mean() < 120
    assert rest[:20, :40].mean() < rest[80:100, 140:180].mean(), "the corners are darker than the infant"
    assert np.percentile(rest, 99) < 220


@pytest.mark.parametrize("place", PLACES)
def test_each_place_moves_where_the_truth_says(place: str, rest: np.ndarray) -> None:
    spec = replace(STILL, movements=(KnownMovement("twitch", 0.5, 0.4, place, 2.5),))
    known = draw_scene(spec).movements[0]
    moved = lumas(spec)
    x_px, y_px = center_of_change(rest, moved[6])
    assert math.hypot(x_px - known.x_px, y_px - known.y_px) < 2 * known.sigma_px + 2
    assert np.array_equal(moved[:6], np.broadcast_to(rest, (6, *rest.shape))), "still before the onset"
    assert np.array_equal(moved[9], rest), "back at rest after its end"


def test_amplitude_is_the_peak_displacement(rest: np.ndarray) -> None:
    # Turned into a shift of the head's middle that phase correlation can read.
    movement = KnownMovement("rhythmic", 0.0, 3.0, "head", 4.0, 0.5)
    spec = replace(STILL, size_px=(424, 240), duration_s=3.0, movements=(movement,))
    known = draw_scene(spec).movements[0]
    still = lumas(replace(spec, movements=(), duration_s=0.1))[0]
    x, y, half = round(known.x_px), round(known.y_px), 12
    window = (slice(y - half, y + half), slice(x - half, x + half))
    hanning = cv2.createHanningWindow((2 * half, 2 * half), cv2.CV_32F)
    shifts = [
        math.hypot(*cv2.phaseCorrelate(still[window].astype(np.float32), one[window].astype(np.float32), hanning)[0])
        for one in lumas(spec)
    ]
    assert 0.6 * 4.0 < max(shifts) <= 1.15 * 4.0


def test_rhythmic_movement_has_its_rate() -> None:
    spec = replace(
        STILL, duration_s=12.0, fps=15.0, movements=(KnownMovement("rhythmic", 1.0, 10.0, "left_leg", 3.0, 1.5),)
    )
    known = draw_scene(spec).movements[0]
    x, y = round(known.x_px), round(known.y_px)
    moved = lumas(spec)[15:165, y - 9 : y + 9, x - 9 : x + 9].astype(float)
    mode = moved - moved.mean(axis=0)
    signal = np.linalg.svd(mode.reshape(len(mode), -1), full_matrices=False)[0][:, 0]
    spectrum = np.abs(np.fft.rfft(signal * np.hanning(len(signal))))
    assert np.fft.rfftfreq(len(signal), 1 / 15)[spectrum.argmax()] == pytest.approx(1.5, abs=0.11)


def test_gross_movement_moves_all_the_time_and_may_end_elsewhere(rest: np.ndarray) -> None:
    movement = KnownMovement("gross", 0.5, 3.0, "body", 12.0, stays=1.0)
    moving = changes(replace(STILL, duration_s=5.0, movements=(movement,)))
    assert (moving[5:34] > 3).all()
    assert moving[36:].max() == 0
    assert np.abs(lumas(replace(STILL, duration_s=5.0, movements=(movement,)))[-1] - rest).max() > 20


def test_a_twitch_may_come_to_rest_elsewhere(rest: np.ndarray) -> None:
    spec = replace(STILL, movements=(KnownMovement("twitch", 0.5, 0.4, "left_arm", 4.0, stays=0.6),))
    moved = lumas(spec)
    assert np.abs(moved[9] - rest).max() > 10
    assert np.array_equal(moved[9], moved[-1]), "it does not move on"
    assert draw_scene(spec).movements[0].stays == 0.6


def test_a_jerk_moves_trunk_and_limbs_at_once(rest: np.ndarray) -> None:
    spec = replace(STILL, movements=(KnownMovement("jerk", 0.5, 0.4, "trunk", 4.0),))
    twitch = replace(STILL, movements=(KnownMovement("twitch", 0.5, 0.4, "trunk", 4.0),))
    moved, alone = lumas(spec), lumas(twitch)
    assert (np.abs(moved[6] - rest) > 5).sum() > 1.3 * (np.abs(alone[6] - rest) > 5).sum()
    assert np.array_equal(moved[9], rest), "back at rest after its end"


def test_restless_limbs_never_pause() -> None:
    spec = replace(STILL, duration_s=8.0, movements=(KnownMovement("restless", 1.0, 6.0, "body", 6.0),))
    moving = changes(spec)
    assert (moving[10:69] > 3).all()
    assert max(*moving[:9], *moving[71:]) == 0


def test_breathing_moves_the_trunk_all_the_time_and_is_no_movement() -> None:
    scene = replace(STILL, breathing_px=1.5, duration_s=3.0)
    assert (changes(scene) > 0).mean() > 0.9
    assert draw_scene(scene).movements == ()


def test_noise_is_stronger_where_it_is_brighter() -> None:
    pictures = lumas(replace(STILL, noise=3.0, duration_s=4.0)).astype(float)
    spread, bright = pictures.std(axis=0), pictures.mean(axis=0)
    assert spread[bright > 100].mean() > 1.2 * spread[bright < 40].mean() > 0.5


def test_an_empty_cot_holds_no_infant(rest: np.ndarray) -> None:
    empty = lumas(replace(STILL, has_infant=False, duration_s=0.1))[0]
    assert np.abs(empty - rest).max() > 60
    with pytest.raises(ParameterError, match="empty cot"):
        replace(STILL, has_infant=False, movements=(parse_movement("twitch@0.5"),))


def test_seen_from_afar_the_infant_is_small() -> None:
    movement = KnownMovement("gross", 0.5, 1.0, "body", 9.0)
    near, far = (draw_scene(replace(STILL, view=view, movements=(movement,))).movements[0] for view in (1.0, 0.4))
    assert far.sigma_px == pytest.approx(0.4 * near.sigma_px, rel=0.2)
    picture = lumas(replace(STILL, view=0.4))[0]
    assert picture[:20].mean() < picture[60:120, 120:200].mean(), "a dark room around"


@pytest.mark.parametrize("size_px", [(160, 120), (240, 426), pytest.param((1280, 720), marks=pytest.mark.slow)])
def test_any_shape_of_picture(size_px: tuple[int, int]) -> None:
    picture = next(draw_scene(replace(STILL, size_px=size_px)).pictures)
    assert picture.luma.shape == size_px[::-1]
    assert picture.luma.std() > 10


def test_synthesize_writes_video_truth_and_confounds(tmp_path: Path) -> None:
    spec = replace(STILL, noise=2.0, movements=(parse_movement("twitch@0.6:right_foot", 320),))
    spec = replace(spec, nuisances=(parse_nuisance("clock"), parse_nuisance("jitter")))
    written = synthesize(tmp_path / "new" / "night.mp4", spec)
    with av.open(str(written.video)) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times == pytest.approx([picture.time_s for picture in draw_scene(spec).pictures], abs=1e-4)
    assert [one.kind for one in read_truth(written.truth)] == ["twitch"]
    assert written.confounds.read_text().splitlines()[0] == "onset,duration,label"
    assert sorted(path.name for path in written.video.parent.iterdir()) == [
        "night.mp4",
        "night_confounds.csv",
        "night_truth.csv",
    ]


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "av1"])
def test_every_codec_keeps_times_and_key_frames(codec: str, tmp_path: Path) -> None:
    times = [0.0, 0.1, 0.2, 0.35, 0.4, 0.7, 0.8, 0.9, 1.0, 1.15, 1.2, 1.3]
    ramp = np.tile(np.arange(96, dtype=np.uint8), (64, 1))
    pictures = [Picture(time_s, np.roll(ramp, 3 * k, axis=1)) for k, time_s in enumerate(times)]
    encoding = Encoding(codec, bitrate_kbps=200, key_interval_s=0.5)
    assert write_video(tmp_path / "v.mp4", pictures, 10.0, encoding) == len(times)
    with av.open(str(tmp_path / "v.mp4")) as container:
        frames = list(container.decode(video=0))
    assert [frame.time for frame in frames] == pytest.approx(times, abs=1e-4)
    expected = range(12) if codec == "mjpeg" else (0, 5, 10)
    assert [k for k, frame in enumerate(frames) if frame.key_frame] == list(expected)


def test_a_broken_write_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(OutputFileError, match="cannot write"):
        write_video(tmp_path / "missing" / "v.mp4", [Picture(0.0, np.zeros((64, 64), np.uint8))], 10.0, Encoding())
    assert list(tmp_path.iterdir()) == []


def test_wrong_scenes_are_named() -> None:
    for text in ("earthquake", "light@1.2.3"):
        with pytest.raises(ParameterError, match="expected"):
            parse_nuisance(text)
    with pytest.raises(ParameterError, match="expected a place of body"):
        replace(STILL, duration_s=9.0, movements=(KnownMovement("gross", 1.0, 3.0, "head", 9.0),))
    with pytest.raises(ParameterError, match="even number"):
        replace(STILL, size_px=(321, 180))
    with pytest.raises(ParameterError, match="end within"):
        replace(STILL, movements=(parse_movement("twitch@1.9"),))
    with pytest.raises(ParameterError, match="expected a start such as"):
        replace(STILL, start_at="one o'clock")
    with pytest.raises(ParameterError, match="codec"):
        Encoding("h263")
    with pytest.raises(UsageError, match="sample of quiet_night"):
        write_sample("loud_night", Path())


def test_scattered_movements_keep_apart() -> None:
    counts = {"twitch": 8, "rhythmic": 2, "gross": 1, "movement": 2, "jerk": 1, "restless": 1}
    movements = scatter_movements(counts, 300.0, 640, seed=5)
    assert len(movements) == 15
    pairs = pairwise(movements)
    assert all(later.onset_s - earlier.stop_s >= 1.99 for earlier, later in pairs)
    assert {movement.kind for movement in movements} == set(KINDS)
    assert movements == scatter_movements(counts, 300.0, 640, seed=5)
    with pytest.raises(ParameterError, match="make it longer"):
        scatter_movements({"rhythmic": 9}, 60.0, 640, seed=5)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "quiet_night" else pytest.mark.slow) for name in SAMPLES]
)
def test_sample_videos_are_those_of_the_presets(name: str) -> None:
    folder = Path(__file__).parents[3] / "sample_videos"
    scene = draw_scene(SAMPLES[name][0])
    truth = read_truth(folder / f"{name}_truth.csv")
    assert [row.onset_s for row in truth] == pytest.approx([row.onset_s for row in scene.movements])
    assert [row.x_px for row in truth] == pytest.approx([row.x_px for row in scene.movements], abs=0.5)
    with av.open(str(folder / f"{name}.mp4")) as container:
        shown = next(container.decode(video=0)).to_ndarray(format="gray").astype(float)
    drawn = next(scene.pictures).luma
    assert np.abs(shown - drawn).mean() < 6

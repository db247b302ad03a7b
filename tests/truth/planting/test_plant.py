"""Planted movements: only the patch moves, only in its time, by its amplitude; everything else stays."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from detector.errors import FootageError, ParameterError, UsageError
from detector.footage.video import probe
from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.known import KnownMovement, read_truth
from detector.truth.planting.patch import parts_of, planted
from detector.truth.planting.pictures import own_encoding, read_pictures, usual_fps
from detector.truth.planting.plan import scatter_plantings
from detector.truth.planting.plant import draw_plan, plant

FPS = 20.0
TWITCH = KnownMovement("twitch", 1.0, 0.4, x_px=160.0, y_px=90.0, amp_px=4.0, sigma_px=14.0)


def texture() -> np.ndarray:
    """Smooth noise, 320x180, grey levels 60 to 180."""
    small = np.random.default_rng(1).normal(size=(45, 80)).astype(np.float32)
    return np.clip(120 + 25 * cv2.resize(small, (320, 180), interpolation=cv2.INTER_CUBIC), 0, 255).astype(np.uint8)


def still_pictures(duration_s: float = 2.0) -> Iterator[Picture]:
    """The same textured picture again and again, with color."""
    luma = texture()
    chroma = np.stack([cv2.resize(luma, (160, 90)), 255 - cv2.resize(luma, (160, 90))])
    for k in range(round(duration_s * FPS)):
        yield Picture(k / FPS, luma.copy(), chroma.copy())


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still textured picture with sensor noise, 6 s, first stamp 4.94 s, uneven frames, a key frame each 1.5 s."""
    rng = np.random.default_rng(2)
    path = tmp_path_factory.mktemp("footage") / "real.mp4"
    times = [4.94 + k / FPS + (0.01 if k % 3 == 1 else 0.0) for k in range(120) if k % 17 != 5]
    pictures = (
        Picture(time_s, np.clip(texture() + rng.normal(0, 2, (180, 320)), 0, 255).astype(np.uint8)) for time_s in times
    )
    write_video(path, pictures, FPS, Encoding(bitrate_kbps=400, key_interval_s=1.5))
    return path


def test_only_the_patch_moves_and_only_in_its_time() -> None:
    before = list(still_pictures())
    after = list(planted(still_pictures(), [TWITCH]))
    rows, columns = np.indices(texture().shape)
    far = np.hypot(columns - TWITCH.x_px, rows - TWITCH.y_px) > 5 * TWITCH.sigma_px
    for old, new in zip(before, after, strict=True):
        assert old.time_s == new.time_s
        is_moving = TWITCH.onset_s < new.time_s < TWITCH.stop_s
        assert np.array_equal(old.luma[far], new.luma[far])
        assert np.array_equal(old.luma, new.luma) != is_moving
        assert old.chroma is not None
        assert new.chroma is not None
        assert np.array_equal(old.chroma, new.chroma) != is_moving


def test_the_center_moves_by_the_amplitude_in_luma_and_by_half_of_it_in_chroma() -> None:
    wide = replace(TWITCH, sigma_px=150.0, amp_px=6.0, angle_rad=math.pi / 2)
    still = texture()
    moved = next(p for p in planted(still_pictures(), [wide]) if p.time_s == pytest.approx(1.2))
    assert np.abs(moved.luma[86:106, 150:170].astype(int) - still[80:100, 150:170]).max() <= 2
    assert moved.chroma is not None
    color = cv2.resize(still, (160, 90))
    assert np.abs(moved.chroma[0, 43:53, 75:85].astype(int) - color[40:50, 75:85]).max() <= 2
    assert np.abs(moved.luma[86:106, 150:170].astype(int) - still[86:106, 150:170]).max() > 20


@pytest.mark.parametrize("kind", ["twitch", "rhythmic", "movement", "gross", "jerk", "restless"])
def test_courses_reach_their_amplitude_begin_and_end_at_rest(kind: str) -> None:
    duration_s = {"twitch": 0.3, "rhythmic": 8.0, "movement": 2.0, "gross": 5.0, "jerk": 0.4, "restless": 6.0}[kind]
    planting = replace(
        TWITCH, kind=kind, duration_s=duration_s, sigma_px=50.0, angle_rad=0.7, rate_hz=1.3 if kind == "rhythmic" else 0
    )
    course = parts_of(planting)[0].shift
    times = np.linspace(0.9, planting.stop_s + 0.1, 2001)
    way = np.array([course(time_s) for time_s in times.tolist()])
    away = np.hypot(way[:, 0], way[:, 1])
    assert away.max() == pytest.approx(planting.amp_px, rel=0.03)
    assert away[times <= 1.0].max() == 0
    assert away[times >= planting.stop_s].max() == 0
    assert np.abs(np.diff(way, axis=0)).max() < 0.25, "no jumps"


@pytest.mark.parametrize("kind", ["movement", "gross"])
def test_slow_and_whole_body_movements_never_rest_on_their_way(kind: str) -> None:
    for seed in range(8):
        course = parts_of(replace(TWITCH, kind=kind, duration_s=4.0, sigma_px=60.0, amp_px=20.0, seed=seed))[0].shift
        way = np.array([course(time_s) for time_s in np.arange(1.4, 4.6, 0.32).tolist()])
        assert np.hypot(*np.diff(way, axis=0).T).min() > 0.5


def test_plant_keeps_every_time_the_key_frames_and_the_bit_rate(footage: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "planted.mp4"
    truth = plant(footage, out, [replace(TWITCH, onset_s=2.0), replace(TWITCH, onset_s=1.5, x_px=60.0)])
    old, new = probe(footage), probe(out)
    assert new.packet_times_s == pytest.approx(old.packet_times_s, abs=1e-4)
    assert np.array_equal(new.is_key, old.is_key)
    assert new.size_bytes == pytest.approx(old.size_bytes, rel=0.25)
    assert [known.onset_s for known in truth] == [1.5, 2.0]
    assert [one.x_px for one in read_truth(tmp_path / "new" / "planted_truth.csv")] == [60.0, 160.0]


def test_planted_movement_survives_the_encoder_where_it_was_planted(footage: Path, tmp_path: Path) -> None:
    plain, moved = tmp_path / "plain.mp4", tmp_path / "moved.mp4"
    plant(footage, plain, [])
    plant(footage, moved, [replace(TWITCH, onset_s=2.0, amp_px=6.0)])
    pairs = zip(read_pictures(probe(plain)), read_pictures(probe(moved)), strict=True)
    changes = [(a.time_s, np.abs(a.luma.astype(int) - b.luma)) for a, b in pairs]
    time_s, change = max(changes, key=lambda pair: pair[1][70:110, 140:180].mean())
    assert time_s == pytest.approx(2.2, abs=0.1)
    assert change[70:110, 140:180].mean() > 3 * change[:, :60].mean()


@pytest.mark.parametrize(("start_s", "stop_s"), [(0.0, 1.0), (2.31, 3.9), (5.5, 99.0), (7.0, 9.0)])
def test_a_piece_is_read_as_from_the_whole(footage: Path, start_s: float, stop_s: float) -> None:
    info = probe(footage)
    whole = [one for one in read_pictures(info) if start_s <= one.time_s < stop_s]
    piece = list(read_pictures(info, start_s, stop_s))
    assert [one.time_s for one in piece] == [one.time_s for one in whole]
    assert all(np.array_equal(one.luma, other.luma) for one, other in zip(piece, whole, strict=True))
    assert {one.time_s for one in piece} <= set(info.packet_times_s.tolist())


def test_own_encoding_is_read_from_the_file(footage: Path) -> None:
    encoding = own_encoding(probe(footage))
    assert (encoding.codec, encoding.crf) == ("h264", Encoding().crf)
    assert encoding.bitrate_kbps == pytest.approx(400, rel=0.2)
    assert encoding.key_interval_s == pytest.approx(1.5, abs=0.15)
    assert usual_fps(probe(footage)) == pytest.approx(FPS, rel=0.3)


@pytest.mark.parametrize(("codec", "pixels"), [("ffv1", "gray"), ("ffv1", "yuv444p"), ("libx264", "yuv420p10le")])
def test_other_pixel_formats_become_eight_bits(codec: str, pixels: str, tmp_path: Path) -> None:
    path = tmp_path / "deep.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 320, 180, pixels
        for k in range(3):
            frame = av.VideoFrame.from_ndarray(texture(), format="gray").reformat(format=pixels)
            frame.pts = k
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    pictures = list(read_pictures(probe(path)))
    assert [p.luma.shape for p in pictures] == [(180, 320)] * 3
    assert (pictures[0].chroma is None) == (pixels == "gray")
    assert np.corrcoef(pictures[0].luma.ravel(), texture().ravel())[0, 1] > 0.99


def test_impossible_plans_are_named(footage: Path, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="320x180 px, but 400,90"):
        plant(footage, tmp_path / "o.mp4", [replace(TWITCH, x_px=400.0)])
    with pytest.raises(ParameterError, match=r"footage's 0 to 6"):
        plant(footage, tmp_path / "o.mp4", [replace(TWITCH, onset_s=5.9)])
    with pytest.raises(ParameterError, match="amplitude in px from 0 to 21"):
        plant(footage, tmp_path / "o.mp4", [replace(TWITCH, amp_px=25.0)])
    with pytest.raises(ParameterError, match="but left_hand came"):
        plant(footage, tmp_path / "o.mp4", [KnownMovement("twitch", 2.0, 0.3, "left_hand", 4.0)])
    with pytest.raises(UsageError, match="another file"):
        plant(footage, footage, [])
    with pytest.raises(FootageError, match="no such file"):
        plant(tmp_path / "missing.mp4", tmp_path / "o.mp4", [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["twitch", "movement", "gross", "jerk"])
def test_what_stays_goes_to_its_new_place_and_rests_there(kind: str) -> None:
    planting = replace(TWITCH, kind=kind, duration_s=0.4 if kind in {"twitch", "jerk"} else 1.0, stays=0.7, amp_px=6.0)
    way = np.array([parts_of(planting)[0].shift(time_s) for time_s in np.linspace(1.0, 3.0, 401).tolist()])
    away = np.hypot(way[:, 0], way[:, 1])
    assert away[0] == 0
    assert away[-1] == pytest.approx(0.7 * 6.0)
    assert np.ptp(away[np.linspace(1.0, 3.0, 401) >= planting.stop_s]) == 0
    assert away.max() <= 6.0 + 1e-9
    last = list(planted(still_pictures(3.0), [planting]))[-1]
    assert not np.array_equal(last.luma, texture()), "the pixels stay where they went"


def test_restless_limbs_lie_around_the_center_and_one_always_moves() -> None:
    limbs = parts_of(replace(TWITCH, kind="restless", duration_s=6.0, sigma_px=20.0))
    middle = np.mean([(part.movement.x_px, part.movement.y_px) for part in limbs], axis=0)
    assert middle == pytest.approx((TWITCH.x_px, TWITCH.y_px))
    times = np.arange(1.3, 6.7, 0.15).tolist()
    steps = np.abs(np.diff([[part.shift(time_s) for part in limbs] for time_s in times], axis=0)).max(axis=(1, 2))
    assert steps.min() > 0.2


def test_random_plan_is_repeatable_apart_and_on_detail(footage: Path) -> None:
    picture = texture()
    picture[:, :200] = 100
    counts = {"twitch": 6, "bout": 1, "gross": 1, "rhythmic": 1}
    plan = scatter_plantings(counts, picture, (4.94, 124.94), seed=3)
    assert plan == scatter_plantings(counts, picture, (4.94, 124.94), seed=3)
    assert plan != scatter_plantings(counts, picture, (4.94, 124.94), seed=4)
    gaps_s = [later.onset_s - earlier.stop_s for earlier, later in pairwise(plan)]
    assert min(gaps_s) > 0.99
    assert all(planting.x_px > 170 for planting in plan)
    assert sum(planting.kind == "twitch" for planting in plan) >= 9
    assert draw_plan(footage, {"twitch": 1}, seed=1)[0].onset_s > 0.5
    with pytest.raises(ParameterError, match="are missing"):
        draw_plan(footage, {"rhythmic": 3}, seed=1)
    with pytest.raises(ParameterError, match="kind"):
        draw_plan(footage, {"jump": 1}, seed=1)

"""What camera and light explain of a change, each beside a change that looks alike and is none of theirs."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.motion.pictures.camera import Cause, Explained, explain
from detector.motion.pictures.shrink import FloatImage
from detector.params import CameraParams

PARAMS = CameraParams()
WIDTH, HEIGHT = 240, 160
_RANDOM = np.random.default_rng(7)
_FINE, _COARSE = (
    cv2.GaussianBlur(_RANDOM.normal(0.0, 1.0, (HEIGHT + 80, WIDTH + 80)).astype(np.float32), (0, 0), sigma_px)
    for sigma_px in (2.5, 10.0)
)
WIDE: FloatImage = (90.0 + 15.0 * _FINE / _FINE.std() + 20.0 * _COARSE / _COARSE.std()).astype(np.float32)


def view(x_px: float = 0.0, y_px: float = 0.0, zoom: float = 1.0, sigma_px: float = 0.0) -> FloatImage:
    """The scene displaced to the right and down, seen through a lens."""
    middle_x, middle_y = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
    back = np.array(
        [
            [1 / zoom, 0.0, 40.0 + middle_x * (1 - 1 / zoom) - x_px],
            [0.0, 1 / zoom, 40.0 + middle_y * (1 - 1 / zoom) - y_px],
        ]
    )
    seen = cv2.warpAffine(WIDE, back, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
    return cv2.GaussianBlur(seen, (0, 0), sigma_px) if sigma_px else seen


def with_body(picture: FloatImage, x_px: float, level: float = 1.0) -> FloatImage:
    """A textured body of 50 x 50 px stands in the middle of the picture."""
    body = cv2.GaussianBlur(np.random.default_rng(2).uniform(20, 230, (50, 50)).astype(np.float32), (0, 0), 1.5)
    picture = picture.copy()
    left = 90 + round(x_px)
    picture[55:105, left : left + 50] = level * body
    return picture


def noisy(picture: FloatImage, seed: int, noise: float = 0.5) -> FloatImage:
    grain = np.random.default_rng(seed).normal(0.0, noise, picture.shape)
    return (picture + grain).astype(np.float32)


def explained(before: FloatImage, after: FloatImage) -> Explained:
    return explain(noisy(before, 1), noisy(after, 2), PARAMS)


def share_left(found: Explained, before: FloatImage, after: FloatImage) -> float:
    """Energy of what is left over that of the change."""
    return float(np.mean(found.left**2) / np.mean((after - before) ** 2))


class TestCamera:
    @given(st.floats(-6.0, 6.0), st.floats(-4.0, 4.0))
    @settings(max_examples=10, deadline=None)
    def test_a_shift_is_found_within_a_tenth_of_a_pixel(self, x_px: float, y_px: float) -> None:
        if np.hypot(x_px, y_px) < 0.5:
            x_px += 1.0
        before, after = view(), view(x_px, y_px)
        found = explained(before, after)
        assert found.cause is Cause.SHIFT
        assert found.shift_px == pytest.approx((x_px, y_px), abs=0.1)
        assert np.mean(found.left**2) < 4.0

    @pytest.mark.parametrize("zoom", [0.98, 1.03])
    def test_a_zoom_moves_the_camera_and_not_its_middle(self, zoom: float) -> None:
        before, after = view(), view(zoom=zoom)
        found = explained(before, after)
        assert found.cause is Cause.SHIFT
        assert found.shift_px == pytest.approx((0.0, 0.0), abs=0.15)
        assert share_left(found, before, after) < 0.1

    def test_focus(self) -> None:
        before, after = view(), view(sigma_px=1.0)
        found = explained(before, after)
        assert found.cause is Cause.FOCUS
        assert share_left(found, before, after) < 0.2

    def test_noise_has_no_cause_and_stays_as_it_is(self) -> None:
        before, after = noisy(view(), 1), noisy(view(), 2)
        found = explain(before, after, PARAMS)
        assert found.cause is Cause.NOTHING
        assert np.array_equal(found.left, after - before)

    @pytest.mark.parametrize("aside_px", [3, 8])
    def test_a_body_in_the_middle_is_no_camera(self, aside_px: int) -> None:
        before, after = with_body(view(), 0), with_body(view(), aside_px)
        found = explained(before, after)
        assert found.cause is Cause.NOTHING
        assert found.shift_px == (0.0, 0.0)
        assert share_left(found, before, after) == pytest.approx(1.0, abs=0.2)

    def test_a_body_that_moves_while_the_camera_does_is_left(self) -> None:
        before, after = with_body(view(), 0), with_body(view(4.0), 14)
        found = explained(before, after)
        assert found.cause is Cause.SHIFT
        assert found.shift_px == pytest.approx((4.0, 0.0), abs=0.1)
        inside = np.zeros((HEIGHT, WIDTH), bool)
        inside[50:110, 84:160] = True
        assert np.mean(found.left[inside] ** 2) > 100.0
        assert np.mean(found.left[~inside] ** 2) < 10.0


class TestLight:
    @pytest.mark.parametrize("gain", [0.7, 0.9, 0.95, 1.1, 1.15, 1.4])
    def test_a_gain_of_the_whole_picture(self, gain: float) -> None:
        before, after = view(), view() * np.float32(gain)
        found = explained(before, after)
        assert found.cause is Cause.LIGHT
        assert found.gain == pytest.approx(gain - 1.0, abs=0.005)
        assert found.shift_px == pytest.approx((0.0, 0.0), abs=0.1)
        assert np.mean(found.left**2) < 5.0

    def test_the_edge_of_a_headlight(self) -> None:
        lit = np.where(np.arange(WIDTH) < 120, 1.5, 1.0).astype(np.float32)
        before, after = view(), (view() * lit).astype(np.float32)
        found = explained(before, after)
        assert found.cause is Cause.LIGHT
        assert share_left(found, before, after) < 0.1

    def test_a_place_that_flickers_by_itself_is_explained_in_a_step_of_the_whole_light_too(self) -> None:
        flicker = np.ones((HEIGHT, WIDTH), np.float32)
        flicker[20:50, 30:70] = 0.85
        before, after = noisy(view(), 1), noisy(view() * flicker * np.float32(0.8), 2)
        place = np.s_[22:48, 32:68]
        alone, going_on = explain(before, after, PARAMS), explain(before, after, PARAMS, goes_on=True)
        assert alone.cause is going_on.cause is Cause.LIGHT
        assert np.mean(alone.left[place] ** 2) > 50.0
        assert np.mean(going_on.left[place] ** 2) < 6.0

    def test_beside_a_camera_that_moves_a_place_in_another_light_is_no_cause(self) -> None:
        lit = np.ones((HEIGHT, WIDTH), np.float32)
        lit[10:70, 20:100] = 0.9
        before, after = view(), view(4.0) * lit
        found = explained(before, after)
        assert found.cause is Cause.SHIFT
        assert found.shift_px == pytest.approx((4.0, 0.0), abs=0.2)
        assert np.mean(found.left[14:66, 24:96] ** 2) < 10.0

    def test_another_picture_is_no_light(self) -> None:
        before = view()
        after = np.flip(view(), axis=1).copy()
        assert explained(before, after).cause is Cause.NOTHING

    def test_a_jump_of_the_exposure_leaves_the_body_that_moved(self) -> None:
        before = with_body(view(), 0)
        after = with_body(view(), 8) * np.float32(1.3)
        found = explained(before, after)
        assert found.cause is Cause.LIGHT
        assert found.gain == pytest.approx(0.3, abs=0.02)
        inside = np.zeros((HEIGHT, WIDTH), bool)
        inside[55:105, 90:148] = True
        assert np.mean(found.left[inside] ** 2) > 100.0
        assert np.mean(found.left[~inside] ** 2) < 10.0

    def test_lights_that_go_out_leave_no_picture_to_compare(self) -> None:
        before = view()
        after = np.full_like(before, 12.0)
        found = explained(before, after)
        assert found.cause is Cause.NOTHING
        assert np.mean(found.left**2) > 1000.0

    @pytest.mark.parametrize("gain", [0.75, 1.3])
    def test_text_is_not_lit_and_has_not_moved(self, gain: float) -> None:
        drawn = cv2.putText(np.zeros((HEIGHT, WIDTH), np.uint8), "2026-03-14 01:02:03", (6, 20), 0, 0.6, 255, 1)
        text = cv2.GaussianBlur(drawn.astype(np.float32) / 255.0, (0, 0), 0.7)

        def with_text(picture: FloatImage) -> FloatImage:
            return (picture * (1 - text) + 250.0 * text).astype(np.float32)

        before, after = with_text(view()), with_text(view() * np.float32(gain))
        found = explained(before, after)
        assert found.cause is Cause.LIGHT
        assert found.gain == pytest.approx(gain - 1.0, abs=0.02)
        assert np.mean(found.left**2) < 2.0

    def test_a_body_under_the_edge_of_a_headlight_is_left(self) -> None:
        across = np.clip((np.arange(WIDTH) - 20) / 8.0, 0, 1) - np.clip((np.arange(WIDTH) - 180) / 8.0, 0, 1)
        lit = (1.0 + 0.6 * across).astype(np.float32)
        before = with_body(view(), 0)
        (small, same), after = (before[80:100, 100:120].copy(), before), (before * lit).astype(np.float32)
        assert share_left(explained(same, after), same, after) < 0.05
        moved = before.copy()
        moved[80:100, 103:123] = small
        after = (moved * lit).astype(np.float32)
        found = explained(before, after)
        assert found.cause is Cause.LIGHT
        assert np.mean(found.left[80:100, 100:123] ** 2) > 50.0
        assert np.mean(found.left[:, 10:80] ** 2) < 10.0

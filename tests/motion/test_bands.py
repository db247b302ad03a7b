"""Bands of mains light are taken out of a difference; movement, light steps and noise stay as they are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.motion.bands import may_have_bands, remove_bands

ROWS, COLUMNS = 180, 320


def noise(seed: int = 5) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0.0, 0.5, (ROWS, COLUMNS)).astype(np.float32)


def bands(depth: float, period_rows: float = 70.0) -> NDArray[np.float32]:
    course = depth * np.sin(2 * np.pi * np.arange(ROWS) / period_rows)
    return np.repeat((course - course.mean())[:, None], COLUMNS, axis=1).astype(np.float32)


def limb(strength: float = 20.0) -> NDArray[np.float32]:
    picture = np.zeros((ROWS, COLUMNS), np.float32)
    picture[60:100, 40:60] = strength
    picture[60:100, 60:80] = -strength
    return picture


@pytest.mark.parametrize("depth", [0.5, 3.0, 10.0])
def test_bands_go_and_a_limb_stays(depth: float) -> None:
    change = noise() + bands(depth) + limb()
    remove_bands(change)
    left = change - noise() - limb()
    assert float(np.square(left).mean()) < 0.02 * float(np.square(bands(depth)).mean()) + 0.005


def test_light_on_a_picture_with_bright_and_dark_rows_is_no_band() -> None:
    brightness = 100.0 + 50.0 * np.sin(np.arange(ROWS) / 20.0)
    change = noise() + (0.1 * brightness[:, None]).astype(np.float32)
    expected = change.copy()
    remove_bands(change)
    np.testing.assert_array_equal(change, expected)


@pytest.mark.parametrize(
    "picture",
    [noise(), noise() + limb(), noise() + np.float32(12.0), np.zeros((ROWS, COLUMNS), np.float32)],
    ids=["noise", "limb", "light", "nothing"],
)
def test_what_has_no_bands_is_left_alone(picture: NDArray[np.float32]) -> None:
    change = picture.copy()
    remove_bands(change)
    np.testing.assert_array_equal(change, picture)


def test_a_limb_as_wide_as_half_of_the_picture_is_no_band() -> None:
    wide = np.zeros((ROWS, COLUMNS), np.float32)
    wide[60:100, :150] = 15.0
    change = noise() + wide
    expected = change.copy()
    remove_bands(change)
    np.testing.assert_array_equal(change, expected)


@pytest.mark.parametrize("shape", [(2, 2), (2, 40), (40, 2)])
def test_tiny_pictures(shape: tuple[int, int]) -> None:
    change = np.ones(shape, np.float32)
    remove_bands(change)
    assert np.isfinite(change).all()


@pytest.mark.parametrize("depth", [0.1, 0.13, 0.15, 0.2, 0.3, 3.0])
def test_the_quick_look_finds_all_that_have_bands(depth: float) -> None:
    changes = np.stack([noise(seed) + bands(depth) + (seed % 2) * limb(depth) for seed in range(8)])
    after = changes.copy()
    for change in after:
        remove_bands(change)
    has_bands = (after != changes).any(axis=(1, 2))
    assert (may_have_bands(changes) >= has_bands).all()


def test_the_quick_look_passes_over_what_has_none() -> None:
    assert not may_have_bands(np.stack([noise(seed) + limb() for seed in range(8)])).any()

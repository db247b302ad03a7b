"""Bands of mains light are taken out of a difference; movement, light steps and noise stay as they are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.motion.pictures.bands import find_bands, remove_bands

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


def cells(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean of each 2 x 2 px, as what finds bands gets them: of one picture."""
    rows, columns = change.shape[0] // 2, change.shape[1] // 2
    return change[: 2 * rows, : 2 * columns].reshape(1, rows, 2, columns, 2).mean(axis=(2, 4))


def without_bands(change: NDArray[np.float32]) -> NDArray[np.float32]:
    """A copy of a difference, its bands taken out if there are any."""
    left = change.copy()
    if find_bands(cells(change))[0]:
        remove_bands(left)
    return left


@pytest.mark.parametrize("depth", [0.5, 3.0, 10.0])
def test_bands_go_and_a_limb_stays(depth: float) -> None:
    left = without_bands(noise() + bands(depth) + limb()) - noise() - limb()
    assert float(np.square(left).mean()) < 0.02 * float(np.square(bands(depth)).mean()) + 0.005


def test_light_on_a_picture_with_bright_and_dark_rows_is_no_band() -> None:
    brightness = 100.0 + 50.0 * np.sin(np.arange(ROWS) / 20.0)
    change = noise() + (0.1 * brightness[:, None]).astype(np.float32)
    np.testing.assert_array_equal(without_bands(change), change)


@pytest.mark.parametrize(
    "picture",
    [noise(), noise() + limb(), noise() + np.float32(12.0), np.zeros((ROWS, COLUMNS), np.float32)],
    ids=["noise", "limb", "light", "nothing"],
)
def test_what_has_no_bands_is_left_alone(picture: NDArray[np.float32]) -> None:
    np.testing.assert_array_equal(without_bands(picture), picture)


def test_a_limb_as_wide_as_half_of_the_picture_is_no_band() -> None:
    wide = np.zeros((ROWS, COLUMNS), np.float32)
    wide[60:100, :150] = 15.0
    change = noise() + wide
    np.testing.assert_array_equal(without_bands(change), change)


@pytest.mark.parametrize("shape", [(1, 1), (1, 20), (20, 1)])
def test_tiny_pictures_have_none(shape: tuple[int, int]) -> None:
    assert not find_bands(np.ones((3, *shape), np.float32)).any()


@pytest.mark.parametrize("depth", [0.3, 1.0, 3.0])
def test_each_picture_of_a_stack_is_judged_by_itself_whatever_stands_in_its_rims(depth: float) -> None:
    changes = [noise(seed) + (seed % 2) * bands(depth) + limb(depth) for seed in range(8)]
    stack = np.full((8, ROWS // 2 + 2, COLUMNS // 2), np.nan, np.float32)
    stack[:, 1:-1] = np.concatenate([cells(change) for change in changes])
    assert find_bands(stack, rim=1).tolist() == [bool(seed % 2) for seed in range(8)]

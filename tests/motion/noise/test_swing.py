"""Floors of blocks that are filled by movement: even, quick swinging is left out of them, all else stays in."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.motion.grid import grid_for
from detector.motion.noise.floor import measure_floor, measure_middle
from detector.motion.noise.swing import Steady, steady_floor
from detector.params import Params, with_values

PARAMS = Params()
NOISE = PARAMS.noise
GRID = grid_for(320, 180, Params().motion)
LIMB = np.s_[10:14, 30:36]
FPS = 15.0


def times(duration_s: float, fps: float = FPS) -> NDArray[np.float64]:
    return np.arange(round(duration_s * fps)) / fps


def floors(course: NDArray[np.float64], time_s: NDArray[np.float64], params: Params = PARAMS) -> tuple[Any, Steady]:
    """Floor of a block in which a limb moves by a time course, as measured and without swinging; (rows, columns)."""
    rng = np.random.default_rng(3)
    signed = rng.normal(0.0, 0.5, (len(time_s), GRID.rows, GRID.columns)).astype(np.float32)
    # Its two edges move against each other.
    edge = np.where(np.arange(6) < 3, 1.0, -1.0)
    signed[:, LIMB[0], LIMB[1]] += course[:, None, None] * edge
    signed = signed.reshape(len(time_s), -1)
    noise = params.noise
    raw = measure_floor(signed**2, noise)
    steady = steady_floor(raw, measure_middle(signed**2, noise), signed, time_s, GRID, params)
    shape = (GRID.rows, GRID.columns)
    return raw.reshape(shape), Steady(steady.floor.reshape(shape), steady.goes_on.reshape(shape))


@pytest.mark.parametrize("rate_hz", [1.3, 2.0, 3.5])
@pytest.mark.parametrize("duration_s", [6.0, 20.0])
def test_a_swing_that_fills_the_block_does_not_raise_the_floor(rate_hz: float, duration_s: float) -> None:
    time_s = times(duration_s)
    raw, steady = floors(8.0 * np.sin(2 * np.pi * rate_hz * time_s), time_s)
    assert raw[LIMB].min() > 40.0
    assert steady.floor[LIMB].max() < 3.0
    away = np.s_[:8]
    np.testing.assert_array_equal(steady.floor[away], raw[away])


@pytest.mark.parametrize("rate_hz", [0.3, 0.7, 1.1])
def test_breathing_and_mobiles_are_too_slow(rate_hz: float) -> None:
    time_s = times(20.0)
    raw, steady = floors(8.0 * np.sin(2 * np.pi * rate_hz * time_s), time_s)
    np.testing.assert_array_equal(steady.floor, raw)


def test_irregular_movement_stays_in_the_floor_and_goes_on() -> None:
    """A curtain in the wind."""
    time_s = times(20.0)
    course = 8.0 * np.random.default_rng(4).normal(size=len(time_s))
    raw, steady = floors(course, time_s)
    np.testing.assert_array_equal(steady.floor, raw)
    assert steady.goes_on[LIMB].mean() > 0.9


@pytest.mark.parametrize("rate_hz", [0.5, 2.0])
def test_even_swinging_does_not_go_on_like_a_curtain(rate_hz: float) -> None:
    time_s = times(20.0)
    _, steady = floors(8.0 * np.sin(2 * np.pi * rate_hz * time_s), time_s)
    assert not steady.goes_on[LIMB].any()


def test_a_limb_that_jerks_now_and_then_does_not_go_on() -> None:
    time_s = times(20.0)
    course = np.where(time_s % 4.0 < 0.4, 8.0, 0.0) * np.random.default_rng(4).normal(size=len(time_s))
    assert not floors(course, time_s)[1].goes_on[LIMB].any()


def test_what_ticks_is_no_swing() -> None:
    """A clock's digits change at once and stay so: half a cycle later nothing goes back."""
    time_s = times(20.0)
    course = np.where(np.arange(len(time_s)) % 10 < 2, 8.0, 0.0)
    raw, steady = floors(course, time_s)
    np.testing.assert_array_equal(steady.floor, raw)


def test_noise_alone() -> None:
    time_s = times(6.0)
    raw, steady = floors(np.zeros(len(time_s)), time_s)
    np.testing.assert_array_equal(steady.floor, raw)


@pytest.mark.parametrize(("name", "value"), [("swing_hz", 2.5), ("swing_likeness", 1.0)])
def test_limits_decide(name: str, value: float) -> None:
    params = with_values(Params(), {f"noise.{name}": value})
    time_s = times(20.0)
    raw, steady = floors(8.0 * np.sin(2 * np.pi * 2.0 * time_s), time_s, params)
    np.testing.assert_array_equal(steady.floor, raw)


def test_hardly_any_frames() -> None:
    time_s = times(0.2)
    raw, steady = floors(np.full(len(time_s), 8.0), time_s)
    np.testing.assert_array_equal(steady.floor, raw)


def test_what_flickers_with_its_rows_is_a_lamp() -> None:
    time_s = times(20.0)
    rng = np.random.default_rng(3)
    signed = rng.normal(0.0, 0.5, (len(time_s), GRID.rows, GRID.columns)).astype(np.float32)
    course = np.sin(2 * np.pi * 2.0 * time_s).astype(np.float32)[:, None, None]
    signed[:, LIMB[0], LIMB[1]] += 8.0 * course
    alone = signed.reshape(len(time_s), -1).copy()
    signed[:, LIMB[0]] += 0.5 * course
    for cells, swings in ((alone, True), (signed.reshape(len(time_s), -1), False)):
        raw = measure_floor(cells**2, NOISE)
        steady = steady_floor(raw, measure_middle(cells**2, NOISE), cells, time_s, GRID, PARAMS)
        assert bool((steady.floor < raw).any()) is swings

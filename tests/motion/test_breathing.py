"""Slow signals: what breathes is found as one component, at its place, whatever light, key frames and a clock do."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.motion.breathing import (
    N_COMPONENTS,
    SAMPLE_HZ,
    Breathing,
    BreathingMeasurer,
    coarse_grid,
    find_components,
)
from detector.motion.grid import Grid
from detector.params import Params

ROWS, COLUMNS = 22, 40
MOST_KEYS = Params().noise.most_keys
GRID = Grid(ROWS, COLUMNS, (8.0, 8.0), 8 * COLUMNS, 8 * ROWS)
FPS = 15.0
CHEST = (slice(8, 12), slice(14, 20))
"""Cells that breathe in the pictures of this file: those of the upper half brighten while the lower half darkens."""


def course(time_s: float) -> float:
    """Breathing of 0.6 Hz whose rate wanders."""
    return float(np.sin(2 * np.pi * 0.6 * time_s + 0.8 * np.sin(time_s / 3)))


def pictures(
    length_s: float, change: Callable[[NDArray[np.float32], float], None], noise: float = 1.0
) -> list[tuple[NDArray[np.float32], float]]:
    """Smooth pictures of a still room in which `change` changes the cells, with noise; two pixels a cell."""
    random = np.random.default_rng(5)
    room = random.uniform(60, 150, (ROWS, COLUMNS)).astype(np.float32)
    made = []
    for frame in range(int(length_s * FPS)):
        cells = room.copy()
        change(cells, frame / FPS)
        picture = np.repeat(np.repeat(cells, 2, axis=0), 2, axis=1)
        made.append((picture + random.normal(0, noise, picture.shape).astype(np.float32), frame / FPS))
    return made


def breathe(cells: NDArray[np.float32], time_s: float) -> None:
    cells[CHEST][:2] += 0.8 * course(time_s)
    cells[CHEST][2:] -= 0.8 * course(time_s)


def lie_still(cells: NDArray[np.float32], time_s: float) -> None:
    """Change nothing."""


def measured(made: list[tuple[NDArray[np.float32], float]], key_s: float = 0.0, start_s: float = 0.0) -> Breathing:
    measurer = BreathingMeasurer(GRID, start_s, MOST_KEYS)
    for frame, (picture, time_s) in enumerate(made):
        is_key = bool(key_s) and frame % round(key_s * FPS) == 0
        measurer.add(picture, time_s, is_key=is_key)
    return measurer.finish()


def likeness(breathing: Breathing) -> tuple[int, float]:
    """The component most like the breathing drawn, and the correlation of the two."""
    wave = breathing.span_wave(0)
    times = breathing.start_s[0] + (np.arange(len(wave)) + 0.5) / SAMPLE_HZ
    drawn = np.array([course(time) for time in times])
    alike = [abs(np.corrcoef(one, drawn)[0, 1]) if one.any() else 0.0 for one in wave.T]
    best = int(np.argmax(alike))
    return best, float(alike[best])


def test_breathing_is_one_component_at_its_place() -> None:
    breathing = measured(pictures(60.0, breathe))
    best, alike = likeness(breathing)
    assert alike > 0.95
    weight = breathing.weight[0, best].reshape(ROWS, COLUMNS).astype(float) ** 2
    assert weight[CHEST].mean() > 30.0 * np.delete(weight, np.s_[8:12], axis=0).mean()
    assert np.abs(breathing.weight[0, best]).max() == 15


def test_a_course_is_in_grey_levels() -> None:
    breathing = measured(pictures(60.0, breathe))
    best, _ = likeness(breathing)
    assert breathing.span_wave(0)[:, best].std() == pytest.approx(0.8 / np.sqrt(2), rel=0.25)


def test_signs_within_a_component_are_those_of_the_cells() -> None:
    breathing = measured(pictures(60.0, breathe))
    best, _ = likeness(breathing)
    chest = breathing.weight[0, best].reshape(ROWS, COLUMNS)[CHEST].astype(float)
    assert chest[:2].mean() * chest[2:].mean() < -20.0


def test_light_that_drifts_and_steps_hides_no_breathing() -> None:
    def change(cells: NDArray[np.float32], time_s: float) -> None:
        breathe(cells, time_s)
        cells *= np.float32(1.0 + 0.03 * np.sin(time_s / 2.0) + (0.2 if time_s > 25 else 0.0))

    assert likeness(measured(pictures(60.0, change)))[1] > 0.9


def test_jumps_of_the_picture_at_key_frames_hide_no_breathing() -> None:
    random = np.random.default_rng(2)
    jumps = random.normal(0, 2.0, (40, ROWS, COLUMNS)).astype(np.float32)

    def change(cells: NDArray[np.float32], time_s: float) -> None:
        breathe(cells, time_s)
        cells += jumps[int((time_s + 1e-9) / 2.0)]

    made = pictures(60.0, change)
    assert likeness(measured(made, key_s=2.0))[1] > 0.9


def test_a_clock_has_components_of_its_own() -> None:
    random = np.random.default_rng(3)
    digits = random.uniform(0, 120, (80, 2, 4)).astype(np.float32)

    def change(cells: NDArray[np.float32], time_s: float) -> None:
        breathe(cells, time_s)
        cells[1:3, 2:6] = digits[int(time_s + 1e-9)]

    breathing = measured(pictures(60.0, change))
    best, alike = likeness(breathing)
    assert alike > 0.9
    weight = np.abs(breathing.weight[0, best].reshape(ROWS, COLUMNS).astype(float))
    assert (weight[1:3, 2:6] ** 2).mean() < 0.05 * (weight[CHEST] ** 2).mean()


def test_a_twitch_does_not_take_up_the_components() -> None:
    def change(cells: NDArray[np.float32], time_s: float) -> None:
        breathe(cells, time_s)
        if time_s % 5.0 < 0.3:
            cells[15:18, 30:34] += 60.0

    assert likeness(measured(pictures(60.0, change)))[1] > 0.9


def test_the_same_pictures_give_the_same_bytes() -> None:
    made = pictures(30.0, breathe)
    first, second = measured(made), measured(made)
    assert all(np.array_equal(a, b) for a, b in zip(first.arrays().values(), second.arrays().values(), strict=True))


def test_samples_lie_on_one_raster_in_all_spans() -> None:
    made = [(picture, time_s + 7.13) for picture, time_s in pictures(19.8, breathe)]
    breathing = measured(made, start_s=7.13)
    assert breathing.start_s[0] == pytest.approx(7.0)
    assert len(breathing.wave) == 100  # from 7.0 to 27.0 s


def test_a_sample_without_a_frame_repeats_the_one_before() -> None:
    made = [item for item in pictures(30.0, breathe) if not 10.0 <= item[1] < 12.0]
    breathing = measured(made)
    assert breathing.n_samples.tolist() == [150]


def test_spans_are_joined_one_after_the_other() -> None:
    made = pictures(40.0, breathe)
    first = measured([item for item in made if item[1] < 20.0])
    second = measured([item for item in made if item[1] >= 20.0], start_s=20.0)
    joined = Breathing.join([first, second])
    assert joined.start_s.tolist() == [0.0, 20.0]
    assert np.array_equal(joined.span_wave(1), second.span_wave(0))


@pytest.mark.parametrize("n_samples", [0, 1, 24])
def test_too_few_samples_give_components_of_nothing(n_samples: int) -> None:
    cells = np.random.default_rng(1).normal(100, 1, (n_samples, ROWS * COLUMNS)).astype(np.float32)
    wave, unit, weight = find_components(cells, (ROWS, COLUMNS))
    assert wave.shape == (n_samples, N_COMPONENTS)
    assert not wave.any()
    assert not unit.any()
    assert not weight.any()


def test_no_frame_at_all() -> None:
    breathing = BreathingMeasurer(GRID, 3.0, MOST_KEYS).finish()
    assert breathing.n_samples.tolist() == [0]
    assert breathing.span_wave(0).shape == (0, N_COMPONENTS)


def test_a_picture_that_never_changes_breathes_nowhere() -> None:
    breathing = measured(pictures(30.0, lie_still, noise=0.0))
    assert not breathing.wave.any()


def test_a_picture_of_a_few_cells_has_no_components() -> None:
    measurer = BreathingMeasurer(Grid(1, 3, (4.0, 4.0), 12, 4), 0.0, MOST_KEYS)
    for frame in range(300):
        measurer.add(np.full((2, 6), frame % 7, np.float32), frame / FPS, is_key=False)
    assert not measurer.finish().wave.any()


def test_cells_are_about_a_fiftieth_of_the_width() -> None:
    for columns in (54, 80, 106, 120):
        coarse = coarse_grid(Grid(45, columns, (16.0, 16.0), 16 * columns, 720))
        assert 40 <= coarse.columns <= 64
        assert coarse.cell_px == 16.0 * coarse.factor


def test_samples_that_do_not_add_up_are_refused() -> None:
    breathing = measured(pictures(20.0, breathe))
    with pytest.raises(ValueError, match="expected 7 samples"):
        replace(breathing, n_samples=np.array([7]))

"""From slow signals to breathing: where it was drawn, as fast as it was drawn, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.breaths import BreathingTrack, track_breathing
from detector.motion.breathing import SAMPLE_HZ, Breathing, CoarseGrid, find_components
from detector.params import BreathingParams
from tests.events.test_cycles import breath_times, breathing, cycles_within

PARAMS = BreathingParams()
GRID = CoarseGrid(18, 32, 2, 32.0)
CHEST = np.s_[6:10, 13:18]
CORNER = np.s_[0:4, 27:32]
Signals = NDArray[np.float32]


def thirty(length_s: float) -> list[tuple[float, float]]:
    return [(start_s, start_s + 30.0) for start_s in np.arange(0.0, length_s - 15.0, 30.0).tolist()]


def room(length_s: float, noise: float = 0.4, seed: int = 0) -> Signals:
    """Cells of a still room, shape (samples, rows, columns), grey levels."""
    random = np.random.default_rng(seed)
    still = random.uniform(60, 150, (GRID.rows, GRID.columns))
    samples = round(length_s * SAMPLE_HZ)
    return (still + noise * random.standard_normal((samples, GRID.rows, GRID.columns))).astype(np.float32)


def move(cells: Signals, place: tuple[slice, slice], course: NDArray[np.float64], seed: int = 1) -> None:
    """Brighten and darken the cells of a place, each by as much as it likes, with a course of time."""
    random = np.random.default_rng(seed)
    shape = cells[0][place].shape
    cells[:, place[0], place[1]] += (course[:, None, None] * random.normal(0, 1, shape)).astype(np.float32)


def measured(cells: Signals, start_s: float = 0.0) -> Breathing:
    wave, unit, weight = find_components(cells.reshape(len(cells), -1).copy(), (GRID.rows, GRID.columns))
    return Breathing(np.array([start_s]), np.array([len(cells)]), unit[None], weight[None], wave)


def tracked(cells: Signals, **more: object) -> BreathingTrack:
    return track_breathing(measured(cells), GRID, thirty(len(cells) / SAMPLE_HZ), PARAMS, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("rate_hz", [0.4, 0.7, 1.1])
def test_breathing_is_seen_and_counted(rate_hz: float) -> None:
    starts_s = breath_times(rate_hz, 0.06, 240.0, 3)
    cells = room(240.0)
    move(cells, CHEST, breathing(starts_s, 240.0))
    track = tracked(cells)
    assert track.is_visible.all()
    true_hz = [cycles_within(starts_s, start_s, stop_s) / 30.0 for start_s, stop_s in thirty(240.0)]
    assert 60 * track.rate_hz == pytest.approx(60 * np.array(true_hz), abs=1.0)


def test_its_place_is_where_it_was_drawn() -> None:
    cells = room(120.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 120.0, 3), 120.0))
    place = tracked(cells).place
    assert place.shape == (GRID.rows, GRID.columns)
    assert place.max() == 1.0
    assert place[CHEST].sum() > 0.7 * place.sum()


def test_its_course_is_that_of_the_chest() -> None:
    course = breathing(breath_times(0.6, 0.06, 120.0, 3), 120.0)
    cells = room(120.0)
    move(cells, CHEST, course)
    track = tracked(cells)
    assert np.abs(np.corrcoef(track.wave[50:-50], course[50:-50])[0, 1]) > 0.9
    assert track.time_s[:2].tolist() == pytest.approx([0.1, 0.3])


@pytest.mark.parametrize("seed", range(3))
def test_an_empty_room_breathes_nowhere(seed: int) -> None:
    track = tracked(room(240.0, seed=seed))
    assert not track.is_visible.any()
    assert np.isnan(track.rate_hz).all()
    assert np.isnan(track.irregularity).all()
    assert np.isnan(track.wave).all()
    assert track.place.max() == 0.0


def test_a_fan_does_not_breathe() -> None:
    cells = room(240.0)
    move(cells, CORNER, np.sin(2 * np.pi * 0.65 * np.arange(1200) / SAMPLE_HZ))
    assert not tracked(cells).is_visible.any()


def test_breathing_is_counted_beside_a_fan_of_a_similar_rate() -> None:
    starts_s = breath_times(0.6, 0.06, 240.0, 3)
    cells = room(240.0)
    move(cells, CHEST, breathing(starts_s, 240.0))
    move(cells, CORNER, 2.0 * np.sin(2 * np.pi * 0.63 * np.arange(1200) / SAMPLE_HZ), seed=2)
    track = tracked(cells)
    assert track.is_visible.all()
    assert track.place[CORNER].max() < 0.2
    true_hz = [cycles_within(starts_s, start_s, stop_s) / 30.0 for start_s, stop_s in thirty(240.0)]
    assert 60 * track.rate_hz == pytest.approx(60 * np.array(true_hz), abs=1.0)


@pytest.mark.parametrize("seed", range(3))
def test_a_curtain_in_the_wind_does_not_breathe(seed: int) -> None:
    random = np.random.default_rng(seed)
    cells = room(240.0)
    rates_hz, phases = random.uniform(0.2, 0.55, 3), random.uniform(0, 6, 3)
    time_s = np.arange(1200) / SAMPLE_HZ
    stripes = random.normal(0, 2.0, (4, 8))
    for column in range(8):
        angle = 2 * np.pi * rates_hz[:, None] * time_s + phases[:, None] + 0.9 * column
        cells[:, 0:4, 24 + column] += np.sin(angle).sum(axis=0)[:, None].astype(np.float32) * stripes[:, column]
    assert not tracked(cells).is_visible.any()


def test_light_that_swings_everywhere_does_not_breathe() -> None:
    cells = room(240.0)
    cells *= (1.0 + 0.02 * breathing(breath_times(0.6, 0.1, 240.0, 4), 240.0)[:, None, None]).astype(np.float32)
    assert not tracked(cells).is_visible.any()


def test_digits_do_not_breathe() -> None:
    cells = room(240.0)
    digits = np.random.default_rng(4).uniform(0, 120, (240, 1, 3)).astype(np.float32)
    cells[:, 1:2, 2:5] = np.repeat(digits, 5, axis=0)
    assert not tracked(cells).is_visible.any()


def test_hidden_cells_are_not_looked_at() -> None:
    cells = room(120.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 120.0, 3), 120.0))
    hidden = np.zeros((GRID.rows, GRID.columns), bool)
    hidden[CHEST] = True
    assert not tracked(cells, hidden=hidden.ravel()).is_visible.any()


def test_while_something_else_moves_breathing_is_not_judged() -> None:
    cells = room(240.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 240.0, 3), 240.0))
    track = tracked(cells, busy=[(60.0, 120.0)])
    assert track.is_visible.tolist() == [True, True, False, False, True, True, True, True]
    assert np.isnan(track.wave[(track.time_s > 60) & (track.time_s < 120)]).all()


def test_twitches_do_not_change_the_count() -> None:
    starts_s = breath_times(0.6, 0.06, 240.0, 3)
    cells = room(240.0)
    move(cells, CHEST, breathing(starts_s, 240.0))
    for sample in range(37, 1200, 61):
        cells[sample : sample + 2, 11:13, 20:22] += 40.0
    track = tracked(cells)
    true_hz = [cycles_within(starts_s, start_s, stop_s) / 30.0 for start_s, stop_s in thirty(240.0)]
    assert 60 * track.rate_hz == pytest.approx(60 * np.array(true_hz), abs=1.0)


def test_irregular_breathing_is_told_from_regular() -> None:
    found = []
    for variation in (0.05, 0.22):
        cells = room(240.0)
        move(cells, CHEST, breathing(breath_times(0.6, variation, 240.0, 3), 240.0))
        found.append(float(np.nanmedian(tracked(cells).irregularity)))
    assert found[1] > 2.0 * found[0]


def test_epochs_of_two_spans_are_those_of_their_own_spans() -> None:
    starts_s = breath_times(0.6, 0.06, 240.0, 3)
    cells = room(240.0)
    move(cells, CHEST, breathing(starts_s, 240.0))
    parts = Breathing.join([measured(cells[:650]), measured(cells[650:], start_s=130.0)])
    track = track_breathing(parts, GRID, thirty(240.0), PARAMS)
    assert track.is_visible.all()
    true_hz = [cycles_within(starts_s, start_s, stop_s) / 30.0 for start_s, stop_s in thirty(240.0)]
    assert 60 * track.rate_hz == pytest.approx(60 * np.array(true_hz), abs=1.5)


def test_a_gap_between_spans_shows_nothing() -> None:
    cells = room(120.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 120.0, 3), 120.0))
    parts = Breathing.join([measured(cells), measured(cells, start_s=300.0)])
    track = track_breathing(parts, GRID, thirty(420.0), PARAMS)
    assert track.is_visible.tolist() == [True] * 4 + [False] * 6 + [True] * 4


def test_a_recording_of_seconds_shows_nothing() -> None:
    cells = room(20.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 20.0, 3), 20.0))
    assert not tracked(cells).is_visible.any()


@pytest.mark.parametrize("length_s", [60.0, 90.0])
@pytest.mark.parametrize("swings", ["mobile", "infant"])
def test_in_less_time_than_tells_a_mobile_from_breathing_nothing_is_told(length_s: float, swings: str) -> None:
    times_s = np.arange(round(length_s * SAMPLE_HZ)) / SAMPLE_HZ
    breaths = breathing(breath_times(0.6, 0.06, length_s, 3), length_s)
    cells = room(length_s)
    move(cells, CHEST, breaths if swings == "infant" else np.sin(2 * np.pi * 0.6 * times_s))
    assert not tracked(cells).is_visible.any()


def test_short_clips_of_a_long_night_show_breathing() -> None:
    cells = room(60.0)
    move(cells, CHEST, breathing(breath_times(0.6, 0.06, 60.0, 3), 60.0))
    parts = Breathing.join([measured(cells, start_s=90.0 * number) for number in range(4)])
    assert track_breathing(parts, GRID, thirty(360.0), PARAMS).is_visible.sum() >= 6


def test_without_measured_signals_nothing_is_seen() -> None:
    track = track_breathing(None, GRID, thirty(90.0), PARAMS)
    assert track.is_visible.tolist() == [False] * 3
    assert len(track.wave) == 0


def test_without_epochs_there_is_nothing_to_tell() -> None:
    track = track_breathing(measured(room(60.0)), GRID, [], PARAMS)
    assert len(track.rate_hz) == 0

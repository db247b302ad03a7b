"""What detection knows of noise: how far an energy rises above it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.model import Moment, NoiseModel, begin_at, fit_fast, fit_slow
from detector.motion.trace import Noise
from detector.params import Params, with_values
from tests.drawing import Sketch
from tests.traces import with_columns

PARAMS = Params()
MINIMUM = PARAMS.noise.minimum
NOW = Moment(0, 0)
WHEN = np.zeros(1)


def model(floor: list[float], middle: list[float], key_floor: list[float] | None = None) -> NoiseModel:
    """One block and one span of a few cells."""
    rows = [np.array([values], np.float32) for values in (floor, key_floor or [0.0] * len(floor), middle)]
    return NoiseModel(WHEN, rows[0], WHEN, rows[1], rows[2], MINIMUM)


def score(noise: NoiseModel, energy: float, moment: Moment = NOW, cell: int = 0) -> float:
    return float(noise.score(np.array([energy], np.float32), np.array([cell]), moment)[0])


def test_energy_is_told_in_units_of_the_noise_above_the_usual() -> None:
    noise = model([10.0, 10.0], [0.0, 0.8])
    assert score(noise, 20.0) == pytest.approx(20.0 / (10.0 + MINIMUM))
    assert score(noise, 20.0, cell=1) == pytest.approx((20.0 - 8.0) / (10.0 - 8.0 + MINIMUM))
    assert noise.expected(NOW).tolist() == pytest.approx([0.0, 8.0])
    assert noise.spread(NOW).tolist() == pytest.approx([10.0 + MINIMUM, 2.0 + MINIMUM])


@given(st.floats(0, 100, width=32), st.floats(0, 1, width=32), st.floats(0, 100, width=32))
def test_more_energy_is_never_less(floor: float, middle: float, energy: float) -> None:
    noise = model([floor], [middle])
    assert score(noise, energy) < score(noise, energy + 1.0)
    assert score(noise, float(np.float32(floor) * np.float32(middle))) == pytest.approx(0.0, abs=1e-4)


def test_a_louder_frame_counts_less() -> None:
    louder = Moment(0, 0, gain=np.array([2.0], np.float32))
    assert score(model([10.0], [0.0]), 40.0, louder) == pytest.approx(20.0 / (10.0 + MINIMUM))


def test_across_a_key_frame_the_floor_is_at_least_that_of_key_frames() -> None:
    noise = model([10.0, 10.0], [0.0, 0.0], [30.0, 5.0])
    key = Moment(0, 0, is_key_jump=np.array([True]))
    assert score(noise, 20.0, key) == pytest.approx(20.0 / (30.0 + MINIMUM))
    assert score(noise, 20.0, key, cell=1) == pytest.approx(20.0 / (10.0 + MINIMUM))


def test_what_is_in_key_frames_and_what_is_not_are_told_apart() -> None:
    noise = model([10.0], [0.0], [30.0])
    mixed = Moment(0, 0, is_key_jump=np.array([False, True]))
    found = noise.score(np.array([20.0, 20.0], np.float32), np.array([0, 0]), mixed)
    assert found.tolist() == pytest.approx([20.0 / (10.0 + MINIMUM), 20.0 / (30.0 + MINIMUM)])


def _louder_from(block: int, sketch: type[Sketch], **columns: NDArray[np.generic]) -> Noise:
    """Eight blocks of ten seconds of which those from one on have a higher floor."""
    floor = np.full((8, sketch.grid.n_cells), 0.4, np.float16)
    floor[block:] = 3.4
    return with_columns(
        sketch(80.0).trace(),
        block_start_s=np.arange(0.0, 80.0, 10.0),
        floor=floor,
        duty=np.zeros(floor.shape, np.uint8),
        level=np.full(8, 0.1, np.float32),
        **columns,
    ).noise


def test_times_before_the_first_block_belong_to_it(sketch: type[Sketch]) -> None:
    noise = with_columns(sketch(20.0).trace(), block_start_s=np.array([5.0, 10.0]), span_start_s=np.array([0.0])).noise
    block, span = fit_fast(noise, PARAMS, 20.0).places(np.array([0.0, 5.0, 9.9, 10.0, 99.0]))
    assert block.tolist() == [0, 0, 0, 1, 1]
    assert span.tolist() == [0] * 5


def test_the_slow_layer_has_one_floor_a_span(sketch: type[Sketch]) -> None:
    cells = np.ones((1, sketch.grid.n_cells), np.float16)
    noise = with_columns(sketch(8.0).trace(), slow_floor=4 * cells, slow_middle=cells / 2).noise
    slow = fit_slow(noise, PARAMS, 80.0)
    assert slow.expected(NOW).tolist() == pytest.approx([2.0] * sketch.grid.n_cells)
    assert slow.expected(NOW, is_key_jump=True).tolist() == pytest.approx([2.0] * sketch.grid.n_cells)


def test_in_louder_blocks_slow_floors_rise_as_quick_ones_do(sketch: type[Sketch]) -> None:
    noise = _louder_from(6, sketch, slow_floor=np.full((1, sketch.grid.n_cells), 2.0, np.float16))
    slow = fit_slow(noise, PARAMS, 80.0)
    assert slow.floor[:6] == pytest.approx(2.0)
    assert slow.floor[6:] == pytest.approx(2.0 * (3.4 + MINIMUM) / (0.4 + MINIMUM), rel=1e-3)
    without = with_values(PARAMS, {"rules.without": "slow blocks"})
    assert fit_slow(noise, without, 80.0).floor == pytest.approx(2.0)
    # What swings raises the floor of its own block, unless that is of another view.
    swings, turned = (fit_slow(noise, PARAMS, 80.0, changed_s, of_swings=True) for changed_s in ((), (60.0,)))
    assert swings.floor == pytest.approx(2.0)
    assert turned.floor == pytest.approx(slow.floor)


@pytest.mark.parametrize(
    ("changed_s", "begin_s"),
    [
        ([], [0.0, 10.0, 20.0, 30.0]),
        ([12.0], [0.0, 12.0, 20.0, 30.0]),
        ([18.0], [0.0, 10.0, 18.0, 30.0]),
        ([12.0, 14.0], [0.0, 14.0, 20.0, 30.0]),
        ([16.0, 18.0, 22.0], [0.0, 10.0, 22.0, 30.0]),
        ([33.0, 38.0], [0.0, 10.0, 20.0, 33.0]),
    ],
)
def test_a_block_holds_from_the_change_that_is_nearest_to_its_begin(
    changed_s: list[float], begin_s: list[float]
) -> None:
    """What follows a change late in a block is of the next block; what goes before one early in it, of the last."""
    found = begin_at(np.arange(0.0, 40.0, 10.0), changed_s, 40.0)
    assert found.tolist() == begin_s
    assert sorted(found) == found.tolist()


def test_floors_of_another_view_say_nothing(sketch: type[Sketch]) -> None:
    """Where the camera was turned, a place that was still shows a chest that breathes: its floor is its own."""
    noise = _louder_from(4, sketch)
    assert fit_fast(noise, PARAMS, 80.0).floor == pytest.approx(0.4, rel=1e-3)
    turned = fit_fast(noise, PARAMS, 80.0, [38.0])
    assert turned.floor[:4] == pytest.approx(0.4, rel=1e-3)
    assert turned.floor[4:] == pytest.approx(3.4, rel=1e-3)
    assert turned.places(np.array([37.0, 39.0]))[0].tolist() == [3, 4]

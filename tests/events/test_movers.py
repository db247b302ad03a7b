"""A mover keeps to its place; a body that reaches out of it is none."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.bursts import find_parts
from detector.events.excess import Seen
from detector.events.movers import around, confined
from detector.params import Params
from tests.drawing import BurstsOf, Sketch

PARAMS = Params()
PLACE = np.s_[4:9, 4:9]
REACHING = np.s_[4:11, 4:15]


def places(sketch: Sketch, bursts_of: BurstsOf, may: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    view, active, _ = bursts_of(sketch)
    return confined(sketch.grid, may.ravel(), Seen(view, active), find_parts(view, active, PARAMS), PARAMS.artifact)


def mask(place: tuple[slice, slice]) -> NDArray[np.bool_]:
    cells = np.zeros((Sketch.rows, Sketch.columns), bool)
    cells[place] = True
    return cells


def swaying(place: tuple[slice, slice] = PLACE) -> Sketch:
    drawing = Sketch(30.0)
    for start_s in np.arange(1.0, 28.0, 1.5):
        drawing.move(start_s, start_s + 1.0, place)
    return drawing


def test_what_stays_in_its_place_is_a_mover_grown_by_a_cell(bursts_of: BurstsOf) -> None:
    (found,) = places(swaying(), bursts_of, mask(PLACE))
    assert np.array_equal(found.reshape(Sketch.rows, Sketch.columns), mask(np.s_[3:10, 3:10]))


def test_what_reaches_out_of_it_is_none(bursts_of: BurstsOf) -> None:
    assert places(swaying(REACHING), bursts_of, mask(PLACE)) == []


def test_what_moves_elsewhere_does_not_matter(bursts_of: BurstsOf) -> None:
    drawing = swaying().move(10.0, 20.0, np.s_[12:17, 20:31], snr=400.0)
    assert len(places(drawing, bursts_of, mask(PLACE))) == 1


def test_a_body_that_turns_beside_it_for_seconds_does_not_matter(bursts_of: BurstsOf) -> None:
    """It is far stronger than a mobile, and covers it for as many pictures as that is seen in."""
    drawing = Sketch(30.0).move(3.0, 3.3, PLACE, snr=8.0).move(12.0, 20.0, np.s_[0:18, 0:32], snr=900.0)
    assert len(places(drawing, bursts_of, mask(PLACE))) == 1


def test_one_strong_movement_beside_it_does_not_matter(bursts_of: BurstsOf) -> None:
    drawing = swaying().move(10.0, 10.3, REACHING, snr=4000.0)
    assert len(places(drawing, bursts_of, mask(PLACE))) == 1


def test_a_few_cells_are_none(bursts_of: BurstsOf) -> None:
    corner = np.s_[4:6, 4:8]
    assert places(swaying(corner), bursts_of, mask(corner)) == []


def test_what_covers_much_of_the_picture_is_none(bursts_of: BurstsOf) -> None:
    wide = np.s_[2:12, 2:20]
    assert places(swaying(wide), bursts_of, mask(wide)) == []


def test_two_places_are_judged_one_by_one(bursts_of: BurstsOf) -> None:
    other = np.s_[12:16, 24:28]
    drawing = swaying()
    for start_s in np.arange(1.0, 28.0, 1.5):
        drawing.move(start_s, start_s + 1.0, np.s_[11:18, 20:31])
    (found,) = places(drawing, bursts_of, mask(PLACE) | mask(other))
    assert found.reshape(Sketch.rows, Sketch.columns)[5, 5]


def test_where_nothing_moved_at_all_nothing_is_kept(bursts_of: BurstsOf) -> None:
    assert places(Sketch(10.0), bursts_of, mask(np.s_[0:0, 0:0])) == []


def test_what_hangs_together_with_a_mover_and_often_moves_belongs_to_it() -> None:
    trace = Sketch(30.0).trace()
    duty = np.zeros((Sketch.rows, Sketch.columns), np.uint8)
    duty[PLACE] = 200
    duty[6:12, 8:12] = 70  # its hem
    duty[14:16, 4:8] = 70  # a limb elsewhere, which moves as often
    duty[0:2, 20:30] = 20
    blocks = replace(trace.noise.blocks, duty=duty.reshape(1, -1))
    trace = replace(trace, noise=replace(trace.noise, blocks=blocks))
    expected = mask(np.s_[3:10, 3:10]) | mask(np.s_[5:13, 7:13])
    assert np.array_equal(around(trace, mask(PLACE).ravel(), PARAMS.artifact), expected.ravel())
    assert not around(trace, mask(PLACE).ravel() & False, PARAMS.artifact).any()

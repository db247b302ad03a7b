"""The infant's extent: from breathing, from movement, from both, and unknown from neither."""

import math

import numpy as np
import pytest

from detector.events.breaths import BreathingTrack
from detector.events.extent import count_moved, find_extent, with_infant_fraction
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import Sketch
from tests.events.simulated import event

PARAMS = Params().extent
LEG = (100.0, 100.0, 140.0, 130.0)
FAR = (280.0, 0.0, 320.0, 30.0)


def breathing(place: tuple[slice, slice] | None) -> BreathingTrack:
    """Breathing of some cells of a grid of 9 x 16, twice as coarse as a sketch's."""
    none = np.zeros(0)
    shown = np.zeros((9, 16))
    if place:
        shown[place] = 1.0
    return BreathingTrack(none, none, none, none, np.zeros(0, bool), none, none, shown, 20.0)


def moving(*boxes: tuple[float, float, float, float]) -> tuple[MotionTrace, list]:
    """A box of the picture moves at 2, 4, 6 s and so on, one box after the other."""
    sketch, events = Sketch(2.0 * len(boxes) + 4.0), []
    for number, box in enumerate(boxes):
        left, top, right, bottom = (round(edge / 10) for edge in box)
        start_s = 2.0 * number + 2.0
        sketch.move(start_s, start_s + 0.3, np.s_[top:bottom, left:right])
        events.append(event("twitch", start_s, 0.4, box))
    return sketch.trace(), events


def shape_of(extent: np.ndarray | None) -> np.ndarray:
    assert extent is not None
    return extent.reshape(Sketch.rows, Sketch.columns)


def test_cells_count_each_event_once() -> None:
    trace, events = moving(LEG, LEG, FAR)
    counts = count_moved(trace, events).reshape(Sketch.rows, Sketch.columns)
    assert (counts[10:13, 10:14] == 2).all()
    assert (counts[0:3, 28:32] == 1).all()
    assert counts.sum() == 2 * 12 + 12


def test_what_moves_outside_the_box_of_an_event_is_not_counted() -> None:
    trace, events = moving(LEG)
    elsewhere = [event("twitch", 2.0, 0.4, FAR)]
    assert count_moved(trace, elsewhere).sum() == 0
    assert count_moved(trace, []).sum() == 0
    assert count_moved(trace, events).sum() == 12


def test_breathing_alone_tells_the_extent() -> None:
    extent = shape_of(find_extent(moving(LEG)[0], [], breathing(np.s_[3:6, 4:9]), PARAMS))
    assert extent[6:12, 8:18].all()
    assert extent.sum() == 60


def test_movement_alone_tells_the_extent_when_it_comes_again() -> None:
    trace, events = moving(LEG, LEG)
    assert find_extent(trace, events[:1], breathing(None), PARAMS) is None
    extent = shape_of(find_extent(trace, events, breathing(None), PARAMS))
    assert extent[10:13, 10:14].all()
    assert extent.sum() == 12


def test_both_together_are_one_body() -> None:
    trace, events = moving(LEG, LEG)
    extent = shape_of(find_extent(trace, events, breathing(np.s_[3:6, 4:9]), PARAMS))
    assert extent[6:12, 8:18].all()
    assert extent[10:13, 10:14].all()


def test_both_sides_of_a_chest_are_one_body() -> None:
    shown = breathing(None)
    shown.place[2, 4:9] = shown.place[7, 4:9] = 1.0
    extent = shape_of(find_extent(moving(LEG)[0], [], shown, PARAMS))
    assert extent[4:16, 8:18].all()


def test_specks_far_away_are_left_out() -> None:
    speck = (310.0, 170.0, 320.0, 180.0)
    trace, events = moving(LEG, LEG, speck, speck)
    extent = shape_of(find_extent(trace, events, breathing(np.s_[3:6, 4:9]), PARAMS))
    assert not extent[17, 31]


@pytest.mark.parametrize("kind", ["uncertain"])
def test_what_may_be_no_movement_of_the_infant_does_not_count(kind: str) -> None:
    trace, events = moving(LEG, LEG)
    doubtful = [event(kind, one.start_s, 0.4, LEG) for one in events]  # type: ignore[arg-type]
    assert find_extent(trace, doubtful, breathing(None), PARAMS) is None


def test_areas_become_shares_of_the_infant() -> None:
    extent = np.zeros(576, bool)
    extent[:96] = True  # a sixth of the picture
    [small] = with_infant_fraction([event("twitch", 1.0, 0.3)], extent)
    assert small.infant_fraction == pytest.approx(0.12)


def test_more_than_the_infant_is_all_of_it() -> None:
    extent = np.zeros(576, bool)
    extent[:3] = True
    assert with_infant_fraction([event("twitch", 1.0, 0.3)], extent)[0].infant_fraction == 1.0


def test_without_an_extent_there_is_no_share() -> None:
    assert math.isnan(with_infant_fraction([event("twitch", 1.0, 0.3)], None)[0].infant_fraction)

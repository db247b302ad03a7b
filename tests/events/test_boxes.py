"""Boxes that the camera draws around a limb go, and the limb stays."""

import numpy as np
import pytest

from detector.events.boxes import find_boxes, without_boxes
from detector.events.excess import Seen
from detector.params import Params
from tests.drawing import BurstsOf, Sketch, bursts_in

PARAMS = Params()
LIMITS = PARAMS.artifact
FPS = 25.0
STEP_S = 1e-5
SIDES = (np.s_[2:3, 4:18], np.s_[15:16, 4:18], np.s_[2:16, 4:5], np.s_[2:16, 17:18])
LIMB = np.s_[7:10, 9:12]


def with_box(drawing: Sketch, times_s: tuple[float, ...]) -> Sketch:
    """A box that is there from one picture to the next shows for the lag alone."""
    for time_s in times_s:
        for side in SIDES:
            drawing.move(time_s, time_s + STEP_S, side, snr=900.0)
    return drawing


def seen_in(bursts_of: BurstsOf, drawing: Sketch) -> Seen:
    view, active, _ = bursts_of(drawing)
    return Seen(view, active)


def test_a_limb_in_a_box_is_left_as_it_is_without_the_box(bursts_of: BurstsOf) -> None:
    alone = seen_in(bursts_of, Sketch(20.0, FPS).move(5.0, 5.24, LIMB))
    boxed = seen_in(bursts_of, with_box(Sketch(20.0, FPS).move(5.0, 5.24, LIMB), (5.12, 5.4, 5.8, 6.2)))
    left, (artifact,) = without_boxes(boxed, LIMITS)
    assert (artifact.kind, artifact.start_s) == ("overlay", pytest.approx(5.12, abs=0.05))
    assert "4 times" in artifact.detail
    (burst,), (same,) = bursts_in(*left), bursts_in(*alone)
    assert burst.duration_s == pytest.approx(same.duration_s, abs=1e-6)
    assert np.array_equal(burst.cells, same.cells)


@pytest.mark.parametrize("times_s", [(5.12,), (5.12, 5.8)])
def test_fewer_boxes_than_are_believed_stay(bursts_of: BurstsOf, times_s: tuple[float, ...]) -> None:
    seen = seen_in(bursts_of, with_box(Sketch(20.0, FPS), times_s))
    assert without_boxes(seen, LIMITS) == (seen, [])


def test_a_body_is_no_box(bursts_of: BurstsOf) -> None:
    drawing = Sketch(20.0, FPS)
    for time_s in (5.0, 7.0, 9.0, 11.0):
        drawing.move(time_s, time_s + STEP_S, np.s_[2:16, 4:18], snr=900.0)
    assert find_boxes(*seen_in(bursts_of, drawing), LIMITS) == []


def test_lines_that_come_slowly_are_no_box(bursts_of: BurstsOf) -> None:
    drawing = Sketch(20.0, FPS)
    for time_s in (5.0, 7.0, 9.0, 11.0):
        for side in SIDES:
            drawing.move(time_s, time_s + 0.2, side, snr=900.0)
    assert find_boxes(*seen_in(bursts_of, drawing), LIMITS) == []


def test_nothing_is_nothing(bursts_of: BurstsOf) -> None:
    seen = seen_in(bursts_of, Sketch(20.0, FPS))
    assert without_boxes(seen, LIMITS) == (seen, [])

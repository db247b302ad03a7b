"""Boxes that the camera draws around a limb go, and the limb stays."""

from dataclasses import replace

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
ASIDE = (np.s_[3:4, 5:19], np.s_[16:17, 5:19], np.s_[3:17, 5:6], np.s_[3:17, 18:19])
THICK = (np.s_[1:4, 3:19], np.s_[14:17, 3:19], np.s_[1:17, 3:6], np.s_[1:17, 16:19])
LIMB = np.s_[7:10, 9:12]


def with_box(drawing: Sketch, times_s: tuple[float, ...], sides: tuple[tuple[slice, slice], ...] = SIDES) -> Sketch:
    """A box that is there from one picture to the next shows for the lag alone."""
    for time_s in times_s:
        for side in sides:
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


def seen_over(bursts_of: BurstsOf, drawing: Sketch, n_frames: int) -> Seen:
    """What a drawing shows where a lag is one picture, or two as it is drawn."""
    view, active = seen_in(bursts_of, drawing)
    view = replace(view, lag_s=np.full_like(view.lag_s, n_frames / drawing.fps))
    if n_frames == 1:  # the second picture of each change is not there
        active = active.where(~np.isin(active.frame - 1, active.frame))
    return Seen(view, active)


@pytest.mark.parametrize("sides", [SIDES, THICK])
@pytest.mark.parametrize("n_frames", [1, 2])
def test_nothing_is_left_of_boxes_over_one_picture_or_two(
    bursts_of: BurstsOf, n_frames: int, sides: tuple[tuple[slice, slice], ...]
) -> None:
    seen = seen_over(bursts_of, with_box(Sketch(20.0, 10.0), (5.2, 6.4, 7.6, 8.8), sides), n_frames)
    left, artifacts = without_boxes(seen, LIMITS)
    assert len(seen.active) > 0
    assert len(left.active) == 0
    assert [artifact.kind for artifact in artifacts] == ["overlay"]


PATCH, EDGES = (np.s_[4:12, 8:16],), (np.s_[4:5, 8:18], np.s_[12:13, 8:18])


@pytest.mark.parametrize(
    ("n_frames", "stride", "places"),
    [(1, 1, PATCH), (2, 2, PATCH), (2, 4, PATCH), (1, 2, PATCH), (1, 1, EDGES), (1, 2, EDGES)],
)
def test_a_patch_of_a_thinned_frame_and_two_edges_of_a_limb_over_one_picture_stay(
    bursts_of: BurstsOf, n_frames: int, stride: int, places: tuple[tuple[slice, slice], ...]
) -> None:
    drawing = with_box(Sketch(20.0, 10.0), (5.2, 6.4, 7.6, 8.8), places)
    view, active = seen_over(bursts_of, drawing, n_frames)
    row, column = np.divmod(active.cell, view.grid.columns)
    view = replace(view, layer=replace(view.layer, stride=np.full_like(view.layer.stride, stride)))
    seen = Seen(view, active.where((row % stride == 0) & (column % stride == 0)))
    assert len(seen.active) > 0
    assert without_boxes(seen, LIMITS) == (seen, [])


def test_nothing_is_left_where_much_of_the_picture_moves(bursts_of: BurstsOf) -> None:
    # Of such a picture each second cell of each second row is kept, and no cell of a line has a neighbor.
    view, active = seen_in(bursts_of, with_box(Sketch(20.0, FPS), (5.2, 6.4, 7.6, 8.8), THICK))
    row, column = np.divmod(active.cell, view.grid.columns)
    thinned = replace(view, layer=replace(view.layer, stride=np.full_like(view.layer.stride, 2)))
    left, artifacts = without_boxes(Seen(thinned, active.where((row % 2 == 0) & (column % 2 == 0))), LIMITS)
    assert len(left.active) == 0
    assert len(artifacts) == 1


def test_what_is_drawn_twice_within_a_lag_goes_with_the_boxes_around_it(bursts_of: BurstsOf) -> None:
    drawing = with_box(Sketch(20.0, FPS).move(5.0, 5.24, LIMB), (5.12, 5.4, 5.8, 6.2))
    for time_s, sides in ((6.6, SIDES), (6.64, ASIDE)):
        drawing = with_box(drawing, (time_s,), sides)
    left, _ = without_boxes(seen_in(bursts_of, drawing), LIMITS)
    (burst,) = bursts_in(*left)
    assert burst.stop_s < 5.5


def with_ring(bursts_of: BurstsOf, box_times_s: tuple[float, ...], start_s: float, lasts_s: float) -> Seen:
    """A limb in boxes, and lines that close around nothing but change no cell just once."""
    drawing = with_box(Sketch(20.0, FPS).move(5.0, 5.24, LIMB), box_times_s)
    for side in THICK:
        drawing.move(start_s, start_s + lasts_s, side, snr=900.0)
    return seen_in(bursts_of, drawing)


def test_lines_that_close_go_where_boxes_are_drawn(bursts_of: BurstsOf) -> None:
    left, (artifact,) = without_boxes(with_ring(bursts_of, (5.12, 5.4, 5.8), 7.5, 0.08), LIMITS)
    (burst,) = bursts_in(*left)
    assert burst.stop_s < 5.5
    assert "lines as straight" in artifact.detail


@pytest.mark.parametrize(("start_s", "lasts_s"), [(7.5, 1.0), (12.0, 0.08)])
def test_what_goes_on_or_is_long_after_is_a_body_with_strong_edges(
    bursts_of: BurstsOf, start_s: float, lasts_s: float
) -> None:
    left, _ = without_boxes(with_ring(bursts_of, (5.12, 5.4, 5.8), start_s, lasts_s), LIMITS)
    assert [burst.start_s for burst in bursts_in(*left)][1:] == [pytest.approx(start_s, abs=0.1)]


def test_without_boxes_lines_that_close_stay(bursts_of: BurstsOf) -> None:
    seen = with_ring(bursts_of, (5.12,), 7.5, 0.3)
    assert without_boxes(seen, LIMITS) == (seen, [])


def test_sides_of_a_cell_are_no_error(bursts_of: BurstsOf) -> None:
    drawing = with_box(Sketch(20.0, FPS), (5.12, 5.4, 5.8)).move(6.5, 6.6, np.s_[4:6, 4:6], snr=900.0)
    limits = LIMITS.model_copy(update={"drawn_side": 0.4})
    assert without_boxes(seen_in(bursts_of, drawing), limits)[1]


@pytest.mark.parametrize("place", [np.s_[2:16, 4:18], np.s_[2:3, 4:18], np.s_[2:16, 4:8]], ids=["full", "line", "bar"])
def test_what_closes_around_nothing_is_no_ring(bursts_of: BurstsOf, place: tuple[slice, slice]) -> None:
    drawing = with_box(Sketch(20.0, FPS), (5.12, 5.4, 5.8)).move(12.0, 12.3, place, snr=900.0)
    (burst,) = bursts_in(*without_boxes(seen_in(bursts_of, drawing), LIMITS)[0])
    assert burst.start_s == pytest.approx(12.0, abs=0.1)


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

"""Lamps and text at one place are told; strokes of a limb at one place are not."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from detector.events.artifacts import Artifact
from detector.events.burst import Burst
from detector.events.bursts import find_parts
from detector.events.decide import decide
from detector.events.drawn import find_jumps, split_drawn
from detector.events.marks import find_steps, measure_marks, slow_marks
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch, find_in
from tests.traces import with_columns

PARAMS = Params()
LIMITS = PARAMS.artifact
PLACE = np.s_[3:6, 5:11]
FPS = 25.0
TIMES_S = (4.0, 9.3, 15.1)
STEP_S = 1e-5
"""A change that is there from one picture to the next shows for the lag alone."""

Split = Callable[..., tuple[list[Burst], list[Artifact]]]


@pytest.fixture
def split(bursts_of: BurstsOf) -> Split:
    def run(
        drawing: Sketch, lit_s: tuple[float, float] = (0.0, 0.0), params: Params = PARAMS
    ) -> tuple[list[Burst], list[Artifact]]:
        view, active, bursts = bursts_of(drawing)
        is_lit = (drawing.time_s >= lit_s[0]) & (drawing.time_s < lit_s[1])
        marks = [measure_marks(view, active, burst, PARAMS) for burst in bursts]
        return split_drawn(view, active, bursts, marks, is_lit, params)

    return run


def steps(times_s: tuple[float, ...] = TIMES_S, place: Any = PLACE, *, is_lamp: bool = False) -> Sketch:
    drawing = Sketch(20.0, FPS)
    for time_s in times_s:
        drawing.move(time_s, time_s + STEP_S, place, only_brightens=is_lamp)
    return drawing


def stroke(drawing: Sketch, start_s: float, *, cells: int = 4) -> Sketch:
    """A limb goes on from cell to cell, weakly at first, and comes back."""
    for k in range(cells):
        strength = (0.4, 1.0, 0.6, 0.3)[k % 4]
        place = np.s_[3:6, 5 + k : 8 + k]
        at_s = start_s + k / FPS
        drawing.move(at_s, at_s + 0.5 / FPS, place, snr=100 * strength, signed=10 * strength * (1 - 2 * (k % 2)))
    return drawing


@pytest.mark.parametrize(("is_lamp", "kind"), [(True, "lamp"), (False, "overlay")])
def test_three_times_at_one_place(split: Split, *, is_lamp: bool, kind: str) -> None:
    bursts, (artifact,) = split(steps(is_lamp=is_lamp))
    assert bursts == []
    assert artifact.kind == kind
    assert "3 times" in artifact.detail
    assert (artifact.x_px, artifact.y_px) == pytest.approx((80.0, 45.0))
    assert artifact.start_s == pytest.approx(4.0, abs=0.05)
    assert artifact.stop_s == pytest.approx(15.1, abs=0.15)


def test_twice_may_be_a_limb(split: Split) -> None:
    bursts, artifacts = split(steps(TIMES_S[:2]))
    assert (len(bursts), artifacts) == (2, [])


def test_three_strokes_of_a_limb_are_none(split: Split) -> None:
    drawing = Sketch(20.0, FPS)
    for time_s in TIMES_S:
        stroke(drawing, time_s)
    bursts, artifacts = split(drawing)
    assert (len(bursts), artifacts) == (3, [])


def test_jerks_that_are_out_and_back_within_a_few_pictures_are_none(split: Split) -> None:
    """On a slow camera each picture of a jerk shows one pattern or its opposite, as of something switched."""
    fps = 12.0
    for is_lamp, n_left in ((False, 5), (True, 0)):
        drawing = Sketch(30.0, fps)
        for time_s in (4.0, 8.0, 12.0, 16.0, 20.0):
            back_s = time_s + 2.0 / fps
            drawing.move(time_s, time_s + STEP_S, PLACE, signed=6.0, only_brightens=is_lamp)
            drawing.move(back_s, back_s + STEP_S, PLACE, signed=-6.0, only_brightens=is_lamp)
        bursts, artifacts = split(drawing)
        assert (len(bursts), len(artifacts)) == (n_left, int(is_lamp))


def test_three_places_are_none(split: Split) -> None:
    drawing = Sketch(20.0, FPS)
    for time_s, left in zip(TIMES_S, (2, 12, 22), strict=True):
        drawing.move(time_s, time_s + STEP_S, np.s_[3:6, left : left + 5])
    bursts, artifacts = split(drawing)
    assert (len(bursts), artifacts) == (3, [])


def test_a_place_where_a_limb_moves_as_well_is_judged(split: Split) -> None:
    drawing = steps()
    for time_s in (6.0, 8.0, 12.0, 17.0):
        stroke(drawing, time_s)
    bursts, artifacts = split(drawing)
    assert (len(bursts), artifacts) == (7, [])


def test_a_step_that_is_taken_back_exactly_is_drawn_at_once(split: Split) -> None:
    drawing = Sketch(20.0, FPS).move(5.0, 5.0 + STEP_S, PLACE, signed=4.0)
    bursts, (artifact,) = split(drawing.move(9.0, 9.0 + STEP_S, PLACE, signed=-4.0))
    assert bursts == []
    assert artifact.kind == "overlay"


@pytest.mark.parametrize(("snr", "is_text", "n_left"), [(400.0, True, 0), (400.0, False, 1), (20.0, True, 1)])
def test_a_text_of_which_only_the_begin_is_seen(split: Split, snr: float, *, is_text: bool, n_left: int) -> None:
    """Strong, of one sign and complete within one picture; a limb displaces, or is weaker."""
    drawing = Sketch(20.0, FPS).move(5.0, 5.0 + STEP_S, PLACE, snr=snr, only_brightens=is_text)
    bursts, artifacts = split(drawing)
    assert (len(bursts), len(artifacts)) == (n_left, 1 - n_left)
    assert len(split(drawing, params=with_values(PARAMS, {"rules.without": "strong step"}))[0]) == 1


def test_a_text_that_is_mostly_too_faint_to_tell_is_drawn_and_a_limb_at_such_times_is_not(split: Split) -> None:
    """Noise makes two pictures of one faint step less alike; a limb is unlike itself."""
    step = np.zeros((Sketch.rows, Sketch.columns))
    step[PLACE] = 3.0 * (1 - 2 * (np.indices(step[PLACE].shape).sum(axis=0) % 2))
    other = np.zeros_like(step)
    other[PLACE] = 3.0 * (1 - 2 * (np.indices(step[PLACE].shape)[0] % 2))
    for likeness, n_left in ((0.7, 0), (0.2, 7)):
        drawing = steps((3.0, 8.0, 13.0))
        for time_s in (4.4, 6.0, 9.6, 11.2):
            drawing.paint(time_s - 0.01, time_s + 0.03, step, snr=9.0)
            second = 1.2 * (likeness * step + np.sqrt(1.0 - likeness**2) * other)
            drawing.paint(time_s + 0.03, time_s + 0.07, second, snr=9.0)
        bursts, _ = split(drawing)
        assert len(bursts) == n_left


def test_a_thin_frame_around_nothing_is_drawn_and_a_full_box_is_not(split: Split) -> None:
    drawing = Sketch(20.0, FPS)
    for side in (np.s_[3:4, 5:17], np.s_[13:14, 5:17], np.s_[3:14, 5:6], np.s_[3:14, 16:17]):
        drawing.move(5.0, 5.0 + STEP_S, side)
    bursts, (artifact,) = split(drawing)
    assert (bursts, artifact.detail.split()[-1]) == ([], "once")
    bursts, artifacts = split(steps((5.0,), np.s_[3:14, 5:13]))
    assert (len(bursts), artifacts) == (1, [])


def test_a_light_hides_the_marks_of_what_is_drawn_there(split: Split) -> None:
    drawing = stroke(steps(), 18.0)
    bursts, _ = split(drawing, lit_s=(17.5, 19.0))
    assert bursts == []


def test_marks_of_a_step_and_of_a_stroke(bursts_of: BurstsOf) -> None:
    view, active, (step, moved) = bursts_of(stroke(steps((4.0,)), 9.0))
    marks = measure_marks(view, active, step, PARAMS)
    assert (marks.is_switched, marks.is_step) == (True, True)
    assert marks.one_sign == pytest.approx(0.0, abs=0.01)
    assert not measure_marks(view, active, moved, PARAMS).is_switched


@pytest.mark.parametrize(("lag_s", "is_step"), [(0.14, True), (0.1, False)])
def test_of_pictures_at_uneven_times_one_more_may_look_back_past_a_step(*, lag_s: float, is_step: bool) -> None:
    drawing = Sketch(20.0, 20.0)
    change = np.zeros((drawing.rows, drawing.columns))
    change[4:8, 10:14] = np.arange(16.0).reshape(4, 4) - 3.0
    trace = drawing.paint(4.99, 5.14, change, snr=300.0).trace()
    lags_s = trace.frames.lag_s.copy()
    lags_s[(trace.frames.time_s > 5.09) & (trace.frames.time_s < 5.11)] = lag_s
    found = find_in(with_columns(trace, lag_s=lags_s))
    assert measure_marks(found.view, found.active, found.bursts[0], PARAMS).is_step == is_step


def test_steps_move_by_themselves(bursts_of: BurstsOf) -> None:
    view, active, _ = bursts_of(stroke(steps((4.0,)), 9.0))
    parts = find_parts(view, active, PARAMS)
    (step,) = find_steps(view, active, parts, PARAMS)
    assert step.start_s == pytest.approx(4.0, abs=0.05)


def test_nothing_is_nothing(split: Split) -> None:
    assert split(Sketch(5.0, FPS)) == ([], [])


@pytest.mark.parametrize(("n_places", "n_found"), [(3, 3), (2, 0)])
def test_a_picture_that_goes_on_after_a_stop_jumps_at_many_places(
    bursts_of: BurstsOf, n_places: int, n_found: int
) -> None:
    drawing = stroke(Sketch(20.0, FPS), 12.0)
    for place in (np.s_[2:5, 2:5], np.s_[2:5, 20:24], np.s_[13:16, 10:14])[:n_places]:
        drawing.move(5.0, 5.0 + STEP_S, place)
    view, active, bursts = bursts_of(drawing)
    assert len(bursts) == n_places + 1
    marks = [measure_marks(view, active, burst, PARAMS) for burst in bursts]
    assert len(find_jumps(active, bursts, marks, LIMITS)) == n_found


def test_a_level_that_goes_on_in_steps_is_switched_and_a_limb_that_does_is_not(bursts_of: BurstsOf) -> None:
    drawing = Sketch(20.0, FPS)
    for k in range(4):
        drawing.move(4.0 + 0.24 * k, 4.0 + 0.24 * k + STEP_S, np.s_[3:6, 5 + k : 8 + k], snr=100.0)
    for k in range(4):
        drawing.move(12.0 + 0.24 * k, 12.05 + 0.24 * k, np.s_[3:6, 5 + k : 8 + k], snr=100.0)
    view, active, (level, limb) = bursts_of(drawing)
    marks = measure_marks(view, active, level, PARAMS)
    assert (marks.is_switched, marks.is_step, marks.times) == (True, False, 4)
    assert not measure_marks(view, active, limb, PARAMS).is_switched


@pytest.mark.parametrize(("strength", "is_switched"), [(0.15, True), (0.8, False)])
def test_what_is_faint_beside_the_steps_of_a_level_may_be_noise(
    bursts_of: BurstsOf, strength: float, *, is_switched: bool
) -> None:
    """Two steps, and before them one whose two pictures are unlike each other."""
    step = np.zeros((Sketch.rows, Sketch.columns))
    step[PLACE] = 10.0 * (1 - 2 * (np.indices(step[PLACE].shape).sum(axis=0) % 2))
    turned = step * (1 - 2 * (np.indices(step.shape)[0] % 2))
    drawing = Sketch(20.0, FPS)
    for at_s, change in ((4.0, step), (4.24, -step)):
        drawing.paint(at_s - 0.01, at_s + 0.07, change, snr=100.0)
    drawing.paint(3.75, 3.79, strength * step, snr=100.0 * strength**2)
    drawing.paint(3.79, 3.83, strength * turned, snr=100.0 * strength**2)
    view, active, (level,) = bursts_of(drawing)
    assert measure_marks(view, active, level, PARAMS).is_switched == is_switched


@pytest.mark.parametrize(
    ("strengths", "signs", "one_sign", "is_switched", "is_step"),
    [
        ((1.0,), (1,), 0.9, True, True),  # a lamp goes on
        ((1.0, 0.0, 0.98), (1, 0, -1), 0.95, True, False),  # a banner comes, and goes after two pictures
        ((1.0, 0.6), (1, -1), 0.6, False, False),  # a limb is out, and on its way back
        ((0.5, 1.0, 0.4), (1, 1, -1), 0.5, False, False),  # a limb goes further and further
        ((1.0,), (1,), 0.1, False, False),  # something was displaced: as much is brighter as is darker
    ],
)
def test_what_a_slow_camera_shows_of_what_is_drawn_is_one_picture_long(
    strengths: tuple[float, ...], signs: tuple[int, ...], one_sign: float, *, is_switched: bool, is_step: bool
) -> None:
    """A lag is one picture there, so that nothing is seen twice."""
    patterns = [{5: 9.0 * sign, 6: 7.0 * sign} for sign in signs if sign]
    marks = slow_marks(np.array(strengths), patterns, one_sign, patterns[0], LIMITS)
    assert (marks.is_switched, marks.is_step) == (is_switched, is_step)


def test_a_slow_camera_shows_another_change_by_its_pattern() -> None:
    marks = slow_marks(np.array([1.0, 0.0, 1.0]), [{5: 9.0, 6: 1.0}, {5: 1.0, 6: 9.0}], 0.9, {}, LIMITS)
    assert not marks.is_switched


def test_a_jump_is_no_twitch_and_would_be_one_without_the_rule() -> None:
    drawing = Sketch(20.0, FPS)
    for row, column in ((1, 2), (1, 20), (10, 8)):
        drawing.move(5.0, 5.0 + STEP_S, np.s_[row : row + 3, column : column + 3])
    trace = drawing.trace()
    assert decide(trace, PARAMS).events == ()
    (event,) = decide(trace, with_values(PARAMS, {"rules.without": "jump"})).events
    assert event.kind == "twitch"

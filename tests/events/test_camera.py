"""Stretches in which the camera or the light moved the picture, and what they hide."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.camera import Stretch, find_camera
from detector.events.decide import decide
from detector.motion.pictures.camera import Cause
from detector.motion.trace import MotionTrace
from detector.params import Params, with_values
from tests.drawing import Sketch

LIMITS = Params().artifact
FPS = 15.0
SECONDS = 20.0


def caused(
    drawing: Sketch,
    cause: Cause,
    when_s: tuple[float, float],
    *,
    changed: float = 0.8,
    left: float = 0.0,
    **columns: object,
) -> MotionTrace:
    """Frames of one cause, of which so much of the picture changed and so much is left."""
    inside = (drawing.time_s >= when_s[0]) & (drawing.time_s < when_s[1])

    def when(value: float) -> NDArray[np.float32]:
        return np.where(inside, value, 0.0).astype(np.float32)

    shift_px = np.stack([when(3.0 if cause is Cause.SHIFT else 0.0), when(0.0)], axis=1)
    return drawing.trace(
        cause=np.where(inside, cause, 0).astype(np.uint8),
        changed_fraction=when(changed),
        moved_fraction=when(left),
        light=when(0.4 if cause is Cause.LIGHT else 0.0),
        shift_px=shift_px,
        **columns,
    )


def stretches(
    cause: Cause, start_s: float, stop_s: float, *, changed: float = 0.8, left: float = 0.0, **columns: object
) -> list[Stretch]:
    """What is made of them."""
    drawing = Sketch(SECONDS, FPS)
    return list(find_camera(caused(drawing, cause, (start_s, stop_s), changed=changed, left=left, **columns), LIMITS))


@pytest.mark.parametrize(
    ("cause", "lasts_s", "kind", "words"),
    [
        (Cause.SHIFT, 0.5, "bump", "up to 3.0 px"),
        (Cause.SHIFT, 6.0, "camera moves", "up to 3.0 px"),
        (Cause.FOCUS, 2.0, "focus", "focus"),
        (Cause.LIGHT, 1.0, "light", "+40.0%"),
    ],
)
def test_what_a_cause_is_called(cause: Cause, lasts_s: float, kind: str, words: str) -> None:
    (found,) = stretches(cause, 8.0, 8.0 + lasts_s)
    assert found.kind == kind
    assert words in found.detail
    # After the camera moved, as in another light, what was learned of a cell before says nothing of it.
    assert found.is_other == (kind != "focus")
    # Longer movement of the camera begins and ends too slowly to be seen at once.
    margin_s = LIMITS.camera_pause_s if kind in {"camera moves", "focus"} else 0.0
    assert found.start == pytest.approx((8.0 - margin_s) * FPS, abs=2)
    assert found.stop >= (8.0 + lasts_s) * FPS - 1


@pytest.mark.parametrize(("back", "is_other"), [(1.0, False), (0.3, True)])
def test_a_knock_that_leaves_the_picture_elsewhere_is_another_view(back: float, *, is_other: bool) -> None:
    """One that rings and comes to rest where it was is none."""
    drawing = Sketch(SECONDS, FPS)
    shift_px = np.zeros((len(drawing.time_s), 2), np.float32)
    shift_px[120:124, 0], shift_px[124:128, 0] = 6.0, -6.0 * back
    trace = drawing.trace(
        cause=np.where(shift_px.any(axis=1), Cause.SHIFT, 0).astype(np.uint8),
        changed_fraction=np.where(shift_px.any(axis=1), 0.8, 0.0).astype(np.float32),
        shift_px=shift_px,
    )
    (found,) = find_camera(trace, LIMITS)
    assert (found.kind, found.is_other) == ("bump", is_other)


def test_a_slow_zoom_is_no_bump_however_little_of_it_is_seen() -> None:
    drawing = Sketch(SECONDS, FPS)
    inside = (drawing.time_s >= 8.0) & (drawing.time_s < 9.0)
    # A knock that turns the picture about its middle hardly moves that, but changes much.
    slow_s = LIMITS.camera_pause_s
    for shift_px, changed, kind, margin_s in (
        (0.3, 0.08, "camera moves", slow_s),
        (1.0, 0.08, "bump", 0.0),
        (0.0, 0.6, "bump", 0.0),
    ):
        trace = drawing.trace(
            cause=np.where(inside, Cause.SHIFT, 0).astype(np.uint8),
            changed_fraction=np.where(inside, changed, 0.0).astype(np.float32),
            shift_px=np.stack([np.where(inside, shift_px, 0.0), np.zeros(len(inside))], axis=1).astype(np.float32),
        )
        (found,) = find_camera(trace, LIMITS)
        assert found.kind == kind
        assert found.start == pytest.approx((8.0 - margin_s) * FPS, abs=2)


def test_edges_that_sharpen_are_no_movement_and_would_be_one_without_the_rule() -> None:
    drawing = Sketch(SECONDS, FPS).move(9.0, 9.3, np.s_[4:8, 10:14])
    trace = caused(drawing, Cause.FOCUS, (8.0, 10.0), left=0.5)
    assert decide(trace, Params()).events == ()
    (event,) = decide(trace, with_values(Params(), {"rules.without": "focus, beside cause"})).events
    assert event.kind == "twitch"


def test_light_hides_nothing_that_is_explained_and_the_camera_hides_all() -> None:
    (light,), (moves,) = stretches(Cause.LIGHT, 8.0, 9.0), stretches(Cause.SHIFT, 8.0, 14.0)
    assert len(light.blind) == 0
    assert np.array_equal(moves.blind, np.arange(moves.start, moves.stop))


def test_light_hides_what_it_leaves_most_of() -> None:
    (light,) = stretches(Cause.LIGHT, 8.0, 9.0, left=0.5)
    # A difference looks back by a lag, and an encoder has to settle.
    assert set(range(118, 135)) <= set(light.blind.tolist())
    assert light.blind.max() < 9.0 * FPS + LIMITS.settle_max_s * FPS
    (light,) = stretches(Cause.LIGHT, 8.0, 9.0, left=0.3)
    assert len(light.blind) == 0


@pytest.mark.parametrize(("only_brightens", "n_hidden"), [(True, 2), (False, 0)])
def test_where_a_light_begins_too_little_is_lit_to_tell(*, only_brightens: bool, n_hidden: int) -> None:
    drawing = Sketch(SECONDS, FPS).move(7.8, 7.81, np.s_[:, :3], only_brightens=only_brightens)
    inside = (drawing.time_s >= 8.0) & (drawing.time_s < 9.0)
    changed = np.where(inside, 0.6, 0.0).astype(np.float32)
    changed[118:120] = 0.03
    trace = drawing.trace(cause=np.where(inside, Cause.LIGHT, 0).astype(np.uint8), changed_fraction=changed)
    (light,) = find_camera(trace, LIMITS)
    assert len(light.blind) == n_hidden


@pytest.mark.parametrize(("back_s", "is_other"), [(9.0, False), (99.0, True)])
def test_a_light_that_goes_back_at_once_is_no_other_light(back_s: float, *, is_other: bool) -> None:
    drawing = Sketch(SECONDS, FPS)
    up = (drawing.time_s >= 8.0) & (drawing.time_s < 8.0 + 2 / FPS)
    down = (drawing.time_s >= back_s) & (drawing.time_s < back_s + 2 / FPS)
    is_lit = up | down
    trace = drawing.trace(
        cause=np.where(is_lit, Cause.LIGHT, 0).astype(np.uint8),
        changed_fraction=is_lit.astype(np.float32),
        light=np.select([up, down], [0.4, 1 / 1.4 - 1], 0.0).astype(np.float32),
    )
    assert [stretch.is_other for stretch in find_camera(trace, LIMITS)] == [is_other]


def test_a_missing_picture_makes_no_bump_of_a_slow_zoom() -> None:
    """The picture after it is compared with an older one, so more of it is displaced, and further."""
    drawing = Sketch(SECONDS, FPS)
    inside = (drawing.time_s >= 8.0) & (drawing.time_s < 9.0)
    late = np.arange(len(inside)) == 125
    lag_s = np.where(late, 4 / FPS, 2 / FPS).astype(np.float32)
    trace = drawing.trace(
        cause=np.where(inside, Cause.SHIFT, 0).astype(np.uint8),
        changed_fraction=np.select([late, inside], [0.3, 0.08], 0.0).astype(np.float32),
        shift_px=np.stack([np.select([late, inside], [1.5, 0.3], 0.0), 0.0 * inside], axis=1).astype(np.float32),
        lag_s=lag_s,
    )
    assert [found.kind for found in find_camera(trace, LIMITS)] == ["camera moves"]


def test_causes_a_moment_apart_are_one() -> None:
    drawing = Sketch(SECONDS, FPS)
    for second_s, n_found in ((8.9, 1), (12.0, 2)):
        inside = (abs(drawing.time_s - 8.0) < 0.2) | (abs(drawing.time_s - second_s) < 0.2)
        trace = drawing.trace(
            cause=np.where(inside, Cause.LIGHT, 0).astype(np.uint8), changed_fraction=inside.astype(np.float32)
        )
        assert len(list(find_camera(trace, LIMITS))) == n_found


def test_a_cause_of_a_small_change_is_told_too() -> None:
    # Warnings are errors here: no change of the stretch is large.
    (found,) = stretches(Cause.LIGHT, 8.0, 9.0, changed=0.08)
    assert found.kind == "light"


def test_a_moment_in_which_a_body_hardly_moves_is_no_cause() -> None:
    drawing = Sketch(SECONDS, FPS)
    change = np.where((drawing.time_s >= 8.0) & (drawing.time_s < 12.0), 0.4, 0.0).astype(np.float32)
    cause = np.zeros(len(change), np.uint8)
    cause[148:150] = Cause.SHIFT
    change[148:150] = 0.06
    trace = drawing.trace(cause=cause, moved_fraction=change, changed_fraction=change)
    assert list(find_camera(trace, LIMITS)) == []


def test_single_frames_in_a_large_body_are_no_cause() -> None:
    drawing = Sketch(SECONDS, FPS)
    moving = (drawing.time_s >= 8.0) & (drawing.time_s < 10.0)
    one = np.zeros(len(moving), np.uint8)
    one[[122, 133, 144]] = Cause.SHIFT
    large = np.where(moving, 0.3, 0.0).astype(np.float32)
    assert list(find_camera(drawing.trace(cause=one, moved_fraction=large, changed_fraction=large), LIMITS)) == []


@pytest.mark.parametrize(
    ("lasts_s", "only_brightens", "kinds"),
    [(0.1, True, ["light"]), (0.1, False, ["bump"]), (3.0, False, []), (3.0, True, ["light"])],
)
def test_a_whole_picture_that_changes_without_a_cause(lasts_s: float, only_brightens: bool, kinds: list[str]) -> None:
    trace = Sketch(SECONDS, FPS).move(8.0, 8.0 + lasts_s, np.s_[:, :], only_brightens=only_brightens).trace()
    found = list(find_camera(trace, LIMITS))
    assert [stretch.kind for stretch in found] == kinds
    for stretch in found:
        assert set(range(round(8.0 * FPS), round((8.0 + lasts_s) * FPS))) <= set(stretch.blind.tolist())


def test_nothing_is_nothing() -> None:
    assert list(find_camera(Sketch(5.0, FPS).trace(), LIMITS)) == []

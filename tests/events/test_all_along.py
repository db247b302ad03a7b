"""What moves from the first picture to the last: the movement that was filmed, or something in the background."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detector.events.all_along import is_drawn
from detector.events.decide import Decision, decide
from detector.events.event import Event, EventKind
from detector.events.marks import Marks
from detector.events.wholes import with_all_along
from detector.footage.region import Region, RegionSet
from detector.motion.trace import MotionTrace
from detector.params import Params, with_values
from tests.drawing import Sketch, find_in, swing
from tests.traces import with_columns

PARAMS = Params()
FPS = 10.0
LENGTH_S = 70.0
INSIDE = np.s_[6:11, 12:17]
AT_BORDER = np.s_[0:5, 12:17]
Place = tuple[slice, slice]


def wander(seed: int = 1) -> Callable[[float], float]:
    """Something that moves to and fro without a rate."""
    values = np.random.default_rng(seed).normal(0.0, 5.0, round(LENGTH_S * FPS) + 1)
    return lambda time_s: float(values[round(time_s * FPS)])


def always(drawing: Sketch, *places: Place, lag_s: float | None = None) -> MotionTrace:
    """The trace of a drawing in which the floors were measured to move at some places in each block."""
    plain = drawing.trace()
    if lag_s is not None:
        plain = with_columns(plain, lag_s=np.full(len(plain.frames), lag_s, np.float32))
    duty = np.zeros((8, plain.grid.rows, plain.grid.columns), np.uint8)
    for place in places:
        duty[:, *place] = 200
    return with_columns(
        plain,
        floor=np.ones((8, plain.grid.n_cells), np.float16),
        duty=duty.reshape(8, -1),
        block_start_s=np.linspace(0.0, LENGTH_S, 8, endpoint=False),
        level=np.ones(8, np.float32),
    )


def moving(signed: Callable[[float], float], place: Place = INSIDE, drawing: Sketch | None = None) -> Sketch:
    """Something that moves all along, at both lags."""
    drawing = (drawing or Sketch(LENGTH_S, FPS)).move(0.5, LENGTH_S - 0.5, place, signed=signed)
    return drawing.move(0.5, LENGTH_S - 0.5, place, signed=signed, layer="slow")


def told(decision: Decision) -> list[tuple[str, float]]:
    return [(event.kind, round(event.duration_s)) for event in decision.events]


def movers(decision: Decision) -> int:
    return sum(artifact.kind == "mover" for artifact in decision.artifacts)


def test_a_limb_that_swings_close_to_the_border_is_no_curtain() -> None:
    """Its place keeps off the border by a cell; one that reaches it hangs into the picture."""
    for first_row, n_movers in ((1, 0), (0, 1)):
        place = np.s_[first_row : first_row + 5, 12:17]
        decision = decide(always(moving(swing(1.0), place), place), PARAMS)
        assert (len(decision.events), movers(decision)) == (1 - n_movers, n_movers)


@pytest.mark.parametrize("rate_hz", [0.4, 1.0, 2.0])
def test_a_limb_that_swings_all_along_is_a_rhythm(rate_hz: float) -> None:
    decision = decide(always(moving(swing(rate_hz)), INSIDE), PARAMS)
    assert told(decision) == [("rhythmic", 69)]
    assert decision.events[0].rate_hz == pytest.approx(rate_hz, abs=0.02)
    assert decision.events[0].reason.endswith("as long as the recording")
    assert movers(decision) == 0


def test_what_moves_all_along_without_a_rate_is_restless_and_makes_no_twitch() -> None:
    decision = decide(always(moving(wander()), INSIDE), PARAMS)
    assert told(decision) == [("restless", 69)]
    assert "moving all the time" in decision.events[0].reason


def test_an_infant_who_swings_unevenly_is_restless() -> None:
    """As in a burst of its own, where it would pass: its strokes are alike, but of 0.6 to 2 Hz."""
    rng = np.random.default_rng(3)
    knots_s = np.cumsum(rng.uniform(0.5, 1.6, 200))
    phase = np.interp(np.arange(round(LENGTH_S * FPS) + 1) / FPS, knots_s, np.arange(200))
    uneven = moving(lambda time_s: 6.0 * float(np.cos(2.0 * np.pi * phase[round(time_s * FPS)])))
    assert told(decide(always(uneven, INSIDE), PARAMS)) == [("restless", 69)]
    brief = Sketch(LENGTH_S, FPS).move(
        20.0, 40.0, INSIDE, signed=lambda time_s: 6.0 * float(np.cos(2.0 * np.pi * phase[round(time_s * FPS)]))
    )
    assert [event.kind for event in decide(brief.trace(), PARAMS).events] == ["rhythmic"]


def test_what_swings_faster_than_the_pictures_come_has_no_rate_that_can_be_told() -> None:
    trace = always(Sketch(LENGTH_S, FPS).move(0.5, LENGTH_S - 0.5, INSIDE, signed=swing(3.4)), INSIDE)
    assert told(decide(trace, PARAMS)) == [("restless", 69)]
    assert told(decide(trace, with_values(PARAMS, {"rules.without": "too fast"}))) == []


def test_two_places_without_a_rate_are_one_infant_and_a_rhythm_beside_them_is_told_by_itself() -> None:
    arm, leg, head = INSIDE, np.s_[6:11, 24:29], np.s_[11:16, 4:9]
    drawing = moving(swing(1.0), head, moving(wander(2), leg, moving(wander())))
    decision = decide(always(drawing, arm, leg, head), PARAMS)
    assert sorted(told(decision)) == [("restless", 69), ("rhythmic", 69)]


def test_what_hangs_into_the_picture_is_a_mover() -> None:
    decision = decide(always(moving(swing(1.0), AT_BORDER), AT_BORDER), PARAMS)
    assert told(decision) == []
    assert movers(decision) == 1


def test_what_swings_so_gently_that_the_short_lag_hardly_shows_it_may_breathe_and_is_no_event() -> None:
    drawing = Sketch(LENGTH_S, FPS).move(0.5, LENGTH_S - 0.5, INSIDE, signed=swing(0.6), layer="slow")
    decision = decide(always(drawing, INSIDE), PARAMS)
    assert (told(decision), movers(decision)) == ([], 1)


@pytest.mark.parametrize(("starts_s", "n_movers"), [(10.0, 0), (4.0, 1)])
def test_what_is_seen_to_begin_is_no_mover_at_either_lag(starts_s: float, n_movers: int) -> None:
    drawing = Sketch(LENGTH_S, FPS).move(starts_s, LENGTH_S - 0.5, INSIDE, signed=swing(0.6), layer="slow")
    trace = always(drawing, INSIDE)
    duty = trace.noise.blocks.duty.copy()
    duty[0] = duty[0] * ((LENGTH_S / 8 - starts_s) / (LENGTH_S / 8)) if starts_s < LENGTH_S / 8 else 0
    duty[1:][duty[1:] > 0] = 255
    decision = decide(with_columns(trace, duty=duty), PARAMS)
    assert movers(decision) == n_movers
    assert [kind for kind, _ in told(decision)] == ["rhythmic"] * (1 - n_movers)


def test_a_picture_that_stands_still_for_a_block_is_no_rest() -> None:
    drawing = Sketch(LENGTH_S, FPS).move(0.5, LENGTH_S - 0.5, INSIDE, signed=swing(0.6), layer="slow")
    trace = always(drawing, INSIDE)
    duty = trace.noise.blocks.duty.copy()
    duty[0] = 0
    duty[1:][duty[1:] > 0] = 255
    is_frozen = trace.frames.time_s < LENGTH_S / 8
    assert movers(decide(with_columns(trace, duty=duty, is_frozen=is_frozen), PARAMS)) == 1


def test_outside_of_the_regions_that_are_judged_it_is_no_event() -> None:
    trace = always(moving(swing(1.0)), INSIDE)
    left = ((0.0, 0.0), (110.0, 0.0), (110.0, 180.0), (0.0, 180.0))
    right = ((110.0, 0.0), (320.0, 0.0), (320.0, 180.0), (110.0, 180.0))
    assert told(decide(trace, PARAMS, RegionSet((Region("left", left, "only"),)))) == []
    assert told(decide(trace, PARAMS, RegionSet((Region("right", right, "only"),)))) == [("rhythmic", 69)]


def test_a_twitch_elsewhere_is_one_all_the_same() -> None:
    drawing = moving(swing(1.0)).move(30.0, 30.2, np.s_[12:15, 26:29])
    assert sorted(kind for kind, _ in told(decide(always(drawing, INSIDE), PARAMS))) == ["rhythmic", "twitch"]


@pytest.mark.parametrize(
    "change", [{"rules.without": "all along"}, {"artifact.mover_alone_s": 60.0}], ids=["without the rule", "in a night"]
)
def test_else_what_moves_all_the_time_is_a_mover(change: dict[str, object]) -> None:
    decision = decide(always(moving(swing(1.0)), INSIDE), with_values(PARAMS, change))
    assert (told(decision), movers(decision)) == ([], 1)


def test_a_lamp_that_blinks_all_along_is_no_rhythm() -> None:
    drawing = Sketch(LENGTH_S, FPS)
    for number, start_s in enumerate(np.arange(1.0, LENGTH_S - 2.0, 1.0).tolist()):
        drawing.move(start_s, start_s + 1e-5, INSIDE, snr=60.0, signed=8.0 if number % 2 else -8.0, only_brightens=True)
    decision = decide(always(drawing, INSIDE), PARAMS)
    assert told(decision) == []
    assert "lamp" in {artifact.kind for artifact in decision.artifacts}


def toggling(drawing: Sketch, every_s: float, *, longer: bool = False) -> Sketch:
    """A place changes within a picture (`longer`: often two), most of it one way, the rest the other."""
    bright, dark = np.s_[6:11, 12:16], np.s_[6:11, 16:17]
    for number, start_s in enumerate(np.arange(1.0, LENGTH_S - 2.0, every_s).tolist()):
        to_and_fro = 8.0 if number % 2 else -8.0
        stop_s = start_s + (1.0 / FPS if longer and number * 7 % 5 < 3 else 0.0) + 1e-5
        for place, signed in ((bright, to_and_fro), (dark, -to_and_fro)):
            drawing.move(start_s, stop_s, place, snr=60.0, signed=signed, only_brightens=True)
    return drawing


def test_strokes_of_a_limb_of_which_a_slow_camera_shows_many_in_one_picture_are_no_lamp() -> None:
    decision = decide(always(toggling(Sketch(LENGTH_S, FPS), 0.5, longer=True), INSIDE, lag_s=1.0 / FPS), PARAMS)
    assert [kind for kind, _ in told(decision)] == ["rhythmic"]
    assert decision.events[0].rate_hz == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize("fps", [10.0, 15.0, 25.0])
@pytest.mark.parametrize("every_s", [0.5, 1.0])
def test_what_is_drawn_anew_all_along_is_no_rhythm_at_any_rate_of_pictures(fps: float, every_s: float) -> None:
    decision = decide(always(toggling(Sketch(LENGTH_S, fps), every_s), INSIDE), PARAMS)
    assert told(decision) == []
    assert "overlay" in {artifact.kind for artifact in decision.artifacts}


@pytest.mark.parametrize(
    ("lag_frames", "n_sudden", "one_sign", "drawn"),
    [
        (1, 18, 0.5, True),
        (1, 9, 0.5, False),
        (1, 9, 0.95, True),
        (1, 3, 0.95, False),
        (2, 9, 0.5, True),
        (2, 3, 0.95, False),
    ],
)
def test_on_a_slow_camera_some_sudden_changes_are_a_limb_unless_they_look_like_a_lamp(
    lag_frames: int, n_sudden: int, one_sign: float, *, drawn: bool
) -> None:
    view = find_in(Sketch(20.0, FPS).move(5.0, 5.3, INSIDE).trace()).view
    view = replace(view, lag_s=np.full(len(view.lag_s), lag_frames / FPS, np.float32))
    marks = [Marks(number < n_sudden, is_step=False, one_sign=one_sign, pattern={}) for number in range(20)]
    assert is_drawn(view, marks, PARAMS.artifact) is drawn


def quick(signed: Callable[[float], float], stop_s: float = LENGTH_S - 0.5, place: Place = INSIDE) -> Sketch:
    """Something that moves at the short lag alone."""
    return Sketch(LENGTH_S, FPS).move(0.5, stop_s, place, signed=signed)


@pytest.mark.parametrize("stop_s", [0.51, 1.0, 2.0])
def test_a_place_with_hardly_a_picture_of_movement_is_no_event_and_no_error(stop_s: float) -> None:
    assert told(decide(always(quick(swing(3.4), stop_s), INSIDE), PARAMS)) == []


def test_what_shimmers_at_no_rate_or_pulses_now_and_then_is_not_too_fast_to_tell() -> None:
    noise = wander()
    for drawing in (quick(lambda t: noise(t + 1.0 / FPS) - noise(t)), toggling(Sketch(LENGTH_S, FPS), 1.0)):
        assert "restless" not in [kind for kind, _ in told(decide(always(drawing, INSIDE), PARAMS))]


def test_two_places_without_a_rate_are_as_long_and_as_large_as_both() -> None:
    other = np.s_[6:11, 24:29]
    drawing = moving(wander(), INSIDE, quick(swing(3.4), place=other))
    decision = decide(always(drawing, INSIDE, other), PARAMS)
    assert told(decision) == [("restless", 69)]
    left, _, right, _ = decision.events[0].box_px
    assert (left, right) == pytest.approx((120.0, 290.0), abs=30.0)


def test_what_is_told_as_an_event_hides_nothing_of_the_time_that_was_judged() -> None:
    large = np.s_[3:15, 5:13]
    decision = decide(always(moving(swing(1.0), large), large), PARAMS)
    assert told(decision) == [("rhythmic", 69)]
    assert decision.judged


@pytest.mark.parametrize("snr", [60.0, 2000.0])
def test_a_body_that_turns_meanwhile_is_told_beside_the_rhythm_and_faint_outskirts_are_not(snr: float) -> None:
    drawing = moving(swing(1.0)).move(30.0, 33.0, np.s_[1:17, 2:22], snr=snr)
    drawing.move(50.0, 50.3, np.s_[11:13, 13:15], snr=8.0)
    decision = decide(always(drawing, INSIDE), PARAMS)
    assert told(decision) == [("rhythmic", 69), ("gross", 3)]
    assert decision.events[0].rate_hz == pytest.approx(1.0, abs=0.02)


def at(kind: EventKind, start_s: float, stop_s: float, x_px: float, **changes: object) -> Event:
    """An event 20 px wide."""
    box_px = (x_px - 10.0, 40.0, x_px + 10.0, 60.0)
    made = Event(kind, start_s, stop_s, start_s, x_px, 50.0, 0.01, 30.0, np.nan, np.nan, 0.9, False, box_px, "")
    return replace(made, **changes)


@pytest.mark.parametrize("kind", ["restless", "movement"])
def test_what_moves_at_another_place_of_a_restless_infant_is_of_it(kind: EventKind) -> None:
    whole, other = at("restless", 1.0, 60.0, 100.0), at(kind, 0.5, 40.0, 250.0)
    twitch = at("twitch", 62.0, 62.3, 250.0)
    assert len(with_all_along([other, twitch], [whole], 15.0, 0.2, is_one=False)) == 3
    one, left = with_all_along([other, twitch], [whole], 15.0, 0.2)
    assert (one.kind, one.start_s, one.stop_s, one.box_px) == ("restless", 0.5, 60.0, (90.0, 40.0, 260.0, 60.0))
    assert left == twitch


@pytest.mark.parametrize(
    ("x_px", "rate_hz", "n_events"),
    [(120.0, 0.62, 1), (120.0, 0.9, 2), (200.0, 0.6, 2)],
    ids=["beside it", "of another rate", "elsewhere"],
)
def test_what_swings_at_the_rate_of_a_rhythm_beside_it_is_of_it(x_px: float, rate_hz: float, n_events: int) -> None:
    whole = at("rhythmic", 0.5, 60.0, 100.0, rate_hz=0.6)
    # Its strength at the long lag says nothing against that at the short one.
    side = at("rhythmic", 2.0, 58.0, x_px, rate_hz=rate_hz, snr=90.0)
    assert len(with_all_along([side], [whole], 15.0, 0.2)) == n_events

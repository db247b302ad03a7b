"""What the long lag shows besides: slow swings, and slow movement where nothing else is."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detector.events.decide import decide
from detector.events.event import Event, EventKind
from detector.events.slow import elsewhere, with_slow_rhythms
from detector.params import Params, with_values
from tests.drawing import Sketch

PARAMS = Params()
HAND = np.s_[4:9, 10:15]
ARM = np.s_[3:10, 9:17]
LEG = np.s_[13:17, 22:27]
FOOT = np.s_[12:16, 24:28]
Course = Callable[[float], float]


def swing(rate_hz: float, size: float = 6.0) -> Course:
    return lambda time_s: size * float(np.cos(2.0 * np.pi * rate_hz * time_s))


def strokes(drawing: Sketch, rate_hz: float, start_s: float, stop_s: float, **how: Any) -> Sketch:
    """A swing at the long lag, still at each turn."""
    half_s = 0.5 / rate_hz
    for k in range(round((stop_s - start_s) / half_s)):
        begin_s = start_s + k * half_s
        sign = 1.0 if k % 2 == 0 else -1.0
        drawing.move(begin_s, begin_s + max(half_s - 0.85, 0.1), HAND, signed=6.0 * sign, layer="slow", **how)
    return drawing


def told(kind: EventKind, start_s: float, stop_s: float, *, snr: float, rate_hz: float = np.nan) -> Event:
    """An event at one place."""
    place, box_px = (120.0, 70.0), (100.0, 40.0, 150.0, 90.0)
    n_cycles = rate_hz * (stop_s - start_s)
    return Event(kind, start_s, stop_s, start_s, *place, 0.01, snr, rate_hz, n_cycles, 0.9, False, box_px, "")


def found(drawing: Sketch, params: Params = PARAMS) -> list[Event]:
    return list(decide(drawing.trace(), params).events)


class TestSlowRhythm:
    def test_a_swing_too_slow_for_the_short_lag(self, sketch: type[Sketch]) -> None:
        (event,) = found(strokes(sketch(40.0), 0.4, 6.0, 31.0))
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(0.4, abs=0.03)
        assert event.start_s == pytest.approx(6.0, abs=0.3)
        assert event.is_sustained

    def test_its_rate_is_as_sure_as_all_pictures_make_it(self, sketch: type[Sketch]) -> None:
        """The long lag is taken four times a second only, but what is faster would show at the short one."""
        drawing = sketch(30.0, 20.0).move(5.0, 25.0, HAND, snr=40.0, signed=swing(0.95), layer="slow")
        (event,) = found(drawing)
        assert event.rate_hz == pytest.approx(0.95, abs=0.03)
        assert "at least" not in event.reason

    def test_it_takes_up_the_scraps_of_the_short_lag(self, sketch: type[Sketch]) -> None:
        drawing = strokes(sketch(40.0), 0.4, 6.0, 31.0)
        for k, start_s in enumerate((8.6, 13.6, 21.1)):
            drawing.move(start_s, start_s + 0.3, np.s_[4 + k : 8, 10 : 15 - k], snr=8.0)
        assert [event.kind for event in found(drawing)] == ["rhythmic"]

    def test_a_twitch_elsewhere_stays(self, sketch: type[Sketch]) -> None:
        drawing = strokes(sketch(40.0), 0.4, 6.0, 31.0).move(15.0, 15.3, FOOT)
        assert [event.kind for event in found(drawing)] == ["rhythmic", "twitch"]

    @pytest.mark.parametrize(("snr", "kinds"), [(60.0, ["twitch"] * 5), (6.0, ["rhythmic"])])
    def test_twitches_that_come_and_leave_the_lag_are_none(self, snr: float, kinds: list[str]) -> None:
        """At the long lag each shows twice, half a second apart; but at the short one it is as strong, or stronger."""
        slow = told("rhythmic", 5.0, 12.0, snr=20.0, rate_hz=0.8)
        twitches = [told("twitch", start_s, start_s + 0.3, snr=snr) for start_s in (5.0, 6.4, 7.5, 9.1, 11.2)]
        assert [event.kind for event in with_slow_rhythms(twitches, [slow], PARAMS.rhythm)] == kinds

    def test_where_the_short_lag_sees_movement_all_the_time_it_decides(self) -> None:
        slow, moving = told("rhythmic", 5.0, 12.0, snr=90.0, rate_hz=0.8), told("movement", 5.0, 11.0, snr=20.0)
        assert with_slow_rhythms([moving], [slow], PARAMS.rhythm) == [moving]

    def test_one_rate_at_both_lags_is_one_rhythm(self) -> None:
        slow, part = (
            told("rhythmic", 5.0, 20.0, snr=90.0, rate_hz=0.5),
            told("rhythmic", 11.0, 20.5, snr=9.0, rate_hz=0.52),
        )
        (event,) = with_slow_rhythms([part], [slow], PARAMS.rhythm)
        assert (event.start_s, event.stop_s, event.rate_hz) == (5.0, 20.5, 0.5)

    def test_that_of_more_cycles_knows_the_rate(self) -> None:
        """A rhythm that becomes slower is seen whole at the short lag, and its end at the long one."""
        slow = replace(told("rhythmic", 18.8, 28.0, snr=90.0, rate_hz=1.1), n_cycles=10.0)
        whole = replace(told("rhythmic", 8.0, 27.8, snr=50.0, rate_hz=1.3), n_cycles=26.0)
        (event,) = with_slow_rhythms([whole], [slow], PARAMS.rhythm)
        assert (event.start_s, event.stop_s, event.rate_hz, event.n_cycles) == (8.0, 28.0, 1.3, 26.0)

    def test_a_rate_of_the_short_lag_decides(self, sketch: type[Sketch]) -> None:
        """3.35 Hz, taken four times a second, looks like 0.65 Hz."""
        drawing = sketch(30.0, 20.0).move(5.0, 25.0, HAND, signed=swing(3.35))
        drawing.move(5.0, 25.0, HAND, snr=400.0, signed=swing(0.65), layer="slow")
        (event,) = found(drawing)
        assert event.rate_hz == pytest.approx(3.35, abs=0.05)

    def test_a_swing_does_not_hide_itself(self, sketch: type[Sketch]) -> None:
        """The block it goes on in has a higher floor at the short lag than those around it."""
        drawing = strokes(sketch(80.0), 0.4, 26.0, 51.0)
        floor = np.ones((4, drawing.grid.n_cells), np.float16)
        floor[1:3] = 40.0
        trace = drawing.trace(block_start_s=np.arange(4) * 20.0, floor=floor)
        assert not [event for event in decide(trace, PARAMS).events if event.kind == "movement"]
        (event,) = decide(trace, PARAMS).events
        assert event.rate_hz == pytest.approx(0.4, abs=0.03)

    def test_without_the_rule_there_is_none(self, sketch: type[Sketch]) -> None:
        drawing = strokes(sketch(40.0), 0.4, 6.0, 31.0)
        events = found(drawing, with_values(PARAMS, {"rules.without": "slow rhythm"}))
        assert all(event.kind != "rhythmic" for event in events)


class TestSlowMovement:
    def test_where_nothing_else_moves(self, sketch: type[Sketch]) -> None:
        (event,) = found(sketch(30.0).move(8.0, 10.5, ARM, layer="slow"))
        assert event.kind == "movement"
        assert "rhythm" in event.reason

    def test_beside_quick_movement_it_is_not_told_twice(self, sketch: type[Sketch]) -> None:
        drawing = sketch(30.0).move(8.0, 8.3, HAND).move(8.0, 10.5, ARM, layer="slow")
        assert [event.kind for event in found(drawing)] == ["twitch"]


class TestBreaths:
    @staticmethod
    def breathing(drawing: Sketch, deepest: float) -> Sketch:
        """Breaths about each 2 s, of 3.5 to 7 floors, too faint to be told, but for one."""
        rng = np.random.default_rng(4)
        for k in range(20):
            snr = deepest if k == 9 else float(rng.uniform(3.5, 7.0))
            at_s = 2.0 * k + 0.3 + float(rng.uniform(-0.3, 0.3))
            drawing.move(at_s, at_s + 0.6, ARM, snr=snr, signed=6.0 * float(np.sqrt(snr / 5.0)), layer="slow")
        return drawing

    def test_the_deepest_of_many_is_one_of_them(self, sketch: type[Sketch]) -> None:
        assert found(self.breathing(sketch(42.0), 14.0)) == []
        told_without = found(self.breathing(sketch(42.0), 14.0), with_values(PARAMS, {"rules.without": "breaths"}))
        assert [event.kind for event in told_without] == ["movement"]

    def test_a_movement_that_is_much_stronger_stays(self, sketch: type[Sketch]) -> None:
        (event,) = found(self.breathing(sketch(42.0), 40.0))
        assert event.kind == "movement"

    @pytest.mark.parametrize(("breathes", "kinds"), [(True, []), (False, ["movement"])])
    def test_what_moves_at_once_with_a_breath_is_of_it(
        self, sketch: type[Sketch], *, breathes: bool, kinds: list[str]
    ) -> None:
        """A place that shows some breaths and not others keeps no rate by itself."""
        drawing = self.breathing(sketch(42.0), 14.0) if breathes else sketch(42.0)
        for at_s in (4.6, 9.1, 11.7, 22.0, 25.3, 31.9, 33.1):
            drawing.move(at_s, at_s + 0.6, LEG, snr=6.0, signed=5.0, layer="slow")
        drawing.move(17.9, 19.2, LEG, snr=13.0, signed=5.0, layer="slow")
        assert [event.kind for event in found(drawing)] == kinds

    @pytest.mark.parametrize("snr", [13.0, 60.0])
    def test_a_leg_that_moves_but_once_is_none_of_the_breaths_at_that_time(
        self, sketch: type[Sketch], snr: float
    ) -> None:
        drawing = self.breathing(sketch(42.0), 14.0).move(17.9, 19.2, LEG, snr=snr, signed=5.0, layer="slow")
        assert [event.kind for event in found(drawing)] == ["movement"]

    @pytest.mark.parametrize(("without", "kinds"), [("", []), ("breaths", ["uncertain"])])
    def test_the_quickest_moment_of_a_breath_is_no_event(
        self, sketch: type[Sketch], without: str, kinds: list[str]
    ) -> None:
        drawing = sketch(42.0)
        for k in range(20):
            at_s = 2.0 * k + 0.1
            drawing.move(at_s, at_s + 1.1, ARM, snr=7.0, signed=6.0, layer="slow")
        drawing.move(18.6, 18.8, ARM, snr=7.0)
        events = found(drawing, with_values(PARAMS, {"rules.without": without}))
        assert [event.kind for event in events] == kinds
        doubts = [one.detail for one in decide(drawing.trace(), PARAMS).artifacts if one.kind == "doubtful"]
        assert doubts == ["is the quickest moment of a breath"]

    def test_so_does_one_without_breaths_around_it(self, sketch: type[Sketch]) -> None:
        (event,) = found(sketch(40.0).move(18.0, 19.5, ARM, snr=14.0, layer="slow"))
        assert event.kind == "movement"


class TestPlainBreathing:
    """Something that swings at 0.5 Hz, plainly for some seconds of a recording of 50 s."""

    @staticmethod
    def told(
        drawing: Sketch,
        faint_s: Sequence[tuple[float, float]],
        without: str = "",
        plain_s: Sequence[tuple[float, float]] = ((20.0, 32.0),),
        snr: float = 14.0,
    ) -> list[str]:
        for start_s, stop_s in plain_s:
            drawing.move(start_s, stop_s, ARM, snr=snr, signed=swing(0.5), layer="slow")
        rng = np.random.default_rng(4)
        for start_s, stop_s in faint_s:
            for middle_s in np.arange(start_s + 1.0, stop_s, 2.0):
                at_s = float(middle_s + rng.uniform(-0.2, 0.2))
                drawing.move(at_s, at_s + 0.6, ARM, snr=6.0, signed=3.0, layer="slow")
        return [event.kind for event in found(drawing, with_values(PARAMS, {"rules.without": without}))]

    def test_that_goes_on_before_and_after_is_no_movement(self, sketch: type[Sketch]) -> None:
        sides_s = ((0.0, 18.0), (33.0, 50.0))
        assert self.told(sketch(50.0), sides_s) == []
        assert self.told(sketch(50.0), sides_s, without="breaths") == ["rhythmic"]

    def test_nor_are_two_parts_of_it(self, sketch: type[Sketch]) -> None:
        plain_s = ((11.0, 21.0), (27.0, 37.0))
        assert self.told(sketch(50.0), (), plain_s=plain_s) == ["rhythmic"] * 2
        assert self.told(sketch(50.0), ((0.0, 9.0), (38.0, 50.0)), plain_s=plain_s) == []

    @pytest.mark.parametrize("snr", [40.0, 200.0])
    def test_what_is_much_stronger_is_a_movement(self, sketch: type[Sketch], snr: float) -> None:
        assert self.told(sketch(50.0), ((0.0, 18.0), (33.0, 50.0)), snr=snr) == ["rhythmic"]

    @pytest.mark.parametrize("sides_s", [(), ((0.0, 18.0),), ((33.0, 50.0),)])
    def test_what_begins_or_ends_is_a_movement(
        self, sketch: type[Sketch], sides_s: tuple[tuple[float, float], ...]
    ) -> None:
        assert self.told(sketch(50.0), sides_s) == ["rhythmic"]


def test_a_slow_rhythm_where_something_moves_all_the_time_is_no_episode() -> None:
    grid = Sketch.grid
    rhythm = told("rhythmic", 5.0, 30.0, snr=20.0, rate_hz=0.4)  # at 120, 70 px
    for place, n_left in ((np.s_[6:9, 11:14], 0), (np.s_[8:9, 13:14], 0), (np.s_[12:15, 20:24], 1)):
        always = np.zeros((grid.rows, grid.columns), bool)
        always[place] = True
        assert len(elsewhere([rhythm], grid, always.ravel())) == n_left

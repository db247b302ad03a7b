"""What is cut off is never a twitch, whatever cuts it off."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.events.burst import Burst
from detector.events.decide import decide
from detector.events.event import Event
from detector.events.stillness import counted_once, judged_stretches, with_sides
from detector.motion.trace import MotionTrace
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch
from tests.traces import cut_trace, with_columns

PARAMS = Params()
FPS = 15.0
HAND = np.s_[5:9, 10:14]
FOOT = np.s_[12:15, 22:26]
KNEE = np.s_[11:15, 4:8]
HEAD = np.s_[2:6, 22:27]


def events(trace: MotionTrace) -> list[Event]:
    return list(decide(trace, PARAMS).events)


def during(drawing: Sketch, name: str, start_s: float, stop_s: float) -> MotionTrace:
    """The trace of a drawing with a flag set, or a pause of the recording, from a time on."""
    inside = (drawing.time_s >= start_s) & (drawing.time_s < stop_s)
    trace = drawing.trace()
    if name != "gap":
        return with_columns(trace, **{name: inside})
    first = int(np.flatnonzero(inside)[0])
    time_s = trace.frames.time_s + np.where(np.arange(len(inside)) >= first, 5.0, 0.0)
    lag_s = trace.frames.lag_s.copy()
    lag_s[first] = 0.0
    return with_columns(trace, time_s=time_s, lag_s=lag_s)


class TestJudged:
    def test_all_of_a_recording_but_its_blind_start(self) -> None:
        frames = Sketch(10.0, FPS).trace().frames
        blind = frames.time_s < 0.3
        assert judged_stretches(frames, blind) == pytest.approx(np.array([[0.2, 10.0]]), abs=0.08)

    def test_damage_parts_it(self) -> None:
        drawing = Sketch(10.0, FPS)
        frames = during(drawing, "is_damaged", 4.0, 5.0).frames
        found = judged_stretches(frames, np.zeros(len(frames), bool))
        assert found == pytest.approx(np.array([[0.0, 4.0], [4.87, 10.0]]), abs=0.08)

    def test_a_single_hidden_frame_makes_no_time_count_twice(self) -> None:
        drawing = Sketch(10.0, FPS)
        frames = drawing.trace().frames
        blind = np.isin(np.arange(len(frames)), [60, 61, 90])
        found = counted_once(judged_stretches(frames, blind))
        edges = [edge for stretch in found for edge in stretch]
        assert edges == sorted(edges)
        assert sum(stop_s - start_s for start_s, stop_s in found) == pytest.approx(10.0, abs=0.15)

    def test_where_all_is_hidden_there_are_none(self) -> None:
        frames = Sketch(2.0, FPS).trace().frames
        assert judged_stretches(frames, np.ones(len(frames), bool)).shape == (0, 2)


class TestSides:
    @pytest.mark.parametrize(
        ("start_s", "before", "after"),
        [(5.0, "still", "still"), (0.35, "not judged", "still"), (9.6, "still", "not judged")],
    )
    def test_of_a_burst(
        self, sketch: type[Sketch], bursts_of: BurstsOf, start_s: float, before: str, after: str
    ) -> None:
        _, _, bursts = bursts_of(sketch(10.0, FPS).move(start_s, start_s + 0.2, HAND))
        (burst,) = with_sides(bursts, np.array([[0.2, 10.0]]), PARAMS.burst)
        assert (burst.before, burst.after) == (before, after)
        assert burst.is_cut == (before != after)

    def test_where_nothing_was_judged(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        bursts: list[Burst] = bursts_of(sketch(10.0, FPS).move(5.0, 5.2, HAND)).bursts
        assert [burst.is_cut for burst in with_sides(bursts, np.zeros((0, 2)), PARAMS.burst)] == [True]


class TestCutOff:
    def test_by_nothing_it_is_a_twitch(self, sketch: type[Sketch]) -> None:
        (event,) = events(sketch(20.0, FPS).move(10.0, 10.3, HAND).trace())
        assert (event.kind, event.is_cut) == ("twitch", False)

    @pytest.mark.parametrize(("start_s", "stop_s"), [(0.0, 0.6), (19.6, 20.0)])
    def test_by_an_end_of_the_recording(self, sketch: type[Sketch], start_s: float, stop_s: float) -> None:
        (event,) = events(sketch(20.0, FPS).move(start_s, stop_s, HAND).trace())
        assert (event.kind, event.label, event.is_cut) == ("uncertain", "cut off", True)
        assert event.reason.startswith("cut off: at least")

    @pytest.mark.parametrize("name", ["is_damaged", "is_frozen", "gap"])
    @pytest.mark.parametrize("start_s", [9.7, 10.5])
    def test_by_what_cannot_be_seen(self, sketch: type[Sketch], name: str, start_s: float) -> None:
        # One movement goes on until nothing is seen, the other begins when it is seen again.
        moving = (start_s, start_s + 0.3) if start_s < 10.0 else (10.9, 11.3)
        hidden = (10.0, 10.9) if name != "gap" else (10.0 if start_s < 10.0 else 10.9, 20.0)
        found = events(during(sketch(20.0, FPS).move(*moving, HAND), name, *hidden))
        assert "twitch" not in [event.kind for event in found]

    @pytest.mark.parametrize("name", ["is_damaged", "is_frozen", "gap"])
    def test_far_from_it_a_twitch_is_one(self, sketch: type[Sketch], name: str) -> None:
        found = events(during(sketch(20.0, FPS).move(5.0, 5.3, HAND), name, 10.0, 11.0))
        assert [event.kind for event in found] == ["twitch"]

    def test_what_lasts_is_at_least_a_movement(self, sketch: type[Sketch]) -> None:
        (event,) = events(sketch(20.0, FPS).move(18.0, 20.0, HAND).trace())
        assert (event.kind, event.is_cut) == ("movement", True)

    @given(st.floats(1.0, 29.0))
    @settings(max_examples=20, deadline=None)
    def test_a_cut_makes_no_twitch_that_the_whole_does_not_have(self, cut_s: float) -> None:
        drawing = Sketch(30.0, FPS).move(3.0, 3.3, HAND).move(6.0, 9.0, HAND).move(7.0, 7.3, FOOT)
        drawing.move(13.0, 13.4, KNEE).move(16.0, 16.6, HEAD).move(20.0, 27.0, KNEE)
        whole = drawing.trace()
        known_s = [event.start_s for event in events(whole) if event.kind == "twitch"]
        assert len(known_s) >= 2
        for part in cut_trace(as_recorded_from(whole, cut_s), cut_s):
            for event in events(part):
                is_known = any(abs(event.start_s - at) < 0.1 for at in known_s)
                assert event.kind != "twitch" or is_known, event


def as_recorded_from(trace: MotionTrace, cut_s: float) -> MotionTrace:
    """The trace as if a new recording began then: its first picture is compared with nothing, and has its own noise."""
    first = int(np.searchsorted(trace.frames.time_s, cut_s))
    lag_s = trace.frames.lag_s.copy()
    lag_s[first] = 0.0
    when = np.array([0.0, float(trace.frames.time_s[first])])
    return with_columns(trace, lag_s=lag_s, block_start_s=when, span_start_s=when)


class TestLongLag:
    """A jerk on top of slow movement: at the long lag from 3 s on, with a peak at the short lag at 6 s."""

    @staticmethod
    def decided(*slow_s: tuple[float, float], snr: float = 12.0, **rules: object) -> list[str]:
        drawing = Sketch(16.0, 25.0).move(6.0, 6.2, np.s_[6:10, 12:16], snr=snr)
        for start_s, stop_s in slow_s:
            drawing.move(start_s, stop_s, np.s_[6:10, 12:16], snr=15.0, layer="slow")
        return [event.kind for event in decide(drawing.trace(), with_values(PARAMS, rules)).events]

    def test_the_quickest_moment_of_slower_movement_is_no_twitch(self) -> None:
        assert self.decided((3.0, 9.0)) == ["uncertain"]
        assert self.decided((3.0, 9.0), **{"rules.without": "long stillness"}) == ["twitch"]

    @pytest.mark.parametrize("slow_s", [(3.0, 5.9), (6.3, 9.0)], ids=["before", "after"])
    def test_movement_on_one_side_leaves_it_one(self, slow_s: tuple[float, float]) -> None:
        assert self.decided(slow_s) == ["twitch"]

    def test_what_is_stronger_stands_out_of_it(self) -> None:
        assert self.decided((3.0, 9.0), snr=60.0) == ["twitch"]

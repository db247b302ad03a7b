"""Footage to events: planted movement is found where and when it was planted, and nothing else is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.events.decide import area_of_whole, decide
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans
from detector.motion.layer import Layer
from detector.motion.measure import measure_span
from detector.motion.trace import MotionTrace, join_traces
from detector.params import Params, with_values
from tests.drawing import Film, Shift, Sketch
from tests.events.conftest import kinds
from tests.traces import with_columns

PARAMS = Params()

TWITCHES = ((5.0, 0.3, 160.0, 90.0), (10.3, 0.4, 80.0, 60.0), (16.0, 0.4, 240.0, 120.0), (17.3, 0.4, 240.0, 120.0))
"""Start and length, s, and place, px, of planted twitches; the last two come 1.3 s apart at one place."""


@pytest.fixture(scope="module", params=[15.0, 25.0], ids=["15 fps", "25 fps"])
def twitches(film: Film, request: pytest.FixtureRequest) -> MotionTrace:
    """22 s with the four `TWITCHES`."""
    shifts = [Shift(*twitch) for twitch in TWITCHES]
    return film.shoot(22.0, request.param, shifts)


class TestTwitches:
    def test_all_are_found_and_nothing_else(self, twitches: MotionTrace) -> None:
        decision = decide(twitches, PARAMS)
        assert kinds(decision) == ["twitch"] * 4
        assert decision.artifacts == ()

    def test_when_and_where_they_are(self, twitches: MotionTrace) -> None:
        frame_s = float(twitches.frames.duration_s[0])
        for event, (start_s, duration_s, x_px, y_px) in zip(decide(twitches, PARAMS).events, TWITCHES, strict=True):
            assert event.start_s == pytest.approx(start_s, abs=2.01 * frame_s)
            assert event.duration_s == pytest.approx(duration_s, abs=0.1 + frame_s)
            assert start_s <= event.peak_s <= start_s + duration_s
            assert (event.x_px, event.y_px) == pytest.approx((x_px, y_px), abs=8.0)
            assert event.area_fraction < 0.1

    def test_they_are_found_in_encoded_footage(self, cot: Path) -> None:
        recording = read_recording([cot], PARAMS.footage)
        traces = [measure_span(recording, span, PARAMS) for span in cut_spans(recording, PARAMS.footage)]
        decision = decide(join_traces(traces), PARAMS)
        # The disc jumps aside and, three frames later, back.
        assert set(kinds(decision)) == {"twitch"}
        found_s = np.array([event.start_s for event in decision.events])
        for start_s in (7.0, 19.5, 33.2):
            here = (found_s > start_s - 0.2) & (found_s < start_s + 0.4)
            assert 1 <= here.sum() <= 2
            found_s = found_s[~here]
        assert len(found_s) == 0


class TestRhythm:
    @pytest.mark.parametrize("rate_hz", [0.6, 1.0, 2.0, 3.0])
    def test_the_rate_is_that_of_the_swing_not_its_double(self, film: Film, rate_hz: float) -> None:
        duration_s = max(6.0, 6.0 / rate_hz)
        (event,) = decide(film.shoot(28.0, 25.0, [Shift(8.0, duration_s, amp_px=4.0, rate_hz=rate_hz)]), PARAMS).events
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(rate_hz, abs=0.1)
        # The first and last cycle of the drawing grow and fade.
        assert event.start_s == pytest.approx(8.0, abs=1.0 / rate_hz)
        assert event.stop_s == pytest.approx(8.0 + duration_s, abs=1.0 / rate_hz)

    @pytest.mark.parametrize("rate_hz", [1.0, 1.9, 2.1, 3.0])
    def test_at_a_low_frame_rate(self, film: Film, rate_hz: float) -> None:
        (event,) = decide(film.shoot(24.0, 15.0, [Shift(8.0, 7.0, amp_px=4.0, rate_hz=rate_hz)]), PARAMS).events
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(rate_hz, abs=0.1)

    def test_a_cycle_of_seven_and_a_half_frames(self, film: Film) -> None:
        (event,) = decide(film.shoot(28.0, 15.0, [Shift(5.0, 12.0, amp_px=4.0, rate_hz=2.0)]), PARAMS).events
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(2.0, abs=0.1)

    @pytest.mark.parametrize(("start_s", "stop_s", "duration_s"), [(0.5, 29.5, 30.0), (3.0, 27.0, 30.0)])
    def test_even_where_it_fills_the_recording(
        self, film: Film, start_s: float, stop_s: float, duration_s: float
    ) -> None:
        swing = Shift(start_s, stop_s - start_s, amp_px=4.0, rate_hz=2.0)
        (event,) = decide(film.shoot(duration_s, 15.0, [swing]), PARAMS).events
        assert event.kind == "rhythmic"
        assert event.is_sustained
        assert (event.start_s, event.stop_s) == pytest.approx((start_s, stop_s), abs=0.6)
        assert event.rate_hz == pytest.approx(2.0, abs=0.1)


class TestLargeAndSlow:
    @staticmethod
    def turn(start_s: float) -> list[Any]:
        """A body that turns over for 4.4 s."""
        return [
            Shift(start_s, 1.5, 160, 90, 14, 60),
            Shift(start_s + 0.9, 2.2, 140, 100, 12, 50),
            Shift(start_s + 2.4, 2.0, 180, 90, 14, 60),
        ]

    def test_a_body_that_turns_is_one_gross_movement(self, film: Film) -> None:
        (event,) = decide(film.shoot(36.0, 15.0, self.turn(15.0)), PARAMS).events
        assert event.kind == "gross"
        assert event.start_s == pytest.approx(15.0, abs=0.3)
        assert event.stop_s == pytest.approx(19.4, abs=0.4)

    def test_even_where_it_fills_a_block_of_the_noise_floor(self, film: Film) -> None:
        params = with_values(PARAMS, {"noise.block_s": 5.0, "noise.min_block_s": 5.0})
        trace = film.measure(film.frames(30.0, 15.0, self.turn(15.0)), 30.0, params=params)
        assert kinds(decide(trace, params)) == ["gross"]

    def test_a_limb_that_moves_for_a_second_is_a_movement(self, film: Film) -> None:
        (event,) = decide(film.shoot(16.0, 15.0, [Shift(6.0, 1.5, amp_px=8.0, sigma_px=12.0)]), PARAMS).events
        assert event.kind == "movement"
        assert event.duration_s == pytest.approx(1.5, abs=0.35)

    def test_what_the_short_lag_misses_the_long_one_sees(self, film: Film) -> None:
        trace = film.shoot(40.0, 15.0, [Shift(20.0, 8.0, amp_px=8.0, sigma_px=16.0)])
        # Out until 24 s, where it rests for a moment, and back.
        events = decide(trace, PARAMS).events
        assert {event.kind for event in events} == {"movement"}
        assert 1 <= len(events) <= 2
        assert all(19.5 <= event.start_s < event.stop_s <= 28.5 for event in events)
        assert decide(with_columns(trace, slow=Layer.empty(len(trace.frames))), PARAMS).events == ()


class TestDrawn:
    HAND = np.s_[4:8, 10:14]

    def test_a_faint_pulse_at_a_key_frame_needs_more_to_be_believed(self, sketch: type[Sketch]) -> None:
        keys = {"is_key": np.arange(450) % 30 == 0}
        for snr, expected in ((6.0, []), (60.0, ["twitch"])):
            drawing = sketch(30.0).move(9.95, 10.1, self.HAND, snr=snr)
            assert kinds(decide(drawing.trace(**keys), PARAMS)) == expected

    def test_ripples_of_a_strong_movement_are_left_out(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0).move(8.0, 9.0, self.HAND, snr=900.0).move(8.3, 8.7, np.s_[14:17, 26:30], snr=15.0)
        assert len(decide(drawing.trace(), PARAMS).events) == 1
        apart = sketch(20.0).move(8.0, 9.0, self.HAND, snr=900.0).move(12.3, 12.7, np.s_[14:17, 26:30], snr=15.0)
        assert len(decide(apart.trace(), PARAMS).events) == 2

    def test_cells_of_the_clock_are_not_looked_at(self, sketch: type[Sketch]) -> None:
        drawing = sketch(40.0).move(20.0, 20.4, self.HAND)
        plain = drawing.trace()
        tick, duty = plain.noise.spans.tick.copy(), plain.noise.blocks.duty.copy()
        cells = (np.arange(4, 8)[:, None] * plain.grid.columns + np.arange(10, 14)).ravel()
        tick[:, cells], duty[:, cells] = 0.9, 128
        assert kinds(decide(plain, PARAMS)) == ["twitch"]
        assert kinds(decide(with_columns(plain, tick=tick, duty=duty), PARAMS)) == []

    def test_slow_movement_beside_a_fast_one_is_not_told_twice(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0).move(8.0, 10.0, self.HAND).move(8.0, 10.0, self.HAND, layer="slow")
        assert kinds(decide(drawing.trace(), PARAMS)) == ["movement"]

    def test_damaged_time_is_simply_not_seen(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(8.0, 8.4, self.HAND).trace()
        assert kinds(decide(with_columns(trace, is_damaged=np.ones(300, bool)), PARAMS)) in ([], ["uncertain"])


class TestRelations:
    def test_footage_ten_seconds_later_gives_events_ten_seconds_later(self, film: Film) -> None:
        shifts = [Shift(4.0, 0.4, 80, 60), Shift(9.0, 1.5, 200, 100, 8)]
        plain, later = (decide(film.shoot(14.0, 15.0, shifts, start_s=start_s), PARAMS) for start_s in (0.0, 10.0))
        assert kinds(plain) == kinds(later) == ["twitch", "movement"]
        for one, other in zip(plain.events, later.events, strict=True):
            assert (other.start_s, other.stop_s) == pytest.approx((one.start_s + 10.0, one.stop_s + 10.0), abs=1e-6)
            assert (other.x_px, other.y_px, other.snr) == pytest.approx((one.x_px, one.y_px, one.snr))
            assert other.reason == one.reason

    def test_a_higher_threshold_gives_no_new_event(self, twitches: MotionTrace) -> None:
        before = decide(twitches, PARAMS).events
        counts = [len(before)]
        for threshold in (20.0, 60.0, 100.0, 200.0, 1000.0):
            events = decide(twitches, with_values(PARAMS, {"burst.threshold": threshold})).events
            for event in events:
                assert any(event.start_s < other.stop_s and other.start_s < event.stop_s for other in before)
            counts.append(len(events))
            before = events
        assert counts == sorted(counts, reverse=True)
        assert counts[-1] == 0

    def test_footage_cut_in_two_gives_the_same_events(self, film: Film) -> None:
        shifts = [Shift(*twitch) for twitch in TWITCHES]
        frames = list(film.frames(22.0, 15.0, shifts))
        # The second part begins between two twitches, with a second and a half of warm-up.
        first = film.measure([f for f in frames if f.time_s < 12.0], 12.0)
        second = film.measure([f for f in frames if f.time_s >= 10.5], 10.0, start_s=12.0)
        whole, joined = decide(film.measure(frames, 22.0), PARAMS), decide(join_traces([first, second]), PARAMS)
        assert kinds(whole) == kinds(joined) == ["twitch"] * 4
        for one, other in zip(whole.events, joined.events, strict=True):
            assert (one.start_s, one.stop_s) == pytest.approx((other.start_s, other.stop_s), abs=1.01 / 15.0)

    def test_a_pause_in_the_recording_moves_later_events_only(self, film: Film) -> None:
        frames = list(film.frames(20.0, 15.0, [Shift(5.0, 0.4), Shift(15.0, 0.4)]))
        paused = [replace(f, time_s=f.time_s + 600.0) if f.time_s >= 10.0 else f for f in frames]
        plain = decide(film.measure(frames, 20.0), PARAMS)
        # After a pause a new span begins.
        halves = film.measure(paused[:150], 10.0), film.measure(paused[150:], 10.0, start_s=610.0)
        apart = decide(join_traces(halves), PARAMS)
        assert kinds(apart) == kinds(plain) == ["twitch", "twitch"]
        shifted_s = [one.start_s - other.start_s for one, other in zip(apart.events, plain.events, strict=True)]
        assert shifted_s == pytest.approx([0.0, 600.0], abs=0.1)

    def test_deciding_twice_gives_the_same(self, twitches: MotionTrace) -> None:
        assert repr(decide(twitches, PARAMS)) == repr(decide(twitches, PARAMS))


class TestAreaOfWhole:
    @pytest.mark.parametrize(("share", "area"), [(0.2, 0.1), (0.1, 0.05), (0.02, 0.05), (0.3, None), (0.9, None)])
    def test_half_of_the_infant_but_no_less_than_a_twentieth(self, share: float, area: float | None) -> None:
        extent = np.arange(1000) < round(1000 * share)
        found = area_of_whole(extent, PARAMS.classify)
        assert found == (None if area is None else pytest.approx(area))

    def test_where_nothing_tells_the_usual_gate_holds(self) -> None:
        assert area_of_whole(None, PARAMS.classify) is None

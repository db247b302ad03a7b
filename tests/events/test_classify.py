"""Kinds: each gate on both sides, and the reason in words."""

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.events.burst import Burst
from detector.events.classify import EVENT_KINDS, EventKind, classify_bursts
from detector.params import Params, with_values
from tests.drawing import HAND, BurstsOf, Sketch
from tests.events.conftest import Decide

PARAMS = Params()
FPS = 25.0
FOOT = np.s_[12:16, 24:28]
MIDDLING = np.s_[2:10, 4:13]  # 12.5 % of the picture
BODY = np.s_[1:13, 4:20]  # 33 %


def test_kinds_are_listed_once() -> None:
    assert get_args(EventKind) == EVENT_KINDS
    assert len(set(EVENT_KINDS)) == 6


class TestKinds:
    @pytest.mark.parametrize(
        ("duration_s", "place", "kind", "words"),
        [
            (0.2, HAND, "twitch", "s, 2.8% of the picture (under 0.5 s)"),
            (0.4, HAND, "twitch", "brief and localized"),
            (0.6, HAND, "movement", "too short to tell a rhythm"),
            (5.0, HAND, "movement", "no rhythm of 0.8 to"),
            (0.4, MIDDLING, "uncertain", "brief but of middling size"),
            (2.0, MIDDLING, "movement", "localized, 0.5 s or longer"),
            (0.3, BODY, "uncertain", "large but brief"),
            (2.0, BODY, "gross", "large: "),
            (35.0, BODY, "gross", "large: 35.00 s"),
            (35.0, HAND, "uncertain", "longer than 30 s"),
        ],
    )
    def test_by_length_and_size(
        self, sketch: type[Sketch], events_of: Decide, duration_s: float, place: Any, kind: EventKind, words: str
    ) -> None:
        (event,) = events_of(sketch(duration_s + 4.0, FPS).move(2.0, 2.0 + duration_s, place))
        assert event.kind == kind
        assert words in event.reason
        assert event.duration_s == pytest.approx(duration_s, abs=1.01 / FPS)
        assert np.isnan([event.rate_hz, event.n_cycles, event.regularity]).all()
        assert not event.is_sustained

    def test_very_brief_and_faint_is_uncertain(self, sketch: type[Sketch], events_of: Decide) -> None:
        params = with_values(PARAMS, {"classify.twitch_min_s": 0.25})
        faint = sketch(6.0, FPS).move(2.0, 2.2, HAND, snr=1.5 * params.burst.threshold)
        strong = sketch(6.0, FPS).move(2.0, 2.2, HAND, snr=3.0 * params.burst.threshold)
        assert events_of(faint, params)[0].kind == "uncertain"
        assert events_of(strong, params)[0].kind == "twitch"

    def test_the_fields_are_those_of_the_burst(
        self, sketch: type[Sketch], events_of: Decide, bursts_of: BurstsOf
    ) -> None:
        drawing = sketch(6.0, FPS).move(2.0, 2.4, HAND)
        (event,), (burst,) = events_of(drawing), bursts_of(drawing)[2]
        for name in ("start_s", "stop_s", "peak_s", "x_px", "y_px", "area_fraction", "snr", "box_px"):
            assert getattr(event, name) == getattr(burst, name), name
        assert (event.site, event.state) == ("", "")

    @given(st.floats(0.12, 20.0), st.integers(2, 18), st.integers(2, 32))
    @settings(max_examples=25, deadline=None)
    def test_the_gates_hold_whatever_the_length_and_size(
        self, sketch: type[Sketch], bursts_of: BurstsOf, duration_s: float, rows: int, columns: int
    ) -> None:
        drawing = sketch(duration_s + 4.0, 20.0).move(2.0, 2.0 + duration_s, np.s_[:rows, :columns])
        (event,) = classify_bursts(*bursts_of(drawing), PARAMS)
        limits, is_brief = PARAMS.classify, event.duration_s < PARAMS.classify.twitch_max_s
        assert (event.kind == "twitch") == (is_brief and event.area_fraction <= limits.twitch_max_area)
        assert (event.kind == "gross") == (not is_brief and event.area_fraction >= limits.gross_min_area)
        assert event.reason


class TestRhythmic:
    @staticmethod
    def rocking(sketch: type[Sketch], duration_s: float, place: Any = HAND, rate_hz: float = 1.5) -> Sketch:
        """A swing from 2 s on."""

        def signed(time_s: float) -> float:
            return 5.0 * float(np.cos(2.0 * np.pi * rate_hz * time_s))

        return sketch(duration_s + 4.0, FPS).move(2.0, 2.0 + duration_s, place, signed=signed)

    @pytest.mark.parametrize(("duration_s", "is_sustained"), [(6.0, False), (12.0, True)])
    def test_a_swing(self, sketch: type[Sketch], events_of: Decide, duration_s: float, *, is_sustained: bool) -> None:
        (event,) = events_of(self.rocking(sketch, duration_s))
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(1.5, abs=0.1)
        assert event.n_cycles == pytest.approx(1.5 * duration_s, rel=0.1)
        assert 0.8 < event.regularity <= 1.0
        assert event.is_sustained == is_sustained
        assert f"{event.n_cycles:.0f} cycles at {event.rate_hz:.2f} Hz" in event.reason
        assert "at least" not in event.reason

    def test_near_the_limit_of_the_footage_the_rate_is_a_lower_bound(
        self, sketch: type[Sketch], events_of: Decide
    ) -> None:
        drawing = sketch(14.0, 10.0).move(
            2.0, 12.0, HAND, signed=lambda time_s: 5.0 * float(np.cos(2 * np.pi * 2.4 * time_s))
        )
        (event,) = events_of(drawing)
        assert event.kind == "rhythmic"
        assert "at least 2.4" in event.reason

    def test_the_whole_body_may_rock(self, sketch: type[Sketch], events_of: Decide) -> None:
        (event,) = events_of(self.rocking(sketch, 15.0, BODY, 3.0))
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(3.0, abs=0.1)

    def test_the_whole_body_may_rock_in_strokes(self, sketch: type[Sketch], events_of: Decide) -> None:
        """0.7 Hz, at rest at each end: each stroke would pass for a whole-body movement."""
        drawing = sketch(22.0, FPS)
        for k in range(22):
            start_s = 2.0 + k / 1.4
            drawing.move(start_s, start_s + 0.35, BODY, signed=5.0 * (-1.0) ** k)
        (event,) = events_of(drawing)
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(0.7, abs=0.05)

    def test_strokes_of_a_rhythm_are_no_twitches(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(14.0, FPS)
        for start_s in np.arange(2.0, 9.0, 0.8):
            drawing.move(start_s, start_s + 0.2, HAND, signed=5.0)
            drawing.move(start_s + 0.2, start_s + 0.36, HAND, signed=-5.0)
        (event,) = events_of(drawing)
        assert event.kind == "rhythmic"
        assert event.rate_hz == pytest.approx(1.25, abs=0.1)

    def test_twitches_that_come_one_by_one_stay_twitches(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(14.0, FPS)
        for start_s in (2.0, 3.3, 5.1, 6.4, 9.0):
            drawing.move(start_s, start_s + 0.3, HAND)
        assert [event.kind for event in events_of(drawing)] == ["twitch"] * 5

    def test_a_twitch_elsewhere_does_not_join(self, sketch: type[Sketch], events_of: Decide) -> None:
        events = events_of(self.rocking(sketch, 6.0).move(5.0, 5.3, FOOT))
        assert [(event.kind, round(event.x_px)) for event in events] == [("rhythmic", 120), ("twitch", 260)]


class TestWholeBody:
    def test_what_moves_within_belongs_to_it(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(14.0, FPS).move(3.0, 8.0, BODY).move(5.0, 5.3, FOOT).move(10.0, 10.3, FOOT)
        assert [event.kind for event in events_of(drawing)] == ["gross", "twitch"]

    def test_a_pause_shorter_than_stillness_does_not_split_it(self, sketch: type[Sketch], events_of: Decide) -> None:
        upper, lower = np.s_[0:7, 2:18], np.s_[9:16, 14:30]
        drawing = sketch(14.0, FPS).move(3.0, 5.0, upper).move(5.1, 7.0, lower)
        (event,) = events_of(drawing)
        assert event.kind == "gross"
        assert (event.start_s, event.stop_s) == pytest.approx((3.0, 7.0), abs=0.1)

    def test_two_apart_are_two(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(14.0, FPS).move(3.0, 5.0, BODY).move(6.0, 8.0, BODY)
        assert [event.kind for event in events_of(drawing)] == ["gross", "gross"]


class TestCutOff:
    """What is cut off is called what it is at least."""

    @pytest.mark.parametrize(
        ("duration_s", "place", "kind", "label"),
        [
            (0.3, HAND, "uncertain", "cut off"),
            (2.0, HAND, "movement", ""),
            (0.3, BODY, "uncertain", "cut off"),
            (2.0, BODY, "gross", ""),
        ],
    )
    @pytest.mark.parametrize("side", ["before", "after"])
    def test_on_either_side(
        self,
        sketch: type[Sketch],
        bursts_of: BurstsOf,
        side: str,
        duration_s: float,
        place: Any,
        kind: EventKind,
        label: str,
    ) -> None:
        view, active, (burst,) = bursts_of(sketch(duration_s + 4.0, FPS).move(2.0, 2.0 + duration_s, place))
        (event,) = classify_bursts(view, active, [replace(burst, **{side: "not judged"})], PARAMS)
        assert (event.kind, event.label, event.is_cut) == (kind, label, True)
        assert "at least" in event.reason


class TestWideView:
    """Where the infant lies in a part of the picture, its whole body moves less of it."""

    SMALL_BODY = np.s_[4:12, 10:18]  # 11 %

    def kind(self, sketch: type[Sketch], bursts_of: BurstsOf, duration_s: float, whole_area: float | None) -> str:
        drawing = sketch(duration_s + 4.0, FPS).move(2.0, 2.0 + duration_s, self.SMALL_BODY)
        (event,) = classify_bursts(*bursts_of(drawing), PARAMS, whole_area)
        return event.kind

    def test_what_lasts_is_a_whole_body_movement_there_alone(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert self.kind(sketch, bursts_of, 2.0, 0.08) == "gross"
        assert self.kind(sketch, bursts_of, 2.0, 0.12) == "movement"
        assert self.kind(sketch, bursts_of, 2.0, None) == "movement"

    def test_what_is_brief_is_judged_as_in_any_view(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert self.kind(sketch, bursts_of, 0.3, 0.08) == self.kind(sketch, bursts_of, 0.3, None)

    def test_a_hand_that_moves_on_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        (event,) = classify_bursts(*bursts_of(sketch(6.0, FPS).move(2.0, 4.0, HAND)), PARAMS, 0.08)
        assert event.kind == "movement"


class TestRelations:
    def test_nothing_in_nothing_out(self, sketch: type[Sketch], events_of: Decide) -> None:
        assert events_of(sketch(5.0)) == []

    def test_events_are_in_order(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(30.0, FPS).move(20.0, 22.0, BODY).move(12.0, 12.3, FOOT).move(12.0, 12.3, HAND)
        drawing.move(4.0, 4.3, HAND)
        events = events_of(drawing)
        assert [(event.start_s, event.x_px) for event in events] == sorted(
            (event.start_s, event.x_px) for event in events
        )
        assert len(events) == 4

    def test_the_order_of_bursts_does_not_matter(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = TestRhythmic.rocking(sketch, 6.0).move(9.0, 9.3, FOOT).move(2.0, 2.3, FOOT)
        view, active, bursts = bursts_of(drawing)
        shuffled: list[Burst] = [bursts[k] for k in np.random.default_rng(0).permutation(len(bursts))]
        described = [
            [(event.kind, event.start_s, event.reason) for event in classify_bursts(view, active, order, PARAMS)]
            for order in (bursts, shuffled)
        ]
        assert described[0] == described[1]

    @given(st.floats(0, 40000, width=16))
    @settings(max_examples=10, deadline=None)
    def test_shifted_footage_gives_shifted_events(
        self, sketch: type[Sketch], bursts_of: BurstsOf, later_s: float
    ) -> None:
        found = []
        for start_s in (0.0, later_s):
            drawing = sketch(12.0, start_s=start_s).move(start_s + 2.0, start_s + 2.3, HAND)
            found.append(classify_bursts(*bursts_of(drawing.move(start_s + 5.0, start_s + 7.1, BODY)), PARAMS))
        assert [event.kind for event in found[1]] == ["twitch", "gross"]
        for one, other in zip(*found, strict=True):
            assert other.start_s - one.start_s == pytest.approx(later_s, abs=1e-6)
            assert other.stop_s - one.stop_s == pytest.approx(later_s, abs=1e-6)
            assert other.kind == one.kind

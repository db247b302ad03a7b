"""Kinds: each gate on both sides, and the reason in words."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.events.burst import Burst
from detector.events.classify import EVENT_KINDS, Event, EventKind, classify_bursts, label_sucking
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch, find_in, still_trace, with_columns

PARAMS = Params()
FPS = 25.0
HAND = np.s_[4:8, 10:14]
FOOT = np.s_[12:16, 24:28]
MIDDLING = np.s_[2:10, 4:13]  # 12.5 % of the picture
BODY = np.s_[1:13, 4:20]  # 33 %

Decide = Callable[..., list[Event]]


@pytest.fixture
def events_of(bursts_of: BurstsOf) -> Decide:
    """Events of a drawing."""

    def find(drawing: Sketch, params: Params = PARAMS) -> list[Event]:
        return classify_bursts(*bursts_of(drawing, params), params)

    return find


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


class TestWordsOfRhythm:
    def test_a_tremor_is_told_as_such(self, sketch: type[Sketch], events_of: Decide) -> None:
        drawing = sketch(10.0, 30.0).move(
            2.0, 8.0, HAND, signed=lambda time_s: 5.0 * float(np.cos(2 * np.pi * 6.4 * time_s))
        )
        (event,) = events_of(drawing)
        assert (event.kind, event.label) == ("rhythmic", "tremor-like")
        assert event.rate_hz == pytest.approx(6.4, abs=0.1)
        assert "at least" not in event.reason

    def test_above_a_quarter_of_the_frame_rate_it_is_at_least_that(
        self, sketch: type[Sketch], events_of: Decide
    ) -> None:
        drawing = sketch(10.0, 30.0).move(
            2.0, 8.0, HAND, signed=lambda time_s: 5.0 * float(np.cos(2 * np.pi * 8.6 * time_s))
        )
        (event,) = events_of(drawing)
        assert event.label == "tremor-like"
        assert "at least 8.6" in event.reason

    def test_taps_are_too_few_to_tell(self, sketch: type[Sketch], events_of: Decide) -> None:
        """Five in two seconds."""
        drawing = sketch(8.0, FPS).move(
            2.0, 4.0, HAND, signed=lambda time_s: 5.0 * float(np.cos(2 * np.pi * 2.5 * time_s))
        )
        (event,) = events_of(drawing)
        assert event.kind == "movement"
        assert event.reason.endswith("too short to tell a rhythm")

    @pytest.mark.parametrize(
        ("seconds", "words"), [(5.0, "no rhythm of 0.8 to 5 Hz"), (20.0, "no rhythm of 0.3 to 5 Hz")]
    )
    def test_only_what_was_tested_has_none(
        self, sketch: type[Sketch], events_of: Decide, seconds: float, words: str
    ) -> None:
        (event,) = events_of(sketch(seconds + 4.0, 20.0).move(2.0, 2.0 + seconds, HAND))
        assert event.reason.endswith(words)

    def test_a_rate_is_sure_by_the_pictures_of_its_own_time(self, sketch: type[Sketch]) -> None:
        """2.4 Hz at 10 pictures a second, in a night of 25."""
        rare = sketch(14.0, 10.0, start_s=40.0).move(
            42.0, 52.0, HAND, signed=lambda time_s: 5.0 * float(np.cos(2 * np.pi * 2.4 * time_s))
        )
        (event,) = classify_bursts(*find_in(after_many_frames(rare.trace(), FPS)), PARAMS)
        assert "at least 2.4" in event.reason

    @pytest.mark.parametrize(
        ("fps", "kind"), [(5.0, "uncertain"), (7.5, "uncertain"), (8.0, "twitch"), (10.0, "twitch")]
    )
    def test_too_few_pictures_do_not_tell_a_twitch(
        self, sketch: type[Sketch], events_of: Decide, fps: float, kind: EventKind
    ) -> None:
        (event,) = events_of(sketch(10.0, fps).move(4.0, 4.2, HAND))
        assert event.kind == kind
        assert ("too few to tell a twitch" in event.reason) == (kind == "uncertain")


def after_many_frames(trace: MotionTrace, fps: float) -> MotionTrace:
    """The same trace after frames of another rate, in which nothing moves."""
    n_before = round(trace.frames.time_s[0] * fps)
    time_s = np.concatenate([np.arange(n_before) / fps, trace.frames.time_s])
    lag_s = np.concatenate([np.full(n_before, 2.0 / fps), trace.frames.lag_s]).astype(np.float32)
    duration_s = np.concatenate([np.full(n_before, 1.0 / fps), trace.frames.duration_s]).astype(np.float32)
    return with_columns(
        still_trace(trace.grid, time_s, 1.0 / fps),
        lag_s=lag_s,
        duration_s=duration_s,
        fast=Layer.join([Layer.empty(n_before), trace.fast]),
    )


class TestSucking:
    @pytest.mark.parametrize(
        ("changes", "label"),
        [
            ({}, "sucking-like"),
            ({"rate_hz": 1.4}, ""),
            ({"rate_hz": 2.6}, ""),
            ({"stop_s": 16.5}, ""),
            ({"x_px": 210.0}, ""),
            ({"kind": "movement"}, ""),
        ],
    )
    def test_at_the_face_its_rate_and_length(self, changes: dict[str, Any], label: str) -> None:
        event = replace(RHYTHM, **changes)
        (told,) = label_sucking([event], lambda x_px, _: x_px < 200.0, PARAMS.classify)
        assert told == replace(event, label=label)


RHYTHM = Event(
    "rhythmic", 10.0, 14.5, 12.0, 100.0, 80.0, 0.01, 30.0, 2.1, 9.0, 0.95, False, (90.0, 70.0, 110.0, 90.0), ""
)  # fmt: skip

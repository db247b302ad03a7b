"""What is told beside a kind: how sure a rate is, what there was too little of to tell, and what it is like."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from detector.events.classify import Event, EventKind, classify_bursts, label_sucking
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import HAND, Sketch, find_in
from tests.events.conftest import Decide
from tests.traces import still_trace, with_columns

PARAMS = Params()
FPS = 25.0


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

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detector.events.artifacts import find_artifacts
from detector.events.classify import Event
from detector.events.excess import find_both
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.night.night import Night
from detector.params import Params
from detector.views.plots.signal import find_strength, moved_cells, strength_of, swing

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def trace_of(night: Night) -> MotionTrace:
    assert night.trace is not None
    return night.trace


def test_strength_is_in_noise_floors_at_the_time_of_the_movement(
    make_night: NightMaker, make_event: EventMaker
) -> None:
    trace = trace_of(make_night(20.0, [make_event(5.0)]))
    fast, slow = find_strength(trace, Params())
    moved = np.flatnonzero(fast.peaks())
    assert trace.frames.time_s[moved].tolist() == pytest.approx([5.0, 5.1, 5.2])
    assert fast.peaks()[moved] == pytest.approx(100.0, rel=0.01)
    assert not slow.peaks().any()
    assert slow.peaks().size == trace.frames.has_slow.sum()


def test_what_a_frozen_picture_hides_is_left_out(make_night: NightMaker, make_event: EventMaker) -> None:
    shown, hidden = (
        find_strength(trace_of(make_night(20.0, [make_event(9.1)], frozen=frozen)), Params())[0]
        for frozen in ([], [(6.0, 9.0)])
    )
    assert shown.peaks().max() == pytest.approx(100.0, rel=0.01)
    assert hidden.peaks().max() == 0.0


def test_nothing_stored_is_no_motion(make_night: NightMaker) -> None:
    fast, _ = find_strength(trace_of(make_night(5.0)), Params())
    assert fast.peaks().tolist() == [0.0] * 50


def test_moved_cells_are_those_in_the_box(make_night: NightMaker, make_event: EventMaker) -> None:
    event, elsewhere = make_event(5.0), make_event(5.0, box_px=(0.0, 0.0, 40.0, 20.0))
    fast, _ = find_strength(trace_of(make_night(20.0, [event, elsewhere])), Params())
    assert moved_cells(fast, event).tolist() == [row * 16 + column for row in (3, 4, 5) for column in (5, 6, 7)]
    assert moved_cells(fast, elsewhere).tolist() == [0, 1]
    assert moved_cells(fast, make_event(8.0)).size == 0


def test_swing_goes_to_and_fro_once_a_cycle(make_night: NightMaker, make_event: EventMaker) -> None:
    event = make_event(5.0, "rhythmic")
    trace = trace_of(make_night(30.0, [event]))
    times = trace.frames.time_s[trace.fast.frame]
    signed = (10 * np.sin(2 * np.pi * 0.5 * (times - 5.0))).astype(np.float16)
    layer = Layer(trace.fast.first, trace.fast.cell, trace.fast.energy, signed, trace.fast.stride)
    fast, _ = find_strength(replace(trace, fast=layer), Params())
    time_s, signal = swing(fast, event, Params())
    assert time_s[0] == pytest.approx(5.0)
    rises = np.count_nonzero((signal[:-1] < 0) & (signal[1:] >= 0))
    assert rises == pytest.approx(6, abs=1)  # 12 s at 0.5 Hz


def test_swing_of_nothing_is_empty(make_night: NightMaker, make_event: EventMaker) -> None:
    fast, _ = find_strength(trace_of(make_night(30.0)), Params())
    assert [values.size for values in swing(fast, make_event(5.0, "rhythmic"), Params())] == [0, 0]


def test_strength_of_a_night_is_found_once_and_not_mixed_up(make_night: NightMaker, make_event: EventMaker) -> None:
    night, quiet = make_night(30.0, [make_event(5.0)]), make_night(30.0)
    first, other, again = strength_of(night), strength_of(quiet), strength_of(night)
    assert first is not None
    assert other is not None
    assert again is not None
    assert strength_of(night) is again
    assert first[0].peaks().tolist() == again[0].peaks().tolist()
    assert not other[0].peaks().any()
    assert strength_of(replace(night, trace=None)) is None


def test_it_is_what_decide_sees(make_night: NightMaker, make_event: EventMaker) -> None:
    """A long difference is blind for the whole lag after a hidden frame, in the plot as in the decision."""
    trace = trace_of(make_night(20.0, [make_event(5.0), make_event(9.1)], frozen=[(6.0, 9.0)]))
    params = Params()
    for strength, seen in zip(
        find_strength(trace, params), find_both(trace, find_artifacts(trace, params), params), strict=True
    ):
        assert np.array_equal(strength.view.time_s, seen.view.time_s)
        assert np.array_equal(strength.active.frame, seen.active.frame)
        assert np.array_equal(strength.active.snr, seen.active.snr)

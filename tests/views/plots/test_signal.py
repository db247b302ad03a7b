from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from detector.events.classify import Event
from detector.motion.trace import Layer
from detector.night.night import Night
from detector.views.plots.signal import frame_slice, motion_signal, moved_cells

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def test_signal_is_the_root_of_summed_energy_above_the_floor(make_night: NightMaker, make_event: EventMaker) -> None:
    trace = make_night(20.0, [make_event(5.0)]).trace
    assert trace is not None
    signal = motion_signal(trace, slice(0, trace.time_s.size))
    moved = np.flatnonzero(signal)
    assert trace.time_s[moved].tolist() == pytest.approx([5.0, 5.1, 5.2])
    assert signal[moved] == pytest.approx(np.sqrt(9 * 100.0))  # 3 x 3 cells of 101 above a floor of 1


def test_signal_of_a_piece_equals_the_piece_of_the_signal(make_night: NightMaker, make_event: EventMaker) -> None:
    trace = make_night(20.0, [make_event(5.0), make_event(12.0)]).trace
    assert trace is not None
    whole = motion_signal(trace, slice(0, 200))
    piece = frame_slice(trace, 4.0, 13.0)
    assert motion_signal(trace, piece).tolist() == whole[piece].tolist()


def test_key_frames_have_their_own_floor_and_gain_raises_it(make_night: NightMaker, make_event: EventMaker) -> None:
    trace = make_night(20.0, [make_event(5.0)]).trace
    assert trace is not None
    louder = replace(trace, is_key_jump=np.ones(200, bool), gain=np.full(200, 2, np.float32))
    signal = motion_signal(louder, slice(0, 200))
    assert signal.max() == pytest.approx(np.sqrt(9 * (101 - 2 * 3.0)))


def test_nothing_stored_is_no_motion(make_night: NightMaker) -> None:
    trace = make_night(5.0).trace
    assert trace is not None
    assert motion_signal(trace, slice(0, 50)).tolist() == [0.0] * 50
    assert motion_signal(trace, slice(7, 7)).size == 0


def test_moved_cells_take_both_lags(make_night: NightMaker, make_event: EventMaker) -> None:
    trace = make_night(20.0, [make_event(5.0)]).trace
    assert trace is not None
    assert moved_cells(trace, 5.0, 5.3).sum() == 9
    assert not moved_cells(trace, 6.0, 7.0).any()
    slow = Layer.from_rows(200, np.array([51]), np.array([0]), np.ones(1, np.float32), np.ones(1, np.float32))
    assert moved_cells(replace(trace, slow=slow), 5.0, 5.3).sum() == 10

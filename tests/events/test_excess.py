"""What stands out of the floor, at both lags."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.events.artifacts import ArtifactMap
from detector.events.excess import find_active, find_both
from detector.motion.view import fast_noise, fast_view, slow_noise, slow_view
from detector.params import Params, with_values
from tests.drawing import FOOT, HAND, Sketch, active_in, bursts_in, find_in, spans
from tests.traces import with_columns

PARAMS = Params()
FPS = 15.0


class TestFindActive:
    def test_energy_is_told_in_floors(self, sketch: type[Sketch]) -> None:
        active = active_in(sketch(20.0).move(5.0, 5.4, HAND, snr=30.0).trace(), PARAMS)
        # Stored with five bits.
        assert active.snr == pytest.approx(30.0, rel=2**-5)
        assert len(active) == 16 * 7

    def test_what_is_below_the_low_threshold_is_left_out(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0).move(5.0, 5.4, HAND, snr=1.5)
        assert len(active_in(drawing.trace(), PARAMS)) == 0
        assert len(active_in(drawing.trace(), with_values(PARAMS, {"burst.low": 1.2, "noise.keep": 1.0}))) == 16 * 7

    @given(st.floats(1.0, 8.0))
    @settings(max_examples=10, deadline=None)
    def test_in_a_louder_frame_the_same_energy_is_less(self, sketch: type[Sketch], gain: float) -> None:
        trace = sketch(8.0).move(5.0, 5.4, HAND, snr=30.0).trace()
        loud = with_columns(trace, gain=np.full(len(trace.frames), gain, np.float32))
        assert active_in(loud, PARAMS).snr.max() == pytest.approx(30.0 / gain, rel=0.05)

    def test_floors_follow_the_time_of_the_night_and_the_cell(self, sketch: type[Sketch]) -> None:
        drawing = sketch(40.0).move(5.0, 5.4, HAND, snr=30.0).move(35.0, 35.4, HAND, snr=30.0)
        n_cells = drawing.rows * drawing.columns
        floor = np.repeat(np.array([[1.0], [9.0]], np.float16), n_cells, axis=1).repeat(8, axis=0)
        # Blocks as different as day and night do not lend each other their floors.
        level = np.array([0.3, 5.0], np.float32).repeat(8)
        active = active_in(drawing.trace(floor=floor, level=level, block_start_s=2.5 * np.arange(16)), PARAMS)
        minimum = PARAMS.noise.minimum
        assert active.snr[active.frame < 300] == pytest.approx(30.0, rel=0.05)
        assert active.snr[active.frame >= 300] == pytest.approx(30.0 * (1 + minimum) / (9 + minimum), rel=0.05)

    def test_differences_across_a_key_frame_have_a_floor_of_their_own(self, sketch: type[Sketch]) -> None:
        drawing = sketch(20.0).move(5.0, 5.4, HAND, snr=30.0)
        jump = np.abs(drawing.time_s - 5.2) < 0.01
        key_floor = np.full((1, drawing.rows * drawing.columns), 1000.0, np.float16)
        active = active_in(drawing.trace(is_key_jump=jump, key_floor=key_floor), PARAMS)
        assert not (active.frame == 78).any()
        assert len(active) == 16 * 6

    def test_nothing_in_nothing_out(self, sketch: type[Sketch]) -> None:
        for duration_s in (0.0, 1 / FPS, 2 / FPS, 5.0):
            trace = sketch(duration_s).trace()
            found = find_in(trace)
            assert len(found.active) == 0
            assert found.bursts == []

    def test_blind_frames_and_hidden_cells_are_left_out(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(5.0, 5.4, HAND).move(9.0, 9.4, FOOT).trace()
        everything = active_in(trace, PARAMS)
        is_blind = trace.frames.time_s < 7.0
        is_hidden = np.arange(trace.grid.n_cells) == everything.cell[-1]
        found = find_active(fast_view(trace, PARAMS), fast_noise(trace, PARAMS), PARAMS, is_blind, is_hidden)
        stays = ~is_blind[everything.frame] & ~is_hidden[everything.cell]
        assert 0 < len(found) < len(everything)
        for name in ("frame", "cell", "snr", "signed"):
            assert np.array_equal(getattr(found, name), getattr(everything.where(stays), name))


class TestSlowView:
    def test_it_has_the_frames_in_which_the_long_lag_was_measured(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(5.0, 7.0, HAND, layer="slow").trace()
        view = slow_view(trace, PARAMS)
        assert np.array_equal(view.time_s, trace.frames.time_s[trace.frames.has_slow])
        assert view.layer.n_frames == len(view.time_s)
        assert np.array_equal(view.layer.cell, trace.slow.cell)
        assert set(view.time_s[view.layer.frame]) == set(trace.frames.time_s[trace.slow.frame])
        assert view.lag_s == pytest.approx(0.5)
        assert view.duration_s == pytest.approx(4 / FPS)

    def test_a_slow_movement_is_one_burst(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(5.0, 7.0, HAND, layer="slow").trace()
        view = slow_view(trace, PARAMS)
        bursts = bursts_in(view, find_active(view, slow_noise(trace, PARAMS), PARAMS))
        assert spans(bursts) == pytest.approx([5.0, 7.0], abs=0.3)

    @pytest.mark.parametrize("n_frames", [0, 1, 5])
    def test_of_hardly_any_frames(self, sketch: type[Sketch], n_frames: int) -> None:
        trace = sketch(n_frames / FPS).trace()
        assert len(find_active(slow_view(trace, PARAMS), slow_noise(trace, PARAMS), PARAMS)) == 0


class TestFindBoth:
    def test_what_hides_a_frame_hides_the_long_lag_after_it(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(4.0, 12.0, HAND, layer="slow").move(4.0, 12.0, FOOT).trace()
        nothing = np.zeros(trace.grid.n_cells, bool)
        is_blind = (trace.frames.time_s >= 6.0) & (trace.frames.time_s < 7.0)
        fast, slow = find_both(trace, ArtifactMap((), is_blind, nothing, nothing), PARAMS)
        seen_s = [np.unique(seen.view.time_s[seen.active.frame]) for seen in (fast, slow)]
        hidden_s = [(times[times < 6.5].max(), times[times > 6.5].min()) for times in seen_s]
        assert hidden_s[0] == pytest.approx((6.0, 7.0), abs=1.01 / FPS)
        # The long difference of a frame at 7.4 s still looks back into what was hidden.
        assert hidden_s[1] == pytest.approx((6.0, 7.5), abs=4.01 / FPS)
        assert hidden_s[1][1] >= 7.0 + PARAMS.motion.long_lag_s - 1 / FPS

    def test_of_no_frame(self, sketch: type[Sketch]) -> None:
        trace = sketch(0.0).trace()
        none, nothing = np.zeros(0, bool), np.zeros(trace.grid.n_cells, bool)
        assert [len(seen.active) for seen in find_both(trace, ArtifactMap((), none, nothing, nothing), PARAMS)] == [
            0,
            0,
        ]


def test_a_light_that_changed_before_any_frame_was_measured_slowly(sketch: type[Sketch]) -> None:
    """Of one frame there is no slow layer, but a floor for it."""
    trace = with_columns(sketch(0.05, 20.0).trace(), has_slow=np.zeros(1, bool))
    view = slow_view(trace, PARAMS)
    assert len(view.time_s) == 0
    assert len(find_active(view, slow_noise(trace, PARAMS), PARAMS)) == 0
    assert len(find_active(fast_view(trace, PARAMS), fast_noise(trace, PARAMS, changed_s=[0.0]), PARAMS)) == 0

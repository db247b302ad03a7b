"""Frames to a trace: planted movement is where and when it was planted, and a span is a pure function of its frames."""

import gc
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.footage.recording import Recording, Span, read_recording
from detector.footage.spans import cut_spans, on_its_own
from detector.motion.grid import Grid, grid_for
from detector.motion.measure import _usual, measure_span
from detector.motion.pictures.difference import Differencer
from detector.motion.trace import MotionTrace, join_traces
from detector.motion.trace_file import save_trace
from detector.params import Params, with_values
from tests.drawing import Film, Shift

PARAMS = Params()
SHORT_SPANS = with_values(PARAMS, {"footage.span_s": 15.0})
FPS = 15.0
TWO_CELLS = Grid(1, 2, (10.0, 10.0), 20, 10)


def loud_frames(trace: MotionTrace, snr: float = 5.0) -> NDArray[np.int64]:
    """Frames in which a cell reaches so many of its usual floors."""
    floor = np.median(trace.noise.blocks.floor.astype(float), axis=0) + PARAMS.noise.minimum
    return np.unique(trace.fast.frame[trace.fast.energy > snr * floor[trace.fast.cell]])


class TestPlanted:
    """Two jerks, see the fixture `twitching`: 8.0-8.4 s at (100, 60) px, 16.0-16.3 s at (220, 120) px."""

    def test_energy_rises_when_and_only_when_something_moves(self, twitching: MotionTrace) -> None:
        times = twitching.frames.time_s[loud_frames(twitching)]
        lag_s = float(twitching.frames.lag_s.max())
        for start_s, stop_s in ((8.0, 8.4), (16.0, 16.3)):
            inside = times[(times > start_s) & (times < stop_s + lag_s)]
            assert inside[0] - start_s <= 2.5 / FPS
            assert stop_s + lag_s - inside[-1] <= 2.5 / FPS
            times = np.setdiff1d(times, inside)
        assert len(times) == 0

    @pytest.mark.parametrize(("time_s", "x_px", "y_px"), [(8.2, 100, 60), (16.15, 220, 120)])
    def test_energy_rises_where_something_moves(
        self, twitching: MotionTrace, time_s: float, x_px: float, y_px: float
    ) -> None:
        frame = int(np.searchsorted(twitching.frames.time_s, time_s))
        entries = slice(twitching.fast.first[frame], twitching.fast.first[frame + 1])
        rows, columns = np.divmod(twitching.fast.cell[entries].astype(float), twitching.grid.columns)
        weight = twitching.fast.energy[entries].astype(float)
        side_x, side_y = twitching.grid.cell_px
        assert np.average(columns + 0.5, weights=weight) * side_x == pytest.approx(x_px, abs=10.0)
        assert np.average(rows + 0.5, weights=weight) * side_y == pytest.approx(y_px, abs=10.0)

    def test_the_moved_fraction_counts_the_entries(self, twitching: MotionTrace) -> None:
        counts = np.diff(twitching.fast.first) / twitching.grid.n_cells
        assert twitching.frames.moved_fraction == pytest.approx(counts)
        assert 0.02 < twitching.frames.moved_fraction.max() < 0.15

    def test_noise_leaves_almost_nothing(self, still: MotionTrace) -> None:
        assert len(still.fast.cell) < 0.001 * len(still.frames) * still.grid.n_cells
        assert len(loud_frames(still)) == 0
        assert not still.frames.is_frozen.any()

    def test_stored_energies_are_those_of_the_frames(self, film: Film, twitching: MotionTrace) -> None:
        grid = grid_for(film.width_px, film.height_px, PARAMS.motion)
        measure = Differencer(grid, PARAMS)
        frames = film.frames(24.0, FPS, [Shift(8.0, 0.4, 100, 60), Shift(16.0, 0.3, 220, 120)])
        energies, signs = [], []
        for frame in frames:
            measure.put(frame.luma)
            measure.compare(frame.time_s)
            difference = measure.measure()[0]
            # The first two frames have none.
            energies.append(difference.energy.copy().ravel())
            signs.append(difference.signed.copy().ravel())
        for frame in (122, 123, 125, 241, 243):
            entries = slice(twitching.fast.first[frame], twitching.fast.first[frame + 1])
            cells = twitching.fast.cell[entries]
            assert len(cells) > 10
            # Stored with six bits of precision and fewer.
            assert twitching.fast.energy[entries] == pytest.approx(energies[frame][cells], rel=2**-5)
            assert twitching.fast.signed[entries] == pytest.approx(signs[frame][cells], rel=2**-6, abs=0.01)

    def test_the_reference_is_the_first_picture(self, film: Film, twitching: MotionTrace) -> None:
        first = next(film.frames(24.0, FPS))
        assert np.array_equal(twitching.reference, first.luma)


class TestColumns:
    def test_times_and_lags(self, twitching: MotionTrace) -> None:
        assert twitching.frames.time_s == pytest.approx(np.arange(360) / FPS)
        assert twitching.frames.duration_s == pytest.approx(1.0 / FPS)
        assert twitching.frames.lag_s[0] == 0.0
        assert twitching.frames.lag_s[2:] == pytest.approx(2.0 / FPS)
        assert twitching.lost_s == pytest.approx(0.0, abs=1e-4)

    def test_differences_across_a_key_frame_are_marked(self, twitching: MotionTrace) -> None:
        keys = np.flatnonzero(twitching.frames.is_key)
        assert keys.tolist() == list(range(0, 360, 30))
        # The lag is two frames, so the key frame and the one after it differ from a frame before the key frame.
        assert np.flatnonzero(twitching.frames.is_key_jump).tolist() == sorted([*keys[1:], *(keys[1:] + 1)])

    def test_the_slow_layer_is_measured_now_and_then(self, twitching: MotionTrace) -> None:
        times = twitching.frames.time_s[twitching.frames.has_slow]
        assert times[0] <= PARAMS.motion.long_lag_s + PARAMS.motion.slow_step_s + 1 / FPS
        steps = np.diff(times)
        assert steps.min() >= PARAMS.motion.slow_step_s - 1e-9
        assert steps.max() <= PARAMS.motion.slow_step_s + 1 / FPS + 1e-9
        assert set(twitching.slow.frame) <= set(np.flatnonzero(twitching.frames.has_slow))

    def test_blocks_end_by_time_or_by_frames(self, film: Film) -> None:
        frames = list(film.frames(12.0, FPS))
        short = with_values(PARAMS, {"noise.block_s": 3.0, "noise.min_block_s": 3.0})
        by_time = film.measure(frames, 12.0, params=short)
        by_frames = film.measure(frames, 12.0, params=with_values(PARAMS, {"noise.block_frames": 30}))
        assert by_time.noise.blocks.start_s == pytest.approx([0.0, 3.0, 6.0, 9.0], abs=2.5 / FPS)
        assert by_frames.noise.blocks.start_s == pytest.approx([0.0, 2.0, 4.0, 6.0, 8.0, 10.0], abs=2.5 / FPS)
        assert by_time.noise.blocks.floor.shape == (4, 45 * 80)
        assert by_time.noise.blocks.level.shape == (4,)


def test_a_picture_that_moves_as_a_whole_is_thinned_and_still_whole(film: Film) -> None:
    def swing(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
        aside_px = 4.0 * np.sin(6.0 * np.pi * time_s) if 12.0 <= time_s < 13.0 else 0.0
        back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.0]])
        return cv2.warpAffine(picture, back, picture.shape[::-1], borderMode=cv2.BORDER_REFLECT)

    trace = film.shoot(24.0, FPS, paint=swing)
    swinging = (trace.frames.time_s > 12.2) & (trace.frames.time_s < 12.9)
    assert trace.fast.stride[swinging].max() == 4
    assert (trace.fast.stride[trace.frames.time_s < 11.9] == 1).all()
    assert np.diff(trace.fast.first).max() <= trace.grid.n_cells / 10
    assert 0.9 < trace.frames.moved_fraction[swinging].max() <= 1.0


class TestTrouble:
    def test_damaged_frames_show_no_motion(self, film: Film) -> None:
        frames = list(film.frames(16.0, FPS, [Shift(8.0, 0.4)]))
        damaged = [replace(frame, is_damaged=7.9 < frame.time_s < 8.7) for frame in frames]
        trace = film.measure(damaged, 16.0)
        assert trace.frames.is_damaged.sum() == 12
        assert not set(trace.fast.frame) & set(np.flatnonzero(trace.frames.is_damaged))
        assert len(loud_frames(trace)) == 0
        assert len(loud_frames(film.measure(frames, 16.0))) > 0

    def test_missing_frames_are_lost_time(self, film: Film) -> None:
        frames = [frame for frame in film.frames(10.0, FPS) if not 4.0 <= frame.time_s < 6.0]
        trace = film.measure(frames, 10.0)
        assert trace.lost_s == pytest.approx(2.0, abs=1e-3)
        assert trace.frames.lag_s[60] == 0.0  # nothing to differ from after two seconds

    def test_a_frozen_picture_is_marked(self, film: Film) -> None:
        frames = list(film.frames(20.0, FPS))
        frozen = [replace(f, luma=frames[120].luma) if 8.0 <= f.time_s < 11.0 else f for f in frames]
        trace = film.measure(frozen, 20.0)
        times = trace.frames.time_s[trace.frames.is_frozen]
        assert (times.min(), times.max()) == pytest.approx((8.0, 11.0), abs=3 / FPS)

    def test_a_still_picture_is_not_called_frozen_when_it_always_is(self, film: Film) -> None:
        frames = list(film.frames(6.0, FPS))
        trace = film.measure([replace(frame, luma=frames[0].luma) for frame in frames], 6.0)
        assert not trace.frames.is_frozen.any()
        assert len(trace.fast.cell) == 0

    def test_footage_of_key_frames_alone_is_not_frozen(self, film: Film) -> None:
        frames = [replace(frame, is_key=True) for frame in film.frames(12.0, FPS)]
        assert not film.measure(frames, 12.0).frames.is_frozen.any()

    def test_a_bump_does_not_hide_what_moved_in_the_seconds_before(self, film: Film) -> None:
        def swing(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
            aside_px = 4.0 * np.sin(6.0 * np.pi * time_s) if 12.0 <= time_s < 13.0 else 0.0
            back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.0]])
            return cv2.warpAffine(picture, back, picture.shape[::-1], borderMode=cv2.BORDER_REFLECT)

        params = with_values(PARAMS, {"noise.block_s": 20.0, "noise.min_block_s": 20.0})
        trace = film.measure(film.frames(24.0, FPS, [Shift(8.0, 0.4)], paint=swing), 24.0, params=params)
        times = trace.frames.time_s[trace.fast.frame]
        assert ((times > 8.0) & (times < 8.5)).sum() > 300

    @pytest.mark.parametrize("n_frames", [0, 1, 2, 3])
    def test_hardly_any_frames(self, film: Film, n_frames: int, tmp_path: Path) -> None:
        trace = film.measure(list(film.frames(1.0, FPS))[:n_frames], 1.0)
        assert len(trace.frames.time_s) == n_frames
        assert len(trace.fast.first) == n_frames + 1
        assert trace.lost_s == pytest.approx(1.0 - n_frames / FPS)
        assert len(trace.noise.spans.start_s) == 1
        save_trace(tmp_path / "trace.npz", trace)

    def test_key_frames_that_jump_get_a_floor_of_their_own(self, film: Film) -> None:
        pattern = np.random.default_rng(2).normal(0, 6.0, (film.height_px, film.width_px)).astype(np.float32)

        def pulse(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
            return picture + pattern * (int(time_s / 2.0) % 2)

        trace = film.shoot(24.0, FPS, paint=pulse)
        assert np.median(trace.noise.spans.key_floor) > 3.0 * np.median(trace.noise.blocks.floor)
        assert len(loud_frames(trace)) == 0


@pytest.fixture(scope="module")
def recording(cot: Path) -> Recording:
    """45 s at 10 fps, key frames each second, with jerks at 7.0, 19.5 and 33.2 s."""
    return read_recording([cot], PARAMS.footage)


@pytest.fixture(scope="module")
def whole(recording: Recording) -> MotionTrace:
    """The recording measured as one span."""
    (span,) = cut_spans(recording, PARAMS.footage)
    return measure_span(recording, span, PARAMS)


@pytest.fixture(scope="module")
def parts(recording: Recording) -> list[MotionTrace]:
    """The recording measured in spans of 15 s."""
    return [measure_span(recording, span, SHORT_SPANS) for span in cut_spans(recording, SHORT_SPANS.footage)]


class TestSpans:
    """Encoded footage, cut into spans."""

    def test_frames_measure_the_same_whichever_span_they_are_in(
        self, whole: MotionTrace, parts: list[MotionTrace]
    ) -> None:
        joined = join_traces(parts)
        assert len(parts) == 3
        for name in ("time_s", "duration_s", "is_key", "is_key_jump", "lag_s", "global_change", "shift_px"):
            assert np.array_equal(getattr(whole.frames, name), getattr(joined.frames, name)), name

    def test_movement_is_stored_the_same(self, whole: MotionTrace, parts: list[MotionTrace]) -> None:
        joined = join_traces(parts)
        for time_s in (7.0, 19.5, 33.2):
            frame = int(np.searchsorted(whole.frames.time_s, time_s - 0.05))
            strong = []
            for trace in (whole, joined):
                entries = slice(trace.fast.first[frame], trace.fast.first[frame + 1])
                cells, energy = trace.fast.cell[entries], trace.fast.energy[entries]
                strong.append(dict(zip(cells[energy > 50].tolist(), energy[energy > 50].tolist(), strict=True)))
            assert strong[0] == strong[1]
            assert len(strong[0]) > 3

    def test_no_frame_is_in_two_spans(self, parts: list[MotionTrace]) -> None:
        times = np.concatenate([part.frames.time_s for part in parts])
        assert (np.diff(times) > 0).all()
        assert all(part.frames.lag_s[0] > 0 for part in parts[1:])
        assert parts[0].frames.lag_s[0] == 0.0

    def test_some_keep_a_picture_whatever_the_time(self, recording: Recording) -> None:
        keys = [Span(0, float(second), second + 1.0, ((0, 10 * second, 10 * second + 10),), ()) for second in range(45)]
        later = [replace(span, warm_up=((0, 10 * place, 10 * place + 10),)) for place, span in enumerate(keys[1:])]
        kept = [measure_span(recording, span, PARAMS).reference.size > 0 for span in later]
        assert 1 <= sum(kept) <= 20  # by lot, one in six
        assert all(measure_span(recording, span, PARAMS).reference.size for span in keys[:3])
        for span, is_kept in zip(later[:12], kept, strict=False):
            alone = measure_span(*on_its_own(recording, span), PARAMS)
            assert (alone.reference.size > 0) == is_kept

    def test_the_same_span_gives_the_same_bytes(
        self, recording: Recording, parts: list[MotionTrace], tmp_path: Path
    ) -> None:
        span = cut_spans(recording, SHORT_SPANS.footage)[1]
        for name, trace in (("one", parts[1]), ("other", measure_span(recording, span, SHORT_SPANS))):
            save_trace(tmp_path / name, trace)
        assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()

    def test_nothing_of_a_span_is_held_after_it(self, recording: Recording) -> None:
        """Objects that hold each other stay, with all their pictures, until Python happens to look for such."""
        span = cut_spans(recording, SHORT_SPANS.footage)[0]
        measure_span(recording, span, SHORT_SPANS)  # what is imported or kept for good, once
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            measure_span(recording, span, SHORT_SPANS)
            gc.collect()
            held = {type(one).__name__ for one in gc.garbage if type(one).__module__.startswith(("detector", "numpy"))}
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        assert held == set()

    def test_nothing_is_lost_of_whole_footage(self, parts: list[MotionTrace]) -> None:
        assert [part.lost_s for part in parts] == pytest.approx([0.0, 0.0, 0.0], abs=1e-3)


class TestUsual:
    """The one floor of a span at the long lag."""

    def test_an_infant_who_rests_in_a_third_of_it_does_not_raise_it(self) -> None:
        floors, levels = np.full((15, 2), 12.0, np.float32), [1.2] * 15
        floors[:, 1] = 1.0
        for block in (1, 4, 8, 11, 14):
            floors[block], levels[block] = 1.0, 0.1
        assert _usual(floors, levels, TWO_CELLS, PARAMS).tolist() == [[1.0, 1.0]]

    def test_a_picture_that_stood_still_for_most_of_it_does_not_lower_it(self) -> None:
        floors, levels = np.zeros((9, 2), np.float32), [0.0] * 9
        floors[[2, 5]], levels[2], levels[5] = 4.0, 1.2, 1.2
        assert _usual(floors, levels, TWO_CELLS, PARAMS).tolist() == [[4.0, 4.0]]

    def test_of_no_blocks_it_is_zero(self) -> None:
        assert _usual(np.zeros((0, 2), np.float32), [], TWO_CELLS, PARAMS).tolist() == [[0.0, 0.0]]

    def test_a_level_that_is_no_number_loses_nothing(self) -> None:
        assert _usual(np.ones((2, 2), np.float32), [0.1, np.nan], TWO_CELLS, PARAMS).tolist() == [[1.0, 1.0]]

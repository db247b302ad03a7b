import numpy as np
import pytest

from detector.motion.trace import MotionTrace
from detector.night.coverage import Coverage, LedgerError, holes, measure_coverage, observed_intervals, stretches_apart
from tests.traces import still_trace, with_columns


def test_every_second_is_entered_once(trace: MotionTrace) -> None:
    coverage = measure_coverage(trace, 70.5 + 7.0, skipped_s=7.0, gap_s=30.0, overlap_s=2.0)
    assert coverage == Coverage(
        files_s=77.5, observed_s=67.0, damaged_s=1.5, frozen_s=2.0, skipped_s=7.0, gap_s=30.0, overlap_s=2.0
    )


def test_damaged_frame_of_a_frozen_picture_counts_as_damaged(trace: MotionTrace) -> None:
    both = with_columns(trace, is_frozen=trace.frames.is_damaged | trace.frames.is_frozen)
    assert measure_coverage(both, 70.5) == measure_coverage(trace, 70.5)


@pytest.mark.parametrize("files_s", [70.4, 70.6])
def test_ledger_that_does_not_add_up_is_refused(trace: MotionTrace, files_s: float) -> None:
    with pytest.raises(LedgerError, match="add up to"):
        measure_coverage(trace, files_s)


@pytest.mark.parametrize("wrong", [-1.0, float("nan")])
def test_impossible_time_is_refused(wrong: float) -> None:
    with pytest.raises(LedgerError, match="impossible"):
        Coverage(1.0, 1.0, 0.0, 0.0, 0.0, wrong, 0.0)


def test_frames_too_far_apart_to_compare_are_skipped(trace: MotionTrace) -> None:
    # Nothing was filmed from 40 to 70 s: the frame after the pause has none before it, and is observed all the same.
    lag_s, duration_s = trace.frames.lag_s.copy(), trace.frames.duration_s.copy()
    lag_s[[0, 400]] = 0.0
    assert measure_coverage(with_columns(trace, lag_s=lag_s), 70.5) == measure_coverage(trace, 70.5)
    lag_s[50:52], duration_s[50:52] = 0.0, 1.5
    slow = with_columns(trace, lag_s=lag_s, duration_s=duration_s)
    coverage = measure_coverage(slow, 70.5 + 2.8)
    assert coverage.skipped_s == pytest.approx(3.0)
    assert coverage.observed_s == pytest.approx(66.8)
    assert stretches_apart(slow) == ((5.0, 6.6),)
    assert stretches_apart(trace) == ()


def test_ten_hours_of_float32_durations_add_up(trace: MotionTrace) -> None:
    n_frames = 540_000
    duration_s = np.full(n_frames, 1 / 15, np.float32)
    night = with_columns(still_trace(trace.grid, np.arange(n_frames) / 15, 1 / 15), lag_s=duration_s)
    assert measure_coverage(night, 36_000.0).observed_s == pytest.approx(36_000.0, abs=0.01)


def test_nothing_measured_is_all_skipped() -> None:
    coverage = measure_coverage(None, 12.0, skipped_s=12.0)
    assert coverage.observed_s == 0.0
    assert coverage.observed_fraction == 0.0


def test_observed_fraction_of_no_footage_is_nan() -> None:
    assert np.isnan(measure_coverage(None, 0.0).observed_fraction)


def test_stretches_end_at_gaps_and_long_holes_only(trace: MotionTrace) -> None:
    # 1.0 s of damage is not longer than the 1.0 s allowed; 2 s of frozen picture is.
    assert observed_intervals(trace, 1.001) == ((0.0, 40.0), (70.0, 80.0), (82.0, 100.0))
    assert observed_intervals(trace, 0.5) == ((0.0, 10.0), (11.0, 40.0), (70.0, 80.0), (82.0, 100.0))


def test_nothing_observed_gives_no_stretch(trace: MotionTrace) -> None:
    blind = with_columns(trace, is_damaged=np.ones_like(trace.frames.is_damaged))
    assert observed_intervals(blind, 1.0) == ()


def test_holes_are_what_is_left() -> None:
    assert holes(((2.0, 4.0), (6.0, 8.0)), 0.0, 10.0) == ((0.0, 2.0), (4.0, 6.0), (8.0, 10.0))
    assert holes(((0.0, 10.0),), 0.0, 10.0) == ()
    assert holes((), 0.0, 10.0) == ((0.0, 10.0),)

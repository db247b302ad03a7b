"""Epochs, what of them was observed or moved, and which of them show nobody."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from detector.events.presence import absent_epochs, count_starts, covered_shares, cut_epochs, observed_shares
from tests.drawing import Sketch
from tests.events.simulated import event

EPOCHS = cut_epochs(0.0, 300.0, 30.0)


def flags(text: str) -> np.ndarray:
    return np.array([mark == "+" for mark in text])


def test_epochs_cover_the_recording_once() -> None:
    assert EPOCHS[0] == (0.0, 30.0)
    assert EPOCHS[-1] == (270.0, 300.0)
    assert all(before[1] == after[0] for before, after in itertools.pairwise(EPOCHS))


@pytest.mark.parametrize(("length_s", "expected"), [(10.0, 1), (44.0, 1), (46.0, 2), (3600.0, 120), (0.0, 0)])
def test_the_last_epoch_takes_up_the_rest(length_s: float, expected: int) -> None:
    epochs = cut_epochs(5.0, 5.0 + length_s, 30.0)
    assert len(epochs) == expected
    assert not epochs or (epochs[0][0], epochs[-1][1]) == (5.0, 5.0 + length_s)


def test_frozen_and_damaged_pictures_are_not_observed() -> None:
    trace = Sketch(60.0).trace()
    half = trace.frames.time_s >= 45.0
    trace = replace(trace, frames=replace(trace.frames, is_frozen=half))
    assert observed_shares(trace, cut_epochs(0.0, 60.0, 30.0)) == pytest.approx([1.0, 0.5], abs=0.01)


def test_a_gap_is_not_observed() -> None:
    assert observed_shares(Sketch(30.0).trace(), cut_epochs(0.0, 90.0, 30.0)) == pytest.approx(
        [1.0, 0.0, 0.0], abs=0.01
    )


def test_covered_time_counts_once() -> None:
    shares = covered_shares(cut_epochs(0.0, 90.0, 30.0), [(20.0, 40.0), (25.0, 35.0), (100.0, 120.0)])
    assert shares == pytest.approx([1 / 3, 1 / 3, 0.0])


def test_nothing_covers_nothing() -> None:
    assert covered_shares(EPOCHS, []).tolist() == [0.0] * 10
    assert covered_shares([], [(0.0, 5.0)]).tolist() == []


def test_events_count_where_they_start() -> None:
    events = [event("twitch", 29.9, 0.3), event("twitch", 30.0, 0.3), event("gross", 299.0, 5.0)]
    assert count_starts(EPOCHS, events).tolist() == [1, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert count_starts(EPOCHS, []).tolist() == [0] * 10


@pytest.mark.parametrize(
    ("shown", "observed", "absent"),
    [
        ("++++++++++", "++++++++++", ".........."),
        ("..........", "++++++++++", "++++++++++"),
        ("++......++", "++++++++++", "..++++++.."),  # three minutes
        ("++.....+++", "++++++++++", ".........."),  # two and a half
        ("......+...", "++++++++++", "++++++...."),
        ("..........", "+++..+++++", "+++..+++++"),  # unobserved time neither ends nor lengthens a stretch
        ("++.......+", "+++..+++++", ".........."),
        ("..........", "..........", ".........."),
    ],
)
def test_without_a_sign_for_minutes_nobody_may_be_there(shown: str, observed: str, absent: str) -> None:
    found = absent_epochs(EPOCHS, flags(shown), flags(observed), 180.0)
    assert "".join("+" if flag else "." for flag in found) == absent


def test_no_epochs_at_all() -> None:
    assert absent_epochs([], flags(""), flags(""), 180.0).tolist() == []

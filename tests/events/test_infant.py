"""From a trace to the infant: a film that breathes, twitches and rests, measured and decided."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.decide import decide
from detector.events.infant import see_infant
from detector.events.state import STATES, UNKNOWN
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import Film, Sketch
from tests.events.test_cycles import breath_times, cycles_within

PARAMS = Params()
LENGTH_S = 120.0
BREATHS_S = breath_times(0.65, 0.06, LENGTH_S, 4)


def breathing(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
    """The chest at (160, 90) px goes up by 0.7 px and down again."""
    cycle = int(np.searchsorted(BREATHS_S, time_s, side="right")) - 1
    phase = (time_s - BREATHS_S[cycle]) / (BREATHS_S[cycle + 1] - BREATHS_S[cycle])
    rows, columns = np.mgrid[0:180, 0:320].astype(np.float32)
    bell = np.exp(-((columns - 160) ** 2 + (rows - 90) ** 2) / (2 * 25.0**2))
    up = (rows + 0.7 * np.sin(np.pi * phase) ** 2 * bell).astype(np.float32)
    return cv2.remap(picture, columns, up, cv2.INTER_LINEAR)


@pytest.fixture(scope="module")
def asleep(film: Film) -> MotionTrace:
    """An infant that breathes 39 times a minute, a little unevenly, and twitches at 20.0 and 50.0 s."""
    twitches = [Film.shift(20.0, 0.3, 100, 60), Film.shift(50.0, 0.3, 220, 120)]
    return film.shoot(LENGTH_S, 10.0, twitches, paint=breathing)


def test_breathing_is_counted_in_every_epoch(asleep: MotionTrace) -> None:
    infant = see_infant(asleep, [], PARAMS)
    assert infant.breathing.is_visible.all()
    true_hz = [cycles_within(BREATHS_S, start_s, start_s + 30.0) / 30.0 for start_s in (0.0, 30.0, 60.0, 90.0)]
    found = [epoch.breathing_rate_hz * 60 for epoch in infant.epochs]
    assert found == pytest.approx([60 * rate for rate in true_hz], abs=1.0)


def test_the_extent_is_around_the_chest(asleep: MotionTrace) -> None:
    extent = see_infant(asleep, [], PARAMS).extent
    assert extent is not None
    column, row = asleep.grid.cell_centers
    x_px, y_px = column[extent].mean() * asleep.grid.cell_px[0], row[extent].mean() * asleep.grid.cell_px[1]
    assert (x_px, y_px) == pytest.approx((160, 90), abs=25)
    assert 0.02 < extent.mean() < 0.4


def test_events_know_their_state_and_their_share_of_the_infant(asleep: MotionTrace) -> None:
    decision = decide(asleep, PARAMS)
    assert [event.kind for event in decision.events] == ["twitch", "twitch"]
    assert len(decision.epochs) == 4
    for event in decision.events:
        assert event.state == decision.epochs[int(event.start_s // 30)].state
        assert event.area_fraction < event.infant_fraction <= 1.0


def test_a_still_room_shows_nobody(film: Film) -> None:
    infant = see_infant(film.shoot(60.0, 10.0), [], PARAMS)
    assert infant.extent is None
    assert [epoch.state for epoch in infant.epochs] == [UNKNOWN, UNKNOWN]
    assert not any(epoch.infant_visible for epoch in infant.epochs)


def test_a_trace_without_slow_signals_has_states_nevertheless() -> None:
    infant = see_infant(Sketch(60.0).trace(), [], PARAMS)
    assert all(epoch.state in STATES for epoch in infant.epochs)


def test_no_frame_no_epoch() -> None:
    assert see_infant(Sketch(0.0).trace(), [], PARAMS).epochs == ()

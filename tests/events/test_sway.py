"""What stands alone at a place that sways all the time is an event only where it is quicker or goes further."""

import numpy as np
import pytest

from detector.events.decide import Decision, decide
from detector.motion.trace import MotionTrace
from detector.params import Params, with_values
from tests.drawing import HAND, Place, Sketch

PARAMS = Params()
MINIMUM = PARAMS.noise.minimum
SWAYS = 12.0
"""Floor of the long lag where something sways, grey levels squared; that of the rest of the picture is 1."""


def moving(
    fast: float = 8.0, slow: float = 24.0, lasts_s: float = 0.2, seconds: float = 60.0, place: Place = HAND
) -> Sketch:
    """Something moves once, with these strengths over the floors of a still picture."""
    drawing = Sketch(seconds).move(20.0, 20.0 + lasts_s, place, snr=fast)
    return drawing.move(20.0, 20.0 + lasts_s, place, snr=slow, layer="slow") if slow else drawing


def swaying(drawing: Sketch, floor: float = SWAYS, place: Place = HAND) -> MotionTrace:
    """Its trace, where the long lag has a floor of its own at a place."""
    floors = np.ones((1, drawing.rows, drawing.columns), np.float16)
    floors[0][place] = floor
    return drawing.trace(slow_floor=floors.reshape(1, -1), slow_middle=np.full_like(floors, 0.2).reshape(1, -1))


def doubts(decision: Decision) -> list[str]:
    return [artifact.detail for artifact in decision.artifacts if artifact.kind == "doubtful"]


@pytest.mark.parametrize(
    ("drawing", "floor", "is_told"),
    [
        pytest.param(moving(), SWAYS, False, id="a slow peak"),
        pytest.param(moving(lasts_s=1.5), SWAYS, False, id="a longer one"),
        pytest.param(moving(slow=0.0), SWAYS, True, id="quick and faint at the long lag"),
        pytest.param(moving(slow=10.0), SWAYS, True, id="as quick as a jerk"),
        pytest.param(moving(fast=16.0, slow=120.0), SWAYS, True, id="goes further"),
        pytest.param(moving(fast=40.0, slow=110.0), SWAYS, True, id="far stronger than any burst has to be"),
        pytest.param(moving(), 2.0, True, id="at a place that hardly sways"),
        pytest.param(moving(seconds=25.0), SWAYS, True, id="in a recording too short to tell"),
    ],
)
def test_what_stands_alone_at_a_place_that_sways(drawing: Sketch, floor: float, *, is_told: bool) -> None:
    decision = decide(swaying(drawing, floor), PARAMS)
    fast = [event for event in decision.events if abs(event.start_s - 20.0) < 1.0]
    assert bool(fast) is is_told
    assert bool(doubts(decision)) is not is_told
    assert all("sways" in doubt for doubt in doubts(decision))


def test_another_place_says_nothing_of_it() -> None:
    assert decide(swaying(moving(), place=np.s_[12:16, 20:28]), PARAMS).events


def test_the_rule_can_be_left_out() -> None:
    without = with_values(PARAMS, {"rules.without": "sway"})
    assert decide(swaying(moving()), without).events


def test_an_infant_who_never_rests_raises_that_floor_and_is_told() -> None:
    drawing = Sketch(60.0)

    def wanders(time_s: float) -> float:
        return 6.0 * float(np.sin(3.0 * time_s + 2.0 * np.sin(1.7 * time_s)))

    drawing.move(10.0, 50.0, HAND, snr=12.0, signed=wanders).move(10.0, 50.0, HAND, snr=36.0, layer="slow")
    decision = decide(swaying(drawing), PARAMS)
    assert sum(event.duration_s for event in decision.events) > 35.0
    assert not doubts(decision)

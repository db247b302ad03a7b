"""Rules that no clip of the ablation table needs: what a sketch is with each of them, and without it."""

import numpy as np
import pytest

from detector.events.decide import decide
from detector.params import Params, with_values
from tests.drawing import Sketch

PARAMS = Params()
HAND = np.s_[12:16, 24:29]
BODY = np.s_[2:10, 4:20]


def in_body() -> Sketch:
    """A hand that moves on its own while the body turns."""
    return Sketch(20.0, 25.0).move(5.0, 8.0, BODY).move(6.0, 6.3, HAND)


def faint_beside_strong() -> Sketch:
    """A whole second of strong movement, and a faint one in the middle of it far away."""
    return Sketch(20.0, 25.0).move(5.0, 6.0, np.s_[2:6, 4:8], snr=400.0).move(5.4, 5.7, HAND, snr=7.0)


def brief_and_faint() -> Sketch:
    return Sketch(20.0, 30.0).move(5.0, 5.06, HAND, snr=6.0)


def lit_before() -> Sketch:
    """A hand that jerks where light has drifted: an encoder brought that up to date just before."""
    return Sketch(20.0, 25.0).move(4.3, 5.0, HAND, snr=8.0, only_brightens=True).move(5.0, 5.3, HAND, snr=100.0)


@pytest.mark.parametrize(
    ("drawing", "rule", "with_it", "without_it"),
    [
        (in_body(), "inside body", ["gross"], ["gross", "twitch"]),
        (faint_beside_strong(), "ripple", ["movement"], ["movement", "twitch"]),
        (lit_before(), "lit ends", ["twitch"], ["movement"]),
        (brief_and_faint(), "brief and faint", ["uncertain"], ["twitch"]),
    ],
    ids=["inside body", "ripple", "lit ends", "brief and faint"],
)
def test_each_rule_is_needed(drawing: Sketch, rule: str, with_it: list[str], without_it: list[str]) -> None:
    trace = drawing.trace()
    assert [event.kind for event in decide(trace, PARAMS).events] == with_it
    less = with_values(PARAMS, {"rules.without": rule})
    assert [event.kind for event in decide(trace, less).events] == without_it

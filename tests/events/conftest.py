"""Drawn motion that several files of this room look at, and what is told of it."""

from collections.abc import Callable

import pytest

from detector.events.classify import Event, classify_bursts
from detector.events.decide import Decision
from detector.params import Params
from tests.drawing import BurstsOf, Found, Sketch, find_in

PARAMS = Params()
Decide = Callable[..., list[Event]]


@pytest.fixture(scope="session")
def bursts_of() -> BurstsOf:
    """Active entries and bursts of a drawing: `view, active, bursts = bursts_of(sketch(20.0).move(...))`."""

    def find(drawing: Sketch, params: Params | None = None, **changes: object) -> Found:
        return find_in(drawing.trace(**changes), params)

    return find


@pytest.fixture
def events_of(bursts_of: BurstsOf) -> Decide:
    """Events of a drawing."""

    def find(drawing: Sketch, params: Params = PARAMS) -> list[Event]:
        return classify_bursts(*bursts_of(drawing, params), params)

    return find


def kinds(decision: Decision) -> list[str]:
    return [event.kind for event in decision.events]

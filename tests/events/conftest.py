"""Drawn motion that several files of this room look at."""

import pytest

from detector.params import Params
from tests.drawing import BurstsOf, Found, Sketch, find_in


@pytest.fixture(scope="session")
def bursts_of() -> BurstsOf:
    """Active entries and bursts of a drawing: `view, active, bursts = bursts_of(sketch(20.0).move(...))`."""

    def find(drawing: Sketch, params: Params | None = None, **changes: object) -> Found:
        return find_in(drawing.trace(**changes), params)

    return find

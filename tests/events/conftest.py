"""Drawn motion that several files of this room look at."""

from collections.abc import Callable
from typing import Any

import pytest

from detector.events.burst import Burst
from detector.events.bursts import find_bursts
from detector.events.excess import Active, find_active
from detector.motion.trace import MotionTrace
from detector.params import Params

Found = tuple[MotionTrace, Active, list[Burst]]


@pytest.fixture(scope="session")
def bursts_of() -> Callable[..., Found]:
    """Active entries and bursts of a drawing: `trace, active, bursts = bursts_of(sketch(20.0).move(...))`."""

    def find(drawing: Any, params: Params | None = None, **changes: Any) -> Found:
        params = params or Params()
        trace = drawing.trace(**changes)
        active = find_active(trace, params)
        return trace, active, find_bursts(trace, active, params)

    return find

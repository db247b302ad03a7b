"""Nights built by hand, so that every number in the tests is known beforehand."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace
from detector.motion.trace_file import save_trace
from detector.night.coverage import measure_coverage, observed_intervals
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance
from detector.params import Params
from tests.traces import still_trace, with_columns

FPS = 10
GAP = (40.0, 70.0)
STOP_S = 100.0

NOTHING = Decision((), ())


@pytest.fixture
def event() -> Callable[..., Event]:
    """Make a twitch of 0.3 s at 12.3456 s; any field can be set."""

    def make(**fields: Any) -> Event:
        twitch: dict[str, Any] = {
            "kind": "twitch", "start_s": 12.3456, "stop_s": 12.6454, "peak_s": 12.4, "x_px": 100.06, "y_px": 50.0,
            "area_fraction": 0.01234, "snr": 31.456, "rate_hz": np.nan, "n_cycles": np.nan, "regularity": np.nan,
            "is_sustained": False, "box_px": (90.0, 40.0, 110.0, 60.0), "reason": "localized, 0.30 s, below 0.5 s",
        }  # fmt: skip
        return Event(**(twitch | fields))

    return make


@pytest.fixture
def trace() -> MotionTrace:
    """100 s at 10 fps with nothing filmed from 40 to 70 s, 10 damaged frames at 10 s and 20 frozen ones at 80 s."""
    time_s = np.concatenate([np.arange(0, GAP[0], 1 / FPS), np.arange(GAP[1], STOP_S, 1 / FPS)])
    grid = Grid(3, 4, (40.0, 40.0), 160, 120)
    return with_columns(
        still_trace(grid, time_s, 1 / FPS),
        is_key=np.arange(len(time_s)) % 10 == 0,
        is_damaged=(time_s > 9.95) & (time_s < 10.95),
        is_frozen=(time_s > 79.95) & (time_s < 81.95),
        lag_s=np.full(len(time_s), 0.1, np.float32),
        reference=np.zeros((12, 16), np.uint8),
        lost_s=0.5,
    )


@pytest.fixture
def provenance() -> Provenance:
    """One file that began two hours before the clocks go back."""
    source = InputFile("night <1>.mp4", "footage/night <1>.mp4", 1000, "ab" * 32, 0.0)
    start_at = datetime(2024, 10, 27, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    return Provenance((source,), 0.0, STOP_S, start_at, "name", versions={"twitch-detector": "0"})


@pytest.fixture
def make_night(trace: MotionTrace, provenance: Provenance) -> Callable[..., Night]:
    """Make a night of the trace above with the given decision; any field can be set."""

    def make(decision: Decision = NOTHING, **fields: Any) -> Night:
        night = Night(
            decision=decision,
            coverage=measure_coverage(trace, 70.5, gap_s=30.0),
            provenance=provenance,
            params=Params(),
            observed=observed_intervals(trace, 1.0),
            trace=trace,
        )
        return dataclasses.replace(night, **fields)

    return make


@pytest.fixture
def busy_night(make_night: Callable[..., Night], event: Callable[..., Event], tmp_path: Path) -> Night:
    """Two twitches, one sustained rhythmic event with awkward text, one artifact; its trace part is stored."""
    rhythmic = event(
        kind="rhythmic", start_s=20.0, stop_s=32.0, rate_hz=2.10049, n_cycles=25.0, regularity=0.9, is_sustained=True,
        reason='2.10 Hz, "steady", 25 cycles\nover 12 s', site="left, arm",
    )  # fmt: skip
    decision = Decision(
        (event(), rhythmic, event(start_s=71.0, stop_s=71.2, box_px=(1.0, 2.0, 3.0, 4.0))),
        (Artifact("light", 33.0, 34.0, "12 grey levels, whole picture"),),
    )
    night = make_night(decision)
    part = tmp_path / "span-0001-0123456789abcdef.npz"
    assert night.trace is not None
    save_trace(part, night.trace)
    return dataclasses.replace(night, parts=(part,))

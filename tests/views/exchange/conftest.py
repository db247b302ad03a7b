"""Nights of drawn events, of one file or of three with a gap between them, that no footage has to be decoded for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.night.coverage import Coverage
from detector.night.files.store import write_night
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance
from detector.truth.simulated import SimulatedNight, simulate_night

collect_ignore = ["boris_exports.py"]  # a program for BORIS's own Python

BEGIN = datetime(2026, 3, 14, 22, 15, tzinfo=UTC)
THREE = ((0.0, 60.0), (60.0, 110.5), (200.0, 300.0))
"""When each of three files plays: the second right after the first, the third after a gap."""

EventMaker = Callable[..., Event]


@pytest.fixture(scope="session")
def make_event() -> EventMaker:
    """Make an event by kind, start and stop; any other field can be set."""

    def make(kind: str, start_s: float, stop_s: float, **fields: Any) -> Event:
        rate = 2.1 if kind == "rhythmic" else np.nan
        event: dict[str, Any] = {
            "peak_s": start_s, "x_px": 130.0, "y_px": 90.0, "area_fraction": 0.02, "snr": 31.4, "rate_hz": rate,
            "n_cycles": 5 * rate, "regularity": 0.9 if kind == "rhythmic" else np.nan, "is_sustained": False,
            "box_px": (100.0, 60.0, 160.0, 120.0), "reason": f"{kind}, as drawn",
        }  # fmt: skip
        return Event(**(event | {"kind": kind, "start_s": start_s, "stop_s": stop_s} | fields))

    return make


def night_of(events: Sequence[Event], files: Sequence[tuple[float, float]] = ((0.0, 300.0),)) -> Night:
    """A night of events in files that play from and to these seconds; their footage is nowhere."""
    inputs = tuple(
        InputFile(f"clip {number}.mp4", f"gone/clip {number}.mp4", 1000 + number, f"{number:064x}", start_s)
        for number, (start_s, _) in enumerate(files, start=1)
    )
    start_s, stop_s = files[0][0], files[-1][1]
    seen_s = sum(b - a for a, b in files)
    return Night(
        decision=Decision(tuple(sorted(events, key=lambda e: e.start_s)), (Artifact("light", 5.0, 6.0, "=1+1"),)),
        coverage=Coverage(seen_s, seen_s, 0.0, 0.0, 0.0, stop_s - start_s - seen_s, 0.0),
        provenance=Provenance(inputs, start_s, stop_s, BEGIN, "name"),
        observed=tuple(files),
    )


@pytest.fixture
def night(make_event: EventMaker) -> Night:
    """Six events in 300 s of one file, two of one kind at once, one with a name that a spreadsheet would execute."""
    return night_of(
        [
            make_event("twitch", 7.0, 7.3, site="left hand"),
            make_event("twitch", 19.5, 19.812, reason="a, b; \"c\"\td\n=2"),
            make_event("movement", 30.0, 34.0),
            make_event("movement", 32.0, 33.0, x_px=10.0),
            make_event("rhythmic", 50.0, 62.125, site="=HYPERLINK(1)"),
            make_event("gross", 250.0, 255.001),
        ]
    )  # fmt: skip


@pytest.fixture
def three_files(make_event: EventMaker) -> Night:
    """Events in three files: one that ends with the first, one across both, one in the gap's edge, one in the third."""
    return night_of(
        [
            make_event("twitch", 59.7, 60.0),
            make_event("twitch", 60.0, 60.4),
            make_event("movement", 59.0, 61.5, x_px=10.0),
            make_event("gross", 105.0, 110.5),
            make_event("twitch", 200.0, 200.3),
            make_event("rhythmic", 280.0, 300.0),
        ],
        THREE,
    )


@pytest.fixture
def stored(night: Night, tmp_path: Path) -> Night:
    """The same six events in a folder."""
    folder = tmp_path / "night"
    folder.mkdir()
    write_night(night, folder)
    return Night.load(folder)


@pytest.fixture(scope="session")
def with_states() -> Night:
    """Two simulated hours with states and gaps."""
    return simulate_night(SimulatedNight(hours=2.0), seed=3)


def marks(night: Night) -> list[tuple[str, float, float]]:
    """Kind, start and stop of every event, with the digits of files."""
    columns = night.event_columns()
    return list(zip(columns["kind"], columns["start_s"], columns["stop_s"], strict=True))

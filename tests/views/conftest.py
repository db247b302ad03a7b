"""Nights built by hand: 10 pictures a second, 320 x 240 px, cells of 20 px, moved cells at 100 noise floors."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.motion.grid import Grid
from detector.motion.layer import Layer
from detector.motion.trace import MotionTrace
from detector.night.coverage import measure_coverage, observed_intervals
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance
from detector.params import Params
from tests.traces import still_trace, with_columns

FPS = 10
ROWS, COLUMNS, CELL_PX = 12, 16, 20.0
FLOOR = 1.0 + Params().noise.minimum
ENERGY = np.float32(100 * FLOOR)
EVENING = datetime(2024, 11, 12, 22, 30, 10, tzinfo=timezone(timedelta(hours=1)))

EventMaker = Callable[..., Event]
NightMaker = Callable[..., Night]


@pytest.fixture(scope="session", autouse=True)
def without_a_screen() -> None:
    mpl.use("agg")


@pytest.fixture(autouse=True)
def no_figure_left_behind() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def ax() -> Axes:
    """Axes that pyplot does not know."""
    return Figure(figsize=(11, 5.2), layout="constrained").add_subplot()


@pytest.fixture(scope="session")
def make_event() -> EventMaker:
    """Make a movement of 0.3 s (12 s and 2.1 Hz if rhythmic) in the box 100-160 x 60-120 px; any field can be set."""

    def make(start_s: float, kind: str = "twitch", **fields: Any) -> Event:
        length_s = {"rhythmic": 12.0, "movement": 2.0, "gross": 5.0, "uncertain": 0.6}.get(kind, 0.3)
        is_rhythmic = kind == "rhythmic"
        event: dict[str, Any] = {
            "kind": kind, "start_s": start_s, "stop_s": start_s + length_s, "peak_s": start_s + length_s / 3,
            "x_px": 130.0, "y_px": 90.0, "area_fraction": 0.0234, "snr": 31.4,
            "rate_hz": 2.1 if is_rhythmic else np.nan, "n_cycles": 25.0 if is_rhythmic else np.nan,
            "regularity": 0.9 if is_rhythmic else np.nan,
            "is_sustained": is_rhythmic, "box_px": (100.0, 60.0, 160.0, 120.0), "reason": f"{kind}: {length_s} s",
        }  # fmt: skip
        return Event(**(event | fields))

    return make


@pytest.fixture(scope="session")
def make_night() -> NightMaker:
    """Make a night out of its length, events, gaps and frozen stretches; footage that is nowhere to be found."""

    def make(
        length_s: float = 180.0,
        events: Sequence[Event] = (),
        *,
        gaps: Sequence[tuple[float, float]] = (),
        frozen: Sequence[tuple[float, float]] = (),
        artifacts: Sequence[Artifact] = (),
        start_at: datetime | None = None,
        start_s: float = 0.0,
        name: str = "cam <1>.mp4",
        footage: Path = Path("nowhere"),
    ) -> Night:
        trace = make_trace(length_s, start_s, events, gaps, frozen)
        gap_s = sum(stop - start for start, stop in gaps)
        source = input_file(footage / name, start_s)
        return Night(
            decision=Decision(
                tuple(sorted(events, key=lambda event: event.start_s)),
                (*artifacts, *(Artifact("frozen", a, b, "the picture stood still") for a, b in frozen)),
            ),
            coverage=measure_coverage(trace, length_s - gap_s, gap_s=gap_s),
            provenance=Provenance(
                (source,), start_s, start_s + length_s, start_at, "name" if start_at else "", versions={"numpy": "2.0"}
            ),
            params=Params(),
            observed=observed_intervals(trace, 0.5),
            trace=trace,
        )

    return make


def input_file(path: Path, offset_s: float) -> InputFile:
    """A file as it was analyzed; of one that is not there, size and content are made up."""
    is_there = path.is_file()
    content = path.read_bytes() if is_there else b""
    sha256 = hashlib.sha256(content).hexdigest() if is_there else "ab" * 32
    return InputFile(path.name, str(path), len(content) if is_there else 1_234_567, sha256, offset_s)


def make_trace(
    length_s: float,
    start_s: float,
    events: Sequence[Event],
    gaps: Sequence[tuple[float, float]],
    frozen: Sequence[tuple[float, float]],
) -> MotionTrace:
    time_s = start_s + np.arange(round(length_s * FPS)) / FPS
    time_s = time_s[~_within(time_s, gaps)]
    n_frames = time_s.size
    moved = np.zeros((n_frames, ROWS, COLUMNS), bool)
    for event in events:
        left, top, right, bottom = (int(edge // CELL_PX) for edge in event.box_px)
        moved[_within(time_s, [(event.start_s, event.stop_s)]), top:bottom, left:right] = True
    frame, cell = np.nonzero(moved.reshape(n_frames, -1))
    energy = np.full(frame.size, ENERGY, np.float32)
    grid = Grid(ROWS, COLUMNS, (CELL_PX, CELL_PX), 320, 240)
    return with_columns(
        still_trace(grid, time_s, 1 / FPS),
        is_frozen=_within(time_s, frozen),
        lag_s=np.full(n_frames, 0.1, np.float32),
        has_slow=np.arange(n_frames) % 3 == 0,
        fast=Layer.from_rows(n_frames, frame, cell, energy, np.sqrt(energy)),
        block_start_s=np.full(1, start_s),
        span_start_s=np.full(1, start_s),
        key_floor=np.full((1, grid.n_cells), 3, np.float16),
        reference=np.tile(np.arange(160, dtype=np.uint8), (120, 1)),
    )


def _within(time_s: np.ndarray, stretches: Sequence[tuple[float, float]]) -> np.ndarray:
    inside = np.zeros(time_s.size, bool)
    for start_s, stop_s in stretches:
        # Half a frame of room, since the times are sums of tenths.
        inside |= (time_s >= start_s - 1e-6) & (time_s < stop_s - 1e-6)
    return inside


@pytest.fixture(scope="session")
def evening() -> datetime:
    """22:30:10 on 12 November 2024, one hour ahead of UTC."""
    return EVENING


@pytest.fixture(scope="session")
def blind_night(make_night: NightMaker) -> Night:
    """Three minutes in which the camera repeated one picture."""
    return make_night(180.0, frozen=[(0.0, 180.0)])

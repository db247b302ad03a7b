"""How the center of a burst moves from frame to frame: many bursts at once, since a night has thousands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.active import Active
from detector.events.bursts import Burst, Part
from detector.motion.trace import MotionTrace

# Frames with less than this share of the strongest one's energy tell no place.
_LOUD = 0.1
_MIN_FRAMES = 3
# As many entries at a time as fit into the processor's cache.
_PORTION = 50_000

Values = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Path:
    """How the center of a burst moves.

    Attributes:
        travel: distance between its ends, picture diagonals.
        extents: that distance over the usual extent (root mean square radius) of what moves in one frame.
        straightness: share of the center's scatter that an even course along a line explains, 0 to 1.
        speed: travel a second, picture diagonals / s.
        brightening: signed over absolute change in the first frames, -1 (only darker) to 1 (only brighter).
    """

    travel: float
    extents: float
    straightness: float
    speed: float
    brightening: float


NO_PATH = Path(0.0, 0.0, 0.0, 0.0, 0.0)


def measure_paths(trace: MotionTrace, active: Active, bursts: Sequence[Burst | Part]) -> list[Path]:
    """Follow the energy-weighted centers of bursts from frame to frame.

    Args:
        trace: for times and the grid.
        active: what `bursts` index into.
        bursts: in any order.

    Returns:
        One path a burst. One that is seen in fewer than three frames goes nowhere.
    """
    return [path for some in _portions(bursts) for path in _measure(trace, active, some)]


def _portions(bursts: Sequence[Burst | Part]) -> Iterator[Sequence[Burst | Part]]:
    first, n_entries = 0, 0
    for place, burst in enumerate(bursts):
        n_entries += len(burst.entries)
        if n_entries >= _PORTION:
            yield bursts[first : place + 1]
            first, n_entries = place + 1, 0
    if first < len(bursts):
        yield bursts[first:]


def _measure(trace: MotionTrace, active: Active, bursts: Sequence[Burst | Part]) -> list[Path]:
    entries = np.concatenate([burst.entries for burst in bursts])
    counts = np.array([len(burst.entries) for burst in bursts])
    begin = np.cumsum(counts) - counts
    frame, cell, snr = active.frame[entries], active.cell[entries], active.snr[entries].astype(np.float64)
    # One row for each frame of each burst; entries are in order of frame.
    is_new = np.diff(frame, prepend=-1) != 0
    is_new[begin] = True
    row_begin = np.flatnonzero(is_new)
    row_frame, first = frame[row_begin], np.searchsorted(row_begin, begin)
    n_rows = np.diff(np.append(first, len(row_begin)))
    total = np.add.reduceat(snr, row_begin)
    column, line = trace.cell_centers
    x, y = column[cell], line[cell]
    center = tuple(np.add.reduceat(snr * place, row_begin) / total for place in (x, y))
    is_loud = total >= _LOUD * np.repeat(np.maximum.reduceat(total, first), n_rows)
    way = _way(center, is_loud, first, n_rows)
    # Scatter about the center of its frame: the mean square less the square of the mean.
    square = np.add.reduceat(snr * (x * x + y * y), begin)
    square -= np.add.reduceat(total * (center[0] ** 2 + center[1] ** 2), first)
    extent = np.sqrt(np.maximum(square, 0.0) / np.add.reduceat(total, first))
    travel = way * trace.cell_px[0] / float(np.hypot(trace.width_px, trace.height_px))
    lasts_s = np.array([burst.stop_s - burst.start_s for burst in bursts])
    columns = (
        travel,
        # What lies in a single cell is still about as wide as half of it.
        way / np.maximum(extent, 0.5),
        np.where(way > 0.0, _straightness(trace.time_s[row_frame], center, total, first, n_rows), 0.0),
        travel / np.maximum(lasts_s, 1e-3),
        _brightening(trace, frame, active.signed[entries].astype(np.float64), begin, counts),
    )
    return [Path(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def _way(center: tuple[Values, ...], is_loud: NDArray[np.bool_], first: Places, n_rows: Places) -> Values:
    """Distance from the first loud place of each burst to the last, cells; 0 where there are fewer than three."""
    loud = np.flatnonzero(is_loud)
    low, high = np.searchsorted(loud, first), np.searchsorted(loud, first + n_rows)
    begin, end = loud[low], loud[high - 1]
    way = np.hypot(*(place[end] - place[begin] for place in center))
    return np.where(high - low >= _MIN_FRAMES, way, 0.0)


def _straightness(
    time_s: Values, center: tuple[Values, ...], weight: Values, first: Places, n_rows: Places
) -> Values:
    """Share of the scatter of each course (rows `first` and on) that going along a line at one speed explains."""
    total = np.add.reduceat(weight, first)

    def about_mean(values: Values) -> Values:
        return values - np.repeat(np.add.reduceat(weight * values, first) / total, n_rows)

    # Times of a night are large beside those of a burst: the difference is taken first.
    time_s = about_mean(time_s - np.repeat(time_s[first], n_rows))
    spread, along = np.zeros(len(first)), np.zeros(len(first))
    for place in center:
        aside = about_mean(place)
        spread += np.add.reduceat(weight * aside * aside, first)
        along += np.add.reduceat(weight * time_s * aside, first) ** 2
    scatter = spread * np.add.reduceat(weight * time_s * time_s, first)
    return np.divide(along, scatter, out=np.zeros(len(first)), where=scatter > 0.0)


def _brightening(trace: MotionTrace, frame: NDArray[np.int32], signed: Values, begin: Places, counts: Places) -> Values:
    """Signed over absolute change until the first lag is over: before that, nothing that came can have gone."""
    head = frame[begin]
    until_s = trace.time_s[head] + trace.lag_s[head] - 0.5 * trace.duration_s[head]
    coming = signed * (trace.time_s[frame] < np.repeat(until_s, counts))
    change: Values = np.add.reduceat(coming, begin) / np.maximum(np.add.reduceat(np.abs(coming), begin), 1e-9)
    return change

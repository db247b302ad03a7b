"""How the center of a burst moves from frame to frame: many bursts at once, since a night has thousands.

With x(t) the center of a frame weighted by score: travel is the distance between the first and the last, straightness
the share of the scatter of x that its regression on t explains, and brightening the sum of signed over absolute change
until the first lag is over, before which nothing that came can have gone. In diagonals, own extents and seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst, Entries, Part, Rows, portions, side_by_side
from detector.events.excess import Active
from detector.motion.view import LayerView

# Frames with less than this share of the strongest one's energy tell no place.
_LOUD = 0.1
_MIN_FRAMES = 3

Values = NDArray[np.float64]


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


def measure_paths(view: LayerView, active: Active, bursts: Sequence[Burst | Part]) -> list[Path]:
    """Follow the energy-weighted centers of bursts from frame to frame.

    Args:
        view: for times and the grid.
        active: what `bursts` index into.
        bursts: in any order.

    Returns:
        One path a burst. One that is seen in fewer than three frames goes nowhere.
    """
    lasts_s = np.array([burst.stop_s - burst.start_s for burst in bursts])
    groups = [burst.entries for burst in bursts]
    return [path for some in portions(groups) for path in _measure(view, active, groups[some], lasts_s[some])]


def _measure(view: LayerView, active: Active, groups: Sequence[Entries], lasts_s: Values) -> list[Path]:
    entries, begin = side_by_side(groups)
    rows = Rows.of(active.frame[entries], begin)
    cell, snr = active.cell[entries], active.snr[entries].astype(np.float64)
    total = np.add.reduceat(snr, rows.begin)
    column, line = view.grid.cell_centers
    x, y = column[cell], line[cell]
    center = tuple(np.add.reduceat(snr * place, rows.begin) / total for place in (x, y))
    way = _way(rows, center, total)
    # Scatter about the center of its frame: the mean square less the square of the mean.
    square = np.add.reduceat(snr * (x * x + y * y), begin)
    square -= np.add.reduceat(total * (center[0] ** 2 + center[1] ** 2), rows.first)
    extent = np.sqrt(np.maximum(square, 0.0) / np.add.reduceat(total, rows.first))
    travel = way * view.grid.cell_px[0] / view.grid.diagonal_px
    columns = (
        travel,
        # What lies in a single cell is still about as wide as half of it.
        way / np.maximum(extent, 0.5),
        np.where(way > 0.0, _straightness(rows, view.time_s[rows.frame], center, total), 0.0),
        travel / np.maximum(lasts_s, 1e-3),
        _brightening(view, rows, total, active.signed[entries].astype(np.float64)),
    )
    return [Path(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def _way(rows: Rows, center: tuple[Values, ...], total: Values) -> Values:
    """Distance from the first loud place of each burst to the last, cells; 0 where there are fewer than three."""
    loud = rows.loud(total, _LOUD)
    first, last = rows.ends(loud)
    way = np.hypot(*(place[last] - place[first] for place in center))
    n_loud = np.searchsorted(loud, last) - np.searchsorted(loud, first) + 1
    return np.where(n_loud >= _MIN_FRAMES, way, 0.0)


def _straightness(rows: Rows, time_s: Values, center: tuple[Values, ...], weight: Values) -> Values:
    """Share of the scatter of each course that going along a line at one speed explains."""
    first, n_rows = rows.first, rows.n_rows
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


def _brightening(view: LayerView, rows: Rows, total: Values, signed: Values) -> Values:
    """Signed over absolute change until the first lag is over: before that, nothing that came can have gone."""
    # What an encoder lets see of it before it is there does not count.
    begin = rows.ends(rows.loud(total, _LOUD))[0]
    head = rows.frame[begin]
    until_s = view.time_s[head] + view.lag_s[head] - 0.5 * view.duration_s[head]
    is_coming = view.time_s[rows.frame] < np.repeat(until_s, rows.n_rows)
    is_coming &= np.arange(len(rows.frame)) >= np.repeat(begin, rows.n_rows)
    shown, size = (np.add.reduceat(values, rows.begin) * is_coming for values in (signed, np.abs(signed)))
    change: Values = np.add.reduceat(shown, rows.first) / np.maximum(np.add.reduceat(size, rows.first), 1e-9)
    return change

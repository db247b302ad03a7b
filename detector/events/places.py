"""Places where twitches cluster, numbered by how many there are: sites of movements for which nobody named regions.

A place is a peak of the density of twitches over the picture (a Gaussian kernel, own choice); every event near a peak
is of that place. Places say where in the picture, not which part of the body; an infant that turns over has others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.motion.grid import Grid
from detector.params import PlaceParams

Centers = NDArray[np.float64]


def find_places(events: Sequence[Event], grid: Grid, params: PlaceParams) -> Centers:
    """Centers of the places where twitches cluster.

    Args:
        events: as decided.
        grid: of the picture.
        params: the group `place`.

    Returns:
        Shape (places, 2), source px, the place with the most twitches first; empty where none has enough.
    """
    from scipy.ndimage import gaussian_filter, maximum_filter

    twitches = _centers([event for event in events if event.kind == "twitch"])
    reach_px = params.reach * grid.diagonal_px
    if len(twitches) < params.min_events:
        return np.zeros((0, 2))
    side_px = reach_px / params.steps
    shape = int(np.ceil(grid.height_px / side_px)) + 1, int(np.ceil(grid.width_px / side_px)) + 1
    counts = np.zeros(shape)
    np.add.at(counts, tuple((twitches[:, ::-1] // side_px).astype(int).clip(0, np.array(shape) - 1).T), 1.0)
    density = gaussian_filter(counts, params.steps, mode="constant")
    is_peak = (density == maximum_filter(density, 2 * params.steps + 1)) & (density > 0)
    row, column = np.nonzero(is_peak)
    order = np.argsort(-density[row, column], kind="stable")
    ordered = np.stack([column, row], axis=1)[order].astype(np.float64)
    peaks = _apart((ordered + 0.5) * side_px, 2.0 * reach_px)
    counted = np.bincount(_nearest(twitches, peaks, 2.0 * reach_px) + 1, minlength=len(peaks) + 1)[1:]
    chosen = np.argsort(-counted, kind="stable")[: np.count_nonzero(counted >= params.min_events)]
    return peaks[chosen]


def with_places(events: Sequence[Event], grid: Grid, params: PlaceParams) -> tuple[Event, ...]:
    """Events with the place they are at as their site, `place 1` for the one with the most twitches.

    Those that are near none, or have a site already, stay as they are, and make no place.
    """
    places = find_places([event for event in events if not event.site], grid, params)
    nearest = _nearest(_centers(events), places, 2.0 * params.reach * grid.diagonal_px)
    return tuple(
        replace(event, site=f"place {number + 1}") if number >= 0 and not event.site else event
        for event, number in zip(events, nearest.tolist(), strict=True)
    )


def _centers(events: Sequence[Event]) -> Centers:
    return np.array([(event.x_px, event.y_px) for event in events], np.float64).reshape(-1, 2)


def _apart(peaks: Centers, least_px: float) -> Centers:
    """Peaks without those that are near a higher one."""
    kept: list[Centers] = []
    for peak in peaks:
        if all(np.hypot(*(peak - other)) >= least_px for other in kept):
            kept.append(peak)
    return np.array(kept).reshape(-1, 2)


def _nearest(points: Centers, places: Centers, most_px: float) -> NDArray[np.intp]:
    """Number of the place nearest to each point; -1 where none is near enough."""
    if not len(points) or not len(places):
        return np.full(len(points), -1, np.intp)
    away = np.hypot(*(points[:, None] - places).transpose(2, 0, 1))
    best: NDArray[np.intp] = np.where(away.min(axis=1) <= most_px, away.argmin(axis=1), -1)
    return best

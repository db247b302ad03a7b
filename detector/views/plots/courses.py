"""Courses over a night for plots: events per observed minute, and the envelope of motion, in bins of round length."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.night.coverage import is_observed
from detector.night.night import Night
from detector.views.plots.time_axis import nice_step, origin_s

Edges = NDArray[np.float64]
MOTION_WORDS = "share of the picture that moved, on a scale that shows small movement"
"""What the lane of motion draws, in report and review page."""
_LEAST_SEEN = 0.25
"""A bin that was observed for less of its length counts as this much: one event in it would be the night's top rate."""


class Course(NamedTuple):
    """Values in bins of time.

    Attributes:
        edges_s: recording time, s, ascending, shape (n + 1,).
        values: shape (n,), NaN where nothing was observed.
    """

    edges_s: Edges
    values: NDArray[np.float64]


class Envelope(NamedTuple):
    """How much of the picture moved, in bins of time.

    Attributes:
        edges_s: recording time, s, ascending, shape (n + 1,).
        most: largest share of the picture in each bin, 0 to 1, shape (n,), NaN where nothing was observed.
        usual: mean share, as `most`.
    """

    edges_s: Edges
    most: NDArray[np.float64]
    usual: NDArray[np.float64]


def bin_edges(night: Night, at_most: int) -> Edges:
    """Round bin edges over the night, s."""
    length_s = max(night.stop_s - night.start_s, 1e-3)
    step = nice_step(length_s, at_most)
    origin = origin_s(night)
    first = np.floor((night.start_s - origin) / step)
    last = np.ceil((night.start_s + length_s - origin) / step)
    return np.asarray(origin + np.arange(first, last + 1) * step, dtype=np.float64)


def observed_in(observed: tuple[tuple[float, float], ...], edges: Edges) -> NDArray[np.float64]:
    """Observed seconds in each bin.

    Args:
        observed: disjoint intervals `(start_s, stop_s)`, ascending.
        edges: bin edges, ascending, shape (n + 1,), s.

    Returns:
        Shape (n,), s.
    """
    starts, stops = (np.asarray([pair[side] for pair in observed], dtype=np.float64) for side in (0, 1))
    # Observed time up to each edge: whole stretches before it, and the part of the one it lies in.
    upto = np.concatenate(([0.0], np.cumsum(stops - starts)))
    place = np.searchsorted(starts, edges, side="right")
    inside = np.zeros(edges.size)
    within = place > 0
    inside[within] = np.maximum(stops[place[within] - 1] - edges[within], 0.0)
    return np.diff(upto[place] - inside)


def rate_course(night: Night, kind: str, at_most: int = 144) -> Course:
    """Events of a kind per observed minute over the night, in bins of a minute or more."""
    whole_minutes = math.ceil((night.stop_s - night.start_s) / 60.0)
    edges = bin_edges(night, min(at_most, max(whole_minutes, 1)))
    onsets_s = [event.start_s for event in night.decision.events if event.kind == kind]
    counts, _ = np.histogram(onsets_s, edges)
    seen_s = observed_in(night.observed, edges)
    minutes = np.maximum(seen_s, _LEAST_SEEN * np.diff(edges)) / 60.0
    return Course(edges, np.where((seen_s > 0) | (counts > 0), counts / minutes, np.nan))


def motion_envelope(night: Night, at_most: int) -> Envelope | None:
    """How much of the picture moved over the night, without what light, bumps and the like did.

    Args:
        night: what was found.
        at_most: how many bins.

    Returns:
        None where the motion was not kept, or nothing was measured.
    """
    measured = moved_share(night)
    if measured is None:
        return None
    time_s, share, is_seen = measured
    is_seen = is_seen & _is_judged(night, time_s)
    # A bin shorter than a few frames would be empty now and then, and look like a pause.
    usual_s = float(np.median(np.diff(time_s))) if time_s.size > 1 else 1.0
    length_s = max(night.stop_s - night.start_s, 1e-3)
    edges = bin_edges(night, max(1, min(at_most, int(length_s / max(3 * usual_s, 1e-3)))))
    place = np.clip(np.searchsorted(edges, time_s[is_seen], side="right") - 1, 0, edges.size - 2)
    counts = np.bincount(place, minlength=edges.size - 1)
    sums = np.bincount(place, weights=share[is_seen], minlength=edges.size - 1)
    most = np.zeros(edges.size - 1)
    np.maximum.at(most, place, share[is_seen])
    unseen = counts == 0
    return Envelope(edges, np.where(unseen, np.nan, most), np.where(unseen, np.nan, sums / np.maximum(counts, 1)))


def moved_share(night: Night) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]] | None:
    """Time, share of the picture that moved, and whether it was observed, of each frame; None where not kept."""
    trace = night.trace
    if trace is None or trace.frames.time_s.size == 0:
        return None
    return trace.frames.time_s, trace.frames.moved_fraction.astype(np.float64), is_observed(trace)


def _is_judged(night: Night, time_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Frames in which nothing hid what moved: a lamp that is switched would flatten a night of movement."""
    steps = np.zeros(time_s.size + 1, np.int64)
    for start_s, stop_s in night.judged:
        first, last = np.searchsorted(time_s, (start_s, stop_s))
        steps[first] += 1
        steps[last] -= 1
    inside: NDArray[np.bool_] = np.cumsum(steps[:-1]) > 0
    return inside

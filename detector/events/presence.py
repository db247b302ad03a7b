"""Whether an infant is there: shown by its breathing or by its movements, epoch by epoch.

A cot in which neither is seen for minutes is told as absent or not visible: nobody may lie there, or a blanket hides
what there is to see. An epoch in which somebody is there and lies still under a blanket can look the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.motion.trace import MotionTrace

Interval = tuple[float, float]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def cut_epochs(start_s: float, stop_s: float, length_s: float) -> tuple[Interval, ...]:
    """Epochs of one length from the start of a recording; the last one may be up to half as long again, or shorter.

    Args:
        start_s: of the recording.
        stop_s: of the recording.
        length_s: of an epoch, more than 0.

    Returns:
        `(start_s, stop_s)`, ascending, each beginning where the one before ends; empty where there is no time.

    Example:
        >>> cut_epochs(0.0, 70.0, 30.0)
        ((0.0, 30.0), (30.0, 70.0))
    """
    if stop_s <= start_s:
        return ()
    n_epochs = max(round((stop_s - start_s) / length_s), 1)
    edges = [*(start_s + length_s * np.arange(n_epochs)).tolist(), stop_s]
    return tuple(itertools.pairwise(edges))


def observed_shares(trace: MotionTrace, epochs: Sequence[Interval]) -> Floats:
    """Share of each epoch that was filmed, not frozen and not damaged; shape (epochs,), 0 to 1."""
    frames = trace.frames
    is_seen = ~(frames.is_damaged | frames.is_frozen)
    seen_s = np.bincount(
        _places(epochs, frames.time_s[is_seen]), frames.duration_s[is_seen].astype(np.float64), len(epochs) + 1
    )
    lengths_s = np.array([stop_s - start_s for start_s, stop_s in epochs])
    shares: Floats = np.minimum(seen_s[: len(epochs)] / np.maximum(lengths_s, 1e-9), 1.0)
    return shares


def covered_shares(epochs: Sequence[Interval], stretches: Sequence[Interval]) -> Floats:
    """Share of each epoch that some of the stretches cover, in any order; shape (epochs,), 0 to 1."""
    covered_s = np.zeros(len(epochs))
    if epochs and stretches:
        starts_s = np.array([start_s for start_s, _ in epochs])
        stops_s = np.array([stop_s for _, stop_s in epochs])
        for start_s, stop_s in _merged(stretches):
            first = int(np.searchsorted(stops_s, start_s, side="right"))
            last = int(np.searchsorted(starts_s, stop_s, side="left"))
            inside = slice(first, last)
            covered_s[inside] += np.minimum(stops_s[inside], stop_s) - np.maximum(starts_s[inside], start_s)
        covered_s /= np.maximum(stops_s - starts_s, 1e-9)
    return np.clip(covered_s, 0.0, 1.0)


def count_starts(epochs: Sequence[Interval], events: Sequence[Event]) -> NDArray[np.int64]:
    """Events that start in each epoch; shape (epochs,)."""
    places = _places(epochs, np.array([event.start_s for event in events]))
    counts: NDArray[np.int64] = np.bincount(places, minlength=len(epochs) + 1)[: len(epochs)]
    return counts


def absent_epochs(epochs: Sequence[Interval], is_shown: Flags, is_observed: Flags, absent_s: float) -> Flags:
    """Epochs of stretches in which nothing shows the infant for long enough.

    Args:
        epochs: `(start_s, stop_s)`, ascending.
        is_shown: shape (epochs,), whether breathing or movement shows the infant.
        is_observed: shape (epochs,); unobserved ones neither end a stretch nor count for it.
        absent_s: shortest observed time without a sign, s.

    Returns:
        Shape (epochs,); unobserved ones are never among them.
    """
    is_absent = np.zeros(len(epochs), bool)
    empty: list[int] = []
    for place in [*np.flatnonzero(is_observed).tolist(), -1]:
        if place >= 0 and not is_shown[place]:
            empty.append(place)
            continue
        if sum(epochs[one][1] - epochs[one][0] for one in empty) >= absent_s:
            is_absent[empty] = True
        empty = []
    return is_absent


def _places(epochs: Sequence[Interval], time_s: Floats) -> NDArray[np.intp]:
    """Number of the epoch of each moment; one past the last for what lies in none."""
    if not epochs:
        return np.zeros(len(time_s), np.intp)
    starts_s = np.array([start_s for start_s, _ in epochs])
    places = np.searchsorted(starts_s, time_s, side="right") - 1
    outside = (places < 0) | (time_s >= epochs[-1][1])
    found: NDArray[np.intp] = np.where(outside, len(epochs), places)
    return found


def _merged(stretches: Sequence[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for start_s, stop_s in sorted(stretches):
        if found and start_s <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], stop_s)
        else:
            found.append((start_s, stop_s))
    return found

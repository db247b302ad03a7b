"""Pictures stamped when they arrived, in clumps, set back to the even pace at which they were taken."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

LEAST_PICTURES = 24
"""Fewer pictures show no pace."""

LEAST_CLUMP = 3.0
"""Clumps hold at least so many pictures, on average; two at a time are jitter."""

CLOSE = 0.4
"""Pictures of a clump lie nearer than this share of the mean interval."""

STEADY = 0.35
"""A clump is in step where its pictures a second differ from the usual by no more than this share ..."""

STEADY_SHARE = 0.8
"""... and most clumps have to be."""

NODE_S = 4.0
"""The pace is read over stretches of at least this length, s: single clumps come early or late."""

GAP = 3.0
"""A clump that comes later than so many times its own length, and a second, follows a gap."""


def spread_arrivals(times_s: NDArray[np.float64]) -> tuple[NDArray[np.float64], str]:
    """Spread pictures evenly that are stamped in clumps at a steady number a second.

    A network or a slow card holds pictures back and hands over several at once: the median interval is then far below
    the mean one, while clump after clump the same number of pictures a second comes in. Footage of changing rate has
    no such steady pace, and stays as it is.

    Args:
        times_s: ascending, shape (n,).

    Returns:
        Ascending times, and what was done, one sentence; the times themselves and an empty text where nothing was.
    """
    if len(times_s) < LEAST_PICTURES:
        return times_s, ""
    steps = np.diff(times_s)
    mean_s = float(times_s[-1] - times_s[0]) / len(steps)
    if np.median(steps) > CLOSE * mean_s:
        return times_s, ""
    # Pauses raise the mean; clumps are told apart at the mean of what is no pause.
    usual_s = float(steps[steps <= 20 * mean_s].mean())
    last = np.append(np.flatnonzero(steps > usual_s), len(steps))
    sizes = np.diff(last, prepend=-1)
    if len(last) < 4 or sizes[1:-1].mean() < LEAST_CLUMP:
        return times_s, ""
    cycles_s = np.diff(times_s[last])
    rates = sizes[1:] / cycles_s
    rate_hz = float(np.median(rates))
    if np.mean(np.abs(rates / rate_hz - 1.0) <= STEADY) < STEADY_SHARE:
        return times_s, ""
    is_gap = cycles_s > GAP * sizes[1:] / rate_hz + 1.0
    found = np.concatenate(
        [_even(times_s[last[low:high]], last[low:high], sizes[low], rate_hz) for low, high in _runs(is_gap)]
    )
    text = f"The time stamps are times of arrival, in clumps of {sizes[1:].mean():.0f} pictures"
    return found, f"{text}; the pictures were spread evenly, at {rate_hz:.3g} a second."


def _runs(is_gap: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Runs of clumps without a gap between them, half-open."""
    edges = [0, *(np.flatnonzero(is_gap) + 1).tolist(), len(is_gap) + 1]
    return list(itertools.pairwise(edges))


def _even(ends_s: NDArray[np.float64], last: NDArray[np.int64], first_size: int, rate_hz: float) -> NDArray[np.float64]:
    """Times of the pictures of one run of clumps, at its pace; the last picture of a clump came at once."""
    places = np.arange(last[0] - first_size + 1, last[-1] + 1)
    nodes = [0]
    for place in range(1, len(last)):
        if ends_s[place] - ends_s[nodes[-1]] >= NODE_S:
            nodes.append(place)
    if nodes[-1] != len(last) - 1:
        # A short rest has no pace of its own.
        nodes = [*(nodes[:-1] if len(nodes) > 1 else nodes), len(last) - 1]
    even = np.interp(places, last[nodes], ends_s[nodes])
    before = places < last[0]
    even[before] = ends_s[0] - (last[0] - places[before]) / rate_hz
    return even

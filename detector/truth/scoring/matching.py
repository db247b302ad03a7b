"""One-to-one matching of found intervals to known ones.

Arrays in, index pairs out. Times are in seconds, intervals half-open `[start_s, stop_s)`. Every function takes empty
arrays and then returns no pairs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector.night.people.agreement import ROUNDING_S

Times = NDArray[np.float64]
Pairs = NDArray[np.int64]


def onset_distance(known_s: Times, found_s: Times) -> NDArray[np.float64]:
    """Distance of every found onset to every known one, s, shape (n_known, n_found)."""
    return np.abs(np.subtract.outer(known_s, found_s))


def overlap_ratio(
    known_start_s: Times, known_stop_s: Times, found_start_s: Times, found_stop_s: Times
) -> NDArray[np.float64]:
    """Intersection over union of every known with every found interval, 0 to 1, shape (n_known, n_found).

    Two intervals of no length give 0, also where they coincide.
    """
    first_stop = np.minimum.outer(known_stop_s, found_stop_s)
    last_start = np.maximum.outer(known_start_s, found_start_s)
    shared_s: NDArray[np.float64] = np.clip(first_stop - last_start, 0.0, None)
    both_s = np.add.outer(known_stop_s - known_start_s, found_stop_s - found_start_s) - shared_s
    ratio = np.zeros_like(shared_s)
    np.divide(shared_s, both_s, out=ratio, where=both_s > 0)
    return ratio


def touching(
    known_start_s: Times, known_stop_s: Times, found_start_s: Times, found_stop_s: Times, tolerance_s: float
) -> NDArray[np.bool_]:
    """Which found intervals come within `tolerance_s` of which known ones, shape (n_known, n_found)."""
    begins_in_time = np.less_equal.outer(known_start_s, found_stop_s + tolerance_s + ROUNDING_S)
    ends_in_time = np.greater_equal.outer(known_stop_s, found_start_s - tolerance_s - ROUNDING_S)
    return begins_in_time & ends_in_time


def match_onsets(known_s: Times, found_s: Times, tolerance_s: float) -> Pairs:
    """Match by onset: as many pairs as possible within `tolerance_s`, and of those the closest, as `best_pairs`."""
    distance_s = onset_distance(known_s, found_s)
    is_allowed = distance_s <= tolerance_s + ROUNDING_S
    return best_pairs(is_allowed, 1.0 - distance_s / (tolerance_s + 2 * ROUNDING_S))


def match_overlaps(ratio: NDArray[np.float64], least: float) -> Pairs:
    """Match by overlap: as many pairs of ratio `least` or more as possible, and of those the tightest."""
    return best_pairs(ratio >= least - ROUNDING_S, ratio)


def best_pairs(is_allowed: NDArray[np.bool_], closeness: NDArray[np.float64]) -> Pairs:
    """The largest one-to-one matching, and among the largest the one with the greatest sum of closeness.

    Args:
        is_allowed: which pairs may be made, shape (n_known, n_found).
        closeness: how good each pair is, 0 to 1, same shape.

    Returns:
        Known and found index of each pair, shape (n_pairs, 2), int64, sorted by known index.
    """
    from scipy.optimize import linear_sum_assignment
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    n_known, n_found = is_allowed.shape
    known, found = np.nonzero(is_allowed)
    if known.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    # Pairs that share nobody cannot disturb each other: a night falls into many small problems.
    n_all = n_known + n_found
    graph = coo_array((np.ones(known.size), (known, found + n_known)), shape=(n_all, n_all))
    _, group_of = connected_components(graph, directed=False)
    pairs = []
    for members in _split_by(group_of[known]):
        rows, columns = np.unique(known[members]), np.unique(found[members])
        # One more pair outweighs any gain in closeness.
        reward = 1.0 + closeness[np.ix_(rows, columns)] / (2 * (rows.size + 1))
        reward = np.where(is_allowed[np.ix_(rows, columns)], reward, 0.0)
        taken = linear_sum_assignment(reward, maximize=True)
        pairs += [(rows[row], columns[column]) for row, column in zip(*taken, strict=True) if reward[row, column] > 0]
    return np.array(sorted(pairs), dtype=np.int64)


def _split_by(labels: NDArray[np.integer[Any]]) -> list[NDArray[np.intp]]:
    """Positions of each label, one array a label."""
    order = np.argsort(labels, kind="stable")
    borders = np.flatnonzero(np.diff(labels[order])) + 1
    return np.split(order, borders)

"""Arithmetic of stretches of time `(start_s, stop_s)`: half-open, ascending, not overlapping."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from detector.events.state import ABSENT, STATES, UNKNOWN, UNOBSERVED, Epoch

Stretch = tuple[float, float]
StateRow = tuple[float, float, str]
"""A stretch and the state in it; rows ascend and do not overlap."""


def total_s(stretches: Iterable[Stretch]) -> float:
    """How long stretches are together, s; 0 for none.

    >>> total_s([(0.0, 5.0), (10.0, 11.0)])
    6.0
    """
    return float(sum(stop_s - start_s for start_s, stop_s in stretches))


def intersect(first: Sequence[Stretch], second: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """What lies in both; stretches that only touch share nothing.

    >>> intersect([(0.0, 10.0), (20.0, 30.0)], [(5.0, 25.0)])
    ((5.0, 10.0), (20.0, 25.0))
    """
    found, place = [], 0
    for start_s, stop_s in first:
        while place > 0 and second[place - 1][1] > start_s:
            place -= 1
        while place < len(second) and second[place][0] < stop_s:
            low_s, high_s = max(start_s, second[place][0]), min(stop_s, second[place][1])
            if low_s < high_s:
                found.append((low_s, high_s))
            place += 1
    return tuple(found)


def merge(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Stretches in any order, with those joined that overlap or touch.

    >>> merge([(4.0, 6.0), (0.0, 2.0), (2.0, 3.0), (5.0, 7.0)])
    ((0.0, 3.0), (4.0, 7.0))
    """
    found: list[Stretch] = []
    for start_s, stop_s in sorted(stretches):
        if found and start_s <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], stop_s))
        else:
            found.append((start_s, stop_s))
    return tuple(found)


def subtract(stretches: Sequence[Stretch], holes: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """What of the stretches no hole covers; holes in any order.

    >>> subtract([(0.0, 10.0), (20.0, 30.0)], [(8.0, 21.0), (25.0, 26.0)])
    ((0.0, 8.0), (21.0, 25.0), (26.0, 30.0))
    """
    edges = [float("-inf")]
    for start_s, stop_s in merge(holes):
        edges += [start_s, stop_s]
    edges.append(float("inf"))
    between = list(zip(edges[::2], edges[1::2], strict=True))
    return intersect(stretches, between)


def state_rows(epochs: Iterable[Epoch]) -> tuple[StateRow, ...]:
    """The states of epochs as rows."""
    return tuple((epoch.start_s, epoch.stop_s, epoch.state) for epoch in epochs)


def state_lengths(epochs: Sequence[Epoch]) -> dict[str, float]:
    """How long each state lasted, s, every state present; empty where there are no epochs."""
    lengths_s = {state: total_s((e.start_s, e.stop_s) for e in epochs if e.state == state) for state in STATES}
    return {state: round(length_s, 3) for state, length_s in lengths_s.items()} if epochs else {}


def state_changes(states: Sequence[StateRow]) -> tuple[float, ...]:
    """When the state becomes another one, s, ascending: ends and beginnings of runs of rows of one state.

    States that say that nothing is known count as one.

    >>> state_changes([(0.0, 30.0, "quiet"), (30.0, 60.0, "quiet"), (60.0, 90.0, "active")])
    (0.0, 60.0, 90.0)
    """
    runs: list[StateRow] = []
    for start_s, stop_s, found in states:
        state = UNKNOWN if found in {ABSENT, UNOBSERVED} else found
        if runs and runs[-1][2] == state and runs[-1][1] == start_s:
            runs[-1] = (runs[-1][0], stop_s, state)
        else:
            runs.append((start_s, stop_s, state))
    return tuple(sorted({edge for start_s, stop_s, _ in runs for edge in (start_s, stop_s)}))


def states_at(states: Sequence[StateRow], times_s: Sequence[float]) -> list[str]:
    """The states at many moments; empty where none is known.

    >>> states_at([(0.0, 30.0, "quiet"), (40.0, 60.0, "active")], [12.0, 35.0, 50.0, 60.0])
    ['quiet', '', 'active', '']
    """
    starts = [start_s for start_s, _, _ in states]
    places = [bisect_right(starts, time_s) - 1 for time_s in times_s]
    return [
        states[place][2] if place >= 0 and time_s < states[place][1] else ""
        for place, time_s in zip(places, times_s, strict=True)
    ]


def state_at(states: Sequence[StateRow], time_s: float) -> str:
    """The state at a moment; empty where none is known.

    >>> state_at([(0.0, 30.0, "quiet")], 12.0), state_at([(0.0, 30.0, "quiet")], 30.0)
    ('quiet', '')
    """
    return states_at(states, [time_s])[0]

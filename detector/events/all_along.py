"""What moves from the first picture to the last: a curtain in the background, or the very movement that was filmed.

In a night, what hardly ever rests and stays at its place is a curtain, a mobile or a fan (`movers`). But a clip of some
minutes may have been taken because an infant jerks or swings, and it may do so all along. There only what reaches the
border of the picture is a mover, since it hangs or stands into it; anything else is looked at as any other place, and
where it keeps one rate it is told as one rhythm: its strokes leave no stillness in which a burst could end. Own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import ArtifactMap, mover_artifact
from detector.events.burst import Part, describe_burst
from detector.events.bursts import find_parts
from detector.events.classify import restless_event, rhythm_event
from detector.events.event import Event
from detector.events.excess import Seen, find_swings
from detector.events.marks import switched_share
from detector.events.movers import around, confined
from detector.events.rhythm import SLOW_GATES, USUAL_GATES, find_rhythm
from detector.motion.grid import Grid
from detector.motion.masks import connected_parts, grow
from detector.motion.trace import MotionTrace
from detector.params import Params

Cells = NDArray[np.bool_]

_SOME = 200


def with_movers(trace: MotionTrace, hidden: ArtifactMap, fast: Seen, params: Params) -> tuple[ArtifactMap, list[Event]]:
    """Of the places that move all the time: those that do so by themselves, and the rhythms that are told as such.

    Args:
        trace: the motion.
        hidden: artifacts, with where something moves all the time.
        fast: what stands out at the short lag.
        params: all groups.

    Returns:
        Artifacts with what is hidden at such places, and one event for each rhythm.
    """
    if hidden.always is None:
        return hidden, []
    grid, nothing = trace.grid, np.zeros(trace.grid.n_cells, bool)
    parts = find_parts(*fast, params)
    movers = confined(grid, hidden.always, fast.active, parts, params.artifact)
    drawn, told = nothing, list[Told]()
    lasts_s = trace.frames.time_s[-1] - trace.frames.time_s[0]
    if lasts_s < params.artifact.mover_alone_s and params.rules.has("all along"):
        movers = [cells for cells in movers if from_outside(grid, cells)]
        told = list(_told(trace, hidden, fast, parts, params))
    else:
        # What is drawn all night is told by its edges, as any other drawn thing.
        switched = [is_switched(fast, cells, parts, params) for cells in movers]
        drawn = np.logical_or.reduce([nothing, *itertools.compress(movers, switched)])
        movers = [cells for cells, is_drawn in zip(movers, switched, strict=True) if not is_drawn]
    artifacts = [*hidden.artifacts, *(mover_artifact(trace, cells) for cells in movers)]
    is_mover = np.logical_or.reduce([nothing, *movers])
    beside = around(trace, is_mover, params.artifact) if movers and params.rules.has("beside mover") else None
    is_told = np.logical_or.reduce([nothing, *(one.cells for one in told)])
    is_closed = is_told | (hidden.always & drawn)
    always = hidden.always & ~is_told
    found = replace(
        hidden,
        artifacts=tuple(sorted(artifacts, key=lambda a: (a.start_s, a.kind))),
        is_mover=is_mover,
        is_told=is_closed if is_closed.any() else None,
        around_mover=beside,
        always=always if always.any() else None,
    )
    return found, [one.event for one in told]


class Told(NamedTuple):
    """A place that moves all along, shape (C,), and the event that it is."""

    cells: Cells
    event: Event


def _told(trace: MotionTrace, hidden: ArtifactMap, fast: Seen, parts: Sequence[Part], params: Params) -> Iterator[Told]:
    """Places that move all along and are told as one event: a rhythm each, and one for all without a rhythm."""
    grid = trace.grid
    restless: list[Cells] = []
    swings = cache(lambda: find_swings(trace, hidden, params))
    for place in connected_parts(hidden.always.reshape(grid.rows, grid.columns)) if hidden.always is not None else ():
        cells = grow(place).ravel()
        if place.sum() < params.artifact.mover_cells or from_outside(grid, cells):
            continue
        if is_switched(fast, cells, parts, params):
            continue
        # What is slow or faint shows its rate at the long lag alone.
        rhythm = rhythm_all_along(fast, cells, params) or rhythm_all_along(swings(), cells, params, SLOW_GATES)
        if rhythm is None:
            restless.append(cells)
        else:
            yield Told(cells, rhythm)
    if restless:
        cells = np.logical_or.reduce(restless)
        event = restless_all_along(fast, cells, params)
        if event is not None:
            yield Told(cells, event)


def is_switched(seen: Seen, cells: Cells, parts: Sequence[Part], params: Params) -> bool:
    """Whether what changes at a place, shape (C,), is drawn or switched; of a night, some of it is looked at."""
    there = [part for part in parts if cells[seen.active.cell[part.entries]].mean() > 0.5]
    share = switched_share(*seen, there[:: -(-len(there) // _SOME) or 1], params)
    return share >= params.artifact.mover_switched


def from_outside(grid: Grid, cells: Cells) -> bool:
    """Whether a place reaches the border of the picture: a mobile, a curtain or a fan hangs or stands into it."""
    border = np.ones((grid.rows, grid.columns), bool)
    border[1:-1, 1:-1] = False
    return bool(cells[border.ravel()].any())


def rhythm_all_along(seen: Seen, cells: Cells, params: Params, enough: Sequence[str] = USUAL_GATES) -> Event | None:
    """The rhythm of a place that moves all the time: its strokes leave no stillness in which a burst could end.

    Args:
        seen: a lag and what stands out at it.
        cells: the place, shape (C,).
        params: all groups.
        enough: gates of which the rhythm has to pass one.

    Returns:
        None where there is none.
    """
    view, active = seen
    entries = np.flatnonzero(cells[active.cell]).astype(np.int32)
    if len(entries) < params.burst.min_entries:
        return None
    whole = describe_burst(view, active, entries, params)
    rhythm = find_rhythm(view, active, [whole], params, enough)
    if rhythm is None:
        return None
    event = rhythm_event(view, active, [whole], rhythm, params)
    return replace(event, reason=f"{event.reason}; as long as the recording")


def restless_all_along(seen: Seen, cells: Cells, params: Params) -> Event | None:
    """What moves all the time without a rate: where nothing is ever still, no jerk comes out of stillness.

    Args:
        seen: the short lag and what stands out at it.
        cells: the places, shape (C,).
        params: all groups.

    Returns:
        None where hardly anything stands out.
    """
    view, active = seen
    entries = np.flatnonzero(cells[active.cell]).astype(np.int32)
    if len(entries) < params.burst.min_entries:
        return None
    whole = describe_burst(view, active, entries, params)
    return restless_event(whole)

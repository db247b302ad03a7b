"""What moves from the first picture to the last: a curtain in the background, or the very movement that was filmed.

In a night, what hardly ever rests and stays at its place is a curtain, a mobile or a fan (`movers`). But a clip of
some minutes may have been taken because an infant jerks or swings, and it may do so all along. There what reaches the
border of the picture is a mover, since it hangs or stands into it. Anything else that moves all along is told as one
event: a rhythm where it keeps one rate and goes back as it came, since its strokes leave no stillness in which a burst
could end; `restless` where it moves for most of the time and has no rate, or none that the footage can tell. What is
drawn there is no event. What is none of these, such as a chest whose breaths the long lag alone shows, is a mover, too,
unless it is seen to begin or to end: nothing else there can be told from what goes on all the time. Own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import ArtifactMap, along_border, around_clock, mover_artifact, moves_always
from detector.events.burst import Entries, Part, describe_burst
from detector.events.bursts import find_parts
from detector.events.classify import restless_event, rhythm_event
from detector.events.event import Event
from detector.events.excess import Active, Seen, find_swings
from detector.events.marks import Marks, measure_marks, switched_share
from detector.events.movers import around, confined
from detector.events.rhythm import SLOW_GATES, find_rhythm, rate_limit_hz, run_frame_s, swing_of
from detector.motion.grid import Grid
from detector.motion.masks import connected_parts, grow
from detector.motion.periodicity import faster_share
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView
from detector.params import ArtifactParams, Params

Cells = NDArray[np.bool_]

_SOME = 200


def with_movers(
    trace: MotionTrace, hidden: ArtifactMap, fast: Seen, params: Params, outside: Cells | None = None
) -> tuple[ArtifactMap, list[Event]]:
    """Of the places that move all the time: those that do so by themselves, and those that are told as one event.

    Args:
        trace: the motion.
        hidden: artifacts, with where something moves all the time.
        fast: what stands out at the short lag.
        params: all groups.
        outside: cells in which no event is told, shape (C,); None for none.

    Returns:
        Artifacts with what is hidden at such places; and one event for each rhythm, and one for all that has none.
    """
    always = where_always(trace, hidden, params)
    if not always.any():
        return hidden, []
    grid, nothing = trace.grid, np.zeros(trace.grid.n_cells, bool)
    parts = find_parts(*fast, params)
    may = nothing if hidden.always is None else hidden.always
    # Tapes and tuners leave a strip along the border that jumps by itself; no infant lies there alone.
    may = may & along_border(grid, params.artifact.border) if is_brief(trace, params) else may
    movers = confined(grid, may, fast, parts, params.artifact)
    drawn, resting, told = nothing, nothing, list[Told]()
    lasts_s = trace.frames.time_s[-1] - trace.frames.time_s[0]
    if lasts_s < params.artifact.mover_alone_s and params.rules.has("all along"):
        judged = always if outside is None else always & ~outside
        told, known = _told(grid, judged, fast, find_swings(trace, hidden, params), parts, params)
        resting = rests(trace, always & ~known, params.artifact)
        known |= resting
        movers = [cells for cells in movers if not known[cells].all()]
    else:
        # What is drawn all night is told by its edges, as any other drawn thing.
        limits = params.artifact
        shares = [switched_share(marks_at(fast, cells, parts, params), limits) for cells in movers]
        switched = [share >= limits.mover_switched for share in shares]
        drawn = np.logical_or.reduce([nothing, *itertools.compress(movers, switched)])
        movers = [cells for cells, is_one in zip(movers, switched, strict=True) if not is_one]
    artifacts = [*hidden.artifacts, *(mover_artifact(trace, cells) for cells in movers)]
    is_mover = np.logical_or.reduce([nothing, *movers])
    beside = around(trace, is_mover, params.artifact) if movers and params.rules.has("beside mover") else None
    is_told = np.logical_or.reduce([nothing, *(one.cells for one in told)])
    is_taken = is_told | (may & drawn)
    always = always & ~(is_told | resting)
    found = replace(
        hidden,
        artifacts=tuple(sorted(artifacts, key=lambda a: (a.start_s, a.kind))),
        is_mover=is_mover,
        is_taken=is_taken if is_taken.any() else None,
        around_mover=beside,
        always=always if always.any() else None,
    )
    return found, [one.event for one in told]


def is_brief(trace: MotionTrace, params: Params) -> bool:
    """Whether a recording is too short for a curtain to be known by moving all the time."""
    return float(trace.frames.duration_s.sum()) < params.artifact.mover_min_s


def where_always(trace: MotionTrace, hidden: ArtifactMap, params: Params) -> Cells:
    """Where something moves all the time, shape (C,); in a clip of a minute, for so long that no floor is of stillness.

    The floor of a block is that of the quieter ones around it (`noise.block_quantile`): what moves in all others would
    be measured by its own movement, unless it plainly rests in one of those few (`noise.moved_factor`).
    """
    nothing = np.zeros(trace.grid.n_cells, bool)
    n_blocks = len(trace.noise.blocks.duty)
    if is_brief(trace, params) and n_blocks >= params.artifact.mover_blocks and params.rules.has("all along"):
        return moves_always(trace, params.artifact.mover_duty, params.noise.block_quantile) & ~around_clock(
            trace.grid, hidden.is_clock, params
        )
    return nothing if hidden.always is None else hidden.always


def rests(trace: MotionTrace, always: Cells, limits: ArtifactParams) -> Cells:
    """Places away from the border that hardly move at an end of the recording: what is seen to begin is no mover.

    Blocks in which the picture mostly stands still or is damaged tell nothing.

    Args:
        trace: whose blocks tell how often each cell moves.
        always: where something moves nearly all the time, shape (C,).
        limits: the group `artifact`.

    Returns:
        Shape (C,).
    """
    grid, blocks, frames = trace.grid, trace.noise.blocks, trace.frames
    resting = np.zeros(grid.n_cells, bool)
    block = np.maximum(np.searchsorted(blocks.start_s, frames.time_s, side="right") - 1, 0)
    n_blocks, is_lost = len(blocks.duty), frames.is_frozen | frames.is_damaged
    n_frames, n_lost = np.bincount(block, minlength=n_blocks), np.bincount(block, is_lost, minlength=n_blocks)
    seen = np.flatnonzero(2.0 * n_lost < n_frames)
    ends = np.concatenate([seen[:1], seen[-1:]])
    for place in connected_parts(always.reshape(grid.rows, -1)):
        moves = np.median(blocks.duty[ends][:, place.ravel()], axis=1) / 255.0
        if not from_outside(place) and moves.min(initial=1.0) < limits.mover_rest:
            resting |= grow(place).ravel()
    return resting


class Told(NamedTuple):
    """A place that moves all along, shape (C,), and the event that it is."""

    cells: Cells
    event: Event


def _told(
    grid: Grid, always: Cells, fast: Seen, swings: Seen, parts: Sequence[Part], params: Params
) -> tuple[list[Told], Cells]:
    """Places that move all along and are told as one event: a rhythm each, and one for all without a rhythm.

    Returns:
        Those, and all cells, shape (C,), of which it is known that they are no mover: what is told, and what is drawn.
    """
    told, slow, quick = list[Told](), list[Cells](), list[Cells]()
    limits, known = params.artifact, np.zeros(grid.n_cells, bool)
    for place in connected_parts(always.reshape(grid.rows, -1)):
        cells = grow(place).ravel()
        if place.sum() < limits.mover_cells or from_outside(place):
            continue
        marks = marks_at(fast, cells, parts, params)
        if is_drawn(fast.view, marks, limits):
            known |= cells
        elif (rhythm := rhythm_all_along(fast, cells, parts, params)) is not None:
            told.append(Told(cells, rhythm))
        elif switched_share(marks, limits) >= limits.mover_switched:
            known |= cells
        elif is_restless(swings, cells, params):
            slow.append(cells)
        elif is_too_fast(fast, cells, params):
            quick.append(cells)
    told += _restless([(swings, slow), (fast, quick)], params)
    return told, np.logical_or.reduce([known, *(one.cells for one in told)])


def _restless(places: Sequence[tuple[Seen, Sequence[Cells]]], params: Params) -> list[Told]:
    """One event for all places without a rhythm, each described at the lag that shows it; none where there is none."""
    events, cells = list[Event](), list[Cells]()
    for seen, there in places:
        if there:
            cells.append(np.logical_or.reduce(list(there)))
            events.append(restless_event(describe_burst(*seen, entries_in(seen, cells[-1]), params)))
    if not events:
        return []
    left, top, right, bottom = zip(*(event.box_px for event in events), strict=True)
    longest = max(events, key=lambda event: event.duration_s)
    whole = replace(
        longest,
        start_s=min(event.start_s for event in events),
        stop_s=max(event.stop_s for event in events),
        box_px=(min(left), min(top), max(right), max(bottom)),
    )
    return [Told(np.logical_or.reduce(cells), whole)]


def marks_at(seen: Seen, cells: Cells, parts: Sequence[Part], params: Params) -> list[Marks]:
    """How what changes at a place, shape (C,), looks; of a night, some of it is looked at."""
    there = [part for part in parts if cells[seen.active.cell[part.entries]].mean() > 0.5]
    return [measure_marks(*seen, part, params) for part in there[:: -(-len(there) // _SOME) or 1]]


def is_drawn(view: LayerView, marks: Sequence[Marks], limits: ArtifactParams) -> bool:
    """Whether what changes at a place all along is drawn or switched, whatever its rate.

    Where a lag is one picture, some strokes of a limb are as sudden; but unlike a lamp they brighten as much as they
    darken, and unlike text not nearly all of them are.

    Args:
        view: of the layer.
        marks: of what changes there.
        limits: the group `artifact`.
    """
    share = switched_share(marks, limits)
    if round(float(np.median(view.lag_s)) / max(view.frame_s, 1e-6)) >= 2:
        return share >= limits.mover_switched
    return share >= limits.drawn_usual or switched_share(marks, limits, limits.drawn_one_sign) >= limits.mover_switched


def from_outside(place: Cells) -> bool:
    """Whether a place, shape (rows, columns), reaches the border: a mobile or a curtain hangs into the picture."""
    return bool(place[[0, -1]].any() or place[:, [0, -1]].any())


def entries_in(seen: Seen, cells: Cells) -> Entries:
    """What stands out at a place, shape (C,)."""
    return np.flatnonzero(cells[seen.active.cell]).astype(np.int32)


def rhythm_all_along(fast: Seen, cells: Cells, parts: Sequence[Part], params: Params) -> Event | None:
    """The rhythm of a place that moves all the time: its strokes leave no stillness in which a burst could end.

    It has to be even, like itself, and to go back as it came, at the short lag: a limb does, and breathing is too slow
    to be seen there but where the chest rises. A body that turns meanwhile, which mostly moves elsewhere, says nothing
    of it.

    Args:
        fast: the short lag and what stands out at it.
        cells: the place, shape (C,).
        parts: connected groups of all that stands out.
        params: all groups.

    Returns:
        None where there is none.
    """
    entries = entries_in(fast, cells)
    entries = entries[~_reaches_beyond(fast.active, cells, parts)[entries]]
    if len(entries) < params.burst.min_entries:
        return None
    whole = describe_burst(*fast, entries, params)
    # With no stillness around them, strokes are known by being alike alone: an infant who is awake swings, too.
    rhythm, limits = find_rhythm(*fast, [whole], params, SLOW_GATES), params.rhythm
    is_alike = rhythm is not None and (rhythm.likeness >= limits.min_likeness or not params.rules.has("likeness"))
    if rhythm is None or not is_alike or rhythm.opposition < limits.min_opposition:
        return None
    event = rhythm_event(*fast, [whole], rhythm, params)
    return replace(event, reason=f"{event.reason}; as long as the recording")


def _reaches_beyond(active: Active, cells: Cells, parts: Sequence[Part]) -> NDArray[np.bool_]:
    """Entries of parts in frames in which these mostly move outside of a place, shape (C,); shape of the entries."""
    is_beyond = np.zeros(len(active), bool)
    for part in parts:
        frame = active.frame[part.entries] - active.frame[part.entries[0]]
        inside, total = np.bincount(frame, cells[active.cell[part.entries]]), np.bincount(frame)
        is_beyond[part.entries] = (inside < 0.5 * total)[frame]
    return is_beyond


def is_restless(swings: Seen, cells: Cells, params: Params) -> bool:
    """Whether a place moves for most of the time and has no rate: an infant that breathes, or a mobile, has one.

    Args:
        swings: the long lag and what stands out at it.
        cells: the place, shape (C,).
        params: all groups.
    """
    view, active = swings
    entries = entries_in(swings, cells)
    if len(np.unique(active.frame[entries])) < max(params.classify.restless_share * len(view.time_s), 1.0):
        return False
    whole = describe_burst(view, active, entries, params)
    return find_rhythm(view, active, [whole], params, SLOW_GATES) is None


def is_too_fast(fast: Seen, cells: Cells, params: Params) -> bool:
    """Whether a place that moves all along swings at one rate that is faster than the footage can tell.

    Args:
        fast: the short lag and what stands out at it.
        cells: the place, shape (C,).
        params: all groups.
    """
    view, active = fast
    entries = entries_in(fast, cells)
    if not params.rules.has("too fast") or len(entries) < params.burst.min_entries:
        return False
    whole = describe_burst(view, active, entries, params)
    if whole.duration_s < params.rhythm.min_s:
        return False
    samples = swing_of(view, active, [whole], params)
    fastest_hz = rate_limit_hz(run_frame_s(view.time_s, whole.start_s, whole.stop_s), params)
    return faster_share(samples.time_s, samples.swing, fastest_hz, params) > params.rhythm.max_faster

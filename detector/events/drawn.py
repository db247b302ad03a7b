"""What is drawn into the picture or switched: text, boxes, bars and banners (`overlay`), lamps (`lamp`).

What is drawn is complete within one picture, and gone or the exact opposite after it (`marks`). One such change may
still be a limb; what does so again and again at one place, or takes back exactly what it did, or is a thin frame around
nothing, is not. What a place does is learned over the whole recording. All own.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.burst import Box, Burst
from detector.events.excess import Active
from detector.events.marks import Marks, likeness_of
from detector.motion.view import LayerView
from detector.params import ArtifactParams, Params


def find_jumps(active: Active, bursts: Sequence[Burst], marks: Sequence[Marks], limits: ArtifactParams) -> list[Burst]:
    """Bursts that are complete within the very picture in which others are: the picture went on after a stop.

    Args:
        active: what the bursts index into.
        bursts: in order of start.
        marks: of each.
        limits: how many make a jump.

    Returns:
        In order of start.
    """
    steps = [burst for burst, mark in zip(bursts, marks, strict=True) if mark.is_step]
    first = [int(active.frame[burst.entries[0]]) for burst in steps]
    times = Counter(first)
    return [burst for burst, frame in zip(steps, first, strict=True) if times[frame] >= limits.jump_places]


def split_drawn(
    view: LayerView,
    active: Active,
    bursts: Sequence[Burst],
    marks: Sequence[Marks],
    has_cause: NDArray[np.bool_],
    params: Params,
) -> tuple[list[Burst], list[Artifact]]:
    """Take out of bursts what is drawn or switched.

    Args:
        view: of the layer.
        active: what the bursts index into.
        bursts: in order of start.
        marks: of each.
        has_cause: frames in which light or the camera changes the picture, as they seldom do, shape (F,): what is
            drawn is not lit, nor does it move along, so its place differs from what is around it.
        params: the groups `artifact` and `rules`.

    Returns:
        The other bursts, in the same order; and one artifact for each place.
    """
    limits = params.artifact
    suspects = [
        number
        for number, (burst, mark) in enumerate(zip(bursts, marks, strict=True))
        if mark.is_suspect(limits) and (burst.area_fraction <= limits.passing_area or _is_lit(burst, mark, params))
    ]
    ends = [(int(active.frame[burst.entries[0]]), int(active.frame[burst.entries[-1]])) for burst in bursts]
    lit = {number for number, (first, last) in enumerate(ends) if has_cause[first : last + 1].mean() >= 0.5}
    drawn: set[int] = set()
    artifacts: list[Artifact] = []
    for group in _by_place([bursts[number].box_px for number in suspects], view.grid.cell_px):
        members = [suspects[place] for place in group]
        is_sure = (
            _is_thin_step(bursts, marks, members, view, limits)
            or _is_taken_back(marks, members, limits)
            or all(_is_lit(bursts[number], marks[number], params) for number in members)
        )
        is_often = sum(marks[number].times for number in members) >= limits.drawn_times
        if not is_sure and not (is_often and _is_usual_there(bursts, marks, members, limits)):
            continue
        if is_often:
            members = sorted({*members, *_alike(bursts, members, lit, limits.drawn_shared)})
        drawn |= set(members)
        artifacts.append(
            _artifact([bursts[number] for number in members], [marks[number] for number in members], limits)
        )
    return [burst for number, burst in enumerate(bursts) if number not in drawn], artifacts


def _by_place(boxes: Sequence[Box], cell_px: tuple[float, float]) -> list[list[int]]:
    """Groups of boxes that overlap when grown by a cell, by their places in the sequence."""
    groups: list[tuple[Box, list[int]]] = []
    for number, box in enumerate(boxes):
        home = next((group for group in groups if _overlap(group[0], box, cell_px)), None)
        if home is None:
            groups.append((box, [number]))
        else:
            home[1].append(number)
    return [members for _, members in groups]


def _overlap(one: Box, other: Box, cell_px: tuple[float, float]) -> bool:
    """Whether half of the smaller box lies in the other one, both grown by a cell."""
    width = min(one[2], other[2]) - max(one[0], other[0]) + 2 * cell_px[0]
    height = min(one[3], other[3]) - max(one[1], other[1]) + 2 * cell_px[1]
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return width > 0 and height > 0 and width * height >= 0.5 * smaller


def _is_lit(burst: Burst, mark: Marks, params: Params) -> bool:
    """Whether what brightens or darkens within one picture is so large or strong that no limb does it.

    A light is, wherever its edge is, and so is a text of which the recording does not show how it goes. On a camera so
    slow that a lag is one picture, limbs are as strong.
    """
    limits = params.artifact
    is_large = burst.area_fraction >= limits.drawn_lit and mark.one_sign >= limits.drawn_one_sign
    is_strong = burst.snr >= limits.drawn_strong and mark.one_sign >= limits.drawn_lopsided and mark.lag_frames >= 2
    return mark.is_step and (is_large or (is_strong and params.rules.has("strong step")))


def _is_thin_step(
    bursts: Sequence[Burst], marks: Sequence[Marks], members: Sequence[int], view: LayerView, limits: ArtifactParams
) -> bool:
    """A frame around nothing: it covers little of its own box."""
    cell_px = view.grid.cell_px
    for number in members:
        left, top, right, bottom = bursts[number].box_px
        columns, rows = (right - left) / cell_px[0], (bottom - top) / cell_px[1]
        is_thin = len(bursts[number].cells) <= limits.drawn_fill * columns * rows
        if not (marks[number].is_step and is_thin and min(columns, rows) >= limits.drawn_side):
            return False
    return True


def _is_taken_back(marks: Sequence[Marks], members: Sequence[int], limits: ArtifactParams) -> bool:
    """Whether steps at one place undo each other exactly: no limb goes back within one picture."""
    steps = [marks[number].pattern for number in members if marks[number].is_step]
    if len(steps) < 2 or len(steps) < len(members):
        return False
    return all(likeness_of(one, other) <= -limits.drawn_likeness for one, other in itertools.pairwise(steps))


def _is_usual_there(
    bursts: Sequence[Burst], marks: Sequence[Marks], members: Sequence[int], limits: ArtifactParams
) -> bool:
    """Whether most of what happens at the place looks like that: a limb that twitches there does not.

    What is too faint to tell says nothing.
    """
    left, top, right, bottom = bursts[members[0]].box_px
    chosen = set(members)
    there = sum(
        left <= burst.x_px <= right and top <= burst.y_px <= bottom
        for number, burst in enumerate(bursts)
        if number not in chosen and not marks[number].may_be_step
    )
    times = sum(marks[number].times for number in members)
    return times >= limits.drawn_usual * (times + there)


def _alike(bursts: Sequence[Burst], members: Sequence[int], lit: set[int], shared: float) -> list[int]:
    """Bursts at the very place of what is drawn there, as brief or `lit`: a light may hide the marks."""
    longest_s = 2.0 * max(bursts[number].duration_s for number in members)
    cells = np.unique(np.concatenate([bursts[number].cells for number in members]))
    return [
        number
        for number, burst in enumerate(bursts)
        if (number in lit or burst.duration_s <= longest_s) and np.isin(burst.cells, cells).mean() >= shared
    ]


def _artifact(members: Sequence[Burst], marks: Sequence[Marks], limits: ArtifactParams) -> Artifact:
    is_lamp = float(np.mean([mark.one_sign for mark in marks])) >= limits.drawn_one_sign
    times = "once" if len(members) == 1 else f"{len(members)} times"
    how = "brightens or darkens its surroundings" if is_lamp else "changes from one picture to the next"
    return Artifact(
        "lamp" if is_lamp else "overlay",
        members[0].start_s,
        max(burst.stop_s for burst in members),
        f"{how} {times}",
        float(np.median([burst.x_px for burst in members])),
        float(np.median([burst.y_px for burst in members])),
        max(burst.area_fraction for burst in members),
    )

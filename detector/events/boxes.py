"""Boxes that the camera draws around what moves: frames of thin lines that come, change and go within one picture.

A limb moves inside such a box, and both would be one burst. But each cell of a line changes once and completely: at a
lag of several frames it shows one and the same change in each of them, and nothing before and after. Cells that do so
from the same picture on, far above the noise, and that are lines around something, are taken out before bursts are
looked for; what moves inside stays. Where a lag is one picture the lines tell it alone. Beside such a box in time, its
sides and pieces go, too, and what is as strong as lines and next to them. One that is drawn twice within a lag changes
no cell just once: where straight lines close around something still, for no longer than two lags and not long before or
after a box, they are told in each frame by themselves. Own, from cameras that mark what they detect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.excess import Active, Seen
from detector.motion.masks import grow
from detector.motion.view import LayerView
from detector.params import ArtifactParams

Entries = NDArray[np.int64]

_ENTRIES_AT_ONCE = 1 << 20


@dataclass(frozen=True)
class _Box:
    """What is drawn in one picture: a box, a side of one, or a piece.

    Attributes:
        frame: that shows it first.
        start, stop: frames in which its cells tell nothing, half-open.
        cells: of and beside its lines, shape (C,).
        is_sure: whether it is a whole box.
        is_ring: whether it is told by its lines alone, in its own frame.
    """

    frame: int
    start: int
    stop: int
    cells: NDArray[np.bool_]
    is_sure: bool
    is_ring: bool = False


def without_boxes(seen: Seen, limits: ArtifactParams) -> tuple[Seen, list[Artifact]]:
    """What stands out without the boxes that are drawn, and one artifact for all of them.

    Args:
        seen: a view and what stands out in it.
        limits: the group `artifact`.

    Returns:
        As it is where there are fewer than `drawn_times` boxes.
    """
    view, active = seen
    boxes = find_boxes(view, active, limits)
    if not boxes:
        return seen, []
    drawn = np.zeros(len(active), bool)
    # Of the type of the frames, lest all of them are converted.
    ends = np.array([(box.start, box.stop) for box in boxes], active.frame.dtype)
    for box, (low, high) in zip(boxes, np.searchsorted(active.frame, ends).tolist(), strict=True):
        drawn[low:high] |= box.cells[active.cell[low:high]]
        # Drawn again within a lag it shows as what is neither, a little beside it, and as strong.
        beside = grow(grow(box.cells.reshape(view.grid.rows, view.grid.columns))).ravel()
        drawn[low:high] |= beside[active.cell[low:high]] & (active.snr[low:high] >= limits.box_snr)
    sure = [box.frame for box in boxes if box.is_sure]
    words = f"lines around what moves, drawn anew {len(sure)} times"
    if n_rings := len({box.frame for box in boxes if box.is_ring}):
        words += f"; in {n_rings} more pictures lines as straight close around something"
    start_s, stop_s = view.time_s[[sure[0], min(_ends(view, sure[-1]), len(view.time_s) - 1)]].tolist()
    return Seen(view, active.where(~drawn)), [Artifact("overlay", start_s, stop_s, words)]


def find_boxes(view: LayerView, active: Active, limits: ArtifactParams) -> list[_Box]:
    """Boxes, their sides and pieces that are drawn anew, in order of time; empty where there are too few boxes."""
    steps = [(group, _lines_of(view, active, group, limits)) for group in _steps(view, active, limits)]
    frames = np.array([active.frame[group[0]] for group, n_sides in steps if n_sides > 1], np.int64)
    if len(frames) < limits.drawn_times:
        return []
    rings = _brief(view, _rings(view, active, frames, limits))
    frames = np.sort(np.concatenate([frames, np.array([ring.frame for ring in rings], np.int64)]))
    # Of a night only what is near a box in time is looked at as a picture.
    near = [step for step in steps if _in_reach(view, frames, int(active.frame[step[0][0]]), limits)]
    found = [_box_of(view, active, group, n_sides, limits) for group, n_sides in near]
    whole = sorted([*(box for box in found if box.is_sure), *rings], key=lambda box: box.frame)

    def is_of_one(box: _Box) -> bool:
        reach = _in_reach(view, frames, box.frame, limits)
        return any((box.cells & other.cells).any() for other in whole[reach.start : reach.stop])

    return sorted([*(box for box in found if is_of_one(box)), *rings], key=lambda box: box.frame)


def _brief(view: LayerView, rings: Iterable[_Box]) -> list[_Box]:
    """Rings but those that follow each other for longer than what is drawn twice within a lag: a body moves on."""
    found = list(rings)
    frames = np.unique([ring.frame for ring in found]).astype(np.int64)
    runs = np.split(frames, np.flatnonzero(np.diff(frames) > 1) + 1) if len(frames) else []
    brief = {frame for run in runs if len(run) <= 2 * _lag_frames(view, int(run[0])) + 1 for frame in run.tolist()}
    return [ring for ring in found if ring.frame in brief]


def _rings(view: LayerView, active: Active, boxes: Entries, limits: ArtifactParams) -> Iterator[_Box]:
    """Where a frame shows strong straight lines that close around something still; in that frame alone.

    Args:
        view: for times and cells.
        active: what stands out.
        boxes: frames of boxes, ascending: not long before or after one.
        limits: the group `artifact`.
    """
    grid, strong = view.grid, np.flatnonzero(active.snr >= limits.box_snr)
    begin = np.flatnonzero(np.diff(active.frame[strong], prepend=-1))
    for entries in np.split(strong, begin[1:]) if len(strong) else ():
        frame = int(active.frame[entries[0]])
        low, high = np.searchsorted(boxes, _frames_of(view, frame, limits.ring_s)).tolist()
        if low == high or len(entries) < 4 * limits.drawn_side:
            continue
        stride = int(view.layer.stride[frame])
        rows, columns = np.divmod(active.cell[entries], grid.columns)
        lines = np.zeros((grid.rows // stride + 1, grid.columns // stride + 1), np.uint8)
        lines[rows // stride, columns // stride] = 1
        n_parts, part_of, extents, _ = cv2.connectedComponentsWithStats(lines)
        rings = [part for part in range(1, n_parts) if _is_ring(part_of == part, extents[part].tolist(), limits)]
        if rings:
            is_in = np.isin(part_of[rows // stride, columns // stride], rings)
            box = _box_at(view, frame, active.cell[entries[is_in]], (frame, frame + 1), is_sure=False)
            yield replace(box, is_ring=True)


def _is_ring(part: NDArray[np.bool_], extent: Sequence[int], limits: ArtifactParams) -> bool:
    """Whether a connected part of a picture is a straight line along three sides or more of the box around it."""
    left, top, width, height, _ = extent
    if min(width, height) < max(2 * limits.drawn_side, 3):
        return False
    whole = part[top : top + height, left : left + width]
    tall, wide = height // 3, width // 3
    if whole[tall:-tall, wide:-wide].mean() > limits.box_full:
        return False
    across, down = whole.mean(axis=1), whole.mean(axis=0)
    lines = (across[:tall], across[-tall:], down[:wide], down[-wide:])
    return sum(bool(line.max() >= limits.box_straight) for line in lines) >= 3


def _in_reach(view: LayerView, frames: Entries, frame: int, limits: ArtifactParams) -> range:
    """Which of some frames (ascending) are within `box_s` of a frame."""
    low, high = np.searchsorted(frames, _frames_of(view, frame, limits.box_s)).tolist()
    return range(low, high)


def _box_of(view: LayerView, active: Active, group: Entries, n_sides: int, limits: ArtifactParams) -> _Box:
    frame = int(active.frame[group[0]])
    # What is no line is a piece of one for its own time only.
    ends = _frames_of(view, frame, limits.box_s) if n_sides else (frame, _ends(view, frame))
    return _box_at(view, frame, active.cell[group], ends, is_sure=n_sides > 1)


def _box_at(view: LayerView, frame: int, shown: NDArray[np.integer], ends: tuple[int, int], *, is_sure: bool) -> _Box:
    """What is drawn in a frame that shows it at some cells, and tells nothing from one frame to another."""
    cells = np.zeros((view.grid.rows, view.grid.columns), bool)
    cells.ravel()[shown] = True
    for _ in range(int(view.layer.stride[frame])):  # of a thinned frame as far as the next cell that was kept
        cells = grow(cells)
    return _Box(frame, *ends, cells.ravel(), is_sure)


def _lag_frames(view: LayerView, frames: NDArray[np.integer] | int) -> NDArray[np.int64]:
    """Lag of some frames, in frames."""
    lags: NDArray[np.int64] = np.round(view.lag_s[frames] / np.maximum(view.duration_s[frames], 1e-6)).astype(np.int64)
    return lags


def _ends(view: LayerView, frame: int) -> int:
    """The frame before which what is drawn in another one is over: an encoder needs as long again as it shows."""
    return frame + 2 * int(_lag_frames(view, frame))


def _frames_of(view: LayerView, frame: int, seconds: float) -> tuple[int, int]:
    """Frames within a time of a frame, half-open."""
    low, high = np.searchsorted(view.time_s, view.time_s[frame] + np.array([-seconds, seconds]))
    return int(low), int(high)


def _steps(view: LayerView, active: Active, limits: ArtifactParams) -> Iterator[Entries]:
    """Entries of cells that change completely in one picture, in its frame; those of one frame at a time."""
    is_strong = np.zeros(view.grid.n_cells, bool)
    is_strong[active.cell[active.snr >= limits.box_snr]] = True
    strong = np.flatnonzero(is_strong)
    if len(strong) == 0:
        return
    # Some cells at a time: their entries are put into another order, all of a night are many.
    counts = np.zeros(view.grid.n_cells, np.int64)
    for start in range(0, len(active), _ENTRIES_AT_ONCE):
        counts += np.bincount(active.cell[start : start + _ENTRIES_AT_ONCE], minlength=view.grid.n_cells)
    portion = np.cumsum(counts[strong]) // _ENTRIES_AT_ONCE
    some = np.split(strong, np.flatnonzero(np.diff(portion)) + 1)
    found = [_steps_of(view, active, cells, limits) for cells in some]
    entries = np.concatenate(found)
    entries = entries[np.argsort(active.frame[entries], kind="stable")]
    yield from (group for group in np.split(entries, np.flatnonzero(np.diff(active.frame[entries])) + 1) if len(group))


def _steps_of(view: LayerView, active: Active, cells: NDArray[np.int64], limits: ArtifactParams) -> Entries:
    """Of `_steps` those of some cells, cell by cell."""
    is_meant = np.zeros(view.grid.n_cells, bool)
    is_meant[cells] = True
    some = np.flatnonzero(is_meant[active.cell])
    # Entries are in order of frame, so a stable order of cells is one of both; of few cells it takes no comparison.
    small = np.uint16 if view.grid.n_cells <= np.iinfo(np.uint16).max else np.int32
    order = some[np.argsort(active.cell[some].astype(small), kind="stable")]
    cell, frame, snr = active.cell[order], active.frame[order], active.snr[order]
    begin = np.flatnonzero((np.diff(cell, prepend=-1) != 0) | (np.diff(frame, prepend=-2) != 1))
    # Two pictures of a lag's distance show as one run of twice the length.
    lag = _lag_frames(view, frame[begin])
    twice = np.diff(np.append(begin, len(order))) == 2 * lag
    begin = np.sort(np.concatenate([begin, (begin + lag)[twice]]))
    count, lag = np.diff(np.append(begin, len(order))), _lag_frames(view, frame[begin])
    low, high = np.minimum.reduceat(snr, begin), np.maximum.reduceat(snr, begin)
    is_step = (count == lag) & (low >= limits.drawn_even * high) & (high >= limits.box_snr)
    steps: Entries = order[begin[is_step]]
    return steps


def _lines_of(view: LayerView, active: Active, entries: Entries, limits: ArtifactParams) -> int:
    """Along how many sides of the picture some cells are thin straight lines: 2 around something, 1 beside, 0 none.

    Of a thinned frame each `stride`-th cell of each `stride`-th row is there, and they are looked at as neighbors;
    lines there are around something only if they leave it out. Where a lag is one picture every change is complete in
    one, that of a limb as well: there they also have to close.
    """
    frame = int(active.frame[entries[0]])
    grid, stride = view.grid, int(view.layer.stride[frame])
    change = np.abs(active.signed[entries].astype(np.float32))
    rows, columns = np.divmod(active.cell[entries][change >= limits.box_line * change.max()], grid.columns)
    rows, columns = rows // stride, columns // stride
    lines = np.zeros((grid.rows // stride + 3, grid.columns // stride + 3), np.uint8)
    lines[rows + 1, columns + 1] = 1
    side = max(int(limits.drawn_side) // stride, 2)
    inside = cv2.erode(lines, np.ones((3, 3), np.uint8))
    across, down = (
        cv2.dilate(cv2.erode(lines, line), line) & lines
        for line in (np.ones((1, side), np.uint8), np.ones((side, 1), np.uint8))
    )
    sides = np.ptp(rows) + 1, np.ptp(columns) + 1
    # Lines that have moved aside stand side by side: no longer thin, but around something that they leave out.
    whole = lines[rows.min() + 1 : rows.max() + 2, columns.min() + 1 : columns.max() + 2]
    tall, wide = (max(extent // 3, 1) for extent in sides)
    middle = whole[tall:-tall, wide:-wide]
    is_hollow = min(sides) >= 2 * side and middle.mean() <= limits.box_full  # not empty: sides are 4 or more
    is_thin = inside.sum() <= limits.box_full * len(rows)
    if (across | down).sum() < limits.box_straight * len(rows) or not (is_thin or is_hollow):
        return 0
    if _lag_frames(view, frame) < 2:
        is_around = min(sides) >= side and _is_closed(whole)
    elif stride > 1:
        is_around = is_hollow
    else:
        is_around = min(sides) >= limits.drawn_side and len(rows) >= 2 * min(sides)
    return 2 if is_around else 1


def _is_closed(whole: NDArray[np.uint8]) -> bool:
    """Whether lines run along at least three sides of the box around them, most of each; one may stand still."""
    tall, wide = (extent // 3 for extent in whole.shape)
    across = (whole[:tall].any(axis=0), whole[-tall:].any(axis=0))
    down = (whole[:, :wide].any(axis=1), whole[:, -wide:].any(axis=1))
    return bool(sum(side.mean() >= 0.5 for side in (*across, *down)) >= 3)

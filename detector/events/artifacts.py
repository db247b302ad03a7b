"""What changed the picture but is not the infant: light, bumps, frozen pictures, the clock, things that move all night.

A frame is loud if `artifact.loud_share` of its cells move. Light: nine in ten of them change with one sign. A bump: the
whole picture is displaced in `artifact.bump_share` of the loud frames, out of stillness and into it. Both hide what
moves until exposure and encoder have settled. The clock: cells whose changes, as vectors that turn once a second, add
up to `artifact.clock_phase` of their length (the mean resultant length of circular statistics), in one line of the
picture. A mover: cells far above the rest in most blocks. Own. Times are in seconds and areas in shares of the picture,
so neither the frame rate nor the size matters, down to about 5 frames a second.

Insects are found among bursts (`detector.events.insects`), since they are known by their path.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detector.events.camera import find_camera
from detector.events.stretches import interval, n_frames, runs
from detector.motion.grid import Grid
from detector.motion.masks import connected_parts, grow
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams, Params

ArtifactKind = Literal[
    "light",
    "bump",
    "camera moves",
    "focus",
    "overlay",
    "lamp",
    "seam",
    "frozen",
    "insect",
    "clock",
    "mover",
    "damage",
    "few pictures",
    "masked",
    "outside",
    "doubtful",
]
ARTIFACT_KINDS: tuple[ArtifactKind, ...] = get_args(ArtifactKind)


@dataclass(frozen=True)
class Artifact:
    """Something that changed the picture and is not a movement of the infant.

    Attributes:
        kind: see `ARTIFACT_KINDS`.
        start_s, stop_s: recording time, s, half-open.
        detail: one phrase with the numbers.
        x_px, y_px: center, source px; NaN where it has no place.
        area_fraction: share of the picture that changed, 0 to 1; NaN where it was not measured.
    """

    kind: ArtifactKind
    start_s: float
    stop_s: float
    detail: str
    x_px: float = math.nan
    y_px: float = math.nan
    area_fraction: float = math.nan


@dataclass(frozen=True)
class ArtifactMap:
    """Artifacts of a recording, and where they hide movement.

    Attributes:
        artifacts: in order of start.
        is_blind: shape (F,), frames in which light, a bump or a frozen picture hides movement.
        is_clock: shape (C,), cells of the on-screen clock.
        is_mover: shape (C,), cells of what moves most of the time and by itself: a curtain, a mobile.
        is_taken: shape (C,), cells in which nothing more is looked for, though they count as judged: what moves most of
            the time and is told as one event, or is drawn; None for none.
        is_ignored: shape (C,), cells that a region leaves out; None for none.
        changed_s: from when on cells show something else than before, s, ascending: the picture is brighter, darker or
            turned.
        around_mover: shape (C,), what moves most of the time and what moves along with it; None where nothing does.
        always: shape (C,), where something moves most of the time, be it by itself or not; None where nothing does.
    """

    artifacts: tuple[Artifact, ...]
    is_blind: NDArray[np.bool_]
    is_clock: NDArray[np.bool_]
    is_mover: NDArray[np.bool_]
    is_ignored: NDArray[np.bool_] | None = None
    is_taken: NDArray[np.bool_] | None = None
    changed_s: tuple[float, ...] = ()
    around_mover: NDArray[np.bool_] | None = None
    always: NDArray[np.bool_] | None = None

    @property
    def is_hidden(self) -> NDArray[np.bool_]:
        """Cells in which nothing is judged, shape (C,)."""
        hidden: NDArray[np.bool_] = self.is_clock | self.is_mover
        return hidden if self.is_ignored is None else hidden | self.is_ignored

    @property
    def is_closed(self) -> NDArray[np.bool_]:
        """Cells in which nothing more is looked for, shape (C,)."""
        return self.is_hidden if self.is_taken is None else self.is_hidden | self.is_taken


def find_artifacts(trace: MotionTrace, params: Params) -> ArtifactMap:
    """Find all artifacts that the trace shows without looking at single bursts."""
    limits, has = params.artifact, params.rules.has
    is_blind = _after_breaks(trace, limits.settle_s if has("settle") else 0.0)
    found: list[Artifact] = []
    changed_s: list[float] = []
    for stretch in find_camera(trace, limits):
        if has(stretch.kind):
            is_blind[stretch.blind] = True
            found.append(Artifact(stretch.kind, *interval(trace.frames, stretch.start, stretch.stop), stretch.detail))
            changed_s += [found[-1].stop_s] if stretch.is_other else []
    for start, stop in runs(trace.frames.is_frozen) if has("frozen") else ():
        # The jump when the picture goes on is no movement either.
        after = min(stop + n_frames(trace.frames, start, limits.margin_s), len(is_blind))
        is_blind[start:after] = True
        start_s, stop_s = interval(trace.frames, start, stop)
        found.append(Artifact("frozen", start_s, stop_s, f"the picture stood still for {stop_s - start_s:.1f} s"))
    found += _damaged(trace, params.footage.max_gap_s)
    found += _few_pictures(trace, params)
    for frame in np.flatnonzero(trace.frames.is_seam).tolist():
        found.append(Artifact("seam", *interval(trace.frames, frame, frame + 1), "the picture does not go on here"))
    is_clock = find_clock(trace, limits) if has("clock") else np.zeros(trace.grid.n_cells, bool)
    if is_clock.any():
        found.append(_everywhere(trace, "clock", is_clock, "changes with each second"))
    nothing = np.zeros(trace.grid.n_cells, bool)
    always = find_movers(trace, limits) & ~around_clock(trace.grid, is_clock, params) if has("mover") else nothing
    found.sort(key=lambda artifact: (artifact.start_s, artifact.kind))
    changed = tuple(sorted(changed_s))
    return ArtifactMap(
        tuple(found), is_blind, is_clock, nothing, changed_s=changed, always=always if always.any() else None
    )


def find_clock(trace: MotionTrace, limits: ArtifactParams) -> NDArray[np.bool_]:
    """Cells of an on-screen clock: they change far more than most, and keep to one phase of the second.

    Returns:
        Shape (C,), bool; neighbors of such cells included. All False in less than `clock_min_s` of footage.
    """
    nothing = np.zeros(trace.grid.n_cells, bool)
    if len(trace.noise.blocks.floor) == 0 or float(trace.frames.duration_s.sum()) < limits.clock_min_s:
        return nothing
    keeps_phase = np.median(trace.noise.spans.tick.astype(np.float32), axis=0) >= limits.clock_phase
    is_clock = _one_line((keeps_phase & moves_always(trace, limits.clock_duty)).reshape(trace.grid.rows, -1))
    return grow(is_clock).ravel() if is_clock.sum() >= 2 else nothing


def around_clock(grid: Grid, is_clock: NDArray[np.bool_], params: Params) -> NDArray[np.bool_]:
    """Cells of a clock, and those near it that move because it does (`noise.duty_reach`), shape (C,)."""
    around = is_clock.reshape(grid.rows, -1)
    for _ in range(params.noise.duty_reach if is_clock.any() else 0):
        around = grow(around)
    return around.ravel()


def moves_always(trace: MotionTrace, duty: float, but: float = 0.1) -> NDArray[np.bool_]:
    """Cells near which something moves in so much of every block `but` a share of them, shape (C,), bool."""
    found: NDArray[np.bool_] = np.quantile(trace.noise.blocks.duty, but, axis=0) >= 255.0 * duty
    return found


def _one_line(cells: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The largest connected part of a mask (rows, columns) and what stands in line with it: a clock is one line."""
    parts = connected_parts(cells)
    if not parts:
        return cells
    rows = np.flatnonzero(max(parts, key=np.count_nonzero).any(axis=1))
    in_line = np.zeros_like(cells)
    in_line[rows[0] : rows[-1] + 1] = cells[rows[0] : rows[-1] + 1]
    return in_line


def find_movers(trace: MotionTrace, limits: ArtifactParams) -> NDArray[np.bool_]:
    """Places that may be a curtain, a mobile, a fan: something moves there for most of the whole recording.

    An infant may do so, too, in a short recording; `events.all_along` tells them apart.

    Returns:
        Shape (C,), bool. All False in a recording of less than `border_min_s` or fewer than `mover_blocks` blocks.
    """
    n_blocks, seen_s = len(trace.noise.blocks.duty), float(trace.frames.duration_s.sum())
    if n_blocks < limits.mover_blocks or seen_s < limits.border_min_s:
        return np.zeros(trace.grid.n_cells, bool)
    return moves_always(trace, limits.mover_duty)


def along_border(grid: Grid, share: float) -> NDArray[np.bool_]:
    """Cells within a share of the picture's sides of its border, at least two cells, shape (C,), bool."""
    inside = np.zeros((grid.rows, grid.columns), bool)
    rows, columns = max(round(share * grid.rows), 2), max(round(share * grid.columns), 2)
    inside[rows:-rows, columns:-columns] = True
    return ~inside.ravel()


def _after_breaks(trace: MotionTrace, settle_s: float) -> NDArray[np.bool_]:
    """Frames just after the recording starts or goes on: encoders need a moment to settle."""
    blind = np.zeros(len(trace.frames.time_s), bool)
    for frame in np.flatnonzero(trace.frames.lag_s == 0.0):
        blind[frame : np.searchsorted(trace.frames.time_s, trace.frames.time_s[frame] + settle_s)] = True
    return blind


def _everywhere(trace: MotionTrace, kind: ArtifactKind, cells: NDArray[np.bool_], words: str) -> Artifact:
    rows, columns = np.divmod(np.flatnonzero(cells), trace.grid.columns)
    x, y = trace.grid.cell_px
    box = (
        f"x {columns.min() * x:.0f}-{(columns.max() + 1) * x:.0f}, y {rows.min() * y:.0f}-{(rows.max() + 1) * y:.0f} px"
    )
    stop_s = float(trace.frames.time_s[-1] + trace.frames.duration_s[-1])
    return Artifact(kind, float(trace.frames.time_s[0]), stop_s, f"{box} {words} ({cells.mean():.1%} of the picture)")


def mover_artifact(trace: MotionTrace, cells: NDArray[np.bool_]) -> Artifact:
    """A place that moves all the time."""
    return _everywhere(trace, "mover", cells, "moved all the time: not judged there")


def _few_pictures(trace: MotionTrace, params: Params) -> Iterator[Artifact]:
    """Stretches in which pictures follow each other too slowly to tell a twitch from a longer movement."""
    limits, frames = params.classify, trace.frames
    # Of stamps that jitter each interval by itself says little.
    lasts_s = np.concatenate([[0.0], np.cumsum(frames.duration_s, dtype=np.float64)])
    low, high = (np.searchsorted(frames.time_s, frames.time_s + side * limits.few_pictures_s) for side in (-0.5, 0.5))
    mean_s = (lasts_s[high] - lasts_s[low]) / np.maximum(high - low, 1)
    is_few = mean_s * limits.twitch_min_fps > 1.0 + limits.fps_slack
    for first, stop in runs(is_few):
        start_s, stop_s = interval(frames, first, stop)
        if stop_s - start_s >= limits.few_pictures_s:
            fps = 1.0 / float(np.median(frames.duration_s[first:stop]))
            yield Artifact("few pictures", start_s, stop_s, f"{fps:.2g} pictures a second do not tell a twitch")


def _damaged(trace: MotionTrace, max_gap_s: float) -> Iterator[Artifact]:
    """Stretches of damaged pictures; one ends where the recording pauses."""
    pauses = np.flatnonzero(np.diff(trace.frames.time_s) > max_gap_s + trace.frames.duration_s[:-1]) + 1
    for run in runs(trace.frames.is_damaged):
        edges = [run[0], *(pause for pause in pauses.tolist() if run[0] < pause < run[1]), run[1]]
        for start, stop in itertools.pairwise(edges):
            words = "1 picture was damaged" if stop - start == 1 else f"{stop - start} pictures were damaged"
            yield Artifact("damage", *interval(trace.frames, start, stop), words)

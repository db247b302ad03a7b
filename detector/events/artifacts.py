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

from detector.motion.masks import connected_parts, grow
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams, Params

ArtifactKind = Literal["light", "bump", "frozen", "insect", "clock", "mover", "damage", "doubtful"]
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
        is_mover: shape (C,), cells of what moves most of the time.
    """

    artifacts: tuple[Artifact, ...]
    is_blind: NDArray[np.bool_]
    is_clock: NDArray[np.bool_]
    is_mover: NDArray[np.bool_]

    @property
    def light_s(self) -> list[float]:
        """When the light had changed, s, ascending."""
        return [artifact.stop_s for artifact in self.artifacts if artifact.kind == "light"]


def find_artifacts(trace: MotionTrace, params: Params) -> ArtifactMap:
    """Find all artifacts that the trace shows without looking at single bursts."""
    limits, has = params.artifact, params.rules.has
    is_blind = _after_breaks(trace, limits.settle_s if has("settle") else 0.0)
    found: list[Artifact] = []
    for start, stop, kind in _loud_runs(trace, limits):
        if not has(kind):
            continue
        is_blind[start:stop] = True
        start_s, stop_s = _interval(trace, start, stop)
        change = float(trace.frames.global_change[start:stop][np.abs(trace.frames.global_change[start:stop]).argmax()])
        share = float(trace.frames.moved_fraction[start:stop].max())
        words = f"{share:.0%} of the picture changed at once, by up to {change:+.1f} grey levels"
        found.append(Artifact(kind, start_s, stop_s, f"{words} in {trace.frames.lag_s[start]:.2f} s"))
    for start, stop in _runs(trace.frames.is_frozen) if has("frozen") else ():
        # The jump when the picture goes on is no movement either.
        after = min(stop + _frames(trace, start, limits.margin_s), len(is_blind))
        is_blind[start:after] = True
        start_s, stop_s = _interval(trace, start, stop)
        found.append(Artifact("frozen", start_s, stop_s, f"the picture stood still for {stop_s - start_s:.1f} s"))
    found += _damaged(trace, params.footage.max_gap_s)
    is_clock = find_clock(trace, limits) if has("clock") else np.zeros(trace.grid.n_cells, bool)
    if is_clock.any():
        found.append(_everywhere(trace, "clock", is_clock, "changes with each second"))
    is_mover = find_movers(trace, limits) & ~is_clock if has("mover") else np.zeros(trace.grid.n_cells, bool)
    words = "moves most of the time, far above the rest of the picture"
    found += [_everywhere(trace, "mover", part, words) for part in _parts(trace, is_mover, limits.mover_cells)]
    return ArtifactMap(tuple(sorted(found, key=lambda a: (a.start_s, a.kind))), is_blind, is_clock, is_mover)


def find_clock(trace: MotionTrace, limits: ArtifactParams) -> NDArray[np.bool_]:
    """Cells of an on-screen clock: they change far more than most, and keep to one phase of the second.

    Returns:
        Shape (C,), bool; neighbors of such cells included. All False in less than `clock_min_s` of footage.
    """
    nothing = np.zeros(trace.grid.n_cells, bool)
    if len(trace.noise.blocks.floor) == 0 or float(trace.frames.duration_s.sum()) < limits.clock_min_s:
        return nothing
    floor = _medians(trace.noise.blocks.floor.T)
    stands_out = floor > limits.clock_floor + 2.0 * np.median(floor)
    keeps_phase = np.median(trace.noise.spans.tick.astype(np.float32), axis=0) >= limits.clock_phase
    is_clock = _one_line((keeps_phase & stands_out).reshape(trace.grid.rows, trace.grid.columns))
    return grow(is_clock).ravel() if is_clock.sum() >= 2 else nothing


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
    """Cells that move far more than the rest of the picture in most blocks: a curtain, a mobile, a fan.

    Their own floor already hides them; they are listed so that a person knows where the camera could not see.

    Returns:
        Shape (C,), bool. All False in a recording of fewer than `mover_blocks` blocks.
    """
    if len(trace.noise.blocks.floor) < limits.mover_blocks:
        return np.zeros(trace.grid.n_cells, bool)
    floor = trace.noise.blocks.floor.astype(np.float32)
    usual = _medians(trace.noise.blocks.floor)[:, None]
    loud = floor > np.maximum(limits.mover_floor, limits.mover_ratio * usual)
    share: NDArray[np.bool_] = loud.mean(axis=0) > limits.mover_share
    return share


def _medians(values: NDArray[np.float16]) -> NDArray[np.float32]:
    """Median of each row of numbers that are not negative: their bits are in the same order, and sooner sorted."""
    n = values.shape[1]
    places = ((n - 1) // 2, n // 2)
    bits = np.partition(values.copy(order="C").view(np.uint16), places, axis=1)
    low, high = (bits[:, place].view(np.float16).astype(np.float32) for place in places)
    return (low + high) / np.float32(2.0)


def _after_breaks(trace: MotionTrace, settle_s: float) -> NDArray[np.bool_]:
    """Frames just after the recording starts or goes on: encoders need a moment to settle."""
    blind = np.zeros(len(trace.frames.time_s), bool)
    for frame in np.flatnonzero(trace.frames.lag_s == 0.0):
        blind[frame : np.searchsorted(trace.frames.time_s, trace.frames.time_s[frame] + settle_s)] = True
    return blind


def _loud_runs(trace: MotionTrace, limits: ArtifactParams) -> Iterator[tuple[int, int, ArtifactKind]]:
    loud = trace.frames.moved_fraction >= limits.loud_share
    moving = _bridge(trace, trace.frames.moved_fraction >= limits.quiet_share, limits.margin_s)
    still = np.flatnonzero(~moving)
    for start, stop in _runs(_bridge(trace, loud, limits.margin_s)):
        kind = _kind_of_run(trace, start, stop, still, limits)
        if kind is not None:
            yield max(start - 1, 0), _settled(trace, stop, limits), kind


def _settled(trace: MotionTrace, stop: int, limits: ArtifactParams) -> int:
    """First frame after a step at which exposure and encoder have settled, at most `settle_max_s` later."""
    margin = _frames(trace, stop - 1, limits.margin_s)
    last = min(stop + _frames(trace, stop - 1, limits.settle_max_s), len(trace.frames.time_s))
    still = 0
    for frame in range(stop, last):
        if trace.frames.lag_s[frame] == 0.0:
            return frame  # the recording pauses here
        still = 0 if trace.frames.moved_fraction[frame] >= limits.settle_share else still + 1
        if still >= margin:
            return frame + 1
    return last


def _kind_of_run(
    trace: MotionTrace, start: int, stop: int, still: NDArray[np.int64], limits: ArtifactParams
) -> ArtifactKind | None:
    loud = np.flatnonzero(trace.frames.moved_fraction[start:stop] >= limits.loud_share) + start
    signs = _sign_shares(trace, start, stop)[loud - start]
    if np.mean((signs >= limits.same_sign) | (signs <= 1.0 - limits.same_sign)) >= 0.5:
        return "light"
    lasts_s = float(trace.frames.time_s[stop - 1] - trace.frames.time_s[start])
    if lasts_s <= limits.cut_s and float(trace.frames.moved_fraction[loud].max()) >= limits.cut_share:
        return "bump"  # no body moves most of the picture so briefly: the camera was turned, or another picture began
    shifted = np.abs(trace.frames.shift_px[loud]).sum(axis=1) > 0.0
    # Where the camera rings, frames a swing apart look alike; the one that changed most must be displaced, at least.
    share = max(float(shifted.mean()), float(shifted[trace.frames.moved_fraction[loud].argmax()]))
    # A bump comes out of stillness and ends in it; a body that turns over moves before and after.
    first, last = _extend(trace, start, stop, still)
    is_brief = trace.frames.time_s[last - 1] - trace.frames.time_s[first] <= limits.bump_max_s
    return "bump" if is_brief and share >= limits.bump_share else None


def _extend(trace: MotionTrace, start: int, stop: int, still: NDArray[np.int64]) -> tuple[int, int]:
    """First and one past the last frame of the movement around a run; `still` are the frames in which nothing moves."""
    before, after = int(np.searchsorted(still, start)), int(np.searchsorted(still, stop))
    first = int(still[before - 1]) + 1 if before else 0
    last = int(still[after]) if after < len(still) else len(trace.frames.time_s)
    return first, last


def _sign_shares(trace: MotionTrace, start: int, stop: int) -> NDArray[np.float64]:
    """Share of the entries of each frame that brighten, shape (stop - start,); a half where there are none."""
    first = trace.fast.first[start : stop + 1]
    brightens = trace.fast.signed[first[0] : first[-1]] > 0
    total = np.concatenate([[0], np.cumsum(brightens)])
    n_brighter, counts = np.diff(total[first - first[0]]), np.diff(first)
    return np.where(counts > 0, n_brighter / np.maximum(counts, 1), 0.5)


def _everywhere(trace: MotionTrace, kind: ArtifactKind, cells: NDArray[np.bool_], words: str) -> Artifact:
    rows, columns = np.divmod(np.flatnonzero(cells), trace.grid.columns)
    x, y = trace.grid.cell_px
    box = (
        f"x {columns.min() * x:.0f}-{(columns.max() + 1) * x:.0f}, y {rows.min() * y:.0f}-{(rows.max() + 1) * y:.0f} px"
    )
    stop_s = float(trace.frames.time_s[-1] + trace.frames.duration_s[-1])
    return Artifact(kind, float(trace.frames.time_s[0]), stop_s, f"{box} {words} ({cells.mean():.1%} of the picture)")


def _parts(trace: MotionTrace, cells: NDArray[np.bool_], min_cells: int) -> list[NDArray[np.bool_]]:
    parts = connected_parts(cells.reshape(trace.grid.rows, trace.grid.columns))
    return [part.ravel() for part in parts if part.sum() >= min_cells]


def _damaged(trace: MotionTrace, max_gap_s: float) -> Iterator[Artifact]:
    """Stretches of damaged pictures; one ends where the recording pauses."""
    pauses = np.flatnonzero(np.diff(trace.frames.time_s) > max_gap_s + trace.frames.duration_s[:-1]) + 1
    for run in _runs(trace.frames.is_damaged):
        edges = [run[0], *(pause for pause in pauses.tolist() if run[0] < pause < run[1]), run[1]]
        for start, stop in itertools.pairwise(edges):
            words = "1 picture was damaged" if stop - start == 1 else f"{stop - start} pictures were damaged"
            yield Artifact("damage", *_interval(trace, start, stop), words)


def _interval(trace: MotionTrace, start: int, stop: int) -> tuple[float, float]:
    return float(trace.frames.time_s[start]), float(trace.frames.time_s[stop - 1] + trace.frames.duration_s[stop - 1])


def _frames(trace: MotionTrace, near: int, seconds: float) -> int:
    duration_s = float(trace.frames.duration_s[near]) if len(trace.frames.duration_s) else 0.0
    return int(np.ceil(seconds / duration_s)) if duration_s > 0 else 1


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(flags, prepend=False, append=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def _bridge(trace: MotionTrace, flags: NDArray[np.bool_], pause_s: float) -> NDArray[np.bool_]:
    """Join runs of flags with no more than a pause between them; never across a pause of the recording."""
    bridged = flags.copy()
    for (_, stop), (start, _) in itertools.pairwise(_runs(flags)):
        if trace.frames.time_s[start] - trace.frames.time_s[stop - 1] <= pause_s + float(
            trace.frames.duration_s[stop - 1]
        ):
            bridged[stop:start] = True
    return bridged

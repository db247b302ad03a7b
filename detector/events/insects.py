"""Insects and dust near the lamp: small bright things that cross the picture, or flash up in it.

Two marks tell them from a limb. Their center goes along a line, over several times their own size, where a twitching
limb stays in its place. And they only brighten the picture as they come and only darken it as they go, where the edges
of a limb do both at once. Where many of them were seen, the second mark alone is enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.active import Active
from detector.events.bursts import Burst, Part
from detector.motion.artifacts import Artifact
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams

# Frames with less than this share of the strongest one's energy tell no place.
_LOUD = 0.1
_FAR = 3.0


Course = NDArray[np.float64]


@dataclass(frozen=True)
class Path:
    """How the center of a burst moves.

    Attributes:
        travel: distance between its ends, picture diagonals.
        extents: that distance over the usual extent (root mean square radius) of what moves in one frame.
        straightness: share of the center's scatter that an even course along a line explains, 0 to 1.
        speed: travel a second, picture diagonals / s.
        brightening: signed over absolute change in the first frames, -1 (only darker) to 1 (only brighter).
    """

    travel: float
    extents: float
    straightness: float
    speed: float
    brightening: float


_NO_PATH = Path(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Sorted:
    """Bursts by whose they may be.

    Attributes:
        local: what keeps its place.
        passing: what crosses the picture, too large for an insect.
        insects: one artifact an insect.
    """

    local: list[Burst]
    passing: list[Burst]
    insects: list[Artifact]


def measure_path(trace: MotionTrace, active: Active, burst: Burst | Part) -> Path:
    """Follow the energy-weighted center of a burst from frame to frame."""
    frame, cell = active.frame[burst.entries], active.cell[burst.entries]
    snr = active.snr[burst.entries].astype(np.float64)
    brightening = _brightening(trace, active, burst)
    # Entries are in order of frame: each frame is a run of them.
    begins = np.flatnonzero(np.diff(frame, prepend=-1))
    total = np.add.reduceat(snr, begins)
    loud = np.flatnonzero(total >= _LOUD * total.max())
    if len(loud) < 3:
        return Path(0.0, 0.0, 0.0, 0.0, brightening)
    column, row = trace.cell_centers
    x, y = column[cell], row[cell]
    center_x, center_y = (np.add.reduceat(snr * place, begins) / total for place in (x, y))
    # Scatter about the center of its frame: the mean square less the square of the mean.
    square = float(snr @ (x * x + y * y)) - float(total @ (center_x**2 + center_y**2))
    extent = float(np.sqrt(max(square, 0.0) / total.sum()))
    way = float(np.hypot(center_x[loud[-1]] - center_x[loud[0]], center_y[loud[-1]] - center_y[loud[0]]))
    travel = way * trace.cell_px[0] / float(np.hypot(trace.width_px, trace.height_px))
    straightness = _straightness(trace.time_s[frame[begins]], (center_x, center_y), total)
    # What lies in a single cell is still about as wide as half of it.
    return Path(
        travel, way / max(extent, 0.5), straightness, travel / max(burst.stop_s - burst.start_s, 1e-3), brightening
    )


def _straightness(time_s: Course, center: tuple[Course, Course], weight: Course) -> float:
    total = weight.sum()
    time_s = time_s - float(weight @ time_s) / total
    spread, along = 0.0, 0.0
    for place in center:
        aside = place - float(weight @ place) / total
        spread += float(weight @ (aside * aside))
        along += float((weight * time_s) @ aside) ** 2
    scatter = spread * float(weight @ (time_s * time_s))
    return along / scatter if scatter > 0.0 else 0.0


def sort_bursts(trace: MotionTrace, active: Active, bursts: list[Burst], limits: ArtifactParams) -> Sorted:
    """Tell bursts of the infant from insects, and from what only passes."""
    local: list[tuple[Burst, Path]] = []
    passing: list[Burst] = []
    found: list[tuple[Burst, Path]] = []
    for burst in bursts:
        if burst.area_fraction > limits.passing_area:
            local.append((burst, _NO_PATH))
            continue
        path = measure_path(trace, active, burst)
        crosses = _crosses(path, limits)
        if burst.area_fraction <= limits.insect_area and (crosses or _flashes(burst, path, limits)):
            found.append((burst, path))
        elif crosses:
            passing.append(burst)
        else:
            local.append((burst, path))
    stays = ~_in_swarm(local, found, limits)
    found += [pair for pair, keep in zip(local, stays, strict=True) if not keep]
    insects = [_artifact(burst, path) for burst, path in sorted(found, key=lambda pair: pair[0].start_s)]
    return Sorted([burst for (burst, _), keep in zip(local, stays, strict=True) if keep], passing, insects)


def is_crossing(trace: MotionTrace, active: Active, part: Part, limits: ArtifactParams) -> bool:
    """Whether a connected group of entries crosses the picture, as an insect does: a limb beside it moves by itself."""
    left, top, right, bottom = part.box_px
    # What lies within a small box goes nowhere; most groups do.
    diagonal_px = float(np.hypot(trace.width_px, trace.height_px))
    if np.hypot(right - left, bottom - top) < limits.insect_travel * diagonal_px:
        return False
    frame = active.frame[part.entries[[0, -1]]]
    usual_cells = len(part.entries) / (int(frame[1] - frame[0]) + 1)
    if usual_cells * float(trace.fast.stride[frame].min()) ** 2 > limits.passing_area * trace.rows * trace.columns:
        return False
    return _crosses(measure_path(trace, active, part), limits)


def _crosses(path: Path, limits: ArtifactParams) -> bool:
    if path.travel < limits.insect_travel or path.straightness < limits.insect_straight:
        return False
    # A hand that reaches out slowly goes along a line, too, but not so far, nor so many times its own extent.
    is_marked = (
        path.speed >= limits.insect_speed
        or path.brightening >= limits.swarm_brightening
        or path.travel >= _FAR * limits.insect_travel
    )
    return path.extents >= (limits.insect_extents if is_marked else limits.insect_far)


def _flashes(burst: Burst, path: Path, limits: ArtifactParams) -> bool:
    is_quick = path.speed >= limits.flash_speed or burst.duration_s <= limits.flash_s
    return path.brightening >= limits.flash_brightening and is_quick


def _in_swarm(
    local: list[tuple[Burst, Path]], found: list[tuple[Burst, Path]], limits: ArtifactParams
) -> NDArray[np.bool_]:
    """Which bursts only brighten as they come, while many insects are about."""
    seen_s = np.array([burst.start_s for burst, _ in found])
    return np.array(
        [
            burst.area_fraction <= limits.swarm_area
            and path.brightening >= limits.swarm_brightening
            and np.count_nonzero(np.abs(seen_s - burst.start_s) <= limits.swarm_s) >= limits.swarm_insects
            for burst, path in local
        ],
        bool,
    )


def _artifact(burst: Burst, path: Path) -> Artifact:
    detail = (
        f"{burst.area_fraction:.1%} of the picture, path over {path.travel:.0%} of its diagonal at "
        f"{path.speed:.2f} diagonals/s, brightening {path.brightening:+.2f}"
    )
    return Artifact("insect", burst.start_s, burst.stop_s, detail)


def _brightening(trace: MotionTrace, active: Active, burst: Burst | Part) -> float:
    frame, signed = active.frame[burst.entries], active.signed[burst.entries].astype(np.float64)
    # Until the first lag is over, nothing that came can have gone.
    coming = trace.time_s[frame] < trace.time_s[frame[0]] + trace.lag_s[frame[0]] - 0.5 * trace.duration_s[frame[0]]
    return float(signed[coming].sum() / max(np.abs(signed[coming]).sum(), 1e-9))

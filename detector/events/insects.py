"""Insects and dust near the lamp: small bright things that cross the picture, or flash up in it.

Two marks tell them from a limb. Their center goes along a line, over several times their own size, where a twitching
limb stays in its place. And they only brighten the picture as they come and only darken it as they go, where the edges
of a limb do both at once. Where many of them were seen, the second mark alone is enough. Own, from infrared footage of
cameras whose lamp draws insects; the first mark needs three frames, so below about 10 frames a second only slow ones
show it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.burst import Burst, Part
from detector.events.excess import Active
from detector.events.paths import NO_PATH, Path, measure_paths
from detector.motion.view import LayerView
from detector.params import ArtifactParams, Params


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


def sort_bursts(view: LayerView, active: Active, bursts: list[Burst], params: Params) -> Sorted:
    """Tell bursts of the infant from insects, and from what only passes."""
    limits, has = params.artifact, params.rules.has
    local: list[tuple[Burst, Path]] = []
    passing: list[Burst] = []
    found: list[tuple[Burst, Path]] = []
    small = [burst for burst in bursts if burst.area_fraction <= limits.passing_area]
    paths = iter(measure_paths(view, active, small))
    for burst in bursts:
        path = next(paths) if burst.area_fraction <= limits.passing_area else NO_PATH
        crosses = _crosses(path, limits)
        is_insect = (crosses and has("insect path") and burst.area_fraction <= limits.insect_area) or (
            has("insect flash") and _flashes(burst, path, limits)
        )
        if is_insect:
            found.append((burst, path))
        elif crosses and has("passing"):
            passing.append(burst)
        else:
            local.append((burst, path))
    stays = ~_in_swarm(local, found, limits) if has("swarm") else np.ones(len(local), bool)
    found += [pair for pair, keep in zip(local, stays, strict=True) if not keep]
    insects = [_artifact(burst, path) for burst, path in sorted(found, key=lambda pair: pair[0].start_s)]
    return Sorted([burst for (burst, _), keep in zip(local, stays, strict=True) if keep], passing, insects)


def find_crossing(view: LayerView, active: Active, parts: Sequence[Part], limits: ArtifactParams) -> list[Part]:
    """Connected groups of entries that cross the picture, as insects do: a limb beside one moves by itself."""
    # What lies within a small box goes nowhere, and a body is no insect; most groups are one or the other.
    far_px = limits.insect_travel * view.grid.diagonal_px
    may = [part for part in parts if _reach_px(part) >= far_px and _is_small(view, active, part, limits)]
    return [part for part, path in zip(may, measure_paths(view, active, may), strict=True) if _crosses(path, limits)]


def _reach_px(part: Part) -> float:
    left, top, right, bottom = part.box_px
    return math.hypot(right - left, bottom - top)


def _is_small(view: LayerView, active: Active, part: Part, limits: ArtifactParams) -> bool:
    first, last = active.frame[part.entries[0]], active.frame[part.entries[-1]]
    usual_cells = len(part.entries) / (int(last - first) + 1)
    thinned = float(min(view.layer.stride[first], view.layer.stride[last]))
    return usual_cells * thinned**2 <= limits.passing_area * view.grid.n_cells


def _crosses(path: Path, limits: ArtifactParams) -> bool:
    if path.travel < limits.insect_travel or path.straightness < limits.insect_straight:
        return False
    # A hand that reaches out slowly goes along a line, too, but not so far, nor so many times its own extent.
    is_marked = (
        path.speed >= limits.insect_speed
        or path.brightening >= limits.swarm_brightening
        or path.travel >= limits.insect_far_travel * limits.insect_travel
    )
    return path.extents >= (limits.insect_extents if is_marked else limits.insect_far)


def _flashes(burst: Burst, path: Path, limits: ArtifactParams) -> bool:
    is_quick = path.speed >= limits.flash_speed or burst.duration_s <= limits.flash_s
    return path.brightening >= limits.flash_brightening and is_quick and burst.area_fraction <= limits.flash_area


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
    return Artifact("insect", burst.start_s, burst.stop_s, detail, burst.x_px, burst.y_px, burst.area_fraction)

"""Where in the picture movement is looked for: what the regions of a night leave in, and what happens outside.

What is ignored is as if it were not in the picture, and its share is told. What moves outside of the places that are
judged is no event, but is listed. Light and camera are told from the whole picture, whatever of it is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.burst import Burst
from detector.events.event import Event
from detector.events.excess import Seen
from detector.footage.region import RegionSet
from detector.motion.grid import Grid
from detector.motion.trace import MotionTrace

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Attention:
    """Cells of the motion grid by what the regions say of them, shape (C,) each.

    Attributes:
        outside: not in a place that is judged, and not ignored, either.
        ignored: in a region that is left out.
        is_one: whether at most one infant is looked at.
    """

    outside: Mask
    ignored: Mask
    is_one: bool = True

    @property
    def judged(self) -> Mask:
        """Cells in which movement is looked for."""
        return ~(self.outside | self.ignored)


def attend(grid: Grid, regions: RegionSet) -> Attention:
    """Cells by what the regions say of them; all are judged where there are no regions."""
    shape = grid.rows, grid.columns
    ignored = regions.ignored(*shape, grid.cell_px).ravel()
    outside = ~regions.framed(*shape, grid.cell_px).ravel() & ~ignored
    return Attention(outside, ignored, is_one=not regions.infants)


def region_artifacts(trace: MotionTrace, regions: RegionSet, attention: Attention) -> list[Artifact]:
    """One row for what lies outside of the judged places, one for what is ignored: each with its share.

    Returns:
        Artifacts of the kind `masked`; none where all is judged, or where there are no frames.
    """
    if not len(trace.frames):
        return []
    frames = trace.frames
    span_s = float(frames.time_s[0]), float(frames.time_s[-1] + frames.duration_s[-1])
    named = {
        f"outside of {_and([region.name for region in regions.frames])}": attention.outside,
        f"in {_and([region.name for region in regions.of_use('ignore')])}": attention.ignored,
    }
    return [
        Artifact(
            "masked",
            *span_s,
            f"{words}: not judged there ({cells.mean():.1%} of the picture)",
            area_fraction=float(cells.mean()),
        )
        for words, cells in named.items()
        if cells.any()
    ]


def apart(seen: Seen, outside: Mask) -> tuple[Seen, Seen]:
    """What stands out in the judged places, and what stands out elsewhere."""
    is_outside = outside[seen.active.cell] if outside.any() else np.zeros(len(seen.active), bool)
    if not is_outside.any():
        return seen, Seen(seen.view, seen.active.where(slice(0, 0)))
    return Seen(seen.view, seen.active.where(~is_outside)), Seen(seen.view, seen.active.where(is_outside))


def outside_artifact(burst: Burst, regions: RegionSet) -> Artifact:
    """A movement outside of the judged places."""
    size = f"{burst.duration_s:.2f} s, {burst.area_fraction:.1%} of the picture"
    return Artifact(
        "outside",
        burst.start_s,
        burst.stop_s,
        f"outside of {_and([region.name for region in regions.frames])}: {size}",
        burst.x_px,
        burst.y_px,
        burst.area_fraction,
    )


def with_named_sites(events: Sequence[Event], regions: RegionSet) -> tuple[Event, ...]:
    """Events with the named region that their center lies in as their site; others keep theirs."""
    return tuple(replace(event, site=regions.site_of(event.x_px, event.y_px) or event.site) for event in events)


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)

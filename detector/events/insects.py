"""Insects and dust near the lamp: small bright things that cross the picture, or flash up in it.

Two marks tell them from a limb. Their center travels fast and straight, where a twitching limb stays in its place. And
they only brighten the picture as they come and only darken it as they go, where the edges of a limb do both at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.active import Active
from detector.events.bursts import Burst
from detector.motion.artifacts import Artifact
from detector.motion.trace import MotionTrace
from detector.params import ArtifactParams


@dataclass(frozen=True)
class Path:
    """How the center of a burst moves.

    Attributes:
        travel: distance between its ends, picture diagonals.
        straightness: that distance over the length of the path, 0 to 1.
        speed: travel a second, picture diagonals / s.
        brightening: signed over absolute change in the first frames, -1 (only darker) to 1 (only brighter).
    """

    travel: float
    straightness: float
    speed: float
    brightening: float


def measure_path(trace: MotionTrace, active: Active, burst: Burst) -> Path:
    """Follow the energy-weighted center of a burst from frame to frame."""
    frame, cell, snr = active.frame[burst.entries], active.cell[burst.entries], active.snr[burst.entries]
    # Entries are in order of frame: the frames of the burst, counted.
    index = np.cumsum(np.diff(frame, prepend=frame[:1]) != 0)
    rows, columns = np.divmod(cell, trace.columns)
    total = np.bincount(index, snr)
    x = np.bincount(index, snr * columns) / total * trace.cell_px[0]
    y = np.bincount(index, snr * rows) / total * trace.cell_px[1]
    brightening = _brightening(trace, active, burst)
    if len(x) < 3:
        return Path(0.0, 0.0, 0.0, brightening)
    smooth_x, smooth_y = _smooth(x), _smooth(y)
    diagonal = float(np.hypot(trace.width_px, trace.height_px))
    net = float(np.hypot(smooth_x[-1] - smooth_x[0], smooth_y[-1] - smooth_y[0])) / diagonal
    total_length = float(np.hypot(np.diff(smooth_x), np.diff(smooth_y)).sum()) / diagonal
    return Path(net, net / max(total_length, 1e-9), net / max(burst.duration_s, 1e-3), brightening)


def split_insects(
    trace: MotionTrace, active: Active, bursts: list[Burst], limits: ArtifactParams
) -> tuple[list[Burst], list[Artifact]]:
    """Take bursts that move like an insect out of the list.

    Returns:
        The other bursts, and one artifact an insect.
    """
    rest: list[Burst] = []
    insects: list[Artifact] = []
    for burst in bursts:
        if burst.area_fraction > limits.insect_area:
            rest.append(burst)
            continue
        path = measure_path(trace, active, burst)
        if _is_insect(burst, path, limits):
            detail = (
                f"{burst.area_fraction:.1%} of the picture, path over {path.travel:.0%} of its diagonal at "
                f"{path.speed:.2f} diagonals/s, brightening {path.brightening:+.2f}"
            )
            insects.append(Artifact("insect", burst.start_s, burst.stop_s, detail))
        else:
            rest.append(burst)
    return rest, insects


def _is_insect(burst: Burst, path: Path, limits: ArtifactParams) -> bool:
    crosses = (
        path.travel >= limits.insect_travel
        and path.straightness >= limits.insect_straight
        and path.speed >= limits.insect_speed
    )
    flashes = path.speed >= limits.flash_speed or burst.duration_s <= limits.flash_s
    return crosses or (path.brightening >= limits.flash_brightening and flashes)


def _brightening(trace: MotionTrace, active: Active, burst: Burst) -> float:
    frame, signed = active.frame[burst.entries], active.signed[burst.entries].astype(np.float64)
    # Until the first lag is over, nothing that came can have gone.
    coming = trace.time_s[frame] < trace.time_s[frame[0]] + trace.lag_s[frame[0]] - 0.5 * trace.duration_s[frame[0]]
    return float(signed[coming].sum() / max(np.abs(signed[coming]).sum(), 1e-9))


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.convolve(values, np.ones(3) / 3.0, mode="valid")

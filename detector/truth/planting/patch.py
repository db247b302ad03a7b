"""What a planted movement does to a picture: patches of it that are displaced, each on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.truth.courses import rhythmic_course, twitch_course, wandering_course
from detector.truth.encode import Picture
from detector.truth.known import KnownMovement

Image = NDArray[np.uint8]
Shift = Callable[[float], tuple[float, float]]
"""Displacement (x, y) in px at a time in s."""

_REACH = 3.3
"""Extent of a patch in its standard deviations: beyond, it moves by less than 0.005 of its amplitude."""

# Limbs of a restless movement around its center: distance and extent, shares of the movement's own extent; time
# from way point to way point, s.
_N_LIMBS, _LIMB_AWAY, _LIMB_SIZE, _LIMB_STEP_S = 4, 1.2, 0.55, (0.45, 0.8)


@dataclass(frozen=True)
class Part:
    """A patch that moves as one: `movement` has its place and extent, `shift` its way."""

    movement: KnownMovement
    shift: Shift


def parts_of(movement: KnownMovement) -> tuple[Part, ...]:
    """The patches of a movement, at rest until its onset.

    * twitch, jerk: out and back as the square of a half sine; with `stays` a quick jerk and a slower return;
    * movement: the same, but back by another way, so that it does not rest at its far end; with a rate it swings, with
      `stays` it wanders to its new place;
    * rhythmic: a sine with soft ends;
    * gross: a way through the plane that never rests, back to where it began, or to where it stays;
    * restless: four patches around the center, each on such a way of its own.
    """
    rng = np.random.default_rng([movement.seed, 11])
    if movement.kind == "gross":
        return (Part(movement, _wandering(movement, rng)),)
    if movement.kind == "restless":
        return tuple(_limb(movement, rng, k) for k in range(_N_LIMBS))
    return (Part(movement, _shift_along(movement, rng)),)


def _shift_along(movement: KnownMovement, rng: np.random.Generator) -> Shift:
    to_plane, is_slow = _in_plane(movement), movement.kind == "movement"
    wave = None
    if movement.rate_hz:
        wave = rhythmic_course(movement, rng)
    elif movement.stays:
        wave = wandering_course(movement, rng, movement.stays) if is_slow else twitch_course(movement)

    def shift(time_s: float) -> tuple[float, float]:
        if time_s <= movement.onset_s or (time_s >= movement.stop_s and not movement.stays):
            return 0.0, 0.0
        if wave:
            return to_plane(wave(time_s), 0.0)
        share = (time_s - movement.onset_s) / movement.duration_s
        half, full = float(np.sin(np.pi * share)), float(np.sin(2 * np.pi * share))
        return to_plane(half * half, 0.45 * half * full if is_slow else 0.0)

    return shift


def _wandering(movement: KnownMovement, rng: np.random.Generator, step_s: float = 0.8) -> Shift:
    far = wandering_course(movement, rng, movement.stays, step_s)
    near, to_plane = wandering_course(movement, rng, 0.0, step_s), _in_plane(movement)

    def shift(time_s: float) -> tuple[float, float]:
        # Both courses reach 1: the longer axis gives the amplitude, the shorter stays below the rest of the circle.
        a, b = far(time_s), 0.4 * near(time_s)
        scale = min(1.0, 1.0 / max(float(np.hypot(a, b)), 1e-9))
        return to_plane(scale * a, scale * b)

    return shift


def _limb(movement: KnownMovement, rng: np.random.Generator, k: int) -> Part:
    side = movement.angle_rad + k * 2 * np.pi / _N_LIMBS
    limb = replace(
        movement,
        x_px=movement.x_px + _LIMB_AWAY * movement.sigma_px * float(np.cos(side)),
        y_px=movement.y_px + _LIMB_AWAY * movement.sigma_px * float(np.sin(side)),
        sigma_px=_LIMB_SIZE * movement.sigma_px,
        angle_rad=float(rng.uniform(0, 2 * np.pi)),
    )
    return Part(limb, _wandering(limb, rng, float(rng.uniform(*_LIMB_STEP_S))))


def _in_plane(movement: KnownMovement) -> Callable[[float, float], tuple[float, float]]:
    """From shares of the amplitude along and across its direction to px."""
    x_px = movement.amp_px * float(np.cos(movement.angle_rad))
    y_px = movement.amp_px * float(np.sin(movement.angle_rad))
    return lambda along, across: (along * x_px - across * y_px, along * y_px + across * x_px)


class _Patch:
    """A Gaussian patch of one plane, ready to be displaced."""

    def __init__(self, movement: KnownMovement, shape: tuple[int, int], scale: float) -> None:
        x, y, sigma = movement.x_px * scale, movement.y_px * scale, movement.sigma_px * scale
        reach = int(np.ceil(_REACH * sigma + 2))
        self.rows = slice(max(int(y) - reach, 0), min(int(y) + reach + 1, shape[0]))
        self.columns = slice(max(int(x) - reach, 0), min(int(x) + reach + 1, shape[1]))
        self._scale = scale
        row, column = np.mgrid[self.rows, self.columns].astype(np.float32)
        self._weight = np.exp(-((column - x) ** 2 + (row - y) ** 2) / (2 * sigma * sigma)).astype(np.float32)
        self._row, self._column = row, column

    def displace(self, plane: Image, shift_px: tuple[float, float]) -> None:
        """Displace the patch's part of a plane by `shift_px` (luma px) at its center, in place."""
        x = self._column - np.float32(shift_px[0] * self._scale) * self._weight
        y = self._row - np.float32(shift_px[1] * self._scale) * self._weight
        moved = cv2.remap(plane, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        plane[self.rows, self.columns] = np.asarray(moved, np.uint8)


def planted(pictures: Iterable[Picture], plan: Sequence[KnownMovement]) -> Iterator[Picture]:
    """Displace pictures by whatever of the plan moves (or has come to rest elsewhere) at their time, in place."""
    parts = [part for movement in plan for part in parts_of(movement)]
    patches: dict[tuple[int, float], _Patch] = {}
    for picture in pictures:
        for k, part in enumerate(parts):
            shift_px = part.shift(picture.time_s)
            if shift_px == (0.0, 0.0):
                continue
            for plane, scale in [(picture.luma, 1.0), *((one, 0.5) for one in _chroma(picture))]:
                if (k, scale) not in patches:
                    patches[k, scale] = _Patch(part.movement, (plane.shape[0], plane.shape[1]), scale)
                patches[k, scale].displace(plane, shift_px)
        yield picture


def _chroma(picture: Picture) -> Iterable[Image]:
    return () if picture.chroma is None else picture.chroma

"""How each kind of movement moves the drawn infant: amplitudes of its bends and its placement as functions of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from detector.truth.courses import Course, rhythmic_course, scaled, twitch_course, wandering_course
from detector.truth.known import PLACES, KnownMovement
from detector.truth.scene.drawing.bends import ROLL

_LIMBS = tuple(place for place in PLACES if place not in {"trunk", "left_forearm", "right_forearm"})
# What a jerk of the trunk carries along, shares of its amplitude.
_CARRIED = {"trunk": 1.0, "head": 0.45, "left_arm": 0.6, "right_arm": 0.6, "left_leg": 0.4, "right_leg": 0.4}


@dataclass(frozen=True)
class Motion:
    """One movement as functions of time.

    Attributes:
        movement: what was asked for.
        bends: bend to its amplitude in px at a time in s; 0 before the onset.
        turn, shift_x, shift_y: placement of the whole figure, rad and px; None for localized movement.
    """

    movement: KnownMovement
    bends: Mapping[str, Course]
    turn: Course | None = None
    shift_x: Course | None = None
    shift_y: Course | None = None


def plan_motion(movement: KnownMovement, rng: np.random.Generator) -> Motion:
    """Choose what a movement leaves open (direction, way points, wander of its rate)."""
    if movement.kind == "gross":
        return _gross(movement, rng)
    if movement.kind == "restless":
        # Each limb turns at times of its own, so that one of them always moves.
        ways = {place: wandering_course(movement, rng, 0.0, float(rng.uniform(0.5, 1.1))) for place in _LIMBS}
        return Motion(movement, {place: scaled(way, 0.8 * movement.amp_px) for place, way in ways.items()})
    away_px = float(rng.choice([-1.0, 1.0])) * movement.amp_px
    if movement.kind == "jerk":
        course = twitch_course(movement)
        return Motion(movement, {place: scaled(course, share * away_px) for place, share in _CARRIED.items()})
    if movement.kind == "twitch":
        course = twitch_course(movement)
    elif movement.rate_hz:
        course = rhythmic_course(movement, rng)
    else:
        course = wandering_course(movement, rng, movement.stays)
    return Motion(movement, {movement.place: scaled(course, away_px)})


def _gross(movement: KnownMovement, rng: np.random.Generator) -> Motion:
    """The whole figure shifts and turns, the trunk rolls, the limbs follow; it may come to rest elsewhere."""
    away = float(rng.uniform(0, 2 * np.pi))
    amp_px = movement.amp_px
    to_x, to_y = 0.8 * float(np.cos(away)), 0.55 * float(np.sin(away))
    shift_x = wandering_course(movement, rng, movement.stays)
    shift_y = wandering_course(movement, rng, movement.stays)
    turn = wandering_course(movement, rng, movement.stays)
    most_rad = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.0025, 0.004)) * amp_px
    bends = {ROLL: scaled(wandering_course(movement, rng, movement.stays), 0.35 * amp_px)}
    for place in _LIMBS:
        part_px = float(rng.uniform(0.2, 0.6)) * amp_px
        bends[place] = scaled(wandering_course(movement, rng, 0.6 * movement.stays), part_px)
    return Motion(
        movement,
        bends,
        turn=scaled(turn, most_rad),
        shift_x=scaled(shift_x, to_x * amp_px),
        shift_y=scaled(shift_y, to_y * amp_px),
    )

"""How a movement goes on in time: each kind as amplitudes of the figure's bends and its placement.

The time courses follow what is seen in sleeping infants: a twitch is a fast jerk with a slower return,
rhythmic movement a sine with soft ends and a little wander of its rate, slow and whole-body movements go from one
resting point to the next and do not stop in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from detector.truth.drawing.bends import ROLL
from detector.truth.scene_spec import PLACES, Movement

Course = Callable[[float], float]
TWITCH_RISE = 0.35
"""Share of a twitch's duration in which the limb jerks out; the rest is the return."""


class Timed(Protocol):
    """What a time course depends on."""

    @property
    def onset_s(self) -> float:
        """When it begins, s."""

    @property
    def duration_s(self) -> float:
        """How long it lasts, s."""

    @property
    def rate_hz(self) -> float:
        """Cycles per second where rhythmic."""


@dataclass(frozen=True)
class Motion:
    """One movement as functions of time.

    Attributes:
        movement: what was asked for.
        bends: bend to its amplitude in px at a time in s; 0 before the onset.
        turn, shift_x, shift_y: placement of the whole figure, rad and px; None for localized movement.
    """

    movement: Movement
    bends: Mapping[str, Course]
    turn: Course | None = None
    shift_x: Course | None = None
    shift_y: Course | None = None


def plan_motion(movement: Movement, rng: np.random.Generator) -> Motion:
    """Choose what a movement leaves open (direction, way points, wander of its rate)."""
    if movement.kind == "gross":
        return _gross(movement, rng)
    sign = float(rng.choice([-1.0, 1.0]))
    if movement.kind == "twitch":
        course = twitch_course(movement)
    elif movement.kind == "rhythmic":
        course = rhythmic_course(movement, rng)
    else:
        course = wandering_course(movement, rng, movement.stays)
    return Motion(movement, {movement.place: lambda time_s: sign * movement.amp_px * course(time_s)})


def twitch_course(movement: Movement) -> Course:
    """Out and back in raised cosines, peak 1; `stays` of it remains."""
    onset_s, rise_s = movement.onset_s, TWITCH_RISE * movement.duration_s

    def course(time_s: float) -> float:
        since_s = time_s - onset_s
        if since_s <= 0:
            return 0.0
        if since_s < rise_s:
            return _eased(since_s / rise_s)
        back = _eased(min((since_s - rise_s) / (movement.duration_s - rise_s), 1.0))
        return 1.0 - (1.0 - movement.stays) * back

    return course


def rhythmic_course(movement: Timed, rng: np.random.Generator) -> Course:
    """A sine of peak 1 whose rate wanders a little around `rate_hz`, with ends of half a cycle to one second."""
    fade_s = min(1.0, 0.5 / movement.rate_hz, movement.duration_s / 4)
    wander, phase = 0.25 * float(rng.uniform(0.5, 1.0)), float(rng.uniform(0, 2 * np.pi))
    slow_hz = movement.rate_hz / 7.3

    def course(time_s: float) -> float:
        since_s, left_s = time_s - movement.onset_s, movement.onset_s + movement.duration_s - time_s
        if since_s <= 0 or left_s <= 0:
            return 0.0
        drift = wander * (np.sin(2 * np.pi * slow_hz * since_s + phase) - np.sin(phase))
        envelope = _eased(min(since_s / fade_s, 1.0)) * _eased(min(left_s / fade_s, 1.0))
        return float(envelope * np.sin(2 * np.pi * movement.rate_hz * since_s + drift))

    return course


def wandering_course(movement: Timed, rng: np.random.Generator, last: float, step_s: float = 0.8) -> Course:
    """From way point to way point, about one each `step_s`, peak 1, moving all the time; ends at `last`."""
    n_steps = max(2, round(movement.duration_s / step_s))
    points = _way_points(rng, n_steps, last)
    times = movement.onset_s + movement.duration_s * np.linspace(0, 1, n_steps + 1)

    def course(time_s: float) -> float:
        if time_s <= times[0]:
            return 0.0
        if time_s >= times[-1]:
            return float(points[-1])
        k = int(np.searchsorted(times, time_s, side="right")) - 1
        share = (time_s - times[k]) / (times[k + 1] - times[k])
        # Between a straight line (which never rests at a way point) and full easing (which does).
        eased = 0.5 * share + 0.5 * _eased(share)
        return float(points[k] + (points[k + 1] - points[k]) * eased)

    return course


def _way_points(rng: np.random.Generator, n_steps: int, last: float) -> NDArray[np.float64]:
    points = np.zeros(n_steps + 1)
    for k in range(1, n_steps):
        # Each step is large enough to be seen, and turns back at the edges.
        step = rng.uniform(0.5, 1.0) * (1.0 if rng.random() < 0.5 else -1.0)
        away = points[k - 1] + step
        points[k] = away if abs(away) <= 1 else points[k - 1] - step
    points[-1] = last
    inner = points[1:-1]
    peak = float(np.abs(inner).max())
    if peak > 0:
        points[1:-1] = inner / peak
        points[1:-1] *= np.sign(points[1 + int(np.abs(points[1:-1]).argmax())])
    return points


def _gross(movement: Movement, rng: np.random.Generator) -> Motion:
    """The whole figure shifts and turns, the trunk rolls, the limbs follow; it may come to rest elsewhere."""
    away = float(rng.uniform(0, 2 * np.pi))
    amp_px = movement.amp_px
    to_x, to_y = 0.8 * float(np.cos(away)), 0.55 * float(np.sin(away))
    shift_x = wandering_course(movement, rng, movement.stays)
    shift_y = wandering_course(movement, rng, movement.stays)
    turn = wandering_course(movement, rng, movement.stays)
    most_rad = float(rng.choice([-1.0, 1.0]) * rng.uniform(0.0025, 0.004)) * amp_px
    bends: dict[str, Course] = {ROLL: _scaled(wandering_course(movement, rng, movement.stays), 0.35 * amp_px)}
    for place in PLACES:
        if place not in {"trunk", "left_forearm", "right_forearm"}:
            part = float(rng.uniform(0.2, 0.6)) * amp_px
            bends[place] = _scaled(wandering_course(movement, rng, 0.6 * movement.stays), part)
    return Motion(
        movement,
        bends,
        turn=_scaled(turn, most_rad),
        shift_x=_scaled(shift_x, to_x * amp_px),
        shift_y=_scaled(shift_y, to_y * amp_px),
    )


def _scaled(course: Course, factor: float) -> Course:
    return lambda time_s: factor * course(time_s)


def _eased(share: float) -> float:
    return float(0.5 - 0.5 * np.cos(np.pi * share))

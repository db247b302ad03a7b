"""How a movement goes on in time, shared by what is drawn and what is planted.

The time courses follow what is seen in sleeping infants: a twitch is a fast jerk with a slower return,
rhythmic movement a sine with soft ends and a little wander of its rate, slow and whole-body movements go from one
resting point to the next and do not stop in between.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from detector.truth.known import KnownMovement

Course = Callable[[float], float]
TWITCH_RISE = 0.35
"""Share of a twitch's duration in which the limb jerks out; the rest is the return."""


def twitch_course(movement: KnownMovement) -> Course:
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


def rhythmic_course(movement: KnownMovement, rng: np.random.Generator) -> Course:
    """A sine of peak 1 around `rate_hz`, with ends of half a cycle to one second.

    Its rate wanders a little, and drifts evenly by `drift`; single strokes are left out, a share of `missing`, never
    two in a row and none of the first and last two.
    """
    rate_hz, length_s = movement.rate_hz, movement.duration_s
    fade_s = min(1.0, 0.5 / rate_hz, length_s / 4)
    wander, phase = 0.25 * float(rng.uniform(0.5, 1.0)), float(rng.uniform(0, 2 * np.pi))
    slow_hz = rate_hz / 7.3
    skipped = _skipped_strokes(movement, rng)

    def course(time_s: float) -> float:
        since_s, left_s = time_s - movement.onset_s, movement.onset_s + length_s - time_s
        if since_s <= 0 or left_s <= 0:
            return 0.0
        aside = wander * (np.sin(2 * np.pi * slow_hz * since_s + phase) - np.sin(phase))
        angle = 2 * np.pi * rate_hz * since_s * (1 + movement.drift / 2 * (since_s / length_s - 1)) + aside
        if int(angle // (2 * np.pi)) in skipped:
            return 0.0
        envelope = _eased(min(since_s / fade_s, 1.0)) * _eased(min(left_s / fade_s, 1.0))
        return float(envelope * np.sin(angle))

    return course


def _skipped_strokes(movement: KnownMovement, rng: np.random.Generator) -> set[int]:
    if not movement.missing:
        return set()
    n_strokes = round(movement.rate_hz * movement.duration_s)
    apart = np.arange(2, n_strokes - 2, 2)
    n_skipped = min(max(1, round(movement.missing * n_strokes)), apart.size)
    return set(rng.choice(apart, n_skipped, replace=False).tolist())


def wandering_course(movement: KnownMovement, rng: np.random.Generator, last: float, step_s: float = 0.8) -> Course:
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


def scaled(course: Course, factor: float) -> Course:
    """The course times a factor."""
    return lambda time_s: factor * course(time_s)


def _eased(share: float) -> float:
    return float(0.5 - 0.5 * np.cos(np.pi * share))

"""Movements spread at random over the time of a scene or of footage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from detector.errors import ParameterError
from detector.truth.known import KINDS, REFERENCE_WIDTH_PX, WHOLE_BODY, KnownMovement, require_one_of


def spread(
    rng: np.random.Generator, groups: Sequence[Sequence[KnownMovement]], interval_s: tuple[float, float], pause_s: float
) -> tuple[KnownMovement, ...]:
    """Place groups of movements one after the other in random order, at least `pause_s` apart.

    Args:
        rng: of the random choice.
        groups: movements that stay together, each group with onsets from 0 s on.
        interval_s: from when to when.
        pause_s: between the end of a group and the start of the next, at least.

    Raises:
        ParameterError: so many do not fit.
    """
    groups = [groups[i] for i in rng.permutation(len(groups))]
    spare_s = interval_s[1] - interval_s[0] - sum(group[-1].stop_s + pause_s for group in groups)
    if groups and spare_s < 0:
        raise ParameterError(
            f"plan: expected room for {len(groups)} movements, but {-spare_s:.1f} s are missing; make it longer or "
            "ask for fewer."
        )
    waits_s = np.diff(np.sort(rng.uniform(0.0, max(spare_s, 0.0), len(groups))), prepend=0.0)
    placed: list[KnownMovement] = []
    now_s = interval_s[0]
    for group, wait_s in zip(groups, waits_s.tolist(), strict=True):
        placed += [replace(one, onset_s=round(now_s + wait_s + one.onset_s, 3)) for one in group]
        now_s = placed[-1].stop_s + pause_s
    return tuple(placed)


def scatter_movements(
    counts: Mapping[str, int], duration_s: float, width_px: int, seed: int
) -> tuple[KnownMovement, ...]:
    """Scatter movements of a drawn infant at random, apart from each other, with random limb, size and rate.

    Args:
        counts: kind to number, such as `{"twitch": 8, "rhythmic": 1}`.
        duration_s: length of the scene, s; the first and last 5 s are left still.
        width_px: amplitudes are drawn for a picture of this width.
        seed: of the random choice.

    Raises:
        ParameterError: a kind is unknown, or so many do not fit.
    """
    rng = np.random.default_rng([seed, 7])
    drawn = [[_draw(rng, kind, width_px)] for kind, count in counts.items() for _ in range(count)]
    return spread(rng, drawn, (5.0, duration_s - 5.0), 2.0)


def _draw(rng: np.random.Generator, kind: str, width_px: int) -> KnownMovement:
    require_one_of("scene", "kind of movement", kind, tuple(KINDS))
    usual = KINDS[kind]
    duration_s = between(rng, usual.duration_s, 0.5, 1.6)
    amp_px = rng.uniform(usual.amp_px[0], usual.amp_px[2]) * width_px / REFERENCE_WIDTH_PX
    # The trunk carries everything along: only a jerk is of it.
    place = usual.places[0] if len(usual.places) == 1 else str(rng.choice(usual.places[:-1]))
    rate_hz = round(float(rng.uniform(0.7, 3.0)), 2) if kind == "rhythmic" else 0.0
    stays = round(float(rng.uniform(0.3, 1.0)), 2) if place == WHOLE_BODY and kind == "gross" else 0.0
    return KnownMovement(kind, 0.0, round(duration_s, 3), place, round(float(amp_px), 2), rate_hz, stays)


def repeat_movements(
    kind: str, every_s: tuple[float, float], places: Sequence[str], interval_s: tuple[float, float], seed: int
) -> tuple[KnownMovement, ...]:
    """Brief movements of a few places, again and again.

    Args:
        kind: `"twitch"` or `"jerk"`.
        every_s: least and greatest time from onset to onset, s; exactly that where both are alike.
        places: parts of the body, each as often as the others.
        interval_s: from when to when.
        seed: of the random choice.

    Returns:
        Movements with amplitudes for the reference width.
    """
    rng = np.random.default_rng([seed, 13])
    usual, onset_s, movements = KINDS[kind], interval_s[0], []
    while onset_s + 0.5 < interval_s[1]:
        duration_s, amp_px = float(rng.uniform(0.2, 0.4)), float(rng.uniform(1.4 * usual.amp_px[0], usual.amp_px[2]))
        place = str(rng.choice(places))
        movements.append(KnownMovement(kind, round(onset_s, 3), round(duration_s, 3), place, round(amp_px, 2)))
        onset_s += float(rng.uniform(*every_s))
    return tuple(movements)


def between(rng: np.random.Generator, duration_s: tuple[float, float, float], least: float, most: float) -> float:
    """A duration between two multiples of the usual one, within what the kind has, s."""
    shortest_s, usual_s, longest_s = duration_s
    return float(rng.uniform(max(shortest_s, least * usual_s), min(longest_s, most * usual_s)))

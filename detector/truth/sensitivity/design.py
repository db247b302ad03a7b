"""Where, when and what is planted: quiet stretches spread over the night, and a design of sizes that fills them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.night.night import Night
from detector.truth.known import REFERENCE_WIDTH_PX, KnownMovement
from detector.truth.planting.plan import detail_of
from detector.truth.sensitivity.standing import stands

# What is planted, px at the reference width; own choice: from what nobody can see to what nobody overlooks.
DISPLACEMENTS_PX = (0.6, 1.0, 1.7, 2.9, 5.0, 8.5)
TWITCH_DURATIONS_S = (0.2, 0.4)
TWITCH_EXTENTS_PX = (12.0, 24.0)
RHYTHM_RATES_HZ = (0.6, 1.2, 2.4)
RHYTHM_EXTENTS_PX = (24.0, 40.0)
RHYTHM_S, RHYTHM_EVERY_S = 8.0, 14.0
PER_MINUTE = (5.0, 8.0, 15.0)
"""How densely twitches are planted, from isolated ones (12 s apart) to what a limb does in active sleep."""

LARGEST_RATE = 0.2
"""Faster rhythms are not planted, of the frame rate: nobody could tell their rate."""
STRETCH_S, SHORTEST_S = 60.0, 24.0
LEAD_S, TAIL_S = 6.0, 2.5
"""Time at both ends of a stretch in which nothing is planted: floors have to settle, movement has to be over."""
MARGIN_S = 2.0
"""Distance of a stretch from whatever was found in the night."""
COLUMNS, ROWS = 4, 3
"""Places are spread over so many parts of the picture."""

Stretch = tuple[float, float]


def quiet_runs(night: Night, shortest_s: float = SHORTEST_S) -> list[Stretch]:
    """Stretches of observed time in one file in which the analysis found nothing, ascending, recording time, s.

    What stands at one place, as a clock does, leaves the rest of the picture quiet.
    """
    passing = [one for one in night.decision.artifacts if not stands(one, SHORTEST_S)]
    busy = [(event.start_s, event.stop_s) for event in night.decision.events]
    busy += [(one.start_s, one.stop_s) for one in passing]
    return _without(night, [(start_s - MARGIN_S, stop_s + MARGIN_S) for start_s, stop_s in busy], shortest_s)


def observed_runs(night: Night) -> list[Stretch]:
    """Stretches of observed time in one file, whatever happens in them, ascending, recording time, s."""
    return _without(night, [], 0.0)


def _without(night: Night, busy: Sequence[Stretch], shortest_s: float) -> list[Stretch]:
    """Observed time in one file beside what is busy."""
    busy = [*busy, *((source.zero_s - 0.01, source.zero_s + 0.01) for source in night.provenance.inputs)]
    runs: list[Stretch] = []
    for start_s, stop_s in night.observed:
        now_s = start_s
        for first_s, last_s in sorted(busy):
            if first_s >= stop_s:
                break
            if last_s > now_s:
                runs.append((now_s, first_s))
                now_s = last_s
        runs.append((now_s, stop_s))
    return [(start_s, stop_s) for start_s, stop_s in runs if stop_s - start_s >= shortest_s]


def choose_stretches(runs: Sequence[Stretch], total_s: float, seed: int) -> list[Stretch]:
    """Stretches of up to a minute out of quiet runs, spread evenly, as many as fit into a time.

    Args:
        runs: as `quiet_runs` gives them.
        total_s: how long all of them together may be, s.
        seed: of the choice.

    Returns:
        Ascending; empty where not even the shortest fits.
    """
    pieces: list[Stretch] = []
    for start_s, stop_s in runs:
        n = math.ceil((stop_s - start_s) / STRETCH_S)
        length_s = (stop_s - start_s) / n
        firsts_s = [start_s + k * length_s for k in range(n)]
        pieces += [(first_s, first_s + length_s) for first_s in firsts_s]
    rng = np.random.default_rng([seed, 41])
    # A golden step visits all parts of the night before it comes back to any.
    order = np.argsort((np.arange(len(pieces)) * 0.6180339887 + rng.random()) % 1.0)
    chosen: list[Stretch] = []
    for k in order.tolist():
        start_s, stop_s = pieces[k]
        left_s = total_s - sum(b - a for a, b in chosen)
        if left_s < SHORTEST_S:
            break
        chosen.append((start_s, min(stop_s, start_s + left_s)))
    return sorted(chosen)


@dataclass(frozen=True)
class StretchPlan:
    """What is planted into one stretch.

    Attributes:
        start_s, stop_s: of the stretch, recording time, s.
        movements: with times from the start of the stretch on, still without places.
        places: part of the picture, by number, for each movement.
        per_minute: how densely they follow each other.
    """

    start_s: float
    stop_s: float
    movements: tuple[KnownMovement, ...]
    places: tuple[int, ...]
    per_minute: float


def plan_stretches(stretches: Sequence[Stretch], width_px: int, fps: float, seed: int) -> list[StretchPlan]:
    """Fill stretches: of each four the second with rhythms, the others with twitches, each at another density.

    Sizes, lengths, extents and rates come from shuffled blocks that hold each level once, so that every level is
    planted as often as every other. Twitches of the greatest density are those of one place.
    """
    rng = np.random.default_rng([seed, 42])
    levels = {
        "amp": _blocks(rng, DISPLACEMENTS_PX), "duration": _blocks(rng, TWITCH_DURATIONS_S),
        "extent": _blocks(rng, TWITCH_EXTENTS_PX), "rate": _blocks(rng, RHYTHM_RATES_HZ),
        "wide": _blocks(rng, RHYTHM_EXTENTS_PX), "place": _blocks(rng, range(COLUMNS * ROWS)),
        "slow": _blocks(rng, DISPLACEMENTS_PX), "density": _blocks(rng, PER_MINUTE),
    }  # fmt: skip
    scale = width_px / REFERENCE_WIDTH_PX
    plans = []
    for k, (start_s, stop_s) in enumerate(stretches):
        is_rhythmic = k % 4 == 1
        per_minute = 60 / RHYTHM_EVERY_S if is_rhythmic else float(next(levels["density"]))
        one_place = int(next(levels["place"]))
        movements, places = [], []
        for onset_s in _onsets(rng, stop_s - start_s, 60 / per_minute, RHYTHM_S if is_rhythmic else 0.5):
            stays_there = per_minute == PER_MINUTE[-1]
            places.append(one_place if stays_there else int(next(levels["place"])))
            if is_rhythmic:
                rate_hz = min(float(next(levels["rate"])), LARGEST_RATE * fps)
                amp_px, sigma_px = float(next(levels["slow"])) * scale, float(next(levels["wide"])) * scale
                one = KnownMovement("rhythmic", onset_s, RHYTHM_S, "", amp_px, rate_hz, sigma_px=sigma_px)
            else:
                amp_px, sigma_px = float(next(levels["amp"])) * scale, float(next(levels["extent"])) * scale
                one = KnownMovement("twitch", onset_s, float(next(levels["duration"])), "", amp_px, sigma_px=sigma_px)
            movements.append(replace(one, angle_rad=float(rng.uniform(0, 2 * np.pi)), seed=int(rng.integers(1 << 30))))
        plans.append(StretchPlan(start_s, stop_s, tuple(movements), tuple(places), per_minute))
    return plans


def _blocks(rng: np.random.Generator, levels: Sequence[float]) -> Iterator[float]:
    while True:
        yield from (levels[k] for k in rng.permutation(len(levels)))


def _onsets(rng: np.random.Generator, length_s: float, every_s: float, lasting_s: float) -> list[float]:
    """Onsets about `every_s` apart, from the lead to the tail of a stretch, s."""
    last_s = length_s - TAIL_S - lasting_s
    n = max(int((last_s - LEAD_S) // every_s) + 1, 1)
    wander_s = 0.15 * (every_s - lasting_s)
    onsets_s = LEAD_S + wander_s + np.arange(n) * every_s + rng.uniform(-wander_s, wander_s, n)
    return [round(float(onset_s), 3) for onset_s in onsets_s if onset_s <= last_s]


def place_in(
    rng: np.random.Generator,
    picture: NDArray[np.uint8],
    sigma_px: float,
    place: int,
    is_attended: NDArray[np.bool_] | None = None,
) -> tuple[float, float, int]:
    """A point with detail to be moved in a part of the picture, or in the next part that has any.

    Args:
        rng: of the choice among the best quarter.
        picture: shape (height, width).
        sigma_px: extent of what is to move, px.
        place: number of the part, from the upper left on, row by row.
        is_attended: pixels that are looked at, shape (height, width); None for all.

    Returns:
        x, y in px, and the number of the part they lie in.
    """
    detail = detail_of(picture, sigma_px)
    if is_attended is not None:
        detail = np.where(is_attended, detail, 0.0)
    height, width = picture.shape
    # What lies near the border cannot move as a whole.
    rim = int(min(sigma_px, height / 8, width / 8))
    inner = detail[rim : height - rim, rim : width - rim]
    least = 0.2 * float(np.quantile(inner, 0.95))
    for step in range(COLUMNS * ROWS):
        part = (place + step) % (COLUMNS * ROWS)
        row, column = divmod(part, COLUMNS)
        top, left = row * inner.shape[0] // ROWS, column * inner.shape[1] // COLUMNS
        cell = inner[top : (row + 1) * inner.shape[0] // ROWS, left : (column + 1) * inner.shape[1] // COLUMNS]
        if float(np.quantile(cell, 0.75)) >= least:
            rows, columns = np.nonzero(cell >= np.quantile(cell, 0.75))
            k = int(rng.integers(rows.size))
            return float(columns[k] + left + rim), float(rows[k] + top + rim), part
    return width / 2, height / 2, place

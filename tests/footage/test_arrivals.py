"""Stamps that are times of arrival."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.footage.arrivals import spread_arrivals


def arrivals(
    fps: float, length_s: float, sizes: tuple[int, int], seed: int = 0, late_s: float = 0.0
) -> NDArray[np.float64]:
    """Pictures of a steady rate that come in clumps of `sizes` (least, most), the last of each when it was taken."""
    random = np.random.default_rng(seed)
    taken = np.arange(round(fps * length_s)) / fps
    found = taken.copy()
    first = 0
    while first < len(taken):
        last = min(first + int(random.integers(sizes[0], sizes[1] + 1)), len(taken)) - 1
        came_s = taken[last] + random.uniform(0, late_s)
        found[first : last + 1] = came_s - 0.001 * np.arange(last - first, -1, -1)
        first = last + 1
    return found - found[0]


@pytest.mark.parametrize("sizes", [(5, 13), (9, 9), (20, 30)])
@pytest.mark.parametrize("fps", [12.0, 25.0])
def test_clumps_are_spread_to_the_pace_at_which_they_were_taken(fps: float, sizes: tuple[int, int]) -> None:
    stamps = arrivals(fps, 90.0, sizes, late_s=0.05)
    found, text = spread_arrivals(stamps)
    steps = np.diff(found)
    assert (steps > 0).all()
    assert np.median(steps) == pytest.approx(1 / fps, rel=0.02)
    assert steps.max() < 1.3 / fps
    assert steps.min() > 0.7 / fps
    assert "times of arrival" in text
    assert f"at {fps:.3g} a second" in text or "at 2" in text or "at 1" in text


def test_a_rhythm_keeps_its_rate() -> None:
    stamps = arrivals(15.0, 90.0, (5, 13))
    found, _ = spread_arrivals(stamps)
    assert len(found) / (found[-1] - found[0]) == pytest.approx(15.0, rel=0.01)


def test_a_gap_between_clumps_stays_a_gap() -> None:
    stamps = arrivals(15.0, 60.0, (6, 12))
    later = stamps.copy()
    half = len(stamps) // 2
    while later[half] - later[half - 1] < 0.1:
        half += 1
    later[half:] += 30.0
    found, text = spread_arrivals(later)
    assert text
    pauses = np.diff(found)
    assert (pauses > 1.0).sum() == 1
    assert pauses.max() == pytest.approx(30.0, abs=1.0)


def even(fps: float, length_s: float) -> NDArray[np.float64]:
    return np.arange(round(fps * length_s)) / fps


random = np.random.default_rng(4)
OTHERS = {
    "even": even(25, 30),
    "jitter": np.sort(even(25, 30) + random.uniform(-0.02, 0.02, 750)),
    "stutter and catch up": np.concatenate([even(25, 10), 10.8 + 0.005 * np.arange(20), 11 + even(25, 10)]),
    "bursts when something moves": np.concatenate(
        [start + even(25, length) for start, length in ((0, 2), (9, 1), (30, 8), (41, 0.5), (90, 3))]
    ),
    "slow, then fast": np.concatenate([even(1, 60), 60 + even(25, 60)]),
    "pairs": np.repeat(even(12.5, 20), 2) + np.tile([0, 0.001], 250),
    "few": np.array([0.0, 0.001, 0.002, 1.0, 1.001]),
    "pauses": np.concatenate([start + even(25, 20) for start in (0, 100, 500)]),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_arrival_stays_as_it_is(kind: str) -> None:
    found, text = spread_arrivals(OTHERS[kind])
    assert found is OTHERS[kind]
    assert text == ""

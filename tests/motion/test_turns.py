"""Single cycles: where they begin, how long they are, and how like each is to the next."""

import numpy as np
import pytest

from detector.motion.correlation import likeness
from detector.motion.turns import Cycles, fill_unseen, find_cycles
from detector.params import Params

LIMITS = Params().rhythm
TIME_S = np.arange(0.0, 20.0, 1 / 15)
SEEN = np.ones(len(TIME_S), bool)


def wandering(spread: float) -> np.ndarray:
    """About 1.5 Hz, each cycle of its own length."""
    lengths_s = np.random.default_rng(4).normal(1.0, spread, 60).clip(0.6, 1.4) / 1.5
    return np.interp(TIME_S, np.concatenate([[0.0], np.cumsum(lengths_s)]), np.arange(61.0))


class TestLikeness:
    @pytest.mark.parametrize("spread", [0.0, 0.1, 0.18])
    def test_of_cycles_of_unlike_length_each_is_like_the_next(self, spread: float) -> None:
        signal = np.sin(2 * np.pi * wandering(spread))
        assert find_cycles(TIME_S, signal, 1.5, LIMITS).likeness(TIME_S, signal, SEEN, 0.0) > 0.9

    def test_a_mean_cycle_later_they_are_not(self) -> None:
        signal = np.sin(2 * np.pi * wandering(0.18))
        assert likeness(TIME_S, signal, 1.5)[0] < LIMITS.min_likeness

    @pytest.mark.parametrize("seed", range(4))
    def test_what_goes_from_place_to_place_is_like_nothing(self, seed: int) -> None:
        """Way points about 0.8 s apart, as of a limb that is awake: the filter makes it swing, it is no rhythm."""
        random = np.random.default_rng(seed)
        points = np.cumsum(random.uniform(0.5, 1.1, 40))
        signal = np.gradient(np.interp(TIME_S, points, random.uniform(-1.0, 1.0, 40)))
        assert find_cycles(TIME_S, signal, 0.6, LIMITS).likeness(TIME_S, signal, SEEN, 0.0) < LIMITS.min_likeness

    def test_too_few_cycles_tell_nothing(self) -> None:
        signal = np.sin(2 * np.pi * 0.08 * TIME_S)
        assert find_cycles(TIME_S, signal, 0.08, LIMITS).likeness(TIME_S, signal, SEEN, -0.25) == -0.25


class TestMeanRate:
    def test_cycles_that_were_not_seen_are_as_many_as_fit(self) -> None:
        begin_s = np.array([0.0, 1.0, 2.0, 3.0, 3.3, 5.0, 6.0, 7.0, 8.0, 9.0])
        is_whole = np.ones(9, bool)
        is_whole[3:5] = False
        assert Cycles(begin_s, is_whole, 4.0).mean_rate_hz == pytest.approx(1.0)
        assert Cycles(begin_s, np.ones(9, bool), 4.0).mean_rate_hz == pytest.approx(1.0)

    def test_of_a_drifting_rhythm_it_is_that_in_its_middle(self) -> None:
        signal = np.sin(2 * np.pi * (1.0 * TIME_S + 0.5 * 0.05 * TIME_S**2))
        assert find_cycles(TIME_S, signal, 1.4, LIMITS).mean_rate_hz == pytest.approx(1.5, abs=0.03)

    def test_too_few_have_none(self) -> None:
        assert find_cycles(TIME_S[:20], np.sin(2 * np.pi * TIME_S[:20]), 1.0, LIMITS).mean_rate_hz == 0.0


def test_what_was_not_seen_is_filled_from_the_nearest_cycle() -> None:
    signal = np.sin(2 * np.pi * 1.5 * TIME_S)
    is_seen = (TIME_S < 8.0) | (TIME_S >= 9.0)
    assert fill_unseen(TIME_S, np.where(is_seen, signal, 7.0), is_seen, 1.5) == pytest.approx(signal, abs=0.15)
    assert fill_unseen(TIME_S, signal, SEEN, 1.5) is signal

"""Runs of bursts at one place: short pauses are part of a rhythm, longer ones only of one that goes back and forth."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from detector.events.trains import find_rhythmic_runs, runs_at_one_place
from detector.params import Params, with_values
from tests.drawing import BurstsOf, Sketch

PARAMS = Params()
FPS = 25.0
HAND = np.s_[4:8, 10:14]
FOOT = np.s_[12:16, 24:28]


def strokes(sketch: type[Sketch], starts_s: Sequence[float], signs: Sequence[float], place: Any = HAND) -> Sketch:
    drawing = sketch(starts_s[-1] + 3.0, FPS)
    for start_s, sign in zip(starts_s, signs, strict=True):
        drawing.move(start_s, start_s + 0.2, place, signed=5.0 * sign, only_brightens=True)
    return drawing


def jerks(sketch: type[Sketch], starts_s: Sequence[float], place: Any = HAND) -> Sketch:
    """Out and back in 0.3 s each."""
    drawing = sketch(starts_s[-1] + 3.0, FPS)
    for start_s in starts_s:
        drawing.move(start_s, start_s + 0.12, place, signed=5.0).move(
            start_s + 0.14, start_s + 0.26, place, signed=-4.0
        )
    return drawing


def without(count: int, missing: Sequence[int]) -> list[int]:
    return [k for k in range(count) if k not in missing]


class TestFindRhythmicRuns:
    def test_a_faint_swing_of_which_strokes_are_missing(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        """0.5 Hz: a stroke a second, to and fro, and here and there one that the encoder has erased."""
        seen = without(16, (5, 10))
        found = bursts_of(strokes(sketch, [2.0 + k for k in seen], [(-1.0) ** k for k in seen]))
        ((run, rhythm),) = find_rhythmic_runs(*found, PARAMS)
        assert len(run) == len(seen)
        assert rhythm is not None
        assert rhythm.rate_hz == pytest.approx(0.5, abs=0.03)

    def test_a_bout_of_even_twitches_is_none(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = sketch(16.0, FPS)
        for k in range(7):
            drawing.move(2.0 + 1.6 * k, 2.3 + 1.6 * k, HAND)
        view, active, bursts = bursts_of(drawing)
        runs = find_rhythmic_runs(view, active, bursts, PARAMS)
        assert [rhythm for _, rhythm in runs] == [None] * len(runs)
        assert sorted(burst.start_s for run, _ in runs for burst in run) == [burst.start_s for burst in bursts]

    @pytest.mark.parametrize(
        ("name", "value"),
        [("max_missing", 0), ("missing_share", 0.1), ("max_pause_s", 0.3), ("max_missing_s", 0.8), ("min_cycles", 16)],
    )
    def test_limits_decide(self, sketch: type[Sketch], bursts_of: BurstsOf, name: str, value: float) -> None:
        found = bursts_of(jerks(sketch, [2.0 + k / 1.3 for k in without(14, (3, 6, 10))]))
        assert [rhythm is not None for _, rhythm in find_rhythmic_runs(*found, PARAMS)] == [True]
        strict = with_values(Params(), {f"rhythm.{name}": value})
        assert all(rhythm is None for _, rhythm in find_rhythmic_runs(*found, strict))

    @pytest.mark.parametrize("missing", [(3, 7), (2, 6, 9), (4, 5, 9)])
    def test_jerks_of_which_some_are_missing(
        self, sketch: type[Sketch], bursts_of: BurstsOf, missing: Sequence[int]
    ) -> None:
        """1.3 Hz, each stroke out and back and then at rest: no run of those left is a rhythm by itself."""
        view, active, bursts = bursts_of(jerks(sketch, [2.0 + k / 1.3 for k in without(14, missing)]))
        ((run, rhythm),) = find_rhythmic_runs(view, active, bursts, PARAMS)
        assert len(run) == len(bursts)
        assert rhythm is not None
        assert rhythm.rate_hz == pytest.approx(1.3, abs=0.03)
        assert rhythm.regularity > 0.9

    def test_the_first_strokes_belong_to_it(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        """Two, one that is missing, and then without a gap."""
        view, active, bursts = bursts_of(jerks(sketch, [2.0 + k / 1.4 for k in without(12, (2,))]))
        ((run, rhythm),) = find_rhythmic_runs(view, active, bursts, PARAMS)
        assert rhythm is not None
        assert run[0].start_s == pytest.approx(2.0, abs=0.05)

    @pytest.mark.parametrize("every_s", [1.3, 1.6, 2.1, 2.4, 2.7, 3.3, 4.0])
    def test_a_foot_that_twitches_evenly_is_none(
        self, sketch: type[Sketch], bursts_of: BurstsOf, every_s: float
    ) -> None:
        view, active, bursts = bursts_of(jerks(sketch, [2.0 + every_s * k for k in range(12)]))
        assert [len(run) for run, rhythm in find_rhythmic_runs(view, active, bursts, PARAMS) if rhythm is None] == [
            1
        ] * 12

    def test_a_rhythm_among_twitches_is_as_long_as_its_strokes(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        starts_s = [2.0, 4.9, *(8.0 + k / 1.4 for k in range(8)), 16.2, 19.3]
        view, active, bursts = bursts_of(jerks(sketch, starts_s))
        found = find_rhythmic_runs(view, active, bursts, PARAMS)
        assert [len(run) for run, _ in found] == [1, 1, 8, 1, 1]
        assert [rhythm is not None for _, rhythm in found] == [False, False, True, False, False]

    def test_nothing(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        assert find_rhythmic_runs(*bursts_of(sketch(5.0)), PARAMS) == []


class TestRunsAtOnePlace:
    def test_pauses_part_them(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        _, _, bursts = bursts_of(strokes(sketch, [2.0, 2.6, 4.5], [1.0, 1.0, 1.0]))
        assert [len(run) for run in runs_at_one_place(bursts, 0.8, PARAMS.rhythm)] == [2, 1]
        assert [len(run) for run in runs_at_one_place(bursts, 2.0, PARAMS.rhythm)] == [3]

    def test_places_part_them(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        drawing = strokes(sketch, [2.0, 3.0], [1.0, 1.0]).move(2.5, 2.7, FOOT)
        _, _, bursts = bursts_of(drawing)
        assert [len(run) for run in runs_at_one_place(bursts, 2.0, PARAMS.rhythm)] == [2, 1]

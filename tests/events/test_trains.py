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

    def test_limits_decide(self, sketch: type[Sketch], bursts_of: BurstsOf) -> None:
        seen = without(16, (5, 10))
        found = bursts_of(strokes(sketch, [2.0 + k for k in seen], [(-1.0) ** k for k in seen]))
        for name, value in (("max_missing_s", 0.5), ("min_cycles", 9.0), ("min_opposition", 1.0)):
            strict = with_values(Params(), {f"rhythm.{name}": value})
            assert all(rhythm is None for _, rhythm in find_rhythmic_runs(*found, strict))

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

"""The scoring that all methods of the comparison share, and the simple methods themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detector.truth.encode import Encoding
from detector.truth.known import KnownMovement
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import SceneSpec
from tests.accuracy.bench import read_scenes
from tests.accuracy.compare import (
    SCENES,
    Result,
    Signals,
    find_by_peaks,
    find_by_threshold,
    measure_signals,
    score_intervals,
    to_markdown,
)


def known(*rows: tuple[float, float, str]) -> list[KnownMovement]:
    return [KnownMovement(kind, onset_s, duration_s) for onset_s, duration_s, kind in rows]


def test_scenes_are_of_the_bench() -> None:
    assert set(SCENES) <= {scene.name for scene in read_scenes()}


def test_twitches_are_matched_one_to_one_by_onset() -> None:
    truth = known((10.0, 0.3, "twitch"), (20.0, 0.3, "twitch"))
    found = [(10.2, 10.4), (10.3, 10.6), (20.6, 20.9)]
    assert score_intervals(found, truth) == Result(n_known=2, n_found=1, n_false=2)


def test_events_in_a_long_movement_are_neither_found_nor_false() -> None:
    truth = known((10.0, 8.0, "rhythmic"), (30.0, 0.3, "twitch"))
    assert score_intervals([(9.8, 12.0), (13.0, 18.0), (25.0, 25.2)], truth) == Result(1, 0, 1)


@pytest.mark.parametrize(
    ("result", "f1"), [(Result(0, 0, 0), 1.0), (Result(0, 0, 3), 0.0), (Result(4, 2, 0), 2 / 3), (Result(2, 2, 4), 0.5)]
)
def test_f1(result: Result, f1: float) -> None:
    assert result.f1 == pytest.approx(f1)


def test_runs_over_the_threshold_are_joined_over_short_gaps() -> None:
    time_s = np.arange(40) / 10
    share = np.zeros(40)
    share[[10, 11, 13, 30]] = 0.2
    assert find_by_threshold(Signals(time_s, share, share), 0.1) == [(1.0, 1.3), (3.0, 3.0)]
    assert find_by_threshold(Signals(time_s, share, share), 0.5) == []


def test_peaks_stand_out_from_their_surroundings() -> None:
    time_s = np.arange(100) / 10
    energy = np.random.default_rng(1).normal(1.0, 0.01, 100)
    energy[40] = 2.0
    (peak,) = find_by_peaks(Signals(time_s, energy, energy), 20.0)
    assert peak == pytest.approx((3.85, 4.15))


def test_a_large_twitch_shows_in_both_signals(tmp_path: Path) -> None:
    twitch = KnownMovement("twitch", 4.0, 0.4, "left_arm", 6.0)
    spec = SceneSpec(8.0, 10.0, (320, 180), seed=3, movements=(twitch,), noise=0.5, breathing_px=0.0)
    signals = measure_signals(synthesize(tmp_path / "scene.mkv", spec, Encoding("mjpeg", crf=4)).video)
    moving = (signals.time_s > 4.0) & (signals.time_s < 4.6)
    # No key frames among others here, which would outdo any twitch; the first picture has none before it.
    still = ~moving & (signals.time_s > 0.5)
    assert signals.changed_share[moving].max() > 5 * signals.changed_share[still].max()
    assert signals.energy[moving].max() > signals.energy[still].max()


def test_the_table_has_a_row_for_each_method() -> None:
    table = to_markdown(
        {"a": {"x": Result(4, 4, 0), "y": Result(4, 0, 0)}, "b": {"x": Result(2, 1, 1), "y": Result(2, 2, 0)}}
    )
    assert table.splitlines()[2] == "| x | 4/4, 0 false, 1.00 | 1/2, 1 false, 0.50 | 5/6, 1 false, 0.83 |"
    assert len(table.splitlines()) == 4

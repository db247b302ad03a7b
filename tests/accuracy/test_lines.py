"""The line that tells how a practice clip did."""

from __future__ import annotations

import pandas as pd
import pytest

from detector.truth.scoring.evaluate import score_events
from detector.truth.scoring.intervals import Intervals
from tests.accuracy.practice import all_clips, differences, main, tallies

Row = tuple[str, float, float]


def movements(*rows: Row) -> Intervals:
    table = pd.DataFrame(rows, columns=["kind", "start_s", "stop_s"]).assign(rate_hz=float("nan"))
    return Intervals.of_events(table)


def test_each_miss_and_each_event_beyond_the_known_is_told_in_order_of_time() -> None:
    known = movements(("twitch", 10, 10.3), ("twitch", 20, 20.3), ("gross", 30, 36), ("jerk", 50, 50.3))
    found = movements(("twitch", 10.1, 10.3), ("movement", 30, 35), ("twitch", 5, 5.2), ("uncertain", 60, 61))
    score = score_events(found, known, [(0.0, 100.0)])
    assert list(differences(score)) == [
        "+twitch 5.0-5.2", "-twitch 20.0", "+movement 30.0-35.0", "-gross 30.0 (movement 30.0-35.0)", "-jerk 50.0",
        "+uncertain 60.0-61.0",
    ]  # fmt: skip
    assert list(tallies(score))[:2] == ["twitch 1/2 (2) F1 0.500 any 0.50", "movement 0/0 (1) F1 0.000"]


def test_at_jerks_and_in_restless_time_only_twitches_of_the_latter_are_told() -> None:
    known = movements(("jerk", 10, 10.3), ("restless", 20, 80))
    found = movements(("twitch", 10, 10.2), ("movement", 20, 50), ("twitch", 60, 60.3))
    score = score_events(found, known, [(0.0, 100.0)])
    assert list(differences(score)) == ["+twitch 60.0-60.3"]
    assert list(tallies(score))[1:3] == ["restless 50% inside events, 1 twitches", "jerk 1/1"]


def test_the_samples_are_among_the_clips() -> None:
    assert {"quiet_night", "rhythmic", "everything"} <= set(all_clips())


def test_an_unknown_clip_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["nothing-of-the-kind"])
    assert "nothing-of-the-kind: expected a clip of" in capsys.readouterr().err

"""Pictures of a score: what they show, and that they show something when there is nothing."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from detector.truth.scoring.evaluate import score_events
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.plots import plot_matches, plot_overlap_curve, write_figure
from detector.truth.scoring.score import Score

mpl.use("Agg")


def movements(rows: list[tuple[str, float, float]]) -> Intervals:
    events = pd.DataFrame(rows, columns=["kind", "start_s", "stop_s"]).astype({"kind": str})
    return Intervals.of_events(events.assign(rate_hz=np.nan))


@pytest.fixture
def score() -> Score:
    """A twitch found, a twitch missed, a rhythmic episode found late, an uncertain event out of nothing."""
    known = movements([("twitch", 10, 10.3), ("twitch", 50, 50.3), ("rhythmic", 100, 110)])
    found = movements([("twitch", 10.1, 10.4), ("rhythmic", 104, 114), ("uncertain", 200, 201)])
    return score_events(found, known, [(0.0, 600.0)])


@pytest.fixture
def nothing() -> Score:
    return score_events(movements([]), movements([]), [(0.0, 600.0)])


def test_matches_are_joined_and_the_rest_is_hollow(score: Score) -> None:
    ax = plot_matches(score, Figure().subplots())
    joins = [line for line in ax.lines if len(line.get_xdata()) == 2 and len(set(line.get_ydata())) == 2]
    hollow = [line for line in ax.lines if line.get_markerfacecolor() == "white"]
    assert len(joins) == 2
    assert sum(len(line.get_xdata()) for line in hollow) == 2
    assert "1 false" in ax.get_title(loc="left")
    assert ax.get_xlabel() == "Recording time (s)"


def test_the_curve_falls_where_the_overlap_ends(score: Score) -> None:
    ax = plot_overlap_curve(score, Figure().subplots())
    (line,) = ax.lines
    # 6 s shared of 14 s
    assert [f1 for ratio, f1 in zip(line.get_xdata(), line.get_ydata(), strict=True) if ratio <= 6 / 14] == [1.0] * 7
    assert line.get_ydata()[-1] == 0.0


def test_nothing_to_show_is_said(nothing: Score) -> None:
    assert plot_matches(nothing, Figure().subplots()).texts[0].get_text() == "Nothing known and nothing found"
    assert "No long movement" in plot_overlap_curve(nothing, Figure().subplots()).texts[0].get_text()


def test_axes_that_are_given_are_used(score: Score) -> None:
    ax = Figure().subplots()
    assert plot_matches(score, ax) is ax
    assert plot_overlap_curve(score, ax) is ax


def test_a_figure_is_written(score: Score, tmp_path: Path) -> None:
    write_figure(score, tmp_path / "score.png")
    assert (tmp_path / "score.png").read_bytes().startswith(b"\x89PNG")

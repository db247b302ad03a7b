"""What a camera could have shown, drawn: numbers where they belong, and a sentence where nothing was measured."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from detector.night.night import Night
from detector.views.plots import figure_timeline, plot_blind_spots, plot_sensitivity, plot_sensitivity_by_hour
from detector.views.plots.style import KIND_STYLES
from tests.planted import BLIND_PART, write_planted


@pytest.fixture
def night(make_night: Callable[..., Night], tmp_path: Path) -> Night:
    """Four hours with a sensitivity of known numbers."""
    night = make_night(4 * 3600.0)
    write_planted(night, tmp_path, mm_per_px=3.0)
    return replace(night, folder=tmp_path)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_marks_are_the_shares_and_the_curve_falls_where_they_do(night: Night, ax: Axes) -> None:
    plot_sensitivity(night, ax)
    color = KIND_STYLES["twitch"].color
    marks = next(line for line in ax.lines if line.get_color() == color and line.get_marker() != "None")
    np.testing.assert_allclose(np.asarray(marks.get_xdata(), float), [0.5, 1, 2, 4])
    np.testing.assert_allclose(np.asarray(marks.get_ydata(), float), [0, 0, 0.9, 0.9])
    curve = next(line for line in ax.lines if line.get_color() == color and len(np.asarray(line.get_xdata())) == 200)
    y = np.asarray(curve.get_ydata(), float)
    assert (np.diff(y) >= 0).all()
    assert y[0] < 0.1
    assert y[-1] > 0.7
    (above,) = ax.child_axes
    assert [tick.get_text() for tick in above.get_xticklabels()] == ["1.5", "3", "6", "12"]


def test_the_blind_part_is_dark_and_parts_without_anything_are_hatched(night: Night, ax: Axes) -> None:
    plot_blind_spots(night, ax)
    parts = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(parts) == 12
    assert [patch.get_hatch() for patch in parts].count("///") == 2
    blind = parts[BLIND_PART]
    darkest = to_rgba("#00224e", 0.6)  # where the scale begins
    np.testing.assert_allclose(blind.get_facecolor(), darkest, atol=0.01)
    assert texts(ax)[BLIND_PART] == "0 %\n0 of 8"
    assert texts(ax)[2] == "50 %\n4 of 8"


def test_hours_are_in_the_order_of_the_night(night: Night, ax: Axes) -> None:
    plot_sensitivity_by_hour(night, ax)
    names = [tick.get_text() for tick in ax.get_xticklabels()]
    assert names == ["+0 h\nn = 20", "+1 h\nn = 20", "+2 h\nn = 20", "+3 h\nn = 20"]


@pytest.mark.parametrize("draw", [plot_sensitivity, plot_blind_spots, plot_sensitivity_by_hour])
def test_a_night_without_one_gets_a_sentence(
    draw: Callable[[Night, Axes], Axes], make_night: Callable[..., Night], ax: Axes
) -> None:
    draw(make_night(60.0), ax)
    assert any("Not measured" in text for text in texts(ax))


def test_the_timeline_has_a_lane_for_it_and_only_then(night: Night, make_night: Callable[..., Night]) -> None:
    (ax,) = figure_timeline(night).axes
    assert "could be seen" in texts(ax)
    assert "45 % of 80" in texts(ax)
    heights = [
        path.vertices[:, 1].max() - path.vertices[:, 1].min()
        for bar in ax.collections
        if bar.get_gid() == "sensitivity"
        for path in bar.get_paths()
    ]
    np.testing.assert_allclose(heights, [0.8 * 0.45] * len(heights), atol=0.8 * 0.25)
    (other,) = figure_timeline(make_night(60.0)).axes
    assert "could be seen" not in texts(other)

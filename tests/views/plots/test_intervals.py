from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from detector.events.classify import Event
from detector.night.night import Night
from detector.views.plots.intervals import FEWEST, plot_intervals

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def line(ax: Axes, gid: str) -> list[Line2D]:
    return [line for line in ax.lines if line.get_gid() == gid]


def test_survivors_fall_from_all_to_one(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    onsets = np.cumsum([1.0, 2.0, 4.0, 4.0, 10.0])
    assert plot_intervals(make_night(60.0, [make_event(t) for t in onsets]), ax) is ax
    (found,) = line(ax, "found")
    x, y = (np.asarray(values) for values in found.get_data())
    assert x == pytest.approx([0.0, 2.0, 4.0, 10.0])
    assert y == pytest.approx([1.0, 0.75, 0.25, 0.25])
    assert ax.get_title(loc="left") == "4 intervals between twitches, median 4 s"
    assert ax.get_yscale() == "log"


def test_line_of_chance_is_straight_with_the_same_mean(
    make_night: NightMaker, make_event: EventMaker, ax: Axes
) -> None:
    plot_intervals(make_night(60.0, [make_event(5.0 * k + 1) for k in range(FEWEST + 1)]), ax)
    (chance,) = line(ax, "chance")
    x, y = (np.asarray(values) for values in chance.get_data())
    assert np.log(y) == pytest.approx(-x / 5.0)


def test_few_intervals_have_no_line_of_chance(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_intervals(make_night(60.0, [make_event(t) for t in (1.0, 3.0, 9.0)]), ax)
    assert line(ax, "found")
    assert not line(ax, "chance")


def test_only_twitches_count_and_never_across_a_gap(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    found = [make_event(10.0), make_event(12.0, "movement"), make_event(100.0)]
    plot_intervals(make_night(180.0, found, gaps=[(40.0, 60.0)]), ax)
    assert ax.texts[0].get_text() == "0 intervals between twitches:\ntoo few to draw."


def test_too_few_to_draw_is_said(make_night: NightMaker, blind_night: Night, ax: Axes) -> None:
    for night in (make_night(), blind_night):
        drawn = plot_intervals(night)
        assert "too few to draw" in drawn.texts[0].get_text()
        assert not line(drawn, "found")

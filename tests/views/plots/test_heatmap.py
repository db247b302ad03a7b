from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.axes import Axes

from detector.errors import UsageError
from detector.events.classify import Event
from detector.night.night import Night
from detector.views.plots.heatmap import count_events, plot_heatmap
from detector.views.plots.signal import strength_of

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def counted(night: Night) -> np.ndarray:
    strengths = strength_of(night)
    assert night.trace is not None
    assert strengths is not None
    return count_events(night.trace, night.decision.events, strengths)


def test_cells_are_counted_once_an_event_inside_its_box(make_night: NightMaker, make_event: EventMaker) -> None:
    corner = make_event(9.0, "movement", box_px=(0.0, 0.0, 40.0, 20.0))
    night = make_night(20.0, [make_event(5.0), make_event(7.0), corner])
    counts = counted(night)
    assert counts[3:6, 5:8].tolist() == [[2] * 3] * 3
    assert counts[0, :2].tolist() == [1, 1]
    assert counts.sum() == 9 * 2 + 2


def test_event_elsewhere_at_the_same_time_does_not_count_twice(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(20.0, [make_event(5.0), make_event(5.0, box_px=(0.0, 0.0, 40.0, 20.0))])
    assert counted(night).max() == 1


def test_box_beyond_the_picture_is_cut(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(20.0, [make_event(5.0, box_px=(-30.0, -10.0, 20.0, 999.0))])
    assert counted(night).shape == (12, 16)


def test_counts_lie_over_the_picture_in_source_pixels(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    assert plot_heatmap(make_night(20.0, [make_event(5.0), make_event(9.0)]), ax) is ax
    picture, counts = ax.images
    assert picture.get_extent() == [0, 320, 240, 0]
    assert counts.get_extent() == [0, 320.0, 240.0, 0]
    assert np.asarray(counts.get_array()).max() == 2
    assert ax.get_xlim() == (0, 320)
    assert ax.get_ylim() == (240, 0)
    assert ax.get_title(loc="left") == "Where it moved: 2 events"


def test_each_kind_has_its_marker_in_the_legend(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_heatmap(make_night(60.0, [make_event(5.0), make_event(9.0), make_event(20.0, "gross")]), ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["twitches (2)", "whole body (1)"]


def test_one_kind_alone(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_heatmap(make_night(60.0, [make_event(5.0), make_event(20.0, "gross")]), ax, kind="twitch")
    assert ax.get_title(loc="left") == "Where it moved: 1 twitch"
    assert np.asarray(ax.images[1].get_array()).max() == 1


def test_unknown_kind_is_refused(make_night: NightMaker) -> None:
    with pytest.raises(UsageError, match="jerk: expected a kind of event"):
        plot_heatmap(make_night(), kind="jerk")


def test_quiet_and_blind_nights_say_so(make_night: NightMaker, blind_night: Night, ax: Axes) -> None:
    plot_heatmap(make_night(25_920.0), ax)
    assert [text.get_text() for text in ax.texts] == ["No events found in 7 h 12 min observed."]
    assert [text.get_text() for text in plot_heatmap(blind_night).texts] == ["Nothing was observed."]


def test_without_motion_the_centers_are_drawn(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_heatmap(replace(make_night(20.0, [make_event(5.0)]), trace=None), ax)
    assert np.asarray(ax.collections[0].get_offsets()).tolist() == [[130.0, 90.0]]
    assert ax.yaxis_inverted()

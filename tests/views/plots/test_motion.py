from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.night.night import Night
from detector.params import Params, with_values
from detector.views.plots.motion import MOST_POINTS, plot_motion

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def signal(ax: Axes) -> Line2D:
    (line,) = [line for line in ax.lines if line.get_gid() == "fast"]
    return line


def bands(ax: Axes, kind: str) -> list[tuple[float, float]]:
    return [
        (round(float(path.vertices[:, 0].min()), 6), round(float(path.vertices[:, 0].max()), 6))
        for child in ax.collections
        if child.get_gid() == kind and isinstance(child, PolyCollection)
        for path in child.get_paths()
    ]


def test_signal_rises_in_the_shaded_events(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    assert plot_motion(make_night(60.0, [make_event(20.0), make_event(40.0, "movement")]), ax) is ax
    x, y = signal(ax).get_data()
    assert bands(ax, "twitch") == [(20.0, 20.3)]
    assert bands(ax, "movement") == [(40.0, 42.0)]
    x = np.asarray(x)[np.asarray(y) > 1]
    assert ((x >= 19.99) & (x < 20.3) | (x >= 39.99) & (x < 42.0)).all()
    assert np.nanmax(y) == pytest.approx(100.0, rel=0.01)


def test_only_the_stretch_asked_for_is_drawn(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_motion(make_night(60.0, [make_event(20.0), make_event(40.0)]), ax, 30.0, 50.0)
    assert ax.get_xlim() == (30.0, 50.0)
    assert bands(ax, "twitch") == [(40.0, 40.3)]
    assert ax.get_legend().get_texts()[0].get_text() == "twitches (1)"


def test_no_line_is_drawn_across_unseen_time(make_night: NightMaker, ax: Axes) -> None:
    plot_motion(make_night(60.0, gaps=[(20.0, 30.0)], frozen=[(50.0, 55.0)]), ax)
    x, y = (np.asarray(values) for values in signal(ax).get_data())
    lost = np.isnan(y)
    assert lost[(x >= 49.99) & (x < 54.95)].all()
    assert np.isnan(y[np.searchsorted(x, 30.0 - 1e-6)])
    assert bands(ax, "unseen") == [(20.0, 30.0), (50.0, 55.0)]


def test_thinning_a_long_signal_keeps_its_peak(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_motion(make_night(1000.0, [make_event(777.7, stop_s=777.8)]), ax)
    x, y = signal(ax).get_data()
    assert len(x) == MOST_POINTS
    assert np.max(y) == pytest.approx(100.0, rel=0.01)


def test_threshold_is_drawn_on_the_scale_of_the_signal(
    make_night: NightMaker, make_event: EventMaker, ax: Axes
) -> None:
    night = make_night(60.0, [make_event(20.0)])
    plot_motion(replace(night, params=with_values(Params(), {"burst.threshold": 12})), ax)
    (threshold,) = [line for line in ax.lines if line.get_gid() == "threshold"]
    assert set(threshold.get_ydata()) == {12.0}
    assert ax.get_yscale() == "log"
    assert "times the noise" in ax.get_ylabel()


def test_passing_artifacts_are_shaded_and_standing_ones_are_not(make_night: NightMaker, ax: Axes) -> None:
    found = [Artifact("light", 20.0, 22.0, "a lamp"), Artifact("clock", 0.0, 60.0, "digits")]
    plot_motion(make_night(60.0, artifacts=found), ax)
    assert bands(ax, "artifacts") == [(20.0, 22.0)]


def test_quiet_stretch_says_so(make_night: NightMaker, evening: datetime, ax: Axes) -> None:
    plot_motion(make_night(60.0, start_at=evening), ax)
    assert [text.get_text() for text in ax.texts] == ["no events in 1 min 00 s"]
    assert ax.get_xlabel().startswith("time of day")


def test_what_is_missing_is_said(make_night: NightMaker, blind_night: Night, ax: Axes) -> None:
    plot_motion(replace(make_night(60.0), trace=None), ax)
    assert "The motion of this night was not kept." in [text.get_text() for text in ax.texts]
    other = plot_motion(blind_night)
    assert "Nothing was observed." in [text.get_text() for text in other.texts]

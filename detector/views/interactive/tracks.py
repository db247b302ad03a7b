"""The tracks of the interactive timeline, one under the other on one axis of time.

A track is a function that is given a night and the axis, and returns a figure or None where it has nothing to say.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from detector.events.state import UNOBSERVED
from detector.night.night import Night
from detector.night.palette import STATE_COLORS
from detector.views.interactive.axis import (
    GRAY,
    LANE_PX,
    TRACK_PX,
    Axis,
    Track,
    empty_track,
    hatch_unseen,
    name_lanes,
)
from detector.views.interactive.lanes import kinds_track
from detector.views.plots.courses import motion_envelope, rate_course
from detector.views.plots.sleep import rate_range, state_runs
from detector.views.plots.style import KIND_STYLES
from detector.views.wording import duration, moment

if TYPE_CHECKING:
    from bokeh.plotting import figure

_MOST_RATE_BINS = 144
_MOST_MOTION_BINS = 6000
_MOTION_TICKS = {0.0: "0", 0.1: "1 %", 0.3: "9 %", 0.5: "25 %", 1.0: "100 %"}


def rate_track(night: Night, axis: Axis) -> figure | None:
    """Twitches per observed minute."""
    from bokeh.models import ColumnDataSource, HoverTool

    if not any(event.kind == "twitch" for event in night.decision.events):
        return None
    course = rate_course(night, "twitch", _MOST_RATE_BINS)
    left, right = course.edges_s[:-1], course.edges_s[1:]
    kept = np.flatnonzero(course.values > 0)
    top = _round_up(float(np.nanmax(course.values, initial=0.0)))
    plot = empty_track(axis, TRACK_PX, (0, top), "rate")
    plot.yaxis.ticker = [0, top]
    plot.yaxis.axis_label = "twitches\na minute"
    hatch_unseen(plot, night)
    texts = [
        f"{moment(night, float(left[n]))} to {moment(night, float(right[n]))}: {course.values[n]:.2g} twitches a minute"
        for n in kept
    ]
    data = {"left": left[kept], "right": right[kept], "top": course.values[kept], "text": texts}
    style = KIND_STYLES["twitch"].color
    bars = plot.quad(
        left="left", right="right", bottom=0, top="top", source=ColumnDataSource(data), fill_color=style,
        fill_alpha=0.75, line_color=None,
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[bars], tooltips="@text"))
    return plot


def motion_track(night: Night, axis: Axis) -> figure | None:
    """How much of the picture moved, at most (light) and usually (dark) in each piece of time."""
    envelope = motion_envelope(night, _MOST_MOTION_BINS)
    if envelope is None:
        return None
    plot = empty_track(axis, TRACK_PX, (0.0, 1.0), "motion")
    hatch_unseen(plot, night)
    middle = (envelope.edges_s[:-1] + envelope.edges_s[1:]) / 2
    most, usual = (np.sqrt(np.nan_to_num(values)) for values in (envelope.most, envelope.usual))
    plot.y_range.end = max(1.08 * float(most.max(initial=0.0)), 0.1)
    for values, alpha in ((most, 0.45), (usual, 1.0)):
        plot.varea(middle.astype(np.float32), 0, values.astype(np.float32), fill_color="#7d8a92", fill_alpha=alpha)
    shown = {place: name for place, name in _MOTION_TICKS.items() if place <= plot.y_range.end}
    plot.yaxis.ticker = list(shown)
    plot.yaxis.major_label_overrides = shown
    plot.yaxis.axis_label = "picture\nmoved"
    return plot


def states_track(night: Night, axis: Axis) -> figure | None:
    """States of sleep, the darker the quieter."""
    from bokeh.models import ColumnDataSource, HoverTool

    runs = [run for run in state_runs(night) if run[2] != UNOBSERVED]
    if not runs:
        return None
    plot = empty_track(axis, LANE_PX, (0.0, 1.0), "states")
    name_lanes(plot, {0.5: "states"})
    data = {
        "left": [start_s for start_s, _, _ in runs],
        "right": [stop_s for _, stop_s, _ in runs],
        "color": [STATE_COLORS[state] for _, _, state in runs],
        "text": [f"{state}, {moment(night, start_s)}, {duration(stop_s - start_s)}" for start_s, stop_s, state in runs],
    }
    bars = plot.quad(
        left="left", right="right", bottom=0.1, top=0.9, source=ColumnDataSource(data), fill_color="color",
        line_color=None,
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[bars], tooltips="@text", limit=1))
    hatch_unseen(plot, night)
    return plot


def breathing_track(night: Night, axis: Axis) -> figure | None:
    """Breathing rate of each epoch in which it could be counted."""
    from bokeh.models import ColumnDataSource, HoverTool

    told = [epoch for epoch in night.decision.epochs if math.isfinite(epoch.breathing_rate_hz)]
    if not told:
        return None
    rates = [60.0 * epoch.breathing_rate_hz for epoch in told]
    low, high = rate_range(np.array(rates))
    plot = empty_track(axis, TRACK_PX, (low, high), "breathing")
    plot.yaxis.ticker = [low, high]
    plot.yaxis.axis_label = "breaths\na minute"
    hatch_unseen(plot, night)
    data = {
        "x": [(epoch.start_s + epoch.stop_s) / 2 for epoch in told],
        "y": rates,
        "text": [
            f"{moment(night, epoch.start_s)}: {rate:.0f} a minute, cycles vary by {epoch.breathing_irregularity:.0%}"
            for epoch, rate in zip(told, rates, strict=True)
        ],
    }
    dots = plot.scatter("x", "y", size=4, source=ColumnDataSource(data), fill_color=GRAY, line_color=None)
    plot.add_tools(HoverTool(renderers=[dots], tooltips="@text", limit=1))
    return plot


def sensitivity_track(night: Night, axis: Axis) -> figure | None:
    """Share of the planted twitches that was found, over the night."""
    from bokeh.models import ColumnDataSource, HoverTool

    bins = [] if night.sensitivity is None else night.sensitivity.courses(night.start_s, night.stop_s)
    if not bins:
        return None
    plot = empty_track(axis, LANE_PX, (0.0, 1.0), "sensitivity")
    name_lanes(plot, {0.5: "could be seen"})
    data = {
        "left": [start_s for start_s, _, _, _ in bins],
        "right": [stop_s for _, stop_s, _, _ in bins],
        "top": [found / n for _, _, found, n in bins],
        "text": [
            f"{moment(night, start_s)} to {moment(night, stop_s)}: {found} of {n} planted twitches found"
            for start_s, stop_s, found, n in bins
        ],
    }
    source = ColumnDataSource(data)
    whole = plot.quad(left="left", right="right", bottom=0, top=1, source=source, fill_color=GRAY, fill_alpha=0.15,
                      line_color=None)  # fmt: skip
    plot.quad(left="left", right="right", bottom=0, top="top", source=source, fill_color=GRAY, line_color=None)
    plot.add_tools(HoverTool(renderers=[whole], tooltips="@text", limit=1))
    return plot


TRACKS: tuple[Track, ...] = (
    kinds_track,
    rate_track,
    states_track,
    breathing_track,
    sensitivity_track,
    motion_track,
)
"""From top to bottom."""


def _round_up(value: float) -> float:
    """The next number of 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-9))

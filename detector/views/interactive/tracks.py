"""The tracks of the interactive timeline, one under the other on one axis of time.

A track is a function that is given a night and the axis, and returns a figure or None where it has nothing to say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.events.classify import EVENT_KINDS
from detector.events.state import UNOBSERVED
from detector.night.night import Night
from detector.night.palette import STATE_COLORS
from detector.views.clock_marks import clock_changes
from detector.views.ledger import cause_of, unjudged_stretches
from detector.views.plots.courses import motion_envelope, rate_course
from detector.views.plots.sleep import rate_range, state_runs
from detector.views.plots.style import ARTIFACT, KIND_STYLES, STANDING
from detector.views.wording import duration, moment

if TYPE_CHECKING:
    from bokeh.models import Range1d
    from bokeh.plotting import figure

Interval = tuple[float, float]

LEFT_PX = 104
LANE_PX = 27
TRACK_PX = 80
GRAY = "#8a8a8a"
_BRIEF = 0.004
"""Events shorter than this share of the night are also found by a pointer that is a little beside them."""
_MOST_RATE_BINS = 144
_MOST_MOTION_BINS = 6000
_MOTION_TICKS = {0.0: "0", 0.1: "1 %", 0.3: "9 %", 0.5: "25 %", 1.0: "100 %"}


@dataclass(frozen=True)
class Axis:
    """What all tracks share.

    Attributes:
        range: the stretch of time that is shown.
        ticks: recording times, s, of the first ticks, with their labels.
    """

    range: Range1d
    ticks: dict[float, str]


Track = Callable[[Night, Axis], "figure | None"]


def kinds_track(night: Night, axis: Axis) -> figure:
    """A lane for each kind of event, and one for what was no movement of the infant."""
    lanes = [*EVENT_KINDS, "artifacts"]
    height = {lane: len(lanes) - 1 - place for place, lane in enumerate(lanes)}
    room = 0.6 if clock_changes(night) else 0.0  # for the words beside the line
    plot = _plot(axis, round(LANE_PX * (len(lanes) + room)) + 8, (-0.6, len(lanes) - 0.4 + room), "kinds")
    counts = {kind: sum(event.kind == kind for event in night.decision.events) for kind in EVENT_KINDS}
    passing = [artifact for artifact in night.decision.artifacts if artifact.kind not in STANDING]
    names: dict[float, str] = {height[kind]: f"{KIND_STYLES[kind].lane}  {counts[kind]}" for kind in EVENT_KINDS}
    _lane_names(plot, {**names, height["artifacts"]: f"artifacts  {len(passing)}"})
    _hatch(plot, night)
    _add_artifacts(plot, night, height["artifacts"])
    _add_events(plot, night, height)
    return plot


def rate_track(night: Night, axis: Axis) -> figure | None:
    """Twitches per observed minute."""
    from bokeh.models import ColumnDataSource, HoverTool

    if not any(event.kind == "twitch" for event in night.decision.events):
        return None
    course = rate_course(night, "twitch", _MOST_RATE_BINS)
    left, right = course.edges_s[:-1], course.edges_s[1:]
    kept = np.flatnonzero(course.values > 0)
    top = _round_up(float(np.nanmax(course.values, initial=0.0)))
    plot = _plot(axis, TRACK_PX, (0, top), "rate")
    plot.yaxis.ticker = [0, top]
    plot.yaxis.axis_label = "twitches\na minute"
    _hatch(plot, night)
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
    plot = _plot(axis, TRACK_PX, (0.0, 1.0), "motion")
    _hatch(plot, night)
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
    plot = _plot(axis, LANE_PX, (0.0, 1.0), "states")
    _lane_names(plot, {0.5: "states"})
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
    _hatch(plot, night)
    return plot


def breathing_track(night: Night, axis: Axis) -> figure | None:
    """Breathing rate of each epoch in which it could be counted."""
    from bokeh.models import ColumnDataSource, HoverTool

    told = [epoch for epoch in night.decision.epochs if math.isfinite(epoch.breathing_rate_hz)]
    if not told:
        return None
    rates = [60.0 * epoch.breathing_rate_hz for epoch in told]
    low, high = rate_range(np.array(rates))
    plot = _plot(axis, TRACK_PX, (low, high), "breathing")
    plot.yaxis.ticker = [low, high]
    plot.yaxis.axis_label = "breaths\na minute"
    _hatch(plot, night)
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
    plot = _plot(axis, LANE_PX, (0.0, 1.0), "sensitivity")
    _lane_names(plot, {0.5: "could be seen"})
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


def _plot(axis: Axis, height_px: int, y_range: Interval, name: str) -> figure:
    from bokeh.models import FixedTicker, PanTool, Range1d, WheelZoomTool
    from bokeh.plotting import figure

    edge_px = 8 if height_px >= TRACK_PX else 2  # half a number at the ends of an axis
    plot = figure(
        height=height_px, sizing_mode="stretch_width", x_range=axis.range, y_range=Range1d(*y_range),
        toolbar_location=None, name=name, min_border_left=LEFT_PX, min_border_right=12, min_border_top=edge_px,
        min_border_bottom=edge_px, background_fill_color=None, border_fill_color=None, outline_line_color=None,
        tools=[PanTool(dimensions="width"), WheelZoomTool(dimensions="width", modifiers={"ctrl": True})],
    )  # fmt: skip
    plot.xaxis.ticker = FixedTicker(ticks=list(axis.ticks))
    plot.xaxis.major_label_overrides = axis.ticks
    plot.xaxis.visible = False
    plot.ygrid.visible = False
    plot.xgrid.grid_line_alpha = 0.25
    plot.xgrid.grid_line_color = GRAY
    plot.yaxis.minor_tick_line_color = None
    plot.yaxis.axis_line_color = None
    plot.yaxis.major_tick_line_color = None
    for axis_of in (plot.xaxis, plot.yaxis):
        axis_of.axis_label_text_font = axis_of.major_label_text_font = "sans-serif"
    plot.yaxis.axis_label_text_font_style = "normal"
    plot.yaxis.axis_label_text_font_size = "11px"
    plot.yaxis.axis_label_orientation = "horizontal"
    plot.yaxis.major_label_text_font_size = "11px"
    return plot


def _lane_names(plot: figure, names: Mapping[float, str]) -> None:
    plot.yaxis.ticker = sorted(names)
    plot.yaxis.major_label_overrides = dict(names)
    plot.yaxis.major_label_text_font_size = "12px"


def _hatch(plot: figure, night: Night) -> None:
    """Time in which nothing was observed (hatched) or judged (dotted), over the whole height."""
    from bokeh.models import ColumnDataSource, HoverTool

    unseen = [(start_s, stop_s, cause_of(night, start_s, stop_s)) for start_s, stop_s in night.gaps]
    for stretches, pattern, word in (
        (unseen, "right_diagonal_line", "not observed"),
        (unjudged_stretches(night), "dot", "not judged"),
    ):
        if not stretches:
            continue
        data = {
            "left": [start_s for start_s, _, _ in stretches],
            "right": [stop_s for _, stop_s, _ in stretches],
            "text": [f"{word}: {cause}, {duration(stop_s - start_s)}" for start_s, stop_s, cause in stretches],
        }
        bars = plot.quad(
            left="left", right="right", bottom=-10, top=1000, source=ColumnDataSource(data), fill_color=GRAY,
            fill_alpha=0.12, line_color=None, hatch_pattern=pattern, hatch_color=GRAY, hatch_alpha=0.6, hatch_scale=8,
            name=word, level="underlay",
        )  # fmt: skip
        plot.add_tools(HoverTool(renderers=[bars], tooltips="@text", limit=1))


def _add_artifacts(plot: figure, night: Night, lane: int) -> None:
    from bokeh.models import ColumnDataSource, HoverTool

    passing = [artifact for artifact in night.decision.artifacts if artifact.kind not in STANDING]
    if not passing:
        return
    data = {
        "left": [artifact.start_s for artifact in passing],
        "right": [artifact.stop_s for artifact in passing],
        "text": [
            f"{artifact.kind}, {moment(night, artifact.start_s)}, {duration(artifact.stop_s - artifact.start_s)}"
            for artifact in passing
        ],
    }
    bars = plot.quad(
        left="left", right="right", bottom=lane - 0.25, top=lane + 0.25, source=ColumnDataSource(data),
        fill_color=ARTIFACT, line_color=ARTIFACT,
    )  # fmt: skip
    plot.add_tools(HoverTool(renderers=[bars], tooltips="@text", limit=3))


def _add_events(plot: figure, night: Night, height: dict[str, int]) -> None:
    """Each event as long as it lasted; brief ones can be pointed at a little beside them, too."""
    from bokeh.models import ColumnDataSource, HoverTool, LinearColorMapper, TapTool

    length_s = max(night.stop_s - night.start_s, 1e-3)
    columns = _event_columns(night, height)
    colors = LinearColorMapper(
        palette=[KIND_STYLES[kind].color for kind in EVENT_KINDS], low=-0.5, high=len(EVENT_KINDS) - 0.5
    )
    color = {"field": "kind", "transform": colors}
    bars = plot.quad(
        left="left", right="right", bottom="bottom", top="top", source=ColumnDataSource(columns, name="events"),
        fill_color=color, line_color=color, nonselection_fill_alpha=1.0, nonselection_line_alpha=1.0,
    )  # fmt: skip
    is_brief = columns["right"] - columns["left"] < _BRIEF * length_s
    dots = {name: columns[name][is_brief] for name in ("left", "right", "kind", "number", "rate", "area")}
    dots |= {"x": (dots["left"] + dots["right"]) / 2, "y": ((columns["bottom"] + columns["top"]) / 2)[is_brief]}
    near = plot.scatter(
        "x", "y", size=12, alpha=0.0, nonselection_alpha=0.0, selection_alpha=0.0,
        source=ColumnDataSource(dots, name="brief"),
    )  # fmt: skip
    plot.add_tools(
        HoverTool(renderers=[bars, near], tooltips="@text", limit=3, name="hover"),
        TapTool(renderers=[bars, near]),
    )
    chosen = ColumnDataSource({"left": [], "right": []}, name="chosen")
    plot.quad(
        left="left", right="right", bottom=-0.6, top=len(height) - 0.4, source=chosen, fill_alpha=0.15,
        fill_color=GRAY, line_color=GRAY, line_width=1.5, level="underlay",
    )  # fmt: skip


def _event_columns(night: Night, height: dict[str, int]) -> dict[str, Any]:
    """What is drawn of each event; the page itself puts it into words, which would be most of the bytes."""
    events = night.decision.events
    middle = np.array([height[event.kind] for event in events], np.float32)
    is_high = np.array([event.is_sustained or event.kind == "twitch" for event in events], np.bool_)
    half = np.where(is_high, 0.4, 0.3).astype(np.float32)
    return {
        "left": np.array([event.start_s for event in events], np.float64),
        "right": np.array([event.stop_s for event in events], np.float64),
        "bottom": middle - half,
        "top": middle + half,
        "kind": np.array([EVENT_KINDS.index(event.kind) for event in events], np.uint8),
        "number": np.arange(1, len(events) + 1, dtype=np.int32),
        "rate": np.array([event.rate_hz for event in events], np.float32),
        "area": np.array([event.area_fraction for event in events], np.float32),
    }


def _round_up(value: float) -> float:
    """The next number of 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= value * (1 - 1e-9))


def first_ticks(night: Night, times_s: Sequence[float]) -> dict[float, str]:
    """Ticks for the whole night as they stand before a script takes over."""
    return {float(time_s): moment(night, time_s)[:5] if night.start_at else moment(night, time_s) for time_s in times_s}

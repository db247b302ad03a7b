"""What all tracks of the interactive timeline share: an axis of time, an empty track, and time that nobody saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector.night.night import Night
from detector.views.ledger import cause_of, unjudged_stretches
from detector.views.wording import duration, moment

if TYPE_CHECKING:
    from bokeh.models import Range1d
    from bokeh.plotting import figure

Interval = tuple[float, float]

LEFT_PX = 104
LANE_PX = 27
TRACK_PX = 80
GRAY = "#8a8a8a"


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


def empty_track(axis: Axis, height_px: int, y_range: Interval, name: str) -> figure:
    """A track on which nothing is drawn yet.

    Args:
        axis: of time.
        height_px: of the track.
        y_range: what its height stands for.
        name: by which the page finds it.
    """
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


def name_lanes(plot: figure, names: Mapping[float, str]) -> None:
    """Write the name of each lane beside its height."""
    plot.yaxis.ticker = sorted(names)
    plot.yaxis.major_label_overrides = dict(names)
    plot.yaxis.major_label_text_font_size = "12px"


def hatch_unseen(plot: figure, night: Night) -> None:
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


def first_ticks(night: Night, times_s: Sequence[float]) -> dict[float, str]:
    """Ticks for the whole night as they stand before a script takes over."""
    return {float(time_s): moment(night, time_s)[:5] if night.start_at else moment(night, time_s) for time_s in times_s}

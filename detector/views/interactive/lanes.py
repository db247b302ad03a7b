"""The uppermost track: a lane for each kind of event, and one for what was no movement of the infant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from detector.events.classify import EVENT_KINDS
from detector.night.night import Night
from detector.night.tables import number_of
from detector.views.clock_marks import clock_changes
from detector.views.interactive.axis import GRAY, LANE_PX, Axis, empty_track, hatch_unseen, name_lanes
from detector.views.plots.style import ARTIFACT, KIND_STYLES, STANDING
from detector.views.wording import duration, moment

if TYPE_CHECKING:
    from bokeh.plotting import figure

_BRIEF = 0.004
"""Events shorter than this share of the night are also found by a pointer that is a little beside them."""


def kinds_track(night: Night, axis: Axis) -> figure:
    """A lane for each kind of event, and one for what was no movement of the infant."""
    lanes = [*EVENT_KINDS, "artifacts"]
    height = {lane: len(lanes) - 1 - place for place, lane in enumerate(lanes)}
    room = 0.6 if clock_changes(night) else 0.0  # for the words beside the line
    plot = empty_track(axis, round(LANE_PX * (len(lanes) + room)) + 8, (-0.6, len(lanes) - 0.4 + room), "kinds")
    counts = {kind: sum(event.kind == kind for event in night.decision.events) for kind in EVENT_KINDS}
    names: dict[float, str] = {height[kind]: f"{KIND_STYLES[kind].lane}  {counts[kind]}" for kind in EVENT_KINDS}
    name_lanes(plot, {**names, height["artifacts"]: f"artifacts  {len(night.decision.artifacts)}"})
    hatch_unseen(plot, night)
    _add_artifacts(plot, night, height["artifacts"])
    _add_events(plot, night, height)
    return plot


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
    dots = {name: columns[name][is_brief] for name in ("left", "right", "kind", "number", "name", "rate", "area")}
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
        "name": np.array([number_of(name) for name in night.event_ids], np.int32),
        "rate": np.array([event.rate_hz for event in events], np.float32),
        "area": np.array([event.area_fraction for event in events], np.float32),
    }

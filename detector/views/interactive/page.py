"""The interactive timeline as pieces of a page, and as a page of its own for notebooks."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from detector.events.classify import EVENT_KINDS
from detector.night.night import Night
from detector.views.clock_marks import clock_changes, clock_pieces
from detector.views.interactive.axis import Axis, Track, first_ticks
from detector.views.interactive.tracks import TRACKS
from detector.views.plots.style import KIND_STYLES
from detector.views.plots.time_axis import nice_step, origin_s

_TEMPLATES = Path(__file__).parents[1] / "templates"
_AXIS_PX = 40
_MOST_ZOOM_S = 1.0


_ID = re.compile(r'"p[0-9]{4,}"')


@dataclass(frozen=True)
class Timeline:
    """The interactive timeline of a night; a notebook shows it, `save` writes it as a page of its own.

    Attributes:
        page: HTML that needs nothing else.
        height_px: how high it is.
    """

    page: str
    height_px: int

    def save(self, path: str | Path) -> Path:
        """Write it as one HTML file that opens anywhere, without network.

        Raises:
            OSError: the file cannot be written.
        """
        Path(path).write_text(self.page, encoding="utf-8")
        return Path(path)

    def _repr_html_(self) -> str:
        """A frame of its own, so that it neither changes the notebook nor is changed by it."""
        return (
            f'<iframe srcdoc="{html.escape(self.page, quote=True)}" width="100%" height="{self.height_px}" '
            'style="border:0" sandbox="allow-scripts" title="Timeline of the night"></iframe>'
        )


def timeline(night: Night, *, tracks: Sequence[Track] = TRACKS) -> Timeline:
    """The interactive timeline of a night: zoom, pan, hover.

    Args:
        night: what was found.
        tracks: what to draw, from top to bottom.

    Returns:
        What a notebook shows as its last line.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    item, height_px = timeline_item(night, tracks)
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    page = environment.get_template("timeline.html.j2").render(
        item=item, facts=timeline_facts(night), library=bokeh_script(), height_px=height_px
    )
    return Timeline(page, height_px + 60)


def timeline_item(night: Night, tracks: Sequence[Track] = TRACKS) -> tuple[str, int]:
    """The timeline as Bokeh's JSON, safe inside a script element, and its height in px."""
    from bokeh.embed import json_item
    from bokeh.layouts import column
    from bokeh.models import Range1d

    stop_s = max(night.stop_s, night.start_s + 1e-3)
    shown = Range1d(night.start_s, stop_s, bounds=(night.start_s, stop_s), min_interval=min(_MOST_ZOOM_S, stop_s))
    shown.name = "time"
    axis = Axis(shown, first_ticks(night, _tick_times(night)))
    plots = [plot for plot in (track(night, axis) for track in tracks) if plot is not None]
    heights = [int(plot.height) for plot in plots]
    if plots:
        plots[-1].xaxis.visible = True
        plots[-1].height = heights[-1] + _AXIS_PX
    _mark_clock_changes(night, plots)
    layout = column(*plots, sizing_mode="stretch_width", spacing=2)
    item = _with_own_ids(script_json(json_item(layout, "timeline-live")))
    return item, sum(heights) + _AXIS_PX + 2 * len(plots)


def _with_own_ids(item: str) -> str:
    """Ids counted from 1: Bokeh counts on through a process, and equal nights give equal pages."""
    ids = {name: f'"p{number}"' for number, name in enumerate(dict.fromkeys(_ID.findall(item)), start=1)}
    return _ID.sub(lambda found: ids[found[0]], item)


def timeline_facts(night: Night) -> str:
    """What the page's own script has to know: the length of the night and its clock."""
    return script_json(
        {
            "start_s": night.start_s,
            "stop_s": night.stop_s,
            "origin_s": origin_s(night),
            "kinds": [KIND_STYLES[kind].singular for kind in EVENT_KINDS],
            "clock": [[piece.from_s, piece.base_s] for piece in clock_pieces(night)],
        }
    )


@lru_cache(maxsize=1)
def bokeh_script() -> str:
    """Bokeh's own script, as its package carries it: the core only, minified."""
    from bokeh.resources import Resources

    scripts: list[str] = Resources(mode="inline", minified=True, components=["bokeh"]).js_raw
    return "\n".join(scripts).replace("</script", r"<\/script")


def script_json(value: Any) -> str:  # noqa: ANN401  # a JSON value is anything
    """A value as JSON that may stand inside a script element, whatever its texts hold."""
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _tick_times(night: Night) -> list[float]:
    length_s = max(night.stop_s - night.start_s, 1e-3)
    step, origin = nice_step(length_s, 10), origin_s(night)
    first = -((origin - night.start_s) // step)
    times = [origin + (first + n) * step for n in range(12)]
    return [time_s for time_s in times if night.start_s <= time_s <= night.stop_s]


def _mark_clock_changes(night: Night, plots: Sequence[Any]) -> None:
    from bokeh.models import Label, Span

    for time_s, words in clock_changes(night):
        for plot in plots:
            plot.add_layout(Span(location=time_s, dimension="height", line_dash="dashed", line_color="#8a8a8a"))
        if plots:
            words_at = {"x": time_s, "y": plots[0].y_range.end, "y_offset": -12, "x_offset": 3}
            plots[0].add_layout(Label(text=words, text_font_size="11px", text_color="#8a8a8a", **words_at))

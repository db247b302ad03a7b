"""The timeline that can be zoomed, hovered over and clicked: in the report and in notebooks, drawn by Bokeh."""

from __future__ import annotations

from detector.views.interactive.axis import Track
from detector.views.interactive.page import Timeline, timeline

__all__ = ["Timeline", "Track", "timeline"]

"""Pictures of a night. Each function draws on one matplotlib Axes and returns it; `ax=None` makes one."""

from __future__ import annotations

from detector.views.plots.confusion import plot_confusion
from detector.views.plots.filmstrip import plot_event
from detector.views.plots.heatmap import plot_heatmap
from detector.views.plots.intervals import plot_intervals
from detector.views.plots.motion import plot_motion
from detector.views.plots.nights import plot_nights
from detector.views.plots.raster import plot_raster
from detector.views.plots.rates import plot_rates
from detector.views.plots.rhythm import plot_rhythm
from detector.views.plots.sensitivity import plot_blind_spots, plot_sensitivity, plot_sensitivity_by_hour
from detector.views.plots.sleep import plot_breathing, plot_extent
from detector.views.plots.timeline import figure_timeline, plot_timeline
from detector.views.plots.trends import plot_trends

__all__ = [
    "figure_timeline",
    "plot_blind_spots",
    "plot_breathing",
    "plot_confusion",
    "plot_event",
    "plot_extent",
    "plot_heatmap",
    "plot_intervals",
    "plot_motion",
    "plot_nights",
    "plot_raster",
    "plot_rates",
    "plot_rhythm",
    "plot_sensitivity",
    "plot_sensitivity_by_hour",
    "plot_timeline",
    "plot_trends",
]

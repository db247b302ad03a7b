"""Finds brief sleep twitches and rhythmic movement in recorded baby-monitor footage.

import detector
night = detector.analyze("night.mp4")
night.events
detector.plot_timeline(night)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from detector._version import __version__

if TYPE_CHECKING:
    from detector.footage.video import probe as probe
    from detector.night.night import Night as Night
    from detector.params import Params as Params
    from detector.run.analyze import Privacy as Privacy
    from detector.run.analyze import analyze as analyze
    from detector.views.plots import plot_event as plot_event
    from detector.views.plots import plot_heatmap as plot_heatmap
    from detector.views.plots import plot_intervals as plot_intervals
    from detector.views.plots import plot_motion as plot_motion
    from detector.views.plots import plot_timeline as plot_timeline


_HOMES = {
    "Night": "detector.night.night",
    "Params": "detector.params",
    "Privacy": "detector.run.analyze",
    "analyze": "detector.run.analyze",
    "plot_event": "detector.views.plots",
    "plot_heatmap": "detector.views.plots",
    "plot_intervals": "detector.views.plots",
    "plot_motion": "detector.views.plots",
    "plot_timeline": "detector.views.plots",
    "probe": "detector.footage.video",
}

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604  (they are strings)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any public name)
    # Each name is imported at its first use, so that `import detector` and `--help` stay quick.
    if name not in _HOMES:
        raise AttributeError(f"module 'detector' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__

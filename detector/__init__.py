"""Finds brief sleep twitches and rhythmic movement in recorded baby-monitor footage.

```python
import detector

night = detector.analyze("night.mp4")
night.events
detector.plot_timeline(night)
```

Each command of `twitch-detector` is a function here, too.
"""

from __future__ import annotations

import importlib
from functools import partial
from typing import TYPE_CHECKING, Any

from detector._version import __version__
from detector.night.doors import lead_to

if TYPE_CHECKING:
    from detector.footage.recording import read_recording as read_recording
    from detector.footage.video import probe as probe
    from detector.night.night import Night as Night
    from detector.night.nights import load_nights as load_nights
    from detector.night.tables import data_dictionary as data_dictionary
    from detector.params import Params as Params
    from detector.run.again import decide as decide
    from detector.run.again import report as report
    from detector.run.again import review as review
    from detector.run.again import trend as trend
    from detector.run.analyze import analyze as analyze
    from detector.run.batch import batch as batch
    from detector.truth.known import read_truth as read_truth
    from detector.truth.planting.plant import plant as plant
    from detector.truth.scene.draw import synthesize as synthesize
    from detector.truth.scoring.against import evaluate as evaluate
    from detector.truth.scoring.thresholds import choose_threshold as choose_threshold
    from detector.truth.sensitivity.measure import Injection as Injection
    from detector.truth.sensitivity.measure import measure_sensitivity as measure_sensitivity
    from detector.truth.simulated import simulate_night as simulate_night
    from detector.views.clips import write_clips as write_clips
    from detector.views.exchange.taking import import_scoring as import_scoring
    from detector.views.exchange.writing import export as export
    from detector.views.figures import write_figures as write_figures
    from detector.views.interactive import timeline as timeline
    from detector.views.plots import plot_blind_spots as plot_blind_spots
    from detector.views.plots import plot_breathing as plot_breathing
    from detector.views.plots import plot_confusion as plot_confusion
    from detector.views.plots import plot_event as plot_event
    from detector.views.plots import plot_extent as plot_extent
    from detector.views.plots import plot_heatmap as plot_heatmap
    from detector.views.plots import plot_intervals as plot_intervals
    from detector.views.plots import plot_motion as plot_motion
    from detector.views.plots import plot_nights as plot_nights
    from detector.views.plots import plot_raster as plot_raster
    from detector.views.plots import plot_rates as plot_rates
    from detector.views.plots import plot_rhythm as plot_rhythm
    from detector.views.plots import plot_sensitivity as plot_sensitivity
    from detector.views.plots import plot_sensitivity_by_hour as plot_sensitivity_by_hour
    from detector.views.plots import plot_timeline as plot_timeline
    from detector.views.plots import plot_trends as plot_trends


_HOMES = {
    "Injection": "detector.truth.sensitivity.measure",
    "Night": "detector.night.night",
    "Params": "detector.params",
    "analyze": "detector.run.analyze",
    "batch": "detector.run.batch",
    "choose_threshold": "detector.truth.scoring.thresholds",
    "data_dictionary": "detector.night.tables",
    "decide": "detector.run.again",
    "evaluate": "detector.truth.scoring.against",
    "export": "detector.views.exchange.writing",
    "import_scoring": "detector.views.exchange.taking",
    "load_nights": "detector.night.nights",
    "measure_sensitivity": "detector.truth.sensitivity.measure",
    "plant": "detector.truth.planting.plant",
    "plot_blind_spots": "detector.views.plots",
    "plot_breathing": "detector.views.plots",
    "plot_confusion": "detector.views.plots",
    "plot_event": "detector.views.plots",
    "plot_extent": "detector.views.plots",
    "plot_heatmap": "detector.views.plots",
    "plot_intervals": "detector.views.plots",
    "plot_motion": "detector.views.plots",
    "plot_nights": "detector.views.plots",
    "plot_raster": "detector.views.plots",
    "plot_rates": "detector.views.plots",
    "plot_rhythm": "detector.views.plots",
    "plot_sensitivity": "detector.views.plots",
    "plot_sensitivity_by_hour": "detector.views.plots",
    "plot_timeline": "detector.views.plots",
    "plot_trends": "detector.views.plots",
    "probe": "detector.footage.video",
    "read_recording": "detector.footage.recording",
    "read_truth": "detector.truth.known",
    "report": "detector.run.again",
    "review": "detector.run.again",
    "simulate_night": "detector.truth.simulated",
    "synthesize": "detector.truth.scene.draw",
    "timeline": "detector.views.interactive",
    "trend": "detector.run.again",
    "write_clips": "detector.views.clips",
    "write_figures": "detector.views.figures",
}

_METHODS = {
    "to_bids": "detector.views.exchange.writing",
    "to_boris": "detector.views.exchange.writing",
    "to_csv": "detector.views.exchange.writing",
    "to_edf": "detector.views.exchange.writing",
    "to_elan": "detector.views.exchange.writing",
    "to_vtt": "detector.views.exchange.writing",
}
"""Methods of a night that are written in another room."""

COMMANDS = {
    "clips": "write_clips",
    "figures": "write_figures",
    "import": "import_scoring",
    "params": "Params",
    "sensitivity": "measure_sensitivity",
    "synth": "synthesize",
}
"""Commands that have another name here; all others have their own."""

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604  (they are strings)


def __getattr__(name: str) -> Any:  # noqa: ANN401  (any public name)
    # Each name is imported at its first use, so that `import detector` and `--help` stay quick.
    if name not in _HOMES:
        raise AttributeError(f"module 'detector' has no attribute {name!r}")
    return _fetch(_HOMES[name], name)


def _fetch(home: str, name: str) -> Any:  # noqa: ANN401  (any public name)
    return getattr(importlib.import_module(home), name)


for _name, _home in _METHODS.items():
    lead_to(_name, partial(_fetch, _home, _name))


def __dir__() -> list[str]:
    return __all__

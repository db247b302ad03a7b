"""The motion signal of one event as a small drawing that scales; words stay outside, large enough for a phone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.night.night import Night
from detector.views.plots.signal import strength_of, swing

_WIDTH, _HEIGHT = 600.0, 80.0
_MOST_POINTS = 500


@dataclass(frozen=True)
class Signal:
    """A drawing of motion over time.

    Attributes:
        points: of the line, SVG user units in a box of 600 x 80.
        left, width: of the event in the same units.
        level: height of the line across: the threshold, or zero of a signed signal.
        start, stop: what the ends of the line are, in seconds from the onset.
        caption: what is drawn.
    """

    points: str
    left: float
    width: float
    level: float
    start: str
    stop: str
    caption: str


def signal_svg(night: Night, event: Event) -> Signal | None:
    """Motion around an event: signed for a rhythm, in which its cycles can be counted, else its strength.

    Returns:
        None where the motion was not kept.
    """
    strengths = strength_of(night)
    if strengths is None:
        return None
    margin_s = max(1.0, 0.15 * event.duration_s)
    begin_s, end_s = max(event.start_s - margin_s, night.start_s), min(event.stop_s + margin_s, night.stop_s)
    if event.kind == "rhythmic":
        times, values = swing(strengths[0], event, night.params)
        largest = float(np.abs(values).max(initial=0.0)) or 1.0
        heights, level = 0.5 + 0.46 * values / largest, 0.5
        caption = "one swing to and fro: a cycle"
    else:
        times, values = _strongest(night, event, begin_s, end_s)
        threshold = night.params.burst.threshold
        top = np.log10(max(4 * threshold, 1.3 * float(values.max(initial=1.0))))
        heights, level = np.log10(np.maximum(values, 1.0)) / top, float(np.log10(threshold) / top)
        caption = "times the noise; dashed: threshold"
    if times.size < 2 or end_s <= begin_s:
        return None
    x = (times - begin_s) / (end_s - begin_s) * _WIDTH
    y = _HEIGHT * (1 - heights)
    return Signal(
        points=" ".join(f"{a:.1f},{b:.1f}" for a, b in zip(*_thinned(x, y), strict=True)),
        left=round((event.start_s - begin_s) / (end_s - begin_s) * _WIDTH, 1),
        width=round(max(event.duration_s / (end_s - begin_s) * _WIDTH, 1.0), 1),
        level=round(_HEIGHT * (1 - level), 1),
        start=f"{begin_s - event.start_s:+.1f} s",
        stop=f"{end_s - event.start_s:+.1f} s",
        caption=caption,
    )


def _strongest(
    night: Night, event: Event, begin_s: float, end_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Strength of the strongest cell of each frame around an event, in noise floors."""
    strengths = strength_of(night)
    if strengths is None:
        return np.zeros(0), np.zeros(0)
    strength = max(strengths, key=lambda each: float(each.peaks_during(event.start_s, event.stop_s)[1].max(initial=0)))
    return strength.peaks_during(begin_s, end_s)


def _thinned(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most so many points, of each piece the highest (SVG counts down)."""
    if x.size <= _MOST_POINTS:
        return x, y
    starts = np.linspace(0, x.size, _MOST_POINTS, endpoint=False).astype(np.int64)
    return x[starts], np.minimum.reduceat(y, starts)

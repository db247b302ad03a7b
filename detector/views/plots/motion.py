"""The motion signal with the events found in it."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from detector.motion.trace import MotionTrace
from detector.night.night import Night
from detector.views.plots.signal import frame_slice, motion_signal
from detector.views.plots.style import FAINT, INK, KIND_STYLES, bars, hatch_unseen, new_axes, say
from detector.views.plots.time_axis import set_time_axis
from detector.views.wording import duration

MOST_POINTS = 6000
"""Longer signals are drawn as the largest value in each of so many pieces; a peak is never left out."""

LONGEST_LINEAR_S = 60.0
"""Longer stretches get a root scale."""


def plot_motion(
    night: Night, ax: Axes | None = None, start_s: float | None = None, stop_s: float | None = None
) -> Axes:
    """Draw how much moved over time, with the events of that stretch shaded.

    The signal is the root of the energy above the noise floor, summed over the picture, at the short lag. It is zero
    where nothing rose above the noise, and it is broken where nothing was observed.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.
        start_s: recording time to begin at, s; None is the start of the night.
        stop_s: recording time to end at, s; None is the end of the night.

    Returns:
        The axes; x is recording time in s.
    """
    ax = new_axes(11, 3) if ax is None else ax
    begin_s = night.start_s if start_s is None else start_s
    end_s = max(night.stop_s if stop_s is None else stop_s, begin_s + 1e-3)
    ax.set_xlim(begin_s, end_s)
    hatch_unseen(ax, [gap for gap in night.gaps if gap[1] > begin_s and gap[0] < end_s])
    _shade_events(ax, night, begin_s, end_s)
    if night.trace is None or night.coverage.observed_s <= 0:
        say(ax, "Nothing was observed." if night.coverage.observed_s <= 0 else "The motion of this night was not kept.")
        ax.set_yticks([])
    else:
        _draw_signal(ax, night, night.trace, begin_s, end_s)
    ax.set_ylabel("motion above noise\n(grey levels)")
    if end_s - begin_s > LONGEST_LINEAR_S:
        # Over minutes a turn of the body is a hundred times a twitch: the root keeps both visible.
        ax.set_yscale("function", functions=(_root, np.square))
        ax.set_ylabel("motion above noise\n(grey levels, root scale)")
    ax.spines[["top", "right"]].set_visible(False)
    set_time_axis(ax, night)
    return ax


def _root(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.sqrt(np.maximum(values, 0))


def _draw_signal(ax: Axes, night: Night, trace: MotionTrace, start_s: float, stop_s: float) -> None:
    frames = frame_slice(trace, start_s, stop_s)
    signal = motion_signal(trace, frames)
    is_lost = (trace.is_damaged | trace.is_frozen)[frames]
    times = trace.time_s[frames]
    times, values = _thinned(times, np.where(is_lost, np.nan, signal))
    times, values = _broken(times, values, night.params.footage.max_gap_s)
    ax.plot(times, values, color=INK, linewidth=0.8, zorder=3, gid="signal")
    top = float(np.nanmax(values, initial=0.0)) if values.size else 0.0
    ax.set_ylim(0, 1.15 * top if top > 0 else 1)


def _thinned(
    times: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """At most `MOST_POINTS` pieces, each as its largest value at its own time."""
    if times.size <= MOST_POINTS:
        return times, values
    starts = np.linspace(0, times.size, MOST_POINTS, endpoint=False).astype(np.int64)
    # fmax: one lost frame in a piece must not hide the others.
    return times[starts], np.fmax.reduceat(values, starts)


def _broken(
    times: NDArray[np.float64], values: NDArray[np.float64], max_gap_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The signal with NaN put into every pause, so that no line is drawn across it."""
    if times.size < 2:
        return times, values
    steps = np.diff(times)
    pauses = np.flatnonzero(steps > np.maximum(max_gap_s, 3 * np.median(steps))) + 1
    return np.insert(times, pauses, times[pauses]), np.insert(values, pauses, np.nan)


def _shade_events(ax: Axes, night: Night, start_s: float, stop_s: float) -> None:
    """Events as tinted bands with a solid strip on top; the legend counts them."""
    legend = []
    for kind, style in KIND_STYLES.items():
        events = [e for e in night.decision.events if e.kind == kind and e.stop_s > start_s and e.start_s < stop_s]
        spans = [(event.start_s, event.stop_s) for event in events]
        if not spans:
            continue
        across = ax.get_xaxis_transform()
        bars(ax, spans, 0, 1, transform=across, facecolor=style.color, alpha=0.18, linewidth=0, zorder=1, gid=kind)
        strip = {"facecolor": style.color, "edgecolor": style.color, "linewidth": 0.8, "gid": f"{kind} strip"}
        bars(ax, spans, 0.96, 0.04, transform=across, zorder=2, **strip)
        legend.append(Line2D([], [], color=style.color, linewidth=5, label=f"{style.lane} ({len(spans)})"))
    if legend:
        ax.legend(
            handles=legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize=9, borderpad=0
        )
    else:
        text = f"no events in {duration(stop_s - start_s)}"
        ax.text(0, 1.02, text, transform=ax.transAxes, color=FAINT, fontsize=9, va="bottom")

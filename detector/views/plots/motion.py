"""The motion signal with the events found in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.views.plots.signal import Strength, strength_of
from detector.views.plots.style import ARTIFACT, FAINT, KIND_STYLES, STANDING, bars, hatch_unseen, ink, new_axes, say
from detector.views.plots.time_axis import set_time_axis
from detector.views.wording import duration

MOST_POINTS = 6000
"""Longer signals are drawn as the largest value in each of so many pieces; a peak is never left out."""


@takes_night
def plot_motion(
    night: Night, ax: Axes | None = None, start_s: float | None = None, stop_s: float | None = None
) -> Axes:
    """Draw how strong the motion was over time, with the events and artifacts of that stretch shaded.

    The black line is the strongest place of each frame at the short lag, in times the noise: what `burst.threshold`
    (dashed) is compared with. The grey line is the same at the long lag, which sees slow movement. What light, bumps
    and the on-screen clock did is left out, and the lines are broken where nothing was observed.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.
        start_s: recording time to begin at, s; None is the start of the night.
        stop_s: recording time to end at, s; None is the end of the night.

    Returns:
        The axes; x is recording time in s, y times the noise on a logarithmic scale.
    """
    ax = new_axes(11, 3) if ax is None else ax
    begin_s = night.start_s if start_s is None else start_s
    end_s = max(night.stop_s if stop_s is None else stop_s, begin_s + 1e-3)
    ax.set_xlim(begin_s, end_s)
    hatch_unseen(ax, [gap for gap in night.gaps if gap[1] > begin_s and gap[0] < end_s])
    _shade(ax, night, begin_s, end_s)
    strengths = strength_of(night) if night.coverage.observed_s > 0 else None
    if strengths is None:
        say(ax, "Nothing was observed." if night.coverage.observed_s <= 0 else "The motion of this night was not kept.")
        ax.set_yticks([])
    else:
        _draw_strength(ax, night, strengths)
    ax.set_ylabel("motion (times the noise)")
    ax.spines[["top", "right"]].set_visible(False)
    set_time_axis(ax, night)
    if strengths is not None:
        ax.set_xlabel(f"{ax.get_xlabel()}\n{_key(night)}")
    return ax


def _draw_strength(ax: Axes, night: Night, strengths: tuple[Strength, Strength]) -> None:
    threshold = night.params.burst.threshold
    top = 4 * threshold
    looks = (("fast", ink(), 3.0), ("slow", "#a9a9a9", 2.0))
    for strength, (name, color, order) in zip(strengths, looks, strict=True):
        times, values = _line(strength, ax.get_xlim(), night.params.footage.max_gap_s)
        is_dense = times.size > MOST_POINTS // 2
        ax.plot(times, values, color=color, linewidth=0.4 if is_dense else 0.9, zorder=order, gid=name)
        top = max(top, 2 * float(np.nanmax(values, initial=1.0)))
    ax.axhline(threshold, color=ink(), linewidth=0.8, linestyle="--", zorder=2.5, gid="threshold")
    ax.set_yscale("log")
    ax.set_ylim(1, top)


def _key(night: Night) -> str:
    short_s, long_s = night.params.motion.short_lag_s, night.params.motion.long_lag_s
    return f"change within {short_s:g} s (black) and {long_s:g} s (grey); dashed: threshold"


def _line(
    strength: Strength, limits_s: tuple[float, float], max_gap_s: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Strength over time inside limits; at least 1 (a logarithm needs a floor), NaN where nothing was observed."""
    time_s = strength.view.time_s
    inside = slice(*(int(edge) for edge in np.searchsorted(time_s, limits_s)))
    values = np.maximum(strength.peaks()[inside].astype(np.float64), 1.0)
    values[~strength.is_observed[inside]] = np.nan
    return _broken(*_thinned(time_s[inside], values), max_gap_s)


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


def _shade(ax: Axes, night: Night, start_s: float, stop_s: float) -> None:
    """Events and passing artifacts as tinted bands with a solid strip on top; the legend counts them."""
    legend = []
    everything: list[tuple[str, str, str, Sequence[Event | Artifact]]] = [
        (kind, style.lane, style.color, [event for event in night.decision.events if event.kind == kind])
        for kind, style in KIND_STYLES.items()
    ]
    passing = [artifact for artifact in night.decision.artifacts if artifact.kind not in STANDING]
    everything.append(("artifacts", "artifacts", ARTIFACT, passing))
    for gid, name, color, found in everything:
        spans = [(each.start_s, each.stop_s) for each in found if each.stop_s > start_s and each.start_s < stop_s]
        if spans:
            across = ax.get_xaxis_transform()
            bars(ax, spans, 0, 1, transform=across, facecolor=color, alpha=0.18, linewidth=0, zorder=1, gid=gid)
            solid = {"facecolor": color, "edgecolor": color, "linewidth": 0.8, "gid": f"{gid} strip"}
            bars(ax, spans, 0.96, 0.04, transform=across, zorder=2, **solid)
            legend.append(Line2D([], [], color=color, linewidth=5, label=f"{name} ({len(spans)})"))
    if legend:
        look = {"frameon": False, "fontsize": 8, "borderpad": 0, "handlelength": 1.2, "columnspacing": 1.0}
        ax.legend(handles=legend, loc="lower left", bbox_to_anchor=(0, 1), ncols=7, **look)
    else:
        text = f"no events in {duration(stop_s - start_s)}"
        ax.text(0, 1.02, text, transform=ax.transAxes, color=FAINT, fontsize=9, va="bottom")

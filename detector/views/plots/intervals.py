"""Intervals between twitches, against what chance would give."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.night.numbers.statistics import log_survivor
from detector.views.plots.style import FAINT, KIND_STYLES, ink, new_axes, say
from detector.views.wording import duration, number

FEWEST = 5
"""Below so many intervals the shape of the curve means nothing, and no line of chance is drawn."""


@takes_night
def plot_intervals(night: Night, ax: Axes | None = None) -> Axes:
    """Draw the share of intervals between twitches that last longer than a given time, on a logarithmic scale.

    Onset to onset, never across a stretch that was not observed. Twitches that come at random give a straight line; the
    dashed one has the same mean. Twitches in bouts fall below it at short intervals and stay above it at long ones.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes; x is the interval in s, y the share of longer intervals, 0 to 1.
    """
    ax = new_axes(6, 4.2) if ax is None else ax
    intervals_s = night.intervals_s("twitch")
    ax.set_yscale("log")
    if intervals_s.size < 2:
        say(ax, f"{number(int(intervals_s.size), 'interval')} between twitches:\ntoo few to draw.")
        ax.set_axis_off()
        return ax
    _draw(ax, intervals_s)
    ax.set_xlabel("interval from one twitch to the next (s)")
    ax.set_ylabel("share of intervals that last longer")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.spines[["top", "right"]].set_visible(False)
    title = f"{number(int(intervals_s.size), 'interval')} between twitches"
    if intervals_s.size:
        title += f", median {duration(float(np.median(intervals_s)))}"
    ax.set_title(title, loc="left", fontsize=11)
    return ax


def _draw(ax: Axes, intervals_s: NDArray[np.float64]) -> None:
    style = KIND_STYLES["twitch"]
    x, share = log_survivor(intervals_s)
    longest = float(intervals_s.max())
    x, share = np.append(x, longest), np.append(share, share[-1])
    ax.step(x, share, where="post", color=style.color, linewidth=1.8, zorder=3, label="found", gid="found")
    if intervals_s.size <= 200:
        ax.plot(x[:-1], share[:-1], linestyle="none", marker=style.marker, markersize=3, color=style.color, zorder=3)
    lowest = 0.6 / intervals_s.size
    if intervals_s.size >= FEWEST:
        guide = np.linspace(0, longest, 200)
        label = f"by chance, same mean ({duration(float(intervals_s.mean()))})"
        ax.plot(
            guide, np.exp(-guide / intervals_s.mean()), linestyle="--", color=ink(), linewidth=1, zorder=2, label=label,
            gid="chance",
        )  # fmt: skip
        ax.legend(frameon=False, fontsize=9, loc="upper right")
    ax.set(xlim=(0, longest * 1.03), ylim=(lowest, 1.3))
    ax.grid(axis="y", color=FAINT, alpha=0.25, linewidth=0.6)

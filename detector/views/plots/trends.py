"""Nights of one infant beside each other: rates with their intervals, and how much of each night was judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from numpy.typing import NDArray

from detector.night.numbers.measures import known_kind
from detector.night.trends import Trends
from detector.views.plots.style import FAINT, KIND_STYLES, ink, new_axes, say
from detector.views.wording import number

Places = NDArray[np.float64]

_MARKERS = "osD^vP*"
_MOST_NAMES = 12
_KEY = "lines: 95 % interval of a night; gray: range of the other nights; filled: outside it"


def plot_trends(trends: Trends, ax: Axes | None = None, kind: str = "twitch") -> Axes:
    """Draw the rate of one kind over the nights, each with its 95 % interval, and below it how much was judged.

    Nights that may be compared share a marker. Behind each stands the range of the others in gray; the marker is filled
    where the whole interval lies outside that range. Nights with too little judged time have a bar of coverage and no
    rate.

    Args:
        trends: as `detector.night.trends.compare_nights` gives them.
        ax: where to draw; None makes a new figure.
        kind: of event.

    Returns:
        The axes; x is the date where all nights have one, otherwise their number; y is events per judged hour.

    Raises:
        UsageError: there is no such kind.
    """
    table = trends.table[trends.table["kind"] == known_kind(kind)].reset_index(drop=True)
    ax = new_axes(10, 4.6) if ax is None else ax
    x, has_dates = _places(table)
    style = KIND_STYLES[kind]
    for order, (group, nights) in enumerate(table.groupby("group", sort=False)):
        marker = _MARKERS[order % len(_MARKERS)]
        label = f"{group}: {trends.groups[str(group)]}"
        ax.plot([], [], marker, color=style.color, markerfacecolor="white", label=label)
        _draw_group(ax, nights, x[nights.index], style.color, marker)
    if not np.isfinite(table["per_hour"]).any():
        say(ax, "No night was judged long enough for a rate.")
    top = float(np.nanmax(table[["high_per_hour", "others_high_per_hour"]].to_numpy(float), initial=0.0))
    ax.set_ylim(0, top * 1.08 if top else 1)
    ax.set_ylabel(f"{style.several} per judged hour")
    strip = _draw_coverage(ax, table, x)
    _name_nights(strip, table, x, has_dates=has_dates)
    ax.set_xlim(x.min() - 0.7, x.max() + 0.7)
    ax.tick_params(labelbottom=False)
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title(f"{style.several.capitalize()} of {number(len(table), 'night')}", loc="left", fontsize=11)
    ax.set_title(_KEY, loc="right", fontsize=8, color=ink())
    if len(trends.groups) > 1:
        ax.legend(loc="upper left", frameon=False, fontsize=8.5, ncols=2)
        ax.set_ylim(0, top * 1.25 if top else 1)
    return ax


def _places(table: pd.DataFrame) -> tuple[Places, bool]:
    """Where each night stands: at its date, or at its number where one has no date."""
    if (table["start_at"] == "").any():
        return np.arange(1.0, len(table) + 1), False
    # A night is told at the local time that its camera showed.
    moments = [pd.Timestamp(text).tz_localize(None).to_pydatetime() for text in table["start_at"]]
    return np.asarray(date2num(moments), dtype=np.float64), True  # type: ignore[no-untyped-call]


def _draw_group(ax: Axes, nights: pd.DataFrame, x: Places, color: str, marker: str) -> None:
    rates = nights["per_hour"].to_numpy(float)
    low, high = (nights[f"others_{edge}_per_hour"].to_numpy(float) for edge in ("low", "high"))
    ax.bar(x, high - low, 0.5, low, color=FAINT, alpha=0.22, linewidth=0, zorder=0)
    ax.plot(x, rates, color=color, linewidth=0.8, alpha=0.4, zorder=1)
    ax.vlines(x, nights["low_per_hour"], nights["high_per_hour"], color=color, linewidth=1.4, alpha=0.75, zorder=2)
    is_outside = nights["compared"].isin(["above", "below"]).to_numpy()
    for chosen, face in ((is_outside, color), (~is_outside, "white")):
        ax.plot(x[chosen], rates[chosen], marker, markersize=7, color=color, markerfacecolor=face, zorder=3)


def _draw_coverage(ax: Axes, table: pd.DataFrame, x: Places) -> Axes:
    """Bars of judged hours below the rates, on axes of their own that share x."""
    strip = ax.inset_axes((0, -0.2, 1, 0.15), sharex=ax)
    hours = table["judged_s"].to_numpy(float) / 3600
    strip.bar(x, hours, width=0.5, color=FAINT)
    strip.set_ylim(0, max(float(hours.max(initial=0)) * 1.15, 0.1))
    strip.set_ylabel("judged\nhours", fontsize=8, rotation=0, ha="right", va="center", color=ink())
    strip.tick_params(axis="y", labelsize=7.5)
    strip.spines[["right", "top"]].set_visible(False)
    return strip


def _name_nights(strip: Axes, table: pd.DataFrame, x: Places, *, has_dates: bool) -> None:
    if has_dates and len(table) > _MOST_NAMES:
        locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]
        strip.xaxis.set_major_locator(locator)
        strip.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        return
    some = slice(None, None, max(len(table) // _MOST_NAMES, 1))
    if has_dates:
        names = [f"{pd.Timestamp(text):%d %b}" for text in table["start_at"]]
        strip.set_xticks(x[some], names[some])
    else:
        strip.set_xticks(x[some], table["night"].tolist()[some], rotation=30, ha="right")

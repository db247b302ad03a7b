"""Many nights under each other, by the time of day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.files.loading import NightLike, as_night
from detector.night.night import Night
from detector.views.plots.style import FAINT, KIND_STYLES, UNSEEN, bars, new_axes, say
from detector.views.wording import UNKNOWN, day_and_month, number, rate, rate_base

_NOON_H = 12.0
_STEPS_H = (1 / 120, 1 / 60, 1 / 30, 1 / 12, 1 / 6, 0.25, 0.5, 1.0, 2.0, 3.0, 6.0)
_SLIM = 200
"""With more events than this in a night its marks are drawn thin and light."""


def plot_nights(nights: Sequence[NightLike], ax: Axes | None = None, kind: str = "twitch") -> Axes:
    """Draw one row a night: a mark for each event, a bar where it was observed; all on one time of day.

    Args:
        nights: nights or their folders, in the order to be drawn. Nights whose time of day is not known begin at 0:00
            of their recording and are marked so.
        ax: where to draw; None makes a new figure.
        kind: of event.

    Returns:
        The axes; x is hours since midnight (above 24 after it; negative hours never come), y the number of a row.

    Raises:
        UsageError: there is no such kind of event.
    """
    if kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    loaded = [as_night(night) for night in nights]
    style = KIND_STYLES[kind]
    ax = new_axes(11, max(2.2, 0.9 + 0.42 * len(loaded))) if ax is None else ax
    for row, night in enumerate(loaded):
        zero_h = start_hour(night) - night.start_s / 3600
        seen = [(zero_h + start_s / 3600, zero_h + stop_s / 3600) for start_s, stop_s in night.observed]
        bars(ax, seen, row - 0.34, 0.68, facecolor=UNSEEN, alpha=0.3, linewidth=0, gid="observed")
        onsets = np.array([event.start_s for event in night.decision.events if event.kind == kind]) / 3600 + zero_h
        width, alpha = (0.5, 0.6) if onsets.size > _SLIM else (1.0, 1.0)
        ax.vlines(onsets, row - 0.34, row + 0.34, color=style.color, linewidth=width, alpha=alpha, gid=kind)
        per_hour = rate(onsets.size, rate_base(night)[0], night.params.series.min_rate_s)
        words = f"{onsets.size}" + ("" if per_hour == UNKNOWN else f"   {per_hour}/h")
        ax.annotate(
            words, (1, row), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points", va="center",
            fontsize=9, annotation_clip=False,
        )  # fmt: skip
    _finish(ax, loaded)
    ax.set_title(f"{style.several.capitalize()} of {number(len(loaded), 'night')}", loc="left", fontsize=11)
    return ax


def start_hour(night: Night) -> float:
    """Hour of the day at which a night begins, from noon to noon as 12 to 36; 24 where it is not known."""
    at = night.start_at
    if at is None:
        return 24.0
    hour = at.hour + at.minute / 60 + at.second / 3600
    return hour if hour >= _NOON_H else hour + 24


def _finish(ax: Axes, nights: Sequence[Night]) -> None:
    ax.set_yticks(range(len(nights)), [_name(night) for night in nights])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(max(len(nights), 1) - 0.5, -0.5)
    ax.spines[["top", "right", "left"]].set_visible(False)
    if not nights:
        say(ax, "No nights.")
        ax.set(xticks=[], yticks=[])
        return
    first = min(start_hour(night) for night in nights)
    last = max(start_hour(night) + (night.stop_s - night.start_s) / 3600 for night in nights)
    ax.set_xlim(first, max(last, first + 0.01))
    step = next((step for step in _STEPS_H if (last - first) / step <= 9), 12.0)
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(_clock))
    ax.grid(axis="x", color=FAINT, alpha=0.25, linewidth=0.6)
    ax.set_axisbelow(True)
    is_known = any(night.start_at is not None for night in nights)
    ax.set_xlabel(f"{'time of day' if is_known else 'time of the recording'} (h:mm); grey: observed")


def _clock(hour: float, _: object = None) -> str:
    seconds = round(hour * 3600) % 86_400
    rest = f":{seconds % 60:02d}" if seconds % 60 else ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}{rest}"


def _name(night: Night) -> str:
    if night.start_at is not None:
        return f"{day_and_month(night.start_at)} {night.start_at.year}"
    return (night.provenance.input_names or ("night",))[0][:24] + "\n(clock not known)"

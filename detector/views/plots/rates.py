"""How often one kind of event came over the night, with what chance leaves open."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.views.plots.style import FAINT, KIND_STYLES, hatch_unseen, ink, new_axes, say
from detector.views.plots.time_axis import set_time_axis


@takes_night
def plot_rates(night: Night, ax: Axes | None = None, kind: str = "twitch", by: str = "1h") -> Axes:
    """Draw events an hour of judged time in bins of time, each with its exact 95 % interval.

    Bins in which too little was judged for a rate are left out and marked by a dash at the foot.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.
        kind: of event.
        by: length of a bin, such as `"1h"` or `"30min"`.

    Returns:
        The axes; x is recording time in s, y events per judged hour.

    Raises:
        UsageError: there is no such kind of event, or no such length of time.
    """
    if kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    ax = new_axes(11, 3.4) if ax is None else ax
    table = night.rates(by=by)
    table = table[table["kind"] == kind]
    style = KIND_STYLES[kind]
    ax.set_xlim(night.start_s, max(night.stop_s, night.start_s + 1e-3))
    hatch_unseen(ax, night.gaps)
    left, right = (table[name].to_numpy(np.float64) for name in ("start_s", "stop_s"))
    left, right = np.maximum(left, night.start_s), np.minimum(right, night.stop_s)
    rate, low, high = (table[name].to_numpy(np.float64) for name in ("per_hour", "low_per_hour", "high_per_hour"))
    is_known = np.isfinite(rate)
    middle = (left + right) / 2
    ax.bar(middle[is_known], rate[is_known], 0.94 * (right - left)[is_known], color=style.color, alpha=0.6, gid="rates")
    spread = np.abs(np.vstack((rate - low, high - rate)))[:, is_known]
    ax.errorbar(middle[is_known], rate[is_known], spread, fmt="none", ecolor=ink(), elinewidth=1.1, capsize=3)
    ax.plot(middle[~is_known], np.zeros(int((~is_known).sum())), "_", color=FAINT, gid="unknown")
    ax.set_ylim(0, max(1.05 * float(np.nanmax(high[is_known], initial=0.0)), 1.0))
    ax.set_ylabel(f"{style.several} an hour")
    ax.set_title(f"{style.several.capitalize()} per judged hour; lines: 95 % interval", loc="left", fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
    if not is_known.any():
        say(ax, "No part of this night was judged long enough for a rate.")
    set_time_axis(ax, night)
    return ax

"""When each place moved: one row a place, one mark an event."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.views.plots.style import KIND_STYLES, hatch_unseen, new_axes, say
from detector.views.plots.time_axis import set_time_axis
from detector.views.wording import duration, number

_NO_NAME = "place without a name"
_MOST_ROWS = 20


@takes_night
def plot_raster(night: Night, ax: Axes | None = None, kind: str | None = None) -> Axes:
    """Draw the events of each place as marks over time, the busiest place on top.

    Args:
        night: what was found; places are the `site` of its events.
        ax: where to draw; None makes a new figure.
        kind: only events of this kind; None draws all, each kind in its color.

    Returns:
        The axes; x is recording time in s, y the number of a row from the top.

    Raises:
        UsageError: there is no such kind of event.
    """
    if kind is not None and kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    ax = new_axes(11, 3.6) if ax is None else ax
    rows = rows_of_sites([event for event in night.decision.events if kind in {None, event.kind}])
    ax.set_xlim(night.start_s, max(night.stop_s, night.start_s + 1e-3))
    ax.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    hatch_unseen(ax, night.gaps)
    for row, events in enumerate(rows.values()):
        for each, style in KIND_STYLES.items():
            onsets = [event.start_s for event in events if event.kind == each]
            if onsets:
                ax.vlines(onsets, row - 0.4, row + 0.4, color=style.color, linewidth=1.0, gid=each)
    ax.set_yticks(range(len(rows)), [f"{name}  {len(events)}" for name, events in rows.items()])
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    n_events = sum(len(events) for events in rows.values())
    ax.set_title(
        f"When each place moved: {number(n_events, 'event')}", loc="left", fontsize=11, pad=6 if not rows else 20
    )
    _explain(ax, [event for events in rows.values() for event in events])
    if not rows:
        say(ax, f"No event found in {duration(night.coverage.observed_s)} observed.")
    set_time_axis(ax, night)
    return ax


def rows_of_sites(events: list[Event]) -> dict[str, list[Event]]:
    """Events by place, the busiest first; beyond twenty places the rest together."""
    names = sorted({event.site for event in events}, key=lambda name: -sum(event.site == name for event in events))
    rows = {name or _NO_NAME: [event for event in events if event.site == name] for name in names[:_MOST_ROWS]}
    rest = [event for event in events if event.site in names[_MOST_ROWS:]]
    return rows | ({f"{len(names) - _MOST_ROWS} more places": rest} if rest else {})


def _explain(ax: Axes, events: list[Event]) -> None:
    kinds = [kind for kind in EVENT_KINDS if any(event.kind == kind for event in events)]
    handles = [
        Line2D([], [], color=KIND_STYLES[kind].color, linewidth=3, label=KIND_STYLES[kind].lane) for kind in kinds
    ]
    if handles:
        ax.legend(
            handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=6, frameon=False, fontsize=8.5, borderpad=0
        )

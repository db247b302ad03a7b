"""Where in the picture it moved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, zoom

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.motion.trace import MotionTrace
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.views.plots.regions import draw_regions
from detector.views.plots.signal import Strength, moved_cells, strength_of
from detector.views.plots.style import KIND_STYLES, UNSEEN, new_axes, say
from detector.views.wording import duration, number

_FINER = 6
"""Each cell is drawn as so many squares a side, with its neighbors' counts between."""
MOST_MARKS = 150
"""More events than this are not marked one by one."""


@takes_night
def plot_heatmap(night: Night, ax: Axes | None = None, kind: str | None = None, *, with_picture: bool = True) -> Axes:
    """Draw where events moved the picture: how many of them reached each cell, over a picture from the night.

    Args:
        night: what was found; without its stored motion only the centers of the events are drawn.
        ax: where to draw; None makes a new figure.
        kind: count only events of this kind; None counts all.
        with_picture: whether the night's own picture is drawn underneath.

    Returns:
        The axes; x and y are source px, y downwards.

    Raises:
        UsageError: there is no such kind of event.
    """
    if kind is not None and kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    ax = new_axes(7.5, 4.6) if ax is None else ax
    events = [event for event in night.decision.events if kind in {None, event.kind}]
    strengths = strength_of(night) if events else None
    if night.trace is not None and with_picture:
        show_picture(ax, night.trace)
    if night.trace is not None and strengths is not None:
        _show_counts(ax, count_events(night.trace, events, strengths), night.trace)
    if len(events) <= MOST_MARKS or night.trace is None:
        _mark_centers(ax, events)
    draw_regions(ax, night)
    drawn = {region.name for region in night.regions.regions}
    _name_sites(ax, [event for event in events if event.site not in drawn])
    ax.set_aspect("equal")
    if night.trace is None and not ax.yaxis_inverted():
        ax.invert_yaxis()
    ax.set_xlabel("px from the left")
    ax.set_ylabel("px from the top")
    name = "event" if kind is None else KIND_STYLES[kind].singular
    plural = "events" if kind is None else KIND_STYLES[kind].several
    ax.set_title(f"Where it moved: {number(len(events), name, plural)}", loc="left", fontsize=11)
    if not events:
        say(ax, _why_empty(night, plural))
        ax.set(xticks=[], yticks=[], xlabel="", ylabel="")
    return ax


def _why_empty(night: Night, plural: str) -> str:
    observed_s = night.coverage.observed_s
    return f"No {plural} found in {duration(observed_s)} observed." if observed_s > 0 else "Nothing was observed."


def count_events(trace: MotionTrace, events: Sequence[Event], strengths: Sequence[Strength]) -> NDArray[np.int64]:
    """How many events moved each cell: cells in the box of an event that stood out while it lasted.

    Returns:
        Shape (rows, columns).
    """
    counts = np.zeros(trace.grid.n_cells, dtype=np.int64)
    for event in events:
        moved = [moved_cells(strength, event) for strength in strengths]
        counts[np.unique(np.concatenate(moved))] += 1
    return counts.reshape(trace.grid.rows, trace.grid.columns)


def show_picture(ax: Axes, trace: MotionTrace) -> None:
    """Draw the picture that a trace keeps, if it keeps one."""
    if trace.reference.size == 0:
        return
    low, high = np.percentile(trace.reference, (1, 99))
    ax.imshow(
        trace.reference, cmap="gray", vmin=low, vmax=max(high, low + 1),
        extent=(0, trace.grid.width_px, trace.grid.height_px, 0), interpolation="bilinear", zorder=0,
    )  # fmt: skip


def _show_counts(ax: Axes, counts: NDArray[np.int64], trace: MotionTrace) -> None:
    if not counts.any():
        return
    x_px, y_px = trace.grid.cell_px
    # The slow layer measures every other cell, so that neighbors are counted unlike: smoothed, a body is one place.
    smooth = zoom(gaussian_filter(counts.astype(np.float64), 0.8), _FINER, order=1, grid_mode=True, mode="nearest")
    smooth *= counts.max() / smooth.max()  # the top of the scale is still a number of events
    # Places that hardly any event reached stay clear, so that the picture shows through.
    alpha = np.clip(smooth / max(0.35 * smooth.max(), 1e-9), 0.0, 1.0) * 0.75
    ax.imshow(
        smooth, cmap="plasma", vmin=0, vmax=smooth.max(), alpha=alpha, interpolation="nearest", zorder=1,
        extent=(0, trace.grid.columns * x_px, trace.grid.rows * y_px, 0), gid="counts",
    )  # fmt: skip
    ax.set_xlim(0, trace.grid.width_px)
    ax.set_ylim(trace.grid.height_px, 0)
    scale = ScalarMappable(Normalize(0, smooth.max()), "plasma")
    whole = MaxNLocator(nbins=5, integer=True)
    ax.figure.colorbar(scale, ax=ax, label="events that moved this place", shrink=0.85, ticks=whole)


def _name_sites(ax: Axes, events: Sequence[Event]) -> None:
    """The name of each site at the middle of its events."""
    for site in sorted({event.site for event in events} - {""}):
        x_px, y_px = np.median([(event.x_px, event.y_px) for event in events if event.site == site], axis=0)
        ax.annotate(
            site.removeprefix("place "), (x_px, y_px), (9, 9), textcoords="offset points", fontsize=9, zorder=5,
            ha="center", va="center", color="#000000", gid="site",
            bbox={"boxstyle": "round,pad=0.25", "facecolor": "#ffffff", "edgecolor": UNSEEN, "alpha": 0.85},
        )  # fmt: skip


def _mark_centers(ax: Axes, events: Sequence[Event]) -> None:
    """One marker per event, in the color and shape of its kind; the fewer of a kind, the higher they lie."""
    for kind, style in KIND_STYLES.items():
        points = [(event.x_px, event.y_px) for event in events if event.kind == kind]
        if points:
            x, y = zip(*points, strict=True)
            ax.scatter(
                x, y, s=34, marker=style.marker, facecolor=style.color, edgecolor="white", linewidth=0.8,
                zorder=3 + 1 / (1 + len(points)), label=f"{style.lane} ({len(points)})", gid=kind,
            )  # fmt: skip
    if events:
        ax.legend(
            loc="upper center",
            bbox_to_anchor=(0.5, 0.0),
            borderaxespad=3.8,
            ncols=5,
            fontsize=8.5,
            frameon=False,
            handletextpad=0.1,
            columnspacing=1.2,
        )

"""States, breathing and place of the infant: lanes of the timeline, and pictures of their own."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from detector.events.infant import Infant
from detector.events.state import ABSENT, ACTIVE, AWAKE, QUIET, STATES, UNKNOWN, UNOBSERVED
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.night.numbers.stretches import StateRow, state_lengths
from detector.night.palette import STATE_COLORS
from detector.views.plots.heatmap import show_picture
from detector.views.plots.lanes import Lane, write_label, write_remark
from detector.views.plots.regions import draw_regions
from detector.views.plots.style import bars, ink, new_axes, say
from detector.views.wording import duration, moment, percent

SHOWN_S = 60.0
"""Length of the breathing that is drawn as a course."""
_MINUTE_S = 60.0
_LEAST_PLACE = 0.15
_LEAST_HIDDEN = 0.02  # share of the minute that is worth a word


def state_runs(night: Night) -> list[StateRow]:
    """Stretches of one state, in order of time: epochs that follow each other with the same state are one."""
    runs = []
    for state, group in groupby(night.decision.epochs, key=lambda epoch: epoch.state):
        epochs = list(group)
        runs.append((epochs[0].start_s, epochs[-1].stop_s, state))
    return runs


def breathing_rates(night: Night) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle of each epoch, s, and its breathing rate a minute, NaN where none was counted; shape (epochs,) each."""
    epochs = night.decision.epochs
    middle_s = np.array([(epoch.start_s + epoch.stop_s) / 2 for epoch in epochs], np.float64)
    return middle_s, np.array([_MINUTE_S * epoch.breathing_rate_hz for epoch in epochs], np.float64)


_SHADES = {
    QUIET: "dark: quiet",
    ACTIVE: "light: active",
    AWAKE: "yellow: awake",
    ABSENT: "pale: not visible",
    UNKNOWN: "grey: not known",
}
"""What the colors of states are called beside their lane."""


def draw_states(ax: Axes, night: Night, lane: Lane) -> None:
    """A lane of colored stretches, the darker the quieter."""
    runs = state_runs(night)
    for state in STATES:
        spans = [(start_s, stop_s) for start_s, stop_s, found in runs if found == state]
        if spans and state != UNOBSERVED:
            color = STATE_COLORS[state]
            bars(
                ax,
                spans,
                lane.bottom,
                lane.height,
                facecolor=color,
                edgecolor=color,
                linewidth=0.2,
                zorder=2,
                gid=state,
            )
    asleep_s = {state: sum(b - a for a, b, found in runs if found == state) for state in (QUIET, ACTIVE)}
    told = [words for state, words in _SHADES.items() if any(found == state for *_, found in runs)]
    write_label(ax, lane, "states", [", ".join(told[first : first + 2]) for first in range(0, len(told), 2)])
    if sum(asleep_s.values()):
        write_remark(ax, lane, f"quiet {percent(asleep_s[QUIET] / sum(asleep_s.values()))} of sleep seen")


def draw_breathing(ax: Axes, night: Night, lane: Lane) -> None:
    """A lane with the breathing rate of each epoch in which it could be counted."""
    middle_s, rates = breathing_rates(night)
    is_told = np.isfinite(rates)
    low, high = rate_range(rates)
    height = lane.bottom + lane.height * (rates - low) / (high - low)
    ax.plot(middle_s[is_told], height[is_told], ".", markersize=2.5, color=ink(), zorder=3, gid="breathing")
    write_label(ax, lane, "breathing", [f"{low:.0f} to {high:.0f} a minute"])
    write_remark(ax, lane, f"usually {np.median(rates[is_told]):.0f} a minute")


def rate_range(rates: NDArray[np.float64]) -> tuple[float, float]:
    """Round limits around rates a minute, at least 20 apart."""
    low, high = 10.0 * np.floor((np.nanmin(rates) - 2.0) / 10.0), 10.0 * np.ceil((np.nanmax(rates) + 2.0) / 10.0)
    return float(low), float(max(high, low + 20.0))


@takes_night
def plot_breathing(night: Night, ax: Axes | None = None, start_s: float | None = None) -> Axes:
    """Draw a minute of breathing: how the place that breathes most brightens and darkens.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.
        start_s: where the minute begins, recording time; None takes the one in which breathing is seen most plainly.

    Returns:
        The axes; x is s after `start_s`, y grey levels.
    """
    ax = new_axes(7.5, 2.4) if ax is None else ax
    infant = night.infant
    if infant is None or not infant.breathing.is_visible.any():
        say(ax, "No breathing could be seen." if infant else "The motion of this night was not kept.")
        ax.set(xticks=[], yticks=[])
        return ax
    track = infant.breathing
    start_s = _plainest_start_s(infant, night.start_s) if start_s is None else start_s
    shown = (track.time_s >= start_s) & (track.time_s < start_s + SHOWN_S)
    wave = np.where(track.wave[shown] == 0, np.nan, track.wave[shown])  # 0 while something else moves
    ax.plot(track.time_s[shown] - start_s, wave, color=ink(), linewidth=1.1, gid="breathing")
    if np.isnan(wave).mean() > _LEAST_HIDDEN:
        ax.set_title("left out: while something else moved", loc="right", fontsize=8, color=ink())
    ax.set_xlim(0, SHOWN_S)
    ax.set_xlabel(f"seconds after {moment(night, start_s)}")
    ax.set_ylabel("grey levels")
    ax.set_title("A minute of breathing, as the picture shows it", loc="left", fontsize=11)
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _plainest_start_s(infant: Infant, first_s: float) -> float:
    """Where the minute begins in which breathing is seen most plainly, and least of it is hidden, s."""
    track = infant.breathing
    starts_s = [max((epoch.start_s + epoch.stop_s - SHOWN_S) / 2, first_s) for epoch in infant.epochs]
    is_seen = np.isfinite(track.wave) & (track.wave != 0)
    edges = np.searchsorted(track.time_s, [(start_s, start_s + SHOWN_S) for start_s in starts_s])
    n_seen = np.array([is_seen[a:b].sum() for a, b in edges], np.float64)
    return starts_s[int(np.argmax(np.where(track.is_visible, track.quality, -1.0) * n_seen**2))]


@takes_night
def plot_extent(night: Night, ax: Axes | None = None, *, with_picture: bool = True) -> Axes:
    """Draw where the infant breathes, and the part of the picture in which it has been, over a picture of the night.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.
        with_picture: whether the night's own picture is drawn underneath.

    Returns:
        The axes; x and y are source px, y downwards.
    """
    ax = new_axes(7.5, 4.6) if ax is None else ax
    infant, trace = night.infant, night.trace
    ax.set_title("Where the infant lies", loc="left", fontsize=11)
    if infant is None or trace is None or infant.extent is None:
        say(ax, "Neither breathing nor movement shows where the infant lies.")
        ax.set(xticks=[], yticks=[])
        return ax
    grid = trace.grid
    if with_picture:
        show_picture(ax, trace)
    place = infant.breathing.place
    if place.any():
        side = infant.breathing.cell_px
        shown = np.ma.masked_less(place, _LEAST_PLACE)
        ax.imshow(
            shown, cmap="magma", vmin=0, vmax=1, alpha=0.55, zorder=2, interpolation="nearest",
            extent=(0, side * place.shape[1], side * place.shape[0], 0),
        )  # fmt: skip
    draw_regions(ax, night)
    body = np.pad(infant.extent.reshape(grid.rows, grid.columns).astype(float), 1)
    x_px, y_px = (side * (np.arange(n) - 0.5) for n, side in zip(body.shape[::-1], grid.cell_px, strict=True))
    ax.contour(x_px, y_px, body, levels=[0.5], colors=["#F0E442"], linewidths=1.8, zorder=3)
    ax.set_xlim(0, grid.width_px)
    ax.set_ylim(grid.height_px, 0)
    ax.set_aspect("equal")
    ax.set_ylabel("px from the top")
    ax.set_xlabel(
        f"px from the left\nline: where it was seen to breathe or move, {percent(float(infant.extent.mean()))} of the "
        "picture" + ("; bright: what breathes" if place.any() else "")
    )
    return ax


def state_table(night: Night) -> list[tuple[str, float, str]]:
    """Each state that there was: its name, its share of the recording and its length in words."""
    lengths_s = state_lengths(night.decision.epochs)
    total_s = sum(lengths_s.values())
    return [(state, length_s / total_s, duration(length_s)) for state, length_s in lengths_s.items() if length_s > 0]

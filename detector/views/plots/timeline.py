"""The nightly timeline: what moved when, and when nothing was seen, at one glance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.events.classify import Event
from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.night.numbers.stretches import intersect, merge
from detector.views.clock_marks import clock_changes
from detector.views.plots import style as look
from detector.views.plots.courses import motion_envelope, rate_course
from detector.views.plots.lanes import Lane, make_lanes, write_column_heads, write_count, write_label, write_remark
from detector.views.plots.sensitivity import draw_sensitivity
from detector.views.plots.sleep import draw_breathing, draw_states
from detector.views.plots.style import KIND_STYLES, bars, hatch_unseen, say
from detector.views.plots.time_axis import set_time_axis
from detector.views.wording import UNKNOWN, can_tell_twitches, day, duration, percent, rate, rate_base

SIZE_IN = (11.0, 5.2)
_OTHER_LANES = {"states": draw_states, "breathing": draw_breathing, "sensitivity": draw_sensitivity}
MANY = 120
"""More events than this in a lane are drawn as rate bars under short ticks."""


@takes_night
def plot_timeline(night: Night, ax: Axes | None = None) -> Axes:
    """Draw the night as lanes over time: one per kind of event, artifacts, what was not seen, and motion.

    Every event is a tick (twitches) or a bar as long as it lasted. Where a lane holds more than 120 events it also gets
    bars of their rate per observed minute. Unobserved time is hatched through all lanes. Count and rate per observed
    hour stand at the right. Works on quiet nights and on nights in which nothing was observed.

    Args:
        night: what was found.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes; x is recording time in s, labelled with the time of day where it is known.
    """
    ax = look.new_axes(*SIZE_IN) if ax is None else ax
    lanes = make_lanes(night)
    stop_s = max(night.stop_s, night.start_s + 1e-3)
    ax.set_xlim(night.start_s, stop_s)
    ax.set_ylim(0, lanes[0].bottom + lanes[0].height + 0.25)
    hatch_unseen(ax, night.gaps)
    _draw_clock_changes(ax, night)
    for lane in lanes:
        _draw_lane(ax, night, lane)
    write_column_heads(ax, lanes[0])
    _say_when_empty(ax, night)
    ax.set_title(_title(night), loc="left", fontsize=10.5, color=look.ink())
    ax.set_yticks([])
    ax.spines[["top", "right", "left"]].set_visible(False)
    set_time_axis(ax, night)
    return ax


@takes_night
def figure_timeline(night: Night) -> Figure:
    """The timeline on a figure of its own, unknown to pyplot, to be saved."""
    ax = look.detached_axes(*SIZE_IN)
    plot_timeline(night, ax)
    return cast("Figure", ax.figure)


def _draw_lane(ax: Axes, night: Night, lane: Lane) -> None:
    ax.axhline(lane.bottom, color=look.UNSEEN, linewidth=0.6, zorder=0.8)
    if lane.key in KIND_STYLES:
        _draw_events(ax, night, lane)
    elif lane.key in _OTHER_LANES:
        _OTHER_LANES[lane.key](ax, night, lane)
    elif lane.key == "artifacts":
        _draw_artifacts(ax, night, lane)
    elif lane.key == "unseen":
        _draw_unseen(ax, night, lane)
    else:
        _draw_motion(ax, night, lane)


def _draw_events(ax: Axes, night: Night, lane: Lane) -> None:
    style = KIND_STYLES[lane.key]
    events = [event for event in night.decision.events if event.kind == lane.key]
    base_s, _ = rate_base(night)
    notes = []
    bottom, height = lane.bottom, lane.height
    if len(events) > MANY:
        peak = _draw_rate(ax, night, lane)
        notes.append(f"bars: up to {peak:.2g} a minute")
        bottom, height = lane.bottom + 0.78 * lane.height, 0.22 * lane.height
    if lane.key == "twitch":
        is_dense = len(events) > MANY
        ax.vlines(
            [event.start_s for event in events], bottom, bottom + height, color=style.color,
            linewidth=0.5 if is_dense else 1.2, alpha=0.6 if is_dense else 1, zorder=3, gid=lane.key,
        )  # fmt: skip
    else:
        spans = [(event.start_s, event.stop_s) for event in events]
        bars(
            ax,
            spans,
            bottom,
            height,
            facecolor=style.color,
            edgecolor=style.color,
            linewidth=0.9,
            zorder=3,
            gid=lane.key,
        )
    sustained = [event for event in events if event.is_sustained]
    if sustained:
        notes.append(f"▼ sustained: {len(sustained)}")
        _mark_sustained(ax, sustained, lane)
    write_label(ax, lane, style.lane, notes)
    is_told = events or lane.key != "twitch" or can_tell_twitches(night)
    write_count(
        ax, lane, str(len(events)) if is_told else UNKNOWN, rate(len(events), base_s, night.params.series.min_rate_s)
    )


def _mark_sustained(ax: Axes, events: Sequence[Event], lane: Lane) -> None:
    middles = [(event.start_s + event.stop_s) / 2 for event in events]
    ax.plot(
        middles, [lane.bottom + lane.height + 0.12] * len(middles), linestyle="none", marker="v", markersize=5,
        color=KIND_STYLES[lane.key].color, clip_on=False, zorder=4, gid="sustained",
    )  # fmt: skip


def _draw_rate(ax: Axes, night: Night, lane: Lane) -> float:
    """Bars of events per observed minute in the lower three quarters of a lane; returns the highest rate, 1/min."""
    course = rate_course(night, lane.key)
    rates = np.nan_to_num(course.values)
    peak = float(rates.max(initial=0))
    heights = lane.bottom + 0.72 * lane.height * rates / (peak or 1)
    ax.stairs(
        heights, course.edges_s, baseline=lane.bottom, fill=True, color=KIND_STYLES[lane.key].color, alpha=0.55,
        zorder=2, gid=f"{lane.key} rate",
    )  # fmt: skip
    return peak


def _draw_artifacts(ax: Axes, night: Night, lane: Lane) -> None:
    # What stands all night happens at no moment, and a bar may not run through time that nobody filmed.
    passing = [each for each in night.decision.artifacts if each.kind not in look.STANDING]
    spans = intersect(merge((each.start_s, each.stop_s) for each in passing), night.observed)
    spans += tuple((each.start_s, each.stop_s) for each in passing if each.kind in {"frozen", "damage"})
    grey = {"facecolor": look.ARTIFACT, "edgecolor": look.ARTIFACT, "linewidth": 0.7, "zorder": 3}
    bars(ax, spans, lane.bottom, lane.height, gid="artifacts", **grey)
    counts = Counter(each.kind for each in night.decision.artifacts)
    names = [f"{n} {kind}" if kind == "doubtful" else kind for kind, n in counts.items()]
    write_label(ax, lane, "artifacts", [", ".join(names)] if names else [])
    write_count(ax, lane, str(len(night.decision.artifacts)))


def _draw_unseen(ax: Axes, night: Night, lane: Lane) -> None:
    """The stretches without observation once more as a lane, with what is known of their cause."""
    bars(
        ax,
        night.gaps,
        lane.bottom,
        lane.height,
        facecolor=look.UNSEEN,
        edgecolor=look.FAINT,
        linewidth=0.5,
        zorder=2,
        gid="unseen lane",
    )
    notes = []
    for kind, hatch, name in (("frozen", "....", "dotted: frozen"), ("damage", "xxxx", "crossed: damaged")):
        spans = [(a.start_s, a.stop_s) for a in night.decision.artifacts if a.kind == kind]
        if spans:
            marks = {
                "facecolor": mpl.rcParams["axes.facecolor"],
                "edgecolor": look.ink(),
                "hatch": hatch,
                "linewidth": 0.5,
                "gid": kind,
            }
            bars(ax, spans, lane.bottom, lane.height, zorder=3, **marks)
            notes.append(name)
    total_s = max(night.stop_s - night.start_s - night.coverage.observed_s, 0)
    write_label(ax, lane, "not observed", [", ".join(notes)] if notes else [])
    write_remark(ax, lane, duration(total_s) if total_s else "0 s")


def _draw_motion(ax: Axes, night: Night, lane: Lane) -> None:
    """Share of the picture that moved, most (light) and usual (dark) in each piece of time, without artifacts.

    Its square root is drawn, so that small movement stays visible.
    """
    envelope = motion_envelope(night, 700)
    if envelope is None:
        return
    most, usual = (np.sqrt(np.nan_to_num(values)) for values in (envelope.most, envelope.usual))
    # Below a hundredth of the picture the strip keeps its scale: the noise of a still night must not fill it.
    scale = lane.height / max(float(most.max(initial=0)), 0.1)
    for values, alpha, gid in ((most, 0.45, "motion most"), (usual, 1.0, "motion")):
        ax.stairs(
            lane.bottom + scale * values, envelope.edges_s, baseline=lane.bottom, fill=True, color="#6f7a80",
            alpha=alpha, linewidth=0, zorder=2, gid=gid,
        )  # fmt: skip
    write_label(ax, lane, "motion", ["share of the picture"])
    write_remark(ax, lane, f"up to {percent(float(most.max(initial=0)) ** 2)}")


def _draw_clock_changes(ax: Axes, night: Night) -> None:
    for time_s, words in clock_changes(night):
        ax.axvline(time_s, color=look.ink(), linewidth=0.8, linestyle="--", zorder=1, gid="clock change")
        paper = {"boxstyle": "square,pad=0.15", "facecolor": mpl.rcParams["axes.facecolor"], "edgecolor": "none"}
        ax.annotate(  # at the foot: above stands the title
            words, (time_s, 0), (4, 2), xycoords=("data", "axes fraction"), textcoords="offset points", fontsize=8,
            ha="left", va="bottom", color=look.ink(), bbox=paper, zorder=5,
        )  # fmt: skip


def _say_when_empty(ax: Axes, night: Night) -> None:
    if night.coverage.observed_s <= 0:
        say(ax, "Nothing was observed: no usable picture in this recording.", y=0.65)
    elif not night.decision.events:
        say(ax, f"No movement found in {duration(night.coverage.observed_s)} observed.", y=0.65)


def _title(night: Night) -> str:
    begin, end = night.wall_clock(night.start_s), night.wall_clock(night.stop_s)
    unseen_s = night.stop_s - night.start_s - night.coverage.observed_s
    observed = f"observed {duration(max(night.coverage.observed_s, 0))}"
    if unseen_s >= 1:
        observed += f" of {duration(night.stop_s - night.start_s)}"
    name = ", ".join(night.provenance.input_names[:1])
    more = len(night.provenance.inputs) - 1
    name += f" and {more} more" if more > 0 else ""
    if begin is None or end is None:
        return f"{name or 'Recording'}\n{observed}, time of day not known"
    return f"{day(begin)}, {begin:%H:%M} to {end:%H:%M}\n{observed}{', ' if name else ''}{name}"

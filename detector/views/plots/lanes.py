"""The horizontal bands of the timeline, and the words at their two sides."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from detector.night.night import Night
from detector.views.plots.style import FAINT, KIND_STYLES, ink

GAP = 0.3
"""Space between two lanes, y units."""


@dataclass(frozen=True)
class Lane:
    """A horizontal band of the timeline.

    Attributes:
        key: kind of event, `"states"`, `"breathing"`, `"sensitivity"`, `"artifacts"`, `"unseen"` or `"motion"`.
        bottom, height: y units of the axes.
    """

    key: str
    bottom: float
    height: float

    @property
    def middle(self) -> float:
        """Its center, y units."""
        return self.bottom + self.height / 2


def make_lanes(night: Night) -> list[Lane]:
    """All lanes from top to bottom; states, breathing, sensitivity and motion only where known."""
    heights = {"twitch": 1.7, "rhythmic": 1.0, "movement": 1.0, "gross": 1.0, "restless": 0.6, "uncertain": 0.6}
    heights |= {"states": 0.9} if night.decision.epochs else {}
    has_rates = any(math.isfinite(epoch.breathing_rate_hz) for epoch in night.decision.epochs)
    heights |= {"breathing": 0.9} if has_rates else {}
    heights |= {"sensitivity": 0.8} if night.sensitivity is not None else {}
    heights |= {"artifacts": 0.45, "unseen": 0.45} | (
        {"motion": 1.1} if night.trace is not None and night.trace.frames.time_s.size else {}
    )
    bottom, lanes = 0.0, []
    for key, height in reversed(heights.items()):
        lanes.append(Lane(key, bottom, height))
        bottom += height + GAP
    return lanes[::-1]


def write_label(ax: Axes, lane: Lane, name: str, notes: Sequence[str] = ()) -> None:
    """Name and notes at the left of a lane; of the notes only as many as do not cover others where axes are low."""
    low, high = ax.get_ylim()
    room_pt = ax.get_window_extent().height * 72 / ax.get_figure(root=True).dpi * (lane.height + GAP) / (high - low)  # type: ignore[union-attr]
    notes = notes[: max(int((room_pt - 10) / 9.5), 0)]
    shift = 4.5 * len(notes)
    weight = "bold" if lane.key in KIND_STYLES else "normal"
    _write(ax, name, (0, lane.middle), (-10, shift), ha="right", fontsize=10, color=ink(), weight=weight)
    for line, note in enumerate(notes, start=1):
        _write(ax, note, (0, lane.middle), (-10, shift - 2 - 9.5 * line), ha="right", fontsize=8, color=FAINT)


def write_count(ax: Axes, lane: Lane, count: str, per_hour: str = "") -> None:
    """Count and rate at the right of a lane."""
    weight = "bold" if lane.key in KIND_STYLES else "normal"
    _write(ax, count, (1, lane.middle), (44, 0), ha="right", fontsize=10, color=ink(), weight=weight)
    if per_hour:
        _write(ax, per_hour, (1, lane.middle), (88, 0), ha="right", fontsize=10, color=ink())


def write_remark(ax: Axes, lane: Lane, text: str) -> None:
    """A few words at the right of a lane, where others have counts."""
    _write(ax, text, (1, lane.middle), (20, 0), ha="left", fontsize=10, color=ink())


def write_column_heads(ax: Axes, top: Lane) -> None:
    """What the columns at the right of the lanes are."""
    y = top.bottom + top.height
    _write(ax, "count", (1, y), (44, 4), ha="right", va="bottom", fontsize=8, color=FAINT)
    _write(ax, "an hour", (1, y), (88, 4), ha="right", va="bottom", fontsize=8, color=FAINT)


def _write(ax: Axes, text: str, at: tuple[float, float], away_pt: tuple[float, float], **style: object) -> None:
    """Text at (axes fraction, y units), moved by a fixed distance in points so that columns line up at any width."""
    ax.annotate(
        text, at, away_pt, xycoords=("axes fraction", "data"), textcoords="offset points", annotation_clip=False,
        **({"va": "center"} | style),  # type: ignore[arg-type]
    )  # fmt: skip

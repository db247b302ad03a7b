"""What all plots share: one color and one marker per kind of event, hatching for unobserved time, new axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from detector.night.palette import KIND_COLORS

Interval = tuple[float, float]

FAINT = "#757575"
UNSEEN = "#b5b5b5"
ARTIFACT = "#9a9a9a"
STANDING = ("clock", "mover", "overlay", "lamp", "masked", "few pictures")
"""Kinds of artifacts that stay at one place for long; they explain what is left out, and happen at no moment."""


@dataclass(frozen=True)
class KindStyle:
    """How one kind of event looks and is called, everywhere.

    Attributes:
        lane: short name of many, for labels.
        singular, several: its name with a count.
        color: of the palette of Okabe and Ito (2008), told apart by color-blind eyes.
        marker: matplotlib's marker, so that color is never the only sign.
    """

    lane: str
    singular: str
    several: str
    color: str
    marker: str


KIND_STYLES: dict[str, KindStyle] = {
    "twitch": KindStyle("twitches", "twitch", "twitches", KIND_COLORS["twitch"], "o"),
    "rhythmic": KindStyle("rhythmic", "rhythmic movement", "rhythmic movements", KIND_COLORS["rhythmic"], "s"),
    "movement": KindStyle("local", "local movement", "local movements", KIND_COLORS["movement"], "D"),
    "gross": KindStyle("whole body", "whole-body movement", "whole-body movements", KIND_COLORS["gross"], "^"),
    "restless": KindStyle("restless", "restless stretch", "restless stretches", KIND_COLORS["restless"], "P"),
    "uncertain": KindStyle("uncertain", "uncertain event", "uncertain events", KIND_COLORS["uncertain"], "X"),
}


def ink() -> str:
    """Color of words and lines, as the style in use has it: dark on paper, light in a dark notebook."""
    return str(mpl.rcParams["text.color"])


def new_axes(width_in: float, height_in: float) -> Axes:
    """Axes on a figure of their own, known to pyplot so that a notebook shows it once."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width_in, height_in), layout=_layout()).add_subplot()


def detached_axes(width_in: float, height_in: float) -> Axes:
    """Axes on a figure of their own that pyplot does not know, to be saved and forgotten."""
    return Figure(figsize=(width_in, height_in), layout=_layout()).add_subplot()


def _layout() -> ConstrainedLayoutEngine:
    return ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)


def say(ax: Axes, text: str, *, y: float = 0.5) -> None:
    """Write a sentence into the middle of otherwise empty axes."""
    box = {"boxstyle": "round,pad=0.5", "facecolor": mpl.rcParams["axes.facecolor"], "edgecolor": UNSEEN, "alpha": 0.92}
    ax.text(0.5, y, text, transform=ax.transAxes, ha="center", va="center", color=ink(), bbox=box, zorder=6, wrap=True)


def bars(ax: Axes, intervals: Iterable[Interval], y: float, height: float, **style: object) -> PolyCollection:
    """Horizontal bars `(start_s, stop_s)` as one collection; its edge keeps even the shortest visible.

    Args:
        ax: where to draw.
        intervals: start and stop of each bar, x units.
        y: lower edge, y units.
        height: y units.
        **style: of the collection.
    """
    corners = [[(a, y), (a, y + height), (b, y + height), (b, y)] for a, b in intervals]
    collection = PolyCollection(np.asarray(corners, dtype=np.float64).reshape(-1, 4, 2), **style)  # type: ignore[arg-type]
    ax.add_collection(collection, autolim=False)
    return collection


def hatch_unseen(ax: Axes, intervals: Sequence[Interval]) -> PolyCollection:
    """Hatch stretches in which nothing was seen, over the whole height of the axes."""
    return bars(
        ax, intervals, 0, 1, transform=ax.get_xaxis_transform(), facecolor="#80808020", edgecolor=UNSEEN,
        hatch="////", linewidth=0.4, zorder=0.4, label="not observed", gid="unseen",
    )  # fmt: skip

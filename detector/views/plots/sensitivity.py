"""What a night's camera could have shown: found against displacement, over the picture, over the night."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, NullLocator, PercentFormatter

from detector.night.files.loading import takes_night
from detector.night.night import Night
from detector.night.sensitivity import OfPlace, OfSize, Size, StoredSensitivity
from detector.views.plots.heatmap import show_picture
from detector.views.plots.lanes import Lane, write_label, write_remark
from detector.views.plots.style import FAINT, KIND_STYLES, UNSEEN, bars, ink, new_axes, say
from detector.views.wording import percent

PLANTED_KINDS = ("twitch", "rhythmic")
NOT_MEASURED = "Not measured: `twitch-detector sensitivity` plants movement and looks for it."
_SHARES = "cividis"  # told apart by color-blind eyes, and in grey
_DARK = 0.55
FEWEST_IN_PART = 5
"""Of fewer in a part of the picture, a share would be a roll of dice."""
_LEVELS = {"50 %": 0.5, "90 %": 0.9}


@takes_night
def plot_sensitivity(night: Night, ax: Axes | None = None) -> Axes:
    """Draw how many of the planted movements were found against how far they moved, with 95 % intervals.

    Args:
        night: one with a `sensitivity`; others get a sentence instead.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes; x is the largest displacement in source px, y a share.
    """
    ax = new_axes(7.5, 4.4) if ax is None else ax
    found = night.sensitivity
    ax.set(xlabel="largest displacement, px of the picture", ylabel="found of planted", ylim=(-0.03, 1.03))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("How small a movement could be seen", loc="left", fontsize=11)
    sizes = sorted({row.px for kind in PLANTED_KINDS for row in _rows(found, kind)})
    if found is None or not sizes:
        say(ax, NOT_MEASURED)
        return ax
    ax.set_xscale("log")
    ax.set_xlim(sizes[0] / 1.25, sizes[-1] * 1.25)
    ax.set_xticks(sizes, [f"{size:.2g}" for size in sizes])
    ax.xaxis.set_minor_locator(NullLocator())
    for level in _LEVELS.values():
        ax.axhline(level, color=UNSEEN, linewidth=0.8, linestyle=":", zorder=0)
    for place, kind in enumerate(PLANTED_KINDS):
        _draw_curve(ax, found, kind, 1.0 + 0.03 * place)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=9)
    _add_millimeters(ax, found)
    return ax


def _rows(found: StoredSensitivity | None, kind: str) -> Sequence[OfSize]:
    return () if found is None else found.planted(kind).by_displacement


def _draw_curve(ax: Axes, found: StoredSensitivity, kind: str, shift: float) -> None:
    planted, style = found.planted(kind), KIND_STYLES[kind]
    rows = planted.by_displacement
    if not rows:
        return
    x = np.array([row.px for row in rows]) * shift  # side by side, so that no interval hides another
    share = np.array([math.nan if row.recall is None else row.recall for row in rows])
    spread = np.abs(np.array([[row.low for row in rows], [row.high for row in rows]]) - share)
    ax.errorbar(
        x, share, spread, fmt=style.marker, color=style.color, markeredgecolor="white", markersize=7, elinewidth=1.3,
        capsize=2.5, zorder=3, label=f"{style.several}: {planted.found} of {planted.n} found", gid=kind,
    )  # fmt: skip
    if planted.curve.middle_px is None:
        return
    px = np.geomspace(*ax.get_xlim(), 200)
    ax.plot(px, [planted.curve.share(float(one)) for one in px], color=style.color, linewidth=1.6, zorder=2)
    for level, size in ((0.5, planted.curve.px_50), (0.9, planted.curve.px_90)):
        _mark_size(ax, size, level, style.color)


def _mark_size(ax: Axes, size: Size, level: float, color: str) -> None:
    """A line down from the curve where so many are found."""
    if size.value is not None:
        ax.plot([size.value] * 2, [-0.03, level], color=color, linewidth=0.9, linestyle="--", zorder=1)


def _add_millimeters(ax: Axes, found: StoredSensitivity) -> None:
    scale = found.asked.mm_per_px
    if scale is None:
        return
    above = ax.secondary_xaxis("top", functions=(lambda px: np.multiply(px, scale), lambda mm: np.divide(mm, scale)))
    above.set_xlabel("mm, at the distance of the scale")
    above.set_xticks([row.px * scale for row in found.twitch.by_displacement or found.rhythmic.by_displacement])
    above.xaxis.set_major_formatter(FuncFormatter(lambda mm, _: f"{mm:.2g}"))
    above.xaxis.set_minor_locator(NullLocator())


@takes_night
def plot_blind_spots(night: Night, ax: Axes | None = None, kind: str = "twitch", *, with_picture: bool = True) -> Axes:
    """Draw in which parts of the picture planted movements were found, of all sizes together.

    Args:
        night: one with a `sensitivity`; others get a sentence instead.
        ax: where to draw; None makes a new figure.
        kind: `"twitch"` or `"rhythmic"`.
        with_picture: whether the night's own picture is drawn underneath.

    Returns:
        The axes; x and y are source px, y downwards. Parts in which nothing was planted, since they hold nothing that
        could be seen to move, are hatched; those with fewer than 5 have numbers and no color.
    """
    ax = new_axes(7.5, 4.6) if ax is None else ax
    found = night.sensitivity
    ax.set_title(f"Where the camera sees: {KIND_STYLES[kind].several} found of planted", loc="left", fontsize=11)
    if found is None or night.trace is None or not found.planted(kind).by_place:
        say(ax, NOT_MEASURED)
        ax.set(xticks=[], yticks=[])
        return ax
    if with_picture:
        show_picture(ax, night.trace)
    planted, grid = found.planted(kind), night.trace.grid
    parts = planted.parts_of_picture
    size = grid.width_px / parts.columns, grid.height_px / parts.rows
    rows = {row.row_column: row for row in planted.by_place}
    for row in range(parts.rows):
        for column in range(parts.columns):
            _draw_part(ax, (column * size[0], row * size[1]), size, rows.get((row, column)))
    ax.set(xlim=(0, grid.width_px), ylim=(grid.height_px, 0), xlabel="px from the left", ylabel="px from the top")
    ax.set_aspect("equal")
    scale = ScalarMappable(Normalize(0, 1), _SHARES)
    ax.figure.colorbar(scale, ax=ax, label="found of planted", shrink=0.85, format=PercentFormatter(1.0))
    return ax


def _draw_part(ax: Axes, corner: tuple[float, float], size: tuple[float, float], found: OfPlace | None) -> None:
    import matplotlib as mpl

    if found is None or found.recall is None:
        ax.add_patch(
            Rectangle(corner, *size, facecolor="none", edgecolor=UNSEEN, hatch="///", linewidth=0.8, gid="nothing")
        )
        return
    is_told = found.n >= FEWEST_IN_PART
    color = mpl.colormaps[_SHARES](found.recall) if is_told else "none"
    ax.add_patch(Rectangle(corner, *size, facecolor=color, alpha=0.6, edgecolor="white", linewidth=1.0, gid="part"))
    words = f"{found.found} of {found.n}"
    ax.text(
        corner[0] + size[0] / 2, corner[1] + size[1] / 2, f"{percent(found.recall)}\n{words}" if is_told else words,
        ha="center", va="center", fontsize=9, color="black" if is_told and found.recall > _DARK else "white",
        path_effects=[] if is_told else [withStroke(linewidth=2, foreground="#404040")],
    )  # fmt: skip


@takes_night
def plot_sensitivity_by_hour(night: Night, ax: Axes | None = None) -> Axes:
    """Draw which share of the planted twitches was found in each hour, with 95 % intervals.

    Args:
        night: one with a `sensitivity`; others get a sentence instead.
        ax: where to draw; None makes a new figure.

    Returns:
        The axes; x are hours in the order of the night, y is a share.
    """
    ax = new_axes(7.5, 3.0) if ax is None else ax
    found = night.sensitivity
    ax.set(ylabel="found of planted", ylim=(0, 1))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0))
    ax.spines[["top", "right"]].set_visible(False)
    ax.set_title("Twitches found of planted, by hour", loc="left", fontsize=11)
    if found is None or not found.twitch.by_hour:
        say(ax, NOT_MEASURED)
        return ax
    rows = found.twitch.by_hour
    share = np.array([math.nan if row.recall is None else row.recall for row in rows])
    spread = np.abs(np.array([[row.low for row in rows], [row.high for row in rows]]) - share)
    style = KIND_STYLES["twitch"]
    ax.errorbar(
        range(len(rows)), share, spread, fmt=style.marker, color=style.color, markeredgecolor="white", markersize=7,
        elinewidth=1.3, capsize=3, gid="hours",
    )  # fmt: skip
    all_together = found.twitch.recall
    if all_together is not None:
        ax.axhline(all_together, color=FAINT, linewidth=0.9, linestyle="--", zorder=0)
    is_clock = not rows[0].hour.startswith("+")
    ax.set_xticks(range(len(rows)), [f"{row.hour} h\nn = {row.n}" for row in rows])
    ax.set_xlim(-0.6, len(rows) - 0.4)
    ax.set_xlabel("hour of the day" if is_clock else "hours since the start")
    return ax


def draw_sensitivity(ax: Axes, night: Night, lane: Lane) -> None:
    """A lane of the timeline: the share of the planted twitches that was found, over the night."""
    found = night.sensitivity
    if found is None:
        return
    for start_s, stop_s, n_found, n in found.courses(night.start_s, night.stop_s):
        height = lane.height * n_found / n
        bars(ax, [(start_s, stop_s)], lane.bottom, lane.height, facecolor=UNSEEN, edgecolor="none", alpha=0.3, zorder=1)
        bars(ax, [(start_s, stop_s)], lane.bottom, height, facecolor=FAINT, edgecolor=ink(), linewidth=0.4, zorder=2,
             gid="sensitivity")  # fmt: skip
    write_label(ax, lane, "could be seen", ["dark: share found of those planted"])
    if found.twitch.recall is not None:
        write_remark(ax, lane, f"{percent(found.twitch.recall)} of {found.twitch.n}")

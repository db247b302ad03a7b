"""Pictures of a score: what was found beside what is known, and F1 against the overlap asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from detector.truth.known import KINDS
from detector.truth.scoring.evaluate import match_kind
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.people import ANY, Comparison
from detector.truth.scoring.score import Score
from detector.views.plots.style import FAINT, KIND_STYLES, KindStyle, new_axes, say

KNOWN_ROW, FOUND_ROW = 1.0, 0.0


def plot_matches(score: Score, ax: Axes | None = None) -> Axes:
    """Known movements above, found events below, a line between those that match; misses and false events hollow.

    Args:
        score: what `evaluate` gave.
        ax: where to draw; None makes one.
    """
    ax = ax or new_axes(9.0, 2.6)
    for kind in KINDS:
        known, found = score.known.of(kind), score.found.of(kind)
        pairs = match_kind(kind, known, found)
        _marks(ax, known, kind, KNOWN_ROW, np.isin(np.arange(len(known)), pairs[:, 0]))
        _marks(ax, found, kind, FOUND_ROW, np.isin(np.arange(len(found)), pairs[:, 1]))
        for one, other in pairs:
            ends_s = [_middle_s(known)[one], _middle_s(found)[other]]
            ax.plot(ends_s, [KNOWN_ROW, FOUND_ROW], color=FAINT, linewidth=0.8, zorder=1)
    uncertain = score.found.of("uncertain")
    _marks(ax, uncertain, "uncertain", FOUND_ROW, np.zeros(len(uncertain), dtype=np.bool_))
    if not len(score.known) and not len(score.found):
        say(ax, "Nothing known and nothing found")
    ax.set(xlabel="Recording time (s)", ylim=(-0.6, 1.6), yticks=[FOUND_ROW, KNOWN_ROW], yticklabels=["found", "known"])
    ax.set_title(_headline(score), loc="left", fontsize="medium")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    return ax


def plot_overlap_curve(score: Score, ax: Axes | None = None) -> Axes:
    """F1 of long movements against the intersection over union asked for; kinds neither known nor found are left out.

    Args:
        score: what `evaluate` gave.
        ax: where to draw; None makes one.
    """
    ax = ax or new_axes(4.5, 3.0)
    for kind, result in score.kinds.items():
        if result.at_overlap and result.tally.n_known + result.tally.n_found:
            style = _style(kind)
            f1 = [tally.f1 for tally in result.at_overlap.values()]
            ax.plot(list(result.at_overlap), f1, style.marker + "-", color=style.color, label=style.singular)
    ax.set(xlabel="Intersection over union, at least", ylabel="F1", ylim=(-0.03, 1.03))
    if ax.get_legend_handles_labels()[0]:
        ax.legend(frameon=False, fontsize="small")
    else:
        say(ax, "No long movement known or found")
    return ax


def write_figure(score: Score, path: Path) -> None:
    """Write both pictures as one PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12.0, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    above, below = figure.subplots(2, 1)
    plot_matches(score, above)
    plot_overlap_curve(score, below)
    figure.savefig(path, dpi=120)


def _style(kind: str) -> KindStyle:
    """How a kind is drawn; a jerk is known and never found under this name: it looks as what is uncertain does."""
    other = KIND_STYLES["uncertain"]
    return KIND_STYLES.get(kind) or KindStyle(kind, kind, f"{kind}s", other.color, "v" if kind == "jerk" else "P")


def _marks(ax: Axes, movements: Intervals, kind: str, row: float, is_matched: NDArray[np.bool_]) -> None:
    style = _style(kind)
    ax.hlines(
        np.full(len(movements), row), movements.start_s, movements.stop_s, colors=style.color, linewidth=5, alpha=0.45
    )
    for chosen, face in ((is_matched, style.color), (~is_matched, "white")):
        if chosen.any():
            middle_s = _middle_s(movements)[chosen]
            label = style.lane if style.lane not in ax.get_legend_handles_labels()[1] else None
            ax.plot(
                middle_s, np.full(middle_s.size, row), style.marker, color=style.color, markerfacecolor=face,
                markersize=7, zorder=3, label=label,
            )  # fmt: skip


def _middle_s(movements: Intervals) -> NDArray[np.float64]:
    return (movements.start_s + movements.stop_s) / 2


def _headline(score: Score) -> str:
    parts = [
        f"{kind} F1 {result.tally.f1:.2f}"
        for kind, result in score.kinds.items()
        if result.tally.n_known + result.tally.n_found
    ]
    return ", ".join([*parts, f"{score.n_false} false in {score.observed_s / 60:.1f} min; hollow: not matched"])


def plot_agreement(comparison: Comparison, ax: Axes | None = None) -> Axes:
    """F1 of each pair of scorings by kind, with its 95 % interval; people against each other and the detector.

    Args:
        comparison: what `compare_scorings` gave.
        ax: where to draw; None makes one.
    """
    ax = ax or new_axes(9.0, 3.6)
    table = comparison.table()
    kinds = [kind for kind in (ANY, *KIND_STYLES) if kind in set(table["kind"])]
    for number, pair in enumerate(comparison.pairs):
        rows = table[(table["first"] == pair.names[0]) & (table["second"] == pair.names[1])].dropna(subset=["f1"])
        x = np.array([kinds.index(kind) for kind in rows["kind"]]) + 0.12 * (number - (len(comparison.pairs) - 1) / 2)
        f1 = rows["f1"].to_numpy(float)
        below, above = f1 - rows["f1_low"].to_numpy(float), rows["f1_high"].to_numpy(float) - f1
        style = _PAIR_MARKERS[number % len(_PAIR_MARKERS)]
        color = _PAIR_COLORS[number % len(_PAIR_COLORS)]
        spread = np.clip(np.nan_to_num([below, above]), 0, None)
        ax.errorbar(x, f1, spread, fmt=style, color=color, capsize=3, label=f"{pair.names[0]} and {pair.names[1]}")
    if not kinds or table["f1"].isna().all():
        say(ax, "Nobody scored anything")
    ax.set(ylabel="F1 (95 % interval)", ylim=(-0.03, 1.05), xticks=range(len(kinds)), xticklabels=kinds)
    ax.set_title(f"Agreement over {comparison.observed_s / 60:.0f} min observed", loc="left", fontsize="medium")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")
    return ax


_PAIR_MARKERS = ("o", "s", "^", "D", "v", "P")
_PAIR_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def write_agreement(comparison: Comparison, path: Path) -> None:
    """Write the picture of an agreement as PNG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    FigureCanvasAgg(figure)
    plot_agreement(comparison, figure.subplots())
    figure.savefig(path, dpi=120)

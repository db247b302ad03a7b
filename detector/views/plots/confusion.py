"""What was called what: counts of known kinds against found kinds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from detector.errors import UsageError
from detector.views.plots.style import KIND_STYLES, new_axes, say


def plot_confusion(
    counts: ArrayLike,
    known: Sequence[str],
    found: Sequence[str],
    ax: Axes | None = None,
) -> Axes:
    """Draw a table of counts, one row a known kind, shaded by its share of the row.

    Args:
        counts: shape (known, found), 0 or more.
        known: names of the rows, such as the labels of a person; the last may be nothing (found only).
        found: names of the columns; the last may be nothing (missed).
        ax: where to draw; None makes a new figure.

    Returns:
        The axes; x is the column, y the row, downwards.

    Raises:
        UsageError: names and counts do not fit each other.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.shape != (len(known), len(found)):
        raise UsageError(
            f"plot_confusion: expected counts of {len(known)} rows and {len(found)} columns, but the shape is "
            f"{table.shape}."
        )
    ax = new_axes(1.6 + 1.0 * max(len(found), 2), 1.4 + 0.6 * max(len(known), 2)) if ax is None else ax
    if table.size == 0 or table.sum() == 0:
        say(ax, "Nothing to compare.")
        ax.set(xticks=[], yticks=[])
        return ax
    share = table / np.maximum(table.sum(axis=1, keepdims=True), 1)
    ax.imshow(share, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*table.shape):
        if table[row, column] > 0:
            color = "white" if share[row, column] > 0.55 else "#222222"
            ax.text(column, row, f"{table[row, column]:g}", ha="center", va="center", color=color, fontsize=10)
    ax.set_xticks(range(len(found)), [_name(kind) for kind in found], rotation=30, ha="right", rotation_mode="anchor")
    ax.set_yticks(range(len(known)), [_name(kind) for kind in known])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    ax.set_xlabel("found as")
    ax.set_ylabel("known as")
    return ax


def _name(kind: str) -> str:
    return KIND_STYLES[kind].lane if kind in KIND_STYLES else kind or "nothing"

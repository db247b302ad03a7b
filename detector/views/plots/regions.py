"""The regions of a night, drawn over its picture: their outlines, their names, and what they leave out in grey."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from detector.events.attention import attend
from detector.footage.region import Use
from detector.night.night import Night

REGION_COLORS: dict[Use, str] = {
    "site": "#56B4E9",
    "only": "#009E73",
    "ignore": "#D55E00",
    "face": "#E69F00",
    "infant": "#CC79A7",
}
"""As on the review page."""
_LEFT_OUT = 0.55


def draw_regions(ax: Axes, night: Night) -> None:
    """Draw the outline and the name of every region, and a veil over what is not judged; nothing without regions.

    Args:
        ax: whose x and y are source px.
        night: with its regions; without its stored motion there is no veil.
    """
    if night.trace is not None and night.regions:
        grid = night.trace.grid
        left_out = ~attend(grid, night.regions).judged.reshape(grid.rows, grid.columns)
        veil = np.zeros((*left_out.shape, 4))
        veil[..., :3], veil[..., 3] = 0.85, _LEFT_OUT * left_out
        x_px, y_px = grid.columns * grid.cell_px[0], grid.rows * grid.cell_px[1]
        ax.imshow(veil, extent=(0, x_px, y_px, 0), interpolation="nearest", zorder=2, gid="left out")
    for region in night.regions.regions:
        x, y = zip(*region.polygon_px, region.polygon_px[0], strict=True)
        color = REGION_COLORS[region.use]
        ax.plot(x, y, color=color, linewidth=1.4, zorder=3, gid=f"region {region.name}", clip_on=True)
        ax.annotate(
            region.name, (min(x), min(y)), (3, -3), textcoords="offset points", va="top", fontsize=7.5, zorder=4,
            color="#000000", bbox={"boxstyle": "square,pad=0.15", "facecolor": color, "edgecolor": "none"},
        )  # fmt: skip

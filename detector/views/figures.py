"""All pictures of a night as files, for a paper or a talk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from detector.errors import UsageError
from detector.night.files.loading import NightLike, as_night, takes_night
from detector.night.night import Night

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("svg", "png", "pdf")
MOST_RHYTHMS = 5

Draw = Callable[["Axes"], "Axes"]


@takes_night
def write_figures(
    night: NightLike,
    folder: str | Path,
    *,
    format: str = "svg",  # noqa: A002  # as matplotlib calls it
    with_picture: bool = True,
) -> list[Path]:
    """Write every figure of a night that has something to show.

    Args:
        night: a night, or its folder.
        folder: where to; it is made if it is missing. Files of the same names are replaced.
        format: `"svg"`, `"png"` or `"pdf"`.
        with_picture: whether figures may show a picture of the footage.

    Returns:
        The files.

    Raises:
        UsageError: there is no such format.
        OSError: a file cannot be written.
    """
    from detector.views.plots.style import detached_axes

    if format not in FORMATS:
        raise UsageError(f"{format}: expected a format of {', '.join(FORMATS)}, but this is none of them.")
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, size, draw in figures_of(as_night(night), with_picture=with_picture):
        ax = detached_axes(*size)
        draw(ax)
        # No date in the file: equal nights give equal figures.
        stamps = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[format]
        path = place / f"{name}.{format}"
        ax.get_figure(root=True).savefig(path, format=format, dpi=200, metadata=stamps)  # type: ignore[union-attr]
        paths.append(path)
    return paths


def figures_of(night: Night, *, with_picture: bool = True) -> Iterator[tuple[str, tuple[float, float], Draw]]:
    """Name, size in inches and drawing of each figure."""
    from detector.views import plots

    show = with_picture and night.provenance.has_pictures
    yield "timeline", (11, 5.2), partial(plots.plot_timeline, night)
    yield "motion", (11, 3), partial(plots.plot_motion, night)
    if night.sensitivity is not None:
        yield "sensitivity", (7.5, 4.4), partial(plots.plot_sensitivity, night)
        yield "blind-spots", (7.5, 4.6), partial(plots.plot_blind_spots, night, with_picture=show)
        yield "sensitivity-by-hour", (7.5, 3.0), partial(plots.plot_sensitivity_by_hour, night)
    if not night.decision.events:
        return
    yield "rates", (11, 3.4), partial(plots.plot_rates, night)
    yield "raster", (11, 3.6), partial(plots.plot_raster, night)
    yield "where", (7.5, 4.8), partial(plots.plot_heatmap, night, with_picture=show)
    if night.intervals_s("twitch").size > 1:
        yield "intervals", (6, 4.2), partial(plots.plot_intervals, night)
    named = zip(night.event_ids, night.decision.events, strict=True)
    rhythms = [name for name, event in named if event.kind == "rhythmic"]
    for name in rhythms[:MOST_RHYTHMS]:
        yield f"rhythm-{name}", (11, 4.6), partial(_rhythm, night, name)


def _rhythm(night: Night, name: str, ax: Axes) -> Axes:
    from detector.views.plots import plot_rhythm

    return plot_rhythm(night, name, ax)

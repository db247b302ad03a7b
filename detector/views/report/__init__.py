"""The report: one HTML file about a night that opens anywhere, without network."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

from detector.night.night import Night
from detector.views.films import Shown, films_in_background
from detector.views.interactive.page import bokeh_script
from detector.views.report import (
    artifacts,
    cards,
    coverage,
    events,
    head,
    intervals,
    limits,
    parameters,
    patterns,
    sensitivity,
    series,
    sleep,
    sources,
    summary,
    timeline,
    where,
)
from detector.views.report.section import Section, Story, Writer, environment

__all__ = ["FIRST_PAGE", "SECTIONS", "render_report", "write_report"]

FIRST_PAGE: tuple[Writer, ...] = (head.write, summary.write, timeline.write, patterns.write, limits.write)
"""What a printed first sheet holds, in order."""
SECTIONS: tuple[Writer, ...] = (
    cards.write,
    sleep.write,
    where.write,
    intervals.write,
    series.write,
    events.write,
    coverage.write,
    sensitivity.write,
    artifacts.write,
    parameters.write,
    sources.write,
)
"""All that follows, in order."""


_WITH_FILMS: tuple[Writer, ...] = (timeline.write, events.write, cards.write)
"""Those that wait for the films."""


def write_report(
    night: Night,
    path: str | Path,
    *,
    footage: str | Path | None = None,
    with_footage: bool = True,
    timeline_png: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write the report of a night.

    Everything is inside the one file: pictures, films, style and script. It names files of footage but never where they
    lay, and loads nothing. Equal nights give equal reports, but for the date of analysis.

    Args:
        night: what was found.
        path: the HTML file to write; its folder must exist.
        footage: folder that holds the footage now; None looks where it was analyzed and beside the night folder.
        with_footage: whether it may hold pictures out of the footage.
        timeline_png: the timeline of this night where it was drawn already; None draws it.
        progress: called while films are made, with bytes done and bytes there is room for.

    Raises:
        OSError: the file cannot be written.
    """
    text = render_report(
        night, footage=footage, with_footage=with_footage, timeline_png=timeline_png, progress=progress
    )
    # A name may hold bytes that are no UTF-8; they come as escapes.
    Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")


def render_report(
    night: Night,
    *,
    footage: str | Path | None = None,
    with_footage: bool = True,
    timeline_png: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> str:
    """The report of a night as HTML text; arguments as for `write_report`."""
    may_show = with_footage and night.provenance.has_pictures
    making = films_in_background(night, footage=footage, progress=progress) if may_show else nullcontext(Shown)
    with making as look:
        story = Story(night, look, may_show, timeline_png)
        parts = _written(story)
        shown = story.shown
    first, rest = ([parts[write] for write in writers if parts[write]] for writers in (FIRST_PAGE, SECTIONS))
    return (
        environment()
        .get_template("report/page.html.j2")
        .render(
            title=head.title(night),
            running_head=head.running_head(night),
            first=first,
            rest=rest,
            library=bokeh_script(),
            films={number: film.data_uri.partition(",")[2] for number, film in shown.films.items()},
            frames=timeline.frames(story),
            has_footage=bool(shown.films or shown.strips or (may_show and where.has_picture(night))),
        )
    )


def _written(story: Story) -> dict[Writer, Section | None]:
    """What each section says; those that wait for the films come last."""
    writers = sorted((*FIRST_PAGE, *SECTIONS), key=lambda write: write in _WITH_FILMS)
    return {write: write(story) for write in writers}

"""Timeline and report of a night."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detector.night.layout import REPORT_FILE, TIMELINE_FILE
from detector.night.night import Night
from detector.run.parts import without_picture

Draw = Callable[[Night, Path], None]
"""Writes timeline and report of a night into a folder, as `draw_pictures` does."""


class DrawingError(Exception):
    """Something stumbled as it drew; the message says over what."""


def in_words(error: Exception) -> str:
    """What something stumbled over, without a stop at its end."""
    if isinstance(error, DrawingError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(".")


def draw_pictures(night: Night, folder: Path, *, footage: Path | None = None, with_pictures: bool = True) -> None:
    """Write timeline and report of a night.

    Args:
        night: what was found.
        folder: where to; an existing folder.
        footage: where the footage is now; None looks where it was analyzed and beside the night.
        with_pictures: whether the report may show pictures out of the footage.

    Raises:
        OSError: they cannot be written.
        NightFolderError: a motion part is missing or damaged.
    """
    from detector.views.plots import figure_timeline
    from detector.views.report import write_report

    shown = night if with_pictures and night.provenance.has_pictures else without_pictures(night)
    drawn = io.BytesIO()
    figure_timeline(shown).savefig(drawn, format="png", dpi=150, metadata={"Software": None})
    (folder / TIMELINE_FILE).write_bytes(drawn.getvalue())
    write_report(
        shown,
        folder / REPORT_FILE,
        with_footage=shown.provenance.has_pictures,
        footage=footage,
        timeline_png=drawn.getvalue(),
    )


def without_pictures(night: Night) -> Night:
    """A night that keeps and shows nothing of its footage but what was measured in it."""
    trace = None if night.trace is None else without_picture(night.trace)
    return night.but(trace=trace, provenance=replace(night.provenance, has_pictures=False))

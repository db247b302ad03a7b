"""Timeline and report of a night, here or in a process of its own.

What draws holds libraries that nothing else needs, and decodes footage once more; so `analyze` leaves it to a child,
which has imported all of it by the time the footage is measured, and whose end costs no table.
"""

from __future__ import annotations

import io
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from detector.night.layout import REPORT_FILE, TIMELINE_FILE
from detector.night.night import Night
from detector.run.child import Child, SilentError, answer_each
from detector.run.parts import without_picture

Draw = Callable[[Night, Path], None]
"""Writes timeline and report of a night into a folder, as `draw_pictures` does."""
_DRAWS = "detector.views.report"


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
    return replace(night, trace=trace, provenance=replace(night.provenance, has_pictures=False))


@contextmanager
def drawn_apart() -> Iterator[Draw]:
    """What draws in a process of its own, started now and ended when the context is left.

    A process that has drawn before, such as that of a notebook, holds all it needs and draws by itself; so does one
    that can start no other.

    Yields:
        As `draw_pictures`, of a night and a folder.
    """
    try:
        child = None if _DRAWS in sys.modules else Child(__name__, what="drew them")
    except (OSError, RuntimeError):
        child = None
    if child is None:
        yield draw_pictures
        return

    def draw(night: Night, folder: Path) -> None:
        try:
            error = child.ask((night, folder), math.inf)
        except SilentError as silent:
            raise DrawingError(str(silent)) from None
        except Exception as odd:
            child.end()
            raise DrawingError(in_words(odd)) from odd
        except BaseException:
            child.end()  # before anybody takes the folder away that it writes into
            raise
        if error is not None:
            raise error

    try:
        yield draw
    finally:
        child.end()


def serve() -> None:
    """Be such a process, until standard input closes."""
    _rehearse()
    answer_each(_answer)


def _rehearse() -> None:
    """Import what draws, and draw something: the first picture finds fonts and formats."""
    import bokeh.embed
    import bokeh.plotting  # noqa: F401
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    import detector.views.report  # noqa: F401

    figure = Figure(figsize=(1, 1), layout="constrained")
    FigureCanvasAgg(figure)
    figure.subplots().set_title("words")
    for form in ("png", "webp"):
        figure.savefig(io.BytesIO(), format=form)


def _answer(task: tuple[Night, Path]) -> Exception | None:
    try:
        draw_pictures(*task)
    except (OSError, MemoryError) as error:
        return error
    except Exception as error:  # noqa: BLE001  # whatever drawing stumbles over
        return DrawingError(in_words(error))
    return None

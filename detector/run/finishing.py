"""The second step of a night, deciding and drawing, in a process of its own.

What decides holds the motion of the whole night, and what draws holds libraries that nothing else needs and decodes
footage once more. So `analyze` leaves both to a child, which has imported all of it by the time the footage is
measured, and whose end costs no table. Of several infants each is decided by the process that leads.
"""

from __future__ import annotations

import io
import math
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from detector.errors import DetectorError
from detector.night.night import Night
from detector.run.child import Child, SilentError, answer_each
from detector.run.drawing import DrawingError, draw_pictures, in_words
from detector.run.join import Prepared, join_night
from detector.run.parts import Job

_DRAWS = "detector.views.report"


@dataclass(frozen=True)
class _Measured:
    """A night that is to be decided."""

    prepared: Prepared
    jobs: tuple[Job, ...]
    given_up: Mapping[int, str]


@dataclass(frozen=True)
class _Decided:
    """A night that is to be drawn into a folder; without its motion, which its parts hold."""

    night: Night
    folder: Path


class Finisher:
    """Who decides and draws: a child, started now and ended when the context is left.

    A process that has drawn before, such as that of a notebook, holds all it needs and does both by itself; so does one
    that can start no other.
    """

    def __init__(self) -> None:
        try:
            self._child = None if _DRAWS in sys.modules else Child(__name__, what="drew them")
        except (OSError, RuntimeError):
            self._child = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()

    @property
    def is_apart(self) -> bool:
        """Whether a process of its own does it."""
        return self._child is not None

    def decide(self, prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str]) -> Night:
        """As `join_night`; the motion of the night is read from its parts when somebody asks for it.

        Where the child ends meanwhile, for whatever reason, this process does it once more, and says what it says.
        """
        if self._child is not None:
            try:
                answer = self._child.ask(_Measured(prepared, tuple(jobs), dict(given_up)), math.inf)
            except SilentError:
                self._end()
            else:
                if isinstance(answer, DetectorError):
                    raise answer
                night: Night = answer
                return night
        return join_night(prepared, jobs, given_up)

    def draw(self, night: Night, folder: Path) -> None:
        """As `draw_pictures`.

        Raises:
            DrawingError: the process ended, or stumbled over something.
        """
        if self._child is None:
            draw_pictures(night, folder)
            return
        try:
            error = self._child.ask(_Decided(night.but(trace=None) if night.parts else night, folder), math.inf)
        except SilentError as silent:
            raise DrawingError(str(silent)) from None
        except Exception as odd:
            self._end()
            raise DrawingError(in_words(odd)) from odd
        except BaseException:
            self._end()  # before anybody takes the folder away that it writes into
            raise
        if error is not None:
            raise error

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def serve() -> None:
    """Be such a child, until standard input closes."""
    import scipy.ndimage
    import scipy.special  # noqa: F401

    rehearsal = threading.Thread(target=_rehearse, daemon=True)  # deciding needs nothing of it
    rehearsal.start()
    answer_each(partial(_answer, [], rehearsal))


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


def _answer(held: list[Night], rehearsal: threading.Thread, task: _Measured | _Decided) -> Night | Exception | None:
    """What is answered to a task; `held` is the night that was decided last, with its motion."""
    if isinstance(task, _Measured):
        return _decided(held, task)
    rehearsal.join()
    same = [night for night in held if night.parts == task.night.parts]
    try:
        draw_pictures(task.night.but(trace=same[0].trace) if same else task.night, task.folder)
    except (OSError, MemoryError) as error:
        return error
    except Exception as error:  # noqa: BLE001  # whatever drawing stumbles over
        return DrawingError(in_words(error))
    return None


def _decided(held: list[Night], task: _Measured) -> Night | DetectorError:
    try:
        held[:] = [join_night(task.prepared, task.jobs, task.given_up)]
    except DetectorError as error:
        return error
    return held[0].but(trace=None)

"""How far an analysis is, and bars that show it: in a terminal, and in a notebook."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Progress:
    """How far an analysis is.

    Attributes:
        stage: `"reading"`, `"measuring"`, `"deciding"`, `"writing"`, or `"planting"`, whose frames are stretches.
        done_frames: measured so far, those of an earlier run included.
        total_frames: in the whole recording; 0 while it is read.
        resumed_frames: how many of `done_frames` an earlier run had measured.
    """

    stage: str
    done_frames: int = 0
    total_frames: int = 0
    resumed_frames: int = 0


Listener = Callable[[Progress], None]


@contextmanager
def listener(progress: Listener | bool | None) -> Iterator[Listener]:  # noqa: FBT001  # as a caller of analyze gives it
    """Whom to tell how far an analysis is.

    Args:
        progress: a function to be called; True shows a bar, with tqdm where it is installed, since it knows notebooks,
            and with rich otherwise; False or None tells nobody.
    """
    if not progress:
        yield _ignore
    elif callable(progress):
        yield progress
    elif importlib.util.find_spec("tqdm"):
        with _tqdm_bar() as show:
            yield show
    else:
        with _rich_bar() as show:
            yield show


def _ignore(progress: Progress) -> None:
    del progress


@contextmanager
def _tqdm_bar() -> Iterator[Listener]:
    from tqdm.auto import tqdm

    bar: Any = tqdm(total=None, unit="frame", desc="reading")

    def show(state: Progress) -> None:
        bar.set_description(state.stage, refresh=False)
        if state.total_frames:
            bar.total = state.total_frames
            bar.update(state.done_frames - bar.n)
        bar.refresh()

    try:
        yield show
    finally:
        bar.close()


@contextmanager
def _rich_bar() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading", total=None)

        def show(state: Progress) -> None:
            bar.update(task, description=state.stage)
            if state.total_frames:
                bar.update(task, completed=state.done_frames, total=state.total_frames)

        yield show

"""Modules of the last steps, imported while the footage is measured: this process has nothing else to do then."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


def deciding() -> None:
    """Import what deciding needs."""
    import scipy.ndimage
    import scipy.special  # noqa: F401


@contextmanager
def imported_ahead(*loads: Callable[[], None]) -> Iterator[None]:
    """Import modules beside what is done inside; leaving waits until they are there.

    What cannot be imported is left to whoever needs it, who also knows how to say so.

    Args:
        *loads: each imports some, in the order of need.
    """

    def load_all() -> None:
        for load in loads:
            with suppress(Exception):
                load()

    loader = threading.Thread(target=load_all, name="import-ahead", daemon=True)
    loader.start()
    yield
    loader.join()

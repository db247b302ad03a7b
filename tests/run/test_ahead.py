"""Imports beside the measuring: they are there when it ends, and one that fails costs nothing."""

import threading

import pytest

from detector.run.ahead import imported_ahead


def test_all_is_done_at_the_end_whatever_fails() -> None:
    done: list[str] = []

    def broken() -> None:
        raise ImportError("no such module")

    with imported_ahead(broken, lambda: done.append("first"), lambda: done.append("second")):
        pass
    assert done == ["first", "second"]


def test_what_stops_the_work_is_not_held_up() -> None:
    go_on = threading.Event()
    done: list[bool] = []
    with pytest.raises(KeyboardInterrupt), imported_ahead(lambda: done.append(go_on.wait(20))):
        raise KeyboardInterrupt
    assert not done
    go_on.set()

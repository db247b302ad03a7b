"""Methods of a night whose work is done in a room to the right of it: the package says what they lead to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

Function = Callable[..., Any]

_FETCH: dict[str, Callable[[], Function]] = {}


def lead_to(name: str, fetch: Callable[[], Function]) -> None:
    """Say what a door of this name leads to.

    Args:
        name: of the method.
        fetch: gives the function, whose first argument is a night; called at each use and not before.
    """
    _FETCH[name] = fetch


class Door:
    """A function of another room as a method, under the name that it was given by `lead_to`; the night comes first."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, night: object | None, owner: type) -> Function:
        function = _FETCH[self.name]()
        return function if night is None else partial(function, night)

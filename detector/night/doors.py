"""Methods of a night whose work is done in a room to the right of it: they are named here and fetched when used."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from detector.night.night import Night


class Door:
    """A function of another room as a method of a night, its first argument.

    Args:
        place: module and name of the function, such as `detector.views.exchange.writing:to_csv`.
    """

    def __init__(self, place: str) -> None:
        self.place = place

    @property
    def function(self) -> Callable[..., Any]:
        """The function; its module is read at the first use."""
        module, _, name = self.place.partition(":")
        found: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return found

    @overload
    def __get__(self, night: None, owner: type) -> Callable[..., Any]: ...
    @overload
    def __get__(self, night: Night, owner: type) -> Callable[..., Any]: ...

    def __get__(self, night: Night | None, owner: type) -> Callable[..., Any]:
        return self.function if night is None else partial(self.function, night)

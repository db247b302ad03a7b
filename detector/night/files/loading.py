"""A folder where a night is expected: functions that take a night take its folder, too."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from detector.errors import UsageError
from detector.night.night import Night

NightLike = Night | str | Path
"""A night, or the folder that `analyze` wrote."""

Rest = ParamSpec("Rest")
Result = TypeVar("Result")


def as_night(night: NightLike) -> Night:
    """The night that is meant.

    Args:
        night: a night, or its folder.

    Raises:
        NightFolderError: the folder holds no night that can be read.
        UsageError: it is something else.
    """
    if isinstance(night, str | Path):
        return Night.load(night)
    if not isinstance(night, Night):
        raise UsageError(f"expected a night or its folder, but {type(night).__name__} came; see `detector.Night.load`.")
    return night


def takes_night(function: Callable[Concatenate[Night, Rest], Result]) -> Callable[Concatenate[NightLike, Rest], Result]:
    """Let a function whose first argument is a night take its folder, too."""

    @functools.wraps(function)
    def call(night: NightLike, /, *args: Rest.args, **kwargs: Rest.kwargs) -> Result:
        return function(as_night(night), *args, **kwargs)

    return call

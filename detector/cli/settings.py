"""Options that are parameters: the file, `--set`, and those of footage that have names of their own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.errors import ParameterError

if TYPE_CHECKING:
    from detector.params import Params

StartAt = Annotated[
    str, typer.Option("--start", metavar="TIME", help="When the first picture was taken, as 2026-03-14T22:15:00.")
]
TimeZone = Annotated[
    str,
    typer.Option("--time-zone", metavar="ZONE", help="Zone of times in names, as Europe/Berlin; else this computer's."),
]
NamePattern = Annotated[
    str,
    typer.Option("--name-pattern", metavar="PATTERN", help="Where names tell the start, as {camera}_%Y%m%d-%H%M%S."),
]
Fps = Annotated[
    float | None, typer.Option("--fps", metavar="RATE", help="Pictures a second of files that hold no time stamps.")
]
Force = Annotated[bool, typer.Option("--force", help="Take together what looks like two cameras or several nights.")]


def footage_settings(start: str, time_zone: str, name_pattern: str, fps: float | None, *, force: bool) -> list[str]:
    """Named options of footage as settings of parameters; what was not given is left out."""
    given = {"start": start, "time_zone": time_zone, "name_pattern": name_pattern, "fps": fps}
    settings = [f"footage.{name}={value}" for name, value in given.items() if value not in {"", None}]
    return [*settings, "footage.force=true"] if force else settings


def resolve(params_file: Path | None, settings: list[str] | None, named: list[str] | None = None) -> Params:
    """The parameters of a run: defaults, then the file, then `--set`, then options with names of their own."""
    from detector.params import Params, from_toml, with_values

    values = pairs([*(settings or []), *(named or [])])
    return with_values(from_toml(params_file) if params_file else Params(), values)


def pairs(settings: list[str] | None) -> dict[str, str]:
    """Names and values of `--set`.

    Raises:
        ParameterError: one of them is no NAME=VALUE.
    """
    found = {}
    for text in settings or []:
        name, sign, value = text.partition("=")
        if not sign or not name.strip():
            raise ParameterError(f"--set {text}: expected NAME=VALUE, such as burst.threshold=12.")
        found[name.strip()] = value.strip()
    return found

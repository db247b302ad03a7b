"""Options and arguments that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NightFolder = Annotated[Path, typer.Argument(metavar="DIR", help="A night folder written by `analyze`.")]
ParamsFile = Annotated[Path | None, typer.Option("--params", metavar="FILE", help="TOML file with parameters.")]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Set one parameter, such as burst.threshold=12 (higher finds fewer); repeatable.",
    ),
]
Regions = Annotated[
    list[str] | None,
    typer.Option(
        "--region",
        metavar='NAME[:USE]="x,y x,y x,y"',
        help="A named place, px from the top left; USE is site, face, only, ignore or infant; repeatable.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Allow a folder of another night, other parameters, or other files.")
]
Reviewed = Annotated[
    bool, typer.Option("--reviewed", help="With the events as people corrected them (`twitch-detector review`).")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write the result, or the error, as JSON to stdout.")]
Pseudonyms = Annotated[bool, typer.Option("--pseudonyms", help="Call files by ids instead of their names and folders.")]
NoPictures = Annotated[bool, typer.Option("--no-pictures", help="Keep every picture of the footage out of it.")]
FootageFolder = Annotated[
    Path | None, typer.Option("--footage", metavar="DIR", help="Where the footage is now, if it was moved.")
]

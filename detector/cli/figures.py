"""The command that writes all pictures of a night as files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.ends import handled, say, say_json
from detector.cli.options import AsJson, NightFolder, Quiet
from detector.errors import ExitCode


@handled
def figures(
    folder: NightFolder,
    format: Annotated[str, typer.Option("--format", metavar="FORMAT", help="svg, png or pdf.")] = "svg",  # noqa: A002
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where to write.", show_default="DIR_figures")] = None,
    no_pictures: Annotated[bool, typer.Option("--no-pictures", help="Show no picture of the footage.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Write the figures of a night.

    Timeline, motion, rates, raster by place, where it moved, intervals, and each rhythm, as far as there is one.

    \b
    Examples:
      twitch-detector figures night
      twitch-detector figures night --format pdf --out paper
    """
    from detector.views.figures import write_figures

    place = out if out is not None else Path(f"{folder.absolute().name}_figures")
    paths = write_figures(folder, place, format=format, with_picture=not no_pictures)
    if as_json:
        say_json([str(path) for path in paths])
    elif not quiet:
        say(f"{len(paths)} figures in {place}")
    return ExitCode.DONE

"""The command that cuts events out of the footage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.ends import handled, say, say_json
from detector.cli.options import AsJson, FootageFolder, NightFolder, Quiet
from detector.cli.output import step_bar
from detector.errors import ExitCode


@handled
def clips(
    folder: NightFolder,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Only events of this kind; repeatable.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write.", show_default="the night's folder clips")
    ] = None,
    footage: FootageFolder = None,
    margin: Annotated[float, typer.Option(metavar="S", min=0, help="Seconds before and after each event.")] = 2.0,
    box: Annotated[bool, typer.Option("--box/--no-box", help="Frame the place that moved.")] = True,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Write a small film of each event.

    The films are gray H.264 in MP4 that plays anywhere, with two seconds before and after.

    \b
    Examples:
      twitch-detector clips night --kind twitch
      twitch-detector clips night --footage /media/usb --out films --no-box
    """
    from detector.night.night import Night
    from detector.views.clips import write_clips
    from detector.views.wording import number

    night = Night.load(folder)
    with step_bar("writing clips", is_quiet=quiet) as progress:
        paths = write_clips(
            night, out, kinds=kind or (), margin_s=margin, with_box=box, footage=footage, progress=progress
        )
    if as_json:
        say_json([str(path) for path in paths])
    elif not quiet:
        say(
            f"{number(len(paths), 'clip')} in {paths[0].parent}"
            if paths
            else "No such event in this night: no clip written."
        )
    return ExitCode.DONE

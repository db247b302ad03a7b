"""The command that cuts events out of the footage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.ends import handled, say, say_json
from detector.cli.output import step_bar
from detector.errors import ExitCode


@handled
def clips(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A night folder written by `analyze`.")],
    kind: Annotated[
        list[str] | None, typer.Option("--kind", metavar="KIND", help="Only events of this kind; repeatable.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write.", show_default="the night's folder clips")
    ] = None,
    footage: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the footage is now, if it was moved.")
    ] = None,
    margin: Annotated[float, typer.Option(metavar="S", min=0, help="Seconds before and after each event.")] = 2.0,
    box: Annotated[bool, typer.Option("--box/--no-box", help="Frame the place that moved.")] = True,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the result, or the error, as JSON to stdout.")] = False,
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

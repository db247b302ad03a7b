"""The command that finds the movements in a night of footage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.cli.options import AsJson, NoPictures, Overwrite, ParamsFile, Pseudonyms, Quiet, Regions, Settings
from detector.cli.output import night_code, night_facts, night_words, progress_bar
from detector.cli.planting import Budget, MmPerPx, Seed, TwoPoints, WithSensitivity, wanted
from detector.cli.probe import Footage, understood
from detector.cli.settings import Force, Fps, NamePattern, StartAt, TimeZone, footage_settings, resolve
from detector.errors import ExitCode

if TYPE_CHECKING:
    from detector.footage.recording import Recording


@handled
def analyze(
    paths: Footage,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Night folder to write; a run that was stopped resumes.",
            show_default="name of the first input, with _night",
        ),
    ] = None,
    start: StartAt = "",
    time_zone: TimeZone = "",
    name_pattern: NamePattern = "",
    fps: Fps = None,
    force: Force = False,
    subject: Annotated[str, typer.Option(metavar="TEXT", help="Who was filmed, as a code.")] = "",
    session: Annotated[str, typer.Option(metavar="TEXT", help="Which night this is.")] = "",
    age: Annotated[str, typer.Option(metavar="TEXT", help="Age on that night, such as '12 weeks'.")] = "",
    regions: Regions = None,
    params_file: ParamsFile = None,
    settings: Settings = None,
    workers: Annotated[int | None, typer.Option(help="Measuring processes.", show_default="usable cores")] = None,
    overwrite: Overwrite = False,
    hwaccel: Annotated[
        str,
        typer.Option(metavar="DEVICE", help="Decode with auto, cuda, vaapi, videotoolbox or qsv; else software."),
    ] = "off",
    no_pictures: NoPictures = False,
    pseudonyms: Pseudonyms = False,
    sensitivity: WithSensitivity = False,
    budget: Budget = None,
    mm_per_px: MmPerPx = None,
    two_points: TwoPoints = "",
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Find the movements in a night of footage.

    Writes a night folder: timeline, report, tables, and the motion to decide again from.

    \b
    Examples:
      twitch-detector analyze night.mp4
      twitch-detector analyze clip1.mp4 clip2.mp4 --out night --set burst.threshold=12
      twitch-detector analyze night.mp4 --region cot:only="40,30 600,30 600,350 40,350"
      twitch-detector analyze /recordings/2026-03-14 --out night --json > night.json
      twitch-detector analyze night.mp4 --sensitivity --mm-per-px 1.2
    """
    from detector.night.provenance import Subject
    from detector.night.regions import as_regions
    from detector.run.analyze import Privacy
    from detector.run.analyze import analyze as analyze_footage
    from detector.run.outputs import free_folder

    named = footage_settings(start, time_zone, name_pattern, fps, force=force)
    params, places = resolve(params_file, settings, named), as_regions(regions)
    planted = wanted(budget, mm_per_px, two_points, seed, is_asked=sensitivity)
    folder = (
        out
        if out is not None
        else free_folder(
            Path("footage") if pseudonyms else paths[0], params, _silent if quiet else complain, overwrite=overwrite
        )
    )
    with progress_bar(is_quiet=quiet) as progress:
        night = analyze_footage(
            paths,
            out=folder,
            params=params,
            workers=workers,
            overwrite=overwrite,
            hwaccel=hwaccel,
            privacy=Privacy(pictures=not no_pictures, names=not pseudonyms),
            progress=progress,
            subject=Subject(subject, session, age),
            on_recording=None if quiet or as_json else _say_understood,
            regions=places,
            sensitivity=planted,
        )
    if as_json:
        say_json(night_facts(night))
    elif not quiet:
        from detector.views.ledger import trouble_lines

        complain(*trouble_lines(night))
        if hwaccel != "off":
            complain(f"Decoded by {night.provenance.decoding}.")
        say(*night_words(night))
    return night_code(night)


def _silent(*lines: str) -> None:
    del lines


def _say_understood(recording: Recording) -> None:
    complain(*understood(recording))

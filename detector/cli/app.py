"""The command line, `twitch-detector`: what each command takes, and which rooms it walks through."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from detector._version import __version__
from detector.cli import truth as cli_truth
from detector.cli.batch import batch
from detector.cli.clips import clips
from detector.cli.ends import catch_signals, complain, fail, flushed, handled, keep_streams, say, say_json, stop_code
from detector.cli.exchange import export, import_
from detector.cli.figures import figures
from detector.cli.output import (
    night_code,
    night_facts,
    night_words,
    progress_bar,
)
from detector.cli.plain import in_plain_words, usage_sentence
from detector.cli.planting import Budget, MmPerPx, Seed, TwoPoints, WithSensitivity, wanted
from detector.cli.probe import Footage, understood
from detector.cli.probe import probe as cli_probe
from detector.cli.review import corrected_night, lost_decisions, review
from detector.cli.sensitivity import sensitivity as cli_sensitivity
from detector.cli.settings import Force, Fps, NamePattern, StartAt, TimeZone, footage_settings, pairs, resolve
from detector.cli.trend import trend
from detector.errors import ExitCode, OutputError

if TYPE_CHECKING:
    from detector.footage.recording import Recording

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

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


def main() -> None:
    """Run the command line and leave with its exit code."""
    keep_streams()
    catch_signals()
    # Typer carries its own copy of click, or uses click itself: this is the base of all usage errors in both.
    usage_errors: list[Any] = [base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"]
    try:
        code = in_plain_words(typer.main.get_command(app))(standalone_mode=False)
    except usage_errors[0] as error:
        code = fail(usage_sentence(error), ExitCode.USAGE, as_json="--json" in sys.argv)
    except (typer.Abort, KeyboardInterrupt) as stop:  # outside of a command
        code = stop_code(stop.__cause__ or KeyboardInterrupt())
    except OutputError as error:  # the version
        code = fail(str(error), error.exit_code, as_json=False)
    except OSError:  # the help; what it still holds fails again when it is flushed, and is said then
        code = ExitCode.FAILURE
    sys.exit(flushed(int(code or 0)))


def _show_version(wanted: bool) -> None:
    if wanted:
        say(f"twitch-detector {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Find brief sleep twitches and rhythmic movement in recorded baby-monitor footage.

    It describes movement and never says what it means for health. Nothing leaves this machine.

    \b
    Examples:
      twitch-detector analyze night.mp4 --out night
      twitch-detector analyze /recordings/2026-03-14 --out night --workers 4
      twitch-detector decide night --set burst.threshold=12 --out stricter
      twitch-detector params > params.toml

    Exit codes: 0 done, 1 failure, 2 usage or parameters, 3 done but some of the footage was unreadable, 4 nothing could
    be analyzed; 129, 130 and 143 stopped by SIGHUP, Ctrl-C and SIGTERM.
    """
    if context.invoked_subcommand is None:
        complain(context.get_help())
        raise typer.Exit(int(ExitCode.USAGE))


app.command()(cli_probe)


@app.command()
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


@app.command()
@handled
def decide(
    folder: NightFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Night folder to write; without it, only say.")
    ] = None,
    regions: Regions = None,
    params_file: ParamsFile = None,
    settings: Settings = None,
    overwrite: Overwrite = False,
    reviewed: Reviewed = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Decide again with other parameters or regions.

    Takes seconds: it works on the stored motion and needs no video. The regions drawn on the review page count, and
    those of --region beside them. What people decided on the review page is carried over by time and place, and what
    finds no event is listed.

    \b
    Examples:
      twitch-detector decide night --set burst.threshold=12
      twitch-detector decide night --set burst.threshold=12 --out stricter
      twitch-detector decide night --reviewed --out checked
      twitch-detector decide night --region cot:only="40,30 600,30 600,350 40,350"
    """
    from detector._tunable import read_toml
    from detector.night.night import Night
    from detector.params import with_values
    from detector.run.analyze import save_night

    stored = Night.load(folder)
    params = read_toml(params_file, stored.params) if params_file else stored.params
    decided = stored.decide(with_values(params, pairs(settings)), regions=regions)
    corrected = corrected_night(decided, is_asked=reviewed)
    night = corrected if corrected and reviewed else decided
    if out is not None:
        night = save_night(night, out, overwrite=overwrite)
    if as_json:
        say_json(night_facts(night) | {"lost_decisions": lost_decisions(corrected)})
    elif not quiet:
        say(*night_words(night))
        complain(*lost_decisions(corrected))
    return night_code(night)


@app.command()
@handled
def report(
    folder: NightFolder,
    footage: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the footage is now, if it was moved.")
    ] = None,
    no_pictures: NoPictures = False,
    reviewed: Reviewed = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Write timeline and report of a night again.

    A report that shows pictures is not replaced by one without, unless --no-pictures asks for that.

    \b
    Examples:
      twitch-detector report night
      twitch-detector report night --footage /media/usb
      twitch-detector report night --reviewed
    """
    from detector.night.night import Night
    from detector.run.publish import draw_again

    stored = Night.load(folder)
    night = stored.reviewed() if reviewed else stored
    draw_again(night, folder, footage=footage, with_pictures=not no_pictures)
    if as_json:
        say_json(night_facts(night))
    elif not quiet:
        say(*night_words(night))
    return night_code(night)


@app.command()
@handled
def params(params_file: ParamsFile = None, settings: Settings = None, as_json: AsJson = False) -> None:
    """Print all parameters with unit, range and source.

    They come as TOML that `--params` reads: the defaults, changed by a file and by --set.

    \b
    Examples:
      twitch-detector params > params.toml
      twitch-detector params --set burst.threshold=12
    """
    from detector.params import allowed_range, iter_parameters, to_toml

    values = resolve(params_file, settings)
    if not as_json:
        say(to_toml(values).rstrip("\n"))
        return
    tree = values.model_dump()
    rows = []
    for name, field in iter_parameters():
        group, leaf = name.split(".")
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        row = {"name": name, "value": tree[group][leaf], "default": field.default, "range": allowed_range(field)}
        rows.append(row | {"description": field.description} | extra)
    say_json(rows)


app.command()(handled(cli_truth.synth))
app.command()(handled(cli_truth.plant))
app.command()(handled(cli_truth.evaluate))
app.command()(clips)
app.command()(figures)
app.command()(review)
app.command()(trend)
app.command()(batch)
app.command("sensitivity")(cli_sensitivity)
app.command()(export)
app.command("import")(import_)

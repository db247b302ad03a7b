"""The commands that hand a night to other tools and take people's scorings in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.cli.options import AsJson, FootageFolder, Quiet
from detector.errors import ExitCode

NightFolder = Annotated[Path, typer.Argument(metavar="NIGHT", help="A night folder written by `analyze`.")]
Footage = FootageFolder
LabelMap = Annotated[
    Path | None, typer.Option("--map", metavar="FILE", help='TOML file of labels, such as twitch = ["TW", "jerk"].')
]


@handled
def export(
    night: NightFolder,
    to: Annotated[str, typer.Option(metavar="FORMAT", help="boris, bids, edf, elan, vtt or csv.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="File to write; for bids the folder.", show_default="named after the night"),
    ] = None,
    reviewed: Annotated[bool, typer.Option("--reviewed", help="With the events as people corrected them.")] = False,
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --reviewed, only this reviewer's decisions.")
    ] = None,
    states: Annotated[bool, typer.Option("--states/--no-states", help="With the states of epochs.")] = True,
    breathing: Annotated[bool, typer.Option("--breathing/--no-breathing", help="With the breathing.")] = True,
    hypnogram: Annotated[
        bool, typer.Option("--hypnogram", help="EDF+: states under the names of sleep stages, as hypnograms have them.")
    ] = False,
    artifacts: Annotated[bool, typer.Option("--artifacts/--no-artifacts", help="With artifacts.")] = False,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="CSV with ; between cells and decimal commas.")
    ] = False,
    footage: Footage = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that exist.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Write a night in the format of another tool.

    BORIS projects, BIDS data sets, EDF+, ELAN, WebVTT chapters or CSV for spreadsheets.

    \b
    Examples:
      twitch-detector export night --to boris
      twitch-detector export night --to csv --out night.csv --decimal-comma --reviewed
      twitch-detector export night --to vtt --out chapters.vtt --no-states
    """
    from detector.views.exchange.writing import export as write_export

    is_reviewed = reviewed or reviewer is not None
    paths = write_export(
        night, to, out, overwrite=overwrite, reviewed=is_reviewed, reviewer=reviewer, states=states,
        breathing=breathing, hypnogram=hypnogram, artifacts=artifacts, decimal_comma=decimal_comma, footage=footage,
    )  # fmt: skip
    if as_json:
        say_json([str(path) for path in paths])
    elif not quiet:
        say(*(f"Written   {path}" for path in paths))
    return ExitCode.DONE


@handled
def import_(
    night: NightFolder,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A scoring of the whole night.")],
    reviewer: Annotated[
        str | None, typer.Option(metavar="NAME", help="Whose scoring it is.", show_default="name of the file")
    ] = None,
    labels: LabelMap = None,
    footage: Footage = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what differs.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Take a person's scoring in as a review of the night.

    Says what was confirmed, changed, added and deleted, and how far both agree. Confirmed is what is of one kind at one
    time as `evaluate` matches it; the person's times are kept. It reads all that `export` writes,
    edited or not, both exports of BORIS, and tables with start, stop or duration, and label.

    \b
    Examples:
      twitch-detector import night night.boris --reviewer Ana
      twitch-detector import night scoring.csv --map labels.toml --dry-run
    """
    from detector.views.exchange.taking import import_scoring

    taken = import_scoring(night, file, reviewer, labels=labels, footage=footage, write=not dry_run)
    complain(*taken.labeled.notices())
    counts = taken.counts()
    if as_json:
        say_json(
            {
                "reviewer": taken.reviewer, **counts, "agreement": taken.agreement, "written": taken.n_written,
                "unknown_labels": dict(taken.labeled.unknown),
            }
        )  # fmt: skip
    elif not quiet:
        told = ", ".join(f"{number} {word}" for word, number in counts.items())
        same = f"the same in {taken.agreement:.0%} of {len(taken.differences)}" if taken.differences else "no events"
        same += f" ({taken.n_other_times} with times of their own)" if taken.n_other_times else ""
        done = "nothing was written" if dry_run else f"{taken.n_written} decisions written"
        say(f"Review of {taken.reviewer}: {told}; {same}; {done}.")
    return ExitCode.DONE

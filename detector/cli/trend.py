"""The command that compares nights of one infant."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from detector.night.trends import Trends

TABLE_FILE, FIGURE_FILE = "trend.csv", "trend.png"


@handled
def trend(
    folders: Annotated[list[Path], typer.Argument(metavar="DIR...", help="Night folders, or folders that hold them.")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="Kind of event to show; the table has all.")] = "twitch",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help=f"Folder for {TABLE_FILE} and {FIGURE_FILE}; else only say."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier table and figure.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write the table, or the error, as JSON to stdout.")] = False,
) -> ExitCode:
    """Compare nights of one infant.

    Each night's rates, with their 95 % intervals, against the range of the other nights. Only nights of one camera,
    version and parameters are compared.

    \b
    Examples:
      twitch-detector trend nights/
      twitch-detector trend night1 night2 night3 night4 --out trend
      twitch-detector trend nights/ --kind gross --json
    """
    from detector.night.nights import load_nights
    from detector.night.numbers.measures import known_kind
    from detector.night.trends import compare_nights, rates_of

    known_kind(kind)
    nights = load_nights(folders)
    trends = compare_nights([rates_of(name, night) for name, night in nights.readable()])
    written = _write(trends, kind, out, overwrite=overwrite) if out else []
    if as_json:
        say_json({"nights": trends.table.to_dict("records"), "groups": trends.groups, "notes": list(trends.notes)})
    else:
        say(*_lines(trends, kind))
        say(*(f"Written   {path}" for path in written))
    complain(*trends.notes, *(reason for _, reason in nights.unreadable))
    return ExitCode.PARTLY_UNREADABLE if nights.unreadable else ExitCode.DONE


def _lines(trends: Trends, kind: str) -> list[str]:
    from rich.console import Console
    from rich.table import Table

    shown = Table(box=None, pad_edge=False)
    for head in ("night", "start", "group", kind, "judged h", "per hour", "95 % interval", "others", ""):
        shown.add_column(head, justify="left" if head in {"night", "start", "group", ""} else "right")
    for row in trends.table[trends.table["kind"] == kind].to_dict("records"):
        shown.add_row(
            row["night"],
            row["start_at"][:16].replace("T", " "),
            row["group"],
            str(row["n_events"]),
            f"{row['judged_s'] / 3600:.1f}",
            _number(row["per_hour"]),
            _range(row["low_per_hour"], row["high_per_hour"]),
            _range(row["others_low_per_hour"], row["others_high_per_hour"]),
            row["compared"],
        )
    console = Console(width=120, highlight=False, markup=False)
    with console.capture() as drawn:
        console.print(shown)
    return [line.rstrip() for line in drawn.get().rstrip("\n").split("\n")]


def _number(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "-"


def _range(low: float, high: float) -> str:
    return f"{_number(low)} to {_number(high)}" if math.isfinite(low) else "-"


def _write(trends: Trends, kind: str, out: Path, *, overwrite: bool) -> list[Path]:
    from detector.night.files.atomic import whole_file
    from detector.night.files.claims import writing
    from detector.views.plots.style import detached_axes
    from detector.views.plots.trends import plot_trends

    paths = [out / TABLE_FILE, out / FIGURE_FILE]
    there = [path for path in paths if path.exists()]
    if there and not overwrite:
        raise UsageError(f"{there[0]}: this exists already; choose another folder or give --overwrite.")
    ax = plot_trends(trends, detached_axes(10, 5), kind)
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with whole_file(paths[0]) as table, whole_file(paths[1]) as figure:
            trends.table.to_csv(table, index=False, float_format="%.4g")
            ax.get_figure(root=True).savefig(figure, format="png", dpi=130)  # type: ignore[union-attr]
    return paths

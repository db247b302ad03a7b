"""The command that analyzes all nights of a lab."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from detector.cli.ends import complain, handled, say, say_json
from detector.cli.options import AsJson, ParamsFile, Quiet
from detector.cli.planting import Budget, MmPerPx, Seed, TwoPoints, WithSensitivity, wanted
from detector.cli.settings import resolve
from detector.errors import ExitCode, displayed

if TYPE_CHECKING:
    from detector.run.batch import BatchProgress, BatchRow


@handled
def batch(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE",
            help="A folder of nights, a glob in quotes, or a table nights.csv; may be s3://, https://.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="ROOT", help="Where the night folders and batch.csv go.")],
    params_file: ParamsFile = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Set one parameter of all nights; repeatable."),
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="A running Dask scheduler, such as tcp://10.0.0.1:8786.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Processes here.", show_default="usable cores")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="dask, or crew: without Dask, night by night.", show_default="dask if it is installed"
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Allow folders of other nights, other parameters, or other files.")
    ] = False,
    no_pictures: Annotated[
        bool, typer.Option("--no-pictures", help="Keep every picture of the footage out of the nights.")
    ] = False,
    pseudonyms: Annotated[
        bool, typer.Option("--pseudonyms", help="Call files and nights by ids instead of their names and folders.")
    ] = False,
    sensitivity: WithSensitivity = False,
    budget: Budget = None,
    mm_per_px: MmPerPx = None,
    two_points: TwoPoints = "",
    seed: Seed = 0,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> ExitCode:
    """Analyze many nights.

    Each goes into a folder of its own in ROOT, as `analyze` writes it; batch.csv tells what became of each. Nights that
    are whole are left as they are, so the same command goes on where it was stopped, and only does what is new.

    A table has the columns id and paths, and may have start, time_zone, params, subject, session, age and region.

    \b
    Examples:
      twitch-detector batch /recordings --out results
      twitch-detector batch nights.csv --out results --scheduler tcp://10.0.0.1:8786
      twitch-detector batch "s3://lab/infant-*" --out results --pseudonyms
      twitch-detector batch /recordings --out results --sensitivity --budget 20000
    """
    from detector.run.batch import batch as analyze_all
    from detector.run.sources import Privacy

    planted = wanted(budget, mm_per_px, two_points, seed, is_asked=sensitivity)
    with _shown(is_quiet=quiet or as_json) as show:
        rows = analyze_all(
            source,
            out,
            params=resolve(params_file, settings),
            scheduler=scheduler,
            workers=workers,
            engine=engine,
            overwrite=overwrite,
            privacy=Privacy(pictures=not no_pictures, names=not pseudonyms),
            sensitivity=planted,
            progress=show,
            notice=complain,
        )
    if as_json:
        say_json([asdict(row) for row in rows])
    elif not quiet:
        say(*batch_words(rows, out))
    return batch_code(rows)


def batch_words(rows: list[BatchRow], root: Path) -> list[str]:
    """What became of many nights, in a few lines."""
    from detector.run.batch import BATCH_FILE
    from detector.views.wording import duration, number

    failed = [row for row in rows if row.status == "failed"]
    good = [row for row in rows if row.status != "failed"]
    lines = [
        f"Nights    {len(good)} of {len(rows)} analyzed",
        f"Observed  {duration(sum(row.observed_s for row in good))}",
        f"Seen      {number(sum(row.n_events for row in good), 'event')}",
    ]
    lines += [f"Failed    {displayed(row.night)}: {row.error}" for row in failed[:3]]
    lines += [f"          and {len(failed) - 3} more"] if len(failed) > 3 else []
    return [*lines, f"Table     {displayed(root / BATCH_FILE)}"]


def batch_code(rows: list[BatchRow]) -> ExitCode:
    """How a command ends that gave these rows."""
    statuses = {row.status for row in rows}
    if statuses == {"failed"}:
        return ExitCode.NOTHING_ANALYZED
    return ExitCode.DONE if statuses <= {"done"} else ExitCode.PARTLY_UNREADABLE


@contextmanager
def _shown(*, is_quiet: bool) -> Iterator[Callable[[BatchProgress], None] | None]:
    """Progress over all nights on stderr: a bar on a terminal, else the address of the dashboard only."""
    if is_quiet:
        yield None
        return
    began_s, is_told = time.monotonic(), False

    def tell_address(state: BatchProgress) -> None:
        nonlocal is_told
        if state.dashboard and not is_told:
            complain(f"Dashboard {state.dashboard}")
        is_told = True

    if not sys.stderr.isatty():
        yield tell_address
        return
    from rich import progress as parts
    from rich.console import Console

    from detector.views.wording import duration

    columns = (
        parts.SpinnerColumn(),
        parts.BarColumn(),
        parts.TaskProgressColumn(),
        parts.TextColumn("{task.fields[words]}"),
    )
    with parts.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("nights", total=1.0, words="")

        def show(state: BatchProgress) -> None:
            tell_address(state)
            passed_s = time.monotonic() - began_s
            left = f", {duration(passed_s * (1 - state.share) / state.share)} left" if state.share > 0 else ""
            n_failed = sum(row.status == "failed" for row in state.rows.values())
            failed = f", {n_failed} failed" if n_failed else ""
            bar.update(task, completed=state.share, words=f"{len(state.rows)} of {state.n_nights} nights{failed}{left}")

        yield show

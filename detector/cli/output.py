"""What the commands say: results on stdout in words or as plain values, progress on stderr."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.cli.ends import complain, fail, handled, say, say_json
from detector.errors import ExitCode, displayed
from detector.night.layout import EVENTS_FILE, REPORT_FILE, TIMELINE_FILE

if TYPE_CHECKING:
    from detector.night.night import Night
    from detector.run.analyze import Progress
    from detector.truth.scoring.score import Score

__all__ = [
    "Pace",
    "complain",
    "evaluation_paths",
    "fail",
    "handled",
    "night_code",
    "night_facts",
    "night_places",
    "night_words",
    "progress_bar",
    "say",
    "say_json",
    "show_score",
    "write_evaluation",
]


@contextmanager
def progress_bar(*, is_quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A bar on stderr with frames per second and time left; None when quiet or when stderr is not a terminal."""
    if is_quiet or not sys.stderr.isatty():
        yield None
        return
    from rich import progress as parts
    from rich.console import Console

    words = (parts.TextColumn("{task.description}"), parts.BarColumn(), parts.TaskProgressColumn())
    columns = (parts.SpinnerColumn(), *words, parts.TextColumn("{task.fields[pace]}"))
    with parts.Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading the files", total=None, pace="")
        pace = Pace(time.monotonic)

        def show(state: Progress) -> None:
            bar.update(task, description=state.stage, pace=pace.words(state))
            # Until the first frames come in there is nothing to fill the bar with.
            if state.stage == "measuring" and state.done_frames > state.resumed_frames:
                bar.update(task, completed=state.done_frames, total=state.total_frames)

        yield show


@contextmanager
def step_bar(what: str, *, is_quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr for work of known steps; None when quiet or when stderr is not a terminal."""
    if is_quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


class Pace:
    """Frames per second and time left, from the moment at which measuring began.

    Args:
        clock: seconds from anywhere.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_s: float | None = None

    def words(self, state: Progress) -> str:
        """What to show beside the bar; empty until the first frames are measured."""
        if state.stage != "measuring":
            return ""
        if self._began_s is None:
            self._began_s = self._clock()
        n_new, passed_s = state.done_frames - state.resumed_frames, self._clock() - self._began_s
        if n_new == 0 or passed_s <= 0:
            return ""
        from detector.views.wording import duration

        fps = n_new / passed_s
        return f"{fps:.0f} frames/s, {duration((state.total_frames - state.done_frames) / fps)} left"


def night_words(night: Night) -> list[str]:
    """The plain summary of a night and where its files are."""
    from detector.views.plots.style import KIND_STYLES
    from detector.views.wording import UNKNOWN, duration, number, rate

    summary, coverage = night.summary(), night.coverage
    rates = {kind: rate(n, coverage.observed_s) for kind, n in summary["counts"].items() if n}
    found = [
        number(summary["counts"][kind], KIND_STYLES[kind].singular, KIND_STYLES[kind].several)
        + (f" ({per_hour} an hour)" if per_hour != UNKNOWN else "")
        for kind, per_hour in rates.items()
    ]
    lines = [
        f"Observed  {duration(coverage.observed_s)} of the {duration(coverage.files_s)} in the files",
        f"Seen      {', '.join(found) or 'no movement in the observed time'}",
    ]
    if summary["n_sustained"]:
        lines.append(f"          {number(summary['n_sustained'], 'rhythmic movement')} went on for 10 s or more")
    if night.review:
        lines.append(f"Checked   {night.review.words}")
    lines += infant_lines(night)
    places = night_places(night)
    return lines + [f"{name.capitalize():<9} {displayed(place)}" for name, place in places.items()]


def infant_lines(night: Night) -> list[str]:
    """Where the night of each of several infants is; nothing of one that was not written."""
    names = night.regions.infants if night.folder is not None else ()
    return [f"{name.capitalize():<9} {displayed(str(night.folder / name))}" for name in names if night.folder]


def night_places(night: Night) -> dict[str, str]:
    """Where the timeline, the report and the events of a written night are; empty for one in memory."""
    if night.folder is None:
        return {}
    files = {"timeline": TIMELINE_FILE, "report": REPORT_FILE, "events": EVENTS_FILE}
    return {name: str(night.folder / file) for name, file in files.items()}


def night_facts(night: Night) -> dict[str, Any]:
    """The same as plain values for JSON."""
    from detector.views.ledger import trouble_lines

    return {
        "folder": None if night.folder is None else str(night.folder),
        **night_places(night),
        "infants": {name: str(night.folder / name) for name in night.regions.infants} if night.folder else {},
        "summary": night.summary(),
        "trouble": list(trouble_lines(night)),
        "decoding": night.provenance.decoding,
        "exit_code": int(night_code(night)),
    }


def night_code(night: Night) -> ExitCode:
    """How a command ends that gave this night."""
    return ExitCode.PARTLY_UNREADABLE if night.is_partial else ExitCode.DONE


def show_score(score: Score) -> None:
    """Print a score: the table of kinds, false events, rate error, broken episodes, agreement."""
    from rich.console import Console
    from rich.table import Table

    names = ("kind", "known", "found", "matched", "precision", "recall", "F1", "found by any", "false/h")
    table = Table(*names, box=None, pad_edge=False)
    for kind, row in score.kinds.items():
        tally = row.tally
        n_known, n_found = tally.n_known, tally.n_found
        # Of nothing, any share is a perfect one.
        shares = [
            f"{share:.3f}" if n_counted else "-"
            for share, n_counted in (
                (tally.precision, n_found),
                (tally.recall, n_known),
                (tally.f1, n_known + n_found),
                (row.found_by_any, n_known),
            )
        ]
        counts = [str(n) for n in (n_known, n_found, tally.n_matched)]
        table.add_row(kind, *counts, *shares, _or_dash(row.false_per_hour, ".1f"))
    console = Console(width=100, highlight=False, markup=False)
    with console.capture() as drawn:
        console.print(table)
    say(drawn.get().rstrip("\n"))
    broken = f"{score.n_broken} of {score.n_episodes}" if score.n_episodes else "nothing to break"
    lines = [
        f"False events: {score.n_false} in {score.observed_s / 3600:.2f} h observed (any kind, touching nothing known)",
        f"Broken episodes: {broken}",
        f"Kappa over 30 s epochs, any movement: {_or_dash(score.kappa[30.0]['any'], '.2f')}",
    ]
    if score.rate_error_hz.size:
        lines.append(f"Rate error: {score.mean_rate_error_hz:.3f} Hz over {score.rate_error_hz.size} rhythmic events")
    if score.n_unobserved:
        lines.append(f"Left out: {score.n_unobserved} known movements in unobserved time")
    say(*lines)


def _or_dash(value: float, digits: str) -> str:
    return format(value, digits) if math.isfinite(value) else "-"


def evaluation_paths(folder: Path) -> tuple[Path, Path]:
    """Where `evaluate` writes its JSON and its figure."""
    return folder / "evaluation.json", folder / "evaluation.png"


def write_evaluation(folder: Path, text: str, draw: Callable[[Path], None], *, is_night: bool) -> tuple[Path, Path]:
    """Write JSON and figure of an evaluation; what somebody else wrote in their place is moved aside.

    Args:
        folder: where to.
        text: the JSON.
        draw: writes the figure to a path.
        is_night: whether the folder is the night itself, which nobody else may write to meanwhile.
    """
    from contextlib import nullcontext

    from detector.night.files.claims import writing
    from detector.night.files.folder import locked, whole_file
    from detector.night.files.written import replacing

    json_path, figure_path = evaluation_paths(folder)
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        alone = locked(folder) if is_night else nullcontext()
        with (
            alone,
            replacing([json_path, figure_path]),
            whole_file(json_path) as json_file,
            whole_file(figure_path) as figure,
        ):
            json_file.write_text(text, encoding="utf-8")
            draw(figure)
    return json_path, figure_path

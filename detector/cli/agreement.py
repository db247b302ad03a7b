"""What `evaluate` says of people's scorings: agreement two by two, what differs most, a threshold chosen by them."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from detector.cli.ends import complain, say, say_json
from detector.cli.output import write_evaluation

if TYPE_CHECKING:
    from detector.night.night import Night
    from detector.truth.scoring.people import Comparison

CLIPS = "disagreements"


def compare_people(
    night: Night,
    files: list[Path],
    folder: Path,
    *,
    labels: Path | None,
    n_clips: int,
    choose: str,
    footage: Path | None,
    as_json: bool,
) -> None:
    """Compare scorings with each other and with the detector, write what comes of it, and say it.

    Args:
        night: in its folder.
        files: the scorings.
        folder: where JSON, figure and clips go.
        labels: TOML file of labels.
        n_clips: how many of the worst disagreements are written as clips.
        choose: parameter to choose by the first scoring; empty for none.
        footage: where the footage is now.
        as_json: whether the result is said as JSON.
    """
    from detector.truth.scoring.people import compare_scorings
    from detector.truth.scoring.plots import write_agreement
    from detector.truth.scoring.thresholds import choose_threshold

    comparison = compare_scorings(night, files, labels, footage)
    result: dict[str, Any] = comparison.to_dict()
    chosen = choose_threshold(night, files[0], choose, labels=labels) if choose else None
    if chosen:
        result["chosen"] = asdict(chosen)
    is_night = night.folder is not None and folder.resolve() == night.folder.resolve()
    text = json.dumps(result, indent=2, allow_nan=False) + "\n"
    paths = write_evaluation(folder, text, lambda path: write_agreement(comparison, path), is_night=is_night)
    clips = _write_clips(night, comparison, folder / CLIPS, n_clips, footage) if n_clips else []
    complain(*comparison.notices)
    if as_json:
        say_json(result)
        return
    say(*_lines(comparison))
    if chosen:
        say(
            f"{chosen.parameter} by {chosen.kind}: best {chosen.values[0]:g} and {chosen.values[1]:g} on the halves, "
            f"F1 {chosen.f1[0]:.2f} and {chosen.f1[1]:.2f} on the other half each (as analyzed "
            f"{chosen.f1_default[0]:.2f} and {chosen.f1_default[1]:.2f}); best on all {chosen.value:g}."
        )
    say(f"Written   {', '.join(map(str, (*paths, *clips)))}")


def _write_clips(night: Night, comparison: Comparison, folder: Path, n: int, footage: Path | None) -> list[Path]:
    from detector.views.clips import write_clip

    worst = comparison.worst(n)
    if worst:
        folder.mkdir(parents=True, exist_ok=True)
    return [
        write_clip(night, start_s, stop_s, folder / f"{place:02d}_{what.replace(' ', '_')}.mp4", footage=footage)
        for place, (start_s, stop_s, what) in enumerate(worst, start=1)
    ]


def _lines(comparison: Comparison) -> list[str]:
    from rich.console import Console
    from rich.table import Table

    names = ("first", "second", "kind", "n", "n", "matched", "F1 (95 %)", "onset s", "kappa 15", "30 (95 %)", "60")
    table = Table(*names, box=None, pad_edge=False)
    for row in comparison.table().to_dict("records"):
        counts = [str(row[name]) for name in ("n_first", "n_second", "n_matched")]
        f1 = _with_limits(row["f1"], row["f1_low"], row["f1_high"])
        kappa = _with_limits(row["kappa_30"], row["kappa_30_low"], row["kappa_30_high"])
        ends = [_number(row["onset_median_s"], "+.2f"), _number(row["kappa_15"]), kappa, _number(row["kappa_60"])]
        table.add_row(row["first"], row["second"], row["kind"], *counts, f1, *ends)
    console = Console(width=130, highlight=False, markup=False)
    with console.capture() as drawn:
        console.print(table)
    worst = [f"  {start_s:.1f} to {stop_s:.1f} s: {what} only" for start_s, stop_s, what in comparison.worst(5)]
    return [*drawn.get().rstrip("\n").split("\n"), *(["Where they differ most:", *worst] if worst else [])]


def _number(value: float, form: str = ".2f") -> str:
    return f"{value:{form}}" if math.isfinite(value) else "-"


def _with_limits(value: float, low: float, high: float) -> str:
    return f"{value:.2f} ({_number(low)} to {_number(high)})" if math.isfinite(value) else "-"

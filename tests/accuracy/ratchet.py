"""The table of results, which may rise and never fall."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tests.accuracy.bench import Outcome, Scene, run_scene

# Measures that may not fall, and that may not rise; with other builds of an encoder a rate moves a little.
LEAST = (
    "twitch_f1", "twitch_precision", "twitch_recall", "twitch_by_any", "by_any", "rhythmic_f1", "gross_f1",
    "movement_f1", "jerk_by_any", "restless_covered",
)  # fmt: skip
MOST = {"rate_error_hz": 0.02, "broken": 0.0, "false_events": 0.0, "restless_twitches": 0.0}
ROUNDING = 1e-3


def run_scenes(scenes: Sequence[Scene], n_workers: int, keep: Path | None = None) -> Iterator[Outcome]:
    """Run scenes, several at a time, and give their outcomes in order.

    Args:
        scenes: what to run.
        n_workers: how many at a time.
        keep: folder where footage is kept and taken from; None makes it anew and throws it away.
    """
    with (
        tempfile.TemporaryDirectory(prefix="accuracy-") as folder,
        ProcessPoolExecutor(n_workers, mp_context=get_context("spawn")) as pool,
    ):
        yield from pool.map(run_scene, scenes, [keep or Path(folder)] * len(scenes))


def read_results(path: Path) -> dict[str, dict[str, str]]:
    """The tracked table: scene to row; empty where there is none yet."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["scene"]: row for row in csv.DictReader(file)}


def write_results(rows: Sequence[Mapping[str, str]], path: Path) -> None:
    """Write the table, in the order of the scenes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        columns = list(max(rows, key=len))
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def falls(row: Mapping[str, str], tracked: Mapping[str, str] | None) -> list[str]:
    """Where a row is worse than the tracked one, in words; a scene that is not tracked is a fall."""
    if tracked is None:
        return [f"{row['scene']}: expected a row in the tracked table; run the bench and commit it"]
    lower = [key for key in LEAST if key in tracked and number(row[key]) < number(tracked[key]) - ROUNDING]
    higher = [
        key
        for key, tolerance in MOST.items()
        if row[key] and tracked.get(key) and float(row[key]) > float(tracked[key]) + tolerance + ROUNDING
    ]
    words = [f"{row['scene']}: {key} {row[key]} < {tracked[key] or 'nothing to find'}" for key in lower]
    return words + [f"{row['scene']}: {key} {row[key]} > {tracked[key]}" for key in higher]


def number(cell: str) -> float:
    """A cell as a number. An empty one is perfect: there was nothing to find and nothing was found."""
    return float(cell) if cell else 1.0


def summary(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """The measures of accuracy over all rows, in words."""

    def column(key: str, only: str = "") -> list[float]:
        return [float(row[key]) for row in rows if row.get(key) and (not only or row.get(only, "") not in {"", "0"})]

    lines = [f"{len(rows)} scenes"]
    for key, kind in (
        ("twitch_f1", "twitch"),
        ("twitch_by_any", "twitch"),
        ("jerk_by_any", "jerk"),
        ("restless_covered", "restless"),
        ("rhythmic_f1", "rhythmic"),
        ("gross_f1", "gross"),
    ):
        values = column(key, f"{kind}_known")
        if values:
            lines.append(f"{key}: mean {np.mean(values):.3f}, worst {min(values):.3f} ({len(values)} scenes)")
    if errors := column("rate_error_hz"):
        lines.append(f"rate error: mean {np.mean(errors):.3f} Hz, worst {max(errors):.3f} Hz")
    hours = sum(column("observed_s")) / 3600
    if found := column("by_any"):
        lines.append(f"found by any: mean {np.mean(found):.3f}, worst {min(found):.3f} ({len(found)} scenes)")
    lines.append(f"twitches in restless time: {sum(column('restless_twitches')):.0f}")
    total, visitors = sum(column("false_events")), sum(column("of_visitors"))
    lines.append(f"broken episodes: {sum(column('broken')):.0f} of {sum(column('episodes')):.0f}")
    return [*lines, f"false events: {total:.0f} in {hours:.2f} h, {visitors:.0f} of them something else that moved"]

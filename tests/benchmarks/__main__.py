"""Run the bench of speed and memory: `python -m tests.benchmarks` rewrites `RESULTS.md`."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.bench import Bench, Point, Row, long
from tests.benchmarks.measures import MEASURES
from tests.benchmarks.plot import svg

RESULTS = Path(__file__).parent / "RESULTS.md"
_SHORT = "The short form: the start of Python outweighs the footage, and ratios say little."
PLOT = RESULTS.with_name("cost.svg")


def main() -> int:
    """Measure, and rewrite the table unless told otherwise."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short footage, and rewrite nothing")
    parser.add_argument("--only", default="", help=f"of {', '.join(MEASURES)}, with commas; replaces their rows")
    parser.add_argument("--keep", type=Path, help="keep footage in this folder, and take it from there the next time")
    parser.add_argument("--peers", type=Path, help="interpreter of an environment with DVR-Scan and musicalgestures")
    given = parser.parse_args()
    wanted = given.only.split(",") if given.only else list(MEASURES)
    began_s, load = time.monotonic(), _load()
    rows: list[Row] = []
    text = ""
    with _folder(given.keep) as folder:
        bench = Bench(folder, given.quick, given.peers)
        for number, name in enumerate(wanted, 1):
            for row in MEASURES[name](bench):
                rows.append(row)
                sys.stderr.write(f"{row.measure}: {row.value} [{row.goal}] {_mark(row)}\n")
            text = table(rows, time.monotonic() - began_s, load, is_quick=given.quick, missing=wanted[number:])
            text += costs(bench.points)
            if not (given.quick or given.only):
                # What was measured stays, should the rest be interrupted.
                RESULTS.write_text(text, encoding="utf-8")
                PLOT.write_text(svg(bench.points), encoding="utf-8")
    if given.only and not given.quick and RESULTS.exists():
        # Such as what something else disturbed: the other rows stay.
        RESULTS.write_text(replaced(RESULTS.read_text(encoding="utf-8"), rows, wanted), encoding="utf-8")
    sys.stdout.write(text)
    return 1 if any(row.is_met is False for row in rows) else 0


def table(rows: list[Row], took_s: float, load: float, *, is_quick: bool = False, missing: Sequence[str] = ()) -> str:
    """The results as Markdown; `missing` are measures not yet made."""
    lines = [
        "# Speed and memory",
        "",
        f"Written by `python -m tests.benchmarks` on {datetime.now(UTC):%Y-%m-%d} in {took_s / 60:.0f} min.",
        _machine(),
        f"Others kept {load:.1f} cores busy when it began; what is measured is worth something below 0.2.",
        *(
            ["The short form: the start of Python outweighs the footage, and ratios say little.", ""]
            if is_quick
            else []
        ),
        "Processor time is user and system time of all processes together. Each ratio compares what was measured in",
        "one run, one after the other; where that was repeated, the median is given, and what the repeats span.",
        "",
        "| measure | result | goal | met |",
        "|---|---|---|---|",
        *map(_line, rows),
        *(["", f"Interrupted: {', '.join(missing)} are not measured."] if missing else []),
    ]
    return "\n".join(lines) + "\n"


def replaced(text: str, rows: Sequence[Row], names: Sequence[str]) -> str:
    """Results as Markdown with some rows measured again; which measures those are is told below the table."""
    lines = text.splitlines()
    after = next(place for place, line in enumerate(lines) if line.startswith("| measure |"))
    while after < len(lines) and lines[after].startswith("|"):
        after += 1
    for row in rows:
        known = [place for place, line in enumerate(lines) if line.startswith(f"| {row.measure} |")]
        if known:
            lines[known[0]] = _line(row)
        else:  # a measure that is new
            lines.insert(after, _line(row))
            after += 1
    told = f"Measured again, in a run of their own ({datetime.now(UTC):%Y-%m-%d}): {', '.join(names)}."
    lines[after:after] = ["", told]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    return f"| {row.measure} | {row.value} | {row.goal} | {_mark(row)} |"


def costs(points: list[Point]) -> str:
    """What an hour of footage costs, by the length of the recording, as Markdown; empty where it was not measured."""
    if not points:
        return ""
    lines = [
        "",
        "## An hour of footage",
        "",
        "Processor time, s, of recordings of the same scenes, 360p, two workers. The start, the report and the imports",
        "are the same for each recording, which is why an hour of a short one costs more.",
        "",
        "| recording | `analyze` | decoding alone | ratio |",
        "|---|---|---|---|",
        *(
            f"| {long(point.length_s)} | {point.each_s:.1f} | {point.floor_s:.1f} | {point.ratio:.2f} |"
            for point in points
        ),
        "",
        f"![The same as a plot]({PLOT.name})",
    ]
    return "\n".join(lines) + "\n"


def _mark(row: Row) -> str:
    return {None: "", True: "yes", False: "**no**"}[row.is_met]


def _load() -> float:
    """How many cores others keep busy; NaN where the system does not tell."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")


def _machine() -> str:
    packages = ("av", "opencv-python", "numpy", "scipy", "pandas", "matplotlib")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {versions}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="twitch-detector-bench-") as folder:
        yield Path(folder)


if __name__ == "__main__":
    sys.exit(main())

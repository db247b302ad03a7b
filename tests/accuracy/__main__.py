"""Run the accuracy bench: `python -m tests.accuracy` rewrites `results.csv`, `--short` only checks its short form."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.accuracy.bench import RESULTS, read_scenes
from tests.accuracy.ratchet import falls, read_results, run_scenes, summary, write_results


def main() -> int:
    """Run scenes and rewrite the table, or report where a row falls below it."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--short", action="store_true", help="only the scenes of the short form, and rewrite nothing")
    parser.add_argument("--only", default="", help="only scenes whose name contains this, and rewrite nothing")
    parser.add_argument("--update", action="store_true", help="take the rows of --short or --only into the table")
    parser.add_argument("--workers", type=int, default=2, help="scenes at a time")
    parser.add_argument("--keep", type=Path, help="keep footage in this folder, and take it from there the next time")
    parser.add_argument("--failures", type=Path, help="write each miss and each false event to this file")
    given = parser.parse_args()
    scenes = [one for one in read_scenes() if given.only in one.name and (one.is_short or not given.short)]
    outcomes: list[dict[str, str]] = []
    failures: list[str] = []
    for outcome in run_scenes(scenes, given.workers, given.keep):
        outcomes.append(outcome.row)
        failures += outcome.failures
        sys.stderr.write(", ".join(f"{key} {value}" for key, value in outcome.row.items() if value) + "\n")
        if given.failures:
            given.failures.write_text("\n".join(failures) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(summary(outcomes)) + "\n")
    tracked = read_results(RESULTS)
    if given.update or not (given.short or given.only):
        known = tracked | {row["scene"]: row for row in outcomes}
        write_results([known[scene.name] for scene in read_scenes() if scene.name in known], RESULTS)
        return 0
    fallen = [line for row in outcomes for line in falls(row, tracked.get(row["scene"]))]
    sys.stdout.write("".join(f"{line}\n" for line in fallen))
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())

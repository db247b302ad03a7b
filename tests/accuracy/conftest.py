"""A ratchet: each clip has floors in `floors.toml`, and a run ends with a table of what was reached."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detector.run.analyze import analyze
from detector.truth.known import read_truth
from detector.truth.scoring.evaluate import evaluate
from detector.truth.scoring.score import Score

ROWS = pytest.StashKey[dict[str, list[str]]]()
COLUMNS = ("clip", "twitch", "F1", "by any", "rhythmic", "F1", "rate error", "gross", "F1", "false", "broken", "events")
FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))

ScoreClip = Callable[[str, Path, Path], Score]


def pytest_configure(config: pytest.Config) -> None:
    config.stash[ROWS] = {}


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if not config.stash[ROWS]:
        return
    table = [list(COLUMNS), *config.stash[ROWS].values()]
    widths = [max(len(row[column]) for row in table) for column in range(len(COLUMNS))]
    terminalreporter.section("accuracy (found/known; F1; false events of any kind; broken episodes/episodes)")
    for row in table:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        terminalreporter.write_line("  ".join(cells).rstrip())


@pytest.fixture(scope="session")
def score_clip(request: pytest.FixtureRequest) -> ScoreClip:
    """Analyze a clip with default parameters, score it and put it into the table: `score_clip(name, video, truth)`."""

    def run(name: str, video: Path, truth: Path) -> Score:
        score = evaluate(analyze(video, workers=1), read_truth(truth))
        request.config.stash[ROWS][name] = cells(name, score)
        return score

    return run


@pytest.fixture(scope="session")
def shortfalls() -> Callable[[str, Score], list[str]]:
    """Where a score falls behind the floors of its clip, in words: `shortfalls(name, score)`."""

    def compare(name: str, score: Score) -> list[str]:
        reached = measures(score)
        floors = FLOORS[name]
        least = [
            f"{key} {reached[key]:.3f} < {low}"
            for key, low in floors.get("least", {}).items()
            if not reached[key] >= low
        ]
        most = [
            f"{key} {reached[key]:.3f} > {high}"
            for key, high in floors.get("most", {}).items()
            if not reached[key] <= high
        ]
        return least + most

    return compare


def measures(score: Score) -> dict[str, float]:
    """What floors may name. A rate error without a matched rhythmic event is NaN and meets no bound."""
    f1 = {f"{kind}_f1": row.tally.f1 for kind, row in score.kinds.items()}
    by_any = {f"{kind}_found_by_any": row.found_by_any for kind, row in score.kinds.items()}
    counts = {"false_events": score.n_false, "broken_episodes": score.n_broken, "events": len(score.found)}
    restless = {"twitches_in_restless": score.n_twitches_restless, "restless_covered": score.restless_covered}
    return f1 | by_any | counts | restless | {"rate_error_hz": score.mean_rate_error_hz}


def cells(name: str, score: Score) -> list[str]:
    """One row of the table."""
    row = [name]
    for kind in ("twitch", "rhythmic", "gross"):
        tally = score.kinds[kind].tally
        row += [f"{tally.n_found}/{tally.n_known}", f"{tally.f1:.3f}" if tally.n_known + tally.n_found else "-"]
        if kind == "twitch":
            row.append(f"{score.kinds[kind].found_by_any:.3f}" if tally.n_known else "-")
        if kind == "rhythmic":
            row.append(f"{score.mean_rate_error_hz:.3f} Hz" if score.rate_error_hz.size else "-")
    return [*row, str(score.n_false), f"{score.n_broken}/{score.n_episodes}", str(len(score.found))]

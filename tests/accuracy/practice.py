"""Score practice clips, one line each: `python -m tests.accuracy.practice [CLIP ...] [--nights DIR]`.

Each line has found and known of each kind, F1, and every miss (`-`, with what was found in its place) and every event
beyond the known (`+`), by time. Nothing is kept: clips are analyzed in memory, or taken from night folders that were
made before (`DIR/<clip>`). Clips without a truth table list the number of events of each kind. `--long` adds a line for
each miss (place, size, what was found near it) and for each event beyond the known (its numbers and its reason).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from detector.night.night import Night
from detector.night.people.agreement import ONSET_TOLERANCE_S
from detector.run.analyze import analyze
from detector.truth.known import read_truth
from detector.truth.scoring.evaluate import evaluate, is_open, match_kind
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.score import Score
from tests.accuracy.bench import describe

_BESIDE = [folder / "shared" / "practice" for folder in Path(__file__).parents[3:]]
PRACTICE = next((folder for folder in _BESIDE if folder.is_dir()), _BESIDE[0])
"""Beside the project, or beside a folder around it."""
SAMPLES = Path(__file__).parents[2] / "sample_videos"
TALLIED = ("twitch", "rhythmic", "movement", "gross", "restless")


@dataclass(frozen=True)
class Clip:
    """A clip and what is known of it; `truth` is None where nothing is."""

    name: str
    video: Path
    truth: Path | None


def all_clips() -> dict[str, Clip]:
    """Every practice clip and every sample, by name; none where the footage does not lie beside the project."""
    clips = [Clip(path.parent.name, path, path.with_name("truth.csv")) for path in PRACTICE.glob("*/clip.mp4")]
    clips += [Clip(path.stem, path, path.with_name(f"{path.stem}_truth.csv")) for path in SAMPLES.glob("*.mp4")]
    clips += [Clip(path.stem, path, None) for path in (PRACTICE / "real").glob("*") if path.suffix != ".csv"]
    return {clip.name: clip for clip in sorted(clips, key=lambda clip: (clip.truth is None, clip.name))}


def score_line(clip: Clip, nights: Path | None = None, *, is_long: bool = False) -> str:
    """The clip's line, and those of its differences where they are asked for."""
    folder = None if nights is None else nights / clip.name
    if folder is not None and not folder.is_dir():
        return f"{clip.name:14} no night in {nights}"
    night = Night.load(folder) if folder else analyze(clip.video, workers=1)
    counts = Counter(event.kind for event in night.decision.events)
    artifacts = Counter(artifact.kind for artifact in night.decision.artifacts)
    listed = "  artifacts: " + _counted(artifacts)
    if clip.truth is None:
        return f"{clip.name:14} {_counted(counts)}{listed}"
    known = read_truth(clip.truth)
    score = evaluate(night, known)
    words = [*tallies(score), *differences(score)]
    lines = describe(" ", night, known) if is_long else ()
    return "\n".join([f"{clip.name:14} {'  '.join(words)}{listed}", *lines])


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in counts.most_common()) or "nothing"


def tallies(score: Score) -> Iterator[str]:
    """Matched of known (found) and F1 by kind, found by any, jerks, restless time, false events, broken episodes."""
    for kind in TALLIED:
        row = score.kinds[kind]
        tally = row.tally
        if kind == "restless" and tally.n_known:
            yield f"restless {score.restless_covered:.0%} inside events, {score.n_twitches_restless} twitches"
        elif tally.n_known + tally.n_found:
            any_ = f" any {row.found_by_any:.2f}" if tally.n_known else ""
            yield f"{kind} {tally.n_matched}/{tally.n_known} ({tally.n_found}) F1 {tally.f1:.3f}{any_}"
    if jerks := score.kinds["jerk"].tally.n_known:
        yield f"jerk {score.kinds['jerk'].n_touched}/{jerks}"
    if score.rate_error_hz.size:
        yield f"rate {score.mean_rate_error_hz:.3f} Hz (worst {np.abs(score.rate_error_hz).max():.3f})"
    yield f"false {score.n_false}"
    if score.n_episodes:
        yield f"broken {score.n_broken}/{score.n_episodes}"


def differences(score: Score) -> Iterator[str]:
    """`-twitch 12.3 (movement 12.2)` for what was missed, `+twitch 45.6` for what is not known, in order of time."""
    lines: list[tuple[float, str]] = []
    told = score.found.where(~is_open(score.known, score.found))
    for kind in (*TALLIED, "uncertain"):
        known, found = score.known.of(kind), told.of(kind)
        pairs = match_kind(kind, known, found)
        if kind != "restless":
            lines += [
                (start_s, f"-{kind} {start_s:.1f}{_instead(score.found, start_s, stop_s)}")
                for start_s, stop_s in _rest(known, pairs[:, 0])
            ]
        lines += [(a, f"+{kind} {a:.1f}-{b:.1f}") for a, b in _rest(found, pairs[:, 1])]
    jerks = score.known.of("jerk")
    for start_s, stop_s in zip(jerks.start_s.tolist(), jerks.stop_s.tolist(), strict=True):
        if not _near(score.found, start_s, stop_s).any():
            lines.append((start_s, f"-jerk {start_s:.1f}"))
    yield from (line for _, line in sorted(lines))


def _rest(movements: Intervals, taken: np.ndarray) -> list[tuple[float, float]]:
    free = np.setdiff1d(np.arange(len(movements)), taken)
    return [(float(movements.start_s[k]), float(movements.stop_s[k])) for k in free]


def _near(movements: Intervals, start_s: float, stop_s: float) -> np.ndarray:
    begins, ends = movements.start_s - ONSET_TOLERANCE_S, movements.stop_s + ONSET_TOLERANCE_S
    return np.asarray((begins <= stop_s) & (start_s <= ends))


def _instead(found: Intervals, start_s: float, stop_s: float) -> str:
    near = found.where(_near(found, start_s, stop_s))
    words = [f"{kind} {a:.1f}-{b:.1f}" for kind, a, b in zip(near.kind, near.start_s, near.stop_s, strict=True)]
    return f" ({', '.join(words[:3])})" if words else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the lines of the clips that are named, or of all."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.practice", description=__doc__)
    parser.add_argument("clips", nargs="*", help="names such as crib-limb; all where none is given")
    parser.add_argument("--nights", type=Path, help="folder with a night folder for each clip")
    parser.add_argument("--workers", type=int, default=1, help="clips at a time")
    parser.add_argument("--long", action="store_true", help="tell more of each difference")
    given = parser.parse_args(arguments)
    clips = all_clips()
    if unknown := [name for name in given.clips if name not in clips]:
        parser.error(
            f"{unknown[0]}: expected a clip of {', '.join(clips) or 'the practice footage, which is not here'}"
        )
    chosen = [clips[name] for name in given.clips or clips]
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        for line in pool.map(partial(score_line, nights=given.nights, is_long=given.long), chosen):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Scenes that nobody chose: `python -m tests.accuracy.chance SEED` draws some at random and scores them.

What a change was made for lies in `scenes.csv`; whether it holds for others of the kind shows here, with a seed that
was never looked at. Nothing is rewritten.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path

from tests.accuracy.bench import Scene, scene_of
from tests.accuracy.ratchet import run_scenes, summary

SIZES = ("640x360", "640x360", "848x480", "1280x720", "320x180")
FRAME_RATES = (8, 10, 12, 15, 20, 25, 30)
ENCODINGS = (
    "h264 crf27 key4",
    "h264 400k key2",
    "hevc 350k key4",
    "h264 600k key1",
    "mpeg4 700k key2",
    "mjpeg crf10 key1",
)
LARGE_ENCODINGS = ("h264 700k key2", "hevc 600k key4")
LENGTHS_S = (45, 62, 90, 130)
PLACES = ("left_hand", "right_hand", "left_foot", "right_foot", "head", "left_arm", "right_leg")
ALWAYS = (
    "clock",
    "temperature",
    "exposure",
    "exposure:0.6",
    "flicker:0.5",
    "jitter",
    "drop",
    "curtain",
    "mobile",
    "gain",
)
AT_TIMES = (
    "light@{}+8", "headlights@{}+4", "pan@{}+4", "zoom@{}+4", "rocked@{}+6", "focus@{}+3", "freeze@{}+3",
    "duplicate@{}+4", "banner@{}+3", "insect@{}", "dust@{}", "bump@{}", "knock@{}", "infrared@{}",
)  # fmt: skip
Row = dict[str, str]


def still(rng: random.Random, seconds: int) -> tuple[str, str]:
    """Nothing moves, under two to four nuisances at once."""
    nuisances = rng.sample(ALWAYS, rng.randint(0, 2)) + rng.sample(AT_TIMES, rng.randint(1, 2))
    return "", " + ".join(_of_unlike_kind([one.format(rng.randint(6, seconds - 16)) for one in nuisances]))


def boxes(rng: random.Random, seconds: int) -> tuple[str, str]:
    """The camera draws boxes around what moves."""
    del seconds
    moves = ("6 twitch", "6 twitch + 1 rhythmic", "1 gross + 4 twitch", "every 3-6 s twitch left_hand")
    return rng.choice(moves), "tracker" + rng.choice(("", " + clock"))


def rhythms(rng: random.Random, seconds: int) -> tuple[str, str]:
    """A limb swings, from a moment on or all along."""
    start_s = rng.choice((0, 4, 8, 12))
    lasts_s = rng.choice((seconds - start_s, seconds - start_s - 4, 14))
    rate_hz, size_px = rng.choice((0.6, 0.75, 0.9, 1.3, 1.8, 2.4)), rng.choice((4, 6, 8))
    nuisances = _of_unlike_kind(rng.sample(("clock", "clock", "jitter", "drop", "exposure", "curtain"), 2))
    return f"rhythmic@{start_s}+{lasts_s}:{rng.choice(PLACES)}:{size_px}px:{rate_hz}hz", " + ".join(nuisances)


def twitches(rng: random.Random, seconds: int) -> tuple[str, str]:
    """Twitches, scattered or dense, or an infant who is awake."""
    moves = (
        f"{seconds // 12} twitch",
        f"every 3-6 s twitch {rng.choice(PLACES)}",
        "1 gross + 3 twitch",
        f"restless@4+{seconds - 12}",
    )
    nuisances = _of_unlike_kind(rng.sample(("clock", "exposure:0.6", "jitter", "drop", "curtain", "mobile"), 2))
    return rng.choice(moves), " + ".join(nuisances)


KINDS: dict[str, Callable[[random.Random, int], tuple[str, str]]] = {
    kind.__name__: kind for kind in (still, boxes, rhythms, twitches)
}


def _of_unlike_kind(nuisances: list[str]) -> list[str]:
    return list({one.partition("@")[0].partition(":")[0]: one for one in nuisances}.values())


def scenes_at_random(kind: str, seed: int, n_scenes: int) -> list[Row]:
    """Rows as of `scenes.csv`.

    Args:
        kind: one of `KINDS`.
        seed: of all choices.
        n_scenes: how many.
    """
    rng = random.Random(f"{kind} {seed}")
    rows = []
    for number in range(n_scenes):
        seconds, size = rng.choice(LENGTHS_S), rng.choice(SIZES)
        look = [f"seconds {seconds}", *(["color"] if rng.random() < 0.25 else [])]
        if rng.random() < 0.4:
            look.append(f"breathing {rng.choice((0.2, 0.8, 1.2, 1.6))}")
        movements, nuisances = KINDS[kind](rng, seconds)
        rows.append(
            {
                "name": f"{kind}-{seed}-{number}",
                "short": "",
                "made": rng.choice(("drawn", "planted")),
                "size": size,
                "fps": str(rng.choice(FRAME_RATES)),
                "encoding": rng.choice(LARGE_ENCODINGS if size == "1280x720" else ENCODINGS),
                "seed": str(rng.randint(1000, 9999)),
                "look": " + ".join(look),
                "movements": movements,
                "nuisances": nuisances,
            }
        )
    return rows


def main() -> None:
    """Score scenes of one kind, or of all, and tell each miss and each event too many."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.chance", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("--kind", choices=sorted(KINDS), action="append", help="only this kind; more than once")
    parser.add_argument("--scenes", type=int, default=30, help="of each kind")
    parser.add_argument("--workers", type=int, default=2, help="scenes at a time")
    parser.add_argument("--keep", type=Path, help="keep footage in this folder, and take it from there the next time")
    given = parser.parse_args()
    for kind in given.kind or sorted(KINDS):
        rows = scenes_at_random(kind, given.seed, given.scenes)
        words = {
            row["name"]: ", ".join(row[key] for key in ("size", "fps", "encoding", "look", "nuisances")) for row in rows
        }
        outcomes = []
        scenes: list[Scene] = [scene_of(row) for row in rows]
        for outcome in run_scenes(scenes, given.workers, given.keep):
            outcomes.append(outcome.row)
            if outcome.failures:
                sys.stdout.write(f"{words[outcome.row['scene']]}\n" + "".join(f"  {one}\n" for one in outcome.failures))
        sys.stdout.write("\n".join(summary(outcomes)) + "\n")


if __name__ == "__main__":
    main()

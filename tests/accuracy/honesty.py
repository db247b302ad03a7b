"""Whether the sensitivity that a night reports is its true one: `python -m tests.accuracy.honesty [--runs 100]`.

Each run draws a still scene. The camera encodes it, and the night reports its sensitivity from what the camera left.
The truth comes from the same scene before the camera's encoder: other movements of the same design are planted into the
drawn pictures and then encoded once. Both are shares found; they agree where their difference is no larger than its
95 % interval (Newcombe 1998, method 10) allows. `--other CODEC:KBPS` encodes the reported side otherwise than the
camera did, and so tells how far off that makes it.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from detector.footage.video import probe
from detector.night.people.agreement import Proportion, proportion
from detector.run.analyze import analyze
from detector.truth.encode import Encoding
from detector.truth.planting.pictures import usual_fps
from detector.truth.planting.plant import plant
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import SceneSpec
from detector.truth.sensitivity.design import choose_stretches, plan_stretches, quiet_runs
from detector.truth.sensitivity.measure import Injection, measure_sensitivity
from detector.truth.sensitivity.trials import StretchTask, run_stretch

SIZE_PX, FPS, SECONDS = (240, 136), 8.0, 300.0
CODECS = (Encoding(bitrate_kbps=120, key_interval_s=2), Encoding(crf=27), Encoding("hevc", bitrate_kbps=90))
# As many plans are planted into the drawn pictures, so that the truth is better known than what is reported.
N_TRUE = 2


@dataclass(frozen=True)
class Run:
    """Twitches found of planted: as the night reports, and in truth."""

    seed: int
    reported: Proportion
    true: Proportion

    @property
    def is_alike(self) -> bool:
        """Whether the difference of the shares is within its 95 % interval around 0."""
        low, high = difference(self.reported, self.true)
        return low <= 0 <= high


def difference(one: Proportion, other: Proportion) -> tuple[float, float]:
    """95 % interval of the difference of two shares: those of both, squared and added (Newcombe's method 10)."""
    apart = one.share - other.share
    below = math.hypot(one.share - one.low, other.high - other.share)
    above = math.hypot(one.high - one.share, other.share - other.low)
    return apart - below, apart + above


def agree(seed: int, folder: Path, seconds: float = SECONDS, other: Encoding | None = None) -> Run:
    """One run: draw, encode, report, and compare with the truth.

    Args:
        seed: another scene, another camera, other movements.
        folder: where footage is put.
        seconds: length of the scene, s.
        other: how the reported side is encoded, where not as the camera did.
    """
    camera = CODECS[seed % len(CODECS)]
    spec = SceneSpec(seconds, FPS, SIZE_PX, seed=seed, noise=1.5 + (seed % 3) / 2)
    drawn = synthesize(folder / f"drawn_{seed}.mkv", spec, Encoding(crf=0, preset="ultrafast")).video
    filmed = drawn.with_name(f"filmed_{seed}.mkv")
    plant(drawn, filmed, (), camera)
    night = analyze(filmed, workers=1)
    budget = round(seconds * FPS)
    reported = measure_sensitivity(night, Injection(budget, seed, encoding=other), footage=filmed)
    info = probe(drawn)
    found = n = 0
    for k in range(N_TRUE):
        stretches = choose_stretches(quiet_runs(night), seconds, seed + 1000 * (k + 1))
        for plan in plan_stretches(stretches, SIZE_PX[0], FPS, seed + 1000 * (k + 1)):
            task = StretchTask(info.path, 0.0, plan, camera, usual_fps(info), night.params, seed + 1000 * (k + 1))
            twitches = [one for one in run_stretch(task).trials if one.movement.kind == "twitch"]
            found, n = found + sum(one.is_found for one in twitches), n + len(twitches)
    return Run(seed, reported.recall("twitch"), proportion(found, n))


def main() -> int:
    """Run and count in how many runs the two agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.honesty", description=__doc__)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, metavar="SEED", help="first run, to go on with others")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--other", default="", metavar="CODEC:KBPS", help="encode the reported side so")
    given = parser.parse_args()
    codec, _, kbps = given.other.partition(":")
    other = replace(CODECS[0], codec=codec, bitrate_kbps=float(kbps)) if given.other else None
    alike = 0
    apart: list[float] = []
    with (
        tempfile.TemporaryDirectory(prefix="honesty-") as folder,
        ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool,
    ):
        for run in pool.map(
            partial(agree, folder=Path(folder), other=other), range(given.first, given.first + given.runs)
        ):
            alike += run.is_alike
            apart.append(run.reported.share - run.true.share)
            sides = [f"{one.n_true}/{one.n} = {one.share:.2f}" for one in (run.reported, run.true)]
            sys.stdout.write(f"{run.seed}: reported {sides[0]}, true {sides[1]}{'' if run.is_alike else '  APART'}\n")
            sys.stdout.flush()
    mean = sum(apart) / len(apart)
    sys.stdout.write(f"{alike} of {given.runs} runs agree; reported less true: {mean:+.3f} in the mean\n")
    return 0 if alike >= 0.9 * given.runs else 1


if __name__ == "__main__":
    sys.exit(main())

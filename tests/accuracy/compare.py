"""What a user would pick instead, on the same scenes and with the same scoring: `python -m tests.accuracy.compare`.

Needs the extra `bench`, which installs DVR-Scan; `--dvr-scan` names its command where it is installed elsewhere.

None of the others tells kinds of movement apart. So any event counts as a found twitch if its onset lies within 0.5 s
of a known one, one to one; events within a known long movement are left out; all others are false. This project is
scored in the same way, whatever kind it calls its events. "Tuned" means with the answers in hand: for each scene the
settings of those tried that give the best F1. No user could do that.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from detector.footage.video import iter_luma, probe
from detector.night.people.agreement import ROUNDING_S
from detector.run.analyze import analyze
from detector.truth.known import KnownMovement, read_truth
from detector.truth.scoring.matching import best_pairs, onset_distance
from tests.accuracy.bench import HERE, make_scene, read_scenes

TABLE = HERE / "COMPARISON.md"
SCENES = ("h264-crf-plain", "h264-crf-everything", "h264-slow-planted", "hevc-plain", "still-everything")
COMMAND = "python -m tests.accuracy.compare"
DVR_SCAN = "DVR-Scan 1.8.2.1"

DEFAULT = ("",)
SENSITIVE = ("-t 0.01 -k 3 -l 2 -tb 0 -tp 0.3s",)
TUNED = ("-t 0.05 -k 3 -l 2 -tb 0 -tp 0.3s", "-t 0.15 -k 3 -l 2 -tb 0 -tp 0.3s")
ONSET_TOLERANCE_S = 0.5

Intervals = list[tuple[float, float]]


@dataclass(frozen=True)
class Result:
    """What a method found in a scene: known twitches, those found, false events."""

    n_known: int
    n_found: int
    n_false: int

    @property
    def f1(self) -> float:
        """F1 of twitches, 0 to 1; 1 where nothing is known and nothing was found."""
        both = self.n_known + self.n_found + self.n_false
        return 2 * self.n_found / both if both else 1.0


def score_intervals(found: Intervals, known: Sequence[KnownMovement]) -> Result:
    """Score events of no kind against known movements."""
    twitches_s = np.array([one.onset_s for one in known if one.kind == "twitch"], float)
    distance_s = onset_distance(twitches_s, np.array([one[0] for one in found], float))
    pairs = best_pairs(distance_s <= ONSET_TOLERANCE_S + ROUNDING_S, 1 / (1 + distance_s))
    rest = [one for k, one in enumerate(found) if k not in set(pairs[:, 1].tolist())]
    long = [(one.onset_s, one.stop_s) for one in known if one.kind != "twitch"]
    false = [
        one
        for one in rest
        if not any(one[0] <= b + ONSET_TOLERANCE_S and a - ONSET_TOLERANCE_S <= one[1] for a, b in long)
    ]
    return Result(twitches_s.size, len(pairs), len(false))


@lru_cache(maxsize=16)
def find_with_dvr_scan(command: str, video: Path, options: str) -> Intervals:
    """Events of DVR-Scan: a list of start and stop times on its standard output."""
    run = subprocess.run(
        [command, "-i", str(video), "-so", "-q", "--ignore-user-config", *options.split()],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    clocks = re.findall(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", run.stdout)
    times = [int(hours) * 3600 + int(minutes) * 60 + float(seconds) for hours, minutes, seconds in clocks]
    return list(zip(times[::2], times[1::2], strict=True))


@dataclass(frozen=True)
class Signals:
    """Whole-picture measures of frame differences: time in s, share of changed pixels, mean change; shape (n,) each."""

    time_s: NDArray[np.float64]
    changed_share: NDArray[np.float64]
    energy: NDArray[np.float64]


def measure_signals(video: Path) -> Signals:
    """Differences of neighboring pictures, blurred as the usual recipes do; a pixel has changed by more than 10."""
    times, shares, energies = [], [], []
    before: NDArray[np.float32] | None = None
    for frame in iter_luma(probe(video)):
        soft = cv2.GaussianBlur(np.array(frame.luma), (5, 5), 0).astype(np.float32)
        change = np.zeros_like(soft) if before is None else np.abs(soft - before)
        before = soft
        times.append(frame.time_s)
        shares.append(float((change > 10).mean()))
        energies.append(float(change.mean()))
    return Signals(np.array(times), np.array(shares), np.array(energies))


def find_by_threshold(signals: Signals, least_share: float) -> Intervals:
    """Frame differencing: events are runs of pictures with more changed pixels, joined over gaps of 0.3 s."""
    times_s = signals.time_s[signals.changed_share > least_share]
    if not times_s.size:
        return []
    breaks = np.flatnonzero(np.diff(times_s) > 0.3) + 1
    return [(float(run[0]), float(run[-1])) for run in np.split(times_s, breaks)]


def find_by_peaks(signals: Signals, n_deviations: float) -> Intervals:
    """Motion energy: peaks that stand out by so many scaled median absolute deviations, 0.5 s apart."""
    energy = signals.energy
    spread = 1.4826 * float(np.median(np.abs(energy - np.median(energy))))
    distance = max(1, round(0.5 / float(np.median(np.diff(signals.time_s)))))
    peaks, _ = find_peaks(energy, prominence=n_deviations * max(spread, 1e-6), distance=distance)
    # A peak lies in the middle of a twitch of a usual length.
    return [(float(time_s) - 0.15, float(time_s) + 0.15) for time_s in signals.time_s[peaks]]


def compare_on(video: Path, known: Sequence[KnownMovement], dvr_scan: str) -> dict[str, Result]:
    """Every method on one clip; the best of its settings where there are several."""
    signals = measure_signals(video)
    events = analyze(video, workers=1).events
    own = list(zip(events["start_s"].tolist(), events["stop_s"].tolist(), strict=True))

    def best(find: Callable[[str], Intervals], settings: Sequence[str]) -> Result:
        return max((score_intervals(find(one), known) for one in settings), key=lambda one: (one.f1, -one.n_false))

    results = {"this project, default": score_intervals(own, known)}
    if dvr_scan:
        for words, settings in (("default", DEFAULT), ("sensitive", SENSITIVE), ("tuned", SENSITIVE + TUNED)):
            results[f"{DVR_SCAN}, {words}"] = best(lambda text: find_with_dvr_scan(dvr_scan, video, text), settings)
    shares = [f"{value:g}" for value in np.geomspace(1e-4, 0.1, 31)]
    deviations = [f"{value:g}" for value in np.geomspace(2, 100, 31)]
    results["frame differences, 1 % changed"] = score_intervals(find_by_threshold(signals, 0.01), known)
    results["frame differences, tuned"] = best(lambda text: find_by_threshold(signals, float(text)), shares)
    results["motion energy and find_peaks, 5 deviations"] = score_intervals(find_by_peaks(signals, 5.0), known)
    results["motion energy and find_peaks, tuned"] = best(lambda text: find_by_peaks(signals, float(text)), deviations)
    return results


def to_markdown(results: Mapping[str, Mapping[str, Result]]) -> str:
    """A table: one row a method, one column a scene (found of known, false, F1), last all scenes together."""
    scenes = list(results)
    lines = [
        "| method | " + " | ".join(scenes) + " | together |",
        "|---" * (len(scenes) + 2) + "|",
    ]
    for method in next(iter(results.values())):
        row = [results[scene][method] for scene in scenes]
        row.append(Result(*(sum(one) for one in zip(*map(astuple, row), strict=True))))
        cells = [f"{one.n_found}/{one.n_known}, {one.n_false} false, {one.f1:.2f}" for one in row]
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Compare on scenes of the bench and rewrite the tracked table, or on given clips and print it."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument(
        "clips", nargs="*", type=Path, help="videos with `truth.csv` beside them, instead of the scenes"
    )
    parser.add_argument("--dvr-scan", default=shutil.which("dvr-scan") or "", help="command of DVR-Scan")
    parser.add_argument("--keep", type=Path, help="keep footage in this folder, and take it from there the next time")
    given = parser.parse_args()
    if not given.dvr_scan:
        sys.stderr.write("dvr-scan: expected this command for its rows; install the extra `bench` or use --dvr-scan.\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="compare-") as temporary:
        clips = {path.parent.name: (path, path.with_name("truth.csv")) for path in given.clips}
        if not clips:
            scenes = {scene.name: scene for scene in read_scenes()}
            clips = {name: make_scene(scenes[name], given.keep or Path(temporary)) for name in SCENES}
        with ThreadPoolExecutor(2) as pool:
            # Each method runs in one process of its own.
            found = pool.map(lambda clip: compare_on(clip[0], read_truth(clip[1]), given.dvr_scan), clips.values())
            results = dict(zip(clips, found, strict=True))
    table = to_markdown(results)
    if given.clips:
        sys.stdout.write(table)
    else:
        about = (__doc__ or "").split("\n\n", 2)[2]
        TABLE.write_text(
            f"# Comparison\n\nFound of known twitches, false events, F1. Made by `{COMMAND}`.\n\n{table}\n{about}",
            encoding="utf-8",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())

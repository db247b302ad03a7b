"""What is measured, each against its goal."""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cost import Cost, run, run_command, run_task
from tests.benchmarks.footage import clips, draw, lengthen

MINUTE_S = 60
HOUR_S = 3600


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        measure: what was measured.
        value: the result, in words.
        goal: in words; empty where there is none.
        is_met: None where there is no goal.
    """

    measure: str
    value: str
    goal: str = ""
    is_met: bool | None = None


@dataclass(frozen=True)
class Bench:
    """Where the footage lies, how long it is to be, and whose interpreter has the peers installed.

    Attributes:
        folder: for footage and nights.
        is_quick: the short form.
        peers: an interpreter with DVR-Scan and musicalgestures, or None.
    """

    folder: Path
    is_quick: bool = False
    peers: Path | None = None

    def length_s(self, full_s: float, quick_s: float) -> float:
        """Length of footage, s: of the full form, or of the quick one."""
        return quick_s if self.is_quick else full_s

    def footage(self, name: str, length_s: float) -> Path:
        """Footage of this kind and length."""
        base = draw(name, self.folder, is_quick=self.is_quick)
        return lengthen(base, self.folder / f"{base.stem}-repeated-{length_s:.0f}s.mp4", length_s)

    def analyze(self, footage: Path, workers: int = 1) -> tuple[Cost, Path]:
        """Analyze into a new night folder."""
        night = self.folder / f"night-{footage.stem}-{workers}"
        shutil.rmtree(night, ignore_errors=True)
        return run_command("analyze", footage, "--out", night, "--workers", workers, "--quiet"), night


def decoding_ratio(bench: Bench) -> Iterator[Row]:
    """Processor time of an analysis over that of decoding alone, measured in turn."""
    lengths = {"720p": (60, 1), "1080p": (30, 0.7), "720p HEVC": (30, 0.7), "360p": (60, 1)}
    for name, minutes in lengths.items():
        length_s = MINUTE_S * bench.length_s(*minutes)
        footage = bench.footage(name, length_s)
        n_frames = length_s * 15
        floor = [run_task("floor", footage)]
        whole, _ = bench.analyze(footage)
        floor.append(run_task("floor", footage))
        floor_s = statistics.mean(cost.cpu_s for cost in floor)
        goal = 1.25 if 1e3 * floor_s / n_frames < 0.6 else 1.15
        value = whole.cpu_s / floor_s
        yield Row(
            f"`analyze` / decoding, processor time, {name}, {length_s / MINUTE_S:g} min",
            f"{value:.2f} (decoding {1e3 * floor_s / n_frames:.2f} ms a frame, `analyze` {whole.cpu_s:.0f} s)",
            f"at most {goal}",
            value <= goal,
        )


def second_worker(bench: Bench) -> Iterator[Row]:
    """Wall time with two workers over that with one."""
    length_s = bench.length_s(30 * MINUTE_S, 3 * MINUTE_S)
    footage = bench.footage("720p", length_s)
    one, two = bench.analyze(footage)[0], bench.analyze(footage, workers=2)[0]
    ratio = two.wall_s / one.wall_s
    yield Row(
        f"wall time, 2 workers / 1 worker, 720p, {length_s / MINUTE_S:g} min",
        f"{ratio:.2f} ({two.wall_s:.0f} s / {one.wall_s:.0f} s)",
        "at most 0.55",
        ratio <= 0.55,
    )


def long_night(bench: Bench) -> Iterator[Row]:
    """Memory, disk and time as the footage grows to a night of ten hours with ordinary movement."""
    lengths = [bench.length_s(*pair) for pair in ((10 * MINUTE_S, MINUTE_S), (30 * MINUTE_S, 3 * MINUTE_S))]
    lengths += [bench.length_s(2 * HOUR_S, 6 * MINUTE_S), bench.length_s(10 * HOUR_S, 12 * MINUTE_S)]
    costs = {}
    for length_s in lengths:
        footage = bench.footage("ordinary", length_s)
        costs[length_s], night = bench.analyze(footage, workers=2 if length_s == lengths[-1] else 1)
    short, long = costs[lengths[1]], costs[lengths[-1]]
    yield Row(
        f"peak memory of a worker, {_long(lengths[1])} / {_long(lengths[-1])}",
        f"{short.child_mb:.0f} MB / {long.child_mb:.0f} MB",
        "at most 200 MB, the same within 10 %",
        max(short.child_mb, long.child_mb) <= 200 and abs(long.child_mb / short.child_mb - 1) <= 0.1,
    )
    yield Row(f"peak memory of the process that starts the workers, {_long(lengths[-1])}", f"{long.peak_mb:.0f} MB")
    trace_mb = sum(part.stat().st_size for part in (night / "motion").glob("*.npz")) / 1e6
    per_night = trace_mb * 10 * HOUR_S / lengths[-1]
    yield Row(
        f"trace on disk, ordinary movement, {_long(lengths[-1])}",
        f"{trace_mb:.1f} MB" + ("" if lengths[-1] == 10 * HOUR_S else f", {per_night:.0f} MB for 10 h"),
        "at most 40 MB for 10 h",
        per_night <= 40,
    )
    marginal = (long.cpu_s - costs[lengths[0]].cpu_s) / (lengths[-1] - lengths[0]) * HOUR_S
    first = (costs[lengths[1]].cpu_s - costs[lengths[0]].cpu_s) / (lengths[1] - lengths[0]) * HOUR_S
    each = ", ".join(f"{_long(length_s)}: {costs[length_s].cpu_s / length_s * HOUR_S:.1f}" for length_s in lengths)
    yield Row(
        "processor time an hour of footage, 360p, s",
        f"{each}; of each hour more, {first:.1f} at the start and {marginal:.1f} over all",
        "flat",
        marginal <= 1.1 * first,
    )


def deciding(bench: Bench) -> Iterator[Row]:
    """Deciding again from the trace of a night with many events."""
    hours = bench.length_s(10, 2)
    trace = bench.folder / f"busy-{hours:g}h.npz"
    run_task("busy_trace", draw("busy", bench.folder, is_quick=bench.is_quick), trace, hours * HOUR_S)
    cost = run_task("decide", trace)
    facts = json.loads(cost.said)
    yield Row(
        f"`decide`, {hours:g} h of 360p with {facts['n_events']:,} events",
        f"{facts['decide_s']:.2f} s (after {facts['load_s']:.2f} s for reading the trace), {cost.peak_mb:.0f} MB",
        "at most 2 s and 400 MB (10 h, 3,000 events)",
        facts["decide_s"] <= 2.0 and cost.peak_mb <= 400,
    )


def probing(bench: Bench) -> Iterator[Row]:
    """Reading what is in a night of many clips."""
    n_clips = int(bench.length_s(600, 60))
    source = draw("ordinary", bench.folder, is_quick=bench.is_quick)
    cost = run_command("probe", clips(source, bench.folder / f"clips-{n_clips}", n_clips, MINUTE_S))
    yield Row(
        f"`probe`, {n_clips} clips of 1 min ({n_clips * 900:,} packets)",
        f"{cost.wall_s:.1f} s ({cost.cpu_s:.1f} s of processor time)",
        "at most 10 s for 600 clips",
        cost.wall_s <= 10,
    )


def help_text(bench: Bench) -> Iterator[Row]:
    """How soon the command answers."""
    del bench
    script = Path(sysconfig.get_path("scripts")) / "twitch-detector"
    command = [script] if script.exists() else [sys.executable, "-m", "detector"]
    seconds = statistics.median(run([*command, "--help"]).wall_s for _ in range(5))
    yield Row("`twitch-detector --help`", f"{seconds:.2f} s", "at most 0.5 s", seconds <= 0.5)


def against_others(bench: Bench) -> Iterator[Row]:
    """Processor time of others on the same file over ours."""
    length_s = bench.length_s(10 * MINUTE_S, MINUTE_S)
    footage = bench.footage("720p", length_s)
    ours = bench.analyze(footage)[0].cpu_s
    others: dict[str, tuple[float, Callable[[], Cost]]] = {
        "a plain OpenCV loop": (4, lambda: run_task("opencv", footage)),
    }
    if bench.peers is not None:
        scan = [bench.peers.with_name("dvr-scan"), "-so", "-q", "--ignore-user-config", "-i", footage]
        gestures = [bench.peers, "-m", "tests.benchmarks.tasks", "musicalgestures", footage]
        others |= {
            "DVR-Scan, `-b CNT`": (3, lambda: run([*scan, "-b", "CNT"])),
            "DVR-Scan, `-b CNT`, picture shrunk by 8": (3, lambda: run([*scan, "-b", "CNT", "-df", "8"])),
            "DVR-Scan, as it comes": (3, lambda: run(scan)),
            "Musical Gestures Toolbox, gray, without video": (10, lambda: run(gestures)),
        }
    for name, (goal, measure) in others.items():
        yield _compared(name, goal, measure, ours, length_s)
    if bench.peers is None:
        yield Row("DVR-Scan, Musical Gestures Toolbox", "not installed here", "3 and 10 times ours")


def _compared(name: str, goal: float, measure: Callable[[], Cost], ours_s: float, length_s: float) -> Row:
    theirs_s = measure().cpu_s
    return Row(
        f"processor time of {name} / ours, 720p, {length_s / MINUTE_S:g} min",
        f"{theirs_s / ours_s:.1f} ({theirs_s:.0f} s / {ours_s:.0f} s)",
        f"at least {goal:g}",
        theirs_s >= goal * ours_s,
    )


def _long(length_s: float) -> str:
    return f"{length_s / HOUR_S:g} h" if length_s >= HOUR_S else f"{length_s / MINUTE_S:g} min"


MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "decoding": decoding_ratio,
    "workers": second_worker,
    "night": long_night,
    "decide": deciding,
    "probe": probing,
    "help": help_text,
    "others": against_others,
}

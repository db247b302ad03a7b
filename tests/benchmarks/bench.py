"""Where the bench works, and what a line of its table is."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.cost import Cost, run_command, run_task
from tests.benchmarks.footage import FPS, clips, draw, lengthen

MINUTE_S = 60
HOUR_S = 3600
NIGHT_S = 10 * HOUR_S


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
class Point:
    """What an hour of footage costs in a recording of some length.

    Attributes:
        length_s: of the recording, s.
        each_s: processor time an hour of footage, s.
        floor_s: that of decoding alone.
    """

    length_s: float
    each_s: float
    floor_s: float

    @property
    def ratio(self) -> float:
        """Analysis over decoding alone."""
        return self.each_s / self.floor_s


@dataclass(frozen=True)
class Bench:
    """Where the footage lies, how long it is to be, and whose interpreter has the peers installed.

    Attributes:
        folder: for footage and nights.
        is_quick: the short form.
        peers: an interpreter with DVR-Scan and musicalgestures, or None.
        points: cost by length, for the plot; filled while measuring.
        rest_s: what a night of ten hours costs besides measuring it, s; filled while measuring.
    """

    folder: Path
    is_quick: bool = False
    peers: Path | None = None
    points: list[Point] = field(default_factory=list)
    rest_s: list[float] = field(default_factory=list)

    @property
    def n_repeats(self) -> int:
        """How often to measure what is compared."""
        return 1 if self.is_quick else 5

    def length_s(self, full_s: float, quick_s: float) -> float:
        """Length of footage, s: of the full form, or of the quick one."""
        return quick_s if self.is_quick else full_s

    def footage(self, name: str, length_s: float) -> Path:
        """Footage of this kind and length, one file."""
        base = draw(name, self.folder, is_quick=self.is_quick)
        return lengthen(base, self.folder / f"{base.stem}-repeated-{length_s:.0f}s.mp4", length_s)

    def clips(self, name: str, n_clips: int, clip_s: float) -> Path:
        """Footage of this kind, a folder of clips that follow each other."""
        base = draw(name, self.folder, is_quick=self.is_quick)
        return clips(base, self.folder / f"{base.stem}-{n_clips}-clips-{clip_s:.0f}s", n_clips, int(clip_s))

    def analyze(self, footage: Path, workers: int = 1) -> tuple[Cost, Path]:
        """Analyze into a new night folder."""
        night = self.folder / f"night-{footage.stem}-{workers}"
        shutil.rmtree(night, ignore_errors=True)
        return run_command("analyze", footage, "--out", night, "--workers", workers, "--quiet"), night


@dataclass(frozen=True)
class Line:
    """A cost that grows with the footage: so much for the start, and so much for each second of it."""

    start_s: float
    each: float

    @classmethod
    def through(cls, short: tuple[float, float], long: tuple[float, float]) -> Line:
        """The line through two `(length_s, cpu_s)`."""
        each = (long[1] - short[1]) / (long[0] - short[0])
        return cls(short[1] - each * short[0], each)

    def at(self, length_s: float) -> float:
        """Processor time for this much footage, s."""
        return self.start_s + self.each * length_s


@dataclass(frozen=True)
class Pair:
    """Decoding alone and an analysis of the same footage, measured in turn.

    Attributes:
        floor: decoding alone.
        workers: the processes that measure; their cost grows evenly with the footage.
        rest_s: probing, deciding, the report: processor time of the process that was started, s.
    """

    floor: Line
    workers: Line
    rest_s: float


def pairs(bench: Bench, name: str, lengths_s: tuple[float, float], n_repeats: int = 0) -> Iterator[Pair]:
    """Decoding alone and an analysis of footage of the second length, as often as is said, or as the bench repeats.

    Machines that others share change their speed within a minute: decoding is measured before and after each analysis.
    """
    n_repeats = min(n_repeats or bench.n_repeats, bench.n_repeats)
    (short_s, short), (long_s, whole) = ((length_s, bench.footage(name, length_s)) for length_s in lengths_s)
    starts = [(run_task("floor", short).cpu_s, bench.analyze(short)[0].child_s) for _ in range(n_repeats)]
    floor_start, start = (statistics.median(costs) for costs in zip(*starts, strict=True))
    for _ in range(n_repeats):
        before = run_task("floor", whole).cpu_s
        analysis = bench.analyze(whole)[0]
        floor = 0.5 * (before + run_task("floor", whole).cpu_s)
        yield Pair(
            Line.through((short_s, floor_start), (long_s, floor)),
            Line.through((short_s, start), (long_s, analysis.child_s)),
            analysis.cpu_s - analysis.child_s,
        )


def line_of(measure: Callable[[Path], Cost], footage: Sequence[tuple[float, Path]]) -> Line:
    """What a tool costs, from two files of the same footage."""
    short, long = ((length_s, measure(path).cpu_s) for length_s, path in footage)
    return Line.through(short, long)


def middle(values: Sequence[float], form: str = ".2f") -> str:
    """Median of repeated measurements, and what they span."""
    told = format(statistics.median(values), form)
    return told if len(values) == 1 else f"{told} ({min(values):{form}} to {max(values):{form}})"


def long(length_s: float) -> str:
    """A length in words."""
    if length_s < MINUTE_S:
        return f"{length_s:g} s"
    return f"{length_s / HOUR_S:g} h" if length_s >= HOUR_S else f"{length_s / MINUTE_S:g} min"


def frame_ms(line: Line) -> float:
    """Cost of a frame, ms."""
    return 1e3 * line.each / FPS

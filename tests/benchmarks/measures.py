"""What is measured, each against its goal."""

from __future__ import annotations

import json
import statistics
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.benchmarks.bench import (
    HOUR_S,
    MINUTE_S,
    NIGHT_S,
    Bench,
    Line,
    Point,
    Row,
    frame_ms,
    line_of,
    long,
    middle,
    pairs,
)
from tests.benchmarks.cost import Cost, run, run_command, run_task
from tests.benchmarks.footage import draw, lengthen
from tests.benchmarks.many import nights_by_workers, spans_on_a_cluster
from tests.benchmarks.opening import opening
from tests.benchmarks.review import reviewing

# Shorter and longer footage of each kind, min: decoding takes about as long for each.
LENGTHS = {"720p": (1, 8), "1080p": (1, 3), "720p HEVC": (1, 4), "360p": (1, 12)}


def decoding_ratio(bench: Bench) -> Iterator[Row]:
    """Processor time of an analysis over that of decoding alone, both in a night of ten hours."""
    for name, minutes in LENGTHS.items():
        short_s, long_s = (MINUTE_S * bench.length_s(full, full / 5) for full in minutes)
        measured = list(pairs(bench, name, (short_s, long_s)))
        floor_ms = statistics.median(frame_ms(pair.floor) for pair in measured)
        goal = 1.25 if floor_ms < 0.6 else 1.15
        # Where no night was analyzed in this run, that of the longer footage stands for it.
        rest_s = statistics.median(bench.rest_s or [pair.rest_s for pair in measured])
        ratios = [(pair.workers.at(NIGHT_S) + rest_s) / pair.floor.at(NIGHT_S) for pair in measured]
        yield Row(
            f"`analyze` / decoding, processor time, {name}",
            f"{middle(ratios)} in 10 h; decoding {floor_ms:.2f} ms a frame, all but measuring {rest_s:.1f} s a night",
            f"at most {goal}",
            statistics.median(ratios) <= goal,
        )


def beyond_decoding(bench: Bench) -> Iterator[Row]:
    """Processor time of each frame more, without that of decoding it: by slope, in one file."""
    for name, goal_ms, minutes in (("1080p", 0.40, (2, 7)), ("720p", 0.25, (5, 25)), ("360p", 0.10, (5, 25))):
        short_s, long_s = (MINUTE_S * bench.length_s(full, full / 5) for full in minutes)
        measured = list(pairs(bench, name, (short_s, long_s), n_repeats=1))
        beyond = [frame_ms(pair.workers) - frame_ms(pair.floor) for pair in measured]
        floor_ms = statistics.median(frame_ms(pair.floor) for pair in measured)
        yield Row(
            f"processor time of a frame beyond decoding it, {name}, {long(short_s)} to {long(long_s)} of one file",
            f"{middle(beyond)} ms; decoding {floor_ms:.2f} ms",
            f"at most {goal_ms:.2f} ms",
            statistics.median(beyond) <= goal_ms,
        )


def breathing_share(bench: Bench) -> Iterator[Row]:
    """Processor time of what finds breathing over that of all measuring without decoding, and what it keeps."""
    length_s = bench.length_s(5 * MINUTE_S, MINUTE_S)
    costs = [run_task("breathing", bench.footage("720p", length_s)) for _ in range(bench.n_repeats)]
    facts = [json.loads(cost.said) for cost in costs]
    shares = [fact["breathing_s"] / (fact["measure_s"] - fact["decode_s"]) for fact in facts]
    night_mb = 12 * HOUR_S / length_s * facts[0]["stored_bytes"] / 1e6
    yield Row(
        "finding breathing / measuring without decoding, processor time, 720p; kept of a night of 12 h",
        f"{middle(shares, '.3f')}; {night_mb:.1f} MB",
        "at most 0.05; 3 MB",
        statistics.median(shares) <= 0.05 and night_mb <= 3.0,
    )


def one_clip(bench: Bench) -> Iterator[Row]:
    """What a clip costs beside what each second more of it does: start, probing, and most of pictures and report."""
    lengths_s = [MINUTE_S * bench.length_s(minutes, minutes / 5) for minutes in (5, 10)]
    seconds, shares = [], []
    for _ in range(min(bench.n_repeats, 3)):
        short, long_ = ((length_s, bench.analyze(bench.footage("720p", length_s))[0].wall_s) for length_s in lengths_s)
        line = Line.through(short, long_)
        seconds.append(line.start_s)
        shares.append(line.start_s / (line.each * lengths_s[0]))
    yield Row(
        f"`analyze`, 720p: wall time beside what grows with the footage; over what {long(lengths_s[0])} of it take",
        f"{middle(seconds, '.1f')} s; {middle(shares)}",
        "at most 2.5 s",
        statistics.median(seconds) <= 2.5,
    )


def many_clips(bench: Bench) -> Iterator[Row]:
    """Processor time of an analysis of clips of a minute over that of the same footage in one file."""
    n_clips = int(bench.length_s(60, 5))
    clips = bench.clips("ordinary", n_clips, MINUTE_S)
    whole = lengthen(next(clips.iterdir()), bench.folder / f"{clips.name}-in-one.mp4", n_clips * MINUTE_S)
    ratios = []
    for _ in range(min(bench.n_repeats, 3)):
        parted = bench.analyze(clips, workers=2)[0].cpu_s
        ratios.append(parted / bench.analyze(whole, workers=2)[0].cpu_s)
    yield Row(
        f"processor time of `analyze`, {n_clips} clips of 1 min / the same footage in one file",
        f"{middle(ratios)}",
        "at most 1.05",
        statistics.median(ratios) <= 1.05,
    )


def second_worker(bench: Bench) -> Iterator[Row]:
    """Wall time with two workers over that with one."""
    # A whole number of spans for each worker.
    length_s = bench.length_s(40 * MINUTE_S, 3 * MINUTE_S)
    footage = bench.footage("720p", length_s)
    one, two = bench.analyze(footage)[0], bench.analyze(footage, workers=2)[0]
    ratio = two.wall_s / one.wall_s
    yield Row(
        f"wall time, 2 workers / 1 worker, 720p, {long(length_s)}",
        f"{ratio:.2f} ({two.wall_s:.0f} s / {one.wall_s:.0f} s)",
        "at most 0.55",
        ratio <= 0.55,
    )


def long_night(bench: Bench) -> Iterator[Row]:
    """Memory, disk and time as the footage grows to a night of ten hours with ordinary movement."""
    clip_s = bench.length_s(30 * MINUTE_S, MINUTE_S)
    lengths = [clip_s / 3, clip_s, 4 * clip_s, bench.length_s(NIGHT_S, 10 * clip_s)]
    costs: dict[float, Cost] = {}
    for length_s in lengths:
        n_clips = round(length_s / clip_s)
        footage = bench.clips("ordinary", n_clips, clip_s) if n_clips else bench.footage("ordinary", length_s)
        costs[length_s], night = bench.analyze(footage, workers=2)
    night_s = lengths[-1]
    if night_s == NIGHT_S:
        bench.rest_s.append(costs[night_s].cpu_s - costs[night_s].child_s)
    yield _memory(f"{long(night_s)} in clips of {long(clip_s)}", costs[clip_s], costs[night_s])
    single = run_task("spans_of", bench.footage("ordinary", night_s))
    yield Row(
        f"peak memory of a worker, {long(night_s)} in one MP4 file, whose index FFmpeg holds",
        f"{single.child_mb:.0f} MB",
        "at most 200 MB",
        single.child_mb <= 200,
    )
    yield Row(
        f"peak memory of the process that starts the workers, {long(night_s)}",
        f"{costs[night_s].peak_mb:.0f} MB",
        "at most 250 MB",
        costs[night_s].peak_mb <= 250,
    )
    yield Row(
        f"peak memory of the process that decides and draws, {long(night_s)}",
        f"{costs[night_s].finishing_mb:.0f} MB",
    )
    trace_mb = sum(part.stat().st_size for part in (night / "motion").glob("*.npz")) / 1e6 * NIGHT_S / night_s
    yield Row("trace of 10 h on disk, ordinary movement", f"{trace_mb:.1f} MB", "at most 40 MB", trace_mb <= 40)
    yield _flatness(bench, costs)


def _memory(name: str, short: Cost, night: Cost) -> Row:
    ratio = night.child_mb / short.child_mb
    return Row(
        f"peak memory of a worker, {name} / one clip",
        f"{ratio:.2f} ({night.child_mb:.0f} MB / {short.child_mb:.0f} MB)",
        "at most 200 MB, the same within 10 %",
        max(short.child_mb, night.child_mb) <= 200 and 0.9 <= ratio <= 1.1,
    )


def _flatness(bench: Bench, costs: dict[float, Cost]) -> Row:
    lengths = list(costs)
    floor = statistics.median(run_task("floor", bench.footage("ordinary", lengths[0])).cpu_s for _ in range(3))
    for length_s, cost in costs.items():
        bench.points.append(Point(length_s, cost.cpu_s / length_s * HOUR_S, floor / lengths[0] * HOUR_S))
    known = [(length_s, cost.cpu_s) for length_s, cost in costs.items()]
    first, over_all = Line.through(known[0], known[1]), Line.through(known[0], known[-1])
    ratio = over_all.each / first.each
    return Row(
        f"processor time of each hour more, {long(lengths[0])} to {long(lengths[-1])} / "
        f"{long(lengths[0])} to {long(lengths[1])}",
        f"{ratio:.2f} ({HOUR_S * over_all.each:.1f} s / {HOUR_S * first.each:.1f} s)",
        "flat: at most 1.1",
        ratio <= 1.1,
    )


def deciding(bench: Bench) -> Iterator[Row]:
    """Deciding again from the trace of a night with many events."""
    hours = bench.length_s(10, 2)
    trace = bench.folder / f"busy-{hours:g}h.npz"
    run_task("busy_trace", draw("busy", bench.folder, is_quick=bench.is_quick), trace, hours * HOUR_S)
    costs = [run_task("decide", trace) for _ in range(bench.n_repeats)]
    facts = [json.loads(cost.said) for cost in costs]
    seconds, peak_mb = [fact["decide_s"] for fact in facts], max(cost.peak_mb for cost in costs)
    load_s = statistics.median(fact["load_s"] for fact in facts)
    yield Row(
        f"deciding again, processor time, {hours:g} h of 360p with {facts[0]['n_events']:,} events",
        f"{middle(seconds)} s (and {load_s:.2f} s to read the trace), {peak_mb:.0f} MB",
        "at most 2 s and 300 MB (10 h, 3,000 events)",
        statistics.median(seconds) <= 2.0 and peak_mb <= 300,
    )


def probing(bench: Bench) -> Iterator[Row]:
    """Reading what is in a night of many clips, and in the longest one there may be."""
    for full, short, most_s in ((600, 60, 5), (2000, 200, 25)):
        n_clips = int(bench.length_s(full, short))
        cost = run_command("probe", bench.clips("ordinary", n_clips, MINUTE_S))
        most_mb = max(cost.peak_mb, cost.child_mb)
        yield Row(
            f"`probe`, {n_clips:,} clips of 1 min ({n_clips * 900:,} packets)",
            f"{cost.wall_s:.1f} s ({cost.cpu_s:.1f} s of processor time), {most_mb:.0f} MB",
            f"at most {most_s} s for {full:,} clips, and 200 MB",
            cost.wall_s <= most_s and most_mb <= 200,
        )


def help_text(bench: Bench) -> Iterator[Row]:
    """How soon the command answers."""
    del bench
    script = Path(sysconfig.get_path("scripts")) / "twitch-detector"
    command = [script] if script.exists() else [sys.executable, "-m", "detector"]
    seconds = [run([*command, "--help"]).wall_s for _ in range(5)]
    yield Row("`twitch-detector --help`", f"{middle(seconds)} s", "at most 0.5 s", statistics.median(seconds) <= 0.5)


def against_others(bench: Bench) -> Iterator[Row]:
    """Processor time of others on the same footage over ours, each without its start."""
    lengths = [MINUTE_S * bench.length_s(minutes, minutes / 5) for minutes in (1, 4)]
    footage = [(length_s, bench.footage("720p", length_s)) for length_s in lengths]
    # Longer footage for ours: the report does not grow evenly, but mostly in the first minutes.
    long_s = MINUTE_S * bench.length_s(10, 2)
    own = [footage[0], (long_s, bench.footage("720p", long_s))]
    n_repeats = min(bench.n_repeats, 3)
    ours = statistics.median(line_of(lambda path: bench.analyze(path)[0], own).each for _ in range(n_repeats))
    for name, (goal, measure) in _others(bench).items():
        theirs = line_of(measure, footage).each
        yield Row(
            f"processor time of {name} / ours, 720p",
            f"{theirs / ours:.1f} ({MINUTE_S * theirs:.1f} s / {MINUTE_S * ours:.1f} s a minute of footage)",
            f"at least {goal:g}",
            theirs >= goal * ours,
        )
    if bench.peers is None:
        yield Row("processor time of DVR-Scan and Musical Gestures Toolbox / ours", "not installed here", "3 and 10")


def _others(bench: Bench) -> dict[str, tuple[float, Callable[[Path], Cost]]]:
    """Name to goal and program."""
    others: dict[str, tuple[float, Callable[[Path], Cost]]] = {
        "a plain OpenCV loop": (4, lambda path: run_task("opencv", path)),
    }
    if bench.peers is not None:
        peers = bench.peers
        scan = [peers.with_name("dvr-scan"), "-so", "-q", "--ignore-user-config"]
        gestures = [peers, "-m", "tests.benchmarks.tasks", "musicalgestures"]
        others |= {
            "DVR-Scan as it comes": (3, lambda path: run([*scan, "-i", path])),
            "DVR-Scan `-b CNT`, its fastest": (3, lambda path: run([*scan, "-b", "CNT", "-i", path])),
            "Musical Gestures Toolbox, without video": (10, lambda path: run([*gestures, path])),
        }
    return others


MEASURES: dict[str, Callable[[Bench], Iterator[Row]]] = {
    "night": long_night,
    "decoding": decoding_ratio,
    "beyond": beyond_decoding,
    "breathing": breathing_share,
    "clip": one_clip,
    "clips": many_clips,
    "workers": second_worker,
    "decide": deciding,
    "probe": probing,
    "help": help_text,
    "review": reviewing,
    "opening": opening,
    "spans": spans_on_a_cluster,
    "nights": nights_by_workers,
    "others": against_others,
}

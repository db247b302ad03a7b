"""What the way to a cluster and back costs a span, and how many nights share it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from tests.benchmarks.bench import Bench, Line, Row
from tests.benchmarks.cost import run_command

SPAN_S = 10
"""The shortest span that can be asked for."""
TINY_FPS = 2
MOST_SHARE = 0.05
_WORKERS = 2
_NIGHT_SPANS = 5000  # within the longest night there may be


def spans_on_a_cluster(bench: Bench) -> Iterator[Row]:
    """Time of a worker for a span that holds next to nothing, by slope, against that for one of default length.

    Wall time of all workers, and not processor time: processes that a worker ends take theirs with them.
    """
    few, many = (1000, 10_000) if not bench.is_quick else (10, 40)
    costs = [(float(n_spans), _batch(bench, n_spans)) for n_spans in (few, many)]
    each_s = Line.through(*costs).each
    default_s = bench.length_s(300, 60)
    work_s = bench.analyze(bench.footage("720p", default_s))[0].child_s * 300 / default_s
    yield Row(
        f"`batch` on Dask, {many:,} spans of {SPAN_S * TINY_FPS} tiny pictures: time of a worker a span, all included",
        f"{1e3 * each_s:.0f} ms, {each_s / work_s:.1%} of the {work_s:.1f} s that 5 min of 720p take",
        f"at most {MOST_SHARE:.0%}",
        each_s <= MOST_SHARE * work_s,
    )


def nights_by_workers(bench: Bench) -> Iterator[Row]:
    """Wall time of a batch with two workers over that with one."""
    source = bench.folder / "lab"
    for number in range(4):
        (source / f"n{number}").mkdir(parents=True, exist_ok=True)
        shutil.copy(bench.footage("720p", bench.length_s(300, 20)), source / f"n{number}" / "clip.mp4")
    wall_s = []
    for workers in (1, 2):
        out = bench.folder / f"batch-{workers}"
        shutil.rmtree(out, ignore_errors=True)
        wall_s.append(run_command("batch", source, "--out", out, "--workers", workers, "--quiet").wall_s)
    yield Row(
        "`batch`, 4 nights of 5 min: wall time, 2 workers / 1 worker",
        f"{wall_s[1] / wall_s[0]:.2f} ({wall_s[1]:.0f} s / {wall_s[0]:.0f} s)",
    )


def _batch(bench: Bench, n_spans: int) -> float:
    source = bench.folder / f"tiny-{n_spans}"
    source.mkdir(exist_ok=True)
    for number, first in enumerate(range(0, n_spans, _NIGHT_SPANS)):
        path = source / f"n{number}.mp4"
        if not path.exists():
            _write_tiny(path, SPAN_S * min(_NIGHT_SPANS, n_spans - first))
    out = bench.folder / f"batch-{n_spans}"
    shutil.rmtree(out, ignore_errors=True)
    options = ("--set", f"footage.span_s={SPAN_S}", "--workers", _WORKERS, "--quiet")
    return _WORKERS * run_command("batch", source, "--out", out, *options).wall_s


def _write_tiny(path: Path, length_s: int) -> None:
    """Pictures of 64 x 48 px with a little noise, two a second, and a key frame for each span."""
    import av
    import numpy as np

    random = np.random.default_rng(1)
    pictures = [random.integers(90, 110, (48, 64), dtype=np.uint8) for _ in range(16)]
    with av.open(str(path), "w") as container:
        options = {"g": str(SPAN_S * TINY_FPS), "preset": "ultrafast", "sc_threshold": "0"}
        stream = container.add_stream("libx264", rate=TINY_FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, TINY_FPS)
        for number in range(length_s * TINY_FPS):
            frame = av.VideoFrame.from_ndarray(pictures[number % 16], format="gray").reformat(format="yuv420p")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode())

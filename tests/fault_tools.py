"""What tests of nights and faults share: looking into folders and processes, and finishing what was disturbed."""

import os
import re
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from detector.night.layout import MOTION_FOLDER, NIGHT_FILE, REPORT_FILE, WRITTEN_FILE
from detector.params import Params, with_values
from detector.run.analyze import Progress, analyze

RECORD = f"{MOTION_FOLDER}/{WRITTEN_FILE}"
NIGHT_FILES = {
    "events.csv",
    "artifacts.csv",
    "series.csv",
    "epochs.csv",
    "night.json",
    "params.toml",
    "timeline.png",
    "report.html",
    "motion",
}
"""What stands in a night folder that nobody has reviewed."""

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


def content(folder: Path) -> dict[str, bytes]:
    """What depends neither on where a night stands nor on the day: all files but the report, whose head says that."""
    kept = {name: data for name, data in everything(folder).items() if name not in {REPORT_FILE, RECORD}}
    if NIGHT_FILE in kept:
        kept[NIGHT_FILE] = re.sub(rb'\n *"analyzed_at": "[^"]*",', b"", kept[NIGHT_FILE])
    return kept


def complaints(stderr: str) -> list[str]:
    """What a command says on stderr, without what it understood of the footage before it began."""
    return [line for line in stderr.splitlines() if not re.match(r"\d+ clips?, |Start time unknown; ", line)]


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def parts(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in sorted((folder / "motion").glob("span-*.npz"))}


def processes_with(mark: str) -> list[int]:
    """Living processes whose environment holds a mark."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def children_of(pid: int) -> list[int]:
    """Child processes of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if parent_of(int(stat.parent.name)) == pid:
                found.append(int(stat.parent.name))
        except OSError:
            continue
    return found


def readers_of(path: Path) -> list[int]:
    """Child processes of this one that have a file open: they probe, hash or measure it."""
    return [pid for pid in children_of(os.getpid()) if has_open(pid, path)]


def descendants_of(pid: int) -> list[int]:
    """Child processes of a process, and theirs."""
    found = children_of(pid)
    return found + [other for child in found for other in descendants_of(child)]


def parent_of(pid: int) -> int:
    """The process that started another one."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def measuring(path: Path) -> list[int]:
    """Processes that measure, for this one or for one that it started, and are in the middle of a span of a file."""
    return [pid for pid in descendants_of(os.getpid()) if is_of_crew(pid) and has_open(pid, path)]


def is_of_crew(pid: int) -> bool:
    """Whether a process measures, and does not only probe or hash."""
    try:
        return b"detector.run.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def has_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    try:
        return any(link.readlink() == path for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def wait_for(condition: Callable[[], Any], within_s: float) -> float:
    """Seconds until a condition holds; fails when it does not."""
    began_s = time.monotonic()
    while not condition():
        assert time.monotonic() - began_s < within_s, "waited too long"
        time.sleep(0.01)
    return time.monotonic() - began_s


def finish(footage: Path, folder: Path, reference: dict[str, bytes]) -> None:
    """Run once more: the same bytes come out, and what was measured is not measured again."""
    before = parts(folder)
    analyze(footage, out=folder, params=SHORT_SPANS, workers=2)
    assert content(folder) == reference
    after = parts(folder)
    assert all(after[name] == written for name, written in before.items())


def after_first_part(folder: Path, action: Callable[[], object]) -> Callable[[Progress], None]:
    """A progress callback that does something once, when the first part is stored."""
    waiting = [action]

    def act(step: Progress) -> None:
        if step.stage == "measuring" and parts(folder) and waiting:
            waiting.pop()()

    return act


def write_large(path: Path) -> Path:
    """Two seconds of pictures of 69 megapixels, of which a process of 500 MB cannot hold enough to compare them."""
    import av
    import numpy as np

    gray = np.full((7200, 9600), 100, np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=10)
        stream.width, stream.height, stream.pix_fmt = 9600, 7200, "yuvj420p"
        frame = av.VideoFrame.from_ndarray(gray, format="gray").reformat(format="yuvj420p")
        frame.pts, frame.time_base = 0, Fraction(1, 10)
        (picture,) = [bytes(packet) for packet in stream.encode(frame)]
        for number in range(20):
            packet = av.Packet(picture)
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 10), True
            packet.pts = packet.dts = number
            container.mux(packet)
    return path


def write_frames(path: Path, times: list[int]) -> Path:
    """Gray noise with the given presentation times, in tenths of a second."""
    import av
    import numpy as np

    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"g": "10"})
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 10)
        for time in times:
            picture = random.integers(90, 110, (64, 96), dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="gray").reformat(format="yuv420p")
            frame.pts = time
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path

"""Ctrl-C at every stage: it stops within two seconds, says how to resume, and leaves nothing half-written."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.params import Params, with_values
from detector.run.analyze import analyze

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc")

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
# Presses Ctrl-C a little after a stage has begun.
SCRIPT = """
import os, signal, sys, threading, time, detector
from detector.params import Params, with_values
def watch(step):
    global pressed_s
    if step.stage == sys.argv[3] and step.done_frames == step.resumed_frames:
        pressed_s = time.monotonic() + 0.05
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    params = with_values(Params(), {"footage.span_s": 10.0})
    detector.analyze(sys.argv[1], out=sys.argv[2], params=params, workers=2, progress=watch)
except KeyboardInterrupt as error:
    print(f"{time.monotonic() - pressed_s:.2f} {error}")
"""


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s in 6 spans."""
    return write_cot(tmp_path_factory.mktemp("footage") / "long.mp4", 60.0, (15.0, 47.0), fps=15, size=(320, 240))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def is_reading(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    try:
        return any(link.readlink() == path for link in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def interrupt_while_reading(path: Path, folder: Path, after_s: float) -> str:
    """Press Ctrl-C so long after a file was opened; what is said then."""
    words = [PROGRAM, "analyze", path, "--out", folder, "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        limit_s = time.monotonic() + 30
        while not is_reading(run.pid, path) and time.monotonic() < limit_s:
            time.sleep(0.005)
        time.sleep(after_s)
        assert run.poll() is None, "it was faster than the test"
        began_s = time.monotonic()
        run.send_signal(signal.SIGINT)
        said, complained = run.communicate(timeout=20)
        assert time.monotonic() - began_s < 2.0
    assert run.returncode == 130
    assert said == ""
    assert not folder.exists()
    return complained


ANEW = "Interrupted before anything was kept; run the same command again to start anew.\n"


def test_while_packets_are_read(footage: Path, tmp_path: Path) -> None:
    # Some 100 hours of packets: the same minute again and again, each with its stamps going back.
    minute = tmp_path / "minute.ts"
    subprocess.run([sys.executable, "-c", REMUX, str(footage), str(minute)], check=True)
    data, path = minute.read_bytes(), tmp_path / "long.ts"
    with path.open("wb") as file:
        while file.tell() < 400_000_000:
            file.write(data)
    try:
        assert interrupt_while_reading(path, tmp_path / "night", 0.5) == ANEW
    finally:
        path.unlink()


REMUX = """
import sys, av
with av.open(sys.argv[1]) as reader, av.open(sys.argv[2], "w") as writer:
    stream = writer.add_stream_from_template(reader.streams.video[0])
    for packet in reader.demux(video=0):
        if packet.size:
            packet.stream = stream
            writer.mux(packet)
"""


def test_while_files_are_hashed(footage: Path, tmp_path: Path) -> None:
    path = tmp_path / "huge.mp4"
    path.write_bytes(footage.read_bytes())
    with path.open("ab") as file:
        # A box of a kind nobody knows, as large as the rest of the file; it takes no room on the disk.
        size = 60_000_000_000
        file.write((1).to_bytes(4, "big") + b"free" + size.to_bytes(8, "big"))
        file.truncate(file.tell() + size - 16)
    assert interrupt_while_reading(path, tmp_path / "night", 1.5) == ANEW


@pytest.mark.parametrize("stage", ["measuring", "deciding", "writing"])
def test_at_each_stage(footage: Path, tmp_path: Path, stage: str) -> None:
    folder = tmp_path / "night"
    words = [sys.executable, "-c", SCRIPT, str(footage), str(folder), stage]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env={**os.environ})
    passed_s, said = done.stdout.strip().split(" ", 1)
    assert float(passed_s) < 2.0
    if stage == "measuring":
        assert said + "\n" == ANEW
        assert not folder.exists()
    else:
        assert said == f"Interrupted; 6 measured parts are kept in {folder}; run the same command again to resume."
        assert {path.name for path in folder.iterdir()} == {"motion"}
    analyze(footage, out=folder, params=SHORT_SPANS, workers=1)
    analyze(footage, out=tmp_path / "undisturbed", params=SHORT_SPANS, workers=1)
    assert content(folder) == content(tmp_path / "undisturbed")

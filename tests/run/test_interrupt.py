"""Ctrl-C at every stage: it stops soon, says how to resume, and leaves nothing half-written.

How fast the machine is plays no part: what is to be interrupted waits for that, and time is counted as work done.
"""

import os
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.params import Params, with_values
from detector.run.analyze import analyze
from tests.fault_tools import children_of, content, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc"),
]

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")
SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
ANEW = "Interrupted before anything was kept; run the same command again to start anew."
# Presses Ctrl-C when a stage begins, when the first part is stored, or when a stage has worked for a while.
SCRIPT = """
import os, pathlib, signal, sys, time, detector
from detector.params import Params, with_values
footage, folder, stage, moment = sys.argv[1:]
pressed_s = 0.0
def press(*_):
    global pressed_s
    pressed_s = pressed_s or time.process_time()
    os.kill(os.getpid(), signal.SIGINT)
def watch(step):
    if step.stage != stage or pressed_s:
        return
    if moment == "within":
        signal.signal(signal.SIGALRM, press)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
    elif moment == "at once" or list(pathlib.Path(folder).glob("motion/span-*.npz")):
        press()
try:
    params = with_values(Params(), {"footage.span_s": 10.0})
    detector.analyze(footage, out=folder, params=params, workers=2, progress=watch)
except KeyboardInterrupt as error:
    print(f"{time.process_time() - pressed_s:.2f} {error}")
"""


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 s in 6 spans."""
    return write_cot(tmp_path_factory.mktemp("footage") / "long.mp4", 60.0, (15.0, 47.0), fps=15, size=(320, 240))


@pytest.fixture(scope="module")
def undisturbed(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a run writes that nobody interrupts."""
    folder = tmp_path_factory.mktemp("nights") / "night"
    analyze(footage, out=folder, params=SHORT_SPANS, workers=1)
    return content(folder)


def places_in(pid: int, path: Path) -> list[int]:
    """How far a process has read a file, bytes, for each time that it has it open."""
    try:
        open_files = [link for link in Path(f"/proc/{pid}/fd").iterdir() if link.readlink() == path]
        infos = [Path(f"/proc/{pid}/fdinfo/{link.name}").read_text() for link in open_files]
    except OSError:
        return []
    return [int(info.split("pos:")[1].split()[0]) for info in infos]


@pytest.mark.parametrize("stage", ["probed", "hashed"])
def test_while_files_are_read(footage: Path, tmp_path: Path, stage: str) -> None:
    path, folder = tmp_path / "huge.mp4", tmp_path / "night"
    path.write_bytes(footage.read_bytes())
    size = 60_000_000_000
    with path.open("ab") as file:
        # A box of a kind nobody knows, as large as the rest of the file; it takes no room on the disk.
        file.write((1).to_bytes(4, "big") + b"free" + size.to_bytes(8, "big"))
        file.truncate(file.tell() + size - 16)

    def is_reached(pid: int) -> bool:
        places = places_in(pid, path)
        # Only hashing reads what the box holds.
        return bool(places) if stage == "probed" else any(10**8 < place < size for place in places)

    words = [PROGRAM, "analyze", path, "--out", folder, "--workers", "1"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        readers: list[int] = []
        wait_for(lambda: readers.extend(filter(is_reached, children_of(run.pid))) or readers, 60.0)
        reader = readers[0]  # the file may be closed again by now
        os.kill(reader, signal.SIGSTOP)  # it waits here to be interrupted
        run.send_signal(signal.SIGINT)
        said, complained = run.communicate(timeout=60)
    assert (run.returncode, said) == (130, "")
    assert complained.splitlines()[-1] == ANEW
    assert not folder.exists()
    assert not Path("/proc", str(reader)).exists()


@pytest.mark.parametrize(
    ("stage", "moment"),
    [
        ("measuring", "at once"),
        ("measuring", "after a part"),
        ("deciding", "at once"),
        ("writing", "at once"),
        ("writing", "within"),
    ],
)
def test_at_each_stage(footage: Path, undisturbed: dict[str, bytes], tmp_path: Path, stage: str, moment: str) -> None:
    folder = tmp_path / "night"
    words = [sys.executable, "-c", SCRIPT, str(footage), str(folder), stage, moment]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    worked_s, said = done.stdout.strip().split(" ", 1)
    assert float(worked_s) < 2.0
    kept = list(folder.glob("motion/span-*.npz"))
    if moment == "at once" and stage == "measuring":
        assert said == ANEW
        assert not folder.exists()
    else:
        assert len(kept) == 6 or stage == "measuring"
        assert said == (
            f"Interrupted; {len(kept)} measured parts are kept in {folder}; run the same command again to resume."
        )
        assert {path.name for path in folder.iterdir()} == {"motion"}
        assert all(path.read_bytes() == undisturbed[f"motion/{path.name}"] for path in kept)
    analyze(footage, out=folder, params=SHORT_SPANS, workers=1)
    assert content(folder) == undisturbed

"""Memory that runs out, for real: last words, the right code, and nothing measured is lost."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest

from detector.errors import DetectorError
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans
from detector.params import Params, with_values
from detector.run import tasks
from detector.run.analyze import analyze
from detector.run.crew import MAX_ATTEMPTS, Hand, measure_jobs
from detector.run.handover import share
from detector.run.parts import Job, is_measured, plan_jobs
from tests.fault_tools import children_of, complaints, content, is_of_crew, measuring, wait_for, write_large

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs limits of memory as Linux has"),
]

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
# Takes away all memory but a little, when a stage begins; what is imported makes this process decide and draw itself.
SCRIPT = """
import resource, sys
import cv2, matplotlib.figure, pandas, scipy.signal
import detector.views.report
from detector.cli.ends import handled
from detector.params import Params, with_values
from detector.run.analyze import analyze
import typer
footage, folder, stage, megabytes = sys.argv[1:]
def limit(step):
    if step.stage == stage:
        status = open("/proc/self/status").read()
        used = int(status.split("VmData:")[1].split()[0]) * 1024
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (used + int(float(megabytes) * 1e6), hard))
@handled
def run():
    analyze(footage, out=folder, params=with_values(Params(), {"footage.span_s": 10.0}), workers=1, progress=limit)
try:
    run()
except typer.Exit as end:
    sys.exit(end.exit_code)
"""


@pytest.fixture(scope="module")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """30 s in 3 spans."""
    return write_cot(tmp_path_factory.mktemp("footage") / "brief.mp4", 30.0, (5.0,))


@pytest.mark.parametrize("stage", ["measuring", "deciding", "writing"])
def test_memory_that_runs_out_is_said_and_costs_no_part(footage: Path, tmp_path: Path, stage: str) -> None:
    folder = tmp_path / "night"
    words = [sys.executable, "-c", SCRIPT, str(footage), str(folder), stage, "0.3"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert "memory" in done.stderr.lower()  # OpenBLAS says it itself
    # The interpreter, which ends without memory too, may say so for each object that it can not close.
    said = [line for line in complaints(done.stderr) if line.strip() != "MemoryError:"]
    assert len(said) == 1, done.stderr
    if stage != "measuring":
        assert len(list(folder.glob("motion/span-*.npz"))) == 3
    assert not (folder / "night.json").exists()
    analyze(footage, out=folder, params=SHORT_SPANS, workers=1)
    analyze(footage, out=tmp_path / "undisturbed", params=SHORT_SPANS, workers=1)
    assert content(folder) == content(tmp_path / "undisturbed")


def test_a_worker_that_ran_out_of_memory_is_asked_for_nothing_more(footage: Path, tmp_path: Path) -> None:
    params = with_values(SHORT_SPANS, {"run.worker_memory_mb": 500, "footage.max_frame_px": 16000**2})
    big = shared_jobs(write_large(tmp_path / "big.avi"), params, tmp_path / "big")
    brief = shared_jobs(footage, params, tmp_path / "brief")
    hand, pids = Hand(), []
    try:
        for jobs, shared in (brief, big, brief):
            for job in jobs:
                with pytest.raises(DetectorError, match="needs more memory") if jobs is big[0] else nullcontext():
                    hand.measure(job, shared, 30.0)
                pids.append([worker.process.pid for worker in hand._workers])
                assert is_measured(job) is (jobs is not big[0])
                job.path.unlink(missing_ok=True)
    finally:
        hand.end()
    first, second = pids[0], pids[-1]
    assert pids == [first] * 3 + [[]] + [second] * 3
    assert first != second


def test_a_crew_replaces_who_ran_out_of_memory(footage: Path, tmp_path: Path) -> None:
    hungry = with_values(SHORT_SPANS, {"run.worker_memory_mb": 500, "footage.max_frame_px": 16000**2})
    path = write_large(tmp_path / "big.avi")
    (job,), shared = shared_jobs(path, hungry, tmp_path / "parts")
    pids, is_over = set[int](), threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            pids.update(measuring(path))

    watcher = threading.Thread(target=watch)
    watcher.start()
    given_up = measure_jobs([job], shared, 1, 30.0, lambda *_: None)
    is_over.set()
    watcher.join()
    assert given_up == {0: "it needs more memory than run.worker_memory_mb (500 MB) allows"}
    assert len(pids) == MAX_ATTEMPTS
    assert not job.path.exists()


def test_who_measures_is_kept_for_a_while_and_then_ended(
    footage: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_REST_S", 1.0)
    jobs, shared = shared_jobs(footage, SHORT_SPANS, tmp_path / "parts")
    seen = []
    for job in jobs:
        tasks.measure_shared(shared, job, 30.0)
        seen.append({pid for pid in children_of(os.getpid()) if is_of_crew(pid)})
        assert is_measured(job)
    assert len(seen[0]) == 1
    assert seen == [seen[0]] * 3
    wait_for(lambda: not any(is_of_crew(pid) for pid in children_of(os.getpid())), 20.0)
    assert not tasks._resting


def shared_jobs(footage: Path, params: Params, folder: Path) -> tuple[Sequence[Job], Path]:
    """The spans of a file, and what a worker has to know to measure them."""
    folder.mkdir()
    recording = read_recording([footage], params.footage)
    share((recording, params), folder / "footage")
    return plan_jobs(recording, cut_spans(recording, params.footage), ["0"], params, folder), folder / "footage"


DECODE = """
import resource, sys
from pathlib import Path
from detector.footage.decode import iter_packets
from detector.footage.video import probe
from detector.params import Params, with_values
info = probe(Path(sys.argv[1]), with_values(Params(), {"footage.max_frame_px": 16000**2}).footage)
used = int(open("/proc/self/status").read().split("VmData:")[1].split()[0]) * 1024
resource.setrlimit(resource.RLIMIT_DATA, (used + 50_000_000, resource.getrlimit(resource.RLIMIT_DATA)[1]))
try:
    print(len(list(iter_packets(info))))
except MemoryError:
    print("MemoryError")
"""


def test_a_picture_for_which_there_is_no_memory_is_not_taken_for_damaged(tmp_path: Path) -> None:
    words = [sys.executable, "-c", DECODE, str(write_large(tmp_path / "big.avi"))]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    assert done.stdout == "MemoryError\n"

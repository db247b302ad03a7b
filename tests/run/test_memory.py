"""Memory that runs out, for real: last words, the right code, and nothing measured is lost."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from detector.params import Params, with_values
from detector.run.analyze import analyze
from tests.fault_tools import complaints, content

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs limits of memory as Linux has"),
]

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})
# Takes away all memory but a little, when a stage begins.
SCRIPT = """
import resource, sys
import cv2, matplotlib.figure, pandas, scipy.signal
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

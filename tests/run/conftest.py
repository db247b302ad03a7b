"""Footage long enough to be disturbed while it is measured, what an undisturbed run makes of it, and a disk to fill."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from detector.run.analyze import analyze
from tests.fault_tools import SHORT_SPANS, content


@pytest.fixture(scope="session")
def footage(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """80 s of 320 x 240 px at 15 fps, measured in 8 spans; long enough to be interrupted."""
    path = tmp_path_factory.mktemp("footage") / "long.mp4"
    return write_cot(path, 80.0, (15.0, 47.0, 71.5), fps=15, size=(320, 240))


@pytest.fixture(scope="session")
def reference(footage: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The bytes of an undisturbed run."""
    folder = tmp_path_factory.mktemp("nights") / "reference"
    analyze(footage, out=folder, params=SHORT_SPANS, workers=1)
    return content(folder)


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system in memory, and again with other options; skipped where that is not allowed."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = False

    def remount(options: str) -> Path:
        nonlocal mounted
        again = ["-o", f"remount,{options}"] if mounted else ["-t", "tmpfs", "-o", options, "tmpfs"]
        done = subprocess.run(["mount", *again, str(place)], capture_output=True, check=False)
        if done.returncode:
            pytest.skip(f"cannot mount a file system: {done.stderr.decode(errors='replace').strip()}")
        mounted = True
        return place

    yield remount
    if mounted:
        subprocess.run(["umount", "--recursive", "--lazy", str(place)], check=True)

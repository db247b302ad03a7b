"""A night is decided and drawn by a process of its own, whose end costs no table."""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from detector.errors import NightFolderError, NoFootageError
from detector.night.layout import EVENTS_FILE, NIGHT_FILE, REPORT_FILE, TIMELINE_FILE
from detector.night.night import Night
from detector.run import finishing
from detector.run.analyze import Progress, analyze
from detector.run.child import Child, SilentError
from detector.run.drawing import DrawingError, draw_pictures
from detector.run.finishing import Finisher
from detector.run.parts import Job
from tests.fault_tools import children_of, content

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def night(cot: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night whose footage is there; tests leave it as it is."""
    return analyze(cot, out=tmp_path_factory.mktemp("nights") / "night", workers=1)


@pytest.fixture
def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not drawn yet, which this one may have."""
    monkeypatch.setattr(finishing, "_DRAWS", "no such module")


def analyzed(cot: Path, folder: Path, *, struck_at: str = "") -> tuple[Night, list[int]]:
    """A night whose other processes are ended as a stage begins; and which these were."""
    before = set(children_of(os.getpid()))
    hit: list[int] = []

    def strike(progress: Progress) -> None:
        if progress.stage == struck_at:
            hit.extend(set(children_of(os.getpid())) - before)
            for pid in hit:
                os.kill(pid, signal.SIGKILL)

    try:
        return analyze(cot, out=folder, workers=1, progress=strike), hit
    finally:
        assert len(hit) == (1 if struck_at else 0)
        assert not any(Path("/proc", str(pid)).exists() for pid in hit)


def test_a_process_that_has_drawn_does_it_itself(night: Night, tmp_path: Path) -> None:
    draw_pictures(night, tmp_path)
    before = children_of(os.getpid())
    with Finisher() as finisher:
        assert not finisher.is_apart
        assert children_of(os.getpid()) == before


@pytest.mark.slow
@pytest.mark.usefixtures("never_drawn")
def test_another_process_draws_the_same(night: Night, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    with Finisher() as finisher:
        assert finisher.is_apart
        finisher.draw(night, there)
        with pytest.raises(OSError, match="absent"):
            finisher.draw(night, tmp_path / "absent")
        with pytest.raises(DrawingError, match=r"^\w*Error: "):
            finisher.draw(replace(night, states="none"), there)  # type: ignore[arg-type]
    draw_pictures(night, here)
    for name in (TIMELINE_FILE, REPORT_FILE):
        assert (there / name).read_bytes() == (here / name).read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("never_drawn")
def test_another_process_decides_the_same_and_keeps_the_motion_to_itself(
    cot: Path, night: Night, tmp_path: Path
) -> None:
    apart, _ = analyzed(cot, tmp_path / "night")
    assert vars(apart)["_trace"] is None
    assert repr(apart.decision) == repr(night.decision)  # numbers that are missing equal nothing
    assert apart.trace is not None
    assert night.folder is not None
    assert content(tmp_path / "night") == content(night.folder)


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("never_drawn")
def test_its_end_before_deciding_costs_nothing(cot: Path, night: Night, tmp_path: Path) -> None:
    analyzed(cot, tmp_path / "night", struck_at="deciding")
    assert night.folder is not None
    assert content(tmp_path / "night") == content(night.folder)


@pytest.mark.slow
@pytest.mark.usefixtures("never_drawn")
def test_footage_of_which_nothing_is_left_is_told_as_ever(
    cot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_all_up(*args: object) -> tuple[tuple[Job, ...], dict[int, str]]:
        return (), {0: "nobody measured it"}

    monkeypatch.setattr(sys.modules[analyze.__module__], "measure_night", give_all_up)
    with pytest.raises(NoFootageError, match="nothing could be measured: nobody measured it"):
        analyze(cot, out=tmp_path / "night", workers=1)


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("never_drawn")
def test_its_end_costs_the_pictures_only(cot: Path, night: Night, tmp_path: Path) -> None:
    with pytest.raises(NightFolderError, match=r"cannot be drawn.*the process that drew them was ended by SIGKILL"):
        analyzed(cot, tmp_path / "night", struck_at="writing")
    assert night.folder is not None
    for name in (EVENTS_FILE, NIGHT_FILE):
        assert content(tmp_path / "night")[name] == content(night.folder)[name]
    assert not (tmp_path / "night" / REPORT_FILE).exists()


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("never_drawn")
@pytest.mark.parametrize("stage", ["deciding", "writing"])
def test_an_interrupted_run_leaves_no_process(cot: Path, tmp_path: Path, stage: str) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == stage:
            raise KeyboardInterrupt

    before = children_of(os.getpid())
    with pytest.raises(KeyboardInterrupt, match="resume"):
        analyze(cot, out=tmp_path / "night", workers=1, progress=stop)
    assert children_of(os.getpid()) == before


@pytest.mark.slow
def test_a_child_that_says_nothing_is_told_from_one_that_ends() -> None:
    child = Child("tests.run.silent", what="kept silent")
    try:
        assert child.ask("echo", 20.0) == "echo"
        with pytest.raises(SilentError, match="it took longer than 1 s"):
            child.ask("sleep", 1.0)
    finally:
        child.end()
    ending = Child("tests.run.silent", what="kept silent")
    with pytest.raises(SilentError, match="the process that kept silent ended with code 7"):
        ending.ask("end", 20.0)
    with pytest.raises(SilentError, match="ended with code 7"):
        ending.ask("echo", 20.0)
    ending.end()

"""Timeline and report come from a process of their own, whose end costs no table."""

import os
import signal
from pathlib import Path

import pytest

from detector.errors import NightFolderError
from detector.night.layout import EVENTS_FILE, NIGHT_FILE, REPORT_FILE, TIMELINE_FILE
from detector.night.night import Night
from detector.run import drawing
from detector.run.analyze import Progress, analyze
from detector.run.child import Child, SilentError
from detector.run.drawing import DrawingError, draw_pictures, drawn_apart
from tests.fault_tools import children_of, content

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc")


@pytest.fixture(scope="module")
def night(cot: Path, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night whose footage is there; tests leave it as it is."""
    return analyze(cot, out=tmp_path_factory.mktemp("nights") / "night", workers=1)


@pytest.fixture
def never_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has not drawn yet, which this one may have."""
    monkeypatch.setattr(drawing, "_DRAWS", "no such module")


def test_a_process_that_has_drawn_draws_itself(night: Night, tmp_path: Path) -> None:
    draw_pictures(night, tmp_path)
    before = children_of(os.getpid())
    with drawn_apart() as draw:
        assert draw is draw_pictures
        assert children_of(os.getpid()) == before


@pytest.mark.slow
@pytest.mark.usefixtures("never_drawn")
def test_another_process_draws_the_same(night: Night, tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    with drawn_apart() as draw:
        draw(night, there)
        with pytest.raises(OSError, match="absent"):
            draw(night, tmp_path / "absent")
        with pytest.raises(DrawingError, match=r"^\w*Error: "):
            draw("no night", there)  # type: ignore[arg-type]
    draw_pictures(night, here)
    for name in (TIMELINE_FILE, REPORT_FILE):
        assert (there / name).read_bytes() == (here / name).read_bytes()


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("never_drawn")
def test_its_end_costs_the_pictures_only(cot: Path, night: Night, tmp_path: Path) -> None:
    before = set(children_of(os.getpid()))
    hit: list[int] = []

    def strike(progress: Progress) -> None:
        if progress.stage == "writing":
            hit.extend(set(children_of(os.getpid())) - before)
            for pid in hit:
                os.kill(pid, signal.SIGKILL)

    with pytest.raises(NightFolderError, match=r"cannot be drawn.*the process that drew them was ended by SIGKILL"):
        analyze(cot, out=tmp_path / "night", workers=1, progress=strike)
    assert len(hit) == 1
    assert night.folder is not None
    for name in (EVENTS_FILE, NIGHT_FILE):
        assert content(tmp_path / "night")[name] == content(night.folder)[name]
    assert not (tmp_path / "night" / REPORT_FILE).exists()
    assert not any(Path("/proc", str(pid)).exists() for pid in hit)


@pytest.mark.slow
@needs_proc
@pytest.mark.usefixtures("never_drawn")
def test_an_interrupted_run_leaves_no_process(cot: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "writing":
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

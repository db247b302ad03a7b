"""Nothing short of a broken disk costs the work already done: each fault happens for real."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from detector.cli.output import night_code
from detector.errors import ExitCode, NightFolderError, NoFootageError
from detector.footage.recording import Recording
from detector.night.night import Night
from detector.params import Params, with_values
from detector.run.analyze import Progress, analyze
from detector.run.crew import measure_jobs
from detector.run.handover import share
from detector.run.parts import Job
from detector.views.ledger import trouble_lines
from tests.fault_tools import (
    SHORT_SPANS,
    after_first_part,
    content,
    finish,
    measuring,
    parts,
    processes_with,
    wait_for,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc"),
]

SOME_AND_MANY = pytest.mark.parametrize("n_kills", [2, pytest.param(20, marks=pytest.mark.long)])
"""So many runs are killed at random moments."""

NO_FOOTAGE = Recording((), (), (), None, "")
SCRIPT = """
import sys, detector
from detector.params import Params, with_values
params = with_values(Params(), {"footage.span_s": 10.0})
detector.analyze(sys.argv[1], out=sys.argv[2], params=params, workers=2)
"""


def start(footage: Path, folder: Path, mark: str) -> subprocess.Popen[str]:
    """An analysis in a process and process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(footage), str(folder)],
        env={**os.environ, "NIGHT_UNDER_TEST": mark},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@SOME_AND_MANY
def test_run_killed_at_random_moments_is_resumed(
    footage: Path, reference: dict[str, bytes], tmp_path: Path, n_kills: int
) -> None:
    moments = random.Random(7)
    for number in range(n_kills):
        mark, folder = uuid.uuid4().hex, tmp_path / str(number)
        with start(footage, folder, mark) as run:
            time.sleep(moments.uniform(0.3, 3.0))
            run.kill()
        wait_for(lambda mark=mark: not processes_with(mark), 60.0)
        if (folder / "night.json").exists():
            assert content(folder) == reference  # it had finished
        else:
            with pytest.raises(NightFolderError):
                Night.load(folder)
        finish(footage, folder, reference)


@SOME_AND_MANY
def test_workers_killed_at_random_moments_cost_nothing(
    footage: Path, reference: dict[str, bytes], tmp_path: Path, n_kills: int
) -> None:
    moments = random.Random(11)
    for number in range(n_kills):
        kill_one = threading.Timer(
            moments.uniform(0.5, 2.0), lambda: [os.kill(p, signal.SIGKILL) for p in measuring(footage)[:1]]
        )
        kill_one.start()
        night = analyze(footage, out=tmp_path / str(number), params=SHORT_SPANS, workers=2)
        kill_one.join()
        assert not night.is_partial
        assert content(tmp_path / str(number)) == reference


@pytest.mark.parametrize(
    ("fate", "reason"), [(signal.SIGKILL, "ended by SIGKILL"), (signal.SIGSTOP, "hung for 4 s and was ended")]
)
def test_span_that_costs_two_workers_is_named_and_skipped(
    footage: Path, reference: dict[str, bytes], tmp_path: Path, fate: signal.Signals, reason: str
) -> None:
    killed: list[int] = []

    def end_two() -> None:
        until_s = time.monotonic() + 120
        while len(killed) < 2 and time.monotonic() < until_s:
            for pid in measuring(footage):
                if pid not in killed:
                    os.kill(pid, fate)
                    killed.append(pid)

    killer = threading.Thread(target=end_two)
    killer.start()
    params = with_values(SHORT_SPANS, {"run.stall_s": 4})
    night = analyze(footage, out=tmp_path / "night", params=params, workers=1)
    killer.join()
    assert len(killed) == 2
    assert [(span.start_s, span.stop_s) for span in night.provenance.skipped] == [(0.0, 10.0)]
    assert reason in night.provenance.skipped[0].reason
    assert any(reason in line for line in trouble_lines(night))
    assert night.coverage.skipped_s == pytest.approx(10.0)
    assert night.coverage.observed_s == pytest.approx(70.0)
    assert night.is_partial
    assert night_code(night) == ExitCode.PARTLY_UNREADABLE == 3
    assert night.gaps == ((0.0, 10.0),)
    assert Night.load(tmp_path / "night").provenance == night.provenance
    finish(footage, tmp_path / "night", reference)  # the next run tries the span again


class Deadly:
    """Kills the process that unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, ("__import__('os').kill(__import__('os').getpid(), 9)",)


class Broken:
    """Raises in the process that unpickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return eval, ("1 / 0",)


class Hanging:
    """Takes an hour to unpickle."""

    def __reduce__(self) -> tuple[Any, ...]:
        return time.sleep, (3600,)


def test_job_that_hangs_is_given_up_after_two_deadlines(tmp_path: Path) -> None:
    share((NO_FOOTAGE, Params()), tmp_path / "footage")
    hanging = Job(cast("Any", Hanging()), tmp_path / "span.npz", 3, 1, 1.0)
    began_s = time.monotonic()
    given_up = measure_jobs([hanging], tmp_path / "footage", 1, 1.5, lambda *_: pytest.fail("measured"))
    assert given_up == {3: "the process that measured it hung for 1.5 s and was ended"}
    assert time.monotonic() - began_s > 3.0


def test_worker_that_hangs_in_mid_span_is_replaced(footage: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    # Stopped by a signal, a process does nothing more and does not end: as a decoder in an endless loop.
    stopped: list[int] = []

    def stop_one() -> None:
        wait_for(lambda: stopped.extend(measuring(footage)[:1]) or stopped, 120.0)
        os.kill(stopped[0], signal.SIGSTOP)

    stopper = threading.Thread(target=stop_one)
    stopper.start()
    params = with_values(SHORT_SPANS, {"run.stall_s": 4})
    night = analyze(footage, out=tmp_path / "night", params=params, workers=1)
    stopper.join()
    assert len(stopped) == 1
    assert not Path("/proc", str(stopped[0])).exists()
    assert not night.is_partial
    found = content(tmp_path / "night")
    assert {name: found[name] for name in found if name.endswith((".npz", ".csv"))} == {
        name: data for name, data in reference.items() if name.endswith((".npz", ".csv"))
    }


def test_slow_listener_is_not_taken_for_silent_workers(
    footage: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    def listen(step: Progress) -> None:
        if step.stage == "measuring":
            time.sleep(2.0)

    params = with_values(SHORT_SPANS, {"run.stall_s": 3})
    night = analyze(footage, out=tmp_path / "night", params=params, workers=4, progress=listen)
    assert night.provenance.skipped == ()
    found = content(tmp_path / "night")
    assert all(found[name] == data for name, data in reference.items() if name.endswith((".npz", ".csv")))


@pytest.mark.parametrize(("payload", "reason"), [(Deadly(), "SIGKILL"), (Broken(), "code 1: ZeroDivisionError")])
def test_deadly_job_is_given_up_after_two_workers(tmp_path: Path, payload: Any, reason: str) -> None:
    share((NO_FOOTAGE, Params()), tmp_path / "footage")
    jobs = [Job(payload, tmp_path / f"span-{index}.npz", index, 1, 1.0) for index in range(2)]
    given_up = measure_jobs(jobs, tmp_path / "footage", 2, 60.0, lambda *_: pytest.fail("measured"))
    assert sorted(given_up) == [0, 1]
    assert all(reason in text for text in given_up.values())


def test_footage_that_no_worker_can_measure_is_an_error(write_cot: Callable[..., Path], tmp_path: Path) -> None:
    footage = write_cot(tmp_path / "cot.mp4", 12.0)
    hidden = tmp_path / "hidden.mp4"

    def hide(step: Progress) -> None:
        if step.stage == "measuring" and footage.exists():
            footage.rename(hidden)

    with pytest.raises(NoFootageError, match=r"cot\.mp4: nothing could be measured"):
        analyze(footage, out=tmp_path / "night", workers=1, progress=hide)
    assert not (tmp_path / "night").exists()


def test_interrupt_stops_before_another_span_and_says_how_to_resume(
    footage: Path, reference: dict[str, bytes], tmp_path: Path
) -> None:
    mark, folder = uuid.uuid4().hex, tmp_path / "night"
    with start(footage, folder, mark) as run:
        wait_for(lambda: folder.exists() and parts(folder), 120.0)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to everyone
        n_at_hand = len(parts(folder)) + 2  # a span for each of two workers
        _, said = run.communicate(timeout=120)
    assert len(parts(folder)) <= n_at_hand
    assert not processes_with(mark)
    assert "KeyboardInterrupt: Interrupted; " in said
    assert f" measured parts are kept in {folder}; run the same command again to resume." in said
    assert said.count("Traceback") == 1
    finish(footage, folder, reference)


def test_second_run_into_the_folder_is_refused(footage: Path, reference: dict[str, bytes], tmp_path: Path) -> None:
    refused: list[str] = []

    def run_second() -> None:
        with pytest.raises(NightFolderError, match="another run is working in this folder") as caught:
            analyze(footage, out=tmp_path / "night", params=SHORT_SPANS, workers=1)
        refused.append(str(caught.value))

    folder = tmp_path / "night"
    analyze(footage, out=folder, params=SHORT_SPANS, workers=2, progress=after_first_part(folder, run_second))
    assert len(refused) == 1
    assert content(tmp_path / "night") == reference

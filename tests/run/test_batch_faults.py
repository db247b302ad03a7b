"""Many nights, whatever dies or fails meanwhile: nothing is lost, and nothing is counted twice."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from detector.params import with_values
from detector.run.analyze import analyze
from detector.run.batch import batch
from tests.fault_tools import (
    SHORT_SPANS,
    content,
    measuring,
    parent_of,
    wait_for,
    write_large,
)
from tests.run.batches import distributed, needs_proc, quiet_dask, written

PROGRAM = str(Path(sysconfig.get_path("scripts")) / "twitch-detector")


def _striker(
    footage: Path, n_times: int, hit: list[int], victim: Callable[[int], int] = lambda pid: pid
) -> threading.Thread:
    """Ends so many processes that are measuring a file, or others that belong to them, one after the other."""

    def strike() -> None:
        until_s = time.monotonic() + 120
        while len(hit) < n_times and time.monotonic() < until_s:
            for pid in map(victim, measuring(footage)):
                if pid not in hit and len(hit) < n_times:
                    hit.append(pid)
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.002)

    thread = threading.Thread(target=strike)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def long_lab(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One night of 30 s in three spans that take a while."""
    folder = tmp_path_factory.mktemp("long") / "lab"
    (folder / "night").mkdir(parents=True)
    write_cot(folder / "night" / "long.mp4", 30.0, (7.0,), fps=25, size=(640, 480))
    return folder


@distributed
@needs_proc
@quiet_dask
@pytest.mark.slow
@pytest.mark.parametrize("victim", [lambda pid: pid, parent_of], ids=["who measures", "who asked for it"])
def test_a_killed_worker_costs_nothing(long_lab: Path, tmp_path: Path, victim: Callable[[int], int]) -> None:
    hit: list[int] = []
    striker = _striker(long_lab / "night" / "long.mp4", 1, hit, victim)
    rows = batch(long_lab, tmp_path / "r", params=SHORT_SPANS, workers=1)
    striker.join()
    assert len(hit) == 1
    assert [row.status for row in rows] == ["done"]
    analyze(long_lab / "night", out=tmp_path / "alone", params=SHORT_SPANS, workers=1)
    assert written(tmp_path / "r" / "night") == content(tmp_path / "alone")


@distributed
@needs_proc
@quiet_dask
@pytest.mark.slow
def test_a_span_that_costs_three_workers_is_named_and_skipped(long_lab: Path, tmp_path: Path) -> None:
    hit: list[int] = []
    striker = _striker(long_lab / "night" / "long.mp4", 3, hit)
    rows = batch(long_lab, tmp_path / "r", params=with_values(SHORT_SPANS, {"footage.span_s": 3600}), workers=1)
    striker.join()
    assert len(hit) == 3
    assert [row.status for row in rows] == ["failed"], "it has only this span"
    assert "the process that measured it was ended by SIGKILL" in rows[0].error


@distributed
@needs_proc
@quiet_dask
@pytest.mark.slow
def test_storage_that_fails_for_a_while_costs_nothing(
    long_lab: Path, mount: Callable[[str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    disk = mount("size=2m")
    caplog.set_level("INFO", logger="detector.run.cluster")

    def cannot_store() -> bool:
        return any("cannot be stored (No space left" in record.getMessage() for record in caplog.records)

    def fill_and_free() -> None:
        try:
            # Not before: what is shared with those who measure is then written as a whole.
            wait_for(lambda: measuring(long_lab / "night" / "long.mp4"), 120.0)
            with suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            wait_for(cannot_store, 120.0)
        finally:
            mount("size=64m")  # else the batch waits for room

    freer = threading.Thread(target=fill_and_free)
    freer.start()
    rows = batch(long_lab, disk / "r", params=SHORT_SPANS, workers=1)
    freer.join()
    assert cannot_store(), f"there was room all the time: {rows}"
    assert [row.status for row in rows] == ["done"], rows
    analyze(long_lab / "night", out=tmp_path / "alone", params=SHORT_SPANS, workers=1)
    assert written(disk / "r" / "night") == content(tmp_path / "alone")


@distributed
@quiet_dask
@pytest.mark.slow
def test_footage_that_is_away_for_a_while_costs_nothing(
    long_lab: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = Path(shutil.copytree(long_lab, tmp_path / "lab"))
    footage, root = source / "night" / "long.mp4", tmp_path / "r"
    caplog.set_level("INFO", logger="detector.run.cluster")

    def cannot_read() -> bool:
        return any(record.getMessage().endswith("; tried again") for record in caplog.records)

    def take_away() -> None:
        wait_for(lambda: list(root.glob("night/motion/span-*.npz")), 120.0)
        footage.rename(tmp_path / "away")
        wait_for(cannot_read, 120.0)
        (tmp_path / "away").rename(footage)

    taker = threading.Thread(target=take_away)
    taker.start()
    rows = batch(source, root, params=SHORT_SPANS, workers=1)
    taker.join()
    assert cannot_read(), "it was there all the time"
    assert [row.status for row in rows] == ["done"], rows
    analyze(source / "night", out=tmp_path / "alone", params=SHORT_SPANS, workers=1)
    assert written(root / "night") == content(tmp_path / "alone")


@distributed
@needs_proc
@quiet_dask
@pytest.mark.slow
def test_a_night_that_needs_too_much_memory_costs_itself_only(long_lab: Path, tmp_path: Path) -> None:
    source, root = Path(shutil.copytree(long_lab, tmp_path / "lab")), tmp_path / "r"
    (source / "big").mkdir()
    big, footage = write_large(source / "big" / "big.avi"), source / "night" / "long.mp4"
    who: dict[Path, set[tuple[int, int]]] = {big: set(), footage: set()}
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(0.01):
            for path, seen in who.items():
                with suppress(OSError):
                    seen.update((pid, parent_of(pid)) for pid in measuring(path))

    watcher = threading.Thread(target=watch)
    watcher.start()
    limits = {"run.worker_memory_mb": 500, "footage.max_frame_px": 16000**2}
    rows = batch(source, root, params=with_values(SHORT_SPANS, limits), workers=1)
    is_over.set()
    watcher.join()
    assert [(row.night, row.status) for row in rows] == [("big", "failed"), ("night", "done")]
    assert rows[0].error.endswith("it needs more memory than run.worker_memory_mb (500 MB) allows.")
    # One worker of the cluster lives through it all and does both nights; who measured for it and ran out is replaced.
    assert len({worker for seen in who.values() for _, worker in seen}) == 1
    assert len(who[big]) > 1
    assert who[footage]
    analyze(source / "night", out=tmp_path / "alone", params=with_values(SHORT_SPANS, limits), workers=1)
    assert written(root / "night") == content(tmp_path / "alone")


@distributed
@quiet_dask
@pytest.mark.slow
def test_workers_that_are_all_gone_are_started_again(
    long_lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from detector.run import cluster

    root, made, start = tmp_path / "r", list[Any](), cluster._local  # to get hold of what it starts

    def local(n_workers: int, memory_mb: float) -> Any:  # Dask has no types
        made.append(start(n_workers, memory_mb))
        return made[0]

    async def close() -> None:
        # What a busy machine does to a worker that comes back too late.
        for name, nanny in list(made[0].workers.items()):
            del made[0].workers[name]
            await nanny.close()

    def take_away() -> None:
        wait_for(lambda: list(root.glob("night/motion/span-*.npz")), 120.0)
        made[0].sync(close)

    monkeypatch.setattr(cluster, "_local", local)
    taker = threading.Thread(target=take_away)
    taker.start()
    rows = batch(long_lab, root, params=SHORT_SPANS, workers=1)
    taker.join()
    assert [row.status for row in rows] == ["done"], rows
    analyze(long_lab / "night", out=tmp_path / "alone", params=SHORT_SPANS, workers=1)
    assert written(root / "night") == content(tmp_path / "alone")


@distributed
@needs_proc
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["dask", "crew"])
def test_ctrl_c_ends_it_in_one_sentence_and_it_goes_on(
    long_lab: Path, command: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path, engine: str
) -> None:
    root = tmp_path / "r"
    options = ["--set", "footage.span_s=10", "--engine", engine, "--workers", "1"]
    words = [PROGRAM, "batch", str(long_lab), "--out", str(root), *options, "--quiet"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        wait_for(lambda: list(root.glob("night/motion/span-*.npz")), 120.0)
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does: to everyone
        said, complained = run.communicate(timeout=120)
    assert (run.returncode, said) == (130, "")
    assert complained == (
        f"Interrupted; 0 of 1 nights are whole in {root}, and what was measured of others is kept; "
        "run the same command again to go on.\n"
    )
    kept = {path: path.stat().st_mtime_ns for path in root.glob("night/motion/span-*.npz")}
    assert kept
    done = command("batch", long_lab, "--out", root, *options)
    assert done.returncode == 0, done.stderr
    assert "Nights    1 of 1 analyzed" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in kept} == kept, "nothing is measured twice"


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Start a scheduler and a worker of its own on a port, or start them again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, running = f"tcp://127.0.0.1:{port}", list[subprocess.Popen[bytes]]()
    log = (tmp_path / "dask.log").open("wb")

    def start() -> str:
        for process in running:
            process.kill()
            process.wait()
        running.clear()
        words = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port)]
        running.append(subprocess.Popen([*words, "--no-dashboard"], stdout=log, stderr=log))
        words = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        running.append(
            subprocess.Popen([*words, "--no-nanny", "--host", "127.0.0.1"], stdout=log, stderr=log, cwd=tmp_path)
        )
        return address

    yield start
    for process in running:
        process.kill()
        process.wait()
    log.close()


@distributed
@needs_proc
@quiet_dask
@pytest.mark.slow
def test_a_scheduler_that_is_restarted_costs_nothing(
    long_lab: Path, scheduler: Callable[[], str], tmp_path: Path
) -> None:
    address, root = scheduler(), tmp_path / "r"

    def restart() -> None:
        wait_for(lambda: list(root.glob("night/motion/span-*.npz")), 120.0)
        scheduler()

    restarter = threading.Thread(target=restart)
    restarter.start()
    rows = batch(long_lab, root, params=SHORT_SPANS, scheduler=address)
    restarter.join()
    assert [row.status for row in rows] == ["done"], rows
    analyze(long_lab / "night", out=tmp_path / "alone", params=SHORT_SPANS, workers=1)
    assert written(root / "night") == content(tmp_path / "alone")

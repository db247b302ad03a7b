"""What a program costs: processor time and peak memory of it and of all it starts."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from detector.run import finishing

_POLL_S = 0.05
_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cost:
    """What one run cost.

    Attributes:
        cpu_s: user and system time of the process and of all its children, s.
        child_s: that of the children alone, without the one that decides and draws, s.
        wall_s: time it took, s.
        peak_mb: most memory of the process itself, MB.
        child_mb: most memory of any of its other child processes, MB; 0 where there was none.
        finishing_mb: most memory of the one that decides and draws, MB; 0 where there was none.
        said: standard output.
    """

    cpu_s: float
    child_s: float
    wall_s: float
    peak_mb: float
    child_mb: float
    finishing_mb: float
    said: str


def run(arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> Cost:
    """Run a program to its end and tell its cost.

    Raises:
        RuntimeError: it failed; with what it said last.
    """
    began_s = time.monotonic()
    with subprocess.Popen(
        [str(argument) for argument in arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=_REPOSITORY,
        env={**os.environ, **(environment or {})},
    ) as process:
        watch = _Watch(process.pid)
        heard: dict[str, str] = {}
        readers = [
            threading.Thread(target=_hear, args=(process, name, heard), daemon=True) for name in ("stdout", "stderr")
        ]
        for thread in (watch, *readers):
            thread.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began_s
        process.returncode = os.waitstatus_to_exitcode(status)
        for thread in readers:
            thread.join()
        watch.is_over.set()
        watch.join()
    if process.returncode:
        raise RuntimeError(f"{arguments[:4]}: exit code {process.returncode}: {heard['stderr'].strip()[-2000:]}")
    cpu_s, child_s = usage.ru_utime + usage.ru_stime, sum(watch.child_s.values())
    return Cost(cpu_s, child_s, wall_s, watch.peak_mb, watch.child_mb, watch.finishing_mb, heard["stdout"])


def run_task(name: str, *arguments: object) -> Cost:
    """Run one of `tests.benchmarks.tasks` in a process of its own."""
    return run([sys.executable, "-m", "tests.benchmarks.tasks", name, *map(str, arguments)])


def run_command(*arguments: object) -> Cost:
    """Run `twitch-detector` with these arguments."""
    code = "import sys; from detector.cli.app import main; sys.exit(main())"
    return run([sys.executable, "-c", code, *map(str, arguments)])


def _hear(process: subprocess.Popen[str], name: str, heard: dict[str, str]) -> None:
    heard[name] = getattr(process, name).read()


class _Watch(threading.Thread):
    """Follows a process and its children through `/proc`: their peak memory, and the processor time of the children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.peak_mb = self.child_mb = self.finishing_mb = 0.0
        self.child_s: dict[int, float] = {}
        self.is_over = threading.Event()

    def run(self) -> None:
        """Look again and again until told that it is over."""
        while not self.is_over.wait(_POLL_S):
            self.peak_mb = max(self.peak_mb, _peak_mb(self._pid))
            children = []
            for child in _children(self._pid):
                if _finishes(child):
                    self.finishing_mb = max(self.finishing_mb, _peak_mb(child))
                else:
                    children.append(child)
            self.child_mb = max([self.child_mb, *(_peak_mb(child) for child in children)])
            self.child_s |= {child: seconds for child in children if (seconds := _cpu_s(child)) is not None}


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    return []


def _finishes(pid: int) -> bool:
    with suppress(OSError):
        return finishing.__name__.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def _cpu_s(pid: int) -> float | None:
    """Processor time of a process so far; None where it is gone."""
    with suppress(OSError):
        # After the name of the program, which may hold anything, in brackets.
        numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
    return None


def _peak_mb(pid: int) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return 0.0

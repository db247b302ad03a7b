import os
import subprocess
import sys
from pathlib import Path

import pytest

from detector.run import cores
from detector.run.cores import usable_cores


def test_cores_follow_the_affinity_of_the_process() -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no affinity")
    asked = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    asked += "from detector.run.cores import usable_cores; print(usable_cores())"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"


def test_cores_are_at_least_one_and_at_most_those_of_the_machine() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"cpu.max": "150000 100000\n"}, [1.5]),
        ({"cpu.max": "max 100000\n"}, []),
        ({"cpu.cfs_quota_us": "200000\n", "cpu.cfs_period_us": "100000\n"}, [2.0]),
        ({"cpu.cfs_quota_us": "-1\n", "cpu.cfs_period_us": "100000\n"}, []),
        ({"cpu.max": "nonsense"}, []),
        ({}, []),
    ],
)
def test_limit_of_a_control_group(tmp_path: Path, files: dict[str, str], limit: list[float]) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert cores._limit(tmp_path) == limit


@pytest.mark.parametrize(("limits", "allowed"), [([0.3], 1), ([1.9], 1), ([], None), ([1e6], None)])
def test_limits_of_control_groups_are_respected(
    monkeypatch: pytest.MonkeyPatch, limits: list[float], allowed: int | None
) -> None:
    free = usable_cores() if allowed is None else allowed
    monkeypatch.setattr(cores, "_group_limits", lambda: limits)
    assert usable_cores() == free


def test_limits_of_this_machine_can_be_read() -> None:
    assert all(limit > 0 for limit in cores._group_limits())

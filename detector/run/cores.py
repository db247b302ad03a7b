"""How many cores this process may use."""

from __future__ import annotations

import math
import os
from pathlib import Path


def usable_cores() -> int:
    """Cores that this process may use: its affinity and the limits of its control groups respected; at least 1."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return max(1, math.floor(min([cores, *_group_limits()])))


def _group_limits() -> list[float]:
    """Cores allowed by each control group above this process; empty where there are none or no limit is set."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    limits = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        root = Path("/sys/fs/cgroup") / ("cpu" if "cpu" in controllers.split(",") else "")
        for folder in (Path(group), *Path(group).parents):
            limits += _limit(root / folder.relative_to("/"))
    return limits


def _limit(folder: Path) -> list[float]:
    try:
        if (folder / "cpu.max").exists():
            quota, period = (folder / "cpu.max").read_text(encoding="ascii").split()
        else:
            quota = (folder / "cpu.cfs_quota_us").read_text(encoding="ascii")
            period = (folder / "cpu.cfs_period_us").read_text(encoding="ascii")
        cores = float(quota) / float(period)
    except (OSError, ValueError, ZeroDivisionError):
        return []  # "max", or nothing said
    return [cores] if cores > 0 else []

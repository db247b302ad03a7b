"""How the work is done."""

from __future__ import annotations

from detector._tunable import OWN, Group, tunable


class RunParams(Group):
    """How the work is done. None of these changes a result."""

    stall_s: float = tunable(
        30.0, "s", OWN, "A process that reads nothing for this long hangs; its span is tried again once.", ge=2, le=3600
    )
    worker_memory_mb: float = tunable(
        4000.0, "MB", OWN, "A measuring process may have this much memory (not on Windows).", ge=500
    )
    slowest_read_mb_per_s: float = tunable(
        5.0, "MB/s", OWN, "A file that is read more slowly than this, and stall_s on top, is given up.", gt=0, le=1000
    )

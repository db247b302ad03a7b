"""A worker of Dask that has run out of memory is replaced before the next night reaches it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

from detector.errors import DetectorError
from detector.run.worker import is_out_of_memory

EXHAUSTED = 71
"""Code with which a process ends itself that has no memory left."""
_MOMENT_S = 0.05


def renewing(function: Callable[..., Any], *args: object) -> Any:  # noqa: ANN401  # what the function gives
    """Do a task; where there is no memory left for it, this process gives its place to a new one.

    What memory was taken and not given back would be missing to all that come later. Other tasks that this process
    holds go to another one and are not counted as failures. A process that nobody would start again stays.

    Raises:
        DetectorError: there is no memory left for it.
    """
    try:
        return function(*args)
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        _give_way()
        raise DetectorError(
            "It needs more memory than the process had that worked on it; free some, or take fewer workers."
        ) from None


def _give_way() -> None:
    from distributed import get_worker

    worker = get_worker()
    if worker.nanny is not None:
        worker.loop.add_callback(_replace, worker, worker.get_current_task())


async def _replace(worker: Any, key: str) -> None:  # noqa: ANN401  # Dask has no types
    from distributed.core import Status

    worker.status = Status.closing_gracefully  # said before the task ends, so that no other one comes in its place
    while (task := worker.state.tasks.get(key)) is not None and task.state == "executing":
        await asyncio.sleep(_MOMENT_S)
    await asyncio.sleep(_MOMENT_S)  # until it is told how the task ended
    try:
        await worker.scheduler.retire_workers(workers=[worker.address], close_workers=False, remove=True)
    finally:
        os._exit(EXHAUSTED)  # the nanny starts another one

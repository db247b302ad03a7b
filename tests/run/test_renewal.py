"""A worker of Dask that runs out of memory, for real, in a cluster of its own."""

import os
import threading
import time
from pathlib import Path

import pytest

from detector.errors import DetectorError, FootageError
from detector.run.cluster import Cluster, dask_cluster

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        __import__("importlib.util").util.find_spec("distributed") is None, reason="needs the extra dask"
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning"),
]


def hungry() -> None:
    """Take more memory than there is anywhere."""
    import numpy as np

    np.empty(10**15)


def failing() -> None:
    """Fail for a reason that has nothing to do with memory."""
    raise FootageError("no video")


def slow(path: Path) -> int:
    """Count how often this was begun, and take a while."""
    with path.open("a") as file:
        file.write(".")
    time.sleep(1.0)
    return os.getpid()


def test_the_next_task_reaches_a_new_process(tmp_path: Path) -> None:
    with dask_cluster(None, 1, 4000.0) as cluster:
        before = cluster._one(os.getpid)
        with pytest.raises(FootageError, match="no video"):
            cluster._one(failing)
        assert cluster._one(os.getpid) == before
        # What waits behind it is begun once, and not by the process that ran out.
        ending = cluster._submit(threading.Event(), hungry)
        after = cluster._one(slow, tmp_path / "begun")
        assert ending.exception().args[0].startswith("It needs more memory than the process had")
        assert cluster._one(os.getpid) == after != before
    assert (tmp_path / "begun").read_text() == "."


def test_a_process_that_nobody_would_start_again_stays() -> None:
    from distributed import Client, LocalCluster

    threads = {"n_workers": 1, "threads_per_worker": 1, "processes": False}  # in this very process
    with LocalCluster(**threads, dashboard_address=None) as local, Client(local, set_as_default=False) as client:
        cluster = Cluster(client, 1)
        with pytest.raises(DetectorError, match="needs more memory"):
            cluster._one(hungry)
        assert cluster._one(os.getpid) == os.getpid()

"""What tests of batches share."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fault_tools import content

STAMP = "motion/batch.txt"
distributed = pytest.mark.skipif(find_spec("distributed") is None, reason="needs the extra dask")
needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc")
quiet_dask = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


def written(folder: Path) -> dict[str, bytes]:
    """What stands in the folder of a finished night, as `content`; the mark of the batch apart."""
    found = content(folder)
    assert found.pop(STAMP)
    return found

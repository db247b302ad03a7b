"""What a worker says while it measures."""

import errno
import itertools
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from detector.errors import FootageError
from detector.footage.recording import read_recording
from detector.footage.spans import cut_spans
from detector.params import Params, with_values
from detector.run import worker
from detector.run.parts import StorageError, hash_file, measure_part, plan_jobs
from detector.run.worker import Reply, is_out_of_memory

SHORT_SPANS = with_values(Params(), {"footage.span_s": 10.0})


def test_it_says_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [100.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now_s[0])
    said: list[Reply] = []
    beat = worker._Beat(said.append)
    for number in range(35):
        now_s[0] = 100.0 + number / 10
        beat(number >= 5)
    assert [reply.n_frames for reply in said] == [1, 6, 11, 16, 21, 26]
    assert {reply.verdict for reply in said} == {"measuring"}


def test_every_packet_is_told_with_whether_it_was_decoded(cot: Path, tmp_path: Path) -> None:
    recording = read_recording([cot], SHORT_SPANS.footage)
    jobs = plan_jobs(recording, cut_spans(recording, SHORT_SPANS.footage), [hash_file(cot)], SHORT_SPANS, tmp_path)
    told: list[bool] = []
    measure_part(recording, jobs[1], SHORT_SPANS, told.append)
    # Its own frames, those of the warm-up before it, and what the decoder needs to give the last one out.
    assert jobs[1].n_frames < sum(told) < 2 * jobs[1].n_frames


@pytest.mark.skipif(sys.platform != "linux", reason="limits as on Linux")
@pytest.mark.parametrize(("megabytes", "said"), [(500, "MemoryError"), (4000, "fine")])
def test_memory_has_a_limit(megabytes: int, said: str) -> None:
    program = (
        "import cv2, numpy as np; from detector.run.worker import limit_memory\n"
        f"limit_memory({megabytes})\n"
        "try: np.empty(100_000_000); print('fine')\n"
        "except MemoryError: print('MemoryError')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


def test_what_says_that_no_memory_is_left_is_known() -> None:
    def raised(*errors: Exception) -> Exception:
        """The last of some errors, each of which came of the one before."""
        for before, error in itertools.pairwise(errors):
            error.__context__ = before
        return errors[-1]

    short = [MemoryError(), OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)), cv2.error("Insufficient memory")]
    assert all(is_out_of_memory(error) for error in short)
    assert is_out_of_memory(raised(MemoryError(), StorageError("x"), FootageError("y")))
    assert not is_out_of_memory(raised(OSError(errno.ENOSPC, "No space left on device"), StorageError("x")))
    assert not is_out_of_memory(None)

"""Files are read by processes of their own, and none of them takes more with it than its own file."""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.errors import FootageError
from detector.footage.files import hash_file
from detector.footage.recording import read_recording
from detector.footage.video import VideoInfo, probe
from detector.params import FootageParams, Params, with_values
from detector.run.readers import Readers
from tests.fault_tools import readers_of, wait_for, write_large

RUN = with_values(Params(), {"run.stall_s": 2}).run
FOOTAGE = FootageParams()


@pytest.fixture(scope="module")
def clips(write_cot: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """120 short clips of two kinds."""
    folder = tmp_path_factory.mktemp("clips")
    kinds = [write_cot(folder / f"kind{number}.mp4", 2.0 + number, seed=number) for number in range(2)]
    copies = [shutil.copy(kinds[number % 2], folder / f"clip{number:03d}.mp4") for number in range(120)]
    return [Path(copy) for copy in copies]


def same(one: VideoInfo | FootageError, other: VideoInfo) -> bool:
    if isinstance(one, FootageError):
        return False
    return all(np.array_equal(value, getattr(other, name)) for name, value in vars(one).items() if name != "packets")


def test_they_give_what_reading_here_gives(clips: list[Path], tmp_path: Path) -> None:
    absent, text = tmp_path / "absent.mp4", tmp_path / "text.mp4"
    text.write_text("no video")
    with Readers(RUN, 1) as readers:
        *found, gone, odd = readers.probe([*clips[:3], absent, text], FOOTAGE)
        hashes = readers.hash(clips[:3])
        with pytest.raises(FootageError, match=r"absent\.mp4"):
            readers.hash([absent])
    assert all(same(info, probe(path)) for info, path in zip(found, clips, strict=False))
    assert hashes == tuple(hash_file(path) for path in clips[:3])
    for error, path in ((gone, absent), (odd, text)):
        with pytest.raises(FootageError) as caught:
            probe(path)
        assert isinstance(error, FootageError)
        assert str(error) == str(caught.value)


def test_many_files_come_in_order_from_several(clips: list[Path]) -> None:
    with Readers(RUN, 2) as readers:
        found = list(readers.probe(clips, FOOTAGE))
        assert len(readers._all) == 2
        assert readers.hash(clips) == tuple(hash_file(path) for path in clips)
    assert [info.path for info in found if isinstance(info, VideoInfo)] == clips


def test_nothing_to_read_starts_nothing() -> None:
    with Readers(RUN, 2) as readers:
        assert list(readers.probe([], FOOTAGE)) == []
        assert readers.hash([]) == ()
        assert [reader.child for reader in readers._all] == [None]


@pytest.fixture
def slow(clips: list[Path], tmp_path: Path) -> Path:
    """A clip whose hashing takes a while: its last box is half a gigabyte that takes no room on the disk."""
    path = Path(shutil.copy(clips[0], tmp_path / "slow.mp4"))
    with path.open("ab") as file:
        file.write((1).to_bytes(4, "big") + b"free" + (500_000_000).to_bytes(8, "big"))
        file.truncate(file.tell() + 500_000_000 - 16)
    return path


needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes through /proc")


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize(("n_times", "fate"), [(1, signal.SIGKILL), (2, signal.SIGKILL), (1, signal.SIGSTOP)])
def test_a_reader_that_dies_or_hangs_is_replaced_once(slow: Path, n_times: int, fate: signal.Signals) -> None:
    hit: list[int] = []

    def strike() -> None:
        while len(hit) < n_times:
            wait_for(lambda: set(readers_of(slow)) - set(hit), 60.0)
            hit.extend(set(readers_of(slow)) - set(hit))
            os.kill(hit[-1], fate)

    # A stopped one is given up after 7 s.
    run = with_values(Params(), {"run.stall_s": 2, "run.slowest_read_mb_per_s": 100}).run
    striker = threading.Thread(target=strike)
    striker.start()
    with Readers(run, 1) as readers:
        if n_times == 1:
            assert readers.hash([slow]) == (hash_file(slow),)
        else:
            with pytest.raises(FootageError, match=r"slow\.mp4: this file cannot be read: the process that read it"):
                readers.hash([slow])
    striker.join()
    assert not any(Path("/proc", str(pid)).exists() for pid in hit)


@pytest.mark.slow
def test_a_file_that_needs_too_much_memory_costs_itself_only(clips: list[Path], tmp_path: Path) -> None:
    zeros = tmp_path / "zeros.h264"
    with zeros.open("wb") as file:
        file.truncate(700_000_000)  # as one picture, which takes no room on the disk
    run = with_values(Params(), {"run.worker_memory_mb": 500}).run
    with Readers(run, 1) as readers:
        recording = read_recording([zeros, clips[0]], FOOTAGE, readers.probe)
    assert [clip.info.path for clip in recording.clips] == [clips[0]]
    assert [path for path, _ in recording.unreadable] == [str(zeros)]


@pytest.mark.skipif(sys.platform != "linux", reason="limits as on Linux")
@pytest.mark.slow
def test_a_reader_that_ran_out_of_memory_is_replaced(clips: list[Path], tmp_path: Path) -> None:
    import resource

    big, params = write_large(tmp_path / "big.avi"), with_values(Params(), {"footage.max_frame_px": 16000**2}).footage
    with Readers(RUN, 1) as readers:
        list(readers.probe(clips[:1], params))
        first = readers._all[0].child
        assert first is not None
        resource.prlimit(first.process.pid, resource.RLIMIT_DATA, (1_000_000, 1_000_000))  # less than it has
        results = list(readers.probe([big, clips[1]], params))
        second = readers._all[0].child
        assert second is not None
        assert second.process.pid != first.process.pid
    assert isinstance(results[0], FootageError)
    assert same(results[1], probe(clips[1], params))

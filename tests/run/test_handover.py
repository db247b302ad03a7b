import pickle
from pathlib import Path

import numpy as np
import pytest

from detector.run.handover import receive, share


def test_arrays_come_back_equal_and_stay_in_the_file(tmp_path: Path) -> None:
    item = {"times_s": np.linspace(0, 1, 1001), "flags": np.arange(7) % 2 == 0, "none": np.zeros(0), "name": "a.mp4"}
    share(item, tmp_path / "shared")
    again = receive(tmp_path / "shared").item
    assert again["name"] == "a.mp4"
    for name in ("times_s", "flags", "none"):
        np.testing.assert_array_equal(again[name], item[name])
        assert again[name].dtype == item[name].dtype
    assert not again["times_s"].flags.owndata
    assert not again["times_s"].flags.writeable
    assert again["times_s"].ctypes.data % 64 == 0


def test_arrays_outlive_the_name_of_the_file(tmp_path: Path) -> None:
    share(np.arange(100), tmp_path / "shared")
    again = receive(tmp_path / "shared").item
    (tmp_path / "shared").unlink()
    assert again.sum() == 4950


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        receive(tmp_path / "nothing")


def test_pickled_head_does_not_hold_the_arrays(tmp_path: Path) -> None:
    zeros = np.zeros(1_000_000, np.uint8)
    share(zeros, tmp_path / "shared")
    content = (tmp_path / "shared").read_bytes()
    body, sizes = pickle.loads(content[8:])  # noqa: S301
    assert len(body) < 1000
    assert sizes == [zeros.nbytes]


def test_what_was_let_go_is_there_when_it_is_needed_again(tmp_path: Path) -> None:
    numbers = np.arange(200_000)
    share(numbers, tmp_path / "shared")
    received = receive(tmp_path / "shared")
    assert np.array_equal(received.item, numbers)
    received.let_go()
    assert np.array_equal(received.item, numbers)

"""Arrays to a file and back: nothing is lost, and it is small."""

import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray

from detector.motion.layer import coarse
from detector.motion.packing import read_arrays, write_arrays

TYPES = st.sampled_from(["bool", "uint8", "uint16", "int64", "float16", "float32", "float64"])
SHAPES = st.lists(st.integers(0, 5), max_size=3).map(tuple)


def written(array: NDArray[Any], stepped: tuple[str, ...] = ("it",)) -> bytes:
    file = io.BytesIO()
    write_arrays(file, {"it": array}, stepped)
    return file.getvalue()


def there_and_back(array: NDArray[Any]) -> NDArray[Any]:
    return read_arrays(io.BytesIO(written(array)))["it"]


@given(st.data())
def test_nothing_is_lost(data: st.DataObject) -> None:
    array = data.draw(numpy_st.arrays(data.draw(TYPES), data.draw(SHAPES)))
    found = there_and_back(array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


@given(
    numpy_st.arrays(
        np.float32, st.tuples(st.integers(0, 4), st.integers(0, 9)), elements=st.floats(-6e4, 6e4, width=32)
    )
)
def test_rounded_numbers_stored_as_steps_are_the_same(values: NDArray[np.float32]) -> None:
    array = coarse(values, 4)
    assert there_and_back(array).tobytes() == array.tobytes()


def test_order_in_memory_does_not_matter() -> None:
    array = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(there_and_back(array.T), array.T)
    assert written(array.T) == written(array.T.copy())


def test_equal_arrays_give_equal_bytes() -> None:
    array = np.random.default_rng(1).normal(size=1000)
    assert written(array) == written(array.copy())


def test_it_is_smaller_than_a_plain_archive() -> None:
    random = np.random.default_rng(2)
    floor = coarse(np.exp(0.1 * random.normal(size=(15, 3600)) + np.sin(np.arange(3600) / 40)).astype(np.float32), 4)
    plain = io.BytesIO()
    np.savez_compressed(plain, it=floor)
    assert len(written(floor)) < 0.8 * len(plain.getvalue())


@pytest.mark.parametrize("kind", ["", "steps", "<f8", "no type", "O"])
def test_planes_of_another_number_are_refused(kind: str) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive, archive.open(f"it:{kind}.npy", "w") as entry:
        np.lib.format.write_array(entry, np.zeros((3, 5), np.uint8))
    file.seek(0)
    with pytest.raises(ValueError, match="expected"):
        read_arrays(file)

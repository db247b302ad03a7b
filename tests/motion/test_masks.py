"""Masks of cells: connected parts and neighbors."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, label

from detector.motion.masks import connected_parts, grow

EIGHT = np.ones((3, 3))
MASKS = numpy_st.arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


@given(MASKS)
def test_parts_are_those_of_a_plain_search(mask: NDArray[np.bool_]) -> None:
    labels, n_parts = label(mask, EIGHT)
    parts = connected_parts(mask)
    assert len(parts) == n_parts
    for part in parts:
        assert len(np.unique(labels[part])) == 1
    assert np.array_equal(np.any([np.zeros_like(mask), *parts], axis=0), mask)
    firsts = [int(part.argmax()) for part in parts]
    assert firsts == sorted(firsts)


@given(MASKS)
def test_grown_masks_reach_one_cell_further(mask: NDArray[np.bool_]) -> None:
    assert np.array_equal(grow(mask), binary_dilation(mask, EIGHT))


def test_a_long_winding_part_is_one() -> None:
    mask = np.ones((21, 30), bool)
    mask[1::4, :-1] = mask[3::4, 1:] = False
    assert len(connected_parts(mask)) == 1

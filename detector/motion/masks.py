"""Masks of cells: their connected parts, and their neighbors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


def connected_parts(mask: Mask) -> list[Mask]:
    """The connected parts (of eight neighbors) of a mask (rows, columns), each as a mask, in order of their first cell.

    Meant for the few cells of a grid: it takes as many rounds as the longest part is long.
    """
    nobody = mask.size
    label = np.where(mask, np.arange(mask.size).reshape(mask.shape), nobody)
    while True:
        padded = np.pad(label, 1, constant_values=nobody)
        lowest = label
        for down in range(3):
            for across in range(3):
                near = padded[down : down + mask.shape[0], across : across + mask.shape[1]]
                lowest = np.minimum(lowest, near)
        lowest = np.where(mask, lowest, nobody)
        if np.array_equal(lowest, label):
            return [label == first for first in np.unique(label[mask])]
        label = lowest


def grow(mask: Mask) -> Mask:
    """A mask (rows, columns) and the eight neighbors of each of its cells."""
    padded = np.pad(mask, 1)
    grown = np.zeros_like(mask)
    for down in range(3):
        for across in range(3):
            grown |= padded[down : down + mask.shape[0], across : across + mask.shape[1]]
    return grown

"""Connected groups of what stands out, with what each is worth; most are noise, some are parts of a movement."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.connect import connect_runs, ranges
from detector.events.excess import Active
from detector.motion.view import LayerView
from detector.params import Params

# As many runs at a time as fit into the processor's cache.
_PORTION = 50_000


@dataclass(frozen=True)
class Groups:
    """Groups of entries that touch; G of them, made of R runs of neighbors.

    Attributes:
        first: shape (R + 1,); the entries of run r are `first[r]:first[r + 1]`.
        label: group of each run, shape (R,), from 0 in order of first appearance.
        peak: highest entry of each group, floors, shape (G,).
    """

    first: NDArray[np.int32]
    label: NDArray[np.int32]
    peak: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.peak)

    @classmethod
    def of(cls, view: LayerView, active: Active, params: Params) -> Groups:
        """Connect all entries of a layer."""
        if len(active) == 0:
            return cls(np.zeros(1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
        first, label = connect_runs(view, active, params.burst.still_s)
        peak = np.zeros(int(label.max()) + 1, np.float32)
        np.maximum.at(peak, label, np.maximum.reduceat(active.snr, first[:-1]))
        return cls(first, label, peak)

    @property
    def size(self) -> NDArray[np.float64]:
        """How many entries each has, shape (G,)."""
        return self._added(np.diff(self.first).astype(np.float64))

    def total(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """What a value of each entry adds up to in each group, shape (G,)."""
        return self._added(run_sums(values, self.first))

    def _added(self, of_runs: NDArray[np.float64]) -> NDArray[np.float64]:
        added: NDArray[np.float64] = np.bincount(self.label, of_runs, len(self)).astype(np.float64)
        return added

    def runs(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Runs of some groups, one group after the other; and where each group begins among them."""
        those = np.flatnonzero(chosen[self.label])
        those = those[np.argsort(self.label[those], kind="stable")]
        return those, np.flatnonzero(np.diff(self.label[those], prepend=-1))

    def entries(self, chosen: NDArray[np.bool_]) -> Iterator[NDArray[np.int32]]:
        """Entries of each of some groups, in order of frame."""
        those, begins = self.runs(chosen)
        counts = np.diff(self.first)[those]
        entries = ranges(self.first[those], counts)
        bounds = np.append(np.concatenate([[0], np.cumsum(counts)])[begins], len(entries))
        for low, high in itertools.pairwise(bounds.tolist()):
            yield entries[low:high]


def run_sums(values: NDArray[np.floating], first: NDArray[np.int32]) -> NDArray[np.float64]:
    """Sum of each run of values; run r is `first[r]:first[r + 1]`.

    Single precision added up in double precision is exact, so the order of adding does not matter.
    """
    sums = np.empty(len(first) - 1)
    # Some runs at a time: a night has millions of values.
    for low in range(0, len(sums), _PORTION):
        high = min(low + _PORTION, len(sums))
        some = values[first[low] : first[high]].astype(np.float64)
        np.add.reduceat(some, first[low:high] - first[low], out=sums[low:high])
    return sums

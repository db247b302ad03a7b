"""Known movements and found events in one shape, arrays ready to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.truth.known import KnownMovement

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Intervals:
    """Events or known movements as arrays, sorted by start.

    Attributes:
        kind: shape (n,), str.
        start_s, stop_s: shape (n,), recording time.
        rate_hz: shape (n,); NaN where there is none.
    """

    kind: NDArray[np.str_]
    start_s: NDArray[np.float64]
    stop_s: NDArray[np.float64]
    rate_hz: NDArray[np.float64]

    @classmethod
    def of_known(cls, known: Sequence[KnownMovement]) -> Intervals:
        """Known movements; one without a rate has none."""
        rows = sorted(known, key=lambda one: one.onset_s)
        times = np.array([(one.onset_s, one.stop_s, one.rate_hz or np.nan) for one in rows], float).reshape(-1, 3)
        return cls(np.array([one.kind for one in rows], np.str_), times[:, 0], times[:, 1], times[:, 2])

    @classmethod
    def of_events(cls, events: pd.DataFrame) -> Intervals:
        """From the columns `kind, start_s, stop_s, rate_hz` of a night's events."""
        rows = events.sort_values("start_s", kind="stable")
        start_s, stop_s, rate_hz = (rows[name].to_numpy(float) for name in ("start_s", "stop_s", "rate_hz"))
        return cls(rows["kind"].to_numpy(np.str_), start_s, stop_s, rate_hz)

    def where(self, chosen: NDArray[np.bool_]) -> Intervals:
        """Those that a mask of shape (n,) chooses."""
        return Intervals(self.kind[chosen], self.start_s[chosen], self.stop_s[chosen], self.rate_hz[chosen])

    def of(self, kind: str) -> Intervals:
        """Those of one kind."""
        return self.where(self.kind == kind)

    def __len__(self) -> int:
        return len(self.kind)

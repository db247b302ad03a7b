"""Agreement of two codings over epochs, beyond chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.truth.known import KINDS
from detector.truth.scoring.intervals import Intervals

if TYPE_CHECKING:
    import pandas as pd

EPOCH_LENGTHS_S = (15.0, 30.0, 60.0)


def cohens_kappa(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Agreement of two yes-or-no codings beyond chance, -1 to 1 (Cohen 1960).

    Args:
        one: shape (n,).
        other: shape (n,).

    Returns:
        Kappa; NaN for no epochs, and where all are alike on both sides: chance alone agrees as well then.
    """
    if one.size == 0:
        return float("nan")
    agreed = float((one == other).mean())
    expected = float(one.mean() * other.mean() + (~one).mean() * (~other).mean())
    return (agreed - expected) / (1 - expected) if expected < 1.0 else float("nan")


def kappa_table(known: Intervals, found: Intervals, observed: Sequence[tuple[float, float]]) -> pd.DataFrame:
    """Kappa between "a movement of this kind lies in the epoch" known and found.

    Args:
        known: movements that are there.
        found: movements that were reported.
        observed: intervals `(start_s, stop_s)` of observed time, apart and ascending.

    Returns:
        Kinds (rows, first `"any"`) by epoch length in s (columns). Epochs that are observed for less than half of
        their length are left out.
    """
    import pandas as pd

    sides = {"any": (known, found)} | {kind: (known.of(kind), found.of(kind)) for kind in KINDS}
    columns = {}
    for length_s in EPOCH_LENGTHS_S:
        starts_s = epochs_of(observed, length_s)
        columns[length_s] = [
            cohens_kappa(occupied(one, starts_s, length_s), occupied(other, starts_s, length_s))
            for one, other in sides.values()
        ]
    return pd.DataFrame(columns, index=pd.Index(list(sides), name="kind"))


def epochs_of(observed: Sequence[tuple[float, float]], length_s: float) -> NDArray[np.float64]:
    """Starts of the epochs that are observed for at least half of their length, counted from the first moment."""
    if not observed:
        return np.zeros(0)
    starts_s = np.arange(observed[0][0], observed[-1][1], length_s)
    inside_s = np.zeros_like(starts_s)
    for start_s, stop_s in observed:
        inside_s += np.clip(np.minimum(starts_s + length_s, stop_s) - np.maximum(starts_s, start_s), 0, None)
    return starts_s[inside_s >= length_s / 2]


def occupied(movements: Intervals, starts_s: NDArray[np.float64], length_s: float) -> NDArray[np.bool_]:
    """Which epochs hold a part of any of the movements, shape (n_epochs,)."""
    begins = np.less.outer(starts_s, np.maximum(movements.stop_s, np.nextafter(movements.start_s, np.inf)))
    ends = np.greater.outer(starts_s + length_s, movements.start_s)
    return np.asarray((begins & ends).any(axis=1))

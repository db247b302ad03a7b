"""Known movements and found events in one shape, ready to be compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from detector.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

KNOWN_KINDS = ("twitch", "rhythmic", "movement", "gross", "jerk", "restless")


@dataclass(frozen=True)
class Movements:
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
    def from_known(cls, truth: pd.DataFrame) -> Movements:
        """From truth columns `onset, duration, label` and, if present, `freq_hz` (0 and missing: no rate)."""
        start_s = truth["onset"].to_numpy(float)
        rate_hz = truth["freq_hz"].to_numpy(float) if "freq_hz" in truth else np.full(len(truth), np.nan)
        stop_s = start_s + truth["duration"].to_numpy(float)
        return cls._sorted(truth["label"].to_numpy(str), start_s, stop_s, np.where(rate_hz > 0, rate_hz, np.nan))

    @classmethod
    def from_found(cls, events: pd.DataFrame) -> Movements:
        """From the columns `kind, start_s, stop_s, rate_hz` of a night's events."""
        kind, rate_hz = events["kind"].to_numpy(str), events["rate_hz"].to_numpy(float)
        return cls._sorted(kind, events["start_s"].to_numpy(float), events["stop_s"].to_numpy(float), rate_hz)

    @classmethod
    def _sorted(
        cls,
        kind: NDArray[np.str_],
        start_s: NDArray[np.float64],
        stop_s: NDArray[np.float64],
        rate_hz: NDArray[np.float64],
    ) -> Movements:
        order = np.argsort(start_s, kind="stable")
        return cls(kind[order], start_s[order], stop_s[order], rate_hz[order])

    def where(self, chosen: NDArray[np.bool_]) -> Movements:
        """Those that a mask of shape (n,) chooses."""
        return Movements(self.kind[chosen], self.start_s[chosen], self.stop_s[chosen], self.rate_hz[chosen])

    def of(self, kind: str) -> Movements:
        """Those of one kind."""
        return self.where(self.kind == kind)

    def __len__(self) -> int:
        return len(self.kind)


def read_known(path: Path) -> pd.DataFrame:
    """Read known movements: CSV with `onset, duration` (s), `label` and optionally more columns.

    Raises:
        UsageError: the file cannot be read, a column is missing, or a row has an unknown label or an impossible time.
    """
    import pandas as pd

    try:
        truth = pd.read_csv(path)
    except (OSError, ValueError) as error:
        # A missing file, a folder, an empty file, or something that is not CSV.
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0].rstrip(".")
        raise UsageError(f"{path}: expected a CSV file of known movements, but {reason}.") from None
    if missing := [name for name in ("onset", "duration", "label") if name not in truth]:
        raise UsageError(
            f"{path}: expected the columns onset, duration and label, but {', '.join(missing)} is missing."
        )
    times = {name: pd.to_numeric(truth[name], errors="coerce") for name in ("onset", "duration")}
    is_wrong = ~np.isfinite(times["onset"]) | ~(times["duration"] >= 0) | ~truth["label"].isin(KNOWN_KINDS)
    if is_wrong.any():
        line = int(np.flatnonzero(is_wrong)[0])
        row = ", ".join(str(truth[name].iloc[line]) for name in ("onset", "duration", "label"))
        raise UsageError(
            f"{path}: expected onset and duration in seconds and a label of {', '.join(KNOWN_KINDS)}, "
            f"but line {line + 2} has {row}."
        )
    if "freq_hz" in truth:
        times["freq_hz"] = pd.to_numeric(truth["freq_hz"], errors="coerce")
    return truth.assign(**times)

"""How much of the footage was seen: a ledger that has to add up."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from detector.errors import DetectorError
from detector.motion.pictures.difference import OLDEST_S
from detector.motion.trace import MotionTrace

LEDGER_TOLERANCE_S = 0.01  # less than a frame
RELATIVE_TOLERANCE = 1e-6  # durations are stored as float32


class LedgerError(DetectorError):
    """The seconds in the files are not the sum of what became of them: a fault of this software, not of the footage."""


@dataclass(frozen=True)
class Coverage:
    """What became of every second of footage; all fields in s, 0 or more.

    Attributes:
        files_s: time that the files hold, stretches filmed twice counted once.
        observed_s: decoded, undamaged, moving like a live picture, and often enough to compare. Rates are per hour of
            this.
        damaged_s: frames that the decoder reported as damaged or that gave no picture.
        frozen_s: the camera repeated one picture.
        skipped_s: spans that could not be measured, and frames too far apart to be compared.
        gap_s: unfilmed time between the first and the last frame; in no file.
        overlap_s: filmed by two clips; the later one is left out.
    """

    files_s: float
    observed_s: float
    damaged_s: float
    frozen_s: float
    skipped_s: float
    gap_s: float
    overlap_s: float

    def __post_init__(self) -> None:
        total = self.observed_s + self.damaged_s + self.frozen_s + self.skipped_s
        allowed = LEDGER_TOLERANCE_S + RELATIVE_TOLERANCE * abs(self.files_s)
        values = tuple(asdict(self).values())
        if not all(math.isfinite(value) for value in values) or min(values) < -allowed:
            raise LedgerError(f"The coverage ledger holds an impossible time ({self}); please report this.")
        if abs(total - self.files_s) > allowed:
            raise LedgerError(
                f"The files hold {self.files_s:.3f} s, but observed, damaged, frozen and skipped time add up to "
                f"{total:.3f} s; this is a fault of the software, please report it."
            )

    @property
    def observed_h(self) -> float:
        """Observed time, h."""
        return self.observed_s / 3600.0

    @property
    def observed_fraction(self) -> float:
        """Observed share of the time in the files, 0 to 1; NaN when the files hold no time."""
        return self.observed_s / self.files_s if self.files_s > 0 else math.nan


def measure_coverage(
    trace: MotionTrace | None, files_s: float, *, skipped_s: float = 0.0, gap_s: float = 0.0, overlap_s: float = 0.0
) -> Coverage:
    """Enter a trace in the ledger.

    Args:
        trace: what was measured; None when nothing was.
        files_s: time in the files, s.
        skipped_s: time in spans that could not be measured, s; frames too far apart are added here.
        gap_s: unfilmed time, s.
        overlap_s: time filmed twice, s.

    Raises:
        LedgerError: the times do not add up.
    """
    observed_s = damaged_s = frozen_s = 0.0
    if trace is not None:
        duration_s = trace.frames.duration_s.astype(np.float64)
        frozen = trace.frames.is_frozen & ~trace.frames.is_damaged
        damaged_s = float(duration_s[trace.frames.is_damaged].sum()) + trace.lost_s
        frozen_s = float(duration_s[frozen].sum())
        skipped_s += float(duration_s[_is_apart(trace)].sum())
        observed_s = float(duration_s[is_observed(trace)].sum())
    return Coverage(
        *(_milliseconds(value) for value in (files_s, observed_s, damaged_s, frozen_s, skipped_s, gap_s, overlap_s))
    )


def is_observed(trace: MotionTrace) -> NDArray[np.bool_]:
    """Which frames show a live, undamaged picture, soon enough after another; shape (F,), bool."""
    seen: NDArray[np.bool_] = ~(trace.frames.is_damaged | trace.frames.is_frozen | _is_apart(trace))
    return seen


def stretches_apart(trace: MotionTrace) -> tuple[tuple[float, float], ...]:
    """Stretches `(start_s, stop_s)` of footage whose frames are too far apart to be compared."""
    edges = np.flatnonzero(np.diff(_is_apart(trace), prepend=False, append=False)).reshape(-1, 2)
    stop_s = trace.frames.time_s + trace.frames.duration_s
    return tuple(
        (round(float(trace.frames.time_s[first]), 6), round(float(stop_s[stop - 1]), 6))
        for first, stop in edges.tolist()
    )


def _is_apart(trace: MotionTrace) -> NDArray[np.bool_]:
    """Live frames with none so shortly before them that they could be compared with it; shape (F,), bool."""
    is_alone = ~(trace.frames.is_damaged | trace.frames.is_frozen) & (trace.frames.lag_s == 0.0)
    apart: NDArray[np.bool_] = is_alone & (trace.frames.duration_s > OLDEST_S)
    apart[1:] |= is_alone[1:] & apart[:-1]  # the last one, which may be short
    return apart


def observed_intervals(trace: MotionTrace, max_hole_s: float) -> tuple[tuple[float, float], ...]:
    """Stretches of observed time.

    Args:
        trace: what was measured.
        max_hole_s: a shorter pause in observation, such as one damaged frame, does not end a stretch, s.

    Returns:
        `(start_s, stop_s)`, half-open, ascending, not touching; empty when nothing was observed.
    """
    seen = is_observed(trace)
    start_s = trace.frames.time_s[seen]
    if start_s.size == 0:
        return ()
    stop_s = np.maximum.accumulate(start_s + trace.frames.duration_s[seen].astype(np.float64))
    breaks = np.flatnonzero(start_s[1:] - stop_s[:-1] > max_hole_s)
    firsts = np.concatenate(([0], breaks + 1))
    lasts = np.concatenate((breaks, [start_s.size - 1]))
    return tuple(
        (round(float(start_s[first]), 6), round(float(stop_s[last]), 6))
        for first, last in zip(firsts, lasts, strict=True)
    )


def holes(observed: tuple[tuple[float, float], ...], start_s: float, stop_s: float) -> tuple[tuple[float, float], ...]:
    """What lies between `start_s` and `stop_s` and was not observed: `(start_s, stop_s)`, half-open, ascending."""
    found: list[tuple[float, float]] = []
    cursor_s = start_s
    for begin_s, end_s in observed:
        if begin_s > cursor_s:
            found.append((cursor_s, begin_s))
        cursor_s = max(cursor_s, end_s)
    if stop_s > cursor_s:
        found.append((cursor_s, stop_s))
    return tuple(found)


def _milliseconds(value: float) -> float:
    # Sums of float32 durations carry dust beyond this digit.
    return round(value, 3) + 0.0

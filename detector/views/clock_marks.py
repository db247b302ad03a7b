"""Where the wall clock jumps within a night: what a time axis has to know to be right on both sides."""

from __future__ import annotations

import itertools
from datetime import UTC
from typing import NamedTuple

from detector.night.night import Night

_STEP_S = 900.0  # no zone has changed its clock twice within a quarter of an hour


class ClockPiece(NamedTuple):
    """A stretch of a night without a change of clocks.

    Attributes:
        from_s: where it begins, recording time, s.
        offset_s: offset from UTC, s.
        base_s: recording time + this = seconds since 1970 of a clock on the wall.
    """

    from_s: float
    offset_s: float
    base_s: float


def clock_pieces(night: Night) -> list[ClockPiece]:
    """The stretches of a night without a change of clocks, in order; empty where the wall clock is not known."""
    if night.start_at is None:
        return []
    zero = night.start_at.astimezone(UTC).timestamp() - night.start_s
    pieces = [_piece(night.start_s, _offset_s(night, night.start_s), zero)]
    time_s = night.start_s
    while time_s < night.stop_s:
        later_s = min(time_s + _STEP_S, night.stop_s)
        if _offset_s(night, later_s) != _offset_s(night, time_s):
            change_s = _change(night, time_s, later_s)
            pieces.append(_piece(change_s, _offset_s(night, later_s), zero))
        time_s = later_s
    return pieces


def clock_changes(night: Night) -> list[tuple[float, str]]:
    """Changes of the clock within a night: recording time, s, and how far, such as `clocks +1 h`."""
    pieces = clock_pieces(night)
    return [
        (after.from_s, f"clocks {(after.offset_s - before.offset_s) / 3600:+g} h")
        for before, after in itertools.pairwise(pieces)
    ]


def _piece(from_s: float, offset_s: float, zero: float) -> ClockPiece:
    return ClockPiece(from_s, offset_s, zero + offset_s)


def _offset_s(night: Night, time_s: float) -> float:
    at = night.wall_clock(time_s)
    offset = at.utcoffset() if at is not None else None
    return offset.total_seconds() if offset is not None else 0.0


def _change(night: Night, low_s: float, high_s: float) -> float:
    """The change between two times, to a hundredth of a millisecond, by halving."""
    before = _offset_s(night, low_s)
    while high_s - low_s > 1e-5:
        middle_s = (low_s + high_s) / 2
        low_s, high_s = (middle_s, high_s) if _offset_s(night, middle_s) == before else (low_s, middle_s)
    return high_s

"""A time axis for recordings: seconds in the data, time of day (or recording time) at the ticks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Protocol, cast

from matplotlib.axes import Axes
from matplotlib.axis import XAxis
from matplotlib.ticker import Formatter, Locator

from detector.views.wording import day_and_month, elapsed, zone

STEPS_S = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
)  # fmt: skip


class HasClock(Protocol):
    """A night, or a recording of one: what has a start and may know the wall clock."""

    @property
    def start_at(self) -> datetime | None:
        """Wall clock of the first picture."""

    @property
    def start_s(self) -> float:
        """Recording time of the first picture, s."""

    @property
    def stop_s(self) -> float:
        """End of the last picture, recording time, s."""

    def wall_clock(self, time_s: float) -> datetime | None:
        """Wall clock at a recording time; None where it is not known."""


def nice_step(length_s: float, at_most: int) -> float:
    """The smallest round step that cuts `length_s` into at most `at_most` pieces, s.

    Examples:
        >>> nice_step(180, 10), nice_step(43200, 144)
        (30, 300)
    """
    for step in STEPS_S:
        if length_s / step <= at_most:
            return step
    return 86400 * math.ceil(length_s / 86400 / at_most)


def origin_s(night: HasClock) -> float:
    """Recording time of the midnight before the start, or 0 where the wall clock is not known, s."""
    at = night.start_at
    if at is None:
        return 0.0
    return night.start_s - (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6)


class TimeLocator(Locator):
    """Ticks at round times of day (or of recording time), as many as there is room for."""

    def __init__(self, origin: float) -> None:
        self.origin = origin

    def __call__(self) -> list[float]:
        """Tick places for what the axis shows now, s."""
        low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]
        return self.tick_values(low, high)

    def tick_values(self, vmin: float, vmax: float) -> list[float]:
        """Tick places between two recording times, s."""
        room = cast("XAxis", self.axis).get_tick_space() if self.axis is not None else 15
        step = nice_step(vmax - vmin, min(max(int(room * 0.55), 2), 12))
        first = math.ceil((vmin - self.origin) / step - 1e-9)
        last = math.floor((vmax - self.origin) / step + 1e-9)
        return [self.origin + k * step for k in range(first, last + 1)]


class TimeFormatter(Formatter):
    """`22:30` with the date below where it begins or changes; `0:14:05` where the wall clock is not known."""

    def __init__(self, night: HasClock) -> None:
        self.night = night

    def __call__(self, x: float, pos: int | None = None) -> str:
        """One time, to the hundredth of a second (status bar of interactive windows)."""
        del pos
        at = self.night.wall_clock(x)
        return elapsed(x, decimals=2) if at is None else f"{at:%H:%M:%S}.{at.microsecond // 10000:02d}"

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Labels of all ticks together, so that each says only what its neighbors do not."""
        step = min((b - a for a, b in pairwise(values)), default=1.0)
        decimals = 0 if step > 0.999 else 1 if step > 0.0999 else 2
        # A tenth of a millisecond keeps a tick at 22:30 from reading 22:29 after rounding down.
        times = [self.night.wall_clock(value + 1e-4) for value in values]
        if not all(times):
            return [elapsed(value, decimals) for value in values]
        labels, previous = [], None
        for at in times:
            at = cast("datetime", at)
            labels.append(_of_day(at, step, decimals) + ("" if at.date() == previous else f"\n{day_and_month(at)}"))
            previous = at.date()
        return labels


def _of_day(at: datetime, step_s: float, decimals: int) -> str:
    if step_s > 59.9:
        return f"{at:%H:%M}"
    fraction = f".{at.microsecond:06d}"[: decimals + 1] if decimals else ""
    return f"{at:%H:%M:%S}{fraction}"


def set_time_axis(ax: Axes, night: HasClock) -> None:
    """Give an axes in recording seconds ticks and a label in time of day where known, recording time otherwise."""
    ax.xaxis.set_major_locator(TimeLocator(origin_s(night)))
    ax.xaxis.set_major_formatter(TimeFormatter(night))
    if night.start_at is None:
        ax.set_xlabel("recording time (h:mm:ss)")
    else:
        ax.set_xlabel(f"time of day ({_zone_name(night)})" if _zone_name(night) else "time of day")


def _zone_name(night: HasClock) -> str:
    """The offset from UTC, or where it changes within the night the name of the zone, or both offsets."""
    begin, end = night.wall_clock(night.start_s), night.wall_clock(night.stop_s)
    if begin is None or end is None or begin.utcoffset() == end.utcoffset():
        return zone(begin) if begin is not None else ""
    return str(getattr(begin.tzinfo, "key", "")) or f"{zone(begin)}, then {zone(end)}"

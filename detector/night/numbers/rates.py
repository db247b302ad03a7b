"""Rates with their intervals: how often something happened in how much judged time, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from detector.errors import UsageError
from detector.night.numbers.stretches import StateRow, Stretch, intersect, total_s

CONFIDENCE = 0.95
SHORTEST_BIN_S = 60.0
_HOUR_S = 3600.0


@dataclass(frozen=True)
class Rate:
    """Events an hour, with the exact 95 % interval of a Poisson count.

    Attributes:
        n_events: how many, 0 or more.
        time_s: judged time, s.
        per_hour, low_per_hour, high_per_hour: NaN where the time is too short to give a rate.
    """

    n_events: int
    time_s: float
    per_hour: float
    low_per_hour: float
    high_per_hour: float


def poisson_limits(n_events: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact limits of the mean of a Poisson count.

    Source: Garwood 1936, Biometrika 28, 437-442: quantiles of chi-square with 2 n and 2 n + 2 degrees of freedom.

    Args:
        n_events: the count, 0 or more; no whole number where it stands for fewer independent ones.
        confidence: of the two-sided interval, above 0 and below 1.

    >>> [round(limit, 3) for limit in poisson_limits(10)]
    [4.795, 18.39]
    >>> [round(limit, 3) for limit in poisson_limits(0)]
    [0.0, 3.689]
    """
    from scipy.special import gammaincinv

    # Half a quantile of chi-square is one of the gamma distribution of half its degrees of freedom.
    tail = (1.0 - confidence) / 2
    return float(gammaincinv(n_events, tail)) if n_events else 0.0, float(gammaincinv(n_events + 1, 1.0 - tail))


def event_rate(n_events: int, time_s: float, min_s: float) -> Rate:
    """How often something happens an hour.

    Args:
        n_events: how many, 0 or more.
        time_s: the time in which they were counted, s.
        min_s: no rate is given over less time, s: one event in 3 minutes would be "20 an hour", from 0.5 to 111.

    >>> event_rate(1, 180.0, min_s=0.0)
    Rate(n_events=1, time_s=180.0, per_hour=20.0, low_per_hour=0.506..., high_per_hour=111.43...)
    >>> event_rate(1, 180.0, min_s=600.0).per_hour
    nan
    """
    if time_s <= 0 or time_s < min_s:
        return Rate(n_events, time_s, math.nan, math.nan, math.nan)
    low, high = poisson_limits(n_events)
    scale = _HOUR_S / time_s
    return Rate(n_events, time_s, n_events * scale, low * scale, high * scale)


def bout_limits(sizes: Sequence[int], time_s: float, min_s: float) -> tuple[float, float]:
    """Limits of a rate of events that come in bouts, by the hour.

    Events of one bout are not independent, so the interval of a Poisson count is too narrow for them. Where bouts come
    at random, the variance of the count is `sum(m * m) / sum(m)` times its mean, `m` being the sizes of the bouts: the
    count is worth so many times fewer independent events.

    Source: index of dispersion of a compound Poisson process, Cox and Lewis 1966, The Statistical Analysis of Series of
    Events, chapter 7. Deviation: Garwood's limits of the reduced count, in place of the normal approximation.

    Args:
        sizes: events of each bout, single events among them.
        time_s: the time in which they were counted, s.
        min_s: no limits are given over less time, s.

    Returns:
        `(low, high)` per hour; NaN where the time is too short.

    >>> [round(limit, 2) for limit in bout_limits([4] * 25, 36_000.0, 600.0)]
    [6.47, 14.76]
    """
    if time_s <= 0 or time_s < min_s:
        return math.nan, math.nan
    n_events = sum(sizes)
    excess = sum(size * size for size in sizes) / n_events if n_events else 1.0
    low, high = poisson_limits(n_events / excess)
    return excess * low * _HOUR_S / time_s, excess * high * _HOUR_S / time_s


def state_times(states: Sequence[StateRow], judged: Sequence[Stretch]) -> dict[str, float]:
    """Judged time in each state, s, by state in order of first appearance; judged time of no known state is `""`.

    >>> state_times([(0.0, 30.0, "quiet"), (30.0, 60.0, "active")], [(10.0, 70.0)])
    {'quiet': 20.0, 'active': 30.0, '': 10.0}
    """
    names = dict.fromkeys(state for _, _, state in states)
    times_s = {
        name: total_s(intersect([(start_s, stop_s) for start_s, stop_s, state in states if state == name], judged))
        for name in names
    }
    rest_s = total_s(judged) - sum(times_s.values())
    return times_s | ({"": rest_s} if rest_s > 1e-6 else {})


def parse_bin(text: str) -> float:
    """Length of a bin of time, s, such as of `"1h"` or `"30min"`.

    Raises:
        UsageError: it is no length of time, or shorter than a minute.

    >>> parse_bin("30min")
    1800.0
    """
    import pandas as pd

    try:
        length_s = float(pd.Timedelta(text).total_seconds())
    except ValueError:
        length_s = math.nan
    if not length_s >= SHORTEST_BIN_S:
        raise UsageError(
            f"{text}: expected kind, state, site, or a length of time of a minute or more such as 1h or 30min."
        )
    return length_s


def time_bins(start_s: float, stop_s: float, length_s: float, start_at: datetime | None) -> list[Stretch]:
    """Bins that cover a recording.

    Args:
        start_s: time of the first picture, recording time, s.
        stop_s: end of the last picture, s.
        length_s: of a bin, s.
        start_at: wall clock at `start_s`; with it, bins begin where the clock shows a multiple of their length, so that
            bins of an hour are the hours of the day. None begins with the recording.

    >>> from datetime import UTC
    >>> time_bins(0.0, 5000.0, 3600.0, datetime(2026, 3, 14, 21, 45, tzinfo=UTC))
    [(-2700.0, 900.0), (900.0, 4500.0), (4500.0, 8100.0)]
    """
    into_s = 0.0
    if start_at is not None:
        offset = start_at.utcoffset()
        into_s = (start_at.timestamp() + (offset.total_seconds() if offset else 0.0)) % length_s
    first_s = start_s - into_s
    n_bins = max(math.ceil((stop_s - first_s) / length_s), 0)
    return [(first_s + place * length_s, first_s + (place + 1) * length_s) for place in range(n_bins)]

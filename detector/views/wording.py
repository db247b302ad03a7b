"""How results are put into words: lengths of time, times of day, counts and rates; the same in plots and report."""

from __future__ import annotations

import math
from datetime import datetime

from detector.events.classify import Event
from detector.events.rhythm import run_frame_s, sure_rate_hz
from detector.night.night import Night
from detector.night.numbers.measures import twitch_stretches
from detector.night.numbers.rates import event_rate
from detector.night.numbers.stretches import total_s

UNKNOWN = "\u2013"  # a dash

KIND_NAMES = {
    "rhythmic": "rhythmic movement",
    "movement": "local movement",
    "gross": "whole-body movement",
    "restless": "restless stretch",
    "uncertain": "uncertain movement",
}
"""Kinds of events as people read them, where the files say it in one word."""


def duration(seconds: float) -> str:
    """A length of time for a person.

    Args:
        seconds: s, at least 0; NaN where it is not known.

    Examples:
        >>> duration(0.34), duration(14.2), duration(185), duration(25920)
        ('0.34 s', '14 s', '3 min 05 s', '7 h 12 min')
    """
    if not math.isfinite(seconds):
        return UNKNOWN
    if seconds < 9.95:
        return f"{seconds:.2g} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    if seconds < 3599.5:
        minutes, rest = divmod(round(seconds), 60)
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes:02d} min"


def elapsed(seconds: float, decimals: int = 0) -> str:
    """Recording time as `h:mm:ss`, with decimals of a second where asked.

    Examples:
        >>> elapsed(3725), elapsed(61.25, decimals=1)
        ('1:02:05', '0:01:01.2')
    """
    units = 10**decimals
    whole, part = divmod(math.floor(seconds * units + 1e-6), units)
    hours, rest = divmod(whole, 3600)
    fraction = f".{part:0{decimals}d}" if decimals else ""
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}{fraction}"


def moment(night: Night, time_s: float) -> str:
    """When something happened: time of day where known, recording time otherwise, to the second."""
    at = night.wall_clock(time_s)
    return elapsed(time_s) if at is None else f"{at:%H:%M:%S}"


def day(at: datetime) -> str:
    """A date such as `Tue 12 Nov 2024`, in English whatever the machine's language."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    return f"{days[at.weekday()]} {day_and_month(at)} {at.year}"


def day_and_month(at: datetime) -> str:
    """A date such as `12 Nov`, in English whatever the machine's language."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{at.day} {months[at.month - 1]}"


def zone(at: datetime) -> str:
    """The offset from UTC of a wall clock time, such as `UTC+01:00`; empty where it has none."""
    offset = at.utcoffset()
    if offset is None:
        return ""
    minutes = round(offset.total_seconds() / 60)
    sign = "+" if minutes >= 0 else "-"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def rate_base(night: Night) -> tuple[float, str]:
    """What rates are counted over, s, and the word for it: `judged`, or `observed` where all of that was judged."""
    judged_s = total_s(night.judged)
    return judged_s, "observed" if abs(judged_s - night.coverage.observed_s) < 0.5 else "judged"


def rate(count: int, seconds: float, shortest_s: float = 600.0) -> str:
    """Events per hour to two or three figures; a dash where that is not known or the time is shorter than that.

    Over less time a rate is not worth its name: one event in three minutes is "20 an hour", anything from 0.5 to 111.

    Examples:
        >>> rate(24, 7200), rate(3, 7200), rate(5, 180) == UNKNOWN
        ('12', '1.5', True)
    """
    per_hour = event_rate(count, seconds, shortest_s).per_hour
    return UNKNOWN if math.isnan(per_hour) else figures(per_hour)


def rate_interval(count: int, seconds: float, shortest_s: float = 600.0) -> str:
    """The exact 95 % interval of a rate per hour, as `0.31 to 4.4`; a dash where there is no rate.

    Examples:
        >>> rate_interval(3, 7200), rate_interval(0, 36000)
        ('0.31 to 4.4', '0 to 0.37')
    """
    found = event_rate(count, seconds, shortest_s)
    if math.isnan(found.per_hour):
        return UNKNOWN
    return f"{figures(found.low_per_hour)} to {figures(found.high_per_hour)}"


def figures(value: float) -> str:
    """A number to two or three figures: no more is known of a rate.

    Examples:
        >>> figures(114.2), figures(31.3), figures(0.514)
        ('114', '31', '0.51')
    """
    if value >= 99.5 or value == int(value):
        return f"{value:.0f}"
    return f"{value:.2g}" if value >= 1 else f"{value:.2f}"


def percent(fraction: float) -> str:
    """A share of one as a percentage, to two figures below ten.

    Examples:
        >>> percent(0.214), percent(0.0312), percent(0.0)
        ('21 %', '3.1 %', '0 %')
    """
    if not math.isfinite(fraction):
        return UNKNOWN
    return f"{100 * fraction:.0f} %" if fraction >= 0.0995 or fraction <= 0 else f"{100 * fraction:.2g} %"


def number(count: int, singular: str, plural: str | None = None) -> str:
    """A count with its noun.

    Examples:
        >>> number(1, "twitch", "twitches"), number(0, "gap")
        ('1 twitch', '0 gaps')
    """
    return f"{count} {singular if count == 1 else plural or singular + 's'}"


def describe_event(night: Night, event: Event) -> str:
    """What happened in a few words, such as `rhythmic movement, 2.1 Hz, 14 s`; it describes and explains nothing."""
    parts = [KIND_NAMES.get(event.kind, event.kind)]
    if event.kind == "rhythmic" and event.label:
        parts[0] += f" ({event.label})"
    if math.isfinite(event.rate_hz):
        parts.append(f"{rhythm_rate(night, event)} Hz")
    parts.append(duration(event.duration_s))
    if event.site:
        parts.append(event.site)
    return ", ".join(parts)


def rhythm_rate(night: Night, event: Event) -> str:
    """Rate of a rhythmic event in Hz; `at least` where the pictures were too few then to tell it from a faster one."""
    trace = night.trace
    frame_s = run_frame_s(trace.frames.time_s, event.start_s, event.stop_s) if trace is not None else 0.0
    is_sure = event.rate_hz <= sure_rate_hz(frame_s, night.params.rhythm)
    return f"{'' if is_sure else 'at least '}{event.rate_hz:.1f}"


def surest_rate_hz(night: Night) -> float:
    """Rates above this may be faster than they look; infinite where the motion was not kept."""
    return sure_rate_hz(night.trace.frames.frame_s if night.trace is not None else 0.0, night.params.rhythm)


def frame_rate(night: Night) -> float:
    """Pictures a second that this camera usually gave; infinite where the motion was not kept."""
    trace = night.trace
    if trace is None or trace.frames.frame_s == 0.0:
        return math.inf
    # Rounded, since stamps in milliseconds make 20 a second look like 19.99.
    return round(1 / trace.frames.frame_s, 1)


def can_tell_twitches(night: Night) -> bool:
    """Whether pictures came often enough to tell a twitch from a longer movement, in some of the judged time."""
    return bool(twitch_stretches(night)) or not night.judged

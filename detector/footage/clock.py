"""Recording seconds to wall clock and back, safe across clock changes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from detector.errors import ParameterError
from detector.footage.time_rules import zone_of_file, zone_of_rule


def find_zone(name: str = "") -> tzinfo:
    """The time zone of a name.

    Args:
        name: IANA name such as `"Europe/Berlin"`, or a whole POSIX rule with both changes of the clock; empty for the
            zone of this computer: what TZ names (a name, a rule or a file), else what the system is set to.

    Raises:
        ParameterError: there is no zone of this name, or TZ cannot be read.
    """
    if not name:
        return _local_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A short rule such as UTC-2 is left out: people mean the opposite by it.
        if "," in name and (zone := zone_of_rule(name)):
            return zone
        raise ParameterError(
            f"footage.time_zone: expected an IANA name such as Europe/Berlin, but {name!r} came; correct it."
        ) from None


def with_zone(moment: datetime, zone: tzinfo) -> datetime:
    """A moment with a time zone: naive ones are taken as local time in `zone`, aware ones are moved to it.

    In the hour that a clock change repeats, a naive time means the first pass; a time that a change skips is moved on
    by the skipped hour.
    """
    aware = moment.replace(tzinfo=zone) if moment.tzinfo is None else moment
    return aware.astimezone(UTC).astimezone(zone)


def wall_clock(start_at: datetime, seconds_since_start: float) -> datetime:
    """Wall clock at a time of the recording, in the zone of `start_at`.

    The sum is made in UTC, so that a night across a clock change has no lost or doubled hour.

    >>> from zoneinfo import ZoneInfo
    >>> start = datetime(2025, 3, 30, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    >>> wall_clock(start, 3600.0).isoformat()
    '2025-03-30T03:30:00+02:00'

    Args:
        start_at: wall clock of the first frame, with time zone.
        seconds_since_start: time since the first frame, s.
    """
    moment = start_at.astimezone(UTC) + timedelta(seconds=seconds_since_start)
    return moment.astimezone(start_at.tzinfo)


def seconds_between(earlier: datetime, later: datetime) -> float:
    """Seconds that truly passed between two moments with time zone, s.

    >>> from zoneinfo import ZoneInfo
    >>> berlin = ZoneInfo("Europe/Berlin")
    >>> seconds_between(datetime(2025, 3, 30, 1, tzinfo=berlin), datetime(2025, 3, 30, 4, tzinfo=berlin))
    7200.0
    """
    return (later.astimezone(UTC) - earlier.astimezone(UTC)).total_seconds()


def read_moment(text: str, zone: tzinfo, parameter: str) -> datetime:
    """A time as people write it: ISO 8601, with or without an offset.

    Args:
        text: such as `2026-03-14T22:15:00` or `2026-03-14 22:15+01:00`.
        zone: of times without an offset.
        parameter: where the text stands, for the message.

    Raises:
        ParameterError: it is no time.
    """
    try:
        return with_zone(datetime.fromisoformat(text.strip()), zone)
    except (ValueError, OverflowError):
        raise ParameterError(
            f"{parameter}: expected a date and time such as 2026-03-14T22:15:00, but {text!r} came; correct it."
        ) from None


def _local_zone() -> tzinfo:
    # A named zone knows its clock changes; the bare offset of today is only the last resort.
    told = os.environ.get("TZ", "").removeprefix(":")
    for name in (told, _linked_zone()) if not told else (told,):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            if zone := zone_of_rule(name) or zone_of_file(name):
                return zone
    if told:
        raise ParameterError(
            f"TZ: expected a zone such as Europe/Berlin, a rule or a file, but {told!r} came; "
            "correct it, or name the zone with --time-zone."
        )
    return datetime.now(UTC).astimezone().tzinfo or UTC


def _linked_zone() -> str:
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name

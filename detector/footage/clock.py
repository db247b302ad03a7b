"""Recording seconds to wall clock and back, safe across clock changes."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from detector.errors import ParameterError


def find_zone(name: str = "") -> tzinfo:
    """The time zone of a name.

    Args:
        name: IANA name such as `"Europe/Berlin"`; empty for the zone of this computer.

    Raises:
        ParameterError: there is no zone of this name.
    """
    if not name:
        return _local_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
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


def _local_zone() -> tzinfo:
    # A named zone knows its clock changes; the bare offset of today is only the last resort.
    for name in (os.environ.get("TZ", "").lstrip(":"), _linked_zone()):
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return datetime.now(UTC).astimezone().tzinfo or UTC


def _linked_zone() -> str:
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name

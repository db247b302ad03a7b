"""Time zones given as a rule or as a file, as the variable TZ may hold them."""

from __future__ import annotations

import io
import re
import struct
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"[+-]?\d{1,2}(?::\d{2}){0,2}"
_DAY = r"(?:M\d{1,2}\.[1-5]\.[0-6]|J\d{1,3}|\d{1,3})(?:/[+-]?\d{1,3}(?::\d{2}){0,2})?"
_RULE = re.compile(rf"{_NAME}(?P<offset>{_OFFSET})(?P<summer>{_NAME}(?:{_OFFSET})?,{_DAY},{_DAY})?")
_HEAD = struct.Struct(">4sc15x6l")


class RuleZone(tzinfo):
    """A zone by a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3`; its text is its name."""

    def __init__(self, rule: str) -> None:
        self._rule = rule
        # A file of a zone that holds no table, only the rule for what comes after it.
        body = _HEAD.pack(b"TZif", b"2", 0, 0, 0, 0, 1, 4) + struct.pack(">lbB", 0, 0, 0) + b"UTC\0"
        self._zone = ZoneInfo.from_file(io.BytesIO(body + body + f"\n{rule}\n".encode()))

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        """As for any zone."""
        return self._zone.utcoffset(None if moment is None else moment.replace(tzinfo=self._zone))

    def dst(self, moment: datetime | None) -> timedelta | None:
        """As for any zone."""
        return self._zone.dst(None if moment is None else moment.replace(tzinfo=self._zone))

    def tzname(self, moment: datetime | None) -> str | None:
        """As for any zone."""
        return self._zone.tzname(None if moment is None else moment.replace(tzinfo=self._zone))

    def fromutc(self, moment: datetime) -> datetime:
        """As for any zone."""
        return self._zone.fromutc(moment.replace(tzinfo=self._zone)).replace(tzinfo=self)

    def __reduce__(self) -> tuple[type[RuleZone], tuple[str]]:
        return RuleZone, (self._rule,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RuleZone) and other._rule == self._rule  # its own kind

    def __hash__(self) -> int:
        return hash(self._rule)

    def __str__(self) -> str:
        return self._rule


def zone_of_rule(text: str) -> tzinfo | None:
    """The zone of a POSIX rule, None where it is none.

    >>> str(zone_of_rule("CET-1CEST,M3.5.0,M10.5.0/3"))
    'CET-1CEST,M3.5.0,M10.5.0/3'
    >>> str(zone_of_rule("UTC-2"))  # POSIX counts to the west
    'UTC+02:00'
    """
    match = _RULE.fullmatch(text)
    if match is None:
        return None
    try:
        return RuleZone(text) if match["summer"] else timezone(_fixed(match["offset"]))
    except ValueError:
        return None


def zone_of_file(text: str) -> tzinfo | None:
    """The zone that a path names, None where it is none: a name below a folder `zoneinfo`, or the rule in the file."""
    path = Path(text)
    if not path.is_absolute() or not path.is_file():
        return None
    for place in (path, path.resolve()):
        _, _, name = str(place).partition("zoneinfo/")
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            continue
    lines = path.read_bytes()[-200:].decode("ascii", "replace").splitlines()
    return zone_of_rule(lines[-1].strip()) if lines else None


def _fixed(offset: str) -> timedelta:
    hours, minutes, seconds = (int(part) for part in (*offset.lstrip("+-").split(":"), "0", "0")[:3])
    size = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return size if offset.startswith("-") else -size

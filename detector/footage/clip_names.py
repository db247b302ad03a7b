"""Start times out of the names that cameras and their software give to clips."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from detector.errors import ParameterError

FIRST_YEAR = 2010
"""Times before this year, or after the next one, are a number that looks like a time."""

_DATE = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
_DASHED = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_EPOCH = r"(?P<epoch>\d{10})"
_END = r"\.\w+$"


@dataclass(frozen=True)
class ClipName:
    """A time found in a name.

    Attributes:
        moment: with time zone where the name or the program tells it, else naive local time of the camera.
        is_end: whether it is the end of the clip, not its start.
        preset: which pattern found it.
    """

    moment: datetime
    is_end: bool
    preset: str


@dataclass(frozen=True)
class Preset:
    """How one source names its clips: a pattern for the last folders and the name, joined with `/`."""

    name: str
    pattern: str
    is_utc: bool = False
    is_end: bool = False


PRESETS = (
    # The date and the hour are in the folders, and they are UTC wherever the camera hangs.
    Preset("frigate", rf"{_DASHED}/(?P<hour>\d\d)/[^/]+/(?P<minute>\d\d)\.(?P<second>\d\d){_END}", is_utc=True),
    # Old Reolink names are UTC, the newer ones the camera's local time, with a mark while summer time holds.
    Preset("reolink old", rf"(?:^|[/_])Rec_{_DATE}_{_TIME}_\d+_\w{_END}", is_utc=True),
    Preset("reolink", rf"(?:^|[/_])Rec[MS]\w\w_(?:DST)?{_DATE}_{_TIME}_\d{{6}}_\w+{_END}"),
    Preset("tapo", rf"(?:^|/){_DATE}_{_TIME}_tp\d+{_END}"),
    Preset("epoch range", rf"(?:^|/){_EPOCH}-\d{{10}}{_END}", is_utc=True),
    # Wyze cards hold files of a minute without seconds in their names.
    Preset("wyze", rf"(?:^|/)record/{_DATE}/(?P<hour>\d\d)/(?P<minute>\d\d){_END}"),
    Preset("wyze bridge", rf"_{_DASHED}_(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d)_(?P<zone>[A-Z]{{3,5}}){_END}"),
    Preset(
        "unifi protect",
        r" (?P<month>\d{1,2})-(?P<day>\d{1,2})-(?P<year>\d{4}), "
        r"(?P<hour>\d{1,2})\.(?P<minute>\d\d)\.(?P<second>\d\d) ?(?P<half>[AaPp])\.?[Mm]\.?"
        rf"(?: ?\(?(?P<zone>GMT|UTC)(?P<offset>[+-]\d{{1,2}}(?::?\d\d)?)?\)?)?(?: \(\d+\))?{_END}",
    ),
    # Named by the end of the event.
    Preset(
        "unifi-protect-backup",
        rf"/\d{{4}}-\d\d-\d\d/{_DASHED}T(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d) [^/]+{_END}",
        is_end=True,
    ),
    Preset("motion", rf"(?:^|/)\d+-{_DATE}{_TIME}{_END}"),
    Preset("xiaomi old", rf"{_DATE}(?P<hour>\d\d)/(?P<minute>\d\d)M(?P<second>\d\d)S(?:_\d+)?{_END}"),
    Preset("xiaomi", rf"(?:^|/)\d\d_{_DATE}{_TIME}_\d{{14}}{_END}"),
    # A digit of type stands before the minute, and the length in seconds after the second.
    Preset(
        "yi",
        r"(?P<year>\d{4})Y(?P<month>\d\d)M(?P<day>\d\d)D(?P<hour>\d\d)H/"
        rf"E\d(?P<minute>\d\d)M(?P<second>\d\d)S\d+{_END}",
    ),
    Preset(
        "dahua",
        rf"{_DASHED}/(?:[^/]+/)*(?P<hour>\d\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)-\d\d\.\d\d\.\d\d\[[^/]*{_END}",
    ),
    Preset("dahua export", rf"_ch\d+_\w+_{_DATE}{_TIME}_\d{{14}}{_END}"),
    Preset("nest", rf"(?:^|/){_EPOCH}-[a-z]+_\w+{_END}", is_utc=True),
    Preset(
        "blink",
        rf"_{_DASHED}T(?P<hour>\d\d)_(?P<minute>\d\d)_(?P<second>\d\d)(?P<offset>[+-]\d{{4}}){_END}",
    ),
    Preset("cloudvue", rf"\d{{4}}-\d\d-\d\d/{_EPOCH}{_END}", is_utc=True),
    # Pixel phones count in UTC, with milliseconds.
    Preset("pixel", rf"(?:^|/)PXL_{_DATE}_{_TIME}\d{{3}}[^/]*$", is_utc=True),
    # Last: any plain date and time. Where there are two, the first is the start.
    Preset(
        "date and time",
        r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)[-_.T ]*(?:at )?"
        r"(?P<hour>\d\d)[-_.hH:]?(?P<minute>\d\d)[-_.mM:]?(?P<second>\d\d)(?!\d)[^/]*$",
    ),
)

_COMPILED = tuple((preset, re.compile(preset.pattern)) for preset in PRESETS)
_UTC_NAMES = {"UTC", "GMT"}
_RING_FILE = re.compile(r"hiv\d{5}\.mp4", re.IGNORECASE)

_DIRECTIVES = {
    "Y": r"(?P<year>\d{4})",
    "m": r"(?P<month>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "H": r"(?P<hour>\d{1,2})",
    "I": r"(?P<hour>\d{1,2})",
    "M": r"(?P<minute>\d{1,2})",
    "S": r"(?P<second>\d{1,2})",
    "p": r"(?P<half>[AaPp])\.?[Mm]\.?",
    "z": r"(?P<offset>Z|[+-]\d{2}:?\d{2})",
    "s": _EPOCH,
    "%": "%",
}


def parse_clip_name(path: Path, pattern: str = "") -> ClipName | None:
    """The time in a clip's name and folders.

    >>> parse_clip_name(Path("/cam/RecM01_20240315_221500_222000_6D28808_2240A8.mp4")).moment.isoformat()
    '2024-03-15T22:15:00'

    Args:
        path: the clip; folders count where a source puts the date there.
        pattern: the user's own pattern (see `compile_pattern`), used in place of the presets.

    Returns:
        The time, or None where no pattern fits or the time is not plausible.

    Raises:
        ParameterError: the pattern cannot be used.
    """
    text = "/".join(path.absolute().parts[-6:])
    presets = ((Preset("user pattern", pattern), compile_pattern(pattern)),) if pattern else _COMPILED
    for preset, regex in presets:
        for match in regex.finditer(text):
            moment = _moment(match.groupdict(), is_utc=preset.is_utc)
            if moment is not None and FIRST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
                return ClipName(moment, preset.is_end, preset.name)
    return None


def is_ring_file(path: Path) -> bool:
    """Whether this is one of Hikvision's pre-allocated files, whose name and order tell nothing about time."""
    return _RING_FILE.fullmatch(path.name) is not None


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A user's name pattern as a regular expression for the end of a path without its extension.

    Args:
        pattern: `strptime` directives `%Y %m %d %H %I %M %S %p %z`, `%s` for seconds since 1970, `{camera}` for
            anything but a slash; a slash stands between folders. Example: `{camera}_%Y%m%d-%H%M%S`.

    Raises:
        ParameterError: an unknown directive, or no date in the pattern.
    """
    parts = []
    for piece in re.findall(r"%.|\{camera\}|[^%{]+|[%{]", pattern):
        if piece == "{camera}":
            parts.append("[^/]+?")
        elif piece.startswith("%"):
            parts.append(_directive(piece[1:], pattern, "".join(parts)))
        else:
            parts.append(re.escape(piece))
    expression = "".join(parts)
    if "(?P<epoch>" not in expression and not all(f"(?P<{part}>" in expression for part in ("year", "month", "day")):
        raise ParameterError(
            f"footage.name_pattern: expected a date (%Y, %m, %d) or %s in the pattern, but {pattern!r} came; add it."
        )
    return re.compile(rf"(?:^|/){expression}\.\w+$")


def _directive(letter: str, pattern: str, before: str) -> str:
    if letter not in _DIRECTIVES:
        known = " ".join(f"%{known}" for known in _DIRECTIVES)
        raise ParameterError(
            f"footage.name_pattern: expected only {known} and {{camera}}, but %{letter} came in {pattern!r}."
        )
    group = _DIRECTIVES[letter]
    # A date that stands in a folder and again in the name must be matched twice, but is read once.
    is_repeated = group.partition(">")[0] in before and group.startswith("(?P<")
    return re.sub(r"\(\?P<\w+>", "(?:", group) if is_repeated else group


def _moment(found: dict[str, str | None], *, is_utc: bool) -> datetime | None:
    """The time of named groups, None where they are no possible time."""
    if found.get("epoch"):
        return datetime.fromtimestamp(int(found["epoch"] or 0), UTC)
    hour = int(found.get("hour") or 0)
    if half := found.get("half"):
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    year, month, day, minute, second = (
        int(found.get(part) or 0) for part in ("year", "month", "day", "minute", "second")
    )
    try:
        moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - without a zone: the camera's own
    except ValueError:
        return None
    offset = _offset(found.get("offset"))
    if offset is not None:
        return moment.replace(tzinfo=timezone(offset))
    # Other abbreviations of zones are ambiguous; the camera's own zone is most likely.
    return moment.replace(tzinfo=UTC) if is_utc or found.get("zone") in _UTC_NAMES else moment


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    size = timedelta(hours=hours, minutes=minutes)
    return None if size >= timedelta(days=1) else -size if text.startswith("-") else size

"""Start times out of the names that cameras and their software give to clips: one small reader for each family."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from detector.footage.name_pattern import EPOCH, compile_pattern

__all__ = ["FIRST_YEAR", "ClipName", "Preset", "compile_pattern", "parse_clip_name", "ring_file_advice"]

FIRST_YEAR = 2010
"""Times before this year, or after the next one, are a number that looks like a time."""

_DATE = r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"
_TIME = r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)"
_DASHED = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
_STOP_TIME = r"(?P<stop_hour>\d\d)(?P<stop_minute>\d\d)(?P<stop_second>\d\d)"
_STOP = r"(?P<stop>\d{14})"
_END = r"\.\w+$"


@dataclass(frozen=True)
class ClipName:
    """A time found in a name.

    Attributes:
        moment: with time zone where the name or the program tells it, else naive local time of the camera.
        is_end: whether it is the end of the clip, not its start.
        preset: which reader found it.
        stop: the end of the clip where the name tells both, in the way of `moment`.
        fold: which pass of an hour that a clock change repeats, where the name tells it: 0 or 1.
        is_exact: whether the name tells the second; else only the minute.
        trap: what is peculiar about such names, one phrase; empty where nothing is.
    """

    moment: datetime
    is_end: bool
    preset: str
    stop: datetime | None = None
    fold: int | None = None
    is_exact: bool = True
    trap: str = ""


@dataclass(frozen=True)
class Preset:
    """How one family names its clips.

    Attributes:
        name: of the family.
        pattern: for the last folders and the name, joined with `/`.
        is_utc: whether the times are UTC wherever the camera hangs.
        is_end: whether the time is the end of the clip.
        is_exact: whether seconds are in the name.
        trap: what is peculiar about it, one phrase.
    """

    name: str
    pattern: str
    is_utc: bool = False
    is_end: bool = False
    is_exact: bool = True
    trap: str = ""


PRESETS = (
    Preset(
        "frigate",
        rf"{_DASHED}/(?P<hour>\d\d)/[^/]+/(?P<minute>\d\d)\.(?P<second>\d\d){_END}",
        is_utc=True,
        trap="date and hour are in the folders, in UTC",
    ),
    Preset(
        "reolink old", rf"(?:^|[/_])Rec_{_DATE}_{_TIME}_\d+_\w{_END}", is_utc=True, trap="names of this kind are in UTC"
    ),
    Preset(
        "reolink",
        rf"(?:^|[/_])Rec[MS]\w\w_(?P<summer>DST)?{_DATE}_{_TIME}_{_STOP_TIME}_\w+{_END}",
        trap="the camera's own clock, DST while summer time holds; its end follows, perhaps on the next day",
    ),
    Preset("tapo", rf"(?:^|/){_DATE}_{_TIME}_tp\d+{_END}"),
    Preset("epoch range", rf"(?:^|/){EPOCH}-(?P<stop_epoch>\d{{10}}){_END}", is_utc=True, trap="start and end in UTC"),
    Preset(
        "wyze",
        rf"(?:^|/)record/{_DATE}/(?P<hour>\d\d)/(?P<minute>\d\d){_END}",
        is_exact=False,
        trap="date and hour are in the folders, and seconds are not told",
    ),
    Preset(
        "wyze bridge",
        rf"_{_DASHED}_(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d)_(?P<zone>[A-Z]{{3,5}}){_END}",
        trap="abbreviations of zones but UTC are ambiguous, so the zone of the night counts",
    ),
    Preset(
        "unifi protect",
        r" (?P<month>\d{1,2})-(?P<day>\d{1,2})-(?P<year>\d{4}), "
        r"(?P<hour>\d{1,2})\.(?P<minute>\d\d)\.(?P<second>\d\d) ?(?P<half>[AaPp])\.?[Mm]\.?"
        rf"(?: ?\(?(?P<zone>GMT|UTC)(?P<offset>[+-]\d{{1,2}}(?::?\d\d)?)?\)?)?(?: \(\d+\))?{_END}",
        trap="month before day, clock of twelve hours",
    ),
    Preset(
        "unifi-protect-backup",
        rf"/\d{{4}}-\d\d-\d\d/{_DASHED}T(?P<hour>\d\d)-(?P<minute>\d\d)-(?P<second>\d\d) [^/]+{_END}",
        is_end=True,
        trap="named by the end of the event",
    ),
    Preset("motion", rf"(?:^|/)\d+-{_DATE}{_TIME}{_END}", trap="the number of the event comes first"),
    Preset(
        "xiaomi old",
        rf"{_DATE}(?P<hour>\d\d)/(?P<minute>\d\d)M(?P<second>\d\d)S(?:_\d+)?{_END}",
        trap="date and hour are in the folder",
    ),
    Preset("xiaomi", rf"(?:^|/)\d\d_{_DATE}{_TIME}_{_STOP}{_END}"),
    Preset(
        "yi",
        r"(?P<year>\d{4})Y(?P<month>\d\d)M(?P<day>\d\d)D(?P<hour>\d\d)H/"
        rf"E\d(?P<minute>\d\d)M(?P<second>\d\d)S\d+{_END}",
        trap="date and hour are in the folder, with some cameras in UTC (then give the zone UTC)",
    ),
    Preset(
        "dahua",
        rf"{_DASHED}/(?:[^/]+/)*(?P<hour>\d\d)\.(?P<minute>\d\d)\.(?P<second>\d\d)-"
        rf"(?P<stop_hour>\d\d)\.(?P<stop_minute>\d\d)\.(?P<stop_second>\d\d)\[[^/]*{_END}",
        trap="the date is in a folder",
    ),
    Preset("dahua export", rf"_ch\d+_\w+_{_DATE}{_TIME}_{_STOP}{_END}"),
    Preset("nest", rf"(?:^|/){EPOCH}-[a-z]+_\w+{_END}", is_utc=True, trap="in UTC"),
    Preset(
        "blink",
        rf"_{_DASHED}T(?P<hour>\d\d)_(?P<minute>\d\d)_(?P<second>\d\d)(?P<offset>[+-]\d{{4}}){_END}",
    ),
    Preset("cloudvue", rf"\d{{4}}-\d\d-\d\d/{EPOCH}{_END}", is_utc=True, trap="in UTC"),
    Preset("pixel", rf"(?:^|/)PXL_{_DATE}_{_TIME}\d{{3}}[^/]*$", is_utc=True, trap="in UTC, with milliseconds"),
    # Last: any plain date and time. Where there are two, the first is the start.
    Preset(
        "date and time",
        r"(?<!\d)(?P<year>20\d\d)[-_.]?(?P<month>\d\d)[-_.]?(?P<day>\d\d)[-_.T ]*(?:at )?"
        r"(?P<hour>\d\d)[-_.hH:]?(?P<minute>\d\d)[-_.mM:]?(?P<second>\d\d)(?!\d)[^/]*$",
        trap="no known camera; taken for the start",
    ),
)

_COMPILED = tuple((preset, re.compile(preset.pattern)) for preset in PRESETS)
_UTC_NAMES = {"UTC", "GMT"}
_RING_FILE = re.compile(r"hiv\d{5}\.mp4", re.IGNORECASE)
_RING_ADVICE = (
    "{}: this is a pre-allocated file that its recorder overwrites in turn, so neither its name nor its order tells "
    "when it was filmed; export the night with the camera's own program."
)


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
            found = match.groupdict()
            moment = _moment(found, is_utc=preset.is_utc)
            if moment is not None and is_plausible(moment):
                stop = _stop(found, moment)
                fold = None if "summer" not in found else 0 if found["summer"] else 1
                return ClipName(moment, preset.is_end, preset.name, stop, fold, preset.is_exact, preset.trap)
    return None


def is_plausible(moment: datetime) -> bool:
    """Whether footage of today's cameras can be of that time."""
    return FIRST_YEAR <= moment.year <= datetime.now(UTC).year + 1


def ring_file_advice(path: Path) -> str:
    """What to do about one of Hikvision's pre-allocated files, whose name and order tell no time; else empty."""
    return _RING_ADVICE.format(path) if _RING_FILE.fullmatch(path.name) else ""


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


def _stop(found: dict[str, str | None], start: datetime) -> datetime | None:
    """The end of the clip as its name tells it, None where it does not."""
    try:
        if epoch := found.get("stop_epoch"):
            return datetime.fromtimestamp(int(epoch), UTC)
        if text := found.get("stop"):
            return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=start.tzinfo)
        if "stop_hour" not in found:
            return None
        hour, minute, second = (int(found[f"stop_{part}"] or 0) for part in ("hour", "minute", "second"))
        stop = start.replace(hour=hour, minute=minute, second=second)
    except ValueError:
        return None
    return stop if stop >= start else stop + timedelta(days=1)


def _offset(text: str | None) -> timedelta | None:
    if not text:
        return None
    if text == "Z":
        return timedelta(0)
    digits = text[1:].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    size = timedelta(hours=hours, minutes=minutes)
    return None if size >= timedelta(days=1) else -size if text.startswith("-") else size

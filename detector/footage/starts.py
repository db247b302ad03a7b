"""When a clip began: out of its name, a note beside it or its container, and what speaks against that."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from detector.footage.clip_names import ClipName, is_plausible, parse_clip_name
from detector.footage.clock import find_zone, seconds_between, wall_clock, with_zone
from detector.footage.sidecar import read_sidecar
from detector.params import FootageParams

SOURCES = ("option", "name", "sidecar", "container", "modified", "assumed")
"""Where a start may come from, the most trusted first."""

TRUST = {
    "option": "sure",
    "name": "good",
    "sidecar": "good",
    "container": "fair",
    "modified": "weak",
    "assumed": "none",
}
"""How far a source can be believed."""

APART_S = 5.0
"""Times of one clip that differ by no more agree, s."""

INEXACT_S = 30.0
"""By how much a start may be off that tells no seconds, s."""

_QUARTER_S = 900.0
_MOST_OFFSET_S = 14 * 3600.0 + APART_S


@dataclass(frozen=True)
class Start:
    """When a clip began.

    Attributes:
        at: wall clock of its first picture, with zone; None where nothing tells it.
        source: one of `SOURCES`.
        how: what was matched, one phrase.
        doubt: what speaks against it, one sentence; empty where nothing does.
        tolerance_s: by how much it may be wrong because of how it is written, s.
        told: the same on the camera's own clock, without zone, where its name tells no zone; else None.
    """

    at: datetime | None = None
    source: str = "assumed"
    how: str = "nothing tells its start"
    doubt: str = ""
    tolerance_s: float = 0.0
    told: datetime | None = None

    @property
    def trust(self) -> str:
        """How far it can be believed."""
        return TRUST[self.source]


def find_start(path: Path, created: str, length_s: float, params: FootageParams) -> Start:
    """When a clip began, by the most trusted source that tells it.

    The time stamp of the file on the disk is not used here: copying changes it (see `by_modification`).

    Args:
        path: the clip.
        created: the creation time that its container tells; empty where it tells none.
        length_s: of the clip.
        params: for the name pattern and the time zone.

    Raises:
        ParameterError: the pattern or the zone cannot be used.
    """
    made = _created(created, params)
    if name := parse_clip_name(path, params.name_pattern):
        return _by_name(name, made, length_s, params)
    if told := read_sidecar(path):
        moment = with_zone(told[0], find_zone(params.time_zone)) if told[0].tzinfo is None else told[0]
        if is_plausible(moment):
            zone = find_zone(params.time_zone)
            return Start(moment.astimezone(zone), "sidecar", f"{told[1]}, zone {moment.tzinfo}")
    if made is not None:
        return Start(made, "container", "creation time in the container, UTC by its rules")
    return Start()


def by_modification(paths: list[Path], lengths_s: list[float]) -> list[datetime] | None:
    """Starts of clips by the times at which their files were last written, where these fit the lengths.

    Copying gives files the time of the copy, one right after the other. So the times count only where at least three
    clips follow one another no faster than they last, in the order of their names.

    Args:
        paths: in natural order.
        lengths_s: of each, s.

    Returns:
        A start for each, UTC; None where the times do not fit.
    """
    if len(paths) < 3:
        return None
    try:
        stops_s = [path.stat().st_mtime for path in paths]
    except OSError:
        return None
    starts_s = [stop_s - length_s for stop_s, length_s in zip(stops_s, lengths_s, strict=True)]
    fits = all(
        start_s >= stop_s - min(2.0, 0.2 * length_s)
        for stop_s, start_s, length_s in zip(stops_s[:-1], starts_s[1:], lengths_s[1:], strict=True)
    )
    if not fits or min(lengths_s) < 1.0:
        return None
    return [datetime.fromtimestamp(start_s, UTC) for start_s in starts_s]


def _created(text: str, params: FootageParams) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return with_zone(moment, find_zone(params.time_zone)) if is_plausible(moment) else None


def _by_name(name: ClipName, made: datetime | None, length_s: float, params: FootageParams) -> Start:
    zone = find_zone(params.time_zone)
    moment = with_zone(name.moment, zone)
    if name.fold is not None and name.moment.tzinfo is None:
        moment = with_zone(name.moment.replace(tzinfo=zone, fold=name.fold), zone)
    if name.is_end:
        moment = wall_clock(moment, -length_s)
    words = [name.preset, "end of the clip" if name.is_end else "", name.trap, f"zone {_zone_words(name, moment)}"]
    doubt = _doubt_of_length(name, length_s) or _doubt_of_container(moment, made, length_s)
    told = name.moment - timedelta(seconds=length_s * name.is_end) if name.moment.tzinfo is None else None
    how = ", ".join(word for word in words if word)
    return Start(moment, "name", how, doubt, 0.0 if name.is_exact else INEXACT_S, told)


def _zone_words(name: ClipName, moment: datetime) -> str:
    if name.moment.tzinfo is None:
        return f"{moment.tzinfo} (of the night)"
    return "UTC (told)" if name.moment.utcoffset() == timedelta(0) else f"{name.moment.tzinfo} (told)"


def _doubt_of_length(name: ClipName, length_s: float) -> str:
    if name.stop is None:
        return ""
    told_s = (name.stop - name.moment).total_seconds()
    if not 0 < told_s <= 86_400 or math.isclose(told_s, length_s, rel_tol=0.2, abs_tol=APART_S):
        return ""
    lapse = ", so it may be a time lapse, which shows no twitches" if told_s > 4 * length_s else ""
    return f"Its name tells of {told_s:.0f} s, and it holds {length_s:.1f} s{lapse}."


def _doubt_of_container(start: datetime, made: datetime | None, length_s: float) -> str:
    """Containers tell the start or the end, in UTC or in the camera's own time: each of these agrees."""
    if made is None:
        return ""
    apart_s = seconds_between(start, made)
    for ahead_s in (0.0, length_s):
        off_s = apart_s - ahead_s
        if abs(off_s) <= _MOST_OFFSET_S and abs(off_s - _QUARTER_S * round(off_s / _QUARTER_S)) <= APART_S:
            return ""
    return f"Its container tells another start ({made:%Y-%m-%d %H:%M:%S}); the name was believed."

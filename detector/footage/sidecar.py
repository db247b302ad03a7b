"""Start times out of a small file beside a clip, with the name of the clip and another ending."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

MAX_BYTES = 1_000_000
"""A larger file beside a clip is no note about it."""

KEYS = ("start", "start_at", "start_time", "starttime", "recorded_at", "creation_time", "creationdate", "timestamp")
"""What the start is called in JSON, without regard to case."""

_ENDINGS = (".json", ".xml", ".srt")
_ISO = re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?")


def read_sidecar(path: Path) -> tuple[datetime, str] | None:
    """The first time in a file beside a clip, and that file's name.

    JSON is searched for the usual names of a start, other text for the first date and time in ISO 8601.

    Args:
        path: the clip; `night.mp4` may have `night.json`, `night.mp4.json`, and the same with xml and srt.

    Returns:
        The time, without zone where the file tells none; None where there is no such file or no time in it.
    """
    for ending in _ENDINGS:
        for beside in (path.with_suffix(ending), path.with_name(path.name + ending)):
            if beside != path and (moment := _time_in(beside)):
                return moment, beside.name
    return None


def _time_in(path: Path) -> datetime | None:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        text = path.read_text("utf-8", "replace")
        if path.suffix.lower() == ".json":
            return _moment(_named(json.loads(text)))
    except (OSError, ValueError, RecursionError):
        return None
    match = _ISO.search(text)
    return _moment(match.group()) if match else None


def _named(document: Any) -> object:  # noqa: ANN401  # JSON is anything
    if not isinstance(document, dict):
        return None
    names = {str(name).lower(): value for name, value in document.items()}
    return next((names[key] for key in KEYS if key in names), None)


def _moment(value: object) -> datetime | None:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / (1000 if value > 1e11 else 1)).astimezone()
        return datetime.fromisoformat(str(value).strip()) if value else None
    except (ValueError, OverflowError, OSError):
        return None

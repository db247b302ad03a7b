"""Events and artifacts as tables: the columns, their digits, CSV out and in."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from detector.errors import NightFolderError
from detector.events.artifacts import ARTIFACT_KINDS, Artifact
from detector.events.classify import EVENT_KINDS, Event

if TYPE_CHECKING:
    import pandas as pd

EVENT_COLUMNS = (
    "event_id", "kind", "start_s", "stop_s", "duration_s", "peak_s", "start_at", "x_px", "y_px", "area_fraction", "snr",
    "rate_hz", "n_cycles", "regularity", "sustained", "site", "state", "reason",
)  # fmt: skip
# `site` and `state` are empty where no regions were named and no states were told. The columns stand all the same: a
# table has one set of columns, whatever is known.
ARTIFACT_COLUMNS = ("kind", "start_s", "stop_s", "detail")

# Decimals of every column of real numbers. Tables are rounded to them in memory too, so that a night read back from
# its folder equals the one that was written.
DECIMALS = {
    "start_s": 3, "stop_s": 3, "duration_s": 3, "peak_s": 3, "x_px": 1, "y_px": 1, "area_fraction": 4, "snr": 2,
    "rate_hz": 3, "n_cycles": 1, "regularity": 3,
}  # fmt: skip

WallClock = Callable[[float], str]
Word = TypeVar("Word", bound=str)


def event_columns(events: Sequence[Event], start_at: WallClock) -> dict[str, list[Any]]:
    """Events as columns in the order of `EVENT_COLUMNS`, rounded to `DECIMALS`; NaN and empty text for missing.

    Args:
        events: sorted by start.
        start_at: recording time, s, to ISO 8601 with offset, or to empty text where the clock is not known.
    """
    columns: dict[str, list[Any]] = {name: [] for name in EVENT_COLUMNS}
    for number, event in enumerate(events, start=1):
        start_s, stop_s = rounded("start_s", event.start_s), rounded("stop_s", event.stop_s)
        values = (
            number, event.kind, start_s, stop_s, rounded("duration_s", stop_s - start_s),
            rounded("peak_s", event.peak_s), start_at(start_s), rounded("x_px", event.x_px),
            rounded("y_px", event.y_px), rounded("area_fraction", event.area_fraction), rounded("snr", event.snr),
            rounded("rate_hz", event.rate_hz), rounded("n_cycles", event.n_cycles),
            rounded("regularity", event.regularity), event.is_sustained, event.site, event.state, event.reason,
        )  # fmt: skip
        for name, value in zip(EVENT_COLUMNS, values, strict=True):
            columns[name].append(value)
    return columns


def artifact_columns(artifacts: Sequence[Artifact]) -> dict[str, list[Any]]:
    """Artifacts as columns in the order of `ARTIFACT_COLUMNS`, rounded to `DECIMALS`."""
    return {
        "kind": [artifact.kind for artifact in artifacts],
        "start_s": [rounded("start_s", artifact.start_s) for artifact in artifacts],
        "stop_s": [rounded("stop_s", artifact.stop_s) for artifact in artifacts],
        "detail": [artifact.detail for artifact in artifacts],
    }


def rounded(column: str, value: float) -> float:
    """A number with as many decimals as its column has in the files; never -0."""
    return round(float(value), DECIMALS[column]) + 0.0 if math.isfinite(value) else math.nan


def to_frame(columns: dict[str, list[Any]]) -> pd.DataFrame:
    """Columns as a DataFrame whose types are the same with and without rows."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=_dtype(name)) for name, values in columns.items()})


def to_csv(columns: dict[str, list[Any]]) -> str:
    """Columns as CSV: fixed decimals, `true` and `false`, an empty cell for what is missing, one header row."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    cells = [[_cell(name, value) for value in values] for name, values in columns.items()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def read_events(text: str, boxes_px: Sequence[Sequence[float]], source: str) -> tuple[Event, ...]:
    """Events out of the text of `events.csv`.

    Args:
        text: the file's content.
        boxes_px: one box an event, from `night.json`.
        source: the file, for messages.

    Raises:
        NightFolderError: the table has other columns, or a row that is not an event.
    """
    rows = _read_rows(text, EVENT_COLUMNS, source)
    if len(rows) != len(boxes_px):
        raise NightFolderError(
            f"{source}: expected {len(boxes_px)} events as night.json says, but {len(rows)} rows came; "
            "analyze the footage again."
        )
    try:
        return tuple(_event(row, box) for row, box in zip(rows, boxes_px, strict=True))
    except (ValueError, TypeError) as error:
        raise NightFolderError(
            f"{source}: expected a table of events, but {error}; analyze the footage again."
        ) from None


def read_artifacts(text: str, source: str) -> tuple[Artifact, ...]:
    """Artifacts out of the text of `artifacts.csv`.

    Raises:
        NightFolderError: the table has other columns, or a row that is not an artifact.
    """
    try:
        return tuple(
            Artifact(_known(row["kind"], ARTIFACT_KINDS), float(row["start_s"]), float(row["stop_s"]), row["detail"])
            for row in _read_rows(text, ARTIFACT_COLUMNS, source)
        )
    except ValueError as error:
        raise NightFolderError(
            f"{source}: expected a table of artifacts, but {error}; analyze the footage again."
        ) from None


def _read_rows(text: str, columns: Sequence[str], source: str) -> list[dict[str, str]]:
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        header, rows = [], []
    if tuple(header) != tuple(columns) or any(len(row) != len(columns) for row in rows):
        raise NightFolderError(
            f"{source}: expected the columns {', '.join(columns)} in every row, but the table differs; "
            "analyze the footage again."
        )
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _event(row: dict[str, str], box_px: Sequence[float]) -> Event:
    left, top, right, bottom = (float(edge) for edge in box_px)
    numbers = {name: float(row[name] or "nan") for name in DECIMALS if name != "duration_s"}
    return Event(
        kind=_known(row["kind"], EVENT_KINDS),
        is_sustained=_known(row["sustained"], ("true", "false")) == "true",
        box_px=(left, top, right, bottom),
        reason=row["reason"],
        site=row["site"],
        state=row["state"],
        **numbers,
    )


def _known(value: str, allowed: Sequence[Word]) -> Word:
    for word in allowed:
        if word == value:
            return word
    raise ValueError(f"{value!r} is none of {', '.join(allowed)}")


def _dtype(column: str) -> str:
    if column in DECIMALS:
        return "float64"
    return {"event_id": "int64", "sustained": "bool"}.get(column, "str")


def _cell(column: str, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.{DECIMALS[column]}f}" if math.isfinite(value) else ""
    return str(value).lower() if isinstance(value, bool) else str(value)

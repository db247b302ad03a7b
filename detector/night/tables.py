"""Events and artifacts as tables by the schema of columns: their digits, data frames, CSV out and in."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from detector.errors import NightFolderError
from detector.events.artifacts import ARTIFACT_KINDS, Artifact
from detector.events.classify import EVENT_KINDS, Event
from detector.events.state import Epoch
from detector.night.schema import ARTIFACTS, DTYPES, EPOCHS, EVENTS, Column, Table, data_dictionary

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ARTIFACTS", "ARTIFACT_COLUMNS", "EVENTS", "EVENT_COLUMNS", "Columns", "FilePlace", "WallClock",
    "artifact_columns", "data_dictionary", "epoch_columns", "event_columns", "name_event", "names_by_order",
    "number_of", "read_artifacts", "read_epochs", "read_event_ids", "read_events", "read_rows", "rounded",
    "to_columns", "to_csv", "to_frame", "with_datetimes",
]  # fmt: skip

EVENT_COLUMNS = EVENTS.names
_OF_AN_EVENT = tuple(name for name in EVENT_COLUMNS if name in Event.__dataclass_fields__)
ARTIFACT_COLUMNS = ARTIFACTS.names
_EVENT_ID = re.compile(r"e[0-9]{4,9}")

Columns = dict[str, list[Any]]
WallClock = Callable[[float], str]
FilePlace = Callable[[float], tuple[str, float]]
Word = TypeVar("Word", bound=str)


def _no_place(time_s: float) -> tuple[str, float]:
    del time_s
    return "", math.nan


def name_event(number: int) -> str:
    """Name of an event by its number, from 1: its place in order of start when it was decided.

    >>> name_event(7)
    'e0007'
    """
    return f"e{number:04d}"


def names_by_order(n_events: int) -> tuple[str, ...]:
    """Names of events that are called by their order of start."""
    return tuple(map(name_event, range(1, n_events + 1)))


def number_of(event_id: str) -> int:
    """Number of an event by its name; 0 where this is none.

    >>> number_of("e0007"), number_of("seven")
    (7, 0)
    """
    return int(event_id[1:]) if _EVENT_ID.fullmatch(event_id) else 0


def event_columns(
    events: Sequence[Event], start_at: WallClock, place: FilePlace = _no_place, ids: Sequence[str] = ()
) -> Columns:
    """Events as the columns of `EVENTS`, rounded to their decimals; NaN and empty text for missing.

    Args:
        events: sorted by start.
        start_at: recording time, s, to ISO 8601 with offset, or to empty text where the clock is not known.
        place: recording time, s, to the input file that shows it and the second in that file.
        ids: names of the events; empty for those of their order.
    """
    names = ids or names_by_order(len(events))
    rows = [_event_row(name, event, start_at, place) for name, event in zip(names, events, strict=True)]
    return to_columns(EVENTS, rows)


def _event_row(name: str, event: Event, start_at: WallClock, place: FilePlace) -> dict[str, object]:
    start_s, stop_s = rounded(EVENTS["start_s"], event.start_s), rounded(EVENTS["stop_s"], event.stop_s)
    file, file_s = place(start_s)
    return {field: getattr(event, field) for field in _OF_AN_EVENT} | {
        "event_id": name,
        "duration_s": stop_s - start_s,
        "start_at": start_at(start_s),
        "file": file,
        "file_s": file_s,
        "sustained": event.is_sustained,
    }


def artifact_columns(artifacts: Sequence[Artifact]) -> Columns:
    """Artifacts as the columns of `ARTIFACTS`, rounded to their decimals."""
    return to_columns(ARTIFACTS, [vars(artifact) for artifact in artifacts])


def epoch_columns(epochs: Sequence[Epoch], start_at: WallClock) -> Columns:
    """Epochs as the columns of `EPOCHS`, rounded to their decimals.

    Args:
        epochs: in order of time.
        start_at: recording time, s, to ISO 8601 with offset, or to empty text where the clock is not known.
    """
    return to_columns(EPOCHS, [vars(epoch) | {"start_at": start_at(epoch.start_s)} for epoch in epochs])


def to_columns(table: Table, rows: Sequence[Mapping[str, object]]) -> Columns:
    """Rows as the columns of a table, real numbers rounded; each row has a value for every column."""
    return {
        column.name: [
            rounded(column, row[column.name]) if column.type == "float" else row[column.name]  # type: ignore[arg-type]
            for row in rows
        ]
        for column in table.columns
    }


def rounded(column: Column, value: float) -> float:
    """A number with as many decimals as its column has in the files; never -0, NaN for what is not finite.

    Tables are rounded in memory too, so that a night read back from its folder equals the one that was written.
    """
    return round(float(value), column.decimals) + 0.0 if math.isfinite(value) else math.nan


def to_frame(columns: Columns, table: Table = EVENTS) -> pd.DataFrame:
    """Columns of a table as a DataFrame whose types are the same with and without rows."""
    import pandas as pd

    return pd.DataFrame({name: pd.Series(values, dtype=DTYPES[table[name].type]) for name, values in columns.items()})


def with_datetimes(frame: pd.DataFrame, start_at: datetime | None, start_s: float) -> pd.DataFrame:
    """The same table with `start_at` as datetimes with their zone, right on both sides of a change of clocks.

    Args:
        frame: with the columns `start_s` and `start_at`.
        start_at: wall clock at `start_s`; None gives a column of missing moments (NaT) in UTC.
        start_s: of the recording, s.
    """
    import pandas as pd

    if start_at is None:
        moments = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us, UTC]")
    else:
        passed = pd.to_timedelta((frame["start_s"] - start_s) * 1e6, unit="us")
        in_utc = (pd.Timestamp(start_at).tz_convert("UTC") + passed).dt.round("ms")
        moments = in_utc.astype("datetime64[us, UTC]").dt.tz_convert(start_at.tzinfo)
    return frame.assign(start_at=moments)


def to_csv(columns: Columns, table: Table = EVENTS) -> str:
    """Columns of a table as CSV: fixed decimals, `true` and `false`, an empty cell for what is missing, one header."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    cells = [[_cell(table[name], value) for value in values] for name, values in columns.items()]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def read_events(text: str, boxes_px: Sequence[Sequence[float]], source: str) -> tuple[Event, ...]:
    """Events out of the text of `events.csv`.

    Args:
        text: the file's content.
        boxes_px: one box an event, from `night.json`.
        source: the file, for messages.

    Raises:
        NightFolderError: the table lacks columns, or has a row that is not an event.
    """
    rows = read_rows(text, EVENTS, source)
    if len(rows) != len(boxes_px):
        raise NightFolderError(
            f"{source}: expected {len(boxes_px)} events as night.json says, but {len(rows)} rows came; "
            "analyze the footage again."
        )
    return tuple(_event(row, box) for row, box in zip(rows, boxes_px, strict=True))


def read_event_ids(text: str) -> tuple[str, ...]:
    r"""Names of the events in the text of an `events.csv` that can be read; empty where they do not tell events apart.

    >>> read_event_ids("event_id,kind\ne0002,twitch\ne0007,gross\n")
    ('e0002', 'e0007')
    """
    ids = tuple(row.get("event_id") or "" for row in csv.DictReader(io.StringIO(text, newline="")))
    return ids if all(map(number_of, ids)) and len(set(ids)) == len(ids) else ()


def read_artifacts(text: str, source: str) -> tuple[Artifact, ...]:
    """Artifacts out of the text of `artifacts.csv`.

    Raises:
        NightFolderError: the table lacks columns, or has a row that is not an artifact.
    """
    return tuple(
        Artifact(**(row | {"kind": _one_of(row["kind"], ARTIFACT_KINDS)})) for row in read_rows(text, ARTIFACTS, source)
    )


def read_epochs(text: str, source: str) -> tuple[Epoch, ...]:
    """Epochs out of the text of `epochs.csv`.

    Raises:
        NightFolderError: the table lacks columns, or has a row that is not an epoch.
    """
    rows = read_rows(text, EPOCHS, source)
    try:
        return tuple(Epoch(**{name: row[name] for name in Epoch.__dataclass_fields__}) for row in rows)
    except ValueError as error:
        raise NightFolderError(f"{source}: {error}; analyze the footage again.") from None


def read_rows(text: str, table: Table, source: str) -> list[dict[str, Any]]:
    """Rows of a table, each with every column of the schema, as values of the columns' types.

    A table of an earlier version, which lacks columns that are not required, is filled up with what stands for missing;
    columns that a person added are left out.

    Args:
        text: the file's content.
        table: whose columns are read.
        source: the file, for messages.

    Raises:
        NightFolderError: a required column is missing, or a cell is not what its column holds.
    """
    try:
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        header, rows = [], []
    required = [column.name for column in table.columns if column.is_required]
    has_all = set(required) <= set(header) and len(set(header)) == len(header)
    if not has_all or any(len(row) != len(header) for row in rows):
        raise NightFolderError(
            f"{source}: expected the columns {', '.join(required)} in every row, but the table differs; "
            "analyze the footage again."
        )
    try:
        return [_row(table, dict(zip(header, row, strict=True))) for row in rows]
    except ValueError as error:
        raise NightFolderError(
            f"{source}: expected a table of {table.file.partition('.')[0]}, but {error}; analyze the footage again."
        ) from None


def _row(table: Table, cells: Mapping[str, str]) -> dict[str, Any]:
    return {column.name: _value(column, cells.get(column.name, "")) for column in table.columns}


def _value(column: Column, cell: str) -> object:
    if column.type == "str":
        return _one_of(cell, column.words) if column.words and (cell or column.is_required) else cell
    if column.type == "bool":
        return _one_of(cell or "false", ("true", "false")) == "true"
    value = (float(cell) if column.type == "float" else int(cell)) if cell else math.nan
    if not column.holds(value) or (column.is_required and not math.isfinite(value)):
        raise ValueError(f"{column.name} {cell!r} is not {column.range or 'a number'}")
    return value


def _event(row: dict[str, Any], box_px: Sequence[float]) -> Event:
    left, top, right, bottom = (float(edge) for edge in box_px)
    fields = {name: row[name] for name in _OF_AN_EVENT}
    kind = _one_of(row["kind"], EVENT_KINDS)
    return Event(**(fields | {"kind": kind}), is_sustained=row["sustained"], box_px=(left, top, right, bottom))


def _one_of(value: str, allowed: Sequence[Word]) -> Word:
    for word in allowed:
        if word == value:
            return word
    raise ValueError(f"{value!r} is none of {', '.join(allowed)}")


def _cell(column: Column, value: object) -> str:
    if isinstance(value, float):
        return f"{value:.{column.decimals}f}" if math.isfinite(value) else ""
    return str(value).lower() if isinstance(value, bool) else str(value)

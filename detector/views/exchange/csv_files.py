"""Tables by the schema of columns as CSV for spreadsheets, with the data dictionary beside; and any table read back.

Text that a spreadsheet would execute gets an apostrophe before it. With decimal commas the cells are set apart by `;`,
as spreadsheets of many countries expect.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from detector.night.schema import Column, Table, data_dictionary
from detector.views.exchange.scored import Scored, Scoring, in_order, unfit
from detector.views.exchange.sheet import TABLE_OF, Row, Sheet, What
from detector.views.exchange.texts import EXAMPLE, Grid, defused, restored, seconds

START = ("start_s", "start (s)", "onset", "onset_s", "start", "begin", "start time", "begin time", "time", "tmin")
STOP = ("stop_s", "stop (s)", "offset", "stop", "end", "end_s", "stop time", "end time", "tmax")
DURATION = ("duration_s", "duration (s)", "duration")
LABEL = ("kind", "trial_type", "behavior", "label", "code", "event", "type", "description", "annotation")
SUBJECT, NOTE = ("site", "subject"), ("note", "comment", "comment start", "reason")
SIGNATURES = tuple(
    frozenset({start, end, label}) for start in START for end in (*STOP, *DURATION) for label in LABEL
)  # fmt: skip

ToRecording = Callable[[float], float]


def csv_texts(sheet: Sheet, stem: str) -> dict[str, str]:
    """The files of a night as CSV by name: events, whatever else was chosen, and the data dictionary.

    Args:
        sheet: what is written.
        stem: how the names begin.
    """
    wanted: list[What] = ["event"]
    wanted += ["state"] if sheet.of("state") else []
    wanted += ["artifact"] if sheet.choice.artifacts else []
    names: dict[What, str] = {
        "event": f"{stem}.csv",
        "state": f"{stem}_states.csv",
        "artifact": f"{stem}_artifacts.csv",
    }
    has_commas = sheet.choice.decimal_comma
    texts = {names[what]: table_text(TABLE_OF[what], sheet.of(what), decimal_comma=has_commas) for what in wanted}
    described = data_dictionary([TABLE_OF[what] for what in wanted])
    dictionary = {names[what]: described[TABLE_OF[what].file] for what in wanted}
    return texts | {f"{stem}.json": json.dumps(dictionary, indent=2, ensure_ascii=False) + "\n"}


def table_text(table: Table, rows: Sequence[Row], *, decimal_comma: bool = False) -> str:
    """Rows of one table as CSV text, every column in order.

    Args:
        table: whose columns are written.
        rows: of it.
        decimal_comma: whether numbers have decimal commas and cells are set apart by `;`.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if decimal_comma else ",", lineterminator="\n")
    writer.writerow(table.names)
    for row in rows:
        cells = [cell_text(column, row.cells.get(column.name, "")) for column in table.columns]
        is_number = [column.type == "float" for column in table.columns]
        writer.writerow(
            cell.replace(".", ",") if decimal_comma and number else cell
            for cell, number in zip(cells, is_number, strict=True)
        )
    return text.getvalue()


def cell_text(column: Column, value: Any) -> str:  # noqa: ANN401  (a cell)
    """A value as a cell: fixed decimals, `true` and `false`, empty for missing; words that no spreadsheet executes."""
    if isinstance(value, float):
        return f"{value:.{column.decimals}f}" if math.isfinite(value) else ""
    return str(value).lower() if isinstance(value, bool) else defused(str(value))


def read_grid(path: Path, grid: Grid, start_s: float = 0.0, format_name: str = "csv") -> Scoring:
    """What a table with start, stop or duration, and label holds.

    Args:
        path: for messages.
        grid: the table.
        start_s: recording time of second 0 of the table, s.
        format_name: of the scoring.

    Raises:
        UsageError: a time is none, an end is before its start, or a label is missing.
    """
    scored = in_order(_scored(path, grid, line, cells, start_s) for line, cells in grid.rows)
    return Scoring(path, format_name, scored)


def _scored(path: Path, grid: Grid, line: int, cells: Sequence[str], zero_s: float) -> Scored:
    where = f"line {line}"

    def number(*names: str) -> float:
        return seconds(path, where, grid.cell(cells, *names), has_commas=grid.has_commas)

    begin_s = number(*START) + zero_s
    end_s = number(*STOP) + zero_s if grid.column(*STOP) is not None else math.nan
    if math.isnan(end_s):
        length_s = number(*DURATION)
        end_s = begin_s + (0.0 if math.isnan(length_s) else length_s)
    if math.isnan(begin_s):
        raise unfit(path, "a start in every row", f"{where} has none", EXAMPLE)
    if end_s < begin_s:
        raise unfit(path, "ends after starts", f"{where} goes from {begin_s:g} to {end_s:g} s", EXAMPLE)
    label = restored(grid.cell(cells, *LABEL))
    if not label:
        raise unfit(path, "a label in every row", f"{where} has none", EXAMPLE)
    x_px, y_px = number("x_px"), number("y_px")
    return Scored(
        label, round(begin_s, 3), round(end_s, 3),
        restored(grid.cell(cells, "event_id")), restored(grid.cell(cells, *SUBJECT)),
        restored(grid.cell(cells, *NOTE)), where,
        None if math.isnan(x_px) else x_px, None if math.isnan(y_px) else y_px,
    )  # fmt: skip

"""What a night hands to other tools: its rows by the schema of columns, whichever format they are written in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from detector.night.night import Night
from detector.night.schema import ARTIFACTS, EPOCHS, EVENTS, Table
from detector.night.tables import Columns, artifact_columns
from detector.views.exchange.media import MediaClip, clips_of

What = Literal["event", "state", "artifact"]
TABLE_OF: Mapping[What, Table] = {"event": EVENTS, "state": EPOCHS, "artifact": ARTIFACTS}


@dataclass(frozen=True)
class Choice:
    """What of a night is handed on.

    Attributes:
        reviewed: whether the events are those that people corrected.
        reviewer: only this reviewer's decisions; None takes those of all.
        states: whether the states of epochs go along.
        breathing: whether the breathing goes along, where a format has signals.
        hypnogram: whether EDF+ has the states under the names of sleep stages (`Sleep stage N`), which tools of
            polysomnography expect, instead of their own; no electrode was there all the same.
        artifacts: whether artifacts go along.
        decimal_comma: whether CSV has `;` between cells and decimal commas, as spreadsheets of many countries want.
        footage: where the footage is now, for tools that open it; None looks where it was and beside the night.
    """

    reviewed: bool = False
    reviewer: str | None = None
    states: bool = True
    breathing: bool = True
    hypnogram: bool = False
    artifacts: bool = False
    decimal_comma: bool = False
    footage: str | Path | None = None


@dataclass(frozen=True)
class Row:
    """One thing with a beginning and an end.

    Attributes:
        what: whether it is an event, the state of an epoch or an artifact.
        kind: of event or artifact; of a state its name.
        start_s, stop_s: recording time, s, with three decimals.
        event_id: name of an event, kept through review; empty of what is none.
        site: where it is; empty where that is not known.
        note: why, or the detail.
        cells: every column of its table.
        infant: whose it is, where infants were given regions; else empty.
    """

    what: What
    kind: str
    start_s: float
    stop_s: float
    event_id: str
    site: str
    note: str
    cells: Mapping[str, Any]
    infant: str = ""


@dataclass(frozen=True)
class Sheet:
    """All that is handed on.

    Attributes:
        night: as it is written, reviewed or not.
        rows: in order of start.
        clips: the files of the night on its time axis.
        choice: what was asked for.
    """

    night: Night
    rows: tuple[Row, ...]
    clips: tuple[MediaClip, ...]
    choice: Choice

    def of(self, what: What) -> list[Row]:
        """The rows of one sort."""
        return [row for row in self.rows if row.what == what]


def make_sheet(night: Night, choice: Choice) -> Sheet:
    """The rows of a night.

    Args:
        night: as it was decided.
        choice: what is wanted.

    Raises:
        NightFolderError: reviewed events are wanted and nobody reviewed the night.
    """
    shown = night.reviewed(choice.reviewer) if choice.reviewed else night
    rows = _rows("event", shown.event_columns())
    if choice.states:
        rows += _rows("state", night.epoch_columns())
    if choice.artifacts:
        rows += _rows("artifact", artifact_columns(night.decision.artifacts))
    if night.regions.of_use("infant"):
        rows = [replace(row, infant=_whose(night, row.cells)) for row in rows]
    ordered = sorted(rows, key=lambda row: (row.start_s, row.what))
    return Sheet(shown, tuple(ordered), clips_of(night, choice.footage), choice)


def _whose(night: Night, cells: Mapping[str, Any]) -> str:
    """Name of the infant in whose region a thing is; of what has no place that of the only infant, if it is one."""
    names = [region.name for region in night.regions.of_use("infant")]
    if len(names) == 1:
        return names[0]
    return night.regions.infant_at(*(float(cells.get(name) or math.nan) for name in ("x_px", "y_px")))


def _rows(what: What, columns: Columns) -> list[Row]:
    names = list(columns)
    return [_row(what, dict(zip(names, cells, strict=True))) for cells in zip(*columns.values(), strict=True)]


def _row(what: What, cells: Mapping[str, Any]) -> Row:
    def word(*names: str) -> str:
        return next((str(cells[name]) for name in names if cells.get(name)), "")

    start_s, stop_s = float(cells["start_s"]), float(cells["stop_s"])
    return Row(
        what, word("kind", "state"), start_s, stop_s, word("event_id"), word("site"),
        word("reason", "detail", "decided_by"), cells,
    )  # fmt: skip


def in_file(rows: Sequence[Row], clip: MediaClip) -> list[Row]:
    """Those rows that begin while a clip plays."""
    return [row for row in rows if clip.start_s - 0.001 <= row.start_s < clip.until_s]

"""The two exports of BORIS, tabular and aggregated, read by the names of their columns; and the paste of its users.

Names changed over the versions of BORIS, positions even more. Times are those of the joined files of an observation.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from detector.views.exchange.boris import EXAMPLE, SHORTEST_S, joined_media, lanes
from detector.views.exchange.boris_pairs import Press, paired
from detector.views.exchange.media import EndToEnd, MediaClip
from detector.views.exchange.scored import Scored, Scoring, in_order, unfit
from detector.views.exchange.sheet import Sheet
from detector.views.exchange.texts import Grid, defused, restored, seconds

TYPE = ("behavior type", "event type", "status")
MEDIA = ("source", "media file name", "media file", "media file path")
PASTE_COLUMNS = ("time", "subject", "code", "modifier", "comment")
TABULAR = tuple(frozenset({"time", "behavior", kind}) for kind in TYPE)
AGGREGATED = (frozenset({"behavior", "start (s)", "stop (s)"}),)
PASTE = (frozenset({"time", "code"}),)
SIGNATURES = (*TABULAR, *AGGREGATED, *PASTE)


def paste_text(sheet: Sheet) -> str:
    """Key presses with tabulators between the cells, as BORIS takes them from the clipboard."""
    joined = EndToEnd(sheet.clips)
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow(PASTE_COLUMNS)
    presses = []
    for row, lane in zip(sheet.rows, lanes(sheet.rows), strict=True):
        who = [defused(row.site or "infant"), defused(row.kind), str(lane) if lane > 1 else ""]
        start_s = joined.joined_s(row.start_s)
        stop_s = max(joined.stop_joined_s(row.stop_s), start_s + SHORTEST_S)
        presses += [(start_s, 1, [*who, row.event_id]), (stop_s, 0, [*who, ""])]
    writer.writerows([f"{time_s:.3f}", *cells] for time_s, _, cells in sorted(presses, key=lambda press: press[:2]))
    return text.getvalue()


def is_boris(grid: Grid) -> bool:
    """Whether a table has the columns of one of BORIS's exports, or of the paste."""
    return any(signature <= set(grid.header) for signature in SIGNATURES)


def read_boris_table(path: Path, grid: Grid, clips: Sequence[MediaClip]) -> Scoring:
    """What an export of BORIS holds, mapped to the time of the night.

    Args:
        path: for messages.
        grid: the table.
        clips: the files of the night.

    Raises:
        UsageError: a time is none, media are not those of the night, or a state begins or ends alone.
    """
    is_aggregated = AGGREGATED[0] <= set(grid.header)
    groups: dict[tuple[str, str], list[tuple[int, tuple[str, ...]]]] = {}
    for line, cells in grid.rows:
        groups.setdefault((grid.cell(cells, "observation id"), _media(grid, cells)), []).append((line, cells))
    scored: list[Scored] = []
    for (name, media), rows in groups.items():
        joined = joined_media(path, name or "the table", [file for file in media.split(";") if file], None, clips)
        presses = [press for line, cells in rows for press in _presses(path, grid, line, cells, is_aggregated)]
        scored += paired(path, presses, joined)
    return Scoring(path, "boris", in_order(scored))


def _media(grid: Grid, cells: Sequence[str]) -> str:
    """The files of the observation, `;` between them; of the first player, whose time counts."""
    if grid.column("source") is None:
        return ""  # older exports name only the file that plays, or none: all files of the night, in order
    players = [part.strip() for part in grid.cell(cells, "source").split("player #") if part.strip()]
    first = players[0] if players else ""
    return first.partition(":")[2] if first[:1].isdigit() else first


def _presses(path: Path, grid: Grid, line: int, cells: Sequence[str], is_aggregated: bool) -> list[Press]:  # noqa: FBT001
    where = f"line {line}"
    modifiers = [cells[place] for place, name in enumerate(grid.header) if "modifier" in name]
    subject, code = restored(grid.cell(cells, "subject")), restored(grid.cell(cells, "behavior", "code"))
    comment = restored(grid.cell(cells, "comment start", "comment"))
    who = subject, code, "|".join(modifiers)
    if not is_aggregated:
        kind = grid.cell(cells, *TYPE).upper()
        kind = kind if kind in {"START", "STOP", "POINT"} else ""
        return [Press(_time(path, grid, where, grid.cell(cells, "time")), *who, comment, kind, where)]
    start_s = _time(path, grid, where, grid.cell(cells, "start (s)"))
    stop_s = seconds(path, where, grid.cell(cells, "stop (s)"), has_commas=grid.has_commas)
    if not stop_s > start_s:
        return [Press(start_s, *who, comment, "POINT", where)]
    # Rows of an aggregated export are whole: no two of them are ever paired across.
    who = subject, code, f"{where}|{who[2]}"
    return [Press(start_s, *who, comment, "START", where), Press(stop_s, *who, "", "STOP", where)]


def _time(path: Path, grid: Grid, where: str, cell: str) -> float:
    time_s = seconds(path, where, cell, has_commas=grid.has_commas)
    if time_s != time_s:  # noqa: PLR0124  (NaN)
        raise unfit(path, "a time in every row", f"{where} has none", EXAMPLE)
    return time_s

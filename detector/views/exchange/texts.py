"""Tables as people and spreadsheets leave them: encodings, separators, decimal commas, cells that would be executed."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from detector.errors import UsageError
from detector.views.exchange.scored import unfit

EXAMPLE = "onset,duration,label  /  12.5,0.3,twitch"
MOST_BYTES = 64 * 1024 * 1024
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_CLOCK = re.compile(r"(-?)(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheets begin, new (XLSX, ODS) and old (XLS)."""
MISSING = frozenset({"", "na", "n/a", "nan", "none", "-"})


def defused(text: str) -> str:
    """A cell that no spreadsheet executes: an apostrophe goes before what begins like a formula.

    >>> defused("=1+1"), defused("left hand")
    ("'=1+1", 'left hand')
    """
    return f"'{text}" if text.startswith((*_RISKY, "'")) and not _NUMBER.fullmatch(text) else text


def restored(text: str) -> str:
    """The text that `defused` was given."""
    return text.removeprefix("'")


def read_text(path: Path) -> str:
    """The text of a file in UTF-8, UTF-16 with its mark, or the Windows code page of western Europe.

    Raises:
        UsageError: it cannot be read, is too large, a spreadsheet, or no text.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageError(f"{path}: expected a scoring of at most {MOST_BYTES >> 20} MB, but this is larger.")
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: this file cannot be read ({error.strerror or error}); check its name.") from None
    if data.startswith(_SPREADSHEETS):
        raise unfit(path, "a table as text", "this is a spreadsheet: save it as CSV there", EXAMPLE)
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8")
    for name in (encoding, "cp1252"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    raise unfit(path, "a text file in UTF-8", "its bytes are no text", EXAMPLE)


@dataclass(frozen=True)
class Grid:
    """The cells of a table of text.

    Attributes:
        header: names of the columns in lower case, in order.
        rows: `(line number, cells)` of each row that is not empty, as many cells as columns.
        has_commas: whether numbers may have decimal commas.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    has_commas: bool

    def column(self, *names: str) -> int | None:
        """Place of the first of some columns that is there; None where none is."""
        return next((self.header.index(name) for name in names if name in self.header), None)

    def cell(self, cells: Sequence[str], *names: str) -> str:
        """The cell of the first of some columns that is there; empty where none is."""
        place = self.column(*names)
        return cells[place].strip() if place is not None else ""


def find_table(path: Path, text: str, signatures: Sequence[frozenset[str]]) -> Grid:
    """The table in a text: its header is the first line that has all columns of one of the signatures.

    Args:
        path: for messages.
        text: with `,`, `;` or tabulators between cells.
        signatures: sets of columns, in lower case, one of which the header has to have.

    Raises:
        UsageError: there is no such header, or a row has more cells than it.
    """
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for separator in ("\t", ";", ","):
            header = tuple(cell.strip().lower() for cell in next(csv.reader([line], delimiter=separator), []))
            if any(signature <= set(header) for signature in signatures):
                return Grid(header, _rows(path, lines[number + 1 :], number + 2, separator, header), separator != ",")
    first = lines[0][:80].strip() if lines else ""
    raise unfit(
        path,
        "a header with columns for start, stop or duration, and label",
        f"no line has them (the first is {first!r})" if first else "it is empty",
        EXAMPLE,
    )


def _rows(
    path: Path, lines: Sequence[str], first: int, separator: str, header: Sequence[str]
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=separator)
    found = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = first + reader.line_num - 1
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                raise unfit(path, f"{len(header)} cells in every row", f"line {line} has {len(cells)}", EXAMPLE)
            found.append((line, tuple((*cells, *[""] * len(header))[: len(header)])))
    except csv.Error as error:
        raise unfit(path, "a table of cells", f"it cannot be taken apart ({error})", EXAMPLE) from None
    return tuple(found)


def seconds(path: Path, where: str, cell: str, *, has_commas: bool = True) -> float:
    """A time or length in s: a number, with a decimal comma too, or hours, minutes and seconds; NaN where missing.

    Raises:
        UsageError: it is neither.

    >>> seconds(Path("a"), "line 2", "1,5"), seconds(Path("a"), "line 2", "00:01:02.5")
    (1.5, 62.5)
    """
    text = cell.strip()
    if text.lower() in MISSING:
        return math.nan
    if _NUMBER.fullmatch(text) and (has_commas or "," not in text):
        return float(text.replace(",", "."))
    if clock := _CLOCK.fullmatch(text):
        sign, hours, minutes, rest = clock.groups()
        value = 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(rest.replace(",", "."))
        return -value if sign else value
    raise unfit(path, "seconds, or hours:minutes:seconds, for every time", f"{where} has {cell!r}", EXAMPLE)

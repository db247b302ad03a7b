"""Which nights a lab has: a folder a night, a table, or a glob, as one list of entries."""

from __future__ import annotations

import csv
import difflib
import glob
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from detector.errors import ParameterError, UsageError
from detector.footage.files import VIDEO_SUFFIXES
from detector.night.provenance import distinct_names
from detector.run import remote

COLUMNS = ("id", "paths", "start", "time_zone", "params", "subject", "session", "age", "region")
EXAMPLE = "id,paths,start,time_zone\nn01,recordings/2026-03-14,2026-03-14T20:00:00,Europe/Berlin"
_NEEDED = ("id", "paths")
_BETWEEN = "|"
_LONGEST_ID = 100
_SUFFIXES = {".csv", ".tsv", ".txt"}


@dataclass(frozen=True)
class NightEntry:
    """One night to analyze.

    Attributes:
        id: its name in the results, and the name of its folder.
        paths: files, folders and globs on this machine, or addresses of remote ones.
        settings: parameters of this night alone, dotted name to value.
        params_file: a TOML file of parameters of this night; None takes those of the batch.
        subject, session, age: who was filmed, as the user says it.
        region: regions as text (`name=x,y x,y x,y`, several with `|` between), or a file `regions.toml`; may be empty.
    """

    id: str
    paths: tuple[str, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    params_file: Path | None = None
    subject: str = ""
    session: str = ""
    age: str = ""
    region: str = ""


def read_source(source: str) -> list[NightEntry]:
    """The nights that a source names, in the order of the table, or in natural order.

    Args:
        source: a folder in which each folder (or file) is a night; a glob whose every match is one; or a table (`.csv`,
            `.tsv`) with the columns `COLUMNS`, of which `id` and `paths` are needed. Each may be remote.

    Raises:
        UsageError: there are no nights, or the table is not what it should be.
    """
    if Path(source.rsplit("/", 1)[-1]).suffix.lower() in _SUFFIXES:
        return _read_table(source)
    found = list(_matches(source))
    if not found:
        raise UsageError(
            f"{source}: expected a folder of nights, a glob, or a table such as nights.csv, but no night was found; "
            f"a table looks like this: {_one_line(EXAMPLE)}"
        )
    return [
        NightEntry(_as_id(name), (path,))
        for name, path in zip(distinct_names([_without_suffix(path) for path in found]), found, strict=True)
    ]


def with_pseudonyms(entries: Sequence[NightEntry]) -> list[NightEntry]:
    """Entries whose ids do not tell where a night lies: the same path gives the same id."""
    return [
        replace(
            entry, id=f"night-{hashlib.sha256(_BETWEEN.join(entry.paths).encode(errors='replace')).hexdigest()[:10]}"
        )
        for entry in entries
    ]


def _matches(source: str) -> Iterator[str]:
    if remote.is_address(source):
        yield from remote.list_nights(source, VIDEO_SUFFIXES)
        return
    folder = Path(source)
    places = [Path(match) for match in glob.glob(source)] if not folder.is_dir() else list(folder.iterdir())  # noqa: PTH207  # a glob as the user wrote it
    for place in sorted(places, key=lambda path: _natural(str(path))):
        if place.name.startswith("."):
            continue
        if place.is_dir() or place.suffix.lower() in VIDEO_SUFFIXES:
            yield str(place)


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"([0-9]+)", name.lower())
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]


def _without_suffix(path: str) -> str:
    suffix = Path(path).suffix
    return path.removesuffix(suffix) if suffix.lower() in VIDEO_SUFFIXES else path.rstrip("/")


def _as_id(name: str) -> str:
    return re.sub(r"[^\w.+ -]+", "_", name).strip(" .")[:_LONGEST_ID] or "night"


def _read_table(source: str) -> list[NightEntry]:
    rows = list(_rows(source))
    base = remote.parent(source) if remote.is_address(source) else str(Path(source).parent)
    entries = [_entry(source, number, row, base) for number, row in rows]
    if not entries:
        raise UsageError(f"{source}: expected at least one row; a table looks like this: {_one_line(EXAMPLE)}")
    twice = [name for name, n in Counter(entry.id.casefold() for entry in entries).items() if n > 1]
    if twice:
        raise UsageError(f"{source}: expected an id of its own for each night, but {twice[0]!r} stands there twice.")
    return entries


def _rows(source: str) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(source)
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    names = [name.strip().lower() for name in next(reader, [])]
    _check_columns(source, names)
    for cells in reader:
        values = [cell.strip() for cell in cells]
        if not any(values):
            continue
        if len(values) > len(names):
            raise UsageError(
                f"{source}, line {reader.line_num}: expected {len(names)} cells, but {len(values)} came; put quotes "
                f"around a cell that holds {mark!r}, and {_BETWEEN} between several paths."
            )
        yield reader.line_num, dict(zip(names, values, strict=False))


def _text(source: str) -> str:
    try:
        data = remote.read_bytes(source) if remote.is_address(source) else Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source}: cannot read this table ({error.strerror or error}).") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{source}: expected a table in UTF-8, but it is not; save it as CSV UTF-8.") from None


def _check_columns(source: str, names: Sequence[str]) -> None:
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise UsageError(
            f"{source}: expected a column {missing[0]!r}, but it is missing; "
            f"a table looks like this: {_one_line(EXAMPLE)}"
        )
    for name in names:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(COLUMNS)}."
            raise UsageError(f"{source}: {name!r} is no column of a table of nights; {hint}")


def _entry(source: str, number: int, row: Mapping[str, str], base: str) -> NightEntry:
    where = f"{source}, line {number}"
    night, paths = row.get("id", ""), tuple(part.strip() for part in row.get("paths", "").split(_BETWEEN))
    if not night or _as_id(night) != night:
        raise UsageError(
            f"{where}: expected an id that can be the name of a folder (letters, digits, spaces, . _ + -), "
            f"but {night!r} came."
        )
    if not all(paths):
        raise UsageError(f"{where}: expected paths of footage, with {_BETWEEN} between several, but there is none.")
    settings, file = _parameters(where, row.get("params", ""), base)
    settings |= {f"footage.{name}": row[name] for name in ("start", "time_zone") if row.get(name)}
    return NightEntry(
        id=night,
        paths=tuple(remote.join(base, path) for path in paths),
        settings=settings,
        params_file=file,
        subject=row.get("subject", ""),
        session=row.get("session", ""),
        age=row.get("age", ""),
        region=row.get("region", ""),
    )


def _parameters(where: str, text: str, base: str) -> tuple[dict[str, str], Path | None]:
    if text.endswith(".toml"):
        return {}, Path(base, text)
    settings = {}
    for word in text.split():
        name, sign, value = word.partition("=")
        if not sign:
            raise ParameterError(
                f"{where}: expected params as NAME=VALUE with spaces between, such as burst.threshold=12, or a TOML "
                f"file, but {word!r} came."
            )
        settings[name] = value
    return settings, None


def _one_line(text: str) -> str:
    return " / ".join(text.splitlines())

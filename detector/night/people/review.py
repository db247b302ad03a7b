"""What people decided about the events of a night: one appended file a reviewer, never rewritten.

Each line of `reviews/<reviewer>.jsonl` is one decision, forced to disk before anything else happens. An event is known
by what was decided about it (kind, start, stop, center), not by its number, so that a decision finds its event again
when the night is decided anew with other parameters (`detector.night.people.carry_over`).
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from detector.errors import NightFolderError, ParameterError
from detector.events.classify import EVENT_KINDS, Event
from detector.events.state import STATES
from detector.night.files.disk import MOST_TABLE_BYTES, read_inside
from detector.night.layout import REVIEW_PATTERN, REVIEWS_FOLDER, review_file
from detector.night.tables import EVENTS, rounded

logger = logging.getLogger(__name__)

Action = Literal["confirm", "reject", "change", "add", "note", "state", "sample", "undo"]
LONGEST_NOTE = 2000
_ABOUT_AN_EVENT = frozenset({"confirm", "reject", "change", "note"})
_NAME = re.compile(r"\w(?:[\w .-]{0,62}\w)?")


class Mark(BaseModel):
    """What an event is known by: its kind, times (recording time, s) and center (source px) as they were decided.

    The center is None where a person added an event without saying where.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    kind: str
    start_s: float
    stop_s: float
    x_px: float | None = None
    y_px: float | None = None

    @field_validator("kind")
    @classmethod
    def _is_known(cls, kind: str) -> str:
        if kind not in EVENT_KINDS:
            raise ValueError(f"kind {kind!r} is none of {', '.join(EVENT_KINDS)}")
        return kind

    @model_validator(mode="after")
    def _lasts(self) -> Self:
        if self.stop_s < self.start_s:
            raise ValueError(f"it would stop ({self.stop_s:g} s) before it starts ({self.start_s:g} s)")
        return self


class Entry(BaseModel):
    """One line of a review: what a reviewer decided, and when.

    Attributes:
        at: when it was decided, with offset.
        reviewer: who decided it.
        action: `confirm` (with `to_` fields: the same event, at the reviewer's own times), `reject`, `change` (to the
            `to_` fields), `add` (an event that was missed), `note`, `state`
            (of an epoch), `sample` (a stretch of quiet time was looked through) or `undo` (of the reviewer's last
            decision that still stands).
        event_id: number of the event when it was decided, for people who read the file.
        kind, start_s, stop_s, x_px, y_px: which event, as it was decided (see `Mark`); of `add` the event itself; of
            `state` and `sample` only the times.
        to_kind, to_start_s, to_stop_s, to_x_px, to_y_px: what a `change` changes, or a `confirm` tells more exactly;
            None for what stays.
        state: of the epoch, for `state`.
        note: free text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC).astimezone())
    reviewer: str
    action: Action
    event_id: str = ""
    kind: str | None = None
    start_s: float | None = None
    stop_s: float | None = None
    x_px: float | None = None
    y_px: float | None = None
    to_kind: str | None = None
    to_start_s: float | None = None
    to_stop_s: float | None = None
    to_x_px: float | None = None
    to_y_px: float | None = None
    state: str = ""
    note: str = Field(default="", max_length=LONGEST_NOTE)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        check_reviewer(self.reviewer)
        if self.action in _ABOUT_AN_EVENT or self.action == "add":
            self._has("kind", "start_s", "stop_s")
            changed(self.mark, self)
        elif self.action in {"state", "sample"}:
            self._has("start_s", "stop_s")
        if self.action == "state" and self.state not in STATES:
            raise ValueError(f"'state' needs one of the states {', '.join(STATES)}")
        return self

    def _has(self, *names: str) -> None:
        missing = [name for name in names if getattr(self, name) is None]
        if missing:
            raise ValueError(f"{self.action!r} needs {', '.join(missing)}")

    @property
    def says_more(self) -> bool:
        """Whether it tells how the event is, beside that it is one."""
        return any(getattr(self, f"to_{name}") is not None for name in Mark.model_fields)

    @property
    def mark(self) -> Mark:
        """The event that this is about; only of decisions about an event."""
        return Mark.model_validate({name: getattr(self, name) for name in Mark.model_fields})


def changed(mark: Mark, entry: Entry) -> Mark:
    """A mark with the `to_` fields of a decision put in their places."""
    values = {name: getattr(entry, f"to_{name}") for name in Mark.model_fields}
    return Mark.model_validate(mark.model_dump() | {name: value for name, value in values.items() if value is not None})


def check_reviewer(name: str) -> str:
    """The name of a reviewer, if it can be one: it names a file, so it holds no path.

    Raises:
        ParameterError: it is empty, longer than 64 characters, or holds other than letters, digits, spaces, `.-_`.
    """
    if not _NAME.fullmatch(name):
        raise ParameterError(
            f"reviewer {name!r}: expected a name of 1 to 64 letters, digits, spaces, dots, dashes or underscores that "
            "begins and ends with a letter or digit; choose another name."
        )
    return name


def mark_of(event: Event) -> Mark:
    """What an event is known by, with the digits of `events.csv`."""
    return Mark(
        kind=event.kind,
        start_s=rounded(EVENTS["start_s"], event.start_s),
        stop_s=rounded(EVENTS["stop_s"], event.stop_s),
        x_px=_known(rounded(EVENTS["x_px"], event.x_px)),
        y_px=_known(rounded(EVENTS["y_px"], event.y_px)),
    )


def append_decision(folder: Path, entry: Entry | Mapping[str, Any]) -> Entry:
    """Write one decision at the end of its reviewer's file; when this returns it is on disk.

    Args:
        folder: a night folder.
        entry: the decision, or its fields; `at` is now where it is left out.

    Returns:
        The decision as it was written.

    Raises:
        ParameterError: the fields are no decision.
        NightFolderError: it cannot be written.
    """
    entry = _checked(entry)
    path = folder / REVIEWS_FOLDER / review_file(entry.reviewer)
    try:
        path.parent.mkdir(exist_ok=True)
        is_new = not path.exists()
        _append(path, written_as(entry, entry.reviewer).encode())
        if is_new and sys.platform != "win32":
            _force(path.parent)
    except OSError as error:
        raise NightFolderError(
            f"{path}: this decision cannot be written ({error.strerror}); those before it are kept, so make the folder "
            "writable or free some room and decide again."
        ) from error
    return entry


def written_as(entry: Entry, reviewer: str) -> str:
    """A decision as the line of a file, as that of another reviewer's name."""
    return entry.model_copy(update={"reviewer": reviewer}).model_dump_json(exclude_defaults=True) + "\n"


def read_reviews(folder: Path) -> dict[str, list[Entry]]:
    """All decisions in a night folder, by reviewer, each in the order in which they were made.

    A line that was torn when the machine went down is left out and logged.

    Args:
        folder: a night folder.

    Returns:
        By name, ascending; empty where nobody reviewed.

    Raises:
        NightFolderError: a file cannot be read, or holds something that is no decision.
    """
    found: dict[str, list[Entry]] = defaultdict(list)
    for path in review_files(folder):
        for entry in _read_file(path):
            found[entry.reviewer].append(entry)
    return dict(sorted(found.items()))


def review_files(folder: Path) -> list[Path]:
    """The files of all reviewers in a night folder, ascending; what is no plain file is left out."""
    found = sorted((folder / REVIEWS_FOLDER).glob(REVIEW_PATTERN))
    return [path for path in found if path.is_file() and not path.is_symlink()]


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The decisions of one reviewer that still stand: each `undo` takes back the last one before it."""
    stack: list[Entry] = []
    for entry in entries:
        if entry.action != "undo":
            stack.append(entry)
        elif stack:
            stack.pop()
    return stack


def _checked(entry: Entry | Mapping[str, Any]) -> Entry:
    if isinstance(entry, Entry):
        return entry
    try:
        return Entry.model_validate(dict(entry))
    except ValidationError as error:
        raise ParameterError(f"This is no decision about a night: {_in_words(error)}; correct it.") from None


def _in_words(error: ValidationError) -> str:
    first = error.errors()[0]
    words = first["msg"].removeprefix("Value error, ").rstrip(".")
    name = ".".join(str(part) for part in first["loc"])
    return f"{name}: {words}" if name else words


def _append(path: Path, line: bytes) -> None:
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
    try:
        # A line torn by a crash is closed first, so that it takes no other with it.
        size = os.lseek(handle, 0, os.SEEK_END)
        is_torn = size > 0 and _last_byte(handle, size) != b"\n"
        text = b"\n" + line if is_torn else line
        written = os.write(handle, text)  # one call: two programs never mix their lines
        while written < len(text):
            written += os.write(handle, text[written:])
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


def _force(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError:
        logger.debug("%s: this file system cannot force a folder to disk", folder)
    finally:
        os.close(handle)


def _read_file(path: Path) -> list[Entry]:
    lines = read_inside(path, path.parents[1], MOST_TABLE_BYTES).split(b"\n")
    entries = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            document = _document(line)
            if document is None:
                logger.warning("%s: line %d was torn and is left out", path, number)
            else:
                entries.append(_entry(document, path, number))
    return entries


def _document(line: bytes) -> object:
    """The JSON value of a line; None where it was torn."""
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _entry(document: object, path: Path, number: int) -> Entry:
    try:
        return Entry.model_validate(document)
    except (ValidationError, ParameterError) as error:
        why = _in_words(error) if isinstance(error, ValidationError) else str(error).rstrip(".")
        raise NightFolderError(
            f"{path}: line {number} is no decision of a review ({why}); correct or remove that line."
        ) from None


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None


def last_decided(entries: Sequence[Entry]) -> Mark | None:
    """The event that a reviewer decided about last, to go on from there; None where there is none."""
    about = [entry for entry in standing(entries) if entry.action in _ABOUT_AN_EVENT]
    return about[-1].mark if about else None

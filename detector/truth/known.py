"""Known movement and known nuisances: one type for what is asked for, drawn, planted, scored and written.

A truth table is a CSV file with the columns `onset, duration` (s) and `label`, and where known the place and size of
what moves: `x, y, amp_px, sigma` (source px), `freq_hz`, `stays`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from detector.errors import ParameterError, UsageError

REFERENCE_WIDTH_PX = 848
"""Width of picture that usual sizes are given for; they scale with the picture's size."""

PLACES = (
    *(f"{side}_{part}" for part in ("hand", "forearm", "arm", "foot", "leg") for side in ("left", "right")),
    "head",
    "trunk",
)
WHOLE_BODY = "body"


class Ranges(NamedTuple):
    """How long and large a kind of movement is, px at the reference width.

    Attributes:
        duration_s: shortest, usual, longest.
        amp_px: least, usual and greatest peak displacement.
        sigma_px: least and greatest extent of the patch that moves (standard deviation).
        places: parts of the body that may move so; the first is usual.
    """

    duration_s: tuple[float, float, float]
    amp_px: tuple[float, float, float]
    sigma_px: tuple[float, float]
    places: tuple[str, ...] = PLACES


KINDS: Mapping[str, Ranges] = {
    "twitch": Ranges((0.1, 0.3, 0.49), (2.5, 5.0, 8.0), (15.0, 35.0)),
    "rhythmic": Ranges((3.0, 12.0, 900.0), (2.5, 5.0, 8.0), (25.0, 45.0)),
    "movement": Ranges((0.5, 2.0, 10.0), (5.0, 9.0, 20.0), (25.0, 60.0)),
    "gross": Ranges((0.5, 5.0, 30.0), (14.0, 25.0, 60.0), (140.0, 190.0), (WHOLE_BODY,)),
    "jerk": Ranges((0.15, 0.3, 0.49), (4.0, 6.0, 16.0), (60.0, 100.0), ("trunk",)),
    "restless": Ranges((2.0, 60.0, 900.0), (5.0, 9.0, 20.0), (40.0, 80.0), (WHOLE_BODY,)),
}
"""Kinds of movement that may be known, and their usual sizes."""


@dataclass(frozen=True)
class KnownMovement:
    """One movement that is in the footage, or is to be.

    Attributes:
        kind: one of `KINDS`: `"twitch"`, `"rhythmic"`, `"movement"` (slow, localized), `"gross"` (whole body),
            `"jerk"` (brief, of the trunk) or `"restless"` (limbs in motion without a pause).
        onset_s: presentation time of its start, s.
        duration_s: how long the picture moves, s, 0 or more.
        place: part of the drawn infant that moves, of `PLACES` or `"body"`; empty where a patch of a picture does.
        amp_px: peak displacement, source px; NaN where not known.
        rate_hz: cycles per second where it swings, their mean over the movement; else 0.
        stays: share of the displacement that remains afterwards (a new rest position), 0 to 1.
        x_px, y_px: center of what moves, source px; NaN where not known (yet).
        sigma_px: extent of what moves (standard deviation of its displacement weight), source px; NaN likewise.
        angle_rad: direction of a patch's displacement, of the longer axis where there are two.
        drift: how much the rate grows from first to last, as a share of `rate_hz`, -1 to 1.
        missing: share of strokes that are left out, 0 to 0.5.
        seed: of what is left open of a patch: the wander of its rate, its way.
    """

    kind: str
    onset_s: float
    duration_s: float
    place: str = ""
    amp_px: float = math.nan
    rate_hz: float = 0.0
    stays: float = 0.0
    x_px: float = math.nan
    y_px: float = math.nan
    sigma_px: float = math.nan
    angle_rad: float = 0.0
    drift: float = 0.0
    missing: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        require_one_of(self.name, "kind", self.kind, tuple(KINDS))
        require_within(self.name, "an onset in s", self.onset_s, -1e9, 1e9)
        require_within(self.name, "a duration in s", self.duration_s, 0.0, 1e9)
        require_within(self.name, "what stays", self.stays, 0.0, 1.0)
        require_within(self.name, "a drift of the rate", self.drift, -1.0, 1.0)
        require_within(self.name, "a share of missing strokes", self.missing, 0.0, 0.5)

    @property
    def name(self) -> str:
        """How messages call it."""
        return f"movement {self.kind}@{self.onset_s:g}"

    @property
    def stop_s(self) -> float:
        """Presentation time of its end, s."""
        return self.onset_s + self.duration_s


def makeable(movement: KnownMovement) -> KnownMovement:
    """The same movement, if it can be drawn or planted.

    Raises:
        ParameterError: its length, size or rate is none that its kind has.
    """
    shortest_s, _, longest_s = KINDS[movement.kind].duration_s
    may_swing = movement.kind == "rhythmic" or (movement.kind == "movement" and movement.rate_hz > 0)
    require_within(movement.name, "a duration in s", movement.duration_s, shortest_s, longest_s)
    require_within(movement.name, "an amplitude in px", movement.amp_px, 0.01, 1000.0)
    require_within(movement.name, "a rate in Hz", movement.rate_hz, *((0.1, 15.0) if may_swing else (0.0, 0.0)))
    return movement


@dataclass(frozen=True)
class Confound:
    """One nuisance in the footage that is not movement of the infant.

    Attributes:
        onset_s: presentation time of its start, s.
        duration_s: how long it lasts, s.
        label: what it is, such as `"light"`, `"bump"`, `"clock"`.
    """

    onset_s: float
    duration_s: float
    label: str

    @property
    def stop_s(self) -> float:
        """Presentation time of its end, s."""
        return self.onset_s + self.duration_s


_FIELD_OF = {
    "onset": "onset_s", "duration": "duration_s", "label": "kind", "x": "x_px", "y": "y_px", "amp_px": "amp_px",
    "freq_hz": "rate_hz", "sigma": "sigma_px", "stays": "stays",
}  # fmt: skip
_NEEDED = ("onset", "duration", "label")


def write_truth(path: Path, movements: Sequence[KnownMovement]) -> None:
    """Write a truth table, sorted by onset; no movement gives the header alone, what is not known an empty cell."""
    rows = sorted(movements, key=lambda known: (known.onset_s, known.kind))
    _write(path, tuple(_FIELD_OF), [[getattr(row, name) for name in _FIELD_OF.values()] for row in rows])


def write_confounds(path: Path, confounds: Sequence[Confound]) -> None:
    """Write a confounds table (CSV: onset, duration, label), sorted by onset."""
    rows = sorted(confounds, key=lambda known: (known.onset_s, known.label))
    _write(path, _NEEDED, [[row.onset_s, row.duration_s, row.label] for row in rows])


def _write(path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if not isinstance(value, float):
        return value
    return "" if math.isnan(value) else f"{value:.3f}".rstrip("0").rstrip(".")


_HOW_IT_LOOKS = "the first lines of one are onset,duration,label / 12.4,0.3,twitch."


def read_truth(path: Path) -> tuple[KnownMovement, ...]:
    """Read a truth table, in its order; columns beyond those of this module are left alone.

    Raises:
        UsageError: the file cannot be read, a column is missing, or a row has an unknown label or an impossible number.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            columns, rows = reader.fieldnames or (), [(reader.line_num, row) for row in reader]
    except (OSError, ValueError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it cannot be read as one"
        raise UsageError(f"{path}: expected a CSV file of known movements, but {reason}; {_HOW_IT_LOOKS}") from None
    if missing := [name for name in _NEEDED if name not in columns]:
        raise UsageError(
            f"{path}: expected the columns onset, duration and label, but {', '.join(missing)} is missing; "
            f"{_HOW_IT_LOOKS}"
        )
    return tuple(_read_row(path, line, row) for line, row in rows)


def _read_row(path: Path, line: int, row: Mapping[str, str | None]) -> KnownMovement:
    words = {name: (row.get(name) or "").strip() for name in _FIELD_OF}
    try:
        numbers = {
            _FIELD_OF[name]: float(word)
            for name, word in words.items()
            if name != "label" and (word or name in _NEEDED)
        }
        if not numbers.get("rate_hz", 0.0) > 0:
            numbers["rate_hz"] = 0.0
        return KnownMovement(words["label"], **numbers)  # type: ignore[arg-type]
    except (ParameterError, ValueError) as error:
        came = ", ".join(words[name] for name in _NEEDED)
        reason = str(error).partition(": ")[2] if isinstance(error, ParameterError) else "a number is none."
        raise UsageError(
            f"{path}: expected onset and duration in seconds and a label of {', '.join(KINDS)}, "
            f"but line {line} has {came}: {reason}"
        ) from None


def require_one_of(name: str, what: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise a `ParameterError` that names the input unless `value` is allowed."""
    if value not in allowed:
        raise ParameterError(f"{name}: expected a {what} of {', '.join(allowed)}, but {value!r} came.")


def require_within(name: str, what: str, value: float, low: float, high: float) -> None:
    """Raise a `ParameterError` that names the input unless `low <= value <= high`."""
    if not low <= value <= high:
        raise ParameterError(f"{name}: expected {what} from {low:g} to {high:g}, but {value:g} came.")

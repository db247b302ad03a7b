"""The one schema of columns: name, type, unit, range, meaning and missing value of every column of every table.

The CSV writers and readers, the data frames, the data dictionary, the report and the exports all take it from here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from detector.events.artifacts import ARTIFACT_KINDS
from detector.events.classify import EVENT_KINDS
from detector.events.state import SIGNALS, STATES
from detector.night.layout import ARTIFACTS_FILE, EPOCHS_FILE, EVENTS_FILE, SERIES_FILE

ColumnType = Literal["float", "int", "bool", "str"]

DTYPES: dict[ColumnType, str] = {"float": "float64", "int": "int64", "bool": "bool", "str": "str"}
"""Types of columns as pandas names them; the same with and without rows."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: as in the header.
        type: `"float"`, `"int"`, `"bool"` or `"str"`.
        description: one line.
        unit: of a number, `"1"` for a share or a ratio; empty for words.
        least, most: range of a number; infinite where there is none.
        decimals: of a real number, in files and in memory.
        words: all that a column of words may hold; empty where it is free text.
        missing: when the cell is empty; empty where it never is.
        is_required: whether a table without this column cannot be read.
    """

    name: str
    type: ColumnType
    description: str
    unit: str = ""
    least: float = -math.inf
    most: float = math.inf
    decimals: int = 3
    words: tuple[str, ...] = ()
    missing: str = ""
    is_required: bool = False

    @property
    def range(self) -> str:
        """The range in words, such as `"0 to 1"`; empty where there is none."""
        low, high = (f"{edge:g}" if math.isfinite(edge) else "" for edge in (self.least, self.most))
        return f"{low} to {high}" if low and high else f"{low} or more" if low else f"{high} or less" if high else ""

    def holds(self, value: float) -> bool:
        """Whether a number is missing or in the range."""
        return math.isnan(value) or self.least <= value <= self.most


@dataclass(frozen=True)
class Table:
    """One table of a night.

    Attributes:
        file: its name in the night folder.
        row: what one row is, one line.
        columns: in order.
    """

    file: str
    row: str
    columns: tuple[Column, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in self.columns}

    def __getitem__(self, name: str) -> Column:
        return self._by_name[name]


def _time(name: str, description: str) -> Column:
    return Column(name, "float", description, "s", is_required=True)


def _share(name: str, description: str, missing: str = "", *, decimals: int = 4) -> Column:
    return Column(name, "float", description, "1", 0.0, 1.0, decimals, missing=missing)


_NO_RHYTHM = "where the movement is not rhythmic"
_START = _time("start_s", "Start, seconds after the first picture of the recording.")
_STOP = _time("stop_s", "Stop, seconds after the first picture of the recording; the interval does not contain it.")
_SITE = Column(
    "site", "str", "Named region, or numbered place, in which the center lies.", missing="where no site is known"
)
_STATE = Column(
    "state", "str", "State of the epoch in which the movement starts.", words=STATES, missing="where no state is known"
)

EVENTS = Table(
    EVENTS_FILE,
    "One movement, in order of start.",
    (
        Column("event_id", "str", "Name of the event within the night, kept through review: e0001 was found first."),
        Column("kind", "str", "Kind of movement.", words=EVENT_KINDS, is_required=True),
        Column(
            "label",
            "str",
            "Finer name of the movement: of a twitch isolated or bout.",
            missing="where there is no finer name, as for a twitch that is neither",
        ),
        _START,
        _STOP,
        Column("duration_s", "float", "Length of the movement.", "s", 0.0),
        _time("peak_s", "Moment of the strongest movement, seconds after the first picture of the recording."),
        Column("start_at", "str", "Wall clock at the start, ISO 8601 with offset.", missing="where it is not known"),
        Column("file", "str", "The input file that shows the start.", missing="where it is not known"),
        Column(
            "file_s", "float", "Start, seconds after the first picture of that file.", "s", missing="without a file"
        ),
        Column("x_px", "float", "Center of the movement from the left edge of the picture.", "px", decimals=1),
        Column("y_px", "float", "Center of the movement from the upper edge of the picture.", "px", decimals=1),
        _share("area_fraction", "Share of the picture that moved at the widest moment."),
        _share("infant_fraction", "Share of the infant's extent that moved.", "where the extent is not known"),
        Column("snr", "float", "Peak energy, in times the noise of the camera.", "1", 0.0, decimals=2),
        Column("rate_hz", "float", "Cycles a second.", "Hz", 0.0, missing=_NO_RHYTHM),
        Column("n_cycles", "float", "Number of cycles.", "1", 0.0, decimals=1, missing=_NO_RHYTHM),
        _share("regularity", "1 - coefficient of variation of the cycle length.", _NO_RHYTHM, decimals=3),
        Column("sustained", "bool", "Whether the movement is rhythmic for 10 s or longer (classify.sustained_s)."),
        _SITE,
        _STATE,
        Column("reason", "str", "Why this kind, with the numbers."),
    ),
)

ARTIFACTS = Table(
    ARTIFACTS_FILE,
    "Something that changed the picture and is no movement of the infant, or a movement that was found and doubted.",
    (
        Column("kind", "str", "What it is.", words=ARTIFACT_KINDS, is_required=True),
        _START,
        _STOP,
        Column("x_px", "float", "Center from the left edge of the picture.", "px", decimals=1, missing="of no place"),
        Column("y_px", "float", "Center from the upper edge of the picture.", "px", decimals=1, missing="of no place"),
        _share("area_fraction", "Share of the picture that changed.", "where it was not measured"),
        Column("detail", "str", "One phrase with the numbers, or the doubt.", is_required=True),
    ),
)

_TOO_FEW = "where there are too few events"
SERIES = Table(
    SERIES_FILE,
    "A run of movements that belong together by their times.",
    (
        Column(
            "kind",
            "str",
            "What holds the run together.",
            words=("bout", "periodic WASM", "periodic AASM", "repeated whole-body"),
            is_required=True,
        ),
        _START,
        _STOP,
        Column("n_events", "int", "Number of movements.", "1", 1.0, is_required=True),
        Column("median_interval_s", "float", "Median time from onset to onset.", "s", 0.0, missing=_TOO_FEW),
        Column(
            "expected_by_chance",
            "float",
            "How many series of this kind the night gives when its intervals are shuffled, mean of the shuffles.",
            "1",
            0.0,
            decimals=2,
            missing="where nothing could be shuffled",
        ),
        Column(
            "chance_share",
            "float",
            "Share of the shuffles that give a series of this kind with at least as many movements.",
            "1",
            0.0,
            1.0,
            missing="where nothing could be shuffled",
        ),
        Column("rate_per_min", "float", "Movements a minute within the series.", "1/min", 0.0, missing=_TOO_FEW),
        Column(
            "amplitude_trend",
            "float",
            "Rank correlation of strength with order: above 0 they grow, below 0 they fade.",
            "1",
            -1.0,
            1.0,
            missing=_TOO_FEW,
        ),
        Column(
            "minutes_since_waking",
            "float",
            "Time since the infant was last seen to wake: since a restless stretch or such a state began.",
            "min",
            0.0,
            decimals=1,
            missing="where there was none before",
        ),
        Column("sites", "str", "Sites of its movements, in order of number.", missing="where no site is known"),
        _STATE,
        Column("events", "str", "Ids of its movements, in order.", is_required=True),
        Column("start_at", "str", "Wall clock at the start, ISO 8601 with offset.", missing="where it is not known"),
    ),
)

EPOCHS = Table(
    EPOCHS_FILE,
    "One epoch, as a rule of 30 s, in order of start.",
    (
        _START,
        _STOP,
        Column("state", "str", "State of the epoch.", words=STATES, is_required=True),
        Column("start_at", "str", "Wall clock at the start, ISO 8601 with offset.", missing="where it is not known"),
        _share("activity", "Share of the judged time in which something moved.", "where nothing was judged"),
        Column(
            "breathing_rate_hz", "float", "Breathing cycles a second.", "Hz", 0.0, missing="where none could be seen"
        ),
        Column(
            "breathing_irregularity",
            "float",
            "Coefficient of variation of the cycle length.",
            "1",
            0.0,
            missing="where no breathing could be seen",
        ),
        Column("infant_visible", "bool", "Whether breathing or movement showed the infant."),
        Column("decided_by", "str", "The signal that decided the state.", words=SIGNALS, missing="where none did"),
        _share("certainty", "How sure the state is.", "where no state was decided", decimals=3),
    ),
)

TABLES = (EVENTS, ARTIFACTS, SERIES, EPOCHS)


def data_dictionary(tables: Sequence[Table] = TABLES) -> dict[str, dict[str, dict[str, object]]]:
    """What every column of the tables is, by file and column, ready for JSON; keys as in BIDS sidecar files.

    >>> data_dictionary()["events.csv"]["area_fraction"]["Range"]
    '0 to 1'
    """
    return {table.file: {column.name: _described(column) for column in table.columns} for table in tables}


def _described(column: Column) -> dict[str, object]:
    facts: dict[str, object] = {"Description": column.description, "Type": column.type}
    facts |= {"Units": column.unit} if column.unit else {}
    facts |= {"Range": column.range} if column.range else {}
    facts |= {"Levels": list(column.words)} if column.words else {}
    return facts | {"Missing": f"empty cell {column.missing}" if column.missing else "never"}

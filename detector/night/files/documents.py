"""The documents of a night folder as checked types: what `night.json` and `recording.json` must hold to be believed."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from detector.errors import ParameterError
from detector.footage.clock import find_zone
from detector.night.provenance import NIGHT_SCHEMA_VERSION

READABLE_VERSIONS = range(1, NIGHT_SCHEMA_VERSION + 1)
"""Schema versions of `night.json` that are read; what an earlier one lacks is missing."""

_LONGEST_S = 1e9  # 30 years: every sum with a wall clock stays a date
_YEARS = range(1900, 2201)
_LONGEST_TEXT = 100_000


def _short(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise ValueError(f"expected at most {_LONGEST_TEXT} characters")
    return text


def _plain_name(name: str) -> str:
    if name in {"", ".", ".."} or any(mark in name for mark in "/\0"):
        raise ValueError("expected a name without folders")
    return name


def _start(text: str) -> str:
    if text:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or moment.year not in _YEARS:
            raise ValueError("expected a date with its offset from UTC")
    return text


Seconds = Annotated[float, Field(ge=-_LONGEST_S, le=_LONGEST_S)]
Length = Annotated[float, Field(ge=-1.0, le=_LONGEST_S)]  # the ledger itself says what is impossible
Pixels = Annotated[float, Field(ge=-1e6, le=1e6)]
# Limits of pydantic itself refuse bytes that are no UTF-8, which names may hold.
Text = Annotated[str, AfterValidator(_short)]
Name = Annotated[str, AfterValidator(_short), AfterValidator(_plain_name)]
PartName = Annotated[str, Field(pattern=r"^span-[0-9]{4,9}-[0-9A-Za-z]{1,64}\.npz$")]


Parameters = dict[str, dict[str, str | bool | int | float | None]]


class Document(BaseModel):
    """Something read from disk: finite numbers, no more trust than it shows; what a later version adds is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Reason(Document):
    """A file and what was wrong with it."""

    path: Text
    reason: Text


class Input(Document):
    """See `detector.night.provenance.InputFile`."""

    name: Name
    path: Text
    size_bytes: int = Field(ge=0, lt=2**63)
    sha256: str = Field(pattern="^[0-9a-f]{1,64}$")
    offset_s: Seconds
    start_s: Seconds | None = None


class Stretch(Document):
    """See `detector.night.provenance.SkippedSpan`."""

    start_s: Seconds
    stop_s: Seconds
    reason: Text


class Ledger(Document):
    """See `detector.night.coverage.Coverage`, which makes sure that it adds up."""

    model_config = ConfigDict(extra="allow")

    files_s: Length
    observed_s: Length
    damaged_s: Length
    frozen_s: Length
    skipped_s: Length
    gap_s: Length
    overlap_s: Length


class RecordedTime(Document):
    """When the recording was made, and which stretches of it were observed."""

    start_s: Seconds
    stop_s: Seconds
    start_at: Annotated[str, AfterValidator(_start)]
    time_zone: Text
    start_source: Text
    observed: tuple[tuple[Seconds, Seconds], ...]
    judged: tuple[tuple[Seconds, Seconds], ...] | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for stretches in (self.observed, self.judged or ()):
            edges = [edge for stretch in stretches for edge in stretch]
            if self.start_s > self.stop_s or any(late < early for early, late in itertools.pairwise(edges)):
                raise ValueError("expected stretches in order of time")
        return self

    def moment(self) -> datetime | None:
        """Wall clock at the start, in its zone; None where it is not known."""
        if not self.start_at:
            return None
        moment = datetime.fromisoformat(self.start_at)
        try:
            return moment.astimezone(find_zone(self.time_zone)) if self.time_zone else moment
        except ParameterError:
            return moment  # this machine does not know the zone; the offset is still right at the start


class ReviewDocument(Document):
    """See `detector.night.people.reviewed.Reviewed`."""

    reviewers: tuple[Text, ...]
    n_confirmed: int = Field(ge=0)
    n_rejected: int = Field(ge=0)
    n_changed: int = Field(ge=0)
    n_added: int = Field(ge=0)
    n_unreviewed: int = Field(ge=0)


class SubjectDocument(Document):
    """Who was filmed, as the user says it."""

    code: Text = ""
    session: Text = ""
    age: Text = ""


class RegionDocument(Document):
    """See `detector.footage.region.Region`, which checks it."""

    name: Text
    use: Text = "site"
    polygon_px: tuple[tuple[Pixels, Pixels], ...]


class NightDocument(Document):
    """`night.json`."""

    schema_version: int
    coverage: Ledger
    parameters: Parameters
    recording: RecordedTime
    inputs: tuple[Input, ...]
    unreadable: tuple[Reason, ...]
    damage: tuple[Reason, ...]
    notes: tuple[Text, ...]
    skipped: tuple[Stretch, ...]
    decoding: Text = "software"
    camera: Text = ""
    has_pictures: bool = True
    has_names: bool = True
    subject: SubjectDocument = Field(default_factory=SubjectDocument)
    analyzed_at: Annotated[str, AfterValidator(_start)] = ""
    motion_parts: tuple[PartName, ...]
    event_boxes_px: tuple[tuple[Pixels, Pixels, Pixels, Pixels], ...]
    versions: dict[str, Text]
    reviewed: ReviewDocument | None = None
    regions: tuple[RegionDocument, ...] = ()


class Source(Document):
    """The content of an input."""

    sha256: str


class NightClaim(Document):
    """What of `night.json` says whose night it is."""

    inputs: tuple[Source, ...]
    parameters: Parameters = Field(default_factory=dict)


class RecordingDocument(Document):
    """`recording.json`: of which footage, and with which parameters, the motion parts beside it are."""

    sha256: tuple[str, ...]
    parameters: Parameters = Field(default_factory=dict)


def first_fault(error: ValidationError) -> str:
    """Where a document is not what it should be, and why, in a few words."""
    fault = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in fault["loc"])
    words = fault["msg"].removeprefix("Value error, ")
    return f"{place}: {words}" if place else words

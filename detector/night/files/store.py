"""A night as files: what stands in a night folder, written and read."""

from __future__ import annotations

import json
import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from detector._tunable import from_stored
from detector.errors import NightFolderError, ParameterError
from detector.events.decide import Decision
from detector.footage.region import RegionSet
from detector.footage.time_rules import RuleZone
from detector.night.coverage import Coverage, LedgerError
from detector.night.files.disk import (
    MOST_TABLE_BYTES,
    read_inside,
    read_json,
)
from detector.night.files.documents import READABLE_VERSIONS, Ledger, NightDocument, ReviewDocument, first_fault
from detector.night.layout import (
    ARTIFACTS_FILE,
    EPOCHS_FILE,
    EVENTS_FILE,
    MOTION_FOLDER,
    NIGHT_FILE,
    PARAMS_FILE,
    SERIES_FILE,
)
from detector.night.numbers.measures import Timed, series_columns
from detector.night.numbers.series import Series
from detector.night.numbers.stretches import StateRow, state_rows
from detector.night.people.reviewed import Reviewed
from detector.night.provenance import NIGHT_SCHEMA_VERSION, InputFile, Provenance, SkippedSpan, Subject
from detector.night.regions import make_regions, regions_text
from detector.night.schema import EPOCHS, SERIES
from detector.night.tables import (
    ARTIFACTS,
    Columns,
    artifact_columns,
    read_artifacts,
    read_epochs,
    read_event_ids,
    read_events,
    to_csv,
)
from detector.params import Params, to_toml


@dataclass(frozen=True)
class StoredNight:
    """What a night folder holds, all but the motion; attributes as those of `detector.night.night.Night`."""

    decision: Decision
    coverage: Coverage
    provenance: Provenance
    params: Params
    observed: tuple[tuple[float, float], ...]
    folder: Path | None
    parts: tuple[Path, ...]
    review: Reviewed | None
    states: tuple[StateRow, ...]
    regions: RegionSet
    ids: tuple[str, ...]


class _Night(Timed, Protocol):
    """What is written of a night: all that is stored, and what it says of itself."""

    @property
    def coverage(self) -> Coverage: ...
    @property
    def series_found(self) -> tuple[Series, ...]: ...
    @property
    def parts(self) -> tuple[Path, ...]: ...

    @property
    def review(self) -> Reviewed | None: ...
    @property
    def regions(self) -> RegionSet: ...

    def summary(self) -> dict[str, Any]: ...
    def event_columns(self) -> Columns: ...
    def epoch_columns(self) -> Columns: ...


def write_night(night: _Night, folder: Path) -> None:
    """Write the tables, the summary and the parameters of a night into a folder that exists.

    The same night gives the same bytes, but for `analyzed_at`: no file says where or by how many workers it was made.

    Args:
        night: what to write.
        folder: a staging folder; the motion parts are not written here.

    Raises:
        OSError: as the file system says.
    """
    texts = {
        EVENTS_FILE: to_csv(night.event_columns()),
        ARTIFACTS_FILE: to_csv(artifact_columns(night.decision.artifacts), ARTIFACTS),
        SERIES_FILE: to_csv(series_columns(night, night.series_found), SERIES),
        EPOCHS_FILE: to_csv(night.epoch_columns(), EPOCHS),
        PARAMS_FILE: to_toml(night.params),
        NIGHT_FILE: json.dumps(_document(night), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    for name, text in texts.items():
        # A file name may hold bytes that are no UTF-8; as an escape it is valid JSON and comes back the same.
        (folder / name).write_bytes(text.encode("utf-8", errors="backslashreplace"))


def read_night(folder: Path) -> StoredNight:
    """Read a night folder, all but its motion; see `Night.load`."""
    path = folder / NIGHT_FILE
    document = _read_document(folder)
    motion = folder / MOTION_FOLDER
    try:
        params, gone = from_stored(Params, document.parameters)
        decision = _read_decision(folder, document)
        # Only a review leaves other names than those of the order.
        ids = read_event_ids(_read_table(folder, EVENTS_FILE)) if document.reviewed else ()
        return StoredNight(
            decision=decision,
            coverage=_coverage(document.coverage),
            provenance=_provenance(document, gone),
            params=params,
            observed=document.recording.observed,
            folder=folder,
            parts=tuple(motion / name for name in document.motion_parts) if motion.is_dir() else (),
            review=_review(document.reviewed),
            states=state_rows(decision.epochs),
            regions=make_regions({"region": [region.model_dump() for region in document.regions]}),
            ids=ids,
        )
    except (ParameterError, LedgerError, RecursionError) as error:
        reason = str(error).rstrip(".") or "it nests without end"
        raise NightFolderError(_no_record(path, reason)) from None


def _document(night: _Night) -> dict[str, Any]:
    source = night.provenance
    zone = source.start_at.tzinfo if source.start_at else None
    return {
        "schema_version": NIGHT_SCHEMA_VERSION,
        "summary": without_nan(night.summary()),
        "coverage": asdict(night.coverage),
        "parameters": night.params.model_dump(mode="json"),
        "recording": {
            "start_s": source.start_s,
            "stop_s": source.stop_s,
            "start_at": source.start_at.isoformat() if source.start_at else "",
            "time_zone": str(zone) if isinstance(zone, ZoneInfo | RuleZone) else "",
            "start_source": source.start_source,
            "observed": [list(stretch) for stretch in night.observed],
            "judged": None if night.decision.judged is None else [list(stretch) for stretch in night.decision.judged],
        },
        "inputs": [
            {name: value for name, value in asdict(file).items() if name != "location"} for file in source.inputs
        ],
        "unreadable": [{"path": path, "reason": reason} for path, reason in source.unreadable],
        "damage": [{"path": path, "reason": reason} for path, reason in source.damage],
        "notes": list(source.notes),
        "skipped": [asdict(span) for span in source.skipped],
        "decoding": source.decoding,
        "camera": source.camera,
        "has_pictures": source.has_pictures,
        "has_names": source.has_names,
        "subject": asdict(source.subject),
        "analyzed_at": source.analyzed_at,
        "motion_parts": [path.name for path in night.parts],
        "event_boxes_px": [[round(edge, 1) for edge in event.box_px] for event in night.decision.events],
        "versions": dict(source.versions),
        "reviewed": night.review.facts() if night.review else None,
        "regions": tomllib.loads(regions_text(night.regions)).get("region", []),
    }


def _review(document: ReviewDocument | None) -> Reviewed | None:
    """Who had corrected the events before the night was written; which decisions found no event is no longer known."""
    return None if document is None else Reviewed(**document.model_dump())


def without_nan(value: Any) -> Any:  # noqa: ANN401  # a JSON value is anything
    """A JSON value with None where a number is NaN or infinite, which JSON does not know."""
    if isinstance(value, Mapping):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read_document(folder: Path) -> NightDocument:
    path = folder / NIGHT_FILE
    if folder.is_file():
        raise NightFolderError(_no_night(folder))
    try:
        tree = read_json(path, folder)
    except FileNotFoundError:
        raise NightFolderError(_no_night(folder)) from None
    except ValueError:
        tree = None
    version = tree.get("schema_version") if isinstance(tree, dict) else None
    if version is None:
        raise NightFolderError(f"{path}: expected the record of a night, but it is damaged; analyze the footage again.")
    if version not in READABLE_VERSIONS:
        raise NightFolderError(
            f"{path}: expected schema version {NIGHT_SCHEMA_VERSION} or earlier, but version {version!r:.40} came; "
            "analyze the footage again, or use the version of the software that wrote it."
        )
    try:
        return NightDocument.model_validate(tree)
    except ValidationError as error:
        raise NightFolderError(_no_record(path, first_fault(error))) from None


def _no_record(path: Path, reason: str) -> str:
    return (
        f"{path}: expected the record of a night, but it is damaged or of another version ({reason}); "
        "analyze the footage again."
    )


def _no_night(folder: Path) -> str:
    if folder.is_file():
        return f"{folder}: expected a night folder, but this is a file; give the folder that `analyze` wrote, first."
    if not folder.is_dir():
        return f"{folder}: there is no such night folder; give the folder that `analyze` wrote."
    if (folder / MOTION_FOLDER).is_dir():
        return f"{folder}: this night is not finished; run the same `analyze` command again to resume it."
    return f"{folder}: expected a night folder, but {NIGHT_FILE} is missing; give the folder that `analyze` wrote."


def _read_decision(folder: Path, document: NightDocument) -> Decision:
    events = read_events(_read_table(folder, EVENTS_FILE), document.event_boxes_px, str(folder / EVENTS_FILE))
    artifacts = read_artifacts(_read_table(folder, ARTIFACTS_FILE), str(folder / ARTIFACTS_FILE))
    # Nights of before there were states have no such table.
    has_epochs = os.path.lexists(folder / EPOCHS_FILE)  # a link that leads nowhere is refused
    epochs = read_epochs(_read_table(folder, EPOCHS_FILE), str(folder / EPOCHS_FILE)) if has_epochs else ()
    return Decision(events, artifacts, epochs, document.recording.judged)


def _read_table(folder: Path, name: str) -> str:
    try:
        return read_inside(folder / name, folder, MOST_TABLE_BYTES).decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise NightFolderError(
            f"{folder / name}: this table is missing or cannot be read; analyze the footage again."
        ) from None


def _coverage(ledger: Ledger) -> Coverage:
    known = {field.name for field in fields(Coverage)}
    return Coverage(**{name: value for name, value in ledger.model_dump().items() if name in known})


def _provenance(document: NightDocument, gone: Mapping[str, object]) -> Provenance:
    recording = document.recording
    notes = document.notes
    if gone:
        values = ", ".join(f"{name} = {value}" for name, value in gone.items())
        notes = (*notes, f"Decided by an earlier version with parameters that are no longer there ({values}).")
    return Provenance(
        inputs=tuple(InputFile(**dict(file)) for file in document.inputs),
        start_s=recording.start_s,
        stop_s=recording.stop_s,
        start_at=recording.moment(),
        start_source=recording.start_source,
        unreadable=tuple((item.path, item.reason) for item in document.unreadable),
        damage=tuple((item.path, item.reason) for item in document.damage),
        notes=notes,
        skipped=tuple(SkippedSpan(**dict(span)) for span in document.skipped),
        decoding=document.decoding,
        camera=document.camera,
        has_pictures=document.has_pictures,
        has_names=document.has_names,
        subject=Subject(**document.subject.model_dump()),
        analyzed_at=document.analyzed_at,
        versions=document.versions,
        schema_version=document.schema_version,
    )

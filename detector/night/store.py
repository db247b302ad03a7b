"""A night as files: what stands in a night folder, written and read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from detector.errors import DetectorError, NightFolderError
from detector.events.decide import Decision
from detector.motion.trace import MotionTrace, join_traces, load_trace
from detector.night.coverage import Coverage
from detector.night.layout import ARTIFACTS_FILE, EVENTS_FILE, MOTION_FOLDER, NIGHT_FILE, PARAMS_FILE
from detector.night.provenance import NIGHT_SCHEMA_VERSION, InputFile, Provenance, SkippedSpan
from detector.night.tables import ARTIFACTS, Columns, artifact_columns, read_artifacts, read_events, to_csv
from detector.params import Params, to_toml


@dataclass(frozen=True)
class StoredNight:
    """What a night folder holds; attributes as those of `detector.night.night.Night`, which is made of it."""

    decision: Decision
    coverage: Coverage
    provenance: Provenance
    params: Params
    observed: tuple[tuple[float, float], ...]
    trace: MotionTrace | None
    folder: Path | None
    parts: tuple[Path, ...]


class _Night(Protocol):
    """What is written of a night: all that is stored, and what it says of itself."""

    @property
    def decision(self) -> Decision: ...
    @property
    def coverage(self) -> Coverage: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def params(self) -> Params: ...
    @property
    def observed(self) -> tuple[tuple[float, float], ...]: ...
    @property
    def parts(self) -> tuple[Path, ...]: ...

    def summary(self) -> dict[str, Any]: ...
    def event_columns(self) -> Columns: ...


def write_night(night: _Night, folder: Path) -> None:
    """Write the tables, the summary and the parameters of a night into a folder that exists.

    The same night gives the same bytes: no file says when, where or by how many workers it was made.

    Args:
        night: what to write.
        folder: a staging folder; the motion parts are not written here.

    Raises:
        OSError: as the file system says.
    """
    texts = {
        EVENTS_FILE: to_csv(night.event_columns()),
        ARTIFACTS_FILE: to_csv(artifact_columns(night.decision.artifacts), ARTIFACTS),
        PARAMS_FILE: to_toml(night.params),
        NIGHT_FILE: json.dumps(_document(night), indent=1, ensure_ascii=False, allow_nan=False) + "\n",
    }
    for name, text in texts.items():
        # A file name may hold bytes that are no UTF-8; as an escape it is valid JSON and comes back the same.
        (folder / name).write_bytes(text.encode("utf-8", errors="backslashreplace"))


def read_night(folder: Path) -> StoredNight:
    """Read a night folder; see `Night.load`."""
    path = folder / NIGHT_FILE
    document = _read_document(folder)
    try:
        provenance = _provenance(document)
        night = StoredNight(
            decision=_read_decision(folder, document),
            coverage=Coverage(**document["coverage"]),
            provenance=provenance,
            params=Params.model_validate(document["parameters"]),
            observed=tuple((float(start_s), float(stop_s)) for start_s, stop_s in document["recording"]["observed"]),
            folder=folder,
            parts=tuple(folder / MOTION_FOLDER / str(name) for name in document["motion_parts"]),
            trace=read_trace([folder / MOTION_FOLDER / str(name) for name in document["motion_parts"]]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        what = (error.errors()[0]["loc"] or error.errors()[0]["msg"]) if isinstance(error, ValidationError) else error
        raise NightFolderError(
            f"{path}: expected the record of a night, but it is damaged or of another version ({what}); "
            "analyze the footage again."
        ) from None
    return night


def read_trace(parts: list[Path]) -> MotionTrace:
    """Join the motion parts of a night.

    Raises:
        NightFolderError: a part is missing or damaged.
    """
    return join_traces([read_part(path) for path in parts])


def read_part(path: Path) -> MotionTrace:
    """Read one motion part.

    Raises:
        NightFolderError: it is missing or damaged.
    """
    try:
        return load_trace(path)
    except DetectorError:
        raise
    except FileNotFoundError:
        raise NightFolderError(f"{path}: this motion part is missing; analyze the footage again.") from None
    except Exception as error:  # noqa: BLE001  # a flipped byte can surface as nearly anything out of zip and numpy
        raise NightFolderError(
            f"{path}: this motion part is damaged ({type(error).__name__}); analyze the footage again."
        ) from None


def _document(night: _Night) -> dict[str, Any]:
    source = night.provenance
    zone = source.start_at.tzinfo if source.start_at else None
    return {
        "schema_version": source.schema_version,
        "summary": without_nan(night.summary()),
        "coverage": asdict(night.coverage),
        "parameters": night.params.model_dump(mode="json"),
        "recording": {
            "start_s": source.start_s,
            "stop_s": source.stop_s,
            "start_at": source.start_at.isoformat() if source.start_at else "",
            "time_zone": zone.key if isinstance(zone, ZoneInfo) else "",
            "start_source": source.start_source,
            "observed": [list(stretch) for stretch in night.observed],
        },
        "inputs": [asdict(file) for file in source.inputs],
        "unreadable": [{"path": path, "reason": reason} for path, reason in source.unreadable],
        "damage": [{"path": path, "reason": reason} for path, reason in source.damage],
        "notes": list(source.notes),
        "skipped": [asdict(span) for span in source.skipped],
        "decoding": source.decoding,
        "motion_parts": [path.name for path in night.parts],
        "event_boxes_px": [[round(edge, 1) for edge in event.box_px] for event in night.decision.events],
        "versions": dict(source.versions),
    }


def without_nan(value: Any) -> Any:  # noqa: ANN401  # a JSON value is anything
    """A JSON value with None where a number is NaN or infinite, which JSON does not know."""
    if isinstance(value, Mapping):
        return {key: without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _read_document(folder: Path) -> dict[str, Any]:
    path = folder / NIGHT_FILE
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NightFolderError(_no_night(folder)) from None
    except OSError as error:
        raise NightFolderError(f"{path}: cannot read this night ({error.strerror}).") from None
    except ValueError:
        document = None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(document, dict) or version is None:
        raise NightFolderError(f"{path}: expected the record of a night, but it is damaged; analyze the footage again.")
    if version != NIGHT_SCHEMA_VERSION:
        raise NightFolderError(
            f"{path}: expected schema version {NIGHT_SCHEMA_VERSION}, but version {version!r} came; "
            "analyze the footage again, or use the version of the software that wrote it."
        )
    return document


def _no_night(folder: Path) -> str:
    if not folder.is_dir():
        return f"{folder}: there is no such night folder; give the folder that `analyze` wrote."
    if (folder / MOTION_FOLDER).is_dir():
        return f"{folder}: this night is not finished; run the same `analyze` command again to resume it."
    return f"{folder}: expected a night folder, but {NIGHT_FILE} is missing; give the folder that `analyze` wrote."


def _read_decision(folder: Path, document: dict[str, Any]) -> Decision:
    events = read_events(_read_table(folder / EVENTS_FILE), document["event_boxes_px"], str(folder / EVENTS_FILE))
    artifacts = read_artifacts(_read_table(folder / ARTIFACTS_FILE), str(folder / ARTIFACTS_FILE))
    return Decision(events, artifacts)


def _read_table(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise NightFolderError(f"{path}: this table is missing or cannot be read; analyze the footage again.") from None


def _provenance(document: dict[str, Any]) -> Provenance:
    recording = document["recording"]
    return Provenance(
        inputs=tuple(InputFile(**file) for file in document["inputs"]),
        start_s=float(recording["start_s"]),
        stop_s=float(recording["stop_s"]),
        start_at=_start_at(recording["start_at"], recording["time_zone"]),
        start_source=str(recording["start_source"]),
        unreadable=tuple((item["path"], item["reason"]) for item in document["unreadable"]),
        damage=tuple((item["path"], item["reason"]) for item in document["damage"]),
        notes=tuple(document["notes"]),
        skipped=tuple(SkippedSpan(**item) for item in document["skipped"]),
        decoding=str(document.get("decoding", "software")),
        versions=dict(document["versions"]),
        schema_version=int(document["schema_version"]),
    )


def _start_at(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    try:
        return moment.astimezone(ZoneInfo(zone)) if zone else moment
    except (KeyError, ValueError, OSError):
        return moment  # this machine does not know the zone; the offset is still right at the start

"""BIDS: behavioral events of a night in a data set of many, its motion and breathing as physiological recordings.

Videos are not part of BIDS yet, so none is copied. Onset 0 is the first picture of the night. Gzip files carry neither
date nor name, so that equal nights give equal bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from detector._version import __version__
from detector.errors import UsageError
from detector.night.schema import EVENTS, data_dictionary
from detector.views.exchange.csv_files import cell_text
from detector.views.exchange.sheet import Row, Sheet
from detector.views.exchange.signals import BREATHING_HZ, MOTION_HZ, Signals, signals_of

BIDS_VERSION = "1.10.0"
MISSING = "n/a"
TASK = "sleep"
RECORDING = "RecordingID"
"""Key of the sidecar file that says which recording the events are of."""
PARTICIPANTS_FILE = "participants.tsv"
_KEPT = tuple(name for name in EVENTS.names if name not in {"kind", "start_s", "stop_s", "duration_s"})
_README = (
    "Movements in footage of a baby monitor, found by twitch-detector.\n\n"
    "Each session is one night. Events are movements that a camera saw, described by their times, place and size;\n"
    "they say nothing about their cause. Onset 0 is the first picture of the night. The footage is not part of it.\n"
)


def bids_files(sheet: Sheet, folder: Path) -> dict[Path, bytes]:
    """The files of one night in a data set, and those of the data set that are not there yet or grow by it.

    Args:
        sheet: what is written.
        folder: of the data set, new or with other nights.

    Raises:
        UsageError: the folder holds something that is no data set, or another night stands where this one would.
    """
    _check_folder(folder)
    subject, session = entities(sheet)
    stem = f"sub-{subject}_ses-{session}_task-{TASK}"
    place = folder / f"sub-{subject}" / f"ses-{session}" / "beh"
    _check_same_night(place / f"{stem}_events.json", sheet)
    files = {
        place / f"{stem}_events.tsv": events_text(sheet).encode(),
        place / f"{stem}_events.json": _json(_described() | {RECORDING: recording_id(sheet)}),
    }
    signals = signals_of(sheet.night, breathing=sheet.choice.breathing)
    for name, (columns, sidecar) in _recordings(signals).items():
        files[place / f"{stem}_recording-{name}_physio.tsv.gz"] = _zipped(columns)
        files[place / f"{stem}_recording-{name}_physio.json"] = _json(sidecar)
    return files | _top_files(folder, subject, sheet)


def entities(sheet: Sheet) -> tuple[str, str]:
    """Labels of subject and session, letters and digits only: as the user named them, else `01` and the date."""
    said, begin = sheet.night.provenance.subject, sheet.night.start_at
    date = f"{begin:%Y%m%d}" if begin else "01"
    return _plain(said.code) or "01", _plain(said.session) or date


def recording_id(sheet: Sheet) -> str:
    """What tells a recording from others: a hash of the hashes of its files."""
    hashes = "\n".join(source.sha256 for source in sheet.night.provenance.inputs)
    return hashlib.sha256(hashes.encode()).hexdigest()[:16]


def _check_same_night(sidecar: Path, sheet: Sheet) -> None:
    """Refuse to take the place of another night, whatever the user allowed: its scoring would be lost."""
    if not sidecar.parent.exists():
        return
    try:
        told = json.loads(sidecar.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        told = None
    known = told.get(RECORDING) if isinstance(told, dict) else None
    if known != recording_id(sheet):
        subject, session = entities(sheet)
        what = "is another night; give" if known else "does not say which night it is; take it away, or give"
        raise UsageError(
            f"{sidecar.parent}: sub-{subject}, ses-{session} {what} this one a subject or session of its own "
            "(`analyze` again with --subject and --session, which measures nothing anew) and export it again."
        )


def _plain(text: str) -> str:
    return re.sub(r"[^0-9a-zA-Z]", "", text)


def events_text(sheet: Sheet) -> str:
    """The table of events: onset, duration, kind, what each row is, and every other column of the schema."""
    lines = ["\t".join(("onset", "duration", "trial_type", "row", *_KEPT))]
    lines += ["\t".join(_cells(row, sheet.night.start_s)) for row in sheet.rows]
    return "\n".join(lines) + "\n"


def _cells(row: Row, zero_s: float) -> list[str]:
    kept = {name: row.cells.get(name, "") for name in _KEPT} | {"event_id": row.event_id}
    texts = [" ".join(cell_text(EVENTS[name], value).split()) or MISSING for name, value in kept.items()]
    return [f"{row.start_s - zero_s + 0.0:.3f}", f"{row.stop_s - row.start_s + 0.0:.3f}", row.kind, row.what, *texts]


def _described() -> dict[str, Any]:
    """The columns of the table, as its sidecar file says them."""
    columns = data_dictionary([EVENTS])[EVENTS.file]
    levels = {"event": "A movement.", "state": "State of an epoch.", "artifact": "No movement of the infant."}
    head: dict[str, Any] = {
        "onset": {"Description": "Start, after the first picture of the night.", "Units": "s"},
        "duration": {"Description": "Length.", "Units": "s"},
        "trial_type": {"Description": "Kind of movement, state of the epoch, or kind of artifact."},
        "row": {"Description": "What the row is.", "Levels": levels},
    }
    return head | {name: _column(columns[name]) for name in _KEPT}


def _column(facts: Mapping[str, object]) -> dict[str, object]:
    kept = {key: facts[key] for key in ("Description", "Units") if key in facts}
    levels = facts.get("Levels")
    return kept | ({"Levels": {str(word): str(word) for word in levels}} if isinstance(levels, list) else {})


def _recordings(signals: Signals | None) -> dict[str, tuple[list[np.ndarray[Any, Any]], dict[str, Any]]]:
    if signals is None:
        return {}
    valid = {"Description": "1 where it was seen, else 0."}
    found: dict[str, tuple[list[np.ndarray[Any, Any]], dict[str, Any]]] = {
        "motion": (
            [signals.strength, signals.is_valid],
            _sidecar(MOTION_HZ, "strength", "Strongest place of the picture above the camera's noise.", "1", valid),
        )
    }
    if signals.breathing is not None and signals.breathing_valid is not None:
        text = "Course of the breathing in brightness, grey levels."
        found["breathing"] = (
            [signals.breathing, signals.breathing_valid],
            _sidecar(BREATHING_HZ, "breathing", text, "1", valid),
        )
    return found


def _sidecar(rate_hz: float, name: str, text: str, unit: str, valid: Mapping[str, str]) -> dict[str, Any]:
    return {
        "SamplingFrequency": rate_hz, "StartTime": 0.0, "Columns": [name, "valid"],
        name: {"Description": text, "Units": unit}, "valid": dict(valid),
    }  # fmt: skip


def _zipped(columns: Sequence[np.ndarray[Any, Any]]) -> bytes:
    rows = zip(*(column.tolist() for column in columns), strict=True)
    text = "".join(f"{value:.3f}\t{int(valid)}\n" for value, valid in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        file.write(text.encode())
    return packed.getvalue()


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder for the data set, but this is a file; choose another name.")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names and "dataset_description.json" not in names:
        raise UsageError(
            f"{folder}: expected an empty folder or a BIDS data set, but it holds other files (such as {min(names)}); "
            "choose another folder."
        )


def _top_files(folder: Path, subject: str, sheet: Sheet) -> dict[Path, bytes]:
    """Files of the data set: what a person may have changed stays, and a new subject is added at the end."""
    description = {
        "Name": "Movements in footage of a baby monitor", "BIDSVersion": BIDS_VERSION, "DatasetType": "raw",
        "GeneratedBy": [{"Name": "twitch-detector", "Version": __version__}],
    }  # fmt: skip
    files = {folder / "dataset_description.json": _json(description), folder / "README": _README.encode()}
    files = {path: data for path, data in files.items() if not path.exists()}
    people = folder / PARTICIPANTS_FILE
    before = people.read_text(encoding="utf-8") if people.exists() else "participant_id\tage_in_words\n"
    if not re.search(rf"^sub-{subject}(\t|$)", before, re.MULTILINE):
        n_columns = before.splitlines()[0].count("\t") + 1
        age = " ".join(sheet.night.provenance.subject.age.split()) or MISSING
        cells = [f"sub-{subject}", *([age] if "age_in_words" in before.splitlines()[0].split("\t")[1:2] else [])]
        row = "\t".join((*cells, *[MISSING] * (n_columns - len(cells))))
        files[people] = f"{before.rstrip(chr(10))}\n{row}\n".encode()
    sidecar = folder / "participants.json"
    if not sidecar.exists():
        files[sidecar] = _json({"age_in_words": {"Description": "Age at the first night, in the user's words."}})
    return files


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()

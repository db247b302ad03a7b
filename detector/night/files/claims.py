"""Whose a night folder is: what is in it already, and whether a run may touch that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from detector.errors import DetectorError, NightFolderError, UsageError
from detector.night.files.disk import read_json
from detector.night.files.documents import NightClaim, RecordingDocument
from detector.night.layout import LOCK_FILE, MOTION_FOLDER, NIGHT_FILE, PART_PATTERN, RECORDING_FILE
from detector.params import MEASURING_GROUPS

_HOW_WORK_IS_DONE = {"review", "run"}  # groups of parameters that change no result

Parameters = Mapping[str, Mapping[str, object]]


def refuse_foreign(folder: Path, *, overwrite: bool) -> None:
    """Refuse a file, and a folder with files that are not of a night unless `overwrite`.

    Raises:
        UsageError: the place is taken.
        NightFolderError: it cannot be looked at.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: expected a folder for the night, but this is a file; choose another folder.")
    with writing(folder):
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        # A folder called motion may be footage; only a night has these files.
        marks = (folder / NIGHT_FILE, folder / MOTION_FOLDER / LOCK_FILE, folder / MOTION_FOLDER / RECORDING_FILE)
        is_night = any(mark.is_file() for mark in marks)
    if names and not is_night and not overwrite:
        raise UsageError(
            f"{folder}: expected an empty folder or an unfinished night, but it holds other files "
            f"(such as {min(names)}); choose another folder or allow overwriting (--overwrite)."
        )


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the file system says into one sentence that names the folder."""
    try:
        yield
    except OSError as error:
        raise NightFolderError(cannot_write(folder, error.strerror or str(error))) from error


def cannot_write(folder: Path, reason: str) -> str:
    """What to say when a night folder cannot be written."""
    return (
        f"{folder}: cannot write the night here ({reason}); what has been measured is kept, "
        "so make the folder writable or free some room and run the same command again."
    )


def refuse_other_night(folder: Path, hashes: Sequence[str], parameters: Parameters) -> None:
    """Refuse a folder that holds a night, or parts of one, of other footage or other parameters.

    Args:
        folder: the night folder.
        hashes: SHA-256 of the input files, in order of time.
        parameters: by group and name; of motion parts only those of measuring count.

    Raises:
        UsageError: what stands there would be lost.
    """
    for name in (f"{MOTION_FOLDER}/{RECORDING_FILE}", NIGHT_FILE):
        path = folder / name
        if not path.exists():
            continue
        document = recording_of(path)
        # More clips of the same night are welcome: what was measured stands.
        if document is None or not set(document["sha256"]) <= set(hashes):
            raise UsageError(
                f"{folder}: expected an empty folder or a night of the same footage, but it holds another night; "
                "choose another folder or allow overwriting (--overwrite)."
            )
        is_night = name == NIGHT_FILE
        counted = set(parameters) - _HOW_WORK_IS_DONE if is_night else set(MEASURING_GROUPS)
        changed = _first_change(document["parameters"], parameters, counted)
        if changed and (is_night or any((folder / MOTION_FOLDER).glob(PART_PATTERN))):
            raise UsageError(
                f"{folder}: expected an empty folder or a night of the same parameters, but in this one {changed}; "
                "choose another folder or allow overwriting (--overwrite)."
            )


def recording_of(path: Path) -> dict[str, Any] | None:
    """Hashes and parameters out of a record, `sha256` and `parameters`; None where it is damaged or not ours."""
    try:
        if path.name == NIGHT_FILE:
            night = NightClaim.model_validate(read_json(path, path.parent))
            return {"sha256": [source.sha256 for source in night.inputs], "parameters": night.parameters}
        recording = RecordingDocument.model_validate(read_json(path, path.parent.parent))
        return {"sha256": list(recording.sha256), "parameters": recording.parameters}
    except (OSError, ValueError, DetectorError):
        return None


def _first_change(before: Parameters, after: Parameters, groups: set[str]) -> str:
    """The first parameter that both know and in which they differ, in words; empty where there is none."""
    for group in after:
        old = before.get(group, {})
        for name, value in after[group].items():
            if group in groups and old.get(name, value) != value:
                return f"{group}.{name} was {old[name]} and not {value}"
    return ""

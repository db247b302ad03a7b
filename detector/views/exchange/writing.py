"""A night written for other tools: one call a format, whole files, nothing of somebody else replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from detector.errors import OutputFileError, UsageError
from detector.night.files.atomic import whole_file
from detector.night.files.loading import NightLike, as_night
from detector.night.files.written import refuse_existing
from detector.views.exchange.bids import PARTICIPANTS_FILE, bids_files
from detector.views.exchange.sheet import Choice, Sheet, make_sheet

Files = Mapping[Path, bytes]
MakeFiles = Callable[[Sheet, Path], Files]


def export(
    night: NightLike,
    to: str,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    **choice: Any,  # noqa: ANN401
) -> list[Path]:
    """Write a night in the format of another tool.

    Args:
        night: a night, or its folder.
        to: `"boris"`, `"bids"`, `"edf"`, `"elan"`, `"vtt"` or `"csv"`.
        out: the file (for `bids` the folder of the data set) to write; named after the night when left out. A night of
            several files of footage gives one file each in formats that count time from the start of a file.
        overwrite: whether what is there may be replaced.
        **choice: the fields of `Choice`: `reviewed`, `reviewer`, `states`, `breathing`, `hypnogram`,
            `artifacts`, `decimal_comma`, `footage`.

    Returns:
        The files, in order of name.

    Raises:
        UsageError: there is no such format or choice, the name has another ending, something stands where a file would
            be, or another night stands there, which nothing overwrites.
        NightFolderError: reviewed events are wanted and nobody reviewed the night.
        OutputFileError: a file cannot be written.
    """
    if to not in FORMATS:
        raise UsageError(f"{to}: expected a format of {', '.join(FORMATS)}; choose one of them.")
    unknown = sorted(set(choice) - set(Choice.__dataclass_fields__))
    if unknown:
        known = ", ".join(Choice.__dataclass_fields__)
        raise UsageError(f"{unknown[0]}: expected a choice of {known}; correct it.")
    loaded = as_night(night)
    sheet = make_sheet(loaded, Choice(**choice))
    make, (ending, *others) = FORMATS[to]
    path = Path(out) if out is not None else Path(f"{night_name(sheet)}{ending}")
    # Readers know a format by the name of its file.
    if ending.startswith(".") and path.suffix.lower() not in {ending, *others}:
        raise UsageError(f"{path}: expected a name that ends in {' or '.join((ending, *others))}; choose another name.")
    files = dict(sorted(make(sheet, path).items()))
    # A list of participants grows: what was in it stays.
    refuse_existing([place for place in files if place.name != PARTICIPANTS_FILE], overwrite=overwrite)
    _write(files)
    return list(files)


def _write(files: Files) -> None:
    for path, data in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(path) as temporary:
                temporary.write_bytes(data)
        except OSError as error:
            raise OutputFileError(
                f"{path}: this cannot be written ({error.strerror or error}); free some room or choose another place."
            ) from error


def night_name(sheet: Sheet) -> str:
    """What files of a night are called: as its folder, else its first file of footage."""
    folder = sheet.night.folder or sheet.night.origin
    if folder is not None:
        return folder.resolve().name or "night"
    names = sheet.night.provenance.input_names
    return Path(names[0]).stem if names else "night"


def _boris(sheet: Sheet, path: Path) -> Files:
    from detector.views.exchange.boris import boris_text
    from detector.views.exchange.boris_tables import paste_text

    if path.suffix.lower() != ".boris":
        return {path: paste_text(sheet).encode()}
    return {path: boris_text(sheet, path.name.partition(".")[0] or "night").encode()}


def _vtt(sheet: Sheet, path: Path) -> Files:
    from detector.views.exchange.vtt import vtt_texts

    made = vtt_texts(sheet)
    paths = per_clip(path, [clip.name for clip, _ in made])
    return {place: text.encode() for place, (_, text) in zip(paths, made, strict=True)}


def _csv(sheet: Sheet, path: Path) -> Files:
    from detector.views.exchange.csv_files import csv_texts

    # Spreadsheets take UTF-8 for the code page of the country unless a mark says what it is.
    return {path.with_name(name): _marked(name, text) for name, text in csv_texts(sheet, path.stem).items()}


def _bids(sheet: Sheet, path: Path) -> Files:
    return bids_files(sheet, path)


def _edf(sheet: Sheet, path: Path) -> Files:
    from detector.views.exchange.edf import edf_bytes

    return {path: edf_bytes(sheet)}


def _elan(sheet: Sheet, path: Path) -> Files:
    from detector.views.exchange.elan import elan_files

    made = elan_files(sheet)
    paths = per_clip(path, [clip.name for clip, _ in made])
    return {place: data for place, (_, data) in zip(paths, made, strict=True)}


def _marked(name: str, text: str) -> bytes:
    return text.encode("utf-8-sig" if name.endswith(".csv") else "utf-8")


def per_clip(path: Path, names: list[str]) -> list[Path]:
    """A path for each file of footage: the path itself where there is only one."""
    if len(names) < 2:
        return [path] * len(names)
    stems = [Path(name).with_suffix("").as_posix().replace("/", "_") for name in names]
    unique = stems if len(set(stems)) == len(stems) else [f"{number:03d}" for number in range(1, len(stems) + 1)]
    return [path.with_name(f"{path.stem}_{stem}{path.suffix}") for stem in unique]


FORMATS: Mapping[str, tuple[MakeFiles, tuple[str, ...]]] = {
    "boris": (_boris, (".boris", ".tsv", ".txt")),
    "bids": (_bids, ("_bids",)),
    "edf": (_edf, (".edf",)),
    "elan": (_elan, (".eaf",)),
    "vtt": (_vtt, (".vtt",)),
    "csv": (_csv, (".csv",)),
}
"""Each format: what makes its files, and how their names may end, first as they do unless said otherwise."""


def to_boris(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write a BORIS project, or with a name that ends in `.tsv` what is pasted into BORIS; see `export`."""
    return export(night, "boris", out, **choice)


def to_bids(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write a night into a BIDS data set, a new one or one of other nights; see `export`."""
    return export(night, "bids", out, **choice)


def to_edf(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write an EDF+ file with annotations, motion and breathing; see `export`."""
    return export(night, "edf", out, **choice)


def to_elan(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write ELAN documents, one for each file of footage; see `export`."""
    return export(night, "elan", out, **choice)


def to_vtt(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write WebVTT chapters, one file for each file of footage; see `export`."""
    return export(night, "vtt", out, **choice)


def to_csv(night: NightLike, out: str | Path | None = None, **choice: Any) -> list[Path]:  # noqa: ANN401
    """Write CSV for spreadsheets with its data dictionary; see `export`."""
    return export(night, "csv", out, **choice)

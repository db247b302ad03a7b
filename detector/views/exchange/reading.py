"""Any scoring of a night, read by what is in the file and mapped to the time of the night."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

from detector.errors import UsageError
from detector.night.night import Night
from detector.views.exchange import boris, boris_tables, csv_files, vtt
from detector.views.exchange.media import MediaClip, clips_of
from detector.views.exchange.scored import Scoring, check_inside
from detector.views.exchange.texts import MOST_BYTES, find_table, read_text

Read = Callable[[Path, Sequence[MediaClip]], Scoring]


def read_scoring(night: Night, path: str | Path, footage: str | Path | None = None) -> Scoring:
    """What a file says happens in a night.

    Args:
        night: the night that was scored.
        path: a BORIS project or one of its exports, BIDS events, EDF+, ELAN, WebVTT, or a table with start, stop or
            duration, and label; what it is shows from its name and content.
        footage: where the footage is now, to count end to end as BORIS does; None looks where it was.

    Returns:
        In recording time, in order of start.

    Raises:
        UsageError: it cannot be read, or is not of this night.
    """
    path = Path(path)
    if path.is_dir() or not path.exists():
        what = "this is a folder" if path.is_dir() else "there is no such file"
        raise UsageError(f"{path}: expected a scoring of this night, but {what}; name a file such as night.boris.")
    scoring = _reader(path)(path, clips_of(night, footage))
    if scoring.format in {"bids", "edf"}:
        scoring = _shifted(scoring, night.start_s)
    return check_inside(scoring, night.start_s, night.stop_s)


def _shifted(scoring: Scoring, by_s: float) -> Scoring:
    from dataclasses import replace

    if not by_s:
        return scoring
    moved = (
        replace(one, start_s=round(one.start_s + by_s, 3), stop_s=round(one.stop_s + by_s, 3)) for one in scoring.scored
    )
    return replace(scoring, scored=tuple(moved))


def _reader(path: Path) -> Read:
    name = path.name.lower()
    if name.endswith((".boris", ".boris.gz")):
        return _read_project
    if name.endswith(".vtt"):
        return lambda path, clips: vtt.read_vtt(path, read_text(path), clips)
    if name.endswith((".edf", ".bdf")):
        return _read_edf
    if name.endswith(".eaf"):
        return _read_elan
    return _read_table


def _read_edf(path: Path, clips: Sequence[MediaClip]) -> Scoring:
    from detector.views.exchange.edf import read_edf

    del clips
    return read_edf(path)


def _read_elan(path: Path, clips: Sequence[MediaClip]) -> Scoring:
    from detector.views.exchange.elan import read_elan

    return read_elan(path, clips)


def _read_project(path: Path, clips: Sequence[MediaClip]) -> Scoring:
    if not path.name.lower().endswith(".gz"):
        return boris.read_boris(path, read_text(path), clips)
    try:
        with gzip.open(path) as file:
            text = file.read(MOST_BYTES + 1).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: expected a compressed BORIS project, but it cannot be read ({error}).") from None
    return boris.read_boris(path, text, clips)


def _read_table(path: Path, clips: Sequence[MediaClip]) -> Scoring:
    grid = find_table(path, read_text(path), (*boris_tables.SIGNATURES, *csv_files.SIGNATURES, *_BIDS))
    if boris_tables.is_boris(grid):
        return boris_tables.read_boris_table(path, grid, clips)
    is_bids = path.name.lower().endswith("_events.tsv")
    return csv_files.read_grid(path, grid, format_name="bids" if is_bids else "csv")


_BIDS = (frozenset({"onset", "duration", "trial_type"}),)

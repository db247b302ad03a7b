"""One night among many: from its entry to its row, whatever happens to it."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path
from typing import Any, Protocol

from detector._version import __version__
from detector.errors import DetectorError, UsageError, displayed
from detector.footage.files import VIDEO_SUFFIXES, find_files
from detector.footage.region import RegionSet
from detector.night.files.atomic import whole_file
from detector.night.files.claims import refuse_foreign, writing
from detector.night.files.folder import claimed
from detector.night.layout import MOTION_FOLDER, NIGHT_FILE
from detector.night.night import Night
from detector.night.provenance import Subject
from detector.night.pseudonyms import hiding
from detector.night.regions import read_regions, read_text, regions_text
from detector.params import Params, from_toml, with_values
from detector.run import remote
from detector.run.additions import Addition
from detector.run.executors import Executor, measure_night
from detector.run.join import Prepared
from detector.run.nights_table import NightEntry
from detector.run.parts import Job
from detector.run.progress import Progress
from detector.run.sources import Privacy
from detector.run.tasks import Facts, Request, facts_of

_STAMP_FILE = "batch.txt"


@dataclass(frozen=True)
class BatchRow:
    """What became of one night; a row of `batch.csv`.

    Attributes:
        night: its id, and the name of its folder.
        status: `done`, `partly` (some of the footage could not be read) or `failed`.
        observed_s, judged_s: seen and judged, s; NaN where it failed.
        coverage_fraction: share of the time in the files that was observed, 0 to 1.
        n_events: found; -1 where it failed.
        error: why it failed, one sentence; else empty.
    """

    night: str
    status: str
    observed_s: float = math.nan
    judged_s: float = math.nan
    coverage_fraction: float = math.nan
    n_events: int = -1
    error: str = ""


class Engine(Protocol):
    """Who does the work of a batch: this machine's crew, or a cluster."""

    @property
    def n_nights_at_once(self) -> int:
        """How many nights are worked on at a time."""

    def stop(self) -> None:
        """Give up what is being done, soon."""

    def read(self, request: Request) -> Prepared:
        """Read the files of a night."""

    def finish(self, prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str], folder: Path) -> Facts:
        """Decide and write a measured night, whose folder is claimed."""

    def plant(self, prepared: Prepared, folder: Path, wanted: Addition) -> tuple[str, ...]:
        """Measure what the camera of a finished night could have shown."""

    @property
    def measure(self) -> Executor:
        """Who measures spans."""


@dataclass(frozen=True)
class Work:
    """What stays the same in one batch."""

    root: Path
    params: Params
    privacy: Privacy
    overwrite: bool
    engine: Engine
    notice: Callable[[str], None]
    tell: Callable[[str, Progress], None]
    sensitivity: Addition | None = None


def rows_as_csv(rows: Sequence[BatchRow]) -> str:
    """The rows of a batch as CSV with a header; missing numbers are empty cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in fields(BatchRow)])
    writer.writerows([_cell(value) for value in astuple(row)] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".") if math.isfinite(value) else ""
    return "" if value == -1 else value


def one_night(work: Work, entry: NightEntry) -> BatchRow:
    """What becomes of a night, whatever that is."""
    try:
        return _row(entry.id, _analyzed(work, entry))
    except DetectorError as error:
        reason = str(error)
    except OSError as error:
        reason = f"the system refused this ({error.strerror or error})"
    except KeyboardInterrupt:
        reason = "interrupted; run the same command again to go on"
    except Exception as error:  # noqa: BLE001  # one night must not cost the others; it is named
        reason = " ".join(f"{type(error).__name__}: {error}".split())
    if not work.privacy.names:
        reason = _without_names(reason, entry)
    return BatchRow(entry.id, "failed", error=displayed(remote.without_password(reason)))


def _without_names(text: str, entry: NightEntry) -> str:
    paths = dict.fromkeys(entry.paths, entry.id)
    with suppress(DetectorError, OSError):
        for number, file in enumerate(_files(entry), start=1):
            paths.setdefault(str(file), f"clip-{number:04d}")
    return re.sub(r"\S*[/\\]\S*", "folder", hiding(paths)(text))


def _row(night: str, facts: Facts) -> BatchRow:
    share = facts.observed_s / facts.files_s if facts.files_s > 0 else math.nan
    status = "partly" if facts.is_partial else "done"
    return BatchRow(night, status, facts.observed_s, facts.judged_s, share, facts.n_events)


def _analyzed(work: Work, entry: NightEntry) -> Facts:
    folder = work.root / entry.id
    params = with_values(from_toml(entry.params_file) if entry.params_file else work.params, entry.settings)
    files = _files(entry)
    # What people drew in the folder of a night counts more than its row.
    regions = read_text(entry.region).with_regions(read_regions(folder).regions)
    stamp = _stamp(files, params, work, entry, regions)
    if (facts := _finished(folder, stamp)) is not None:
        return facts
    refuse_foreign(folder, overwrite=work.overwrite)
    subject = Subject(entry.subject, entry.session, entry.age)
    prepared = replace(work.engine.read(Request(tuple(files), params, work.privacy, subject)), regions=regions)
    info = prepared.recording.clips[0].info
    regions.of_picture(info.width_px, info.height_px)
    with claimed(folder, prepared.hashes, params.model_dump(mode="json"), overwrite=work.overwrite) as motion:
        jobs, given_up = measure_night(
            prepared, motion.absolute(), work.engine.measure, lambda step: work.tell(entry.id, step), folder
        )
        facts = work.engine.finish(prepared, jobs, given_up, folder)
    notices = facts.notices
    if work.sensitivity is not None:
        notices += work.engine.plant(prepared, folder, work.sensitivity)
    for text in notices:
        work.notice(text)
    with writing(folder), whole_file(motion / _STAMP_FILE) as temporary:
        temporary.write_text(stamp, encoding="utf-8")
    return facts


def _files(entry: NightEntry) -> list[Any]:
    """Paths of a night's footage; folders of other machines are looked through here."""
    local = [Path(path) for path in entry.paths if not remote.is_address(path)]
    found = find_files(local)
    if found.unreadable and not found.files:
        raise UsageError(found.unreadable[0][1])
    files: list[Any] = [file.absolute() for file in found.files]
    for path in entry.paths:
        if remote.is_address(path):
            files += remote.list_footage(path, VIDEO_SUFFIXES)
    if not files:
        raise UsageError(f"{', '.join(entry.paths)}: expected video files, but none was found.")
    return files


def _stamp(files: Sequence[Any], params: Params, work: Work, entry: NightEntry, regions: RegionSet) -> str:
    """What a finished night was made of, as far as one sees without reading it."""
    states = []
    for file in files:
        with suppress(OSError, ValueError):
            state = file.stat()
            states.append((str(file), state.st_size, getattr(state, "st_mtime", None)))
    asked = replace(entry, id="")
    values = params.model_dump_json(exclude={"run"})
    text = repr((__version__, states, values, work.privacy, asked, regions_text(regions), work.sensitivity))
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()


def _finished(folder: Path, stamp: str) -> Facts | None:
    """The facts of a night that is whole and of just this; None where it has to be done."""
    try:
        if (folder / MOTION_FOLDER / _STAMP_FILE).read_text(encoding="utf-8") != stamp:
            return None
        if not (folder / NIGHT_FILE).is_file():
            return None
        return facts_of(Night.load(folder))
    except (OSError, ValueError, DetectorError):
        return None

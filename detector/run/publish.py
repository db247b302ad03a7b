"""A night into its folder: tables, pictures and motion parts, all together."""

from __future__ import annotations

import shutil
from pathlib import Path

from detector.errors import DetectorError, NightFolderError, UsageError
from detector.footage.region import RegionSet
from detector.motion.trace import MotionTrace
from detector.motion.trace_file import save_trace
from detector.night.files.claims import recording_of, writing
from detector.night.files.folder import claimed, locked, remove_other_parts, staged, whole_file
from detector.night.files.originals import find_footage
from detector.night.files.store import write_night
from detector.night.files.stored_trace import read_part
from detector.night.files.written import move_aside, n_shown, remember_shown, remove_stale, tell
from detector.night.layout import (
    ASIDE_MARK,
    CLIPS_FOLDER,
    JOINED_PART,
    MOTION_FOLDER,
    NIGHT_FILE,
    REGIONS_FILE,
    REPORT_FILE,
    REVIEWS_FOLDER,
    SENSITIVITY_FILE,
    TIMELINE_FILE,
    review_file,
)
from detector.night.night import Night
from detector.night.people.review import read_reviews, review_files, written_as
from detector.night.pseudonyms import reviewer_id
from detector.night.regions import read_regions, regions_text, write_regions
from detector.run.drawing import Draw, draw_pictures, in_words
from detector.run.parts import without_picture


def save_night(night: Night, out: str | Path, *, overwrite: bool = False) -> Night:
    """Write a night that was decided again, or kept in memory, into a folder of its own.

    Args:
        night: what to write.
        out: night folder; may be a folder of the same footage.
        overwrite: whether `out` may hold another night, one of other parameters, or other files.

    Returns:
        The night with its `folder`.

    Raises:
        UsageError: `out` belongs to another night or to other parameters.
        NightFolderError: `out` is in use by another run or cannot be written, or the night has no motion trace.
    """
    return _save(night, Path(out), draw_pictures, overwrite=overwrite)


def _save(night: Night, out: Path, draw: Draw, *, overwrite: bool) -> Night:
    hashes = [source.sha256 for source in night.provenance.inputs]
    values = night.params.model_dump(mode="json")
    with claimed(out, hashes, values, overwrite=overwrite) as motion, writing(out):
        copied = _shared if night.provenance.has_pictures else _copied_without_picture
        parts = tuple(copied(part, motion / part.name) for part in night.parts) or (_stored(night.trace, motion),)
        return publish(night.but(parts=parts), out, draw)


def publish(night: Night, folder: Path, draw: Draw = draw_pictures) -> Night:
    """Put the results in their place, all together; of several infants also a night of each, in a folder of its name.

    Args:
        night: what was found.
        folder: of the night, claimed.
        draw: writes timeline and report.

    Raises:
        NightFolderError: they cannot be written; or the tables are, but no picture of them can be drawn.
    """
    night = night.but(folder=folder)
    with staged(folder) as staging:
        _keep_of_another_night(night, folder)
        _bring_decisions(night, folder)
        if not night.provenance.has_names:
            _hide_reviewers(night, folder)
        _tell_of_what_stays(night, folder)
        write_night(night, staging)
        if night.regions and not _stands(night.regions, folder):
            write_regions(staging, night.regions)
        n_files, trouble = _drawn(night, staging, draw)
        _keep_better_report(night, folder, n_files)
    remove_other_parts(folder / MOTION_FOLDER, [part.name for part in night.parts])
    untold: list[NightFolderError] = []
    for name in night.regions.infants:
        try:
            _save(night.of_infant(name), folder / name, draw, overwrite=True)
        except NightFolderError as error:  # the night of one infant must not cost those of the others
            untold.append(error)
    if trouble:
        for name in (TIMELINE_FILE, REPORT_FILE):
            remove_stale(folder / name)
        raise NightFolderError(
            f"{folder}: the tables are written, but timeline and report cannot be drawn ({trouble}); "
            f"`twitch-detector report` draws them once this is mended."
        )
    with writing(folder):
        remember_shown(folder, n_files)
    if untold:
        raise untold[0]
    return night


def draw_again(night: Night, folder: Path, *, footage: Path | None = None, with_pictures: bool = True) -> None:
    """Write timeline and report of a night that stands in its folder again.

    Args:
        night: what was found.
        folder: where it stands.
        footage: where the footage is now; None looks where it was analyzed and beside the night.
        with_pictures: whether the report may show pictures out of the footage.

    Raises:
        UsageError: the report would lose its pictures, because the footage is gone.
        NightFolderError: another run works in the folder, or it cannot be written.
    """
    with locked(folder):
        n_files = _n_found(night, footage) if with_pictures else 0
        if with_pictures and n_files < n_shown(folder) and (folder / REPORT_FILE).exists():
            raise UsageError(
                f"{folder / REPORT_FILE}: this report shows pictures of footage that is not where it was, so it is "
                "kept as it is; say where the footage is now (--footage DIR), or do without (--no-pictures)."
            )
        with staged(folder) as staging:
            draw_pictures(night, staging, footage=footage, with_pictures=with_pictures)
        remember_shown(folder, n_files)
    if (folder / REGIONS_FILE).exists() and not _stands(night.regions, folder):
        tell(
            f"{folder / REGIONS_FILE}: these regions were drawn after the night was decided, so the report does not "
            "know them yet; `twitch-detector decide` takes them into account."
        )


def _drawn(night: Night, staging: Path, draw: Draw) -> tuple[int, str]:
    """From how many files of footage the pictures came, and why there are none: a picture must not cost the tables."""
    n_files = _n_found(night, None)
    try:
        draw(night, staging)
    except (OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # whatever drawing stumbles over
        for name in (TIMELINE_FILE, REPORT_FILE):
            (staging / name).unlink(missing_ok=True)
        return 0, in_words(error)
    return n_files, ""


def _stands(regions: RegionSet, folder: Path) -> bool:
    """Whether just these regions stand in a folder: what a person wrote stays as it was written."""
    try:
        return regions_text(read_regions(folder)) == regions_text(regions)
    except DetectorError:
        return False


def _n_found(night: Night, footage: Path | None) -> int:
    return len(find_footage(night, footage))


def _tell_of_what_stays(night: Night, folder: Path) -> None:
    """Name what people or other commands left in the folder of a night that shall tell no names or show no pictures."""
    source = night.provenance
    left = [path.name for path in (folder / CLIPS_FOLDER, *sorted(folder.glob(f"*{ASIDE_MARK}*"))) if path.exists()]
    if left and not (source.has_pictures and source.has_names):
        names = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        tell(f"{folder}: {names} may hold pictures or names; take them away before you hand this night on.")


def _keep_better_report(night: Night, folder: Path, n_files: int) -> None:
    """Keep a report whose footage is gone: the new one cannot show what it shows."""
    report = folder / REPORT_FILE
    if not (night.provenance.has_pictures and night.provenance.has_names):
        return  # what it shows or names is just what shall not be kept
    if n_files < n_shown(folder) and report.exists():
        kept = move_aside(report)
        tell(f"{report}: the footage is not where it was; the report with its pictures is kept as {kept.name}.")


def _keep_of_another_night(night: Night, folder: Path) -> None:
    """Move aside what people or other commands made of the night that stood here before."""
    before = recording_of(folder / NIGHT_FILE)
    if before is None or before["sha256"] == [source.sha256 for source in night.provenance.inputs]:
        return
    for name in (REVIEWS_FOLDER, REGIONS_FILE, CLIPS_FOLDER, SENSITIVITY_FILE):
        if (folder / name).exists():
            kept = move_aside(folder / name)
            tell(f"{folder / name}: this belongs to the night that stood here, so it is kept as {kept.name}.")


def _bring_decisions(night: Night, folder: Path) -> None:
    """Copy what people decided about the night that this one was decided from; what stands there already stays."""
    if night.origin is None:
        return
    same = [night.origin / REGIONS_FILE] if _stands(night.regions, night.origin) else []
    for path in (*review_files(night.origin), *same):
        place = folder / path.relative_to(night.origin)
        if path.is_file() and not place.exists():
            place.parent.mkdir(exist_ok=True)
            _copied(path, place)


def _hide_reviewers(night: Night, folder: Path) -> None:
    """Call the reviewers of a night without names by ids, in the names of their files and in what these hold."""
    reviews = read_reviews(folder)
    new_names = {name: reviewer_id(name, night.provenance) for name in reviews}
    named = [name for name, new in new_names.items() if name != new]
    for new in {new_names[name] for name in named}:
        entries = [entry for name, each in reviews.items() if new_names[name] == new for entry in each]
        with whole_file(folder / REVIEWS_FOLDER / review_file(new)) as temporary:
            temporary.write_text("".join(written_as(entry, new) for entry in entries), encoding="utf-8")
    for path in review_files(folder):
        if path.stem in named:
            path.unlink()
    if named:
        tell(f"{folder / REVIEWS_FOLDER}: this night has no names, so {len(named)} of its reviewers go by ids now.")


def _copied(part: Path, place: Path) -> Path:
    if not (place.exists() and place.samefile(part)):
        with whole_file(place) as temporary:
            shutil.copyfile(part, temporary)
    return place


def _shared(part: Path, place: Path) -> Path:
    """A part as another name of the same file where the file system can, since parts are never changed; or a copy."""
    if place.exists():
        return _copied(part, place)
    try:
        place.hardlink_to(part)
    except OSError:
        return _copied(part, place)
    return place


def _copied_without_picture(part: Path, place: Path) -> Path:
    trace = without_picture(read_part(part))
    with whole_file(place) as temporary:
        save_trace(temporary, trace)
    return place


def _stored(trace: MotionTrace | None, motion: Path) -> Path:
    if trace is None:
        raise NightFolderError(
            f"{motion.parent}: this night holds no motion trace to write; analyze the footage again."
        )
    place = motion / JOINED_PART
    with whole_file(place) as temporary:
        save_trace(temporary, trace)
    return place

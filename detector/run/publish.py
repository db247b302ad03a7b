"""A night into its folder: tables, pictures and motion parts, all together."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from detector.errors import NightFolderError
from detector.motion.trace import MotionTrace, save_trace
from detector.night.claims import writing
from detector.night.folder import claimed, locked, remove_other_parts, staged, whole_file
from detector.night.layout import JOINED_PART, MOTION_FOLDER, REPORT_FILE, TIMELINE_FILE
from detector.night.night import Night
from detector.night.store import write_night


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
    hashes = [source.sha256 for source in night.provenance.inputs]
    values = night.params.model_dump(mode="json")
    with claimed(Path(out), hashes, values, overwrite=overwrite) as motion, writing(Path(out)):
        parts = tuple(_copied(part, motion / part.name) for part in night.parts) or (_stored(night.trace, motion),)
        return publish(replace(night, parts=parts), Path(out))


def publish(night: Night, folder: Path) -> Night:
    """Put the results in their place, all together."""
    from detector.views.plots import figure_timeline
    from detector.views.report import write_report

    night = replace(night, folder=folder)
    with staged(folder) as staging:
        write_night(night, staging)
        figure_timeline(night).savefig(staging / TIMELINE_FILE, dpi=150)
        write_report(night, staging / REPORT_FILE)
    remove_other_parts(folder / MOTION_FOLDER, [part.name for part in night.parts])
    return night


def draw_again(night: Night, folder: Path) -> None:
    """Write timeline and report of a night that stands in its folder again.

    Raises:
        NightFolderError: another run works in the folder, or it cannot be written.
    """
    from detector.views.plots import figure_timeline
    from detector.views.report import write_report

    with locked(folder), staged(folder) as staging:
        figure_timeline(night).savefig(staging / TIMELINE_FILE, dpi=150)
        write_report(night, staging / REPORT_FILE)


def _copied(part: Path, place: Path) -> Path:
    if not (place.exists() and place.samefile(part)):
        with whole_file(place) as temporary:
            shutil.copyfile(part, temporary)
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

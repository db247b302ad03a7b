"""From paths to a night: the one function that walks through all rooms."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detector.errors import ParameterError, UsageError
from detector.footage.device import OFF, Decoding, check_choice, choose_decoding
from detector.footage.recording import Recording, read_recording
from detector.footage.region import RegionSet
from detector.night.files.claims import refuse_foreign
from detector.night.files.folder import claimed
from detector.night.files.originals import file_state, remember
from detector.night.layout import MOTION_FOLDER, PART_PATTERN, content_key
from detector.night.night import Night
from detector.night.provenance import Subject
from detector.night.regions import RegionsLike, as_regions, gathered
from detector.params import Params, as_params
from detector.run.additions import Addition
from detector.run.cores import usable_cores
from detector.run.crew import hand_ahead
from detector.run.executors import Executor, crew, measure_night
from detector.run.finishing import Finisher
from detector.run.join import Prepared, join_night
from detector.run.outputs import FolderChoice
from detector.run.parts import Job
from detector.run.progress import Progress, listener
from detector.run.publish import publish, save_night
from detector.run.readers import Readers
from detector.run.sources import Privacy

__all__ = ["Privacy", "Progress", "analyze", "save_night"]

PathLike = str | Path
Decide = Callable[[Prepared, Sequence[Job], Mapping[int, str]], Night]


@dataclass(frozen=True)
class _Run:
    """What stays the same in one analysis."""

    prepared: Prepared
    folder: Path | None
    executor: Executor
    report: Callable[[Progress], None]


def analyze(  # noqa: PLR0913  # what a user may ask of one night
    paths: PathLike | Sequence[PathLike],
    *,
    out: PathLike | FolderChoice | None = None,
    params: Params | Mapping[str, object] | None = None,
    workers: int | None = None,
    overwrite: bool = False,
    hwaccel: str = OFF,
    privacy: Privacy | None = None,
    progress: Callable[[Progress], None] | bool | None = None,
    subject: Subject | None = None,
    on_recording: Callable[[Recording], None] | None = None,
    regions: RegionsLike = None,
    sensitivity: Addition | None = None,
) -> Night:
    """Find the movements in a night of footage.

    What has been measured is kept in `out`: a run that was stopped, by whatever, is resumed by the same call. The
    result does not depend on the number of workers or on how often it was resumed.

    Args:
        paths: files or folders, one night together.
        out: night folder to write, or a function that chooses one by the hashes of the clips; None keeps the night in
            memory only.
        params: all of them, or some values such as `{"burst.threshold": 12}`; None takes the defaults.
        workers: measuring processes, 1 or more; None takes the usable cores.
        overwrite: whether `out` may hold another night, one of other parameters, or other files.
        hwaccel: hardware to decode with, one of `detector.footage.device.CHOICES`; where it does not work, software
            decodes, and the night's provenance says why.
        privacy: what of the footage the night may keep; everything if None.
        progress: True shows a bar, in a notebook too; or a function that is called with the state of the analysis.
        subject: who was filmed, kept with the night.
        on_recording: called with what the footage was understood as, before the long work.
        regions: named places in the picture, as `--region` takes them or as `detector.night.regions.as_regions` says;
            those that stand in the night's folder count, too. Of several infants, each with a region of the use
            `infant`, each has a night of its own in a folder of its name in `out` (`Night.of_infant` without).
        sensitivity: measures, at last, what this camera could have shown, into `out`: a `detector.Injection`;
            None leaves that out.

    Returns:
        The night; without events when nothing moved.

    Raises:
        NoFootageError: nothing could be analyzed.
        ParameterError: `workers` is not at least 1, `hwaccel` is unknown, or a region does not fit the picture.
        UsageError: `out` belongs to another night or to other parameters.
        NightFolderError: `out` is in use by another run or cannot be written.
        KeyboardInterrupt: with a message that says how to resume.
    """
    if workers is not None and workers < 1:
        raise ParameterError(f"workers: expected 1 or more, but {workers} came.")
    check_choice(hwaccel)
    values, given = as_params(params), as_regions(regions)
    folder = None if out is None or callable(out) else Path(out)
    if sensitivity is not None and out is None:
        raise UsageError("sensitivity: expected a night folder to keep it in; name one (`out`).")
    if folder is not None:
        refuse_foreign(folder, overwrite=overwrite)  # before hours of footage are read
    try:
        with listener(progress) as report, hand_ahead() as first:
            report(Progress("reading"))
            with Readers(values.run, workers or usable_cores()) as readers:
                recording = _read(paths, values, readers)
                if on_recording is not None:
                    on_recording(recording)
                infos = [clip.info for clip in recording.clips]
                states = [file_state(info.path) for info in infos]
                hashes = readers.hash([info.path for info in infos])
            remember(states, hashes, infos, values.footage)
            folder = out(hashes) if callable(out) else folder
            places = _regions(recording, folder, given, overwrite=overwrite)
            decoding = choose_decoding(infos, hwaccel)
            who = subject or Subject()
            prepared = Prepared(recording, hashes, values, decoding, privacy or Privacy(), who, places)
            run = _Run(prepared, folder, crew(workers or usable_cores(), first), report)
            if folder is None:
                return _in_memory(run)
            night = _in_folder(run, folder, overwrite=overwrite)
            if sensitivity is None:
                return night
            return sensitivity.add_to(night, infos, workers=workers or usable_cores(), report=report)
    except KeyboardInterrupt as stop:
        stop.args = (_interrupted(folder),)
        raise stop.with_traceback(None) from None


def _in_memory(run: _Run) -> Night:
    with tempfile.TemporaryDirectory(prefix="twitch-detector-", ignore_cleanup_errors=True) as folder:
        return _measured_night(run, Path(folder), join_night).but(parts=())


def _in_folder(run: _Run, folder: Path, *, overwrite: bool) -> Night:
    values = run.prepared.params.model_dump(mode="json")
    with claimed(folder, run.prepared.hashes, values, overwrite=overwrite) as motion, Finisher() as finisher:
        night = _measured_night(run, motion, finisher.decide)
        run.report(Progress("writing"))
        return publish(night, folder, finisher.draw)


def _regions(recording: Recording, folder: Path | None, given: RegionSet, *, overwrite: bool) -> RegionSet:
    """The regions of a night, checked against its picture, and the folders of its infants, before the long work."""
    info = recording.clips[0].info
    if folder is None:
        return given.of_picture(info.width_px, info.height_px)
    regions = gathered(folder, given, is_new=overwrite)
    for name in regions.infants:
        refuse_foreign(folder / name, overwrite=overwrite)
    return regions.of_picture(info.width_px, info.height_px)


def _read(paths: PathLike | Sequence[PathLike], params: Params, readers: Readers) -> Recording:
    given = [paths] if isinstance(paths, str | Path) else paths
    return read_recording([Path(path) for path in given], params.footage, readers.probe)


def _measured_night(run: _Run, motion: Path, decide: Decide) -> Night:
    prepared = run.prepared
    jobs, given_up = measure_night(prepared, motion, run.executor, run.report, run.folder)
    if given_up and prepared.decoding.device:
        # Footage that a device cannot decode after all is measured in software as a whole: one decoder a night.
        reason = f"{prepared.decoding.device} was used until {next(iter(given_up.values()))}"
        prepared = replace(prepared, decoding=Decoding("", reason))
        jobs, given_up = measure_night(prepared, motion, run.executor, run.report, run.folder)
    run.report(Progress("deciding"))
    return decide(prepared, jobs, given_up)


def _interrupted(folder: Path | None) -> str:
    n_kept = len({content_key(path) for path in (folder / MOTION_FOLDER).glob(PART_PATTERN)}) if folder else 0
    if n_kept == 0:
        return "Interrupted before anything was kept; run the same command again to start anew."
    return f"Interrupted; {n_kept} measured parts are kept in {folder}; run the same command again to resume."

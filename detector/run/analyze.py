"""From paths to a night: the one function that walks through all rooms."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from detector.errors import NightFolderError, NoFootageError, ParameterError
from detector.events.decide import decide
from detector.footage.device import OFF, Decoding, check_choice, choose_decoding, on_device
from detector.footage.recording import Recording, read_recording
from detector.footage.spans import cut_spans
from detector.motion.trace import MotionTrace
from detector.night.claims import cannot_write, refuse_foreign
from detector.night.coverage import measure_coverage, observed_intervals, stretches_apart
from detector.night.folder import claimed, temporary_path
from detector.night.layout import MOTION_FOLDER, PART_PATTERN
from detector.night.measures import with_labels
from detector.night.night import Night
from detector.night.provenance import SkippedSpan, Subject
from detector.night.stretches import state_rows
from detector.params import Params, as_params
from detector.run.cores import usable_cores
from detector.run.crew import measure_jobs
from detector.run.handover import share
from detector.run.outputs import FolderChoice
from detector.run.parts import Job, StorageError, is_measured, join_parts, plan_jobs
from detector.run.progress import Progress, listener
from detector.run.publish import publish, save_night
from detector.run.readers import Readers
from detector.run.sources import Privacy, describe_sources

__all__ = ["Privacy", "Progress", "analyze", "save_night"]

PathLike = str | Path
_TELL_S = 0.5
_TOO_SLOW = "pictures more than a second apart cannot be compared"


@dataclass(frozen=True)
class _Run:
    """What stays the same in one analysis."""

    recording: Recording
    hashes: tuple[str, ...]
    folder: Path | None
    params: Params
    n_workers: int
    report: Callable[[Progress], None]
    decoding: Decoding
    privacy: Privacy
    subject: Subject


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

    Returns:
        The night; without events when nothing moved.

    Raises:
        NoFootageError: nothing could be analyzed.
        ParameterError: `workers` is not at least 1, or `hwaccel` is unknown.
        UsageError: `out` belongs to another night or to other parameters.
        NightFolderError: `out` is in use by another run or cannot be written.
        KeyboardInterrupt: with a message that says how to resume.
    """
    if workers is not None and workers < 1:
        raise ParameterError(f"workers: expected 1 or more, but {workers} came.")
    check_choice(hwaccel)
    values = as_params(params)
    folder = None if out is None or callable(out) else Path(out)
    if folder is not None:
        refuse_foreign(folder, overwrite=overwrite)  # before hours of footage are read
    try:
        with listener(progress) as report:
            report(Progress("reading"))
            with Readers(values.run, workers or usable_cores()) as readers:
                recording = _read(paths, values, readers)
                if on_recording is not None:
                    on_recording(recording)
                hashes = readers.hash([clip.info.path for clip in recording.clips])
            folder = out(hashes) if callable(out) else folder
            decoding = choose_decoding([clip.info for clip in recording.clips], hwaccel)
            run = _Run(
                recording=recording,
                hashes=hashes,
                folder=folder,
                params=values,
                n_workers=workers or usable_cores(),
                report=report,
                decoding=decoding,
                privacy=privacy or Privacy(),
                subject=subject or Subject(),
            )
            return _in_memory(run) if folder is None else _in_folder(run, folder, overwrite=overwrite)
    except KeyboardInterrupt as stop:
        stop.args = (_interrupted(folder),)
        raise stop.with_traceback(None) from None


def _in_memory(run: _Run) -> Night:
    with tempfile.TemporaryDirectory(prefix="twitch-detector-", ignore_cleanup_errors=True) as folder:
        return replace(_measured_night(run, Path(folder)), parts=())


def _in_folder(run: _Run, folder: Path, *, overwrite: bool) -> Night:
    with claimed(folder, run.hashes, run.params.model_dump(mode="json"), overwrite=overwrite) as motion:
        night = _measured_night(run, motion)
        run.report(Progress("writing"))
        return publish(night, folder)


def _read(paths: PathLike | Sequence[PathLike], params: Params, readers: Readers) -> Recording:
    given = [paths] if isinstance(paths, str | Path) else paths
    return read_recording([Path(path) for path in given], params.footage, readers.probe)


def _measured_night(run: _Run, motion: Path) -> Night:
    jobs, given_up = _measure(run, motion)
    if given_up and run.decoding.device:
        # Footage that a device cannot decode after all is measured in software as a whole: one decoder a night.
        reason = f"{run.decoding.device} was used until {next(iter(given_up.values()))}"
        run = replace(run, decoding=Decoding("", reason))
        jobs, given_up = _measure(run, motion)
    run.report(Progress("deciding"))
    trace, refused = join_parts([job for job in jobs if job.index not in given_up])
    given_up = dict(sorted({**given_up, **refused}.items()))
    if trace is None:
        reason = next(iter(given_up.values()), "it holds no frames")
        raise NoFootageError(f"{run.recording.clips[0].info.path}: nothing could be measured: {reason}.")
    return _night(run, jobs, trace, given_up)


def _measure(run: _Run, motion: Path) -> tuple[tuple[Job, ...], Mapping[int, str]]:
    """All jobs of the run, measured, and why some were given up."""
    recording = on_device(run.recording, run.decoding)
    spans = cut_spans(recording, run.params.footage)
    jobs = plan_jobs(recording, spans, run.hashes, run.params, motion, has_pictures=run.privacy.pictures)
    missing = [job for job in jobs if not is_measured(job)]
    total = sum(job.n_frames for job in jobs)
    resumed = total - sum(job.n_frames for job in missing)
    run.report(Progress("measuring", resumed, total, resumed))
    measured = dict.fromkeys((job.index for job in missing), 0)
    told_s = time.monotonic()

    def count(job: Job, n_frames: int) -> None:
        nonlocal told_s
        # A span that is tried again does not take back what was told.
        measured[job.index] = max(measured[job.index], n_frames)
        # Many workers together say more than a slow listener can take.
        if n_frames == job.n_frames or time.monotonic() - told_s >= _TELL_S:
            told_s = time.monotonic()
            run.report(Progress("measuring", resumed + sum(measured.values()), total, resumed))

    if not missing:
        return jobs, {}
    try:
        with _shared((recording, run.params), motion) as shared:
            return jobs, measure_jobs(missing, shared, run.n_workers, run.params.run.stall_s, count)
    except StorageError as error:
        raise NightFolderError(_cannot_store(run.folder, str(error))) from error


@contextmanager
def _shared(footage: tuple[Recording, Params], motion: Path) -> Iterator[Path]:
    """The recording and the parameters as a file for the workers, as long as they need it."""
    path = temporary_path(motion / "footage")
    try:
        try:
            share(footage, path)
        except OSError as error:
            raise StorageError(error.strerror or str(error)) from error
        yield path
    finally:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _cannot_store(folder: Path | None, reason: str) -> str:
    if folder is None:
        return (
            f"The measured motion cannot be stored for the moment ({reason}); free some room in the temporary folder."
        )
    return cannot_write(folder, reason)


def _interrupted(folder: Path | None) -> str:
    n_kept = len(list((folder / MOTION_FOLDER).glob(PART_PATTERN))) if folder else 0
    if n_kept == 0:
        return "Interrupted before anything was kept; run the same command again to start anew."
    return f"Interrupted; {n_kept} measured parts are kept in {folder}; run the same command again to resume."


def _night(run: _Run, jobs: Sequence[Job], trace: MotionTrace, given_up: Mapping[int, str]) -> Night:
    recording, params = run.recording, run.params
    lost = [job for job in jobs if job.index in given_up]
    coverage = measure_coverage(
        trace,
        recording.files_s,
        skipped_s=sum(job.files_s for job in lost),
        gap_s=recording.gap_s,
        overlap_s=sum(stop_s - start_s for start_s, stop_s in recording.overlaps),
    )
    skipped = [SkippedSpan(job.span.start_s, job.span.stop_s, given_up[job.index]) for job in lost]
    skipped += [SkippedSpan(start_s, stop_s, _TOO_SLOW) for start_s, stop_s in stretches_apart(trace)]
    skipped.sort(key=lambda span: span.start_s)
    observed = observed_intervals(trace, params.footage.max_gap_s)
    decision = decide(trace, params)
    states = state_rows(decision.epochs)
    decision = with_labels(decision, observed, states, params.series)
    return Night(
        decision=decision,
        coverage=coverage,
        provenance=replace(
            describe_sources(recording, run.hashes, skipped, run.decoding.words, run.privacy), subject=run.subject
        ),
        params=params,
        observed=observed,
        states=states,
        trace=trace,
        parts=tuple(job.path for job in jobs if job.index not in given_up),
    )

"""The second, small step of a night: its measured parts become one trace, and the trace becomes events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from detector.errors import NoFootageError
from detector.events.decide import decide
from detector.footage.device import Decoding
from detector.footage.recording import Recording
from detector.footage.region import RegionSet
from detector.motion.trace import MotionTrace
from detector.night.coverage import measure_coverage, observed_intervals, stretches_apart
from detector.night.night import Night
from detector.night.numbers.measures import with_labels
from detector.night.numbers.stretches import state_rows
from detector.night.provenance import SkippedSpan, Subject
from detector.params import Params
from detector.run.parts import Job, join_parts
from detector.run.sources import Privacy, describe_sources

_TOO_SLOW = "pictures more than a second apart cannot be compared"


@dataclass(frozen=True)
class Prepared:
    """A night whose files have been read and that can be measured, by anybody.

    Attributes:
        recording: its footage, as one time axis.
        hashes: SHA-256 of each clip's file.
        params: of the analysis.
        decoding: what decodes the pictures.
        privacy: what of the footage the night may keep.
        subject: who was filmed.
        regions: named places in the picture.
    """

    recording: Recording
    hashes: tuple[str, ...]
    params: Params
    decoding: Decoding
    privacy: Privacy
    subject: Subject
    regions: RegionSet = field(default_factory=RegionSet)


def join_night(prepared: Prepared, jobs: Sequence[Job], given_up: Mapping[int, str]) -> Night:
    """Decide a night from its measured parts.

    Args:
        prepared: the night.
        jobs: all its spans; the parts of those that were not given up exist.
        given_up: why a span could not be measured, by its index.

    Raises:
        NoFootageError: nothing of it could be measured.
        NightFolderError: a part has been damaged or taken away.
    """
    trace, refused = join_parts([job for job in jobs if job.index not in given_up])
    lost = dict(sorted({**given_up, **refused}.items()))
    if trace is None:
        reason = next(iter(lost.values()), "it holds no frames")
        raise NoFootageError(f"{prepared.recording.clips[0].info.path}: nothing could be measured: {reason}.")
    return _night(prepared, jobs, trace, lost)


def _night(prepared: Prepared, jobs: Sequence[Job], trace: MotionTrace, given_up: Mapping[int, str]) -> Night:
    recording, params = prepared.recording, prepared.params
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
    regions = prepared.regions.of_picture(trace.grid.width_px, trace.grid.height_px)
    decision = decide(trace, params, regions)
    states = state_rows(decision.epochs)
    if not regions.infants:  # whose movements have nothing to do with each other
        decision = with_labels(decision, observed, states, params.series)
    provenance = describe_sources(recording, prepared.hashes, skipped, prepared.decoding.words, prepared.privacy)
    return Night(
        decision=decision,
        coverage=coverage,
        provenance=replace(provenance, subject=prepared.subject),
        params=params,
        observed=observed,
        states=states,
        regions=regions,
        trace=trace,
        parts=tuple(job.path for job in jobs if job.index not in given_up),
    )

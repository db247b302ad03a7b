"""Where a night came from, told so that it can be found again and shown everywhere; or so that nobody can tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from detector.errors import displayed
from detector.footage.recording import Recording
from detector.footage.remarks import gather
from detector.night.provenance import InputFile, Provenance, SkippedSpan, date_of_analysis, software_versions
from detector.night.pseudonyms import pseudonymous


@dataclass(frozen=True)
class Privacy:
    """What of the footage a night may keep.

    Attributes:
        pictures: pictures of it: in the motion, the report, and whatever is made of the night later.
        names: names of files and folders; without them ids stand in their place.
    """

    pictures: bool = True
    names: bool = True


def describe_sources(
    recording: Recording, hashes: Sequence[str], skipped: Sequence[SkippedSpan], decoding: str, privacy: Privacy
) -> Provenance:
    """The provenance of a night.

    Args:
        recording: its footage.
        hashes: SHA-256 of each clip's file.
        skipped: what could not be measured.
        decoding: what decoded the pictures, in words.
        privacy: what may be told and kept of the footage.
    """
    provenance = Provenance(
        inputs=tuple(_inputs(recording, hashes)),
        start_s=recording.start_s,
        stop_s=recording.stop_s,
        start_at=recording.start_at,
        start_source=recording.start_source,
        unreadable=tuple((path, displayed(reason)) for path, reason in recording.unreadable),
        damage=tuple(_damage(recording)),
        notes=tuple(map(displayed, (*recording.notes, *gather(_repairs(recording))))),
        skipped=tuple(_with_whole_paths(recording, skipped)),
        decoding=decoding,
        camera=_camera(recording),
        has_pictures=privacy.pictures,
        analyzed_at=date_of_analysis(),
        versions=software_versions(),
    )
    return provenance if privacy.names else pseudonymous(provenance)


def _camera(recording: Recording) -> str:
    """Size and coding of the pictures that most of the recording has."""
    lengths: Counter[str] = Counter()
    for clip in recording.clips:
        lengths[f"{clip.info.width_px}x{clip.info.height_px} {clip.info.codec}"] += len(clip.info.packet_times_s)
    return lengths.most_common(1)[0][0]


def _inputs(recording: Recording, hashes: Sequence[str]) -> Iterator[InputFile]:
    for clip, sha256 in zip(recording.clips, hashes, strict=True):
        path = clip.info.path.absolute()  # the night may be read from another folder
        yield InputFile(displayed(path.name), str(path), clip.info.size_bytes, sha256, clip.offset_s, clip.start_s)


def _damage(recording: Recording) -> Iterator[tuple[str, str]]:
    for info in (clip.info for clip in recording.clips):
        yield from ((str(info.path.absolute()), text) for text in info.damage if text not in info.repairs)


def _repairs(recording: Recording) -> Iterator[tuple[str, str]]:
    for info in (clip.info for clip in recording.clips):
        yield from ((info.path.name, text) for text in info.repairs)


def _with_whole_paths(recording: Recording, skipped: Sequence[SkippedSpan]) -> Iterator[SkippedSpan]:
    given = {str(clip.info.path): str(clip.info.path.absolute()) for clip in recording.clips}
    changes = [(path, whole) for path, whole in given.items() if path != whole]
    for span in skipped:
        reason = reduce(lambda text, change: text.replace(*change), changes, span.reason)
        yield replace(span, reason=displayed(reason))

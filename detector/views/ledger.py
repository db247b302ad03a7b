"""What became of every second of footage, in words: the ledger, each unobserved stretch, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from detector.footage.remarks import gather
from detector.night.layout import NIGHT_FILE
from detector.night.night import Night
from detector.night.provenance import SkippedSpan
from detector.views.wording import duration, moment, percent


def ledger_lines(night: Night) -> Iterator[tuple[str, str, str, str]]:
    """Lines of the ledger: name, seconds, length in words, share of the time in the files."""
    coverage = night.coverage
    lines = [
        ("in the files", coverage.files_s),
        ("observed", coverage.observed_s),
        ("damaged: no usable picture", coverage.damaged_s),
        ("frozen: the camera repeated one picture", coverage.frozen_s),
        ("skipped: could not be measured", coverage.skipped_s),
    ]
    for name, seconds in lines:
        share = percent(seconds / coverage.files_s) if coverage.files_s > 0 else ""
        yield name, f"{seconds:.1f}", duration(seconds), share
    yield "not filmed, between the first and the last picture", f"{coverage.gap_s:.1f}", duration(coverage.gap_s), ""
    yield "filmed twice, counted once", f"{coverage.overlap_s:.1f}", duration(coverage.overlap_s), ""


def unseen_stretches(night: Night) -> Iterator[tuple[str, str, str, str]]:
    """Every unobserved stretch: from, to, length, cause."""
    for start_s, stop_s in night.gaps:
        cause = _cause(night, start_s, stop_s)
        yield moment(night, start_s), moment(night, stop_s), duration(stop_s - start_s), cause


def _cause(night: Night, start_s: float, stop_s: float) -> str:
    words = {"frozen": "frozen picture", "damage": "damaged pictures"}
    causes = [
        words[artifact.kind]
        for artifact in night.decision.artifacts
        if artifact.kind in words and artifact.start_s < stop_s and artifact.stop_s > start_s
    ]
    causes += [
        f"could not be measured ({_private(night, span.reason)})"
        for span in night.provenance.skipped
        if span.start_s < stop_s and span.stop_s > start_s
    ]
    return ", ".join(dict.fromkeys(causes)) or "no picture"


def trouble_lines(night: Night) -> Iterator[str]:
    """What could not be read, or only in part, and how the files were put together, one sentence each."""
    for_names = ((Path(path).name, _without_folder(reason, path)) for path, reason in night.provenance.unreadable)
    unreadable = [(name, reason.removeprefix(f"{name}: ")) for name, reason in for_names]
    yield from gather(unreadable, NIGHT_FILE, " could not be read: ")
    damage = ((Path(path).name, _without_folder(text, path)) for path, text in night.provenance.damage)
    yield from gather(damage, NIGHT_FILE)
    yield from _lost_time(night)
    for note in night.provenance.notes:
        yield _private(night, note)


def _lost_time(night: Night) -> Iterator[str]:
    """Footage that gave no usable picture, and spans that could not be measured, by reason."""
    if night.coverage.damaged_s > 0:
        yield f"{duration(night.coverage.damaged_s)} of the footage gave damaged pictures or none."
    by_reason: dict[str, list[SkippedSpan]] = {}
    for span in night.provenance.skipped:
        by_reason.setdefault(_private(night, span.reason).rstrip("."), []).append(span)
    for reason, spans in by_reason.items():
        length = duration(sum(span.stop_s - span.start_s for span in spans))
        first, last = moment(night, spans[0].start_s), moment(night, spans[-1].stop_s)
        pieces = f" in {len(spans)} pieces" if len(spans) > 1 else ""
        yield f"{length}{pieces} between {first} and {last} could not be measured: {reason}."


def _private(night: Night, text: str) -> str:
    return reduce(_without_folder, [source.path for source in night.provenance.inputs], text)


def _without_folder(text: str, path: str) -> str:
    """A report goes to other people: it names files, never where they lay."""
    return text.replace(path, Path(path).name)

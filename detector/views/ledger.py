"""What became of every second of footage, in words: the ledger, each unobserved stretch, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path

from detector.night.night import Night
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
        f"could not be measured ({span.reason})"
        for span in night.provenance.skipped
        if span.start_s < stop_s and span.stop_s > start_s
    ]
    return ", ".join(dict.fromkeys(causes)) or "no picture"


def trouble_lines(night: Night) -> Iterator[str]:
    """What could not be read, or only in part, and how the files were put together, one sentence each."""
    for path, reason in night.provenance.unreadable:
        yield f"{Path(path).name} could not be read: {_without_folder(reason, path)}"
    for path, text in night.provenance.damage:
        yield f"{Path(path).name}: {_without_folder(text, path)}"
    for note in night.provenance.notes:
        yield reduce(_without_folder, [source.path for source in night.provenance.inputs], note)


def _without_folder(text: str, path: str) -> str:
    """A report goes to other people: it names files, never where they lay."""
    return text.replace(path, Path(path).name)

"""What became of every second of footage, in words: the ledger, each unobserved stretch, and what could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from functools import reduce
from pathlib import Path

from detector.footage.remarks import gather
from detector.night.layout import NIGHT_FILE
from detector.night.night import Night
from detector.night.numbers.stretches import subtract
from detector.night.provenance import SkippedSpan
from detector.views.wording import duration, moment, percent

LEDGER_NAMES = {
    "damaged_s": "damaged: no usable picture",
    "frozen_s": "frozen: the camera repeated one picture",
    "skipped_s": "could not be measured",
    "judged_s": "judged: movement could have been told",
}
"""What became of time in the files, as people read it; other fields of the ledger are told by their own names."""
_ASIDE = {"gap_s": "not filmed, between the first and the last picture", "overlap_s": "filmed twice, counted once"}
HIDING = {"light", "bump", "camera moves", "focus", "frozen", "damage", "seam"}
"""Kinds of artifacts that hide what moves in the whole picture while they last; beside all others movement is told."""
COVERING = {"clock", "mover", "masked"}
"""Kinds that leave out a place; they hide all that moves only where they cover nearly all of the picture."""
_LEAST_S = 0.05


def ledger_lines(night: Night) -> Iterator[tuple[str, str, str, str]]:
    """Lines of the ledger: name, length, share of the time in the files, and `total`, `part` or `aside`.

    What is zero is left out.
    """
    coverage = night.coverage
    seconds = {field.name: getattr(coverage, field.name) for field in fields(coverage)}
    yield "in the files", duration(coverage.files_s), "", "total"
    yield "observed", duration(coverage.observed_s), _share(night, coverage.observed_s), "part"
    for name, value in seconds.items():
        is_told = name in {"files_s", "observed_s", *_ASIDE} or not isinstance(value, int | float)
        if not is_told and value >= _LEAST_S:
            words = LEDGER_NAMES.get(name, name.removesuffix("_s").replace("_", " "))
            yield words, duration(value), _share(night, value), "part"
    for name, words in _ASIDE.items():
        if seconds[name] >= _LEAST_S:
            yield words, duration(seconds[name]), "", "aside"


def _share(night: Night, seconds: float) -> str:
    return percent(seconds / night.coverage.files_s) if night.coverage.files_s > 0 else ""


def unjudged_stretches(night: Night) -> list[tuple[float, float, str]]:
    """Every observed stretch in which no movement could have been told: start, stop, s, and why."""
    found = subtract(night.observed, night.judged)
    return [(start_s, stop_s, _why_unjudged(night, start_s, stop_s)) for start_s, stop_s in found]


def _why_unjudged(night: Night, start_s: float, stop_s: float) -> str:
    """What hid all that moved then; what merely lasts through that time, as a clock does, is no reason."""
    # A frozen or damaged picture, or a seam, hides the moment after it, too.
    kinds = _kinds_between(night, HIDING, start_s, stop_s)
    if not night.judged:
        kinds = [f"{kind} nearly everywhere" for kind in _kinds_between(night, COVERING, start_s, stop_s)] or kinds
    if not kinds and any(abs(start_s - begin_s) < _LEAST_S for begin_s, _ in night.observed):
        kinds = ["the recording begins" if start_s - night.start_s < _LEAST_S else "the recording goes on"]
    return ", ".join(kinds) or "movement could not be told"


def _kinds_between(night: Night, kinds: set[str], start_s: float, stop_s: float) -> list[str]:
    """Which of some kinds of artifacts there were between two moments, each once."""
    found = [
        artifact.kind
        for artifact in night.decision.artifacts
        if artifact.kind in kinds and artifact.start_s <= stop_s and artifact.stop_s >= start_s
    ]
    return list(dict.fromkeys(found))


def unseen_stretches(night: Night) -> Iterator[tuple[str, str, str, str]]:
    """Every unobserved stretch: from, to, length, cause."""
    for start_s, stop_s in night.gaps:
        cause = cause_of(night, start_s, stop_s)
        yield moment(night, start_s), moment(night, stop_s), duration(stop_s - start_s), cause


def cause_of(night: Night, start_s: float, stop_s: float) -> str:
    """Why a stretch was not observed, in a few words."""
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
    return ", ".join(dict.fromkeys(causes)) or "not filmed"


def trouble_lines(night: Night) -> Iterator[str]:
    """What could not be read, or only in part, and how the files were put together, one sentence each."""
    for_names = ((Path(path).name, _without_folder(reason, path)) for path, reason in night.provenance.unreadable)
    unreadable = [(name, reason.removeprefix(f"{name}: ")) for name, reason in for_names]
    yield from gather(unreadable, NIGHT_FILE, " could not be read: ")
    damage = ((Path(path).name, _without_folder(text, path)) for path, text in night.provenance.damage)
    yield from gather(damage, NIGHT_FILE)
    yield from _lost_time(night)
    yield from region_lines(night)
    for note in night.provenance.notes:
        yield _private(night, note)


def region_lines(night: Night) -> Iterator[str]:
    """What the regions of a night leave out of the picture, and where the nights of several infants are."""
    for artifact in night.decision.artifacts:
        if artifact.kind == "masked":
            words = artifact.detail.partition(":")[0]
            yield f"{percent(artifact.area_fraction)} of the picture, {words}, was not judged."
    if night.regions.infants:
        yield (
            f"Several infants ({', '.join(night.regions.infants)}): each has a night of its own in the folder of its "
            "name, with its states, its breathing and its series; here are the movements of all."
        )


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

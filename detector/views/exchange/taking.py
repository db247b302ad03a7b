"""A scoring told apart from the events that were found, and taken in as a review."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from detector.errors import NightFolderError, UsageError
from detector.night.files.loading import NightLike, as_night
from detector.night.night import Night
from detector.night.people.agreement import LEAST_OVERLAP, ONSET_TOLERANCE_S, Interval, is_same_time, shared_time
from detector.night.people.review import LONGEST_NOTE, Mark, append_decision, check_reviewer, mark_of, read_reviews
from detector.night.people.verdicts import Verdict, verdicts_of
from detector.night.pseudonyms import reviewer_id
from detector.night.tables import number_of
from detector.views.exchange.labels import Labeled, Labels, own_labels, with_kinds
from detector.views.exchange.reading import read_scoring
from detector.views.exchange.scored import Scored, unfit
from detector.views.exchange.texts import EXAMPLE

Marks = Sequence[tuple[str, Scored]]
"""What was scored, each with its kind."""
SAME_S = 0.0015
"""Times that differ by less are equal: formats keep milliseconds, and some times are sums of two."""
_NEAR_S = 5.0


class Ours(NamedTuple):
    """The events of a night: what each is known by, and its name."""

    marks: Sequence[Mark]
    ids: Sequence[str]


@dataclass(frozen=True)
class Difference:
    """One event of ours beside one of a scoring.

    Attributes:
        mark: the event as it was found; None of one that was added.
        event_id: its number; empty of one that was added.
        now: the event as the scoring has it; None of one that is gone.
        note: what was noted.
    """

    mark: Mark | None
    event_id: str
    now: Mark | None
    note: str = ""

    @property
    def word(self) -> str:
        """`confirmed`, `changed`, `added` or `deleted`.

        Nobody scores to the millisecond: confirmed is also what has other times that `detector.evaluate` takes for the
        same.
        """
        if self.mark is None:
            return "added"
        if self.now is None:
            return "deleted"
        is_there = (self.mark.kind, self.mark.x_px, self.mark.y_px) == (self.now.kind, self.now.x_px, self.now.y_px)
        is_then = is_same_time(self.now.kind, _times(self.mark), _times(self.now))
        return "confirmed" if self.mark == self.now or (is_there and is_then) else "changed"


@dataclass(frozen=True)
class Taken:
    """What a scoring comes to against the events that were found.

    Attributes:
        reviewer: as whose review it counts.
        differences: one for each event on either side, in order of start.
        labeled: the scoring in our kinds.
        n_written: decisions that were written to the night.
    """

    reviewer: str
    differences: tuple[Difference, ...]
    labeled: Labeled
    n_written: int

    def counts(self) -> dict[str, int]:
        """How many were confirmed, changed, added and deleted."""
        words = [difference.word for difference in self.differences]
        return {word: words.count(word) for word in ("confirmed", "changed", "added", "deleted")}

    @property
    def n_other_times(self) -> int:
        """How many were confirmed at times that are not quite those that were found."""
        return sum(each.word == "confirmed" and each.mark != each.now for each in self.differences)

    @property
    def agreement(self) -> float:
        """Share of all events, of either side, that both have, of one kind at one time; NaN where there are none."""
        return self.counts()["confirmed"] / len(self.differences) if self.differences else float("nan")


def import_scoring(
    night: NightLike,
    path: str | Path,
    reviewer: str | None = None,
    *,
    labels: Labels = None,
    footage: str | Path | None = None,
    write: bool = True,
) -> Taken:
    """Take a scoring in as a review of the night.

    An event is the one that was found if its number, or its kind and times, say so, else the nearest in time. Those of
    the night that are not in the file count as rejected: the file has to be of the whole night.

    Args:
        night: a night in a folder, or that folder.
        path: see `read_scoring`.
        reviewer: whose review it is; the name of the file when left out.
        labels: labels to kinds, or the TOML file that holds them.
        footage: where the footage is now.
        write: whether the decisions are written; else they are only told apart.

    Raises:
        UsageError: the file cannot be read, is not of this night, or holds nothing that is known.
        NightFolderError: the night is in no folder, or that cannot be written.
    """
    loaded = as_night(night)
    if loaded.folder is None and write:
        raise NightFolderError("This night stands in no folder to write a review to; save it first.")
    own = own_labels(labels)
    labeled = with_kinds(read_scoring(loaded, path, footage), own)
    if labeled.unknown and not labeled.marks:
        raise UsageError(labeled.notices()[0].replace("these rows are left out", "nothing is left of it"))
    if labeled.states and not labeled.marks and labeled.scoring.format == "csv":
        raise unfit(
            labeled.scoring.path, "events", "it holds states only, and all events would count as deleted", EXAMPLE
        )
    name = reviewer_id(check_reviewer(reviewer or reviewer_of(labeled.name)), loaded.provenance)
    differences = tuple(tell_apart(loaded, labeled.marks))
    n_written = 0
    if write and loaded.folder is not None:
        earlier = {verdict.mark: verdict for verdict in verdicts_of(read_reviews(loaded.folder).get(name, []))}
        for decision in decisions(differences, earlier):
            append_decision(loaded.folder, {"reviewer": name, **decision})
            n_written += 1
    return Taken(name, differences, labeled, n_written)


def reviewer_of(name: str) -> str:
    """A name for a reviewer made of any text.

    >>> reviewer_of("ana (2)")
    'ana 2'
    """
    return " ".join(re.sub(r"[^\w .-]", "", name).split()).strip(" .-_")[:64].rstrip(" .-") or "imported"


def tell_apart(night: Night, marks: Marks) -> list[Difference]:
    """Each event of the night beside the one of a scoring that it is, and what is only on one side.

    Args:
        night: as it was decided.
        marks: `(kind, what was scored)`.
    """
    ours, ids = [mark_of(event) for event in night.decision.events], night.event_ids
    pairs: dict[int, int] = {}
    for pick in (_same, _by_id, _by_onset):
        for theirs, found in pick(marks, Ours(ours, ids), pairs):
            if theirs not in pairs and found not in pairs.values():
                pairs[theirs] = found
    told = [
        Difference(ours[pairs[place]], ids[pairs[place]], _now(*mark, ours[pairs[place]]), mark[1].note)
        if place in pairs
        else Difference(None, "", _now(*mark, None), mark[1].note)
        for place, mark in enumerate(marks)
    ]
    gone = set(range(len(ours))) - set(pairs.values())
    told += [Difference(ours[place], ids[place], None) for place in gone]
    return sorted(told, key=lambda each: (each.mark or each.now or _nothing()).start_s)


def _times(mark: Mark | Scored) -> Interval:
    return mark.start_s, mark.stop_s


def _nothing() -> Mark:
    return Mark(kind="uncertain", start_s=0.0, stop_s=0.0)


def _now(kind: str, scored: Scored, before: Mark | None) -> Mark:
    """The event as it was scored, its numbers those of the event before where they differ by rounding only."""
    start_s, stop_s, x_px, y_px = scored.start_s, max(scored.stop_s, scored.start_s), scored.x_px, scored.y_px
    if before is None:
        return Mark(kind=kind, start_s=start_s, stop_s=stop_s, x_px=x_px, y_px=y_px)
    start_s = before.start_s if abs(start_s - before.start_s) < SAME_S else start_s
    stop_s = before.stop_s if abs(stop_s - before.stop_s) < SAME_S else stop_s
    x_px = before.x_px if x_px is None else x_px
    y_px = before.y_px if y_px is None else y_px
    return Mark(kind=kind, start_s=start_s, stop_s=max(stop_s, start_s), x_px=x_px, y_px=y_px)


def _same(marks: Marks, ours: Ours, pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs of one kind with equal times; where two of ours are equal, the name decides."""
    del pairs
    by_start: dict[int, list[int]] = {}
    for place, mark in enumerate(ours.marks):
        by_start.setdefault(round(mark.start_s * 100), []).append(place)
    for theirs, (kind, scored) in enumerate(marks):
        key = round(scored.start_s * 100)
        near = [place for step in (-1, 0, 1) for place in by_start.get(key + step, [])]
        alike = [place for place in near if _is_same(kind, scored, ours.marks[place])]
        yield from ((theirs, place) for place in sorted(alike, key=lambda p: ours.ids[p] != scored.event_id))


def _is_same(kind: str, scored: Scored, mark: Mark) -> bool:
    is_start = abs(scored.start_s - mark.start_s) < SAME_S
    return kind == mark.kind and is_start and abs(scored.stop_s - mark.stop_s) < SAME_S


def _by_id(marks: Marks, ours: Ours, pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs that carry the name of ours and lie within a few seconds of it."""
    places = {number_of(name): place for place, name in enumerate(ours.ids)}
    for theirs, (_, scored) in enumerate(marks):
        digits = scored.event_id.removeprefix("e")
        number = int(digits) if theirs not in pairs and digits.isdecimal() and len(digits) < 10 else 0
        if number in places and _gap_s(scored, ours.marks[places[number]]) <= _NEAR_S:
            yield theirs, places[number]


def _by_onset(marks: Marks, ours: Ours, pairs: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Pairs that begin together or share enough of their time, the nearest first, of one kind before others."""
    taken = set(pairs.values())
    free = [place for place in range(len(ours.marks)) if place not in taken]
    near = []
    for theirs, (kind, scored) in enumerate(marks):
        if theirs in pairs:
            continue
        for place in free:
            mark = ours.marks[place]
            apart_s = abs(scored.start_s - mark.start_s)
            if apart_s <= ONSET_TOLERANCE_S or shared_time(_times(scored), _times(mark)) >= LEAST_OVERLAP:
                near.append((kind != mark.kind, apart_s, theirs, place))
    yield from ((theirs, place) for _, _, theirs, place in sorted(near))


def _gap_s(scored: Scored, mark: Mark) -> float:
    return max(scored.start_s - mark.stop_s, mark.start_s - scored.stop_s, 0.0)


def decisions(differences: Sequence[Difference], earlier: Mapping[Mark, Verdict]) -> Iterator[dict[str, Any]]:
    """The decisions that make a review say what a scoring says, none where it says so already.

    Args:
        differences: of the scoring.
        earlier: the reviewer's verdicts until now, by the event that they are about.
    """
    wanted = {mark: each for each in differences if (mark := each.mark or each.now) is not None}
    for mark, verdict in earlier.items():
        if verdict.is_added and mark not in wanted:
            yield _about(mark, "reject")
    for mark, difference in wanted.items():
        yield from _decision(mark, difference, earlier.get(mark))


def _decision(mark: Mark, difference: Difference, before: Verdict | None) -> Iterator[dict[str, Any]]:
    now, number = difference.now, {"event_id": difference.event_id} if difference.event_id else {}
    is_event = before.is_event if before else None
    if now is None:
        if is_event is not False:
            yield _about(mark, "reject", **number)
    elif before is not None and is_event and before.now == now:
        return  # said already
    elif difference.mark is None:
        yield _about(mark, "add", **({"note": difference.note[:LONGEST_NOTE]} if difference.note else {}))
    elif now == (before.now if before else mark):
        yield _about(mark, "confirm", **number)
    else:
        told = {f"to_{name}": value for name, value in now.model_dump().items() if value is not None}
        yield _about(mark, "confirm" if difference.word == "confirmed" else "change", **number, **told)


def _about(mark: Mark, action: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"action": action, **mark.model_dump(exclude_none=True), **fields}

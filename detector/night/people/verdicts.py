"""What each reviewer, all told, thinks of each event, and what several think of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from detector.night.people.review import Entry, Mark, changed, standing


@dataclass(frozen=True)
class Verdict:
    """What a reviewer, all told, thinks of one event.

    Attributes:
        mark: the event as it was decided, or as it was added.
        now: the event as the reviewer has it, with what was changed.
        is_event: False where it was rejected; None where there is only a note.
        is_added: whether the reviewer added it.
        reviewer: who.
        at_s: when it was last decided, s since 1970, to tell which of two came later.
        note: what was noted; empty where nothing was.
        event_id: number of the event when it was decided, for messages.
        since_s: when it was first decided, s since 1970.
        is_changed: whether the reviewer called it changed, not confirmed with times of their own.
    """

    mark: Mark
    now: Mark
    is_event: bool | None
    is_added: bool
    reviewer: str
    at_s: float
    note: str = ""
    event_id: str = ""
    since_s: float = 0.0
    is_changed: bool = False

    @property
    def word(self) -> str:
        """`added`, `rejected`, `changed`, `confirmed` or `noted`."""
        if self.is_event is None:
            return "noted"
        if not self.is_event:
            return "rejected"
        if self.is_added:
            return "added"
        return "changed" if self.is_changed and self.now != self.mark else "confirmed"


def verdicts_of(entries: Sequence[Entry]) -> list[Verdict]:
    """What the decisions of one reviewer come to, one verdict an event, in order of their first decision."""
    found: dict[Mark, Verdict] = {}
    for entry in standing(entries):
        if entry.action in {"state", "sample"}:
            continue
        mark = entry.mark
        new = Verdict(mark, mark, None, entry.action == "add", entry.reviewer, 0.0, since_s=entry.at.timestamp())
        before = found.get(mark, new)
        found[mark] = _after(before, entry)
    return [verdict for verdict in found.values() if verdict.is_event is not False or not verdict.is_added]


def _after(before: Verdict, entry: Entry) -> Verdict:
    """A verdict after one more decision: what was changed stays changed, until it is changed again."""
    is_event = {"reject": False, "note": before.is_event}.get(entry.action, True)
    is_telling = entry.action == "change" or (entry.action == "confirm" and entry.says_more)
    return replace(
        before,
        is_event=is_event,
        now=changed(before.now, entry) if is_telling else before.now,
        is_changed=entry.action == "change" if is_telling else before.is_changed,
        note=entry.note or before.note,
        at_s=entry.at.timestamp(),
        event_id=entry.event_id or before.event_id,
    )


def majority(verdicts: Sequence[Verdict]) -> Verdict | None:
    """What most of several reviewers say of one event, with a tie the later decision; None where nobody judged it.

    First whether it is an event, then its kind; the times are those of the latest who agree.
    """
    judged = sorted((each for each in verdicts if each.is_event is not None), key=lambda each: each.at_s)
    if not judged:
        return None
    agreeing = _most(judged, lambda each: bool(each.is_event))
    return _most(agreeing, lambda each: each.now.kind)[-1]


def _most(verdicts: Sequence[Verdict], of: Callable[[Verdict], object]) -> list[Verdict]:
    """Those that share the most frequent answer, with a tie the answer that came last; ordered as they came."""
    counts = Counter(of(each) for each in verdicts)
    wanted = next(of(each) for each in reversed(verdicts) if counts[of(each)] == max(counts.values()))
    return [each for each in verdicts if of(each) == wanted]

"""One reviewer at one night: what was decided so far, and each new decision onto the disk before it is answered."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from detector.errors import UsageError
from detector.night.people.agreement import (
    Proportion,
    Recall,
    agreements,
    estimate_recall,
    precision_by_kind,
    quiet_time,
)
from detector.night.people.carry_over import Placed, place
from detector.night.people.review import (
    Action,
    Entry,
    Mark,
    append_decision,
    check_reviewer,
    mark_of,
    read_reviews,
    standing,
)
from detector.night.people.verdicts import Verdict, verdicts_of
from detector.night.pseudonyms import reviewer_id

if TYPE_CHECKING:
    from detector.night.night import Night


class Asked(BaseModel):
    """What the page asks to be decided.

    Attributes:
        action: see `detector.night.people.review.Entry`.
        event: number of an event of the night, from 0; None where it is about an added event or about a stretch.
        added: the added event that it is about, as it was added.
        kind, start_s, stop_s, x_px, y_px: what it shall be: of `add` the event, of `change` what changes, of `state`
            and `sample` the stretch.
        state: of an epoch.
        note: free text.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    action: Action
    event: int | None = None
    added: Mark | None = None
    kind: str | None = None
    start_s: float | None = None
    stop_s: float | None = None
    x_px: float | None = None
    y_px: float | None = None
    state: str = ""
    note: str = ""


class Session:
    """A review in progress. All methods may be called from several threads.

    Args:
        night: as it was decided; it stands in a folder.
        reviewer: who decides.
        is_blind: whether the reviewer may not see what was decided.
    """

    def __init__(self, night: Night, reviewer: str, *, is_blind: bool = False) -> None:
        self.night, self.is_blind = night, is_blind
        self.reviewer = reviewer_id(check_reviewer(reviewer), night.provenance)
        self._folder = night.reviews_folder()
        self._lock = threading.Lock()
        self._entries = read_reviews(self._folder).get(self.reviewer, [])
        self._marks = [mark_of(event) for event in night.decision.events]

    def decide(self, document: object) -> dict[str, Any]:
        """Write a decision, then say what stands.

        Raises:
            UsageError: it is no decision, or about an event that is not there.
            ParameterError: its times or kind cannot be.
            NightFolderError: it cannot be written; nothing was decided.
        """
        try:
            asked = Asked.model_validate(document)
        except ValidationError as error:
            first = error.errors()[0]
            raise UsageError(f"This is no decision ({'.'.join(map(str, first['loc']))}: {first['msg']}).") from None
        with self._lock:
            undone = self._last(standing(self._entries)[-1:]) if asked.action == "undo" else None
            self._entries.append(append_decision(self._folder, self._entry(asked)))
            about = undone if asked.action == "undo" else asked.event
            return self._state(about) | {"undone": undone}

    def state(self) -> dict[str, Any]:
        """What stands, with what only changes when somebody else decides: agreement with other reviewers."""
        import scipy.stats  # noqa: F401  # the first use of it takes a second, which no decision shall wait for

        with self._lock:
            return self._state() | {"agreement": [] if self.is_blind else self._agreement()}

    def progress(self) -> tuple[int, int]:
        """How many events this reviewer has decided about, and of how many."""
        with self._lock:
            placed = self._placed()
            return sum(each.is_event is not None for each in placed.on.values()), len(self._marks)

    def _entry(self, asked: Asked) -> Mapping[str, Any]:
        fields: dict[str, Any] = {"reviewer": self.reviewer, "action": asked.action, "note": asked.note}
        values = {name: getattr(asked, name) for name in Mark.model_fields}
        if asked.action == "undo":
            return fields
        if asked.action in {"add", "sample", "state"}:
            self._check_time(asked)
            return fields | values | {"state": asked.state}
        mark = self._mark(asked)
        fields |= mark.model_dump() | (
            {"event_id": self.night.event_ids[asked.event]} if asked.event is not None else {}
        )
        if asked.action != "change":
            return fields
        given = {name: value for name, value in values.items() if value is not None}
        if given == {"kind": mark.kind}:
            return fields | {"action": "confirm"}  # the same kind, which a blind reviewer cannot know
        return fields | {f"to_{name}": value for name, value in given.items()}

    def _check_time(self, asked: Asked) -> None:
        start_s, stop_s = self.night.start_s, self.night.stop_s
        times = [time_s for time_s in (asked.start_s, asked.stop_s) if time_s is not None]
        if any(not start_s - 1.0 <= time_s <= stop_s + 1.0 for time_s in times):
            raise UsageError("This time lies outside the night.")

    def _mark(self, asked: Asked) -> Mark:
        if asked.event is not None and 0 <= asked.event < len(self._marks):
            return self._marks[asked.event]
        if asked.added is not None and any(e.action == "add" and e.mark == asked.added for e in self._entries):
            return asked.added
        raise UsageError("There is no such event in this night.")

    def _placed(self) -> Placed:
        return place(verdicts_of(self._entries), self.night.decision.events, self.night.params)

    def _state(self, about: int | None = None) -> dict[str, Any]:
        """What stands: of all events, or of the one that was just decided about (`changed`; None where nothing is)."""
        placed = self._placed()
        decided = [each for each in placed.on.values() if each.is_event is not None]
        stand = standing(self._entries)
        return {
            **self._verdicts(placed, about),
            "added": [self._told(verdict) | {"mark": verdict.mark.model_dump()} for verdict in placed.added],
            "unplaced": [] if self.is_blind else [self._told(verdict) for verdict in placed.unplaced],
            "samples": [[entry.start_s, entry.stop_s] for entry in stand if entry.action == "sample"],
            "epochs": {f"{entry.start_s:g}": entry.state for entry in stand if entry.action == "state"},
            "n_decided": len(decided),
            "n_undo": len(stand),
            "last": self._last(stand),
            "precision": {} if self.is_blind else _shares(precision_by_kind(self.night.decision.events, placed)),
            "recall": {} if self.is_blind else self._recall(placed, stand),
        }

    def _verdicts(self, placed: Placed, about: int | None) -> dict[str, Any]:
        if about is None:
            return {"on": {str(index): self._told(verdict) for index, verdict in placed.on.items()}}
        return {"changed": {str(about): self._told(placed.on[about]) if about in placed.on else None}}

    def _told(self, verdict: Verdict) -> dict[str, Any]:
        return _verdict_facts(verdict, is_blind=self.is_blind)

    def _last(self, stand: list[Entry]) -> int | None:
        """The event that was decided about last, to go on from there."""
        at = {mark: index for index, mark in enumerate(self._marks)}
        about = (entry for entry in reversed(stand) if entry.action in {"confirm", "reject", "change", "note"})
        return next((at[entry.mark] for entry in about if entry.mark in at), None)

    def _recall(self, placed: Placed, stand: list[Entry]) -> dict[str, Any]:
        """Recall of all kinds together, out of the samples that were looked through."""
        samples = {(entry.start_s or 0.0, entry.stop_s or 0.0) for entry in stand if entry.action == "sample"}
        missed = sum(any(a <= each.now.start_s < b for a, b in samples) for each in placed.added)
        true = [each for each in placed.on.values() if each.is_event]
        judged = [each for each in placed.on.values() if each.is_event is not None]
        share = len(true) / len(judged) if judged else 1.0
        quiet_s = sum(b - a for a, b in quiet_time(self.night))
        recall = estimate_recall(share * len(self._marks), missed, sum(b - a for a, b in samples), quiet_s)
        return _finite(recall) | {"is_sure": len(judged) == len(self._marks)}

    def _agreement(self) -> list[dict[str, Any]]:
        events, params = self.night.decision.events, self.night.params
        others = read_reviews(self._folder) | {self.reviewer: self._entries}
        placed = {name: place(verdicts_of(entries), events, params) for name, entries in others.items()}
        return [_finite(each) for each in agreements(placed) if self.reviewer in each.reviewers]


def _verdict_facts(verdict: Verdict, *, is_blind: bool) -> dict[str, Any]:
    """A verdict for the page; to a blind reviewer it must not tell what had been decided before."""
    is_own = not is_blind or verdict.is_event or verdict.is_added
    return {
        "word": "decided" if is_blind and verdict.word in {"confirmed", "changed"} else verdict.word,
        "is_event": verdict.is_event,
        "kind": verdict.now.kind if is_own else None,
        "start_s": verdict.now.start_s,
        "stop_s": verdict.now.stop_s,
        "x_px": verdict.now.x_px,
        "y_px": verdict.now.y_px,
        "note": verdict.note,
    }


def _shares(precision: Mapping[str, Proportion]) -> dict[str, Any]:
    return {kind: _finite(each) for kind, each in precision.items() if each.n}


def _finite(value: Proportion | Recall | Any) -> dict[str, Any]:  # noqa: ANN401  # any of our frozen results
    from detector.night.files.store import without_nan

    facts: dict[str, Any] = without_nan(asdict(value))
    return facts

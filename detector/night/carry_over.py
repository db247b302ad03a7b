"""Decisions of people brought to a night: to the event they were made about, or to the one that now stands there."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from detector.errors import NightFolderError
from detector.events.classify import Event
from detector.events.state import PERSON, Epoch
from detector.night.review import Entry, Mark, mark_of, read_reviews, standing
from detector.night.stretches import state_rows
from detector.night.verdicts import Verdict, majority, verdicts_of

if TYPE_CHECKING:
    from detector.night.night import Night
    from detector.params import Params

_RECENT = 16  # so many added events before one, in order of start, may be the same as it
_HAND_PX = 40.0  # half a side of the box of an event that a person added; it has no measured extent


@dataclass(frozen=True)
class Placed:
    """The verdicts of one reviewer brought to the events of a night.

    Attributes:
        on: verdicts by place of their event in the night, from 0.
        added: events that the reviewer added and that are none of the night's own.
        unplaced: verdicts whose event is no longer there.
    """

    on: Mapping[int, Verdict]
    added: tuple[Verdict, ...]
    unplaced: tuple[Verdict, ...]


@dataclass(frozen=True)
class Reviewed:
    """How far a night was reviewed, and by whom.

    Attributes:
        reviewers: names, ascending.
        n_confirmed, n_rejected, n_changed, n_added: what they decided, all together.
        n_unreviewed: events that nobody looked at; they stand as they were decided.
        unplaced: decisions whose event is not among those of this night, as after deciding with other parameters.
    """

    reviewers: tuple[str, ...]
    n_confirmed: int = 0
    n_rejected: int = 0
    n_changed: int = 0
    n_added: int = 0
    n_unreviewed: int = 0
    unplaced: tuple[Verdict, ...] = ()

    @property
    def words(self) -> str:
        """One sentence for a report, such as `Reviewed by Ana: 3 confirmed, 1 rejected; 2 not looked at`."""
        names = " and ".join(filter(None, [", ".join(self.reviewers[:-1]), *self.reviewers[-1:]]))
        counts = {"confirmed": self.n_confirmed, "rejected": self.n_rejected, "changed": self.n_changed}
        counts["added"] = self.n_added
        said = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing decided"
        rest = f"; {self.n_unreviewed} not looked at" if self.n_unreviewed else ""
        return f"Reviewed by {names}: {said}{rest}."

    def facts(self) -> dict[str, Any]:
        """The same as plain values, for `night.json`."""
        names = ("n_confirmed", "n_rejected", "n_changed", "n_added", "n_unreviewed")
        counts = {name: getattr(self, name) for name in names}
        return {"reviewers": list(self.reviewers), **counts, "n_unplaced": len(self.unplaced)}


def place(verdicts: Sequence[Verdict], events: Sequence[Event], params: Params) -> Placed:
    """Bring verdicts to events: to the very event where it is still there, else by time and place, one to one.

    Args:
        verdicts: of one reviewer.
        events: those of the night now, in order of start.
        params: group `review` says how far apart in time and place the same event may stand.
    """
    marks = [mark_of(event) for event in events]
    at = {mark: index for index, mark in enumerate(marks)}
    on = {at[verdict.mark]: verdict for verdict in verdicts if verdict.mark in at}
    rest = [verdict for verdict in verdicts if verdict.mark not in at]
    exact = set(on)
    placed: set[int] = set()
    for _, number, index in sorted(_pairs(rest, events, params)):
        if number in placed or (index in on and index not in exact):
            continue
        placed.add(number)
        # What was decided about the event as it is now has taken the place of what was decided before.
        on.setdefault(index, rest[number])
    loose = [verdict for number, verdict in enumerate(rest) if number not in placed]
    return Placed(
        dict(sorted(on.items())),
        tuple(verdict for verdict in loose if verdict.is_added),
        tuple(verdict for verdict in loose if not verdict.is_added),
    )


def _pairs(verdicts: Sequence[Verdict], events: Sequence[Event], params: Params) -> Iterator[tuple[float, int, int]]:
    """Verdicts and events that may be the same, `(how far apart, verdict, event)`."""
    start_s = np.array([event.start_s for event in events])
    stop_s = np.maximum.accumulate([event.stop_s for event in events]) if events else start_s
    slack_s = params.review.match_onset_s
    for number, verdict in enumerate(verdicts):
        mark = verdict.mark
        first = int(np.searchsorted(stop_s, mark.start_s - slack_s))
        last = int(np.searchsorted(start_s, mark.stop_s + slack_s, side="right"))
        for index in range(first, last):
            if _is_near(mark, events[index]):
                apart = _apart(mark, events[index], params)
                if apart < 1.0:
                    yield apart, number, index


def _apart(mark: Mark, event: Event, params: Params) -> float:
    """How far apart in time, 0 for the same; 1 and more where they are not the same event."""
    onset = abs(mark.start_s - event.start_s) / params.review.match_onset_s
    union_s = max(mark.stop_s, event.stop_s) - min(mark.start_s, event.start_s)
    both_s = max(min(mark.stop_s, event.stop_s) - max(mark.start_s, event.start_s), 0.0)
    iou = both_s / union_s if union_s > 0 else 1.0
    return min(onset, (1.0 - iou) / (1.0 - params.review.match_iou))


def _is_near(mark: Mark, event: Event) -> bool:
    """Whether a center lies in an event's box grown by half its size to each side."""
    if mark.x_px is None or mark.y_px is None or not math.isfinite(event.x_px):
        return True  # nobody said where
    left, top, right, bottom = event.box_px
    x, y = max((right - left) / 2, _HAND_PX), max((bottom - top) / 2, _HAND_PX)
    return left - x <= mark.x_px <= right + x and top - y <= mark.y_px <= bottom + y


def apply_reviews(night: Night, reviewer: str | None = None) -> Night:
    """The night as people have corrected it.

    Rejected events are gone, changed ones have their new kind and times, missed ones are there, and the reason of each
    says who decided what; events that nobody looked at stay as they are. Where several reviewers judged one event, the
    majority counts, and with a tie the later decision.

    Args:
        night: one with a folder, or one decided again from it.
        reviewer: only this reviewer's decisions; None takes those of all.

    Returns:
        The night with `review` set: who reviewed how much, and which decisions found no event.

    Raises:
        NightFolderError: the night was never written, nobody (or not this reviewer) reviewed it, or a review is bad.
    """
    reviews = _chosen(night, reviewer)
    events = night.decision.events
    placed = {name: place(verdicts_of(entries), events, night.params) for name, entries in reviews.items()}
    kept, words = [], Counter[str]()
    for index, event in enumerate(events):
        verdict = majority([each.on[index] for each in placed.values() if index in each.on])
        words[verdict.word if verdict else "unreviewed"] += 1
        kept += _judged(event, verdict, night.params)
    added = _merged([verdict for each in placed.values() for verdict in each.added], night.params)
    kept += [added_event(verdict, night.params) for verdict in added]
    review = Reviewed(
        reviewers=tuple(placed),
        n_confirmed=words["confirmed"],
        n_rejected=words["rejected"],
        n_changed=words["changed"],
        n_added=len(added) + words["added"],
        n_unreviewed=words["unreviewed"] + words["noted"],
        unplaced=tuple(verdict for each in placed.values() for verdict in each.unplaced),
    )
    epochs = corrected_epochs(
        night.decision.epochs, [entry for entries in reviews.values() for entry in standing(entries)]
    )
    if epochs != night.decision.epochs:
        kept = [_in_state(event, epochs) for event in kept]
    kept.sort(key=lambda event: (event.start_s, event.x_px))
    decision = replace(night.decision, events=tuple(kept), epochs=epochs)
    return replace(night, decision=decision, review=review, states=state_rows(epochs))


def corrected_epochs(epochs: Sequence[Epoch], entries: Sequence[Entry]) -> tuple[Epoch, ...]:
    """Epochs with the states that people gave them; of several the latest counts.

    Args:
        epochs: ascending.
        entries: decisions that stand, in any order; those that are not about a state are left out. An epoch is that of
            a decision if its middle lies in the stretch that was decided about.
    """
    said = sorted((entry for entry in entries if entry.action == "state"), key=lambda entry: entry.at)
    found = list(epochs)
    middles_s = [(epoch.start_s + epoch.stop_s) / 2 for epoch in found]
    for entry in said:
        first, last = np.searchsorted(middles_s, (entry.start_s or 0.0, entry.stop_s or 0.0))
        for index in range(first, last):
            found[index] = replace(found[index], state=entry.state, decided_by=PERSON, certainty=math.nan)
    return tuple(found)


def _in_state(event: Event, epochs: Sequence[Epoch]) -> Event:
    """An event with the state of the epoch in which it starts."""
    here = (epoch.state for epoch in epochs if epoch.start_s <= event.start_s < epoch.stop_s)
    return replace(event, state=next(here, event.state))


def _chosen(night: Night, reviewer: str | None) -> dict[str, list[Entry]]:
    folder = reviews_folder(night)
    reviews = read_reviews(folder)
    if not reviews:
        raise NightFolderError(f"{folder}: nobody has reviewed this night; `twitch-detector review` opens it.")
    if reviewer is None:
        return reviews
    if reviewer not in reviews:
        known = ", ".join(reviews)
        raise NightFolderError(f"{folder}: {reviewer!r} has not reviewed this night; name one of: {known}.")
    return {reviewer: reviews[reviewer]}


def reviews_folder(night: Night) -> Path:
    """The night folder whose reviews speak of this night.

    Raises:
        NightFolderError: the night stands on no disk.
    """
    folder = night.folder or night.origin
    if folder is None:
        raise NightFolderError(
            "This night was not written to a folder, so nobody can have reviewed it; write it first."
        )
    return folder


def _judged(event: Event, verdict: Verdict | None, params: Params) -> list[Event]:
    if verdict is None or verdict.is_event is None:
        return [event]
    if not verdict.is_event:
        return []
    return [_corrected(event, verdict, params)]


def _corrected(event: Event, verdict: Verdict, params: Params) -> Event:
    """An event as a person has it; what was measured of another kind is no longer told."""
    now, mark = verdict.now, verdict.mark
    changes: dict[str, Any] = {"reason": f"{verdict.word} by {verdict.reviewer}; {event.reason}"}
    # A verdict that only confirmed a neighbor in time says what it is, not when.
    if verdict.is_added or (now.start_s, now.stop_s) != (mark.start_s, mark.stop_s):
        peak_s = min(max(event.peak_s, now.start_s), now.stop_s)
        changes |= {"start_s": now.start_s, "stop_s": now.stop_s, "peak_s": peak_s}
    if now.x_px is not None and (now.x_px, now.y_px) != (mark.x_px, mark.y_px):
        changes |= _place(now)
    if now.kind != event.kind:
        changes |= {"kind": now.kind, "rate_hz": math.nan, "n_cycles": math.nan, "regularity": math.nan}
        changes |= {"label": ""} if hasattr(event, "label") else {}
    after = replace(event, **changes)
    return replace(after, is_sustained=after.kind == "rhythmic" and after.duration_s >= params.classify.sustained_s)


def _place(now: Mark) -> dict[str, Any]:
    """Center and box of what a person pointed at; NaN and an empty box where nobody pointed."""
    if now.x_px is None or now.y_px is None:
        return {"x_px": math.nan, "y_px": math.nan, "box_px": (0.0, 0.0, 0.0, 0.0)}
    left, top = now.x_px - _HAND_PX, now.y_px - _HAND_PX
    return {"x_px": now.x_px, "y_px": now.y_px, "box_px": (left, top, left + 2 * _HAND_PX, top + 2 * _HAND_PX)}


def added_event(verdict: Verdict, params: Params) -> Event:
    """An event that a person added: its measured numbers are not known."""
    now = verdict.now
    unknown = ("area_fraction", "snr", "rate_hz", "n_cycles", "regularity")
    values: dict[str, Any] = {"kind": now.kind, **_place(now), **dict.fromkeys(unknown, math.nan)}
    return Event(
        start_s=now.start_s,
        stop_s=now.stop_s,
        peak_s=(now.start_s + now.stop_s) / 2,
        is_sustained=now.kind == "rhythmic" and now.stop_s - now.start_s >= params.classify.sustained_s,
        reason=f"added by {verdict.reviewer}",
        **values,
    )


def _merged(added: Sequence[Verdict], params: Params) -> list[Verdict]:
    """Events that several reviewers added, each once."""
    kept: list[Verdict] = []
    for verdict in sorted(added, key=lambda each: (each.now.start_s, each.at_s)):
        again = added_event(verdict, params)
        if not any(
            each.reviewer != verdict.reviewer and _is_near(each.now, again) and _apart(each.now, again, params) < 1.0
            for each in kept[-_RECENT:]
        ):
            kept.append(verdict)
    return kept

"""The events and states of a night as people have corrected them."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from detector.errors import NightFolderError
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.events.state import PERSON, Epoch
from detector.night.people.carry_over import HAND_PX, apart, place
from detector.night.people.review import Entry, Mark, read_reviews, standing
from detector.night.people.reviewed import Reviewed
from detector.night.people.verdicts import Verdict, majority, verdicts_of
from detector.night.tables import name_event, number_of
from detector.params import Params

_RECENT = 16  # so many added events before one, in order of start, may be the same as it


class Named(NamedTuple):
    """What was decided, and what its events are called.

    Attributes:
        decision: of a night.
        ids: names of its events, in their order.
    """

    decision: Decision
    ids: tuple[str, ...]


def apply_reviews(named: Named, folder: Path, params: Params, reviewer: str | None = None) -> tuple[Named, Reviewed]:
    """What was decided, as people have corrected it.

    Rejected events are gone, changed ones have their new kind and times, missed ones are there, and the reason of each
    says who decided what; events that nobody looked at stay as they are. Each keeps its name, and what was added gets a
    new one, after all that there ever were, in the order in which people added it. Where several reviewers judged one
    event, the majority counts, and with a tie the later decision.

    Args:
        named: the night as it is, or as it was decided again.
        folder: of the night, where the reviews are.
        params: groups `review` and `classify`.
        reviewer: only this reviewer's decisions; None takes those of all.

    Returns:
        The events and epochs as corrected; and who reviewed how much, and which decisions found no event.

    Raises:
        NightFolderError: nobody (or not this reviewer) reviewed the night, or a review is bad.
    """
    reviews = _chosen(folder, reviewer)
    decision, ids = named
    placed = {name: place(verdicts_of(entries), decision.events, params) for name, entries in reviews.items()}
    kept, words = [], Counter[str]()
    for index, (event, name) in enumerate(zip(decision.events, ids, strict=True)):
        verdict = majority([each.on[index] for each in placed.values() if index in each.on])
        words[verdict.word if verdict else "unreviewed"] += 1
        kept += [(judged, name) for judged in _judged(event, verdict, params)]
    added = _merged([verdict for each in placed.values() for verdict in each.added], params)
    names = _new_names(ids, [entry.event_id for entries in read_reviews(folder).values() for entry in entries])
    kept += [(added_event(verdict, params), next(names)) for verdict in sorted(added, key=lambda each: each.since_s)]
    review = Reviewed(
        reviewers=tuple(placed),
        n_confirmed=words["confirmed"],
        n_rejected=words["rejected"],
        n_changed=words["changed"],
        n_added=len(added) + words["added"],
        n_unreviewed=words["unreviewed"] + words["noted"],
        unplaced=tuple(verdict for each in placed.values() for verdict in each.unplaced),
    )
    epochs = corrected_epochs(decision.epochs, [entry for entries in reviews.values() for entry in standing(entries)])
    if epochs != decision.epochs:
        kept = [(_in_state(event, epochs), name) for event, name in kept]
    kept.sort(key=lambda pair: (pair[0].start_s, pair[0].x_px))
    corrected = replace(decision, events=tuple(event for event, _ in kept), epochs=epochs)
    return Named(corrected, tuple(name for _, name in kept)), review


def _new_names(*known: Iterable[str]) -> Iterator[str]:
    """Names that no event has or had."""
    last = max((number_of(name) for names in known for name in names), default=0)
    return map(name_event, itertools.count(last + 1))


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


def _chosen(folder: Path, reviewer: str | None) -> dict[str, list[Entry]]:
    reviews = read_reviews(folder)
    if not reviews:
        raise NightFolderError(f"{folder}: nobody has reviewed this night; `twitch-detector review` opens it.")
    if reviewer is None:
        return reviews
    if reviewer not in reviews:
        known = ", ".join(reviews)
        raise NightFolderError(f"{folder}: {reviewer!r} has not reviewed this night; name one of: {known}.")
    return {reviewer: reviews[reviewer]}


def _judged(event: Event, verdict: Verdict | None, params: Params) -> list[Event]:
    if verdict is None or verdict.is_event is None:
        return [event]
    if not verdict.is_event:
        return []
    return [_corrected(event, verdict, params)]


def _corrected(event: Event, verdict: Verdict, params: Params) -> Event:
    """An event as a person has it; what was measured of another kind is no longer told."""
    now, mark = verdict.now, verdict.mark
    has_times = verdict.is_added or (now.start_s, now.stop_s) != (mark.start_s, mark.stop_s)
    own = f" with times by {verdict.reviewer}" if has_times and verdict.word == "confirmed" else ""
    changes: dict[str, Any] = {"reason": f"{verdict.word} by {verdict.reviewer}{own}; {event.reason}"}
    # A verdict that only confirmed a neighbor in time says what it is, not when.
    if has_times:
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
    left, top = now.x_px - HAND_PX, now.y_px - HAND_PX
    return {"x_px": now.x_px, "y_px": now.y_px, "box_px": (left, top, left + 2 * HAND_PX, top + 2 * HAND_PX)}


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
            each.reviewer != verdict.reviewer and apart(each.now, again, params) < 1.0 for each in kept[-_RECENT:]
        ):
            kept.append(verdict)
    return kept

"""Decisions of people brought to a night: to the event they were made about, or to the one that now stands there."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from detector.events.classify import Event
from detector.night.people.review import Mark, mark_of
from detector.night.people.verdicts import Verdict
from detector.params import Params

HAND_PX = 40.0  # half a side of the box of an event that a person added; it has no measured extent


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
            distance = apart(mark, events[index], params)
            if distance < 1.0:
                yield distance, number, index


def apart(mark: Mark, event: Event, params: Params) -> float:
    """How far apart in time, 0 for the same; 1 and more, infinity in another place, where they are not the same event.

    Args:
        mark: what somebody decided about.
        event: of the night.
        params: group `review`.
    """
    if not _is_near(mark, event):
        return math.inf
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
    x, y = max((right - left) / 2, HAND_PX), max((bottom - top) / 2, HAND_PX)
    return left - x <= mark.x_px <= right + x and top - y <= mark.y_px <= bottom + y

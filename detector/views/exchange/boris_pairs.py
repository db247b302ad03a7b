"""Key presses of BORIS as things with a beginning and an end: START and STOP of one code, subject and modifiers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from detector.views.exchange.media import EndToEnd
from detector.views.exchange.scored import Scored, unfit

EXAMPLE = "Time 12.5, Behavior twitch, Behavior type START, and then Time 12.8, Behavior twitch, Behavior type STOP"
_ID = re.compile(r"(e\d{4,})(?:;\s*)?(.*)", re.DOTALL)


class Press(NamedTuple):
    """One row of a coding: joined time in s, who, what, modifiers, comment, START, STOP, POINT or empty, and where."""

    time_s: float
    subject: str
    code: str
    modifier: str
    comment: str
    type: str
    where: str


def paired(path: Path, presses: Sequence[Press], joined: EndToEnd) -> list[Scored]:
    """Presses as things that were scored.

    Args:
        path: for messages.
        presses: in any order; a press that does not say whether it starts or stops does what is due.
        joined: the time they count in.

    Raises:
        UsageError: a STOP has no START, a state begins again before it ended, or never ends.
    """
    open_: dict[tuple[str, str, str], Press] = {}
    done = []
    for press in _by_time(presses):
        key = press.subject, press.code, press.modifier
        if press.type == "POINT":
            done.append(_scored(press, press, joined))
        elif press.type == "STOP" and key not in open_:
            came = f"{press.where} stops {press.code!r}, which never began"
            raise unfit(path, "a START before every STOP", came, EXAMPLE)
        elif press.type == "START" and key in open_:
            came = f"{press.where} starts {press.code!r} again before it stopped"
            raise unfit(path, "states of one behavior and subject that do not overlap", came, EXAMPLE)
        elif key in open_:
            done.append(_scored(open_.pop(key), press, joined))
        else:
            open_[key] = press
    if open_:
        first = next(iter(open_.values()))
        raise unfit(
            path, "a STOP after every START", f"{first.where} starts {first.code!r}, which never stops", EXAMPLE
        )
    return done


def _by_time(presses: Sequence[Press]) -> list[Press]:
    """In order of time; where one thing stops as the next of its kind starts, the stop comes first."""
    order = {"STOP": 0, "POINT": 1, "": 1, "START": 2}
    numbered = sorted(enumerate(presses), key=lambda each: (each[1].time_s, order.get(each[1].type, 1), each[0]))
    return [press for _, press in numbered]


def _scored(start: Press, stop: Press, joined: EndToEnd) -> Scored:
    said = _ID.fullmatch(start.comment.strip())
    event_id, note = said.groups() if said else ("", start.comment.strip())
    start_s = joined.recording_s(start.time_s)
    is_moment = start is stop
    stop_s = start_s if is_moment else max(joined.recording_s(stop.time_s, is_stop=True), start_s)
    return Scored(start.code, start_s, stop_s, event_id, start.subject, note, start.where)

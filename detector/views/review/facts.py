"""What the review page is told about a night: plain values, ready for JSON."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import EVENT_KINDS, Event
from detector.events.state import STATES, UNOBSERVED
from detector.night.people.agreement import quiet_samples
from detector.night.people.review import mark_of
from detector.views.plots.courses import MOTION_WORDS, motion_envelope
from detector.views.plots.signal import strength_of
from detector.views.plots.style import KIND_STYLES, STANDING
from detector.views.wording import day, frame_rate, moment

if TYPE_CHECKING:
    from detector.night.night import Night

ENVELOPE_POINTS: Final = 1600
MOST_POINTS: Final = 4000
_UNMARKED: Final = "#7a7a7a"

Signal = tuple[NDArray[np.float64], NDArray[np.float32]]


def page_facts(night: Night, reviewer: str, *, is_blind: bool) -> dict[str, Any]:
    """Everything about the night that does not change while it is reviewed.

    Args:
        night: as it was decided.
        reviewer: who looks.
        is_blind: whether what was decided about the events stays hidden: their kinds, places, numbers and reasons.
    """
    width_px, height_px = picture_size(night)
    fps = frame_rate(night)
    begin = night.wall_clock(night.start_s)
    return {
        "title": _title(night),
        "day": day(begin) if begin else "",
        "reviewer": reviewer,
        "blind": is_blind,
        "start_s": night.start_s,
        "stop_s": night.stop_s,
        "observed_s": night.coverage.observed_s,
        "clock": clock_pieces(night),
        "width_px": width_px,
        "height_px": height_px,
        "frame_s": 1 / fps if math.isfinite(fps) and fps > 0 else 0.04,
        "motion_words": MOTION_WORDS,
        "threshold": night.params.burst.threshold,
        "margin_s": night.params.review.margin_s,
        "kinds": kind_facts(),
        "events": [event_facts(night, number, event, is_blind=is_blind) for number, event in _numbered(night)],
        "gaps": [list(gap) for gap in night.gaps],
        "artifacts": [] if is_blind else artifact_facts(night),
        "samples": [list(sample) for sample in quiet_samples(night)],
        "states": list(STATES[:-1]),
        "epochs": epoch_facts(night, is_blind=is_blind),
    }


def _numbered(night: Night) -> enumerate[Event]:
    return enumerate(night.decision.events)


def _title(night: Night) -> str:
    names = [source.name for source in night.provenance.inputs]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{names[0]}{more}" if names else "A night"


def kind_facts() -> list[dict[str, str]]:
    """Kinds of events with their names and colors, in the order of their keys."""
    return [
        {
            "kind": kind,
            "name": KIND_STYLES[kind].singular if kind in KIND_STYLES else kind,
            "color": KIND_STYLES[kind].color if kind in KIND_STYLES else _UNMARKED,
        }
        for kind in EVENT_KINDS
    ]


def event_facts(night: Night, number: int, event: Event, *, is_blind: bool) -> dict[str, Any]:
    """One event; of a blind review only what says when to look."""
    mark = mark_of(event)
    when = {
        "id": night.event_ids[number],
        "start_s": mark.start_s,
        "stop_s": mark.stop_s,
        "at": moment(night, event.start_s),
    }
    if is_blind:
        return when
    numbers = {"snr": event.snr, "area": event.area_fraction, "rate_hz": event.rate_hz, "peak_s": event.peak_s}
    return when | {
        "kind": event.kind,
        "label": getattr(event, "label", ""),
        "x_px": mark.x_px,
        "y_px": mark.y_px,
        "box": [round(edge, 1) for edge in event.box_px],
        **{name: round(value, 4) if math.isfinite(value) else None for name, value in numbers.items()},
        "sustained": event.is_sustained,
        "site": event.site,
        "state": event.state,
        "reason": event.reason,
        "doubt": round(doubt_of(event, night.params.burst.threshold), 4),
    }


def doubt_of(event: Event, threshold: float) -> float:
    """How uncertain an event is, to look at the most uncertain first: 1 and more for `uncertain`, else 0 to 1.

    The fainter, the more uncertain: 1 at the threshold and below it, one half at twice the threshold.
    """
    faint = min(threshold / event.snr, 1.0) if math.isfinite(event.snr) and event.snr > 0 else 1.0
    return faint + (event.kind == "uncertain")


def artifact_facts(night: Night) -> list[dict[str, Any]]:
    """What passed through the picture and is no movement of the infant; what stays all night is left out."""
    return [
        {"kind": each.kind, "start_s": each.start_s, "stop_s": each.stop_s}
        for each in night.decision.artifacts
        if each.kind not in STANDING
    ]


def epoch_facts(night: Night, *, is_blind: bool) -> list[dict[str, Any]]:
    """Epochs with their states and what decided them, but not for the blind; empty where no states were scored."""
    return [
        {
            "start_s": round(epoch.start_s, 3),
            "stop_s": round(epoch.stop_s, 3),
            "state": "state to be told" if is_blind else epoch.state,
            "reason": f"decided by {epoch.decided_by}" if epoch.decided_by and not is_blind else "",
        }
        for epoch in night.decision.epochs
        if epoch.state != UNOBSERVED
    ]


def clock_pieces(night: Night) -> list[list[float]]:
    """`[recording time, seconds since midnight]` at the start and wherever the clocks change; empty if not known."""
    if night.start_at is None:
        return []
    pieces = [[night.start_s, _seconds_of_day(night.wall_clock(night.start_s))]]
    offset = _offset_s(night.wall_clock(night.start_s))
    # Clocks change on a quarter of an hour.
    for time_s in np.arange(night.start_s + (900 - pieces[0][1] % 900), night.stop_s, 900.0).tolist():
        at = night.wall_clock(time_s)
        if _offset_s(at) != offset:
            offset = _offset_s(at)
            pieces.append([time_s, _seconds_of_day(at)])
    return pieces


def _seconds_of_day(at: datetime | None) -> float:
    return 0.0 if at is None else at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6


def _offset_s(at: datetime | None) -> float:
    offset = at.utcoffset() if at else None
    return offset.total_seconds() if offset else 0.0


def picture_size(night: Night) -> tuple[int, int]:
    """Width and height of the picture, px; 0 and 0 where the motion was not kept."""
    trace = night.trace
    return (trace.grid.width_px, trace.grid.height_px) if trace is not None else (0, 0)


def reference_png(night: Night) -> bytes:
    """A picture of the night as PNG; empty where none was kept."""
    import cv2

    picture = night.trace.reference if night.trace is not None else np.zeros((0, 0), np.uint8)
    return bytes(cv2.imencode(".png", picture)[1]) if picture.size else b""


def motion_signal(night: Night) -> Signal:
    """Strength of the motion in each frame, times the noise, `(time_s, strength)`; empty where it was not kept."""
    strengths = strength_of(night) if night.coverage.observed_s > 0 else None
    if strengths is None:
        return np.zeros(0), np.zeros(0, np.float32)
    return strengths[0].view.time_s, strengths[0].peaks()


def signal_facts(signal: Signal, start_s: float, stop_s: float, most: int = MOST_POINTS) -> dict[str, list[float]]:
    """The signal in a stretch: `time_s` and `strength`, at most `most` of the largest values in pieces."""
    time_s, strength = signal
    inside = slice(*np.searchsorted(time_s, (start_s, stop_s)).tolist())
    time_s, strength = time_s[inside], strength[inside]
    if time_s.size > most:
        starts = np.linspace(0, time_s.size, most, endpoint=False).astype(np.int64)
        time_s, strength = time_s[starts], np.maximum.reduceat(strength, starts)
    return {"time_s": np.round(time_s, 3).tolist(), "strength": np.round(strength, 2).tolist()}


def motion_facts(night: Night) -> dict[str, list[float | None]]:
    """Share of the picture that moved, as the timeline of the report draws it: `time_s`, `most` and `usual` in pieces.

    A piece in which nothing was judged has None; empty where the motion was not kept.
    """
    envelope = motion_envelope(night, ENVELOPE_POINTS)
    if envelope is None:
        return {"time_s": [], "most": [], "usual": []}
    shares = ([round(share, 4) if math.isfinite(share) else None for share in one] for one in envelope[1:])
    most, usual = ([*one] for one in shares)
    return {"time_s": np.round(envelope.edges_s[:-1], 3).tolist(), "most": most, "usual": usual}

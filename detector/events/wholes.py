"""Events that go on as long as the recording, with what belongs to them: their outskirts, and parts of one movement.

What moves all along (`all_along`) is told as one event, at the place that never rests. The same movement reaches beyond
that place now and then, and at the long lag; there it is found once more, and must not be told twice. Own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from detector.events.burst import box_around
from detector.events.event import Event


def with_all_along(
    events: Sequence[Event], all_along: Sequence[Event], reach_px: float, same_rate: float, *, is_one: bool = True
) -> list[Event]:
    """Events with those that go on all along.

    What is weaker, no larger and within reach of one is its outskirts. Of an infant who is restless all along is what
    moves elsewhere meanwhile, too; and what swings beside a rhythm at its rate is part of it, whatever lag shows it.

    Args:
        events: of all other places.
        all_along: as long as the recording.
        reach_px: of its box, px.
        same_rate: rates that differ by less than this share are one.
        is_one: whether at most one infant is looked at.

    Returns:
        In order of start.
    """

    def is_of(event: Event, whole: Event) -> bool:
        if not _lies_in(event, whole):
            return False
        if whole.kind == "restless":
            return is_one and event.kind in ("restless", "movement")
        is_alike = event.kind == "rhythmic" and abs(event.rate_hz / whole.rate_hz - 1.0) <= same_rate
        return is_alike and _is_near(event, whole, reach_px)

    rest = [event for event in events if not any(_is_beside(event, whole, reach_px) for whole in all_along)]
    told: list[Event] = []
    for whole in all_along:
        same = [event for event in rest if is_of(event, whole)]
        rest = [event for event in rest if not any(event is one for one in same)]
        start_s, stop_s = min(e.start_s for e in (whole, *same)), max(e.stop_s for e in (whole, *same))
        box_px = box_around([event.box_px for event in (whole, *same)])
        told.append(replace(whole, start_s=start_s, stop_s=stop_s, box_px=box_px))
    return sorted([*rest, *told], key=lambda event: (event.start_s, event.x_px))


def _lies_in(event: Event, whole: Event) -> bool:
    """Whether most of an event lies in the time of another one."""
    common_s = min(event.stop_s, whole.stop_s) - max(event.start_s, whole.start_s)
    return common_s > 0.5 * event.duration_s


def _is_near(event: Event, whole: Event, reach_px: float) -> bool:
    left, top, right, bottom = whole.box_px
    return left - reach_px <= event.x_px <= right + reach_px and top - reach_px <= event.y_px <= bottom + reach_px


def _is_beside(event: Event, whole: Event, reach_px: float) -> bool:
    is_weaker = event.snr < whole.snr and event.area_fraction <= whole.area_fraction
    return is_weaker and _is_near(event, whole, reach_px)

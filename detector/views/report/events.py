"""Every event as a row: what, when, how long, how strong, and where a player finds it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

from detector.events.classify import EVENT_KINDS
from detector.views.plots.style import KIND_STYLES
from detector.views.report.section import Section, Story, section
from detector.views.wording import duration, elapsed, moment, percent, rhythm_rate

MOST_ROWS = 5000
"""Longer tables would not open on a phone; all rows stand in `events.csv`."""
MOST_PRINTED = 600
SHOWN_FIRST = 100
"""So many rows are shown before somebody asks for all."""


def write(story: Story) -> Section:
    """Never empty: a night without events says so."""
    night = story.night
    events = night.decision.events
    counts = Counter(event.kind for event in events)
    kinds = [(kind, KIND_STYLES[kind], counts[kind]) for kind in EVENT_KINDS if counts[kind]]
    return section(
        "events",
        rows=list(rows(story)),
        n_events=len(events),
        kinds=kinds,
        has_clock=night.start_at is not None,
        has_rhythm=any(math.isfinite(event.rate_hz) for event in events),
        has_file=len(night.provenance.inputs) > 1,
        most_printed=MOST_PRINTED,
        shown_first=SHOWN_FIRST,
        is_blind=night.coverage.observed_s <= 0,
    )


def rows(story: Story) -> Iterator[dict[str, Any]]:
    """The first `MOST_ROWS` events in words."""
    night = story.night
    for number, event in enumerate(night.decision.events[:MOST_ROWS], start=1):
        file, second = night.provenance.file_place(event.start_s)
        yield {
            "number": number,
            "id": night.event_ids[number - 1],
            "kind": event.kind,
            "name": KIND_STYLES[event.kind].singular,
            "when": moment(night, event.start_s),
            "start_s": f"{event.start_s:.2f}",
            "elapsed": elapsed(event.start_s, decimals=1),
            "duration_s": f"{event.duration_s:.2f}",
            "duration": duration(event.duration_s),
            "place": event.site or f"{event.x_px:.0f}, {event.y_px:.0f}",
            "area": f"{event.area_fraction:.4f}",
            "area_text": percent(event.area_fraction),
            "strength": f"{event.snr:.0f}",
            "rate_hz": f"{event.rate_hz:.3f}" if math.isfinite(event.rate_hz) else "",
            "rate_text": rhythm_rate(night, event) if math.isfinite(event.rate_hz) else "",
            "is_sustained": event.is_sustained,
            "label": event.label,
            "state": event.state,
            "file": file,
            "at": elapsed(second, decimals=1) if file else "",
            "reason": event.reason,
            "has_film": number in story.shown.films,
        }

"""Rhythmic movement that went on: when, how long, how fast, and where to look it up in the footage."""

from __future__ import annotations

from detector.views.report.section import Section, Story, section
from detector.views.wording import describe_event, elapsed, moment

PRINTED = 8
"""So many stand on the printed first page; all are in the table."""
WITH_FILE = 4
"""Of so many the printed first page has room for the files, too."""


def write(story: Story) -> Section | None:
    """Nothing to say where no rhythmic movement lasted 10 s."""
    night = story.night
    lines = []
    for number, event in enumerate(night.decision.events, start=1):
        if event.is_sustained:
            file, second = night.provenance.file_place(event.start_s)
            lines.append(
                {
                    "number": number,
                    "id": night.event_ids[number - 1],
                    "when": moment(night, event.start_s),
                    "what": describe_event(night, event),
                    "why": event.reason,
                    "file": file,
                    "at": elapsed(second, decimals=1) if file else "",
                }
            )
    return section("patterns", lines=lines, printed=PRINTED, with_file=WITH_FILE) if lines else None

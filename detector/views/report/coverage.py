"""What became of every second: observed or not, judged or not, and why."""

from __future__ import annotations

from detector.views.ledger import ledger_lines, unjudged_stretches, unseen_stretches
from detector.views.report.section import Section, Story, section
from detector.views.wording import duration, moment

MOST_PRINTED = 20


def write(story: Story) -> Section:
    """Never empty: that nothing is missing is said in one sentence."""
    night = story.night
    unjudged = [
        (moment(night, start_s), moment(night, stop_s), duration(stop_s - start_s), cause)
        for start_s, stop_s, cause in unjudged_stretches(night)
    ]
    lines = list(ledger_lines(night))
    return section(
        "coverage",
        ledger=lines,
        is_whole=not night.gaps and len(lines) <= 2 and not unjudged,
        unseen=list(unseen_stretches(night)),
        unjudged=unjudged,
        most_printed=MOST_PRINTED,
        n_unreadable=len(night.provenance.unreadable),
    )

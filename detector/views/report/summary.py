"""The night in one sentence and a few numbers: counts first, then rates with their intervals, and over what time."""

from __future__ import annotations

from collections.abc import Iterator

from detector.events.classify import EVENT_KINDS
from detector.events.state import ABSENT
from detector.night.night import Night
from detector.views.ledger import trouble_lines
from detector.views.plots.style import KIND_STYLES
from detector.views.report.section import Section, Story, section
from detector.views.wording import UNKNOWN, can_tell_twitches, duration, number, percent, rate, rate_base, rate_interval

_MOST_TROUBLES = 5


def write(story: Story) -> Section:
    """Never empty."""
    night = story.night
    base_s, base = rate_base(night)
    shortest_s = night.params.series.min_rate_s
    troubles = list(trouble_lines(night))
    return section(
        "summary",
        sentence=sentence(night),
        tiles=list(tiles(night)),
        base=base,
        base_words=duration(base_s),
        has_rates=base_s >= shortest_s,
        shortest=f"{shortest_s / 60:.0f} minutes",
        observed=coverage_line(night),
        troubles=troubles[:_MOST_TROUBLES],
        n_more=max(len(troubles) - _MOST_TROUBLES, 0),
    )


def sentence(night: Night) -> str:
    """What was found, in one sentence that claims no more than was seen."""
    base_s, base = rate_base(night)
    if night.coverage.observed_s <= 0:
        return "Nothing was observed: no usable picture in this recording. The counts say nothing about the infant."
    found = {kind: [event for event in night.decision.events if event.kind == kind] for kind in EVENT_KINDS}
    words = [
        number(len(events), KIND_STYLES[kind].singular, KIND_STYLES[kind].several)
        for kind, events in found.items()
        if events
    ]
    if not words:
        return f"No movement found in {duration(base_s)} {base}.{_few_pictures(night)} {_presence(night)}"
    n_sustained = sum(event.is_sustained for event in night.decision.events)
    long = f"; {n_sustained} of the rhythmic ones lasted 10 s or longer" if n_sustained else ""
    return f"In {duration(base_s)} {base}: {_listed(words)}{long}.{_few_pictures(night)}"


def _few_pictures(night: Night) -> str:
    """What is said where this camera gave too few pictures to tell a twitch."""
    return "" if can_tell_twitches(night) else " Pictures came too slowly to tell a twitch."


def _presence(night: Night) -> str:
    """What a night without movement tells of anybody being there."""
    if any(epoch.infant_visible for epoch in night.decision.epochs):
        return "What looks like breathing was seen."
    if any(epoch.state == ABSENT for epoch in night.decision.epochs):
        return "No breathing was seen either: nobody may have been in the picture."
    return "Whether an infant was in the picture at all, this does not tell."


def tiles(night: Night) -> Iterator[dict[str, str]]:
    """One per kind: count, and the rate with its interval where there is one."""
    base_s, _ = rate_base(night)
    shortest_s = night.params.series.min_rate_s
    for kind in EVENT_KINDS:
        count = sum(event.kind == kind for event in night.decision.events)
        per_hour = rate(count, base_s, shortest_s)
        has_rate = count > 0 and per_hour != UNKNOWN
        yield {
            "kind": kind,
            "name": KIND_STYLES[kind].lane,
            "color": KIND_STYLES[kind].color,
            "count": str(count) if count or kind != "twitch" or can_tell_twitches(night) else UNKNOWN,
            "rate": f"{per_hour} an hour" if has_rate else "",
            "interval": rate_interval(count, base_s, shortest_s) if has_rate else "",
        }


def coverage_line(night: Night) -> str:
    """How much of the recording was observed, and what became of the rest."""
    coverage = night.coverage
    length_s = night.stop_s - night.start_s
    line = f"Observed {duration(coverage.observed_s)} of {duration(length_s)}"
    if length_s > 0:
        line += f" ({percent(coverage.observed_s / length_s)})"
    parts = [
        ("not filmed", coverage.gap_s),
        ("damaged", coverage.damaged_s),
        ("frozen picture", coverage.frozen_s),
        ("could not be measured", coverage.skipped_s),
    ]
    lost = [f"{name} {duration(seconds)}" for name, seconds in parts if seconds >= 0.05]
    base_s, base = rate_base(night)
    judged = f"; judged {duration(base_s)}" if base != "observed" else ""
    absent_s = sum(epoch.duration_s for epoch in night.decision.epochs if epoch.state == ABSENT)
    absent = f"; infant {ABSENT} {duration(absent_s)}" if absent_s else ""
    return f"{line}{': ' if lost else ''}{', '.join(lost)}{judged}{absent}."


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

"""Movements that belong together by their times, each beside what the same night gives by chance."""

from __future__ import annotations

import math
from collections.abc import Iterator

from detector.night.night import Night
from detector.night.numbers.patterns import Pattern, is_more_than_chance
from detector.views.report.section import Section, Story, section
from detector.views.wording import figures, number, percent


def write(story: Story) -> Section | None:
    """Nothing to say where there are neither series nor enough events for a number."""
    patterns = [
        _shown(pattern, story.night) for pattern in story.night.patterns if not pattern.heading.startswith(_HAS_ITS_OWN)
    ]
    numbers = list(_numbers(story.night))
    return section("series", patterns=patterns, numbers=numbers) if patterns or numbers else None


_HAS_ITS_OWN = "Rhythmic movement of "
"""Rhythmic movement that went on stands on the first page."""


def _shown(pattern: Pattern, night: Night) -> dict[str, object]:
    facts = vars(pattern)
    return {name: facts[name] for name in ("heading", "seen", "by_chance", "could_be_wrong")} | {
        "events": [night.event_number(event_id) for event_id in facts["event_ids"]]
    }


def _chance_of_bouts(night: Night) -> str:
    """How many bouts chance gives, and whether these are more, or longer; empty where nothing could be shuffled."""
    bouts = [one for one in night.series_found if one.kind == "bout"]
    expected = bouts[0].chance.expected
    if math.isnan(expected):
        return ""
    given = f"the intervals of this night in another order give {figures(expected)} on average"
    if is_more_than_chance(bouts, night.params.series.chance_share):
        return f"By chance, {given}; the longest here is longer than chance gives."
    if expected >= len(bouts):
        return f"So many are expected by chance: {given}."
    return f"By chance, {given}."


def _numbers(night: Night) -> Iterator[tuple[str, str, str]]:
    """`(name, value, how to read it)` of what can be told of this night."""
    found = night.statistics()
    if found["n_bouts"]:
        source = "fitted to this night" if found["bout_criterion_is_fitted"] else "as published, for want of intervals"
        yield (
            "Bouts of twitches",
            str(found["n_bouts"]),
            (
                f"Two twitches or more, at most {found['bout_criterion_s']:.3g} s apart ({source}). "
                f"{_chance_of_bouts(night)}"
            ).strip(),
        )
    if math.isfinite(found["burstiness"]):
        yield (
            "Burstiness of twitches",
            f"{found['burstiness']:.2f}",
            "-1 is a clock, 0 is chance, 1 is all at once (Kim and Jo 2016).",
        )
    if math.isfinite(found["periodicity_index"]):
        yield (
            "Periodicity index",
            f"{found['periodicity_index']:.2f}",
            (
                "Share of the movements of 0.5 to 10 s in series of four or more, 10 to 90 s apart. Movements that "
                "come at random make such series, too, and no limit for infants is published."
            ),
        )
    if night.decision.events and found["n_still_epochs"]:
        yield (
            "Still time",
            percent(found["still_share"]),
            (
                f"Of {number(found['n_still_epochs'], 'stretch', 'stretches')} of "
                f"{night.params.series.still_epoch_s:g} s, so many had no movement (Fukumoto 1981)."
            ),
        )

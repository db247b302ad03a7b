"""The timeline, to zoom and click, or as a picture where there is no script; and the film of the event chosen."""

from __future__ import annotations

from detector.night.night import Night
from detector.views.clock_marks import clock_changes
from detector.views.interactive.page import script_json, timeline_facts, timeline_item
from detector.views.ledger import unjudged_stretches
from detector.views.plots.courses import MOTION_WORDS
from detector.views.plots.style import STANDING
from detector.views.report.section import Section, Story, data_uri, picture, section
from detector.views.wording import duration

_SEEN = 0.002
"""Stretches of a smaller share of the night are too narrow to be seen in a drawing of it."""


def write(story: Story) -> Section:
    """Never empty."""
    from detector.views.plots.timeline import SIZE_IN, plot_timeline

    night = story.night
    item, height_px = timeline_item(night)
    return section(
        "timeline",
        item=item,
        facts=timeline_facts(night),
        height_px=height_px,
        static=data_uri(story.timeline_png, "image/png")
        if story.timeline_png
        else picture(lambda ax: plot_timeline(night, ax), *SIZE_IN),
        reading=reading(night),
        n_films=len(story.shown.films),
        n_events=len(night.decision.events),
        trouble=story.shown.trouble,
        with_pictures=story.with_pictures,
    )


def reading(night: Night) -> list[str]:
    """How to read the timeline: one phrase for each thing that is in it, and for no other."""
    lines = ["Each mark is one event, as long as it lasted"]
    if any(event.kind == "twitch" for event in night.decision.events):
        lines.append("bars under the lanes: twitches in each observed minute")
    if night.trace is not None:
        lines.append(f"motion, grey at the foot: {MOTION_WORDS}")
    if night.decision.epochs:
        lines.append("states: dark is quiet, light is active sleep-like, yellow awake or handled, grey not known")
    if night.sensitivity is not None:
        lines.append("could be seen: the dark part of a bar is the share that was found of the twitches planted to try")
    if night.gaps:
        lines.append("hatched: nothing was observed")
    least_s = _SEEN * (night.stop_s - night.start_s)
    if any(stop_s - start_s > least_s for start_s, stop_s, _ in unjudged_stretches(night)):
        lines.append("dotted: observed, but no movement could have been told")
    standing = [a for a in night.decision.artifacts if a.kind in STANDING]
    if standing:
        names = ", ".join(dict.fromkeys(artifact.kind for artifact in standing))
        lines.append(f"counted with the artifacts and not drawn, since they stay at a place for long: {names}")
    lines += [f"dashed line: {words}" for _, words in clock_changes(night)]
    return lines


def frames(story: Story) -> str:
    """For the player: of each film its shape, the box in percent, its length, and whether it is cut short, as JSON."""
    found = {}
    for number, film in story.shown.films.items():
        event = story.night.decision.events[number - 1]
        left, top, right, bottom = (edge * film.scale for edge in event.box_px)
        found[number] = [
            film.width_px,
            film.height_px,
            *(round(100 * value, 2) for value in (left / film.width_px, top / film.height_px)),
            *(round(100 * value, 2) for value in ((right - left) / film.width_px, (bottom - top) / film.height_px)),
            round(event.start_s - film.start_s, 2),
            duration(film.stop_s - film.start_s) if event.stop_s > film.stop_s else "",
        ]
    return script_json(found)

"""Where in the picture it moved."""

from __future__ import annotations

from detector.night.night import Night
from detector.views.report.section import Section, Story, picture, section


def write(story: Story) -> Section | None:
    """Nothing to say where nothing moved."""
    from detector.views.plots.heatmap import plot_heatmap

    night = story.night
    if not night.decision.events:
        return None
    drawn = picture(lambda ax: plot_heatmap(night, ax, with_picture=story.with_pictures), 7.5, 4.8, is_photo=True)
    return section("where", heatmap=drawn, sites=_sites(night), has_picture=story.with_pictures and has_picture(night))


def has_picture(night: Night) -> bool:
    """Whether the night keeps a picture of the footage to draw on."""
    return night.trace is not None and night.trace.reference.size > 0


def _sites(night: Night) -> list[tuple[str, int]]:
    """Named places with the number of their events, the busiest first; empty where no place has a name."""
    names = [event.site for event in night.decision.events if event.site]
    return sorted(((name, names.count(name)) for name in set(names)), key=lambda pair: (-pair[1], pair[0]))

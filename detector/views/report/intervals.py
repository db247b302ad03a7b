"""How often twitches came: the intervals between them, against chance."""

from __future__ import annotations

from detector.views.report.section import Section, Story, picture, section


def write(story: Story) -> Section | None:
    """Nothing to say below two intervals."""
    from detector.views.plots.intervals import FEWEST, plot_intervals

    night = story.night
    n_intervals = int(night.intervals_s("twitch").size)
    if n_intervals < 2:
        return None
    drawn = picture(lambda ax: plot_intervals(night, ax), 7.5, 4.2)
    return section("intervals", picture=drawn, has_chance=n_intervals >= FEWEST)

"""What this camera could have shown: planted movement that was found, and what that says of the rates."""

from __future__ import annotations

from detector.night.sensitivity import StoredSensitivity
from detector.views.planted import corrected_words, false_words, is_estimated, share_words, size_words
from detector.views.plots.style import KIND_STYLES
from detector.views.report.section import Section, Story, picture, section
from detector.views.wording import duration, number

_FEWEST_HOURS = 2


def write(story: Story) -> Section | None:
    """Nothing to say of a night whose sensitivity was not measured."""
    from detector.views.plots.sensitivity import plot_blind_spots, plot_sensitivity, plot_sensitivity_by_hour

    night = story.night
    found = night.sensitivity
    if found is None:
        return None
    has_picture = story.with_pictures and night.trace is not None and night.trace.reference.size > 0
    has_hours = len(found.twitch.by_hour) >= _FEWEST_HOURS
    return section(
        "sensitivity",
        stretches=number(len(found.stretches), "quiet stretch", "quiet stretches"),
        length=duration(sum(one.stop_s - one.start_s for one in found.stretches)),
        rows=[_row(kind, found) for kind in ("twitch", "rhythmic")],
        has_few=any(found.planted(kind).curve.middle_px is None for kind in ("twitch", "rhythmic")),
        curve=picture(lambda ax: plot_sensitivity(night, ax), 7.5, 4.4),
        place=picture(lambda ax: plot_blind_spots(night, ax, with_picture=has_picture), 7.5, 4.6)
        if night.trace is not None and found.twitch.by_place
        else "",
        hours=picture(lambda ax: plot_sensitivity_by_hour(night, ax), 7.5, 3.0) if has_hours else "",
        has_picture=has_picture,
        false_events=false_words(found.false_events),
        corrected=corrected_words(found),
        assumption=found.twitches_per_hour.assumption if is_estimated(found) else "",
    )


def _row(kind: str, found: StoredSensitivity) -> tuple[str, str, str, str, str]:
    """Name, found of planted, share with interval, and the displacements of which 50 and 90 % are found."""
    planted = found.planted(kind)
    sizes = (size_words(planted, size, found.asked.mm_per_px) for size in (planted.curve.px_50, planted.curve.px_90))
    return (KIND_STYLES[kind].several, f"{planted.found} of {planted.n}", share_words(planted), *sizes)  # type: ignore[return-value]

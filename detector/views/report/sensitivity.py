"""What this camera could have shown: planted movement that was found, and what that says of the rates."""

from __future__ import annotations

import math

from detector.night.sensitivity import FalseEvents, Planted, Size, StoredSensitivity, TwitchRate
from detector.views.plots.style import KIND_STYLES
from detector.views.report.section import Section, Story, picture, section
from detector.views.wording import UNKNOWN, duration, number, percent

_FEWEST_HOURS = 2
_LEAST_HOURS = 1 / 6
"""No rate is told over less time than this, h."""


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
        curve=picture(lambda ax: plot_sensitivity(night, ax), 7.5, 4.4),
        place=picture(lambda ax: plot_blind_spots(night, ax, with_picture=has_picture), 7.5, 4.6)
        if night.trace is not None and found.twitch.by_place
        else "",
        hours=picture(lambda ax: plot_sensitivity_by_hour(night, ax), 7.5, 3.0) if has_hours else "",
        has_picture=has_picture,
        false_events=_false_words(found.false_events),
        corrected=_corrected_words(found.twitches_per_hour),
        assumption=found.twitches_per_hour.assumption,
    )


def _row(kind: str, found: StoredSensitivity) -> tuple[str, str, str, str, str]:
    """Name, found of planted, share with interval, and the displacements of which 50 and 90 % are found."""
    planted = found.planted(kind)
    share = UNKNOWN
    if planted.recall is not None:
        share = f"{percent(planted.recall)} ({percent(planted.low)} to {percent(planted.high)})"
    sizes = (size_words(planted, size, found.asked.mm_per_px) for size in (planted.curve.px_50, planted.curve.px_90))
    return (KIND_STYLES[kind].several, f"{planted.found} of {planted.n}", share, *sizes)  # type: ignore[return-value]


def size_words(planted: Planted, size: Size, mm_per_px: float | None) -> str:
    """A displacement with its interval, in px and where known mm, or why there is none."""
    if planted.curve.middle_px is None:
        return "too few planted to tell"
    if size.value is None:
        return "below all that was planted" if size.low == 0 and size.high is not None else "above all that was planted"
    low = f"{size.low:.1f}" if size.low else "less"
    high = f"to {size.high:.1f}" if size.high is not None else "or more"
    mm = f"; {size.value * mm_per_px:.1f} mm" if mm_per_px is not None else ""
    return f"{size.value:.1f} px ({low} {high}{mm})"


def _false_words(false: FalseEvents) -> str:
    words = f"Where nothing was planted ({duration(3600 * false.hours)}), {number(false.n, 'event')} came out"
    if false.per_hour is None or false.low is None or false.high is None or false.hours < _LEAST_HOURS:
        return f"{words}."
    return f"{words}: {false.per_hour:.2g} an hour (95 %: {false.low:.2g} to {false.high:.2g})."


def _corrected_words(rate: TwitchRate) -> str:
    """Empty where there is no rate to correct."""
    if rate.found is None or rate.estimate is None:
        return ""
    low = rate.low if rate.low is not None else math.nan
    edge = f"to {rate.high:.3g}" if rate.high is not None else "or more"
    found = f"{rate.found:.3g} twitches a judged hour were found"
    return f"{found}; {rate.estimate:.3g} ({low:.2g} {edge}) may have been there."

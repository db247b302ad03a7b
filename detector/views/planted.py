"""What a camera could have shown, in words: the same in the report and at the command line."""

from __future__ import annotations

from detector.night.sensitivity import FalseEvents, Planted, Size, StoredSensitivity
from detector.views.wording import UNKNOWN, duration, figures, number, percent

TOO_FEW = "too few planted to tell"
MORE = "a larger --budget plants more"
_LEAST_HOURS = 1 / 6
"""No rate is told over less time than this, h."""


def share_words(planted: Planted) -> str:
    """The share found with its 95 % interval."""
    if planted.recall is None:
        return UNKNOWN
    return f"{percent(planted.recall)} ({percent(planted.low)} to {percent(planted.high)})"


def size_words(planted: Planted, size: Size, mm_per_px: float | None) -> str:
    """A displacement with its interval, in px and where known mm, or why there is none."""
    if planted.curve.middle_px is None:
        return TOO_FEW
    if size.value is None:
        return "below all that was planted" if size.low == 0 and size.high is not None else "above all that was planted"
    low = f"{size.low:.1f}" if size.low else "less"
    high = f"to {size.high:.1f}" if size.high is not None else "or more"
    mm = f"; {size.value * mm_per_px:.1f} mm" if mm_per_px is not None else ""
    return f"{size.value:.1f} px ({low} {high}{mm})"


def false_words(false: FalseEvents) -> str:
    """How many events came out where nothing was planted, and how often that is."""
    words = f"Where nothing was planted ({duration(3600 * false.hours)}), {number(false.n, 'event')} came out"
    if false.per_hour is None or false.low is None or false.high is None or false.hours < _LEAST_HOURS:
        return f"{words}."
    return f"{words}: {figures(false.per_hour)} an hour (95 %: {figures(false.low)} to {figures(false.high)})."


def corrected_words(sensitivity: StoredSensitivity) -> str:
    """Twitches a judged hour as they may truly be; empty where there is no rate to correct.

    Of too few that were planted, or found, no estimate is told: it would mean little.
    """
    rate = sensitivity.twitches_per_hour
    if rate.found is None:
        return ""
    found = f"{figures(rate.found)} twitches a judged hour were found"
    if not sensitivity.twitch.is_enough:
        n = sensitivity.twitch.n
        return f"{found}. How many there were cannot be estimated: {n} were planted, too few to tell; {MORE}."
    if rate.estimate is None or rate.low is None or rate.high is None:
        return ""
    if not rate.is_narrow:
        return f"{found}; up to {figures(rate.high)} may have been there."
    return f"{found}; {figures(rate.estimate)} ({figures(rate.low)} to {figures(rate.high)}) may have been there."


def is_estimated(sensitivity: StoredSensitivity) -> bool:
    """Whether `corrected_words` tells of twitches that were missed, under the assumption."""
    return sensitivity.twitch.is_enough and sensitivity.twitches_per_hour.estimate is not None

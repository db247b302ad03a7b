"""The infant: its states, how it breathes, where it lies."""

from __future__ import annotations

import math

import numpy as np

from detector.events.state import UNOBSERVED
from detector.night.night import Night
from detector.views.plots.sleep import breathing_rates, state_lengths
from detector.views.report.section import Section, Story, picture, section
from detector.views.wording import UNKNOWN, percent

_NO_STATE = ("", UNOBSERVED)


def write(story: Story) -> Section | None:
    """Nothing to say of a night without epochs."""
    from detector.views.plots.sleep import plot_breathing, plot_extent

    night = story.night
    if not night.decision.epochs:
        return None
    infant = night.infant
    breathes = infant is not None and bool(infant.breathing.is_visible.any())
    has_place = infant is not None and infant.extent is not None
    return section(
        "sleep",
        states=_states(night),
        breathing=_breathing(night),
        course=picture(lambda ax: plot_breathing(night, ax), 7.5, 2.6) if breathes else "",
        place=picture(lambda ax: plot_extent(night, ax, with_picture=story.with_pictures), 7.5, 4.8)
        if has_place
        else "",
        has_picture=story.with_pictures and night.trace is not None and night.trace.reference.size > 0,
    )


def _states(night: Night) -> list[tuple[str, str, str, int, str]]:
    """Each state: its name, length, share of the recording, number of twitches in it, and their rate per judged hour."""
    rates = night.rates(by="state")
    rates = rates[rates["kind"] == "twitch"].set_index("state")
    rows = []
    for state, share, length in state_lengths(night):
        count, per_hour = 0, math.nan
        if state in rates.index and state not in _NO_STATE:
            count, per_hour = int(rates.loc[state, "n_events"]), float(rates.loc[state, "per_hour"])
        words = UNKNOWN
        if math.isfinite(per_hour):
            low, high = (float(rates.loc[state, name]) for name in ("low_per_hour", "high_per_hour"))
            words = f"{per_hour:.3g} ({low:.2g} to {high:.2g})"
        rows.append((state, length, percent(share), count, words))
    return rows


def _breathing(night: Night) -> str:
    """How often and how evenly it breathes, in a sentence."""
    epochs = night.decision.epochs
    _, rates = breathing_rates(night)
    uneven = np.array([epoch.breathing_irregularity for epoch in epochs])
    n_seen = int(np.isfinite(uneven).sum())
    if n_seen == 0:
        return f"Breathing could not be seen in any of {len(epochs)} epochs."
    words = f"Breathing was seen in {n_seen} of {len(epochs)} epochs"
    if np.isfinite(rates).any():
        low, usual, high = np.nanquantile(rates, (0.05, 0.5, 0.95))
        words += f": usually {usual:.0f} a minute, mostly {low:.0f} to {high:.0f}"
    return f"{words}; the length of its cycles varied by {np.nanmedian(uneven):.0%} around the usual epoch."

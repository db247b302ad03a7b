"""The infant: its states, how it breathes, where it lies."""

from __future__ import annotations

import math

import numpy as np

from detector.events.state import UNOBSERVED
from detector.night.night import Night
from detector.views.plots.sleep import breathing_rates, state_table
from detector.views.report.section import Section, Story, picture, section
from detector.views.wording import UNKNOWN, figures, percent


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
        place=picture(lambda ax: plot_extent(night, ax, with_picture=story.with_pictures), 7.5, 4.8, is_photo=True)
        if has_place
        else "",
        has_picture=story.with_pictures and night.trace is not None and night.trace.reference.size > 0,
    )


def _states(night: Night) -> list[tuple[str, str, str, str, str]]:
    """Each state: its name, length, share of the recording, count of twitches and their rate per judged hour."""
    rates = {row["state"]: row for row in night.rates(by="state").to_dict("records") if row["kind"] == "twitch"}
    rows = []
    for state, share, length in state_table(night):
        count = per_hour = UNKNOWN
        if state in rates and state != UNOBSERVED:
            row = rates[state]
            count = str(row["n_events"])
            if math.isfinite(row["per_hour"]):
                low, high = figures(row["low_per_hour"]), figures(row["high_per_hour"])
                per_hour = f"{figures(row['per_hour'])} ({low} to {high})"
        rows.append((state, length, percent(share), count, per_hour))
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
    return f"{words}; in the usual epoch the length of its cycles varied by {percent(np.nanmedian(uneven))}."

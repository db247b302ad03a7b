"""One color for each kind of event, everywhere: those of Okabe and Ito (2008), told apart by color-blind eyes."""

from __future__ import annotations

from typing import Final

KIND_COLORS: Final = {
    "twitch": "#D55E00",
    "rhythmic": "#0072B2",
    "movement": "#009E73",
    "gross": "#E69F00",
    "restless": "#56B4E9",
    "uncertain": "#CC79A7",
}

KIND_NAMES: Final = {
    "twitch": "twitches",
    "rhythmic": "rhythmic movements",
    "movement": "local movements",
    "gross": "whole-body movements",
    "restless": "restless stretches",
    "uncertain": "uncertain events",
}
"""What many of a kind are called where people read."""

STATE_COLORS: Final = {
    "quiet sleep-like": "#2F4B7C",
    "active sleep-like": "#7FA6D6",
    "awake or handled": "#F0C75E",
    "absent or not visible": "#E6E6E6",
    "unknown": "#BDBDBD",
    "unobserved": "#FFFFFF",
}
"""States from dark to light, so that they are told apart in grey, too."""

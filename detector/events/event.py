"""An event: a movement with its kind."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

EventKind = Literal["twitch", "rhythmic", "movement", "gross", "restless", "uncertain"]
EVENT_KINDS: tuple[EventKind, ...] = get_args(EventKind)


@dataclass(frozen=True)
class Event:
    """A movement with its kind.

    Attributes:
        kind: `twitch`, `rhythmic`, `movement` (localized, neither), `gross` (whole body), `restless` (without a
            pause for long) or `uncertain`.
        start_s, stop_s, peak_s: recording time, s.
        x_px, y_px: center, source px.
        area_fraction: share of the picture that moved at the widest moment, 0 to 1.
        snr: peak energy above the floor, in floors.
        rate_hz, n_cycles, regularity: of rhythmic events; NaN otherwise. `regularity` is 1 - coefficient of variation
            of the cycle length, 0 to 1.
        is_sustained: rhythmic for at least `classify.sustained_s`.
        box_px: `(left, top, right, bottom)`, source px.
        reason: why this kind, with the numbers, in words.
        site: named region the center lies in; empty where none was named.
        state: epoch state; empty until states are scored.
        label: finer name, such as `isolated`; empty where there is none.
        is_cut: whether an end, a gap or unjudged time cuts it off, so that its length is "at least".
        infant_fraction: share of the infant's extent that moved, 0 to 1; NaN where the extent is not known.
    """

    kind: EventKind
    start_s: float
    stop_s: float
    peak_s: float
    x_px: float
    y_px: float
    area_fraction: float
    snr: float
    rate_hz: float
    n_cycles: float
    regularity: float
    is_sustained: bool
    box_px: tuple[float, float, float, float]
    reason: str
    site: str = ""
    state: str = ""
    label: str = ""
    infant_fraction: float = math.nan
    is_cut: bool = False

    @property
    def duration_s(self) -> float:
        """Length of the movement, s."""
        return self.stop_s - self.start_s

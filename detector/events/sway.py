"""Places that sway all the time, as a curtain in a draft or a chest that breathes: what is no quicker is none of ours.

Sway shows at the long lag all the time, and at the short lag only where it is quickest, in peaks that look like
twitches. With E the energy of a difference, what moves steadily has E(short) / E(long) = (short lag / long lag)^2, and
what is out and back within the long lag about 1. So at a place whose long lag has a floor far above that of the rest of
the picture, a movement that is not quick, and moves the place no further than it moves by itself, is its sway. An
infant who is awake moves all the time, too: what is part of a restless stretch, or lasts longer than a swing to one
side, is not asked. Own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.event import Event
from detector.motion.layer import Layer
from detector.motion.noise.model import fit_floors
from detector.motion.trace import MotionTrace
from detector.params import Params

_ASKED = ("twitch", "movement", "uncertain")


@dataclass(frozen=True)
class Sway:
    """What goes on all the time at the long lag.

    Attributes:
        trace: the motion.
        floor: of the long lag in each span, shape (S, C), grey levels squared.
        params: the groups `motion` and `noise`, of `doubt` what begins with `sway`, and `burst.threshold`.
    """

    trace: MotionTrace
    floor: NDArray[np.float32]
    params: Params

    @classmethod
    def of(cls, trace: MotionTrace, params: Params) -> Sway:
        """That of a recording."""
        floors = trace.noise.spans.slow_floor
        return cls(trace, fit_floors(floors, np.zeros(len(floors), np.float32), params, by_gap=False), params)

    def apart(self, events: Sequence[Event]) -> tuple[list[Event], list[Event]]:
        """Events that are more than sway, and those that are no more; each in the same order.

        A recording of less than `doubt.sway_min_s` does not tell what goes on all the time.
        """
        limits, lasts_s = self.params.doubt, float(self.trace.frames.duration_s.sum())
        if lasts_s < limits.sway_min_s:
            return list(events), []
        most = limits.sway * self.params.burst.threshold
        may = [event.kind in _ASKED and event.snr < most and event.duration_s < limits.sway_max_s for event in events]
        is_sway = [is_one and self.holds(event) for event, is_one in zip(events, may, strict=True)]
        told = [event for event, is_one in zip(events, is_sway, strict=True) if not is_one]
        return told, [event for event, is_one in zip(events, is_sway, strict=True) if is_one]

    def holds(self, event: Event) -> bool:
        """Whether an event is neither quicker than what sways at its place all the time, nor goes further."""
        trace, motion, limits = self.trace, self.params.motion, self.params.doubt
        cells = np.flatnonzero(trace.grid.inside(event.box_px))
        span = max(int(np.searchsorted(trace.noise.spans.start_s, event.peak_s, side="right")) - 1, 0)
        minimum, floor = np.float32(self.params.noise.minimum), self.floor[span]
        fast = self._highest(trace.fast, event.start_s, event.stop_s + motion.short_lag_s)[cells]
        # The others show how far an encoder spreads it.
        strongest = np.argsort(fast, kind="stable")[-limits.sway_cells :]
        there = cells[strongest]
        own = floor[there] + minimum
        if not len(there) or np.median(own) < limits.sway_floor * (np.median(floor) + minimum):
            return False
        slow = self._highest(trace.slow, event.start_s, event.stop_s + motion.long_lag_s)[there]
        # What is not stored is as usual.
        slow = np.maximum(slow, floor[there] * trace.noise.spans.slow_middle[span, there].astype(np.float32)) + minimum
        is_quick = fast[strongest].mean() >= limits.sway_quick * slow.mean()
        return bool(not is_quick and (slow / own).mean() < limits.sway_strong)

    def _highest(self, layer: Layer, from_s: float, to_s: float) -> NDArray[np.float32]:
        """Highest energy that is stored of each cell within some time, shape (C,)."""
        first, last = layer.first[np.searchsorted(self.trace.frames.time_s, (from_s, to_s))].tolist()
        highest = np.zeros(self.trace.grid.n_cells, np.float32)
        np.maximum.at(highest, layer.cell[first:last], layer.energy[first:last].astype(np.float32))
        return highest

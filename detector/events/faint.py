"""What stays below the threshold of a burst: scraps of noise, and movements that are known by all they show together.

A burst has to rise high above the noise somewhere. A small limb under a strong encoder may not, and yet show in many
cells that brighten where it comes and darken where it leaves, in one and the same picture. Scraps as large come of
light, of an encoder or of breathing: they mostly brighten or mostly darken, and come again and again. So a faint
movement counts where it is of both signs, nothing stronger moves at once, and its place shows no scraps for some time
before and after. What is hardly a burst and among scraps is doubted for the same reason (`events.doubts`). Own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst, describe_bursts
from detector.events.bursts import boxes_of
from detector.events.excess import Active, Seen
from detector.events.groups import Groups, run_sums
from detector.params import BurstParams, Params


@dataclass(frozen=True)
class Scraps:
    """Connected groups of one sign that stay below the threshold and are not tiny, in order of first appearance; S.

    Attributes:
        time_s: when each begins to show, s, shape (S,).
        box_px: left, top, right and bottom of each, source px, shape (S, 4).
        strength: all of its entries together, floors, shape (S,).
        reach_px: how near to each other is one place, source px.
    """

    time_s: NDArray[np.float64]
    box_px: NDArray[np.float64]
    strength: NDArray[np.float64]
    reach_px: float

    @classmethod
    def of(cls, seen: Seen, groups: Groups, params: BurstParams) -> Scraps:
        """Those of a layer."""
        view, active = seen
        strength = groups.total(active.snr)
        chosen = (groups.peak < params.threshold) & (
            strength >= params.faint_others * params.faint_sum * params.threshold
        )
        runs, begins = groups.runs(chosen)
        start, last = groups.first[:-1][runs], groups.first[1:][runs] - 1
        if len(begins) == 0:
            return cls(np.zeros(0), np.zeros((0, 4)), np.zeros(0), 0.0)
        signed = run_sums(active.signed, groups.first)[runs]
        absolute = run_sums(np.abs(active.signed), groups.first)[runs]
        is_new = np.diff(active.frame[start], prepend=-1) != 0
        is_new[begins] = True
        rows = np.flatnonzero(is_new)
        net = np.add.reduceat(np.abs(np.add.reduceat(signed, rows)), np.searchsorted(rows, begins))
        lopsided = net > params.faint_sign * np.add.reduceat(absolute, begins)
        boxes = np.array(boxes_of(view, active.cell[start], active.cell[last], begins))
        return cls(
            view.time_s[active.frame[start[begins]]][lopsided],
            boxes[lopsided],
            strength[chosen][lopsided],
            params.reach * view.grid.diagonal_px,
        )

    def has_others(self, burst: Burst, strength: float, params: BurstParams) -> bool:
        """Whether others come and go at the place of a burst, before it or after it, that are not much less.

        Args:
            burst: one of the layer.
            strength: all of its entries together, floors.
            params: `around_s`, within which they are of the burst, `faint_alone_s` and `faint_others`.
        """
        middle_s = 0.5 * (burst.start_s + burst.stop_s)
        ends_s = middle_s - params.faint_alone_s, middle_s + params.faint_alone_s
        near = slice(*np.searchsorted(self.time_s, ends_s).tolist())
        time_s, (left, top, right, bottom) = self.time_s[near], self.box_px[near].T
        is_other = (time_s < burst.start_s - params.around_s) | (burst.stop_s + params.around_s < time_s)
        is_other &= self.strength[near] >= params.faint_others * strength
        own_left, own_top, own_right, own_bottom = burst.box_px
        is_other &= (left < own_right + self.reach_px) & (own_left < right + self.reach_px)
        is_other &= (top < own_bottom + self.reach_px) & (own_top < bottom + self.reach_px)
        return bool(is_other.any())


def one_sign(active: Active, burst: Burst) -> float:
    """How much more a burst brightens than it darkens, or less, in each picture: 0 for both alike, 1 for one only."""
    signed = active.signed[burst.entries].astype(np.float64)
    begins = np.flatnonzero(np.diff(active.frame[burst.entries], prepend=-1))
    return float(np.abs(np.add.reduceat(signed, begins)).sum() / max(np.abs(signed).sum(), 1e-9))


def find_faint(seen: Seen, groups: Groups, scraps: Scraps, strong: Sequence[Burst], params: Params) -> list[Burst]:
    """Jerks below the threshold: shorter than `classify.twitch_max_s`.

    Args:
        seen: the short lag and what stands out at it.
        groups: its connected groups.
        scraps: those below the threshold.
        strong: its bursts.
        params: the groups `burst` and `classify`.

    Returns:
        Bursts in order of first appearance.
    """
    view, active = seen
    limits, gates = params.burst, params.classify
    # On a slow camera a twitch shows in a single picture.
    shortest_s = gates.twitch_min_s if gates.brief_frames * view.frame_s <= gates.twitch_min_s else 0.0
    may = (groups.peak >= limits.faint * limits.threshold) & (groups.peak < limits.threshold)
    may &= groups.total(active.snr) >= limits.faint_sum * limits.threshold
    from_s, until_s = (np.array([getattr(burst, name) for burst in strong]) for name in ("start_s", "stop_s"))

    def is_alone(burst: Burst) -> bool:
        at_once = (from_s < burst.stop_s + limits.still_s) & (burst.start_s - limits.still_s < until_s)
        strength = float(active.snr[burst.entries].sum(dtype=np.float64))
        return not at_once.any() and not scraps.has_others(burst, strength, limits)

    found = describe_bursts(view, active, list(groups.entries(may)), params) if may.any() else []
    found = [burst for burst in found if shortest_s <= burst.duration_s < gates.twitch_max_s]
    return [burst for burst in found if one_sign(active, burst) <= limits.faint_sign and is_alone(burst)]

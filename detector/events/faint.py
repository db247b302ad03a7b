"""What stays below the threshold of a burst: scraps of noise, and movements that are known by all they show together.

A burst has to rise high above the noise somewhere. A small limb under a strong encoder may not, and yet show in many
cells that brighten where it comes and darken where it leaves, in one and the same picture. Scraps as large come of
light, of an encoder or of breathing: they mostly brighten or mostly darken, and come again and again. So a faint
movement counts where it is of both signs, nothing stronger moves at once, and scraps do not outnumber what moves at its
place for some time before and after. What is hardly a burst and among scraps is doubted for the same reason
(`events.doubts`). Own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst, Rows, describe_bursts, shortest_s
from detector.events.bursts import boxes_of
from detector.events.excess import Active, Seen
from detector.events.groups import Groups, run_sums
from detector.params import BurstParams, Params


@dataclass(frozen=True)
class Scraps:
    """Connected groups of one sign that stay below the threshold and are not tiny, in order of start; S of them.

    Attributes:
        start_s, stop_s: when each shows, s, shape (S,).
        box_px: left, top, right and bottom of each, source px, shape (S, 4).
        strength: all of its entries together, floors, shape (S,).
        strong: start and stop, s, and box, source px, of each burst, shape (B, 6), in order of start.
        moves: which of those are of both signs, as what moves is, shape (B,).
        reach_px: how near to each other is one place, source px.
    """

    start_s: NDArray[np.float64]
    stop_s: NDArray[np.float64]
    box_px: NDArray[np.float64]
    strength: NDArray[np.float64]
    strong: NDArray[np.float64]
    moves: NDArray[np.bool_]
    reach_px: float

    @classmethod
    def of(cls, seen: Seen, groups: Groups, bursts: Sequence[Burst], params: BurstParams) -> Scraps:
        """Those of a layer; what shows while a burst lasts is a part of it and no scrap.

        Args:
            seen: the layer and what stands out in it.
            groups: its connected groups.
            bursts: those that reach the threshold.
            params: `threshold`, `still_s`, `reach` and what begins with `faint`.
        """
        view, active = seen
        bursts = sorted(bursts, key=lambda burst: burst.start_s)
        strong = np.array([(burst.start_s, burst.stop_s, *burst.box_px) for burst in bursts]).reshape(-1, 6)
        moves = np.array([one_sign(active, burst) <= params.faint_sign for burst in bursts], bool)
        reach_px = params.reach * view.grid.diagonal_px
        strength = groups.total(active.snr)
        chosen = (groups.peak < params.threshold) & (strength >= params.faint_others * _least_sum(params))
        runs, begins = groups.runs(chosen)
        if len(begins) == 0:
            none = np.zeros(0)
            return cls(none, none, np.zeros((0, 4)), none, strong, moves, reach_px)
        first, last = groups.first[:-1][runs], groups.first[1:][runs] - 1
        frame = active.frame[first]
        start_s, stop_s = view.time_s[frame[begins]], view.time_s[np.maximum.reduceat(frame, begins)]
        lopsided = _one_sign(frame, begins, *(run_sums(of, groups.first)[runs] for of in _signs(active)))
        is_scrap = (lopsided > params.faint_sign) & ~_during(strong, start_s, stop_s, params.still_s)
        boxes = np.array(boxes_of(view, active.cell[first], active.cell[last], begins))
        return cls(
            start_s[is_scrap], stop_s[is_scrap], boxes[is_scrap], strength[chosen][is_scrap], strong, moves, reach_px
        )

    def outnumber(self, burst: Burst, strength: float, params: BurstParams) -> bool:
        """Whether what comes and goes at the place of a burst, before it or after it, mostly is scraps.

        They have to be more than two for each further burst there that is of both signs; where there is none, one is
        enough.

        Args:
            burst: one of the layer, or what is still to be told.
            strength: all of its entries together, floors.
            params: `around_s`, within which they are of the burst, `faint_alone_s` and `faint_others`.
        """
        before = burst.start_s - params.faint_alone_s, burst.start_s - params.around_s
        after = burst.stop_s + params.around_s, burst.stop_s + params.faint_alone_s
        is_like = self.strength >= params.faint_others * strength
        n_scraps, n_moves = 0, 0
        for from_s, until_s in (before, after):
            near = (self.start_s < until_s) & (from_s < self.stop_s) & is_like
            n_scraps += self._at(self.box_px[near], burst)
            moves = self.moves & (self.strong[:, 0] < until_s) & (from_s < self.strong[:, 1])
            n_moves += self._at(self.strong[moves, 2:], burst)
        return n_scraps > 2 * n_moves

    def _at(self, boxes_px: NDArray[np.float64], burst: Burst) -> int:
        """How many of some boxes, shape (n, 4), lie at the place of a burst."""
        left, top, right, bottom = boxes_px.T
        own_left, own_top, own_right, own_bottom = burst.box_px
        is_near = (left < own_right + self.reach_px) & (own_left < right + self.reach_px)
        is_near &= (top < own_bottom + self.reach_px) & (own_top < bottom + self.reach_px)
        return int(np.count_nonzero(is_near))


def _least_sum(params: BurstParams) -> float:
    """What a faint movement adds up to at least, floors."""
    return params.faint_sum * params.threshold


def _during(
    strong: NDArray[np.float64], start_s: NDArray[np.float64], stop_s: NDArray[np.float64], still_s: float
) -> NDArray[np.bool_]:
    """Which of some stretches of time touch one of the bursts, rows of start and stop in order of start, shape (n,)."""
    until_s = np.maximum.accumulate(strong[:, 1]) if len(strong) else np.zeros(0)
    n_begun = np.searchsorted(strong[:, 0], stop_s + still_s)
    touches: NDArray[np.bool_] = n_begun > 0
    touches &= np.append(until_s, -np.inf)[n_begun - 1] > start_s - still_s
    return touches


def _signs(active: Active) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    return active.signed, np.abs(active.signed)


def _one_sign(
    frame: NDArray[np.int32], begins: NDArray[np.int64], signed: NDArray[np.float64], absolute: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How much more some groups brighten than they darken, or less, in each picture: 0 for both alike, 1 for one only.

    Args:
        frame: of each entry, or of each run of entries, one group after the other, shape (n,).
        begins: where each group begins.
        signed: what each changes, grey levels, shape (n,).
        absolute: the same without its sign.
    """
    rows = Rows.of(frame, begins)
    net = np.abs(np.add.reduceat(signed, rows.begin))
    share: NDArray[np.float64] = np.add.reduceat(net, rows.first) / np.maximum(np.add.reduceat(absolute, begins), 1e-9)
    return share


def one_sign(active: Active, burst: Burst) -> float:
    """The same of a burst, 0 to 1."""
    signed = active.signed[burst.entries].astype(np.float64)
    return float(_one_sign(active.frame[burst.entries], np.zeros(1, np.int64), signed, np.abs(signed))[0])


def strength_of(active: Active, burst: Burst) -> float:
    """All entries of a burst together, floors."""
    return float(active.snr[burst.entries].sum(dtype=np.float64))


def find_faint(seen: Seen, groups: Groups, scraps: Scraps, params: Params) -> list[Burst]:
    """Jerks below the threshold: shorter than `classify.twitch_max_s`.

    Args:
        seen: the short lag and what stands out at it.
        groups: its connected groups.
        scraps: those of one sign below the threshold, and the bursts above it.
        params: the groups `artifact`, `burst`, `classify` and `rules`.

    Returns:
        Bursts in order of first appearance.
    """
    view, active = seen
    limits = params.burst
    may = (groups.peak >= limits.faint * limits.threshold) & (groups.peak < limits.threshold)
    may &= groups.total(active.snr) >= _least_sum(limits)
    found = describe_bursts(view, active, list(groups.entries(may)), params) if may.any() else []
    found = [burst for burst in found if one_sign(active, burst) <= limits.faint_sign]
    start_s, stop_s = (np.array([getattr(burst, name) for burst in found]) for name in ("start_s", "stop_s"))
    at_once = _during(scraps.strong, start_s, stop_s, limits.still_s)

    def is_jerk(burst: Burst) -> bool:
        # What changes at several places at once is the picture as a whole.
        n_places = np.count_nonzero((start_s < burst.stop_s) & (burst.start_s < stop_s))
        is_brief = shortest_s(view, params) <= burst.duration_s < params.classify.twitch_max_s
        return bool(is_brief and n_places < params.artifact.jump_places)

    return [
        burst
        for burst, is_beside in zip(found, at_once.tolist(), strict=True)
        if not is_beside and is_jerk(burst) and not scraps.outnumber(burst, strength_of(active, burst), limits)
    ]

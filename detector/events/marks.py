"""How a change looks, picture by picture: complete within one, as what is drawn or switched is, or on its way.

At a lag of several frames what is drawn shows the same change in each of them, at full strength; a limb comes and goes
in strength, and its pattern changes as it moves. Where a lag is one picture, there is no second one to compare: there
what is drawn stands still before and after its one picture. All own.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst, Part
from detector.events.excess import Active
from detector.events.stretches import runs
from detector.motion.view import LayerView
from detector.params import ArtifactParams, Params


@dataclass(frozen=True)
class Marks:
    """How a change looks.

    Attributes:
        is_switched: of one strength and one pattern (or its opposite) in all of its frames.
        is_step: the same, once: complete within one picture.
        one_sign: how far each frame only brightens or only darkens (signed over absolute change), 0 to 1.
        pattern: mean signed change of each cell while it lasts, by cell; of a step only, else empty.
        times: in how many pictures it changes, if it is switched.
        is_back: whether it is taken back within the burst, with nothing between: on a slow camera a jerk shows in so
            few pictures that it looks the same.
        lag_frames: in how many pictures a change shows that is complete within one.
        may_be_step: not as much the same as that takes, but as much as noise lets a faint step be.
    """

    is_switched: bool
    is_step: bool
    one_sign: float
    pattern: dict[int, float]
    times: int = 1
    is_back: bool = False
    lag_frames: int = 1
    may_be_step: bool = False

    def is_suspect(self, limits: ArtifactParams) -> bool:
        """Whether what looks like that, again and again, is drawn or switched, and no limb that jerks."""
        return self.is_switched and not (self.is_back and self.one_sign < limits.drawn_one_sign)


def measure_marks(view: LayerView, active: Active, burst: Burst | Part, params: Params) -> Marks:
    """Look at a change frame by frame.

    Args:
        view: of the layer.
        active: what the burst indexes into.
        burst: the change.
        params: the groups `artifact` and `rules`.
    """
    limits = params.artifact
    frame, cell = active.frame[burst.entries], active.cell[burst.entries]
    signed = active.signed[burst.entries].astype(np.float64)
    first = int(frame.min())
    place = frame - first
    total = np.bincount(place, np.abs(signed))
    net = np.abs(np.bincount(place, signed))
    loud = np.flatnonzero(total >= limits.drawn_loud * total.max())
    one_sign = float(net[loud].sum() / max(float(total[loud].sum()), 1e-9))
    lag_frames = round(float(view.lag_s[first]) / max(float(view.duration_s[first]), 1e-6))
    # A limb comes and goes in strength: of a long movement no frame has to be compared.
    size = np.sqrt(np.bincount(place, active.snr[burst.entries]))
    is_even = float(total[loud].min()) >= limits.drawn_even * float(total.max())
    is_slow = lag_frames < 2
    may_be = params.rules.has("drawn slowly") if is_slow else is_even or _are_pulses(size, lag_frames, limits)
    if not may_be:
        return Marks(is_switched=False, is_step=False, one_sign=one_sign, pattern={})
    patterns = [_pattern(cell[place == frame], signed[place == frame]) for frame in loud]
    if is_slow:
        return slow_marks(size, patterns, one_sign, _pattern(cell, signed), limits)
    # What is faint beside the strongest pulse is mostly noise.
    tells = total[loud] >= limits.drawn_faint * total.max()
    strong = [pattern for pattern, is_strong in zip(patterns, tells.tolist(), strict=True) if is_strong]
    if _are_pulses(size, lag_frames, limits) and _keep_pattern(strong, loud[tells], limits):
        return Marks(is_switched=True, is_step=False, one_sign=one_sign, pattern={}, times=len(runs(size > 0.0)))
    likeness = [likeness_of(patterns[int(total[loud].argmax())], pattern) for pattern in patterns]
    is_switched = min(abs(value) for value in likeness) >= limits.drawn_likeness
    # All of them look back to before the change; of pictures that come at uneven times that may be one more.
    begin, last = first + int(loud[0]), first + int(loud[-1])
    is_once = view.time_s[last] - view.lag_s[last] < view.time_s[begin] - 0.5 * view.duration_s[begin]
    is_step = bool(is_switched and is_once and min(likeness) > 0)
    is_back = is_switched and min(likeness) < 0
    pattern = _pattern(cell, signed) if is_step else {}
    may_be_step = bool(not is_switched and is_once and min(likeness) >= limits.drawn_unclear)
    return Marks(
        is_switched, is_step, one_sign, pattern, is_back=is_back, lag_frames=lag_frames, may_be_step=may_be_step
    )


def switched_share(marks: Sequence[Marks], limits: ArtifactParams, one_sign: float = 0.0) -> float:
    """Share of some changes that are complete within one picture, as the blinks of a lamp are, 0 to 1.

    Args:
        marks: of each change.
        limits: the group `artifact`.
        one_sign: of which so much of each only brightens or only darkens, 0 to 1.
    """
    return sum(mark.is_suspect(limits) and mark.one_sign >= one_sign for mark in marks) / max(len(marks), 1)


def slow_marks(
    size: NDArray[np.float64],
    patterns: Sequence[dict[int, float]],
    one_sign: float,
    pattern: dict[int, float],
    limits: ArtifactParams,
) -> Marks:
    """Marks of a camera so slow that a lag is one picture, so that a change has no second one to be compared with.

    There what is drawn is one picture long, with nothing before the next change, which is the same or the exact
    opposite; a limb is on its way in pictures that follow each other. What is displaced within one picture all the same
    brightens as much as it darkens.

    Args:
        size: how much changes in each picture of the burst, shape (n,).
        patterns: signed change of each cell in the loud ones of them.
        one_sign: as of `Marks`.
        pattern: that of a step.
        limits: the group `artifact`.
    """
    pulses = runs(size > 0.0)
    are_single = all(stop - start == 1 for start, stop in pulses)
    strongest = max(patterns, key=lambda one: sum(abs(value) for value in one.values()))
    are_alike = all(abs(likeness_of(strongest, one)) >= limits.drawn_likeness for one in patterns)
    is_switched = are_single and are_alike and one_sign >= limits.drawn_displaced
    is_step = is_switched and len(pulses) == 1
    return Marks(is_switched, is_step, one_sign, pattern if is_step else {})


def _are_pulses(size: NDArray[np.float64], lag_frames: int, limits: ArtifactParams) -> bool:
    """Whether a change goes on in steps, each complete within one picture and each even, with nothing between them."""
    pulses = runs(size > 0.0)
    evens = (size[start:stop].min() >= limits.drawn_even * size[start:stop].max() for start, stop in pulses)
    return len(pulses) > 1 and all(stop - start == lag_frames for start, stop in pulses) and all(evens)


def _keep_pattern(patterns: Sequence[dict[int, float]], frames: NDArray[np.int64], limits: ArtifactParams) -> bool:
    """Whether the frames that follow each other show the same change."""
    pairs = zip(itertools.pairwise(patterns), np.diff(frames).tolist(), strict=True)
    return all(likeness_of(one, other) >= limits.drawn_likeness for (one, other), step in pairs if step == 1)


def _pattern(cell: NDArray[np.int32], signed: NDArray[np.float64]) -> dict[int, float]:
    cells, places = np.unique(cell, return_inverse=True)
    return dict(zip(cells.tolist(), (np.bincount(places, signed) / np.bincount(places)).tolist(), strict=True))


def likeness_of(one: dict[int, float], other: dict[int, float]) -> float:
    """Cosine of two patterns, each a signed change by cell; -1 to 1."""
    common = sum(value * other[cell] for cell, value in one.items() if cell in other)
    power = sum(value * value for value in one.values()) * sum(value * value for value in other.values())
    return common / max(float(np.sqrt(power)), 1e-9)


def find_steps(view: LayerView, active: Active, parts: Sequence[Part], params: Params) -> list[Part]:
    """Connected groups that are complete within one picture: what moves beside them moves by itself."""
    lag_s = float(np.median(view.lag_s)) if len(view.lag_s) else 0.0
    return [
        part
        for part in parts
        if part.stop_s - part.start_s <= lag_s and measure_marks(view, active, part, params).is_step
    ]

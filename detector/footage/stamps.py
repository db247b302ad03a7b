"""Presentation times out of a file's stamps, strictly ascending whatever the stamps do."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from detector.footage.arrivals import spread_arrivals
from detector.footage.info import NO_STAMP

FAR_S = 10.0
"""A step of more than this is looked at twice, s: is it one bad stamp or a true jump?"""

ABSURD_S = 86_400.0
"""No pause within one file is longer than this, s; a longer one is a broken stamp."""

REORDER_FRAMES = 17
"""No codec shows a picture more than 16 pictures later than it is stored."""

MAX_STAMP = 2**61
"""Stamps beyond this, in ticks, are no stamps."""

MAX_START_S = 4e9
"""A first time beyond this, s, is nonsense; seconds since 1970 are still below."""

MIN_STEP_S = 1e-6
"""Frames lie at least this far apart, s: below, times that count from 1970 would run together."""

WRAP_BITS = (33, 32)
"""Sizes of the counters that wrap: MPEG-TS at 33 bits, Flash and RTP at 32."""


@dataclass(frozen=True)
class Stamps:
    """Stamps of the pictures of one file, in file order; each array has shape (n,), int64, ticks.

    Attributes:
        pts, dts: presentation and decoding stamps, `NO_STAMP` where there is none.
        duration: what the container says; 0 where it says nothing.
        time_base: length of a tick, s.
        usual_s: frame interval to assume where nothing tells it, s.
        is_reordered: whether pictures may be stored in another order than they are shown.
        is_order_known: whether `pts` can be trusted at all.
    """

    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    duration: NDArray[np.int64]
    time_base: Fraction
    usual_s: float
    is_reordered: bool
    is_order_known: bool

    @property
    def tick_s(self) -> float:
        """Length of a tick, s."""
        return float(self.time_base)


@dataclass(frozen=True)
class Timeline:
    """Presentation times of a file.

    Attributes:
        times_s: strictly ascending, shape (n,), float64; the first is 0.
        durations_s: time each picture stands for, s, shape (n,), float64.
        rank: place in presentation order of each picture in file order, shape (n,), int32.
        notes: what had to be repaired, one sentence each.
        first_s: what the stamps call the time of the first picture, s.
    """

    times_s: NDArray[np.float64]
    durations_s: NDArray[np.float64]
    rank: NDArray[np.int32]
    notes: tuple[str, ...]
    first_s: float = 0.0


def longest_pause_s(usual_s: float, max_gap_s: float) -> float:
    """The longest time between two frames that still counts as filmed, s.

    Footage slower than `max_gap_s` a frame is not all pause: two and a half of its own intervals are allowed.
    """
    return max(max_gap_s, 2.5 * usual_s)


def build_timeline(stamps: Stamps, max_gap_s: float) -> Timeline:
    """Presentation times, durations and order from raw stamps.

    Healthy stamps are taken as they are (`stamp * tick`). Missing, single wild, backward, absurdly late and wrapped
    stamps are replaced from their neighbors, repeated ones spread, and each kind is told in `notes`.

    Args:
        stamps: of one file, in file order; at least one.
        max_gap_s: a longer pause counts with the usual interval only.
    """
    raw, notes = _known_stamps(stamps)
    interval = _usual_ticks(raw, stamps)
    placed = raw.astype(np.float64)
    if not _is_healthy(raw, stamps, interval):
        repair = _Repair(stamps, interval)
        placed = repair.run(raw)
        notes += repair.notes()
    order = np.argsort(placed, kind="stable")
    ticks, n_repeated = _spread_repeats(placed[order], interval)
    if n_repeated:
        notes.append(f"{n_repeated} time stamps repeat an earlier one; their pictures were spread evenly.")
    first_s = float(ticks[0]) * stamps.tick_s
    times_s = (ticks - ticks[0]) * stamps.time_base.numerator / stamps.time_base.denominator
    if abs(first_s) > MAX_START_S:
        notes.append("The first time stamp is nonsense; time was counted from 0.")
        first_s = 0.0
    times_s, arrival = spread_arrivals(times_s)
    if arrival:
        notes.append(arrival)
        first_s, times_s = first_s + float(times_s[0]), times_s - times_s[0]
    rank = np.empty(len(raw), np.int32)
    rank[order] = np.arange(len(raw), dtype=np.int32)
    times_s = _apart(times_s)
    last_s = float(stamps.duration[order[-1]]) * stamps.tick_s
    return Timeline(times_s, _durations(times_s, last_s, stamps.usual_s, max_gap_s), rank, tuple(notes), first_s)


def _apart(times_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ascending times, moved apart to `MIN_STEP_S` where they are nearer, or to what numbers so large can hold."""
    step_s = max(MIN_STEP_S, 4.0 * float(np.spacing(np.abs(times_s).max(initial=0.0))))
    if len(times_s) < 2 or np.diff(times_s).min() >= step_s:
        return times_s
    least = np.arange(len(times_s)) * step_s
    return np.asarray(np.maximum.accumulate(times_s - least) + least)


def _known_stamps(stamps: Stamps) -> tuple[NDArray[np.int64], list[str]]:
    """The stamps to work from, and what to say about them."""
    for raw, is_usable in ((stamps.pts, stamps.is_order_known), (stamps.dts, True)):
        missing = (raw < -MAX_STAMP) | (raw > MAX_STAMP)
        if is_usable and not missing.all():
            n_missing = int(missing.sum())
            notes = [f"{n_missing} pictures have no time stamp; the usual interval was used."] if n_missing else []
            return np.where(missing, NO_STAMP, raw), notes
    is_told = (stamps.duration > 0) & (stamps.duration * stamps.tick_s <= FAR_S)
    steps = np.where(is_told, stamps.duration, max(1, round(stamps.usual_s / stamps.tick_s)))
    note = "The file holds no time stamps; the rate in its header was taken for true."
    return np.concatenate([[0], np.cumsum(steps)[:-1]]).astype(np.int64), [note]


def _usual_ticks(raw: NDArray[np.int64], stamps: Stamps) -> float:
    places = np.flatnonzero(raw != NO_STAMP)
    known = raw[places]
    steps = np.diff(np.sort(known)) if stamps.is_reordered else np.diff(known) / np.diff(places)
    steps = steps[steps > 0]
    return float(np.median(steps)) if len(steps) else max(stamps.usual_s / stamps.tick_s, 1.0)


def _is_healthy(raw: NDArray[np.int64], stamps: Stamps, interval: float) -> bool:
    """Whether the stamps can be taken as they are."""
    if np.any(raw == NO_STAMP):
        return False
    top = np.maximum.accumulate(raw)
    forward = np.diff(top)
    if len(forward) and forward.max() * stamps.tick_s > FAR_S:
        return False
    behind = top - raw
    return bool(behind.max() <= _allowance(stamps, interval)) or _dts_explain(raw, stamps)


def _allowance(stamps: Stamps, interval: float) -> float:
    """By how much a stamp may lie behind the latest one because pictures are stored out of order, ticks."""
    return REORDER_FRAMES * interval if stamps.is_reordered and stamps.is_order_known else 0.0


def _dts_explain(raw: NDArray[np.int64], stamps: Stamps) -> bool:
    """Whether ascending decoding stamps show that backward steps are reordering and nothing else."""
    known = stamps.dts != NO_STAMP
    dts = stamps.dts[known]
    is_told = 2 * len(dts) > len(raw) and len(dts) >= len(raw) - REORDER_FRAMES
    return bool(stamps.is_order_known and is_told and np.all(np.diff(dts) > 0))


def _spread_repeats(ticks: NDArray[np.float64], interval: float) -> tuple[NDArray[np.float64], int]:
    """Spread runs of equal stamps up to the next one, or by the usual interval where that is nearer."""
    is_new = np.concatenate([[True], np.diff(ticks) > 0])
    n_repeated = int(len(ticks) - is_new.sum())
    if n_repeated == 0:
        return ticks, 0
    first = np.flatnonzero(is_new)
    counts = np.diff(np.append(first, len(ticks)))
    room = np.append(np.diff(ticks[first]), interval * counts[-1])
    step = np.minimum(interval, room / counts)
    within = np.arange(len(ticks)) - np.repeat(first, counts)
    return ticks + within * np.repeat(step, counts), n_repeated


def _durations(times_s: NDArray[np.float64], last_s: float, fallback_s: float, max_gap_s: float) -> NDArray[np.float64]:
    """Time to the next frame; the usual interval at a pause and, where the container says nothing, at the end."""
    steps = np.diff(times_s)
    usual_s = float(np.median(steps)) if len(steps) else fallback_s
    longest_s = longest_pause_s(usual_s, max_gap_s)
    end_s = last_s if 0 < last_s <= longest_s else usual_s
    return np.append(np.where(steps > longest_s, usual_s, steps), end_s)


def _filled(placed: NDArray[np.float64], interval: float) -> NDArray[np.float64]:
    """Fill NaN by going on at the usual interval, or evenly up to the next known one where that is nearer."""
    known = np.flatnonzero(np.isfinite(placed))
    index = np.arange(len(placed))
    before = np.maximum(np.searchsorted(known, index, side="right") - 1, 0)
    onward = placed[known[before]] + (index - known[before]) * interval
    even = np.interp(index, known, placed[known])
    is_inside = (index >= known[0]) & (index <= known[-1])
    return np.where(np.isfinite(placed), placed, np.where(is_inside, np.minimum(onward, even), onward))


class _Repair:
    """Walks over broken stamps in file order and makes one continuous run of them."""

    def __init__(self, stamps: Stamps, interval: float) -> None:
        self._stamps = stamps
        self._interval = max(round(interval), 1)
        self._allowance = _allowance(stamps, interval)
        self._far = FAR_S / stamps.tick_s
        self._absurd = ABSURD_S / stamps.tick_s
        self._offset = 0
        self._top = 0
        self._counts = dict.fromkeys(("wild", "back", "late", "wrap"), 0)

    def run(self, raw: NDArray[np.int64]) -> NDArray[np.float64]:
        """Continuous ticks, in file order."""
        known = [None if stamp == NO_STAMP else int(stamp) for stamp in raw]
        self._top = self._first(known)
        placed = np.full(len(known), np.nan)
        for place, stamp in enumerate(known):
            now = None if stamp is None else self._placed(place, stamp, known)
            if now is not None:
                self._top = max(self._top, now)
                placed[place] = now
        return _filled(placed, self._interval)

    def notes(self) -> list[str]:
        """What was repaired."""
        texts = {
            "wild": "single time stamps were far off; the usual interval was used.",
            "back": "times the stamps go back; the footage was joined there.",
            "late": "times the stamps leap by more than a day; the footage was joined there.",
            "wrap": "times the stamps wrap around; they were counted on.",
        }
        return [f"{self._counts[kind]} {text}" for kind, text in texts.items() if self._counts[kind]]

    def _first(self, known: list[int | None]) -> int:
        """A value just before the first stamp, robust to one wild first stamp."""
        head = [stamp for stamp in known if stamp is not None][:3]
        is_wild = len(head) == 3 and abs(head[0] - head[1]) > self._far >= abs(head[2] - head[1])
        return (head[1] - self._interval if is_wild else head[0]) - self._interval

    def _placed(self, place: int, stamp: int, known: list[int | None]) -> int | None:
        """The stamp on the continuous run, None where it is a single wild one."""
        now = stamp + self._offset
        if self._fits(now) or self._is_reordering(place, now):
            return now
        if self._next_fits(place, known):
            self._counts["wild"] += 1
            return None
        if 0 < now - self._top <= self._absurd:
            return now
        wrapped = self._wrapped(now)
        kind = "wrap" if wrapped is not None else "late" if now > self._top else "back"
        self._counts[kind] += 1
        joined = self._top + self._interval if wrapped is None else wrapped
        self._offset += joined - now
        return joined

    def _fits(self, now: int) -> bool:
        return self._top - self._allowance <= now <= self._top + self._far

    def _is_reordering(self, place: int, now: int) -> bool:
        dts = self._stamps.dts
        if not self._stamps.is_order_known or place == 0 or now > self._top:
            return False
        before, here = int(dts[place - 1]), int(dts[place])
        return NO_STAMP not in {before, here} and before < here <= now - self._offset

    def _next_fits(self, place: int, known: list[int | None]) -> bool:
        following = known[place + 1] if place + 1 < len(known) else None
        return following is not None and self._fits(following + self._offset)

    def _wrapped(self, now: int) -> int | None:
        for bits in WRAP_BITS:
            step = now + (1 << bits) - self._top
            if -self._allowance <= step <= 6 * self._far:
                return now + (1 << bits)
        return None

"""Frame differences pooled into cells: the measurement that every frame goes through.

A picture is halved by exact 2 x 2 means until its longer side is at most `motion.working_long_side_px`, halved once
more without rounding and lightly smoothed. The difference to the picture about 0.1 s (and, less often, 0.5 s) earlier
is squared for energy and kept with its sign for direction, and both are pooled into cells of 2 x 2 of these pixels.
Energy is finally averaged over 3 x 3 cells, so that one noisy cell does not stand out and a small limb still does.

Frames are halved as they come and measured several at a time, as one tall picture with a rim of its own around each
frame: that takes half the time of one call a frame and gives the same numbers.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.grid import Grid
from detector.motion.pictures.bands import find_bands, remove_bands
from detector.motion.pictures.camera import Cause, Explained, explain, tiles
from detector.motion.pictures.shrink import BATCH, CHUNK, FloatImage, Shrinker, mirror, pool_of, rim_of, tall
from detector.params import CameraParams, Params

OLDEST_S = 1.0
"""Frames further apart than this are compared only where a longer lag is asked for, s."""

# A difference counts as having the wanted lag within this share of it.
_LAG_SLACK = 0.5


class Explanation(NamedTuple):
    """What explains a change: the cause, the displacement `(x, y)` of the picture in source px, and its gain."""

    cause: Cause
    shift_px: tuple[float, float]
    gain: float


@dataclass(frozen=True)
class Differences:
    """What n frames show, each against an earlier one; valid until the next ones are measured.

    Attributes:
        energy: mean squared difference a cell, shape (n, rows, columns), float32, grey levels squared.
        signed: mean difference a cell, the same shape, grey levels.
        global_change: mean signed difference of each picture, n of them, grey levels.
        has_bands: whether bands of a flickering lamp were taken out of each, shape (n,), bool.
        changed: share of each picture that changed, 0 to 1, before anything was explained.
        explained: what the camera and the light explain of each change; None of most.
    """

    energy: NDArray[np.float32]
    signed: NDArray[np.float32]
    global_change: list[float]
    has_bands: NDArray[np.bool_]
    changed: list[float]
    explained: list[Explanation | None]

    def __len__(self) -> int:
        return len(self.global_change)


@dataclass(frozen=True)
class _Past:
    """Frames to compare with, in order of time: when, and the smooth picture (filled when its batch is measured)."""

    time_s: list[float]
    picture: list[FloatImage]

    def add(self, time_s: float, picture: FloatImage) -> None:
        self.time_s.append(time_s)
        self.picture.append(picture)

    def forget_before(self, time_s: float) -> None:
        n_old = bisect_left(self.time_s, time_s)
        if n_old:
            del self.time_s[:n_old], self.picture[:n_old]

    def nearest(self, time_s: float, lag_s: float) -> int:
        """Place of the frame whose age at `time_s` is nearest to `lag_s`; of two as near, the older one."""
        after = bisect_left(self.time_s, time_s - lag_s)
        if after == 0:
            return 0
        before = after - 1
        if after == len(self.time_s):
            return before
        is_before = abs(time_s - self.time_s[before] - lag_s) <= abs(time_s - self.time_s[after] - lag_s)
        return before if is_before else after


class Differencer:
    """Turns luma frames, in order of time, into differences at the short and the long lag.

    Pictures are queued with `put` as they are decoded. When the queue is full, `compare` says of each what to compare
    it with, and `measure` gives the differences: work that would be slow between two decoded frames, when the
    processor has just forgotten it, is done for many frames at a time.
    """

    def __init__(self, grid: Grid, params: Params, watch: Callable[[FloatImage], None] | None = None) -> None:
        """Have `watch` called with the smooth picture of each frame put, in order; the picture is not to be kept."""
        self._grid = grid
        self._params = params.motion
        self._watch = watch
        self._past = _Past([], [])
        self._shrinker = Shrinker(grid)
        self._short, self._long = (_Comparer(grid, params) for _ in range(2))
        # Stacks of smooth pictures, each with the time of its last one.
        self._stacks: deque[tuple[float, FloatImage]] = deque()
        self._stack = self._shrinker.new_stack()
        self._n_queued = self._n_smooth = self._n_compared = 0
        self._last_s = -np.inf

    @property
    def is_full(self) -> bool:
        """Whether as many frames are queued as are measured at a time."""
        return self._n_queued == BATCH

    def put(self, luma: NDArray[np.uint8]) -> None:
        """Queue the picture of a frame.

        Args:
            luma: shape (height, width), uint8; not needed any more afterwards.

        Raises:
            ValueError: the queue is full.
        """
        if self.is_full:
            raise ValueError(f"expected `compare` and `measure` of the {BATCH} queued, but one more frame came.")
        if self._n_queued == 0:
            self._stack = self._free_stack()
        self._shrinker.put(self._n_queued, luma)
        self._n_queued += 1

    def compare(self, time_s: float, *, with_short: bool = True, with_long: bool = False) -> tuple[float, float]:
        """Have the next queued frame compared with the ones about `short_lag_s` and `long_lag_s` earlier.

        Args:
            time_s: its time, s.
            with_short: whether the short difference is wanted.
            with_long: whether the long one is.

        Returns:
            True lag of the short and of the long difference, s; 0 where it is not wanted or there is no frame of about
            that age, as at the start and after a pause.

        Raises:
            ValueError: all frames queued have been compared.
        """
        if self._n_compared == self._n_queued:
            raise ValueError("expected `put` before `compare`, but no more frame is queued.")
        picture = self._stack[self._n_compared]
        self._n_compared += 1
        short_s = self._queue(self._short, time_s, picture, self._params.short_lag_s) if with_short else 0.0
        long_s = self._queue(self._long, time_s, picture, self._params.long_lag_s) if with_long else 0.0
        self._last_s = time_s
        self._past.add(time_s, picture)
        self._past.forget_before(time_s - 2.0 * max(self._params.long_lag_s, self._params.short_lag_s))
        return short_s, long_s

    def measure(self) -> tuple[Differences, Differences]:
        """Short and long differences of the frames compared since the last time, each in order of time.

        There is one wherever `compare` told a lag. When all queued frames have been compared, the queue is empty again.
        """
        while self._n_smooth < self._n_queued:
            first, self._n_smooth = self._n_smooth, min(self._n_smooth + CHUNK, self._n_queued)
            self._shrinker.smooth(self._stack, first, self._n_smooth)
            # What was just smoothed is still in the processor's cache.
            self._short.work(self._n_smooth)
            if self._watch:
                rim = 2 * rim_of(self._grid)
                for picture in self._stack[first : self._n_smooth, rim:-rim]:
                    self._watch(picture)
        if self._n_compared == self._n_queued > 0:
            self._stacks.append((self._last_s, self._stack))
            self._n_queued = self._n_smooth = self._n_compared = 0
        return self._short.measure(), self._long.measure()

    def reset(self) -> None:
        """Compare with none of the frames seen so far, as after a damaged one; queued differences stay."""
        self._past.forget_before(np.inf)

    def _free_stack(self) -> FloatImage:
        """Room for the next batch: that of an old one of which no frame is remembered, or new room."""
        oldest_s = self._past.time_s[0] if self._past.time_s else np.inf
        if self._stacks and self._stacks[0][0] < oldest_s:
            return self._stacks.popleft()[1]
        return self._shrinker.new_stack()

    def _queue(self, comparer: _Comparer, time_s: float, picture: FloatImage, wanted_s: float) -> float:
        if not self._past.time_s:
            return 0.0
        least_s = (1.0 - _LAG_SLACK) * wanted_s
        place = self._past.nearest(time_s, wanted_s)
        # Where stamps jitter the nearest may have come just before; slow cameras have no frame 0.1 s ago at all. An
        # older one must do, if it is not older than a second.
        while place > 0 and time_s - self._past.time_s[place] < least_s:
            place -= 1
        lag_s = time_s - self._past.time_s[place]
        if not least_s <= lag_s <= max(OLDEST_S, (1.0 + _LAG_SLACK) * wanted_s):
            return 0.0
        comparer.pairs.append(_Pair(self._past.picture[place], picture, self._n_compared))
        return lag_s


class _Pair(NamedTuple):
    """What to compare: possible once so many pictures of the queue are smooth."""

    before: FloatImage
    after: FloatImage
    n_smooth: int


class _Comparer:
    """Pairs of smooth pictures to differences of one lag, in arrays made once."""

    def __init__(self, grid: Grid, params: Params) -> None:
        rules = params.rules
        self._camera = params.camera if rules.has("camera") else None
        self._since_explained = np.inf
        self.pairs: list[_Pair] = []
        self._n_done = 0
        self._cell_px = grid.cell_px[0]
        self._finds_zoom = rules.has("slow zoom")
        self._takes_bands = rules.has("bands")
        self._rim = rim_of(grid)
        pool = pool_of(grid) if rules.has("pool") else min(pool_of(grid), 3)
        self._pool = pool, pool
        rows = grid.rows + 2 * self._rim
        self._change = np.empty((CHUNK, 2 * rows, 2 * grid.columns), np.float32)
        self._pooled = np.empty((CHUNK, rows, grid.columns), np.float32)
        self._energy, self._signed = np.empty((2, BATCH, rows, grid.columns), np.float32)
        self._has_bands = np.zeros(BATCH, bool)

    def measure(self) -> Differences:
        """The differences of all pairs queued, later minus earlier."""
        self.work(BATCH)
        n, inside = len(self.pairs), slice(self._rim, -self._rim)
        energy, signed = self._energy[:n, inside], self._signed[:n, inside]
        change = self._means(self._signed[:n])
        changed = self._changed(energy)
        explained = [self._explain(*item) for item in zip(range(n), self.pairs, changed, strict=True)]
        self.pairs, self._n_done = [], 0
        return Differences(energy, signed, change, self._has_bands[:n], changed, explained)

    def work(self, n_smooth: int) -> None:
        """Compare the pairs that can be compared when so many pictures of the queue are smooth."""
        n_due = bisect_right(self.pairs, n_smooth, key=attrgetter("n_smooth"))
        while self._n_done < n_due:
            chunk = slice(self._n_done, min(self._n_done + CHUNK, n_due))
            self._has_bands[chunk] = self._compare(self.pairs[chunk], self._energy[chunk], self._signed[chunk])
            self._n_done = chunk.stop

    def _means(self, cells: FloatImage) -> list[float]:
        """Mean of each picture without its rims."""
        n, rows, columns = cells.shape
        beside = self._rim * columns
        means: list[float] = cells.reshape(n, rows * columns)[:, beside:-beside].mean(axis=1).tolist()
        return means

    def _compare(self, pairs: list[_Pair], energy: FloatImage, signed: FloatImage) -> NDArray[np.bool_]:
        """Fill in energy and signed differences of some pairs; which of them had bands."""
        change, pooled = self._change[: len(pairs)], self._pooled[: len(pairs)]
        for target, pair in zip(change, pairs, strict=True):
            cv2.subtract(pair.after, pair.before, dst=target)
        all_changes, all_cells, all_signed = tall(change), tall(pooled), tall(signed)
        size = all_cells.shape[::-1]
        cv2.resize(all_changes, size, dst=all_signed, interpolation=cv2.INTER_AREA)
        # What stands in the rims depends on which frames are measured together.
        has_bands = find_bands(signed, self._rim) if self._takes_bands else np.zeros(len(pairs), bool)
        for place in np.flatnonzero(has_bands):
            remove_bands(change[place, 2 * self._rim : -2 * self._rim])
            cv2.resize(change[place], signed.shape[:0:-1], dst=signed[place], interpolation=cv2.INTER_AREA)
        cv2.multiply(all_changes, all_changes, dst=all_changes)
        cv2.resize(all_changes, size, dst=all_cells, interpolation=cv2.INTER_AREA)
        mirror(pooled, self._rim, self._rim)
        cv2.blur(all_cells, self._pool, dst=tall(energy))
        return has_bands

    def _changed(self, energy: FloatImage) -> list[float]:
        """Share of each picture that changed, shape of `energy` (n, rows, columns)."""
        if self._camera is None:
            return [0.0] * len(energy)
        counts = np.count_nonzero(energy > np.float32(self._camera.loud_energy), axis=(1, 2))
        shares: list[float] = (counts / energy[0].size if len(energy) else counts).tolist()
        return shares

    def _explain(self, place: int, pair: _Pair, changed: float) -> Explanation | None:
        """Take out of one difference, in place, what the camera and the light explain; None where it is nothing."""
        limits = self._camera
        self._since_explained += 1
        goes_on = limits is not None and self._since_explained <= limits.going_on_frames
        if limits is None or not self._may_be_all(place, changed, limits, goes_on=goes_on):
            return None
        inside = slice(2 * self._rim, -2 * self._rim)
        found = explain(pair.before[inside], pair.after[inside], limits, goes_on=goes_on)
        if found.cause is Cause.NOTHING:
            return None
        self._since_explained = 0
        self._put(place, found)
        side = self._cell_px / 2.0
        return Explanation(found.cause, (found.shift_px[0] * side, found.shift_px[1] * side), found.gain)

    def _may_be_all(self, place: int, changed: float, limits: CameraParams, *, goes_on: bool) -> bool:
        """Whether a change may be one of the whole picture: large, or spread out, or while others are explained."""
        if changed >= limits.loud_share * (limits.going_on if goes_on else 1.0):
            return True
        if not self._finds_zoom or changed < limits.spread_least * limits.loud_share:
            return False
        # A slow zoom changes edges everywhere by a little; a body as much in one place.
        is_loud = self._energy[place, self._rim : -self._rim] > np.float32(limits.loud_energy)
        return float(np.mean(tiles(is_loud.astype(np.float32)) > 0.0)) >= limits.spread_tiles

    def _put(self, place: int, found: Explained) -> None:
        """Energy and signed difference of what remains of a change."""
        left = found.left
        if self._has_bands[place]:
            remove_bands(left)
        rows, columns = left.shape[0] // 2, left.shape[1] // 2
        inside = slice(self._rim, -self._rim)
        cv2.resize(left, (columns, rows), dst=self._signed[place, inside], interpolation=cv2.INTER_AREA)
        cells = cv2.resize(left * left, (columns, rows), interpolation=cv2.INTER_AREA)
        cv2.blur(cells, self._pool, dst=self._energy[place, inside])

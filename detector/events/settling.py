"""Encoders that settle after each key frame: what stands out then, all over the picture, is no movement.

A key frame codes the whole picture anew and coarsely. An encoder that is short of bits leaves what changes slowly
afterwards (bands of mains light, noise) as it is until it has come far, and then codes it at once, in blotches that
last as long as a twitch. Where they are in the picture is chance; when they are is not: at about the same moment after
most key frames. A body knows nothing of key frames. So a moment is one of settling where, in most of the intervals
around, something stands out then, and in most of the rest of them nothing does. Own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.excess import Active
from detector.motion.trace import Frames
from detector.motion.view import LayerView
from detector.params import Params

Flags = NDArray[np.bool_]


def since_key(frames: Frames, most_keys: float) -> NDArray[np.float64]:
    """Time since the last key frame, s, shape (F,); infinite before the first, and where most frames are key frames."""
    places = np.arange(len(frames))
    if len(frames) == 0 or frames.is_key.mean() > most_keys:
        return np.full(len(frames), np.inf)
    last = np.maximum.accumulate(np.where(frames.is_key, places, -1))
    return np.where(last >= 0, frames.time_s - frames.time_s[np.maximum(last, 0)], np.inf)


@dataclass(frozen=True)
class KeyIntervals:
    """What stands out between one key frame and the next; K intervals of M moments, each as long as a lag.

    Attributes:
        view, active: of the layer.
        params: `burst.reach`, and of the group `doubt` what begins with `keys`.
        begins: frame that each interval begins with, and one past the last, shape (K + 1,).
        interval: which interval each frame is in, shape (F,); -1 before the first.
        moment: which moment of it, shape (F,); M and more where an interval is longer than usual.
        shows: whether something stands out then or just beside, shape (K, M).
    """

    view: LayerView
    active: Active
    params: Params
    begins: NDArray[np.int64]
    interval: NDArray[np.int64]
    moment: NDArray[np.int64]
    shows: Flags

    @classmethod
    def of(cls, view: LayerView, active: Active, since_key_s: NDArray[np.float64], params: Params) -> KeyIntervals:
        """The intervals of a layer; none where there are no key frames, or too many to tell.

        Args:
            view: of the layer.
            active: what stands out in it.
            since_key_s: time since the last key frame, s, shape (F,); infinite before the first.
            params: the groups `burst` and `doubt`.
        """
        is_key = since_key_s == 0.0
        interval, keys = np.cumsum(is_key, dtype=np.int64) - 1, np.flatnonzero(is_key)
        lags_s = view.lag_s[view.lag_s > 0.0]
        lag_s = float(np.median(lags_s)) if len(lags_s) else 1.0
        after_s = np.where(interval >= 0, since_key_s, 0.0)
        # Half a frame more: stamps are rounded.
        moment = ((after_s + 0.5 * view.frame_s) / lag_s).astype(np.int64)
        n_moments = round(float(np.median(np.diff(view.time_s[keys]))) / lag_s) if len(keys) > 1 else 0
        if n_moments < params.doubt.keys_moments:
            keys, n_moments = keys[:0], 0
        frames = np.flatnonzero(np.bincount(active.frame, minlength=len(is_key)))
        shows = _shown(interval[frames], moment[frames], (len(keys), n_moments))
        return cls(view, active, params, np.append(keys, len(is_key)), interval, moment, shows)

    def settles_at(self, burst: Burst) -> bool:
        """Whether a burst begins at a moment at which the picture elsewhere mostly settles."""
        limits, n_moments = self.params.doubt, self.shows.shape[1]
        first = int(self.active.frame[burst.entries[0]])
        own, moment = int(self.interval[first]), int(self.moment[first])
        if own < 0 or moment >= n_moments:
            return False
        key_s = self.view.time_s[self.begins[:-1]]
        around_s = key_s[own] + np.array([-limits.keys_around_s, limits.keys_around_s])
        low, high = np.searchsorted(key_s, around_s).tolist()
        others = np.delete(np.arange(high - low), own - low)
        if len(others) < limits.keys_fewest or not self._is_usual(self.shows[low:high][others], moment):
            return False
        # A limb that happens to keep the time of the key frames is no reason to doubt itself.
        # Of the type of the frames, lest all of them are converted.
        ends = np.searchsorted(self.active.frame, self.begins[[low, high]].astype(self.active.frame.dtype))
        some = self.active.where(slice(*ends.tolist()))
        frame = some.frame[~self._beside(burst)[some.cell]]
        elsewhere = _shown(self.interval[frame] - low, self.moment[frame], (high - low, n_moments))
        return self._is_usual(elsewhere[others], moment)

    def _is_usual(self, shows: Flags, moment: int) -> bool:
        """Whether something mostly stands out at a moment, and seldom at others."""
        limits, shares = self.params.doubt, shows.mean(axis=0)
        # The quietest ones: settling may take longer than half of an interval.
        rest = float(np.quantile(shares, limits.keys_rest))
        return bool(shares[moment] >= max(limits.keys_share, limits.keys_contrast * rest))

    def _beside(self, burst: Burst) -> Flags:
        """Cells within reach of a burst, shape (C,)."""
        grid = self.view.grid
        reach_px, (side_x, side_y) = self.params.burst.reach * grid.diagonal_px, grid.cell_px
        left, top, right, bottom = burst.box_px
        x, y = ((np.arange(n) + 0.5) * side for n, side in ((grid.columns, side_x), (grid.rows, side_y)))
        is_column = (x > left - reach_px) & (x < right + reach_px)
        is_row = (y > top - reach_px) & (y < bottom + reach_px)
        beside: Flags = (is_row[:, None] & is_column).ravel()
        return beside


def _shown(interval: NDArray[np.int64], moment: NDArray[np.int64], shape: tuple[int, int]) -> Flags:
    """In which moments of some intervals (`shape`), or just beside them, there are entries."""
    is_in = (interval >= 0) & (interval < shape[0]) & (moment < shape[1])
    shows = np.zeros(shape, bool)
    shows[interval[is_in], moment[is_in]] = True
    wide = shows.copy()
    wide[:, 1:] |= shows[:, :-1]
    wide[:, :-1] |= shows[:, 1:]
    return wide

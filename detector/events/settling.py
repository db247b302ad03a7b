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

# Frames to each side among which most are key frames or not.
_AROUND = 50


def since_key(frames: Frames, most_keys: float) -> NDArray[np.float64]:
    """Time since the last key frame, s, shape (F,); infinite before the first, and while most frames are key frames."""
    places = np.arange(len(frames))
    if len(frames) == 0:
        return np.zeros(0)
    last = np.maximum.accumulate(np.where(frames.is_key, places, -1))
    since_s = np.where(last >= 0, frames.time_s - frames.time_s[np.maximum(last, 0)], np.inf)
    # A night may have files of unlike encoding.
    n_keys = np.concatenate([[0], np.cumsum(frames.is_key)])
    low, high = (np.clip(places + side, 0, len(places)) for side in (-_AROUND, _AROUND + 1))
    return np.where(n_keys[high] - n_keys[low] > most_keys * (high - low), np.inf, since_s)


@dataclass(frozen=True)
class KeyIntervals:
    """What stands out between one key frame and the next; K intervals.

    Attributes:
        view, active: of the layer.
        params: `burst.reach`, and of the group `doubt` what begins with `keys`.
        begins: frame that each interval begins with, and one past the last, shape (K + 1,).
        key_s: when each begins, s, shape (K,).
        interval: which interval each frame is in, shape (F,); -1 before the first.
        moment: how many lags after its key frame each frame is, shape (F,).
    """

    view: LayerView
    active: Active
    params: Params
    begins: NDArray[np.int64]
    key_s: NDArray[np.float64]
    interval: NDArray[np.int64]
    moment: NDArray[np.int64]

    @classmethod
    def of(cls, view: LayerView, active: Active, since_key_s: NDArray[np.float64], params: Params) -> KeyIntervals:
        """The intervals of a layer.

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
        is_within = (interval >= 0) & np.isfinite(since_key_s)
        # Half a frame more: stamps are rounded.
        moment = ((np.where(is_within, since_key_s, 0.0) + 0.5 * view.frame_s) / lag_s).astype(np.int64)
        begins = np.append(keys, len(is_key))
        interval = np.where(is_within, interval, -1)
        return cls(view, active, params, begins, view.time_s[keys], interval, moment)

    def settles_at(self, burst: Burst) -> bool:
        """Whether a burst begins at a moment at which the picture elsewhere mostly settles."""
        limits = self.params.doubt
        first = int(self.active.frame[burst.entries[0]])
        own, moment = int(self.interval[first]), int(self.moment[first])
        if own < 0:
            return False
        around_s = self.key_s[own] + np.array([-limits.keys_around_s, limits.keys_around_s])
        low, high = np.searchsorted(self.key_s, around_s).tolist()
        # A night may have files of unlike encoding.
        n_frames = np.diff(self.begins)
        is_like = np.abs(n_frames[low:high] - n_frames[own]) <= limits.keys_alike * n_frames[own]
        is_like[own - low] = False
        others, n_moments = np.flatnonzero(is_like), int(self.moment[self.begins[own + 1] - 1]) + 1
        if len(others) < limits.keys_fewest or n_moments < limits.keys_moments:
            return False
        # Of the type of the frames, lest all of them are converted.
        ends = np.searchsorted(self.active.frame, self.begins[[low, high]].astype(self.active.frame.dtype))
        some = self.active.where(slice(*ends.tolist()))
        # A limb that happens to keep the time of the key frames is no reason to doubt itself.
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
        reach_px, (left, top, right, bottom) = self.params.burst.reach * self.view.grid.diagonal_px, burst.box_px
        return self.view.grid.inside((left - reach_px, top - reach_px, right + reach_px, bottom + reach_px))


def _shown(interval: NDArray[np.int64], moment: NDArray[np.int64], shape: tuple[int, int]) -> Flags:
    """In which moments of some intervals (`shape`), or just beside them, there are entries."""
    is_in = (interval >= 0) & (interval < shape[0]) & (moment < shape[1])
    shows = np.zeros(shape, bool)
    shows[interval[is_in], moment[is_in]] = True
    wide = shows.copy()
    wide[:, 1:] |= shows[:, :-1]
    wide[:, :-1] |= shows[:, 1:]
    return wide

"""The quick half of an analysis: a motion trace and parameters to events and artifacts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact, ArtifactMap, find_artifacts
from detector.events.burst import Box, Burst
from detector.events.bursts import find_parts, join_parts
from detector.events.classify import Event, classify_bursts, passing_event
from detector.events.excess import Active, Seen, find_both
from detector.events.insects import find_crossing, sort_bursts
from detector.motion.grid import Grid
from detector.motion.masks import grow
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView
from detector.params import Params

# A digit changes at once; encoders take a few frames to follow.
_DIGIT_CHANGE_S = 0.25
# Where most frames are key frames (MJPEG, all-intra), a key frame is nothing special.
_MOST_KEYS = 0.3
_ONE_SIGN = 0.9
_MOST_CELLS = 0.5
_DIGIT_AREA = 0.006
# Date and time are one line; its digits stand within so many of their heights from those that change each second.
_DIGITS_BESIDE = 8


@dataclass(frozen=True)
class Decision:
    """What was found in a trace: events and artifacts, each sorted by start."""

    events: tuple[Event, ...]
    artifacts: tuple[Artifact, ...]


def decide(trace: MotionTrace, params: Params) -> Decision:
    """Find the events and artifacts of a recording; takes some seconds for a night and needs no video."""
    hidden = find_artifacts(trace, params)
    fast, slow = find_both(trace, hidden, params)
    since_key_s = since_key(trace)
    clock = _clock_box(trace.grid, hidden.is_clock)
    bursts = [
        burst
        for burst in find_bursts(*fast, params)
        if not _is_key_pulse(*fast, burst, since_key_s, params)
        and not _is_fade(fast.active, burst, params)
        and not _is_flash(*fast, burst, params)
        and not _is_clock_digit(trace.grid, burst, clock)
        and not _is_of_mover(trace.grid, burst, hidden, params)
    ]
    kinds = sort_bursts(*fast, bursts, params.artifact)
    strong = [*kinds.local, *kinds.passing]
    events = classify_bursts(*fast, without_ripples(kinds.local, strong, params), params)
    events += [passing_event(burst) for burst in kinds.passing]
    events += find_slow(slow, bursts, params)
    events.sort(key=lambda event: (event.start_s, event.x_px))
    artifacts = sorted([*hidden.artifacts, *kinds.insects], key=lambda artifact: (artifact.start_s, artifact.kind))
    return Decision(tuple(events), tuple(artifacts))


def find_bursts(view: LayerView, active: Active, params: Params) -> list[Burst]:
    """Bursts of a layer: what is connected, and of that what starts together and lies side by side.

    What crosses the picture, as insects do, is a burst of its own, whatever else moves beside it.

    Returns:
        Bursts in order of start; empty where nothing moved.
    """
    parts = find_parts(view, active, params)
    return join_parts(view, active, parts, params, apart=find_crossing(view, active, parts, params.artifact))


def find_slow(slow: Seen, fast: list[Burst], params: Params) -> list[Event]:
    """Movements too slow for the short difference: bursts of the slow layer where no fast burst is.

    Args:
        slow: the slow layer.
        fast: bursts of the fast layer.
        params: all groups.

    Returns:
        Events in order of start.
    """
    lag_s = params.motion.long_lag_s
    busy_start_s = np.array([burst.start_s for burst in fast]) - lag_s
    busy_stop_s = np.array([burst.stop_s for burst in fast]) + lag_s

    def is_fresh(start_s: float, stop_s: float) -> bool:
        is_long = stop_s - start_s >= params.classify.slow_min_s
        return is_long and not ((busy_start_s < stop_s) & (start_s < busy_stop_s)).any()

    parts = find_parts(*slow, params)
    bursts = join_parts(*slow, parts, params, is_wanted=is_fresh)
    fresh = [burst for burst in bursts if burst.snr >= params.classify.slow_threshold]
    return classify_bursts(*slow, sort_bursts(*slow, fresh, params.artifact).local, params)


def without_ripples(bursts: list[Burst], sources: list[Burst], params: Params) -> list[Burst]:
    """Leave out faint bursts beside a strong simultaneous one: encoders spread a strong change over the picture.

    Args:
        bursts: to choose from.
        sources: what may be the strong ones; an insect is too small to be.
        params: the group `burst`.
    """
    still_s, ripple = params.burst.still_s, params.burst.ripple
    start_s, stop_s, snr = (np.array([getattr(b, name) for b in sources]) for name in ("start_s", "stop_s", "snr"))
    strong = snr >= params.burst.threshold / max(ripple, 1e-9)
    start_s, stop_s, snr = start_s[strong] - still_s, stop_s[strong] + still_s, snr[strong] * ripple
    return [b for b in bursts if not ((snr >= b.snr) & (start_s < b.start_s) & (b.stop_s < stop_s)).any()]


def since_key(trace: MotionTrace) -> NDArray[np.float64]:
    """Time since the last key frame, s, shape (F,); infinite before the first, and where most frames are key frames."""
    frames = np.arange(len(trace.frames.time_s))
    last = np.maximum.accumulate(np.where(trace.frames.is_key, frames, -1)) if len(frames) else frames
    since_s = np.where(last >= 0, trace.frames.time_s - trace.frames.time_s[np.maximum(last, 0)], np.inf)
    return np.full(len(frames), np.inf) if len(frames) and trace.frames.is_key.mean() > _MOST_KEYS else since_s


def _is_key_pulse(
    view: LayerView, active: Active, burst: Burst, since_key_s: NDArray[np.float64], params: Params
) -> bool:
    """A burst that begins at a key frame and is over at once must be half as strong again to be believed."""
    if burst.snr >= 1.5 * params.burst.threshold:
        return False
    first, last = active.frame[burst.entries[0]], active.frame[burst.entries[-1]]
    lasts_s = view.time_s[last] - view.time_s[first]
    return bool(lasts_s <= since_key_s[last] <= 2.5 * view.lag_s[last])


def _is_fade(active: Active, burst: Burst, params: Params) -> bool:
    """A place that only brightens, or only darkens, and stays so must be three times as strong to be believed.

    Whatever moves brightens the picture where it comes and darkens it where it leaves, or comes back. One sign alone is
    light, or an encoder catching up with it.
    """
    if burst.snr >= 3.0 * params.burst.threshold:
        return False
    signed = active.signed[burst.entries].astype(np.float64)
    return bool(abs(signed.sum()) >= _ONE_SIGN * np.abs(signed).sum())


def _is_flash(view: LayerView, active: Active, burst: Burst, params: Params) -> bool:
    """A change that is gone in the next frame must be half as strong again to be believed: encoders re-code blocks.

    Seen at a lag of several frames, it shows in one frame as it comes and in one as it goes; a limb takes longer. A
    small place that changes from one frame to the next and stays so is no limb, however strong: text, or a lamp.
    """
    first, last = active.frame[burst.entries[0]], active.frame[burst.entries[-1]]
    lag_frames = round(float(view.lag_s[first]) / max(float(view.duration_s[first]), 1e-6))
    if lag_frames < 2:
        return False
    if last - first < lag_frames and burst.area_fraction <= _DIGIT_AREA:
        return True
    n_frames = 1 + int(np.count_nonzero(np.diff(active.frame[burst.entries])))
    return burst.snr < 1.5 * params.burst.threshold and n_frames <= min(lag_frames, 2)


def _is_of_mover(grid: Grid, burst: Burst, hidden: ArtifactMap, params: Params) -> bool:
    """Around what moves all night, a burst must be three times as strong to be something else."""
    if burst.snr >= 3.0 * params.burst.threshold or not hidden.is_mover.any():
        return False
    near = grow(hidden.is_mover.reshape(grid.rows, grid.columns)).ravel()
    return bool(near[burst.cells].mean() >= _MOST_CELLS)


def _clock_box(grid: Grid, is_clock: NDArray[np.bool_]) -> Box | None:
    """Box around the on-screen clock, source px; None where there is none."""
    row, column = np.divmod(np.flatnonzero(is_clock), grid.columns)
    if len(row) == 0:
        return None
    x, y = grid.cell_px
    return column.min() * x, row.min() * y, (column.max() + 1) * x, (row.max() + 1) * y


def _is_clock_digit(grid: Grid, burst: Burst, clock: Box | None) -> bool:
    """Digits that change rarely stand beside those that change each second, and change with them."""
    if burst.duration_s > _DIGIT_CHANGE_S or clock is None:
        return False
    left, top, right, bottom = burst.box_px
    clock_left, clock_top, clock_right, clock_bottom = clock
    side_px = grid.cell_px[1]
    reach_px = _DIGITS_BESIDE * (clock_bottom - clock_top)
    in_line = top >= clock_top - side_px and bottom <= clock_bottom + side_px
    return in_line and right > clock_left - reach_px and left < clock_right + reach_px

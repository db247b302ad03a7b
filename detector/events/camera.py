"""Stretches in which the camera or the light moved the picture, and where that leaves nothing to judge.

While footage is measured, what camera and light explain is taken out of each change (`motion.pictures.camera`), so
what remains is judged as at any other time. Here the frames with a cause become artifacts: `bump` (the picture is
displaced for a moment), `camera moves` (for longer or hardly: panned, zoomed, rocked), `focus` and `light`. Under
light all is judged but what the model leaves most of, until that has settled; while the camera moves nothing is, nor
where most of the picture changes without any cause: another picture began, or the lamp of the camera was switched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from detector.events.stretches import bridge, n_frames, rare, runs
from detector.motion.pictures.camera import Cause
from detector.motion.trace import Frames, MotionTrace
from detector.params import ArtifactParams


@dataclass(frozen=True)
class Stretch:
    """Frames `start` to `stop` in which the whole picture changed.

    Attributes:
        kind: `bump`, `camera moves`, `focus` or `light`.
        start, stop: frames, half-open.
        blind: those in which nothing is judged, shape (n,), int64.
        detail: one phrase with the numbers.
        is_other: whether cells show something else from then on: the picture is brighter, darker or turned.
    """

    kind: Literal["bump", "camera moves", "focus", "light"]
    start: int
    stop: int
    blind: NDArray[np.int64]
    detail: str
    is_other: bool = False


def with_cause(frames: Frames, limits: ArtifactParams) -> NDArray[np.bool_]:
    """Frames in, or briefly between, changes of the picture that the camera or the light explains, shape (F,)."""
    return bridge(frames, frames.cause > 0, limits.camera_pause_s)


def with_rare_cause(frames: Frames, limits: ArtifactParams) -> NDArray[np.bool_]:
    """Those of them around which this is seldom, shape (F,): what a flickering lamp does all night is in the floors."""
    return rare(frames, with_cause(frames, limits), limits.usual_cause_s, limits.usual_cause_share)


def find_camera(trace: MotionTrace, limits: ArtifactParams) -> Iterator[Stretch]:
    """Stretches with a cause, then those of a whole picture that changed without one."""
    frames = trace.frames
    is_large = np.maximum(frames.moved_fraction, frames.changed_fraction) >= limits.loud_share
    for start, stop in runs(with_cause(frames, limits)):
        if _is_sure(trace, start, stop, is_large, limits):
            yield _caused(trace, start, stop, limits)
    for start, stop in runs(bridge(frames, is_large & (frames.cause == 0), limits.margin_s)):
        kind = _kind_of_cut(trace, start, stop, limits)
        if kind:
            first, last = max(start - 1, 0), _settled(trace, stop, limits)
            share, lag_s = float(frames.moved_fraction[start:stop].max()), float(frames.lag_s[start])
            words = f"{share:.0%} of the picture changed at once, in {lag_s:.2f} s"
            yield Stretch(kind, first, last, np.arange(first, last), words, is_other=True)


def _is_sure(trace: MotionTrace, start: int, stop: int, is_large: NDArray[np.bool_], limits: ArtifactParams) -> bool:
    """Whether causes explain most of what changes around them: a body may look like a camera for a frame or two."""
    frames = trace.frames
    if np.abs(frames.light[start:stop]).max() >= limits.light_sure:
        return True
    low, high = _widened(trace, start, stop, limits.camera_pause_s)
    has_cause = frames.cause[low:high] > 0
    change = frames.changed_fraction[low:high].astype(np.float64)
    explained, total = change[has_cause].sum(), change[has_cause | is_large[low:high]].sum()
    return bool(explained >= limits.caused_share * total)


def _caused(trace: MotionTrace, start: int, stop: int, limits: ArtifactParams) -> Stretch:
    frames, inside = trace.frames, slice(start, stop)
    cause = Cause(int(np.bincount(frames.cause[inside], minlength=4)[1:].argmax()) + 1)
    first = max(start - 1, 0)
    lasts_s = float(frames.time_s[stop - 1] - frames.time_s[start])
    if cause is Cause.LIGHT:
        return _light(trace, start, stop, limits)
    # What is drawn into the picture does not move along, nor does what is near: no fit tells them from movement.
    shifts_px = np.hypot(*frames.shift_px[inside].T)
    # Where stamps jitter or a picture is missing, some lags are longer: no measure of how fast the camera moves.
    is_usual = frames.lag_s[inside] <= limits.longer_lag * np.median(frames.lag_s[inside])
    is_small = shifts_px[is_usual].max() < limits.bump_least * trace.grid.cell_px[0]
    # A knock may turn the picture about its middle, which then hardly moves: but much of it changes.
    is_small &= frames.changed_fraction[inside][is_usual].max() < limits.loud_share
    is_slow = lasts_s > limits.bump_max_s or is_small
    if cause is Cause.FOCUS or is_slow:
        # It begins and ends too slowly for the first and the last frames to tell.
        first, stop = _widened(trace, first, stop, limits.camera_pause_s)
    blind = np.arange(first, stop)
    if cause is Cause.FOCUS:
        return Stretch("focus", first, stop, blind, "the whole picture went in or out of focus")
    words = f"the whole picture was displaced, by up to {shifts_px.max():.1f} px within a lag"
    if is_slow:
        return Stretch("camera moves", first, stop, blind, words, is_other=True)
    last = _settled(trace, stop, limits)
    is_other = _stays_displaced(trace, start, stop, limits)
    return Stretch("bump", first, last, np.union1d(blind, np.arange(stop, last)), words, is_other=is_other)


def _stays_displaced(trace: MotionTrace, start: int, stop: int, limits: ArtifactParams) -> bool:
    """Whether a knock leaves the picture elsewhere: cells show something else from then on."""
    frames, inside = trace.frames, slice(start, stop)
    x_px, y_px = (_own_shares(frames, inside) @ frames.shift_px[inside]).tolist()
    return bool(np.hypot(x_px, y_px) >= limits.bump_stays * trace.grid.cell_px[0])


def _own_shares(frames: Frames, inside: slice) -> NDArray[np.floating]:
    """How much of what changed since a lag before each frame is its own, so that all add up, shape (n,)."""
    duration_s, lag_s = frames.duration_s[inside], frames.lag_s[inside]
    own: NDArray[np.floating] = duration_s / np.maximum(lag_s, duration_s)
    return own


def _light(trace: MotionTrace, start: int, stop: int, limits: ArtifactParams) -> Stretch:
    """A stretch of light: judged but for its edges and for what is left of a step that no fit explains."""
    frames, inside = trace.frames, slice(start, stop)
    most = float(frames.light[inside][np.abs(frames.light[inside]).argmax()])
    # Where most of what changed is left, an encoder was overrun: nothing is judged until it has settled.
    left = np.maximum(limits.left_share * frames.changed_fraction[inside], limits.loud_share)
    blind = np.zeros(len(frames), bool)
    for low, high in runs((frames.cause[inside] > 0) & (frames.moved_fraction[inside] >= left)):
        before = n_frames(frames, start + low, float(frames.lag_s[start + low]))
        blind[max(start + low - before, 0) : max(_settled(trace, start + high, limits), start + high)] = True
    first, last = _edges(trace, start, stop, limits)
    blind[first:start] = blind[stop:last] = True
    last = max(last, int(np.flatnonzero(blind).max(initial=0)) + 1)
    words = f"brightness of the picture by up to {most:+.1%} within a lag"
    change = float(_own_shares(frames, inside) @ np.log1p(np.maximum(frames.light[inside], -0.9)))
    is_other = abs(change) >= limits.light_sure
    return Stretch("light", max(first - 1, 0), last, np.flatnonzero(blind), words, is_other=is_other)


def _edges(trace: MotionTrace, start: int, stop: int, limits: ArtifactParams) -> tuple[int, int]:
    """A stretch of light with the frames beside it that change with one sign: too little is lit there to tell why."""
    frames, reach = trace.frames, n_frames(trace.frames, start, limits.margin_s)
    low, high = max(start - reach, 0), min(stop + reach, len(frames))
    signs = _sign_shares(trace, low, high)
    is_lit = (signs >= limits.same_sign) | (signs <= 1.0 - limits.same_sign)
    is_lit &= frames.changed_fraction[low:high] >= limits.settle_share
    before = int(np.argmin(is_lit[: start - low][::-1])) if not is_lit[: start - low].all() else start - low
    after = int(np.argmin(is_lit[stop - low :])) if not is_lit[stop - low :].all() else high - stop
    return start - before, stop + after


def _widened(trace: MotionTrace, start: int, stop: int, margin_s: float) -> tuple[int, int]:
    """A stretch with a margin on both sides, but not beyond a pause of the recording."""
    frames = trace.frames
    first, last = np.searchsorted(frames.time_s, [frames.time_s[start] - margin_s, frames.time_s[stop - 1] + margin_s])
    pauses = np.flatnonzero(frames.lag_s == 0.0)
    before, after = pauses[pauses <= start], pauses[pauses >= stop]
    return max(int(first), int(before.max(initial=0))), min(int(last), int(after.min(initial=len(frames))))


def _kind_of_cut(trace: MotionTrace, start: int, stop: int, limits: ArtifactParams) -> Literal["light", "bump", ""]:
    """What a whole picture that changed without a cause shows; empty where it may be a body in front of the lens."""
    large = np.flatnonzero(trace.frames.moved_fraction[start:stop] >= limits.cut_share)
    if len(large) == 0:
        return ""
    signs = _sign_shares(trace, start, stop)[large]
    if np.mean((signs >= limits.same_sign) | (signs <= 1.0 - limits.same_sign)) >= 0.5:
        return "light"
    # No body moves most of the picture so briefly: the camera was turned, or another picture began.
    return "bump" if trace.frames.time_s[stop - 1] - trace.frames.time_s[start] <= limits.cut_s else ""


def _settled(trace: MotionTrace, stop: int, limits: ArtifactParams) -> int:
    """First frame after a step at which exposure and encoder have settled, at most `settle_max_s` later."""
    frames = trace.frames
    margin = n_frames(frames, stop - 1, limits.margin_s)
    last = min(stop + n_frames(frames, stop - 1, limits.settle_max_s), len(frames))
    still = 0
    for frame in range(stop, last):
        if frames.lag_s[frame] == 0.0:
            return frame  # the recording pauses here
        still = 0 if frames.moved_fraction[frame] >= limits.settle_share else still + 1
        if still >= margin:
            return frame + 1
    return last


def _sign_shares(trace: MotionTrace, start: int, stop: int) -> NDArray[np.float64]:
    """Share of the entries of each frame that brighten, shape (stop - start,); a half where there are none."""
    first = trace.fast.first[start : stop + 1]
    brightens = trace.fast.signed[first[0] : first[-1]] > 0
    total = np.concatenate([[0], np.cumsum(brightens)])
    n_brighter, counts = np.diff(total[first - first[0]]), np.diff(first)
    return np.where(counts > 0, n_brighter / np.maximum(counts, 1), 0.5)

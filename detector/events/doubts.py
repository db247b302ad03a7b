"""Bursts that something else explains as well, and how strong each must be to be believed all the same.

Encoders, light and what is drawn into the picture make small changes that look like movement. Each doubt says what it
looks like; a burst of which it holds must rise `params.doubt.<name>` times as high above the noise as any other. What
does not is not lost: it is listed among the artifacts, with the doubt. All own, since no one has published how home
cameras fail; what each doubt is worth shows when it is left out (`params.rules.without`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector.events.artifacts import Artifact, ArtifactMap
from detector.events.burst import Box, Burst
from detector.events.camera import with_cause, with_rare_cause
from detector.events.excess import Active, Seen
from detector.events.faint import Scraps, strength_of
from detector.events.settling import KeyIntervals, since_key
from detector.events.stretches import n_frames, runs
from detector.motion.grid import Grid
from detector.motion.pictures.shrink import rim_of
from detector.motion.trace import Frames, MotionTrace
from detector.motion.view import LayerView
from detector.params import ArtifactParams, Params


@dataclass(frozen=True)
class Scene:
    """What bursts are judged by.

    Attributes:
        view, active: of the layer they were found in.
        since_key_s: time since the last key frame, shape (F,).
        clock: box around the on-screen clock, source px; None where there is none.
        near_mover: cells of what moves most of the time, and of what moves along with it, shape (C,).
        params: the groups `burst` and `doubt`.
        has_step: frames around a plain step of light, shape (F,).
        has_cause: frames in which the camera or the light explains a change of the picture, as it seldom does,
            shape (F,).
        strong: bursts of which others may be ripples.
        jumps: bursts, by `id`, that are complete within one picture together with others.
        ticks: frames at the moment of the second at which the clock changes, shape (F,); None where there is none.
        scraps: what stays below the threshold of a burst; None where that is not known.
    """

    view: LayerView
    active: Active
    since_key_s: NDArray[np.float64]
    clock: Box | None
    near_mover: NDArray[np.bool_]
    params: Params
    has_cause: NDArray[np.bool_]
    has_step: NDArray[np.bool_]
    strong: Sequence[Burst] = ()
    jumps: frozenset[int] = frozenset()
    ticks: NDArray[np.bool_] | None = None
    scraps: Scraps | None = None

    @cached_property
    def ripples(self) -> tuple[NDArray[np.float64], ...]:
        """From when and until when each strong burst may have ripples, s, and how strong they may be, floors."""
        limits = self.params.burst
        may = [burst for burst in self.strong if limits.ripple * burst.snr >= limits.threshold]
        start_s, stop_s, snr = (np.array([getattr(b, name) for b in may]) for name in ("start_s", "stop_s", "snr"))
        return start_s - limits.still_s, stop_s + limits.still_s, snr * limits.ripple

    @cached_property
    def key_intervals(self) -> KeyIntervals:
        """What stands out between key frames."""
        return KeyIntervals.of(self.view, self.active, self.since_key_s, self.params)

    def ends(self, burst: Burst) -> tuple[int, int]:
        """First and last frame of a burst."""
        return int(self.active.frame[burst.entries[0]]), int(self.active.frame[burst.entries[-1]])


@dataclass(frozen=True)
class Doubt:
    """A reason not to believe a burst.

    Attributes:
        name: of the rule, and (with underscores) of its factor in `params.doubt`.
        holds: whether a burst looks like that.
        sentence: what else it may be.
    """

    name: str
    holds: Callable[[Burst, Scene], bool]
    sentence: str

    def bar(self, params: Params) -> float:
        """How strong a burst must be to be believed all the same, floors."""
        factor: float = getattr(params.doubt, self.name.replace(" ", "_"))
        return factor * params.burst.threshold


def make_scene(trace: MotionTrace, seen: Seen, hidden: ArtifactMap, params: Params) -> Scene:
    """What the bursts of the fast layer are judged by."""
    near = np.zeros(trace.grid.n_cells, bool) if hidden.around_mover is None else hidden.around_mover
    since_key_s = since_key(trace.frames, params.noise.most_keys)
    clock, has_cause = _clock_box(trace.grid, hidden.is_clock), with_cause(trace.frames, params.artifact)
    around_steps = _around_steps(trace.frames, has_cause, params)
    is_rare = with_rare_cause(trace.frames, params.artifact)
    has_moment = clock is not None and params.rules.has("clock moment")
    ticks = None if not has_moment else _ticks(trace, hidden.is_clock, params.doubt.clock_window_s)
    return Scene(*seen, since_key_s, clock, near, params, is_rare, around_steps, ticks=ticks)


def with_causes(scene: Scene, bursts: Sequence[Burst], limits: ArtifactParams) -> Scene:
    """A scene in which some bursts have a cause, such as focus that hunts.

    What else changes meanwhile, or within a pause of it, has a cause, too.
    """
    has_cause, time_s = scene.has_cause.copy(), scene.view.time_s
    for burst in bursts:
        ends = burst.start_s - limits.camera_pause_s, burst.stop_s + limits.camera_pause_s
        has_cause[slice(*np.searchsorted(time_s, ends))] = True
    return replace(scene, has_cause=has_cause)


def with_wide(scene: Scene, bursts: Sequence[Burst], limits: ArtifactParams) -> Scene:
    """A scene in which what is faint and wide has a cause, which the rest that changes at that time has, too."""
    if not scene.params.rules.has("faint and wide"):
        return scene
    return with_causes(scene, [burst for burst in bursts if _is_doubted(burst, FAINT_AND_WIDE, scene)], limits)


def _ticks(trace: MotionTrace, is_clock: NDArray[np.bool_], window_s: float) -> NDArray[np.bool_]:
    """Frames at the moment of the second at which a clock changes just then, within a lag, shape (F,).

    Not each of its changes is strong enough to be kept, and the clock of a camera drifts; so the moment is the mean
    direction of those kept within some seconds. All frames where that is not one moment.
    """
    layer, frames = trace.fast, trace.frames
    counts = np.diff(np.searchsorted(np.flatnonzero(is_clock[layer.cell]), layer.first))
    turning = np.where(counts > 0, np.exp(2j * np.pi * frames.time_s), 0.0)
    sums = np.concatenate([[0.0], np.cumsum(turning)])
    n_sums = np.concatenate([[0], np.cumsum(counts > 0)])
    first, last = (np.searchsorted(frames.time_s, frames.time_s + side) for side in (-window_s, window_s))
    mean = (sums[last] - sums[first]) / np.maximum(n_sums[last] - n_sums[first], 1)
    away_s = np.abs(np.angle(np.exp(2j * np.pi * frames.time_s) * np.conj(mean))) / (2.0 * np.pi)
    ticks: NDArray[np.bool_] = (away_s <= frames.lag_s) | (np.abs(mean) < 0.5)
    return ticks


def _around_steps(frames: Frames, has_cause: NDArray[np.bool_], params: Params) -> NDArray[np.bool_]:
    """Frames of stretches with a cause in which the light plainly steps, and just after them, shape (F,)."""
    around = np.zeros(len(frames), bool)
    for start, stop in runs(has_cause):
        if np.abs(frames.light[start:stop]).max() >= params.doubt.light_step_share:
            around[max(start - 1, 0) : stop + n_frames(frames, stop - 1, params.artifact.margin_s)] = True
    return around


def weigh(bursts: Sequence[Burst], doubts: Sequence[Doubt], scene: Scene) -> tuple[list[Burst], list[Artifact]]:
    """Tell bursts to believe from those in doubt.

    Args:
        bursts: in order of start.
        doubts: which to have; the first that holds is told.
        scene: what the bursts are judged by.

    Returns:
        The bursts to believe, in the same order; and an artifact for each of the others.
    """
    doubts = [doubt for doubt in doubts if scene.params.rules.has(doubt.name)]
    believed, doubted = [], []
    for burst in bursts:
        doubt = next((doubt for doubt in doubts if _is_doubted(burst, doubt, scene)), None)
        if doubt is None:
            believed.append(burst)
        else:
            doubted.append(
                Artifact(
                    "doubtful", burst.start_s, burst.stop_s, doubt.sentence, burst.x_px, burst.y_px, burst.area_fraction
                )
            )
    return believed, doubted


def _is_doubted(burst: Burst, doubt: Doubt, scene: Scene) -> bool:
    return burst.snr < doubt.bar(scene.params) and doubt.holds(burst, scene)


def _is_key_pulse(burst: Burst, scene: Scene) -> bool:
    first, last = scene.ends(burst)
    view = scene.view
    lasts_s = view.time_s[last] - view.time_s[first]
    most_s = scene.params.doubt.key_pulse_lags * view.lag_s[last]
    return bool(lasts_s <= scene.since_key_s[last] <= most_s)


def _is_settling(burst: Burst, scene: Scene) -> bool:
    return scene.key_intervals.settles_at(burst)


def _is_fade(burst: Burst, scene: Scene) -> bool:
    # Whatever moves brightens the picture where it comes and darkens it where it leaves, or comes back.
    signed = scene.active.signed[burst.entries].astype(np.float64)
    return bool(abs(signed.sum()) >= scene.params.doubt.one_sign * np.abs(signed).sum())


def _lag_frames(burst: Burst, scene: Scene) -> int:
    first, _ = scene.ends(burst)
    return round(float(scene.view.lag_s[first]) / max(float(scene.view.duration_s[first]), 1e-6))


def _is_among_others(burst: Burst, scene: Scene) -> bool:
    scraps, limits = scene.scraps, scene.params.burst
    is_brief = burst.duration_s < scene.params.classify.twitch_max_s
    return is_brief and scraps is not None and scraps.outnumber(burst, strength_of(scene.active, burst), limits)


def _is_flash(burst: Burst, scene: Scene) -> bool:
    # Seen at a lag of several frames, it shows in one frame as it comes and in one as it goes; a limb takes longer, or
    # moves more than a block.
    lag_frames = _lag_frames(burst, scene)
    n_frames = 1 + int(np.count_nonzero(np.diff(scene.active.frame[burst.entries])))
    limits = scene.params.doubt
    block_cells = (limits.flash_block_px / scene.view.grid.cell_px[0] + limits.flash_beside) ** 2
    return lag_frames >= 2 and n_frames <= 2 and len(burst.cells) <= block_cells


def _is_switch(burst: Burst, scene: Scene) -> bool:
    first, last = scene.ends(burst)
    lag_frames = _lag_frames(burst, scene)
    return lag_frames >= 2 and last - first < lag_frames and burst.area_fraction <= scene.params.doubt.switch_area


def _is_jump(burst: Burst, scene: Scene) -> bool:
    return id(burst) in scene.jumps


def _is_clock_digit(burst: Burst, scene: Scene) -> bool:
    # Digits that change rarely stand beside those that change each second, and change with them.
    limits = scene.params.doubt
    if burst.duration_s > limits.clock_digit_s or scene.clock is None:
        return False
    times_s = scene.view.time_s
    first = min(int(np.searchsorted(times_s, burst.start_s)), len(times_s) - 1)
    # Text is not lit, and so changes against a step of light, too.
    if scene.ticks is not None and not (scene.ticks[first] or scene.has_step[first]):
        return False
    left, _, right, _ = burst.box_px
    clock_left, clock_top, clock_right, clock_bottom = scene.clock
    side_px = scene.view.grid.cell_px[1]
    reach_px = limits.clock_digit_heights * (clock_bottom - clock_top)
    # Energy is averaged over some cells, and an encoder that codes the text again does so a little beyond it.
    beyond_px = rim_of(scene.view.grid) * side_px
    middle_px = (burst.cells // scene.view.grid.columns + 0.5) * side_px
    in_line = (middle_px > clock_top - beyond_px) & (middle_px < clock_bottom + beyond_px)
    is_near = clock_left - reach_px < right and left < clock_right + reach_px
    return bool(is_near and in_line.mean() >= limits.clock_digit_inside)


def _is_beside_mover(burst: Burst, scene: Scene) -> bool:
    return bool(scene.near_mover.any() and scene.near_mover[burst.cells].mean() >= 0.5)


def _is_beside_cause(burst: Burst, scene: Scene) -> bool:
    first, last = scene.ends(burst)
    return bool(scene.has_cause[first : last + 1].mean() >= 0.5)


def _is_in_step(burst: Burst, scene: Scene) -> bool:
    # What is drawn into the picture is not lit, and what is near is lit more: no smooth gain explains either.
    first, last = scene.ends(burst)
    is_small = burst.area_fraction <= scene.params.doubt.light_step_area
    # What is over within a lag is the step itself, however large: whoever switches the lamp moves for longer.
    is_step = last - first < max(_lag_frames(burst, scene), 1)
    return (is_small or is_step) and bool(scene.has_step[first : last + 1].all())


def _is_faint_and_wide(burst: Burst, scene: Scene) -> bool:
    # A body that moves so much of the picture mostly moves its edges far; what focus and light leave is faint.
    first, last = scene.ends(burst)
    is_faint = burst.snr < scene.params.doubt.wide_least * burst.area_fraction
    return is_faint and bool(scene.has_cause[first : last + 1].any())


def _is_ripple(burst: Burst, scene: Scene) -> bool:
    start_s, stop_s, snr = scene.ripples
    return bool(((snr >= burst.snr) & (start_s < burst.start_s) & (burst.stop_s < stop_s)).any())


def _clock_box(grid: Grid, is_clock: NDArray[np.bool_]) -> Box | None:
    row, column = np.divmod(np.flatnonzero(is_clock), grid.columns)
    if len(row) == 0:
        return None
    x, y = grid.cell_px
    return column.min() * x, row.min() * y, (column.max() + 1) * x, (row.max() + 1) * y


FAINT_AND_WIDE = Doubt(
    "faint and wide", _is_faint_and_wide, "covers much of the picture, is faint, and begins or ends with focus or light"
)
DOUBTS = (
    Doubt("key pulse", _is_key_pulse, "begins at a key frame and is over at once, as pulses of an encoder are"),
    Doubt("after keys", _is_settling, "comes when, after most key frames, the picture elsewhere settles, too"),
    Doubt("fade", _is_fade, "only brightens or only darkens, as light does"),
    Doubt("flash", _is_flash, "is gone in the next frame, as a block is that an encoder codes again"),
    Doubt("switch", _is_switch, "is small, changes from one frame to the next and stays so, as text and lamps do"),
    Doubt("jump", _is_jump, "is complete within one picture, as others are at once: the picture went on after a stop"),
    Doubt("clock digit", _is_clock_digit, "is brief and stands in line with the clock, as its other digits do"),
    Doubt("light step", _is_in_step, "is small or very brief, and begins and ends while the light plainly steps"),
    Doubt("beside cause", _is_beside_cause, "is left of a change that the camera or the light explains"),
    FAINT_AND_WIDE,
    Doubt("among others", _is_among_others, "is faint, and scraps that are hardly less come and go at its place"),
    Doubt("beside mover", _is_beside_mover, "lies around what moves most of the time"),
)
"""Doubts about a burst by itself."""

RIPPLE = Doubt("ripple", _is_ripple, "is faint beside a far stronger one that an encoder spreads over the picture")
"""A doubt about a burst because of another one."""

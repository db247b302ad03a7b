"""Known movements planted into real footage, before the encoder.

The picture's own pixels are displaced by a smooth field (a Gaussian patch that moves as one), brightness and color
planes alike, and nothing else changes. The result is encoded as the footage was: its codec, bit rate, key-frame
interval and frame rate, and every picture keeps its exact time. What is lost of a movement is then lost to the encoder.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from detector.errors import FootageError, ParameterError, UsageError
from detector.footage.video import VideoInfo, iter_luma, probe
from detector.truth.encode import Encoding, write_video
from detector.truth.known import KnownMovement, makeable, require_within, write_truth
from detector.truth.planting.patch import planted
from detector.truth.planting.pictures import own_encoding, read_pictures, usual_fps
from detector.truth.planting.plan import scatter_plantings

# A steeper field would fold the picture over itself: the slope of a Gaussian is at most 0.61 amplitude / sigma.
_STEEPEST = 1.5


def plant(
    source: Path, out: Path, plan: Sequence[KnownMovement], encoding: Encoding | None = None
) -> tuple[KnownMovement, ...]:
    """Plant movements into footage and write `out` and, beside it, `<name>_truth.csv`.

    Args:
        source: real footage.
        out: the new video; must not be the source.
        plan: what to plant; may be empty (the footage is then only encoded again).
        encoding: how to encode; as the source was (`own_encoding`) if None.

    Returns:
        The truth, sorted by onset.

    Raises:
        FootageError: the source cannot be read.
        OutputFileError: the video cannot be written.
        ParameterError: a movement lies outside of the picture or of the footage's time, or would fold the picture.
        UsageError: `out` is the source itself.
    """
    if out.resolve() == source.resolve():
        raise UsageError(f"{out}: expected another file than the footage itself; choose another name.")
    info = probe(source)
    for movement in plan:
        _check(movement, info)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_video(out, planted(read_pictures(info), plan), usual_fps(info), encoding or own_encoding(info))
    truth = tuple(sorted(plan, key=lambda one: one.onset_s))
    write_truth(out.with_name(f"{out.stem}_truth.csv"), truth)
    return truth


def draw_plan(source: Path, counts: dict[str, int], seed: int) -> tuple[KnownMovement, ...]:
    """A random plan for a piece of footage; `counts` as in `scatter_plantings`."""
    info = probe(source)
    frame = next(iter_luma(info), None)
    if frame is None:
        raise FootageError(f"{source}: expected pictures to plant into, but none can be decoded.")
    return scatter_plantings(counts, np.array(frame.luma), (info.start_s, info.stop_s), seed)


def _check(movement: KnownMovement, info: VideoInfo) -> None:
    if not (0 <= movement.x_px < info.width_px and 0 <= movement.y_px < info.height_px):
        raise ParameterError(
            f"{movement.name}: expected a place X,Y within {info.width_px}x{info.height_px} px, but "
            f"{movement.place or f'{movement.x_px:g},{movement.y_px:g}'} came."
        )
    require_within(movement.name, "an extent in px", movement.sigma_px, 1.0, 10_000.0)
    require_within(movement.name, "an amplitude in px", movement.amp_px, 0.0, _STEEPEST * movement.sigma_px)
    if movement.onset_s < info.start_s or movement.stop_s > info.stop_s:
        raise ParameterError(
            f"{movement.name}: expected it within the footage's {info.start_s:g} to {info.stop_s:g} s; move or "
            "shorten it."
        )
    makeable(movement)

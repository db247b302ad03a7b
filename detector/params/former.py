"""What became of parameters of earlier versions."""

from __future__ import annotations

from detector._tunable import Former

_BY_CAMERA_FLOOR = "noise.often_quantile, noise.often_factor and noise.most_usual say what the camera can have made"
_BY_DUTY = "noise.duty_floors with artifact.mover_duty says what moves all the time"
_BY_CAMERA = "the group camera says what the camera and the light explain"
FORMER = {
    "noise.swing_hz": Former(instead=_BY_CAMERA_FLOOR),
    "noise.swing_likeness": Former(instead=_BY_CAMERA_FLOOR),
    "artifact.mover_floor": Former(instead=_BY_DUTY),
    "artifact.mover_ratio": Former(instead=_BY_DUTY),
    "artifact.mover_share": Former(instead=_BY_DUTY),
    "artifact.clock_floor": Former(instead="artifact.clock_duty says how often a clock changes"),
    "artifact.bump_share": Former(instead=_BY_CAMERA),
    "artifact.quiet_share": Former(instead=_BY_CAMERA),
    "artifact.clock_ticks": Former(instead="artifact.clock_phase with artifact.clock_min_s decides what a clock is"),
    "doubt.flash_cells": Former(instead="doubt.flash_block_px says how large a block of an encoder is"),
    "doubt.light_edge": Former(instead="doubt.beside_cause says what a change of light leaves"),
}
"""Parameters of earlier versions: a file or a night that has them is still read, or told what took their place."""

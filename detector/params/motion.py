"""How frames become a motion trace: the two lags, what camera and light explain, and the noise."""

from __future__ import annotations

from detector._tunable import DERIVED, OWN, Group, tunable


class MotionParams(Group):
    """How frames become a motion trace. Changing one of these means measuring again."""

    working_long_side_px: int = tunable(
        640, "px", DERIVED, "The picture is halved until its longer side is at most this ...", ge=64, le=1024
    )
    whole_long_side_px: int = tunable(
        480, "px", DERIVED, "... and at least once if it is longer than this.", ge=64, le=1024
    )
    short_lag_s: float = tunable(0.13, "s", DERIVED, "Frame difference that sees twitches.", gt=0, le=1)
    long_lag_s: float = tunable(0.5, "s", DERIVED, "Frame difference that sees slow movement.", gt=0, le=5)
    slow_step_s: float = tunable(0.25, "s", OWN, "How often the long difference is taken.", ge=0, le=5)

    fastest_share: float = tunable(
        0.25, "frame rates", OWN, "Faster rates are not told from slower ones.", gt=0, le=0.5
    )
    min_correlation: float = tunable(
        0.35, "1", DERIVED, "What repeats is this like itself a cycle later; noise is less.", gt=0, le=1
    )
    half_rate_gain: float = tunable(
        1.25, "1", DERIVED, "Twice the cycle is the true one if it is so much more like itself after it.", ge=1, le=10
    )
    rate_slack: float = tunable(
        1.2, "1", OWN, "A rate this much above the fastest still counts, since none is known exactly.", ge=1, le=2
    )


class CameraParams(Group):
    """What the camera and the light explain of a change. Changing one of these means measuring again."""

    loud_energy: float = tunable(
        4.0, "grey levels squared", DERIVED, "A place changes where its mean squared difference is above this.", gt=0
    )
    loud_share: float = tunable(
        0.05, "1", DERIVED, "A cause is looked for where at least this share of the picture changes.", gt=0, le=1
    )
    spread_tiles: float = tunable(
        0.25, "1", DERIVED, "... or a smaller one, in at least this share of its tiles ...", gt=0, le=1
    )
    spread_least: float = tunable(0.4, "1", DERIVED, "... if it is at least so much of that share.", gt=0, le=1)
    going_on: float = tunable(
        0.1, "1", DERIVED, "While something is being explained, this much of that share is enough ...", gt=0, le=1
    )
    going_on_frames: int = tunable(30, "frames", OWN, "... until this many frames had no cause.", ge=0, le=10000)
    going_on_local: float = tunable(
        0.4,
        "1",
        DERIVED,
        "While something is being explained, light at a place is looked for where so much of that share is left.",
        gt=0,
        le=1,
    )
    tile_energy: float = tunable(
        0.5,
        "grey levels squared",
        DERIVED,
        "A tile of the picture tells where its predicted change is this strong.",
        gt=0,
    )
    min_tiles: float = tunable(0.2, "1", DERIVED, "At least this share of the tiles has to tell ...", gt=0, le=1)
    agreeing_tiles: float = tunable(0.8, "1", DERIVED, "... and this share of those has to agree.", gt=0, le=1)
    texture_energy: float = tunable(
        9.0, "grey levels squared", DERIVED, "A neighborhood has texture where its variance is above this.", gt=0
    )
    likeness: float = tunable(
        0.7, "1", DERIVED, "It keeps its texture where the correlation of the two is above this.", gt=0, lt=1
    )
    like_share: float = tunable(
        0.9,
        "1",
        DERIVED,
        "Light is what this share of the changed, textured picture keeps its texture in ...",
        gt=0,
        le=1,
    )
    same_share: float = tunable(
        0.5, "1", OWN, "A fit is of one picture if this share of its texture is still there.", gt=0, le=1
    )
    most_left: float = tunable(
        0.3, "1", DERIVED, "... and leaves at most this share of what changed changed.", gt=0, le=1
    )


class NoiseParams(Group):
    """How the footage's own noise is measured. Changing one of these means measuring again."""

    block_s: float = tunable(20.0, "s", DERIVED, "A floor is measured over this long ...", ge=2, le=600)
    min_block_s: float = tunable(
        4.0, "s", OWN, "Blocks of a short recording are a sixth of it, but not below this.", ge=1, le=60
    )
    block_frames: int = tunable(
        600, "frames", OWN, "... or over this many frames, whichever ends first.", ge=16, le=5000
    )
    samples: int = tunable(128, "frames", OWN, "How many frames of a block the floor is taken from.", ge=8, le=5000)
    quantile: float = tunable(0.97, "1", DERIVED, "Floor of a cell: this quantile of its energy.", ge=0.5, lt=1)
    often_quantile: float = tunable(
        0.75,
        "1",
        DERIVED,
        "What moves for less of the time is no noise: of this quantile ...",
        ge=0,
        lt=1,
    )
    often_factor: float = tunable(4.0, "1", DERIVED, "... a floor is at most this many times ...", ge=1, le=1e3)
    often_base: float = tunable(0.5, "grey levels squared", DERIVED, "... and this.", ge=0, le=100)
    seldom_quantile: float = tunable(
        0.85, "1", DERIVED, "Where something plainly moves now and then, of this quantile ...", ge=0, lt=1
    )
    seldom_factor: float = tunable(2.0, "1", DERIVED, "... a floor is at most this many times ...", ge=1, le=1e3)
    seldom_base: float = tunable(0.3, "grey levels squared", DERIVED, "... and this.", ge=0, le=100)
    most_usual: float = tunable(
        10.0, "1", DERIVED, "No floor is higher than this many times the usual one of the picture.", ge=1, le=1e4
    )
    duty_window_s: float = tunable(0.5, "s", OWN, "A place moves or not in windows of this length.", gt=0, le=10)
    duty_floors: float = tunable(4.0, "floors", DERIVED, "It moves above this many usual floors ...", gt=0)
    duty_reach: int = tunable(2, "cells", OWN, "... in a cell or so near it ...", ge=0, le=20)
    duty_most: float = tunable(0.15, "1", OWN, "... while less than this share of the picture moves.", gt=0, le=1)
    block_quantile: float = tunable(
        0.3, "1", DERIVED, "Over neighboring blocks, the floor is this quantile of their floors.", ge=0, le=1
    )
    moved_factor: float = tunable(
        3.5, "1", DERIVED, "Of these, one so many times as high as the lowest tells of movement ...", ge=1, le=1e4
    )
    lowest: float = tunable(0.1, "1", OWN, "... where the lowest is this quantile.", ge=0, le=1)
    most_parts: int = tunable(
        4, "1", OWN, "A block is cut into so many parts, each as long as the shortest block ...", ge=1, le=64
    )
    parts_changed: float = tunable(0.5, "1", OWN, "... unless so much of the picture changes in it.", gt=0, le=1)
    neighbors: int = tunable(15, "blocks", DERIVED, "How many blocks to each side count as neighbors.", ge=0, le=1000)
    alike: float = tunable(
        2.5, "1", DERIVED, "Blocks whose noise differs by more than this factor are not compared.", gt=1, le=100
    )
    minimum: float = tunable(
        0.6, "grey levels squared", DERIVED, "Added to every floor, since encoders erase noise.", gt=0, le=100
    )
    least_blocks: float = tunable(6.0, "blocks", OWN, "A short recording is cut into so many.", ge=1, le=100)
    level_minimum: float = tunable(
        0.3, "grey levels squared", DERIVED, "Added to the noise of a block before it is compared.", gt=0, le=100
    )
    level_blocks: int = tunable(7, "blocks", OWN, "The noise of a block is the median over so many.", ge=3, le=99)
    light_blocks: int = tunable(4, "blocks", OWN, "With fewer blocks in this light, those before count, too.", ge=1)
    min_level: float = tunable(0.05, "1", OWN, "A frame is louder than usual only above this level.", gt=0, le=2)
    floor_over_level: float = tunable(
        3.0, "1", DERIVED, "Floors lie about this far above the mean energy of quiet frames.", ge=1, le=100
    )
    key_quantile: float = tunable(0.8, "1", DERIVED, "Floor of a cell in key frames: this quantile.", ge=0, le=1)
    min_key_frames: int = tunable(
        10, "frames", OWN, "With fewer frames at key frames than this, they are not judged.", ge=1, le=1000
    )
    most_keys: float = tunable(
        0.3, "1", OWN, "Where more of the frames are key frames (MJPEG), they are like any other.", gt=0, le=1
    )
    frozen_level: float = tunable(
        0.25, "1", DERIVED, "A picture with less than this share of its usual noise ...", ge=0, lt=1
    )
    frozen_noise: float = tunable(
        0.02, "grey levels squared", OWN, "... where there usually is more noise than this ...", ge=0, le=100
    )
    frozen_ordinary: float = tunable(
        0.02, "1", OWN, "... and no more than this share of frames is as still for a moment ...", ge=0, le=1
    )
    frozen_s: float = tunable(1.0, "s", OWN, "... for this long is frozen.", gt=0, le=60)
    silent_cells: float = tunable(
        0.2, "1", OWN, "Noise is what this share of the cells stay below, and movement what moves more.", ge=0, le=1
    )
    keep: float = tunable(2.0, "floors", DERIVED, "Energy below this many floors is not stored.", ge=1, le=10)

"""Every number a user may tune: once, with unit, range, source and default.

The Python API, the command line, the report and the stored provenance all read from here. A source is a publication
or documentation; "derived" is a simulation or measurement made for this project; "own choice" says that nobody has
published a value. Nothing here is a validated diagnostic threshold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel, field_validator, model_validator
from pydantic.fields import FieldInfo

from detector._rules import MEASURED_RULES, RULE_NAMES, read_rules
from detector._tunable import (
    DERIVED,
    OWN,
    AtMost,
    Former,
    Group,
    allowed_range,
    describe,
    flatten,
    iter_tunables,
    read_toml,
    set_values,
    to_toml,
    tunable,
)
from detector.errors import ParameterError

__all__ = [
    "MEASURING_GROUPS",
    "RULE_NAMES",
    "ArtifactParams",
    "BreathingParams",
    "BurstParams",
    "CameraParams",
    "ClassifyParams",
    "DoubtParams",
    "ExtentParams",
    "FootageParams",
    "MotionParams",
    "NoiseParams",
    "Params",
    "PlaceParams",
    "ReportParams",
    "ReviewParams",
    "RhythmParams",
    "RulesParams",
    "RunParams",
    "SeriesParams",
    "StateParams",
    "allowed_range",
    "as_params",
    "describe",
    "from_toml",
    "iter_parameters",
    "measuring_values",
    "to_toml",
    "with_values",
]

FUKUMOTO = "Fukumoto 1981, pubmed 7258548"
SOKOLOFF = "PMC8513809"
JCSM = "JCSM 27931"
ISLER = "Isler 2016, PMC5119274"
WASM = "PMC9619152"

SLOWEST_HZ = 0.3
FEWEST_CYCLES = 4.0
LEAST_OPPOSITION = 0.2
"""What is a rhythm begins at these; each may be tuned by itself."""


class FootageParams(Group):
    """How files become frames. Changing one of these means measuring again."""

    max_frame_px: int = tunable(36_000_000, "px", OWN, "Refuse pictures larger than this (width x height).", gt=0)
    max_gap_s: float = tunable(
        1.0, "s", OWN, "A longer pause between two frames is unobserved time, not a long frame.", gt=0, le=60
    )
    span_s: float = tunable(
        300.0, "s", OWN, "Length of the pieces the night is measured in (cut at key frames).", ge=10, le=3600
    )
    warm_up_s: float = tunable(
        1.5, "s", OWN, "Footage decoded before each piece, so that its edges equal those of an uncut run.", ge=0, le=60
    )
    clock_tolerance_s: float = tunable(
        2.0, "s", OWN, "A clip that starts this near the end of the one before follows it exactly.", ge=0, le=60
    )
    name_pattern: str = tunable(
        "",
        "text",
        OWN,
        "Where the start time stands in file names, such as {camera}_%Y%m%d-%H%M%S; empty tries the known.",
    )
    time_zone: str = tunable(
        "", "text", OWN, "Zone of times in file names, such as Europe/Berlin; empty for the zone of this computer."
    )
    start: str = tunable(
        "", "text", OWN, "When the first picture was taken, such as 2026-03-14T22:15:00; empty where the files tell it."
    )
    fps: float = tunable(
        0.0, "1/s", OWN, "Pictures a second of files that hold no time stamps; 0 takes what they say.", ge=0, le=240
    )
    max_night_h: float = tunable(36.0, "h", OWN, "Clips further apart than this are not one night.", gt=0, le=240)
    force: bool = tunable(
        default=False,
        unit="text",
        source=OWN,
        description="Take clips together that look like two cameras or several nights.",
    )


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
    going_on: float = tunable(
        0.1, "1", DERIVED, "While something is being explained, this much of that share is enough ...", gt=0, le=1
    )
    going_on_frames: int = tunable(30, "frames", OWN, "... until this many frames had no cause.", ge=0, le=10000)
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
        0.85,
        "1",
        DERIVED,
        "Light is what this share of the changed, textured picture keeps its texture in ...",
        gt=0,
        le=1,
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
    keep: float = tunable(2.0, "floors", DERIVED, "Energy below this many floors is not stored.", ge=1, le=10)


class BurstParams(Group):
    """How a motion trace becomes bursts."""

    threshold: float = tunable(4.85, "floors", DERIVED, "A burst reaches this energy somewhere.", ge=1, le=1e4)
    low: float = tunable(2.0, "floors", DERIVED, "A burst extends over cells with this energy.", ge=1, le=1e4)
    still_s: float = tunable(
        0.32, "s", "thesis on general movements", "A cell this long still has ended its movement.", gt=0, le=5
    )
    min_entries: int = tunable(6, "cells x frames", DERIVED, "Smaller bursts are noise.", ge=1, le=10000)
    edge: float = tunable(0.02, "1", DERIVED, "A burst lasts while its strength is this share of its peak.", ge=0, lt=1)
    ripple: float = tunable(
        0.05,
        "1",
        DERIVED,
        "A burst with less than this share of the strength of a simultaneous one is its ripple.",
        ge=0,
        lt=1,
    )
    onset_s: float = tunable(0.1, "s", OWN, "Bursts that start within this time are pieces of one body ...", ge=0, le=1)
    alike: float = tunable(0.5, "1", OWN, "... if the shorter lasts at least this share of the longer.", gt=0, le=1)
    reach: float = tunable(
        0.04, "picture diagonals", OWN, "Bursts at one time and this near each other are one movement.", ge=0, le=1
    )


class ArtifactParams(Group):
    """What changes the picture without being a movement of the infant."""

    loud_share: float = tunable(
        0.15, "1", DERIVED, "Light and bumps change at least this share of the picture.", gt=0, le=1
    )
    same_sign: float = tunable(
        0.9, "1", DERIVED, "Light brightens (or darkens) at least this share of it.", gt=0.5, le=1
    )
    cut_share: float = tunable(
        0.6,
        "1",
        DERIVED,
        "Where more of the picture changes without a cause, another picture began ...",
        gt=0,
        le=1,
    )
    cut_s: float = tunable(0.4, "s", DERIVED, "... if it is over this soon.", gt=0, le=10)
    caused_share: float = tunable(
        0.5, "1", OWN, "A stretch has a cause if this share of the large changes in it has one.", gt=0, le=1
    )
    camera_pause_s: float = tunable(
        1.0,
        "s",
        OWN,
        "With no more than this between them, causes are one stretch.",
        ge=0,
        le=60,
    )
    bump_max_s: float = tunable(2.5, "s", OWN, "Longer displacement is not called a bump.", gt=0, le=60)
    margin_s: float = tunable(
        0.4, "s", DERIVED, "This long after light, a bump or a frozen picture nothing is judged.", ge=0, le=10
    )
    settle_share: float = tunable(
        0.01,
        "1",
        DERIVED,
        "After light or a bump, nothing is judged while this share of the picture changes ...",
        gt=0,
        le=1,
    )
    settle_max_s: float = tunable(3.0, "s", OWN, "... but for no longer than this.", ge=0, le=60)
    settle_s: float = tunable(
        0.3, "s", DERIVED, "This long after the start of a recording, or a pause in it, nothing is judged.", ge=0, le=10
    )
    clock_phase: float = tunable(
        0.6,
        "1",
        DERIVED,
        "An on-screen clock changes at one phase of the second (length of the mean vector) ...",
        gt=0,
        le=1,
    )
    clock_duty: float = tunable(
        0.35, "1", DERIVED, "... in so much of the half seconds of every stretch ...", gt=0, le=1
    )
    clock_min_s: float = tunable(30.0, "s", OWN, "... in a recording of at least this length.", ge=5, le=3600)
    mover_duty: float = tunable(
        0.45,
        "1",
        DERIVED,
        "What moves all the time moves in so many half seconds of every block ...",
        gt=0,
        le=1,
    )
    mover_min_s: float = tunable(60.0, "s", OWN, "... of a recording of at least this length ...", ge=0)
    border_min_s: float = tunable(20.0, "s", OWN, "... or of this one along the border of the picture ...", ge=0)
    border: float = tunable(0.05, "of each side", OWN, "... within this distance of it ...", gt=0, lt=0.5)
    mover_blocks: int = tunable(6, "blocks", OWN, "... of a recording of at least so many.", ge=1)
    flash_brightening: float = tunable(
        0.9, "1", DERIVED, "What only brightens the picture as it comes (signed / absolute change) ...", gt=0, le=1
    )
    flash_speed: float = tunable(0.1, "picture diagonals/s", DERIVED, "... and travels this fast ...", gt=0)
    flash_s: float = tunable(0.16, "s", DERIVED, "... or is gone again this soon, is an insect or dust.", ge=0, le=1)
    insect_travel: float = tunable(
        0.12, "picture diagonals", DERIVED, "What crosses at least this much of the picture ...", gt=0, le=2
    )
    insect_extents: float = tunable(
        3.0, "extents", DERIVED, "... over this many times its own extent (root mean square radius) ...", gt=0, le=100
    )
    insect_straight: float = tunable(
        0.8, "1", DERIVED, "... along a line, evenly (share of its scatter explained) ...", gt=0, le=1
    )
    insect_speed: float = tunable(0.15, "picture diagonals/s", DERIVED, "... this fast ...", gt=0)
    insect_far: float = tunable(
        10.0, "extents", DERIVED, "... or, however slow and dark, over this many times its extent ...", gt=0, le=1000
    )
    insect_far_travel: float = tunable(
        3.0,
        "1",
        DERIVED,
        "(A slow dark one must cross so many times `insect_travel`, or else be as marked.)",
        ge=1,
        le=10,
    )
    insect_area: float = tunable(
        0.03,
        "1",
        DERIVED,
        "... is an insect or dust; what covers more than this share of the picture is something else that passes.",
        gt=0,
        le=1,
    )
    passing_area: float = tunable(
        0.15, "1", OWN, "What covers more than this share at once is the infant's body, wherever it goes.", gt=0, le=1
    )
    swarm_insects: int = tunable(4, "insects", DERIVED, "Where at least so many insects were seen ...", ge=1, le=1000)
    swarm_s: float = tunable(30.0, "s", OWN, "... within this time before or after ...", gt=0, le=3600)
    swarm_brightening: float = tunable(
        0.75, "1", DERIVED, "... whatever brightens the picture so much as it comes ...", gt=0, le=1
    )
    swarm_area: float = tunable(
        0.1, "1", OWN, "... and covers no more than this share of the picture is one more, or several.", gt=0, le=1
    )

    mover_cells: int = tunable(9, "cells", OWN, "What moves all the time covers at least this much ...", ge=1)
    most_hidden: float = tunable(
        0.2,
        "1",
        OWN,
        "With more than this of the picture (of the infant, where known) hidden, nothing is judged.",
        gt=0,
        le=1,
    )
    mover_confined: float = tunable(
        0.75, "1", DERIVED, "... and keeps this share of what moves with it within its own place.", gt=0, le=1
    )
    drawn_loud: float = tunable(0.1, "1", OWN, "Frames with this share of the largest change count.", gt=0, lt=1)
    drawn_likeness: float = tunable(
        0.85, "1", DERIVED, "What is drawn shows the same change in all of them (cosine of the two) ...", gt=0, le=1
    )
    drawn_even: float = tunable(0.75, "1", DERIVED, "... at this share of its full strength or more.", gt=0, le=1)
    drawn_one_sign: float = tunable(
        0.85, "1", OWN, "It is a lamp if it only brightens or only darkens (signed / absolute change).", gt=0, le=1
    )
    drawn_times: int = tunable(3, "times", OWN, "Either is believed when it came so often at one place ...", ge=1)
    drawn_usual: float = tunable(0.7, "1", OWN, "... and is this share of what happens there.", gt=0, le=1)
    drawn_lit: float = tunable(0.05, "of the picture", OWN, "A light at once is believed over this share.", gt=0, le=1)
    drawn_fill: float = tunable(0.4, "1", OWN, "A drawn frame covers at most this share of its box ...", gt=0, le=1)
    drawn_side: float = tunable(4.0, "cells", OWN, "... of at least this many cells each way.", gt=0)


class DoubtParams(Group):
    """How many times as strong as any other a burst must be to be believed, if something else explains it as well."""

    key_pulse: float = tunable(1.3, "1", DERIVED, "It begins at a key frame and is over at once ...", ge=1, le=1e6)
    key_pulse_lags: float = tunable(2.5, "lags", DERIVED, "... before this much time has passed.", gt=0, le=100)
    fade: float = tunable(3.0, "1", DERIVED, "It only brightens or only darkens ...", ge=1, le=1e6)
    one_sign: float = tunable(0.9, "1", DERIVED, "... (signed / absolute change at least this).", gt=0, le=1)
    flash: float = tunable(1.5, "1", DERIVED, "It is gone in the next frame.", ge=1, le=1e6)
    switch: float = tunable(1e6, "1", OWN, "It changes from one frame to the next and stays so (1e6: never) ...", ge=1)
    switch_area: float = tunable(0.006, "of the picture", OWN, "... over at most this share.", gt=0, le=1)
    light_step: float = tunable(1e6, "1", OWN, "It is within a plain step of light (1e6: never) ...", ge=1)
    light_step_share: float = tunable(
        0.08, "1", OWN, "... of at least this share of the brightness within a lag ...", gt=0, le=10
    )
    light_step_area: float = tunable(0.05, "of the picture", OWN, "... and moves at most this share.", gt=0, le=1)
    beside_cause: float = tunable(
        3.0, "1", DERIVED, "It is left of a change that the camera or the light explains.", ge=1, le=1e6
    )
    clock_digit: float = tunable(1e6, "1", OWN, "It is in line with the on-screen clock (1e6: never) ...", ge=1)
    clock_digit_s: float = tunable(
        0.6, "s", OWN, "... and no longer than this: a digit changes at once, an encoder follows.", gt=0, le=10
    )
    clock_digit_heights: float = tunable(
        8.0, "1", OWN, "... within so many heights of the digits that change each second.", gt=0, le=100
    )
    beside_mover: float = tunable(3.0, "1", OWN, "Half of it lies around what moves most of the time.", ge=1, le=1e6)
    ripple: float = tunable(1e6, "1", OWN, "It is the ripple of another (`burst.ripple`; 1e6: never).", ge=1)
    brief: float = tunable(
        2.0, "1", OWN, "It is shorter than `classify.twitch_min_s`: else it is called uncertain.", ge=1, le=1e6
    )


class RhythmParams(Group):
    """When a movement is rhythmic."""

    min_rate_hz: float = tunable(SLOWEST_HZ, "Hz", JCSM, "Slowest rhythmic movement.", gt=0, le=10)
    max_rate_hz: float = tunable(
        5.0,
        "Hz",
        "clonic band 0.2-5 Hz",
        "Fastest rhythmic movement; never above a quarter of the frame rate.",
        gt=0,
        le=30,
    )
    sure_share: float = tunable(
        0.225, "frame rates", OWN, "Above this rate, a movement may be faster than it looks ...", gt=0, le=0.5
    )
    sure_slow_hz: float = tunable(3.0, "Hz", DERIVED, "... or above this one ...", gt=0, le=30)
    sure_slow_fps: float = tunable(19.5, "frames/s", DERIVED, "... on cameras slower than this.", gt=0, le=240)
    min_cycles: float = tunable(FEWEST_CYCLES, "cycles", JCSM, "Fewer cycles are not a rhythm.", ge=2, le=100)
    min_s: float = tunable(3.0, "s", OWN, "Shorter movements are not called rhythmic.", gt=0, le=60)
    max_variation: float = tunable(0.3, "1", OWN, "Largest coefficient of variation of the cycle length.", gt=0, le=2)
    max_pause_s: float = tunable(
        0.8, "s", DERIVED, "Jerks of one rhythm follow each other within this pause.", gt=0, le=10
    )
    shared_cells: float = tunable(0.3, "1", OWN, "... at one place: this share of their cells.", gt=0, le=1)
    latest_runs: int = tunable(8, "runs", OWN, "A jerk may belong to one of this many latest runs.", ge=1, le=100)
    max_missing_s: float = tunable(
        2.0, "s", DERIVED, "Of a faint rhythm, strokes may be missing for this long ...", gt=0, le=30
    )
    min_likeness: float = tunable(
        0.5, "1", DERIVED, "Where cycles vary by more than half of that, likeness to itself a cycle later.", ge=-1, le=1
    )
    filter_width: float = tunable(
        1.6, "rates", OWN, "Cycles are counted in the signal filtered from half its rate to this.", gt=1, le=5
    )
    filter_cycles: float = tunable(3.0, "cycles", OWN, "How far the filter looks beyond both ends.", ge=1, le=20)
    min_opposition: float = tunable(
        LEAST_OPPOSITION,
        "1",
        DERIVED,
        "... if it goes back and forth (correlation half a cycle later, its sign turned).",
        ge=-1,
        le=1,
    )


class ClassifyParams(Group):
    """What kind of movement an event is."""

    twitch_max_s: float = tunable(0.5, "s", FUKUMOTO, "A twitch is shorter than this.", gt=0, le=5)
    twitch_min_s: float = tunable(0.08, "s", OWN, "What is shorter and faint is called uncertain.", ge=0, le=1)
    brief_frames: float = tunable(
        1.5, "frames", OWN, "... but not where that is less than this: there a twitch shows in one frame.", ge=1, le=10
    )
    twitch_max_area: float = tunable(0.1, "of the picture", OWN, "A twitch moves at most this share.", gt=0, le=1)
    gross_min_area: float = tunable(
        0.15, "of the picture", OWN, "A whole-body movement moves at least this share.", gt=0, le=1
    )
    gross_infant: float = tunable(
        0.5, "of the infant", OWN, "... or, in a wide view, this share of where the infant lies ...", gt=0, le=1
    )
    gross_least: float = tunable(0.05, "of the picture", OWN, "... but not less than this.", gt=0, le=1)
    gross_min_s: float = tunable(0.5, "s", FUKUMOTO, "A whole-body movement lasts at least this long.", gt=0, le=60)
    slow_min_s: float = tunable(0.75, "s", OWN, "A slow movement is seen for at least this long.", gt=0, le=60)
    slow_threshold: float = tunable(8.0, "floors", DERIVED, "A slow movement reaches this energy.", ge=1, le=1e4)
    sustained_s: float = tunable(
        10.0, "s", "pubmed 23027101", "A rhythmic movement this long is sustained.", gt=0, le=3600
    )
    gross_rhythm_regularity: float = tunable(
        0.96, "1", DERIVED, "A whole-body movement must be this regular ...", gt=0, le=1
    )
    gross_rhythm_cycles: float = tunable(
        8.0, "cycles", DERIVED, "... over so many cycles to be called rhythmic.", ge=2, le=100
    )
    restless_pause_s: float = tunable(2.0, "s", OWN, "Movement with no pause as long as this ...", gt=0, le=60)
    restless_share: float = tunable(0.5, "1", OWN, "... that lasts for this share of its time ...", gt=0, le=1)
    restless_merge_s: float = tunable(5.0, "s", OWN, "... and for at least this long is one event ...", gt=0, le=600)
    restless_min_s: float = tunable(15.0, "s", OWN, "... and restless from this length on.", gt=0, le=600)
    long_s: float = tunable(30.0, "s", "PMC8436137", "Longer activity is possible waking or handling.", gt=0, le=3600)


class SeriesParams(Group):
    """What finished events are together: bouts, series, and the statistics of a night. None of these finds an event."""

    bout_gap_s: float = tunable(
        10.0,
        "s",
        SOKOLOFF,
        "Twitches this near to each other are one bout, where no criterion is fitted.",
        gt=0,
        le=600,
    )
    bout_fit_intervals: int = tunable(
        100, "intervals", OWN, "From so many intervals on, the bout criterion is fitted to them.", ge=20, le=100_000
    )
    isolated_s: float = tunable(
        10.0, "s", SOKOLOFF, "A twitch with no other event this near to it is isolated.", gt=0, le=600
    )
    periodic_min_s: float = tunable(0.5, "s", WASM, "A movement of a periodic series lasts at least this.", ge=0, le=60)
    periodic_max_s: float = tunable(10.0, "s", WASM, "A movement of a periodic series lasts at most this.", gt=0, le=60)
    periodic_min_events: int = tunable(4, "movements", WASM, "Fewer movements are no periodic series.", ge=2, le=100)
    wasm_min_interval_s: float = tunable(10.0, "s", WASM, "Shortest interval of a periodic series.", gt=0, le=600)
    aasm_min_interval_s: float = tunable(5.0, "s", "AASM", "The same by the rule of the AASM.", gt=0, le=600)
    periodic_max_interval_s: float = tunable(90.0, "s", WASM, "Longest interval of a periodic series.", gt=0, le=3600)
    repeated_min_events: int = tunable(
        5, "movements", OWN, "Fewer whole-body movements are no repetition.", ge=2, le=100
    )
    repeated_min_s: float = tunable(0.4, "s", OWN, "A repeated whole-body movement lasts at least this.", ge=0, le=60)
    repeated_max_s: float = tunable(3.0, "s", OWN, "A repeated whole-body movement lasts at most this.", gt=0, le=60)
    repeated_min_interval_s: float = tunable(
        3.0, "s", OWN, "Shortest time from one whole-body movement to the next of a repetition.", gt=0, le=600
    )
    repeated_max_interval_s: float = tunable(
        30.0, "s", OWN, "Longest time from one whole-body movement to the next of a repetition.", gt=0, le=3600
    )
    repeated_over_s: float = tunable(
        60.0, "s", OWN, "A repetition of whole-body movements goes on for at least this long.", ge=0, le=3600
    )
    waking_s: float = tunable(
        900.0, "s", OWN, "A repetition that begins within this time of a waking is told as such.", ge=0, le=36_000
    )
    shuffles: int = tunable(
        1000, "1", OWN, "How often the intervals of a night are shuffled for its chance rates.", ge=100, le=100_000
    )
    seed: int = tunable(0, "1", OWN, "Seed of the shuffles.", ge=0, le=2**31)
    chance_share: float = tunable(
        0.05, "1", OWN, "More than chance: at most this share of the shuffles gives a series as long.", gt=0, le=1
    )
    min_rate_s: float = tunable(600.0, "s", OWN, "No rate is given over less time than this.", ge=0, le=36_000)
    min_burst_events: int = tunable(
        20, "events", "Kim and Jo 2016, arXiv 1604.01125", "No burstiness is given of fewer events.", ge=3, le=10_000
    )
    still_epoch_s: float = tunable(20.0, "s", FUKUMOTO, "Length of an epoch that is still or not.", gt=0, le=600)


class RulesParams(Group):
    """Which rules are left out, to see what each is worth. Those that change what is measured mean measuring again."""

    without: str = tunable("", "text", OWN, "Names of rules to leave out, with commas between them; empty: none.")

    @field_validator("without")
    @classmethod
    def _are_known(cls, text: str) -> str:
        read_rules(text)
        return text

    def has(self, name: str) -> bool:
        """Whether a rule is followed.

        Raises:
            KeyError: there is no such rule.
        """
        if name not in RULE_NAMES:
            raise KeyError(name)
        return name not in read_rules(self.without)


class BreathingParams(Group):
    """When a slow signal of the picture is breathing."""

    min_rate_hz: float = tunable(0.25, "Hz", OWN, "Slowest breathing, 15 a minute.", ge=0.2, le=1)
    max_rate_hz: float = tunable(1.3, "Hz", OWN, "Fastest breathing, 78 a minute.", ge=0.5, le=1.5)
    window_s: float = tunable(
        60.0, "s", OWN, "Breathing is looked for in so much time around each epoch ...", ge=20, le=300
    )
    min_window_s: float = tunable(30.0, "s", OWN, "... and in no less than this.", ge=15, le=300)
    min_windows: int = tunable(
        2, "epochs", OWN, "What breathes in fewer epochs of a span is something else.", ge=1, le=20
    )
    most_busy: float = tunable(
        0.4, "of an epoch", OWN, "Where other movement takes up more, breathing is not judged.", ge=0, le=1
    )
    min_cycles: int = tunable(6, "cycles", OWN, "Fewer cycles in a window are not counted.", ge=3, le=100)
    same_rate_per_min: float = tunable(
        1.0, "1/min", OWN, "Cycles counted in three passbands agree within this, or no rate is told.", gt=0, le=20
    )
    min_quality: float = tunable(
        0.4, "1", DERIVED, "Share of power that swings at one rate, times how even the swings are.", gt=0, le=1
    )
    known_place: float = tunable(
        0.4, "1", OWN, "At the place that breathes for most of the recording, as much more counts.", ge=0, le=2
    )
    min_snr: float = tunable(5.0, "1", DERIVED, "Power at the rate over that of the fastest changes.", ge=1, le=1e4)
    min_cells: int = tunable(
        5, "cells", DERIVED, "Breathing is in more cells than the digit of a clock ...", ge=1, le=100
    )
    min_gathered: float = tunable(
        0.5,
        "1",
        DERIVED,
        "... and at one place, with this share of its weight; light and encoders are all over.",
        gt=0,
        le=1,
    )
    most_travel: float = tunable(
        0.55,
        "1",
        DERIVED,
        "Coherence a quarter of a cycle apart with another place; waves that run have more.",
        gt=0,
        le=1,
    )
    clockwork_s: float = tunable(100.0, "s", OWN, "In at least so much time ...", ge=30, le=600)
    clockwork_share: float = tunable(
        0.88,
        "1",
        DERIVED,
        "... what has this share of its power around a rate at that rate is a machine ...",
        gt=0,
        le=1,
    )
    clockwork_lines: float = tunable(
        0.9, "1", DERIVED, "... and so is what has this share of all its power at three rates.", gt=0, le=1
    )


class ExtentParams(Group):
    """Where the infant lies."""

    breathing_share: float = tunable(
        0.25, "of the most", OWN, "Cells that show this much of the breathing are of the infant.", gt=0, le=1
    )
    min_events: int = tunable(2, "events", OWN, "Cells that moved in so many events are of the infant.", ge=1, le=1000)
    reach: float = tunable(
        0.05, "picture widths", OWN, "Cells within this distance of each other are one body.", gt=0, le=0.5
    )
    least_part: float = tunable(
        0.1, "of the largest", OWN, "Parts that are smaller and lie apart are not of the infant.", ge=0, le=1
    )


class PlaceParams(Group):
    """Places where twitches cluster."""

    reach: float = tunable(
        0.03, "picture diagonals", OWN, "Width of a place: twitches this near are of one.", gt=0, le=0.5
    )
    min_events: int = tunable(3, "twitches", OWN, "Fewer are no cluster.", ge=2, le=1000)
    steps: int = tunable(3, "1", OWN, "Density is counted in squares of the width divided by this.", ge=1, le=20)


class StateParams(Group):
    """States of sleep, epoch by epoch. None of these is validated for video."""

    epoch_s: float = tunable(30.0, "s", "Haddad 1987", "Length of an epoch.", ge=10, le=300)
    min_observed: float = tunable(0.5, "1", OWN, "An epoch observed for less is unobserved.", ge=0, le=1)
    busy_s: float = tunable(1.0, "s", OWN, "Movement this long hides breathing while it lasts ...", ge=0, le=60)
    busy_area: float = tunable(
        0.05, "of the picture", OWN, "... if it is of the whole body, goes on and on, or is this large.", gt=0, le=1
    )
    awake_activity: float = tunable(
        0.5, "1", OWN, "An epoch that moves for this share of its time is awake or handled.", gt=0, le=1
    )
    awake_around: float = tunable(
        0.35, "1", OWN, "So is one that moves for less, with this much in the three epochs around.", gt=0, le=1
    )
    absent_s: float = tunable(
        180.0, "s", OWN, "Without breathing or movement for so long, nobody may be there.", ge=30, le=7200
    )
    active_ratio: float = tunable(
        0.29, "1", ISLER, "Above this share of the high variances of the breathing rate sleep is active.", gt=0, le=10
    )
    percentile: float = tunable(0.75, "1", ISLER, "Variances are divided by this quantile of them ...", gt=0, lt=1)
    uneven: float = tunable(
        0.2, "1", OWN, "... or by that of cycles that vary by this much, if that is more.", gt=0, le=1
    )
    usual_rate_per_min: float = tunable(40.0, "1/min", OWN, "Breathing rate where none could be counted.", gt=0, le=100)
    unsure: float = tunable(1.5, "1", OWN, "Within this factor of the threshold, movement decides.", ge=1, le=10)
    moves: int = tunable(2, "movements", OWN, "So many in three epochs make sleep active.", ge=1, le=100)
    min_s: float = tunable(90.0, "s", OWN, "A shorter state between two equal ones is theirs.", ge=0, le=1800)


class RunParams(Group):
    """How the work is done. None of these changes a result."""

    stall_s: float = tunable(
        30.0, "s", OWN, "A process that reads nothing for this long hangs; its span is tried again once.", ge=2, le=3600
    )
    worker_memory_mb: float = tunable(
        4000.0, "MB", OWN, "A measuring process may have this much memory (not on Windows).", ge=500
    )
    slowest_read_mb_per_s: float = tunable(
        5.0, "MB/s", OWN, "A file that is read more slowly than this, and stall_s on top, is given up.", gt=0, le=1000
    )


class ReportParams(Group):
    """What the report shows of the footage. None of these changes what is found."""

    clip_budget_mb: float = tunable(
        12.0, "MB", OWN, "All films inside the report together, as text; 0 leaves them out.", ge=0, le=500
    )
    clip_side_px: int = tunable(480, "px", OWN, "Films inside the report are shrunk to this.", ge=64, le=4096)
    clip_most_s: float = tunable(20.0, "s", OWN, "Of longer events the report shows the beginning.", ge=5, le=600)
    most_strips: int = tunable(24, "events", OWN, "So many events get a strip of pictures.", ge=0, le=500)


class ReviewParams(Group):
    """How people's decisions are used. None of these changes what is found."""

    match_onset_s: float = tunable(
        0.5, "s", "mir_eval", "A decision finds its event again if the onset moved by less than this ...", gt=0, le=10
    )
    match_iou: float = tunable(
        0.3, "1", OWN, "... or if the two share more than this of the time that both span.", ge=0, lt=1
    )
    sample_s: float = tunable(10.0, "s", OWN, "Length of a sample of quiet time to look through.", ge=2, le=120)
    samples: int = tunable(30, "samples", OWN, "How many samples of quiet time are offered.", ge=0, le=1000)
    margin_s: float = tunable(2.0, "s", OWN, "What is shown before and after an event.", ge=0, le=30)


RULES = (
    AtMost("burst.low", "burst.threshold", "a burst extends over cells fainter than its brightest"),
    AtMost("motion.whole_long_side_px", "motion.working_long_side_px", "a halved picture may be as large"),
    AtMost("noise.keep", "burst.low", "fainter motion is not stored"),
    AtMost("noise.keep", "classify.slow_threshold", "fainter motion is not stored"),
    AtMost("motion.short_lag_s", "motion.long_lag_s", "slow movement needs the longer of the two"),
    AtMost("motion.long_lag_s", "footage.warm_up_s", "each piece is compared with frames before it", 1.5),
    AtMost("footage.warm_up_s", "footage.span_s", "most frames would be decoded twice"),
    AtMost("noise.min_block_s", "noise.block_s", "it is the length of shorter blocks"),
    AtMost("rhythm.min_rate_hz", "rhythm.max_rate_hz", "rates lie between the two"),
    AtMost("series.periodic_min_s", "series.periodic_max_s", "lengths lie between the two"),
    AtMost("series.wasm_min_interval_s", "series.periodic_max_interval_s", "intervals lie between the two"),
    AtMost("series.aasm_min_interval_s", "series.periodic_max_interval_s", "intervals lie between the two"),
    AtMost("series.repeated_min_s", "series.repeated_max_s", "lengths lie between the two"),
    AtMost("series.repeated_min_interval_s", "series.repeated_max_interval_s", "intervals lie between the two"),
    AtMost("classify.twitch_min_s", "classify.twitch_max_s", "twitches lie between the two"),
)
"""What must hold between parameters; each alone has its range."""


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
}
"""Parameters of earlier versions: a file or a night that has them is still read, or told what took their place."""


class Params(Group):
    """The resolved set of parameters of one analysis."""

    former: ClassVar[Mapping[str, Former]] = FORMER

    footage: FootageParams = FootageParams()
    motion: MotionParams = MotionParams()
    camera: CameraParams = CameraParams()
    noise: NoiseParams = NoiseParams()
    burst: BurstParams = BurstParams()
    artifact: ArtifactParams = ArtifactParams()
    doubt: DoubtParams = DoubtParams()
    rhythm: RhythmParams = RhythmParams()
    classify: ClassifyParams = ClassifyParams()
    series: SeriesParams = SeriesParams()
    breathing: BreathingParams = BreathingParams()
    report: ReportParams = ReportParams()
    extent: ExtentParams = ExtentParams()
    place: PlaceParams = PlaceParams()
    state: StateParams = StateParams()
    review: ReviewParams = ReviewParams()
    rules: RulesParams = RulesParams()
    run: RunParams = RunParams()

    @model_validator(mode="after")
    def _agree(self) -> Self:
        tree = self.model_dump()
        broken = next(filter(None, (rule.broken_by(tree) for rule in RULES)), "")
        if broken:
            raise ValueError(broken)
        return self


MEASURING_GROUPS = ("footage", "motion", "camera", "noise")
"""Groups that a motion trace depends on: with another value in one of them the footage is measured again."""


def measuring_values(params: Params) -> dict[str, dict[str, object]]:
    """All values that a motion trace depends on, by group and name; rules only where one of those that count is off."""
    values = {group: getattr(params, group).model_dump(mode="json") for group in MEASURING_GROUPS}
    off = sorted(read_rules(params.rules.without) & MEASURED_RULES.keys())
    return values | ({"rules": {"without": ", ".join(off)}} if off else {})


def iter_parameters(model: type[BaseModel] = Params) -> Iterator[tuple[str, FieldInfo]]:
    """Yield `(dotted name, field)` for every tunable number, in the order of their groups."""
    return iter_tunables(model)


def with_values(params: Params, values: Mapping[str, object]) -> Params:
    """A copy of `params` with dotted names set to new values.

    Args:
        params: where to start from.
        values: dotted name (`"burst.threshold"`) to value; strings are converted.

    Raises:
        ParameterError: a name is unknown (the nearest is suggested) or a value is out of its range.
    """
    return set_values(params, values)


def as_params(params: Params | Mapping[str, object] | None, start: Params | None = None) -> Params:
    """Parameters however they were given.

    Args:
        params: a whole set; or some values by dotted name (`{"burst.threshold": 12}`) or by group
            (`{"burst": {"threshold": 12}}`); or None.
        start: where values are set; the defaults when left out. Also what None gives.

    Raises:
        ParameterError: it is something else, a name is unknown, or a value is out of its range.

    >>> as_params({"burst": {"threshold": 12}}).burst.threshold
    12.0
    """
    if isinstance(params, Params):
        return params
    if params is not None and not isinstance(params, Mapping):
        raise ParameterError(
            f"params: expected parameters or a mapping such as {{'burst.threshold': 12}}, but {params!r:.60} came."
        )
    return set_values(start or Params(), dict(flatten(params or {})))


def from_toml(path: Path) -> Params:
    """Read a parameter file, as `to_toml` writes it; what it leaves out keeps its default.

    Raises:
        ParameterError: the file cannot be read, is not TOML, or holds an unknown name or a value out of range.
    """
    return read_toml(path, Params())

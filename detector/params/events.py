"""How a motion trace becomes events: bursts, rhythms, kinds, and where they are."""

from __future__ import annotations

from detector._tunable import DERIVED, OWN, Group, tunable
from detector.params.sources import FUKUMOTO, JCSM

SLOWEST_HZ = 0.3
FEWEST_CYCLES = 4.0
LEAST_OPPOSITION = 0.2
"""What is a rhythm begins at these; each may be tuned by itself."""


class BurstParams(Group):
    """How a motion trace becomes bursts."""

    threshold: float = tunable(4.85, "floors", DERIVED, "A burst reaches this energy somewhere.", ge=1, le=1e4)
    low: float = tunable(2.0, "floors", DERIVED, "A burst extends over cells with this energy.", ge=1, le=1e4)
    still_s: float = tunable(
        0.32, "s", "thesis on general movements", "A cell this long still has ended its movement.", gt=0, le=5
    )
    around_s: float = tunable(
        1.0, "s", OWN, "What moves so long before and after it at the long lag denies its stillness ...", gt=0, le=10
    )
    around_share: float = tunable(
        0.6, "1", DERIVED, "... if it is at least this strong, as a share of the burst.", gt=0, le=100
    )
    min_entries: int = tunable(6, "cells x frames", DERIVED, "Smaller bursts are noise.", ge=1, le=10000)
    edge: float = tunable(0.02, "1", DERIVED, "A burst lasts while its strength is this share of its peak.", ge=0, lt=1)
    lit_edge: float = tunable(
        0.25, "1", DERIVED, "... where it only brightens or darkens, no end below this share of it ...", ge=0, lt=1
    )
    lit_sign: float = tunable(
        0.97, "1", DERIVED, "... (signed over absolute change in a frame) is of the movement.", gt=0, le=1
    )
    faint: float = tunable(
        0.58, "of the threshold", DERIVED, "A faint movement reaches this share of it ...", gt=0, le=1
    )
    faint_sum: float = tunable(
        7.2, "thresholds", DERIVED, "... and so much in all its cells and pictures together ...", gt=0, le=1e4
    )
    faint_sign: float = tunable(
        0.5,
        "1",
        DERIVED,
        "... brightens about as much as it darkens in each picture (signed over absolute change) ...",
        gt=0,
        le=1,
    )
    faint_others: float = tunable(
        0.5,
        "1",
        DERIVED,
        "... and scraps of one sign with this share of its strength do not outnumber what moves there ...",
        gt=0,
        le=1,
    )
    faint_alone_s: float = tunable(30.0, "s", OWN, "... for this long before and after it.", gt=0, le=600)
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
    max_missing_s: float = tunable(4.0, "s", DERIVED, "Strokes may be missing, for up to this long ...", gt=0, le=30)
    unusual_pause: float = tunable(
        1.6, "usual pauses", OWN, "... where a pause as long as this tells nothing of the rate ...", ge=1, le=10
    )
    nearly: float = tunable(
        0.1, "cycles", OWN, "... and one that lacks so little of a cycle is as long ...", ge=0, lt=1
    )
    max_missing: int = tunable(2, "cycles", OWN, "... so many in a row ...", ge=0, le=20)
    missing_share: float = tunable(0.34, "1", OWN, "... and this share of all.", ge=0, lt=1)
    even_likeness: float = tunable(
        0.6, "1", DERIVED, "Each cycle is so like the next where they vary by at most half of that.", ge=-1, le=1
    )
    min_likeness: float = tunable(
        0.75, "1", DERIVED, "Where cycles vary by more, each is so like the next.", ge=-1, le=1
    )
    filter_width: float = tunable(
        1.6, "rates", OWN, "Cycles are counted in the signal filtered from half its rate to this.", gt=1, le=5
    )
    filter_cycles: float = tunable(3.0, "cycles", OWN, "How far the filter looks beyond both ends.", ge=1, le=20)
    whole_share: float = tunable(
        0.8, "1", OWN, "A cycle tells a length if this share of it was seen and has no stroke missing.", gt=0, le=1
    )
    min_opposition: float = tunable(
        LEAST_OPPOSITION,
        "1",
        DERIVED,
        "What rests for longer in its cycles goes back and forth (correlation half a cycle later, its sign turned).",
        ge=-1,
        le=1,
    )
    lag_slack: float = tunable(
        0.25, "1", OWN, "A difference counts if its lag is within this share of the usual one.", gt=0, le=1
    )
    own_cycles: float = tunable(
        0.5, "1", DERIVED, "A cell swings by itself if it takes part in this share of the cycles ...", gt=0, le=1
    )
    own_share: float = tunable(0.5, "1", OWN, "... and so must this share of a rhythm.", gt=0, le=1)
    max_faster: float = tunable(
        0.5, "1", DERIVED, "No more than this share of it is one swing faster than the footage can tell.", gt=0, le=1
    )
    same_rate: float = tunable(
        0.2, "1", OWN, "Rates at both lags are one if they differ by at most this share ...", gt=0, lt=1
    )
    seen_share: float = tunable(
        0.7, "1", OWN, "... and the short lag decides where it sees movement for this share of the time.", gt=0, le=1
    )
    tremor_fps: float = tunable(
        25.0, "frames/s", OWN, "Faster rates than those are told only on cameras as fast as this ...", gt=0, le=240
    )
    tremor_share: float = tunable(0.4, "frame rates", OWN, "... and up to this.", gt=0, le=0.5)


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
    slow_breaths: float = tunable(
        3.0, "1", DERIVED, "... and where something breathes, that of so many breaths ...", ge=1, le=100
    )
    slow_cycles: float = tunable(
        2.0, "cycles", OWN, "... if at least so many of them are seen before or after it.", ge=1, le=100
    )
    sustained_s: float = tunable(
        10.0, "s", "pubmed 23027101", "A rhythmic movement this long is sustained.", gt=0, le=3600
    )
    gross_rhythm_cycles: float = tunable(
        8.0, "cycles", DERIVED, "A whole-body movement of so many alike cycles is rhythmic ...", ge=2, le=100
    )
    gross_plain_cycles: float = tunable(5.0, "cycles", DERIVED, "... or one of so many ...", ge=2, le=100)
    gross_plain_regularity: float = tunable(0.95, "1", DERIVED, "... that is this regular ...", gt=0, le=1)
    gross_plain_likeness: float = tunable(0.85, "1", DERIVED, "... and this like itself.", ge=-1, le=1)
    twitch_min_fps: float = tunable(
        8.0, "frames/s", OWN, "Fewer pictures a second do not tell a twitch from a longer movement.", ge=0, le=60
    )
    fps_slack: float = tunable(
        0.05, "1", OWN, "A rate lower by so much counts as this one: stamps that jitter tell none.", ge=0, lt=0.5
    )
    fps_around_s: float = tunable(
        5.0, "s", OWN, "The rate at a brief movement is that of so long before and after it.", gt=0, le=600
    )
    few_pictures_s: float = tunable(
        2.0, "s", OWN, "Where they come so slowly for this long, no rate of twitches counts.", gt=0, le=600
    )
    sucking_min_hz: float = tunable(
        1.5, "Hz", OWN, "Rhythm at the face is like sucking from this rate ...", gt=0, le=10
    )
    sucking_max_hz: float = tunable(2.5, "Hz", OWN, "... to this one ...", gt=0, le=10)
    sucking_max_s: float = tunable(6.0, "s", OWN, "... and for at most this long.", gt=0, le=600)
    restless_pause_s: float = tunable(2.0, "s", OWN, "Movement with no pause as long as this ...", gt=0, le=60)
    restless_share: float = tunable(0.5, "1", OWN, "... that lasts for this share of its time ...", gt=0, le=1)
    restless_merge_s: float = tunable(5.0, "s", OWN, "... and for at least this long is one event ...", gt=0, le=600)
    restless_min_s: float = tunable(15.0, "s", OWN, "... and restless from this length on.", gt=0, le=600)
    long_s: float = tunable(30.0, "s", "PMC8436137", "Longer activity is possible waking or handling.", gt=0, le=3600)


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

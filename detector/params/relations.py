"""What must hold between two parameters."""

from __future__ import annotations

from detector._tunable import AtMost

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
    AtMost("rhythm.max_pause_s", "rhythm.max_missing_s", "strokes that are missing make a pause longer"),
    AtMost("classify.sucking_min_hz", "classify.sucking_max_hz", "rates lie between the two"),
    AtMost("series.periodic_min_s", "series.periodic_max_s", "lengths lie between the two"),
    AtMost("series.wasm_min_interval_s", "series.periodic_max_interval_s", "intervals lie between the two"),
    AtMost("series.aasm_min_interval_s", "series.periodic_max_interval_s", "intervals lie between the two"),
    AtMost("series.repeated_min_s", "series.repeated_max_s", "lengths lie between the two"),
    AtMost("series.repeated_min_interval_s", "series.repeated_max_interval_s", "intervals lie between the two"),
    AtMost("classify.twitch_min_s", "classify.twitch_max_s", "twitches lie between the two"),
)
"""What must hold between parameters; each alone has its range."""

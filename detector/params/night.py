"""What events are together, and what people decided about them."""

from __future__ import annotations

from detector._tunable import OWN, Group, tunable
from detector.params.sources import FUKUMOTO, SOKOLOFF, WASM


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

"""Breathing, and the states of sleep."""

from __future__ import annotations

from detector._tunable import DERIVED, OWN, Group, tunable
from detector.params.sources import ISLER


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
    half_power: float = tunable(
        0.5,
        "1",
        OWN,
        "Half the rate is the true one with more than this share of the power: breaths differ.",
        gt=0,
        le=10,
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
    clockwork_s: float = tunable(100.0, "s", OWN, "Less time shows no breathing; in as much of it ...", ge=30, le=600)
    clockwork_share: float = tunable(
        0.97,
        "1",
        DERIVED,
        "... what has this share of its power around a rate, noise taken off, at that rate is a machine ...",
        gt=0,
        le=1,
    )
    clockwork_lines: float = tunable(
        0.98, "1", DERIVED, "... and so is what has this share of all its power at three rates.", gt=0, le=1
    )


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

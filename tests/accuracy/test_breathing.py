"""Breathing is counted to within one a minute where it shows, and nothing breathes where nothing was drawn to.

Sleepers of 0.4 to 1.2 breaths a second, hardly and plainly seen, even and uneven, while a hand twitches and beside a
fan; on a drawn picture, and on single pictures of real footage where that lies beside the project. The quick forms are
one sleeper, and one of each sort; the long one runs the table.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.truth.known import KnownMovement
from detector.truth.scene.spec import Nuisance, SceneSpec
from tests.accuracy.breathing import SAME_PER_MIN, SIZE_PX, Sleeper, drawn_breaths, drawn_epochs
from tests.accuracy.practice import PRACTICE

LONG_S = 240.0
EVEN, UNEVEN = 0.05, 0.15
STRENGTHS_PX = (0.2, 0.5, 1.2)
QUICK = (
    Sleeper(0.4, UNEVEN, STRENGTHS_PX[0]),
    Sleeper(0.6, EVEN, STRENGTHS_PX[2], seed=1, length_s=LONG_S),
    Sleeper(1.2, UNEVEN, STRENGTHS_PX[1], seed=2),
    Sleeper(0.8, UNEVEN, STRENGTHS_PX[1], fan_hz=0.86, seed=3),
)
TABLE = tuple(
    Sleeper(rate_hz, uneven, rise_px, seed=number, length_s=LONG_S)
    for number, (rate_hz, uneven, rise_px) in enumerate(
        itertools.product((0.4, 0.6, 0.9, 1.2), (EVEN, UNEVEN), STRENGTHS_PX)
    )
) + tuple(
    Sleeper(rate_hz, EVEN, fan_hz=rate_hz + beside_hz, seed=number, length_s=LONG_S)
    for number, (rate_hz, beside_hz) in enumerate(itertools.product((0.5, 0.8, 1.1), (0.07, -0.07)))
)
NOBODY = tuple(Sleeper(0.0, fan_hz=fan_hz, length_s=LONG_S) for fan_hz in (0.0, 0.4, 0.6, 0.9, 1.2))
STILLS = sorted(path for path in PRACTICE.glob("crib-*/clip.mp4")) if PRACTICE.is_dir() else []
ROOM = ("clock", "curtain", "mobile", "exposure")
MOST_WRONG, LEAST_TOLD = 0.05, 0.8


def still_of(clip: Path) -> NDArray[np.float32]:
    """The first picture of a clip, small and without its noise."""
    with av.open(str(clip)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="gray")
    small = cv2.resize(picture, SIZE_PX, interpolation=cv2.INTER_AREA)
    return cv2.bilateralFilter(small, 5, 20.0, 5.0).astype(np.float32)


def counted(sleepers: tuple[Sleeper, ...], still: NDArray[np.float32] | None = None) -> tuple[float, float]:
    """Of all epochs the share in which a rate is told, and of those the share in which it is wrong."""
    errors = np.concatenate([sleeper.errors_per_min(sleeper.epochs(still)) for sleeper in sleepers])
    told = errors[np.isfinite(errors)]
    return len(told) / len(errors), float((told > SAME_PER_MIN).mean())


def test_a_faint_and_uneven_sleeper_is_seen_to_breathe() -> None:
    told, wrong = counted((Sleeper(0.6, UNEVEN, STRENGTHS_PX[0], seed=4, length_s=120.0),))
    assert (told, wrong) == (1.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize("sleeper", QUICK, ids=lambda sleeper: f"{sleeper.rate_hz} Hz {sleeper.uneven} uneven")
def test_a_sleeper_is_seen_to_breathe(sleeper: Sleeper) -> None:
    told, wrong = counted((sleeper,))
    assert told == 1.0
    assert wrong == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("fan_hz", [0.0, 0.7])
def test_a_fan_and_a_still_picture_do_not_breathe(fan_hz: float) -> None:
    sleeper = Sleeper(0.0, fan_hz=fan_hz)
    assert np.isnan([epoch.breathing_irregularity for epoch in sleeper.epochs()]).all()


@pytest.mark.long
def test_rates_are_right_in_95_of_100_epochs_that_tell_one() -> None:
    told, wrong = counted(TABLE)
    assert told >= LEAST_TOLD
    assert wrong <= MOST_WRONG


@pytest.mark.long
@pytest.mark.parametrize("sleeper", NOBODY, ids=lambda sleeper: f"fan of {sleeper.fan_hz} Hz")
def test_nothing_breathes_where_nothing_was_drawn_to(sleeper: Sleeper) -> None:
    assert np.isnan([epoch.breathing_irregularity for epoch in sleeper.epochs()]).all()


@pytest.mark.long
@pytest.mark.parametrize("seed", [3, 5])
@pytest.mark.parametrize("nuisances", [(), ("flicker",), ROOM], ids=["noise", "flicker", "room"])
@pytest.mark.parametrize("has_infant", [True, False], ids=["still infant", "empty cot"])
def test_a_drawn_room_does_not_breathe(seed: int, nuisances: tuple[str, ...], has_infant: bool) -> None:
    spec = SceneSpec(
        150.0, 10.0, (480, 272), seed, (), tuple(map(Nuisance, nuisances)), breathing_px=0.0, has_infant=has_infant
    )
    assert np.isnan([epoch.breathing_irregularity for epoch in drawn_epochs(spec)]).all()


@pytest.mark.long
@pytest.mark.parametrize(("breathing_px", "nuisances", "least_told"), [(0.4, (), 0.7), (0.8, ROOM, 0.5)])
def test_a_drawn_infant_breathes_at_its_own_rate(
    breathing_px: float, nuisances: tuple[str, ...], least_told: float
) -> None:
    twitches = tuple(KnownMovement("twitch", onset_s, 0.3, "left_hand", 3.0) for onset_s in (13.0, 44.0, 71.0, 100.0))
    errors = []
    for seed in (1, 2, 4, 6):
        spec = SceneSpec(
            120.0, 10.0, (480, 272), seed, twitches, tuple(map(Nuisance, nuisances)), breathing_px=breathing_px
        )
        turns = drawn_breaths(spec)
        for epoch in drawn_epochs(spec):
            true_hz = (turns(epoch.stop_s) - turns(epoch.start_s)) / (epoch.stop_s - epoch.start_s)
            errors.append(60.0 * abs(epoch.breathing_rate_hz - true_hz))
    told = np.array(errors)[np.isfinite(errors)]
    assert len(told) >= least_told * len(errors)
    assert (told > SAME_PER_MIN).mean() <= MOST_WRONG


@pytest.mark.long
@pytest.mark.skipif(not STILLS, reason="the practice footage is not here")
@pytest.mark.parametrize("clip", STILLS, ids=lambda clip: clip.parent.name)
def test_on_a_real_picture_the_same_holds(clip: Path) -> None:
    still = still_of(clip)
    told, wrong = counted((*TABLE[1:24:7], TABLE[-1]), still)
    assert told >= LEAST_TOLD
    assert wrong <= MOST_WRONG
    for sleeper in NOBODY[::2]:
        assert np.isnan([epoch.breathing_irregularity for epoch in sleeper.epochs(still)]).all()

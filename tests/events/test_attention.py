"""Regions in deciding: two patches that twitch, of which only one is asked for; two infants, each breathing."""

import math

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.errors import ParameterError
from detector.events.decide import Decision, decide
from detector.events.infant import Where, see_infant
from detector.footage.region import Region, RegionSet
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import Film, Shift
from tests.events.test_cycles import breath_times, cycles_within

PARAMS = Params()
LEFT = ((0.0, 0.0), (160.0, 0.0), (160.0, 180.0), (0.0, 180.0))
RIGHT = ((160.0, 0.0), (320.0, 0.0), (320.0, 180.0), (160.0, 180.0))
LEFT_S, RIGHT_S = (6.0, 10.0, 14.0), (8.0, 12.0, 16.0)


@pytest.fixture(scope="module")
def twins(film: Film) -> MotionTrace:
    """22 s at 15 fps: a patch at (80, 90) px twitches at 6, 10 and 14 s, one at (240, 90) at 8, 12 and 16 s."""
    shifts = [Shift(start_s, 0.3, 80.0, 90.0) for start_s in LEFT_S]
    return film.shoot(22.0, 15.0, [*shifts, *(Shift(start_s, 0.3, 240.0, 90.0) for start_s in RIGHT_S)])


def starts(decision: Decision) -> list[float]:
    return [round(event.start_s) for event in decision.events]


def masked(decision: Decision) -> list[tuple[str, float]]:
    return [(each.detail, each.area_fraction) for each in decision.artifacts if each.kind == "masked"]


def test_without_regions_all_is_judged(twins: MotionTrace) -> None:
    decision = decide(twins, PARAMS)
    assert starts(decision) == [6, 8, 10, 12, 14, 16]
    assert decision.artifacts == ()
    assert decision.judged == decide(twins, PARAMS, RegionSet()).judged


def test_only_what_is_inside_is_judged_and_the_rest_is_listed(twins: MotionTrace) -> None:
    decision = decide(twins, PARAMS, RegionSet((Region("cot", LEFT, "only"),)))
    assert starts(decision) == [6, 10, 14]
    outside = [artifact for artifact in decision.artifacts if artifact.kind == "outside"]
    assert [round(artifact.start_s) for artifact in outside] == [8, 12, 16]
    assert all(artifact.x_px > 160 and artifact.detail.startswith("outside of cot: 0.") for artifact in outside)
    assert masked(decision) == [("outside of cot: not judged there (50.0% of the picture)", 0.5)]
    assert decision.judged == decide(twins, PARAMS).judged


def test_nothing_inside_of_what_is_ignored_is_anything(twins: MotionTrace) -> None:
    decision = decide(twins, PARAMS, RegionSet((Region("tv", LEFT, "ignore"),)))
    assert starts(decision) == [8, 12, 16]
    assert masked(decision) == [("in tv: not judged there (50.0% of the picture)", 0.5)]
    assert [artifact.kind for artifact in decision.artifacts] == ["masked"]


def test_what_all_regions_leave_out_was_not_judged(twins: MotionTrace) -> None:
    decision = decide(twins, PARAMS, RegionSet((Region("cot", LEFT, "only"), Region("tv", LEFT, "ignore"))))
    assert decision.events == ()
    assert decision.judged == ()


def test_sites_are_named_regions_and_else_places(twins: MotionTrace) -> None:
    hand = Region("left hand", ((60.0, 60.0), (100.0, 60.0), (100.0, 120.0), (60.0, 120.0)))
    decision = decide(twins, PARAMS, RegionSet((hand,)))
    assert [event.site for event in decision.events] == ["left hand", "place 1"] * 3
    assert {event.site for event in decide(twins, PARAMS).events} == {"place 1", "place 2"}


def test_a_region_outside_the_picture_is_one_sentence(twins: MotionTrace) -> None:
    far = Region("cot", ((0.0, 0.0), (400.0, 0.0), (400.0, 100.0)), "only")
    with pytest.raises(ParameterError, match=r"'cot': its corner 400,0 lies outside the picture of 320 x 180 px"):
        decide(twins, PARAMS, RegionSet((far,)))


MOUTH = ((130.0, 60.0), (190.0, 60.0), (190.0, 120.0), (130.0, 120.0))


def test_a_brief_rhythm_at_the_mouth_looks_like_sucking(film: Film) -> None:
    sucking = Shift(5.0, 4.5, 160.0, 90.0, amp_px=3.0, sigma_px=8.0, rate_hz=2.0)
    trace = film.shoot(15.0, 15.0, [sucking])
    [named], [elsewhere], [nowhere] = (
        decide(trace, PARAMS, RegionSet(regions)).events
        for regions in ((Region("mouth", MOUTH),), (Region("hand", MOUTH),), ())
    )
    assert (named.kind, named.label, named.site) == ("rhythmic", "sucking-like", "mouth")
    assert (elsewhere.label, nowhere.label) == ("", "")


@pytest.mark.parametrize(("rate_hz", "length_s"), [(2.0, 9.0), (1.0, 5.0)])
def test_what_goes_on_or_is_slower_does_not(film: Film, rate_hz: float, length_s: float) -> None:
    trace = film.shoot(18.0, 15.0, [Shift(5.0, length_s, amp_px=3.0, sigma_px=8.0, rate_hz=rate_hz)])
    [event] = decide(trace, PARAMS, RegionSet((Region("face", MOUTH, "face"),))).events
    assert (event.kind, event.label) == ("rhythmic", "")


RATES_HZ = {"left": 0.6, "right": 0.85}
BREATHS_S = {name: breath_times(rate_hz, 0.1, 120.0, 2) for name, rate_hz in RATES_HZ.items()}
CHESTS_PX = {"left": (80.0, 90.0), "right": (240.0, 90.0)}


def both_breathe(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
    """Two chests go up and down, each at its own rate, a little unevenly as breathing is."""
    rows, columns = np.mgrid[0:180, 0:320].astype(np.float32)
    up = np.zeros_like(rows)
    for name, (x_px, y_px) in CHESTS_PX.items():
        starts_s = BREATHS_S[name]
        phase = 2.0 * math.pi * float(np.interp(time_s, starts_s, np.arange(len(starts_s))))
        bell = np.exp(-((columns - x_px) ** 2 + (rows - y_px) ** 2) / (2 * 22.0**2))
        up += np.float32(0.5 * math.sin(phase)) * bell
    return cv2.remap(picture, columns, (rows + up).astype(np.float32), cv2.INTER_LINEAR)


@pytest.fixture(scope="module")
def breathing_twins(film: Film) -> MotionTrace:
    """120 s at 8 fps of two infants that breathe; the left one twitches at 20 s."""
    return film.shoot(120.0, 8.0, [Shift(20.0, 0.4, 100.0, 60.0)], paint=both_breathe)


@pytest.mark.parametrize("name", RATES_HZ)
def test_each_infant_breathes_at_its_own_rate_in_its_own_extent(breathing_twins: MotionTrace, name: str) -> None:
    regions = RegionSet((Region("left", LEFT, "infant"), Region("right", RIGHT, "infant")))
    decision = decide(breathing_twins, PARAMS, regions.of_infant(name))
    rates = [epoch.breathing_rate_hz for epoch in decision.epochs]
    true_hz = [cycles_within(BREATHS_S[name], start_s, start_s + 30.0) / 30.0 for start_s in (0.0, 30.0, 60.0, 90.0)]
    assert rates == pytest.approx(true_hz, abs=1.0 / 60.0)
    assert starts(decision) == ([20] if name == "left" else [])
    judged = regions.of_infant(name).mask(45, 80, breathing_twins.grid.cell_px).ravel()
    infant = see_infant(breathing_twins, [], PARAMS, Where(np.zeros(breathing_twins.grid.n_cells, bool), judged))
    assert infant.extent is not None
    assert infant.extent.any()
    assert not (infant.extent & ~judged).any()


def test_of_two_infants_together_no_state_is_told(breathing_twins: MotionTrace) -> None:
    decision = decide(
        breathing_twins, PARAMS, RegionSet((Region("left", LEFT, "infant"), Region("right", RIGHT, "infant")))
    )
    assert decision.epochs == ()
    assert [event.site for event in decision.events] == ["left"]
    assert math.isnan(decision.events[0].infant_fraction)

"""Movement without a pause is one event; what rests in between is not."""

from dataclasses import replace

import numpy as np
import pytest

from detector.events.event import Event, EventKind
from detector.events.restless import merge_restless
from detector.params import Params

LIMITS = Params().classify


def event(start_s: float, duration_s: float, kind: EventKind = "movement", **changes: object) -> Event:
    made = Event(
        kind=kind,
        start_s=start_s,
        stop_s=start_s + duration_s,
        peak_s=start_s + duration_s / 2,
        x_px=100.0,
        y_px=50.0,
        area_fraction=0.04,
        snr=20.0,
        rate_hz=np.nan,
        n_cycles=np.nan,
        regularity=np.nan,
        is_sustained=False,
        box_px=(90.0, 40.0, 110.0, 60.0),
        reason="made for a test",
    )
    return replace(made, **changes)


def kinds(events: list[Event]) -> list[str]:
    return [event.kind for event in events]


def pieces(seconds: float, start_s: float = 5.0, **changes: object) -> list[Event]:
    """Movements of 1.2 s, one every 1.6 s, with a twitch between each."""
    starts_s = np.arange(start_s, start_s + seconds - 1.2, 1.6)
    return [one for at in starts_s for one in (event(at, 1.2, **changes), event(at + 1.25, 0.2, "twitch"))]


class TestWithoutAPause:
    def test_twenty_seconds_of_pieces_are_one(self) -> None:
        found = pieces(20.0)
        (one,) = merge_restless(found, LIMITS)
        assert one.kind == "restless"
        assert (one.start_s, one.stop_s) == (found[0].start_s, found[-1].stop_s)
        assert "without a pause of 2 s" in one.reason

    def test_twitches_each_2700_ms_stay_twitches(self) -> None:
        found = [event(5.0 + 2.7 * k, 0.3, "twitch") for k in range(10)]
        assert merge_restless(found, LIMITS) == found

    def test_twitches_that_follow_each_other_sooner_stay_so_too(self) -> None:
        # Each pause is below the gate, but nothing lasts: one limb twitches.
        found = [event(5.0 + 1.1 * k, 0.3, "twitch") for k in range(20)]
        assert merge_restless(found, LIMITS) == found

    def test_movements_that_rest_stay_apart(self) -> None:
        found = [event(5.0 + 4.0 * k, 1.5) for k in range(6)]
        assert merge_restless(found, LIMITS) == found

    def test_a_twitch_just_after_one_movement_stays(self) -> None:
        found = [event(5.0, 1.5), event(8.0, 0.3, "twitch")]
        assert merge_restless(found, LIMITS) == found

    def test_what_moves_elsewhere_at_the_same_time_belongs_to_it(self) -> None:
        found = [event(5.0, 20.0), event(12.0, 0.3, "twitch", x_px=300.0, box_px=(290.0, 40.0, 310.0, 60.0), snr=90.0)]
        (one,) = merge_restless(found, LIMITS)
        assert (one.kind, one.box_px, one.snr) == ("restless", (90.0, 40.0, 310.0, 60.0), 90.0)

    @pytest.mark.parametrize(("area", "kind"), [(0.04, "movement"), (0.3, "gross")])
    def test_below_15_s_it_is_a_movement_of_its_size(self, area: float, kind: str) -> None:
        assert kinds(merge_restless(pieces(9.0, area_fraction=area), LIMITS)) == [kind]

    def test_a_rhythm_is_no_restlessness(self) -> None:
        found = [event(5.0, 20.0, "rhythmic", rate_hz=1.0)]
        assert merge_restless(found, LIMITS) == found

    def test_nor_is_what_moves_for_a_moment_beside_one(self) -> None:
        found = [event(5.0, 20.0, "rhythmic", rate_hz=1.0), event(25.5, 4.0), event(30.0, 2.0)]
        assert merge_restless(found, LIMITS) == found

    def test_but_one_may_be_found_in_restlessness(self) -> None:
        found = [*pieces(12.0), event(17.0, 8.0, "rhythmic", rate_hz=1.0), *pieces(9.0, start_s=26.0)]
        assert kinds(merge_restless(found, LIMITS)) == ["restless"]

    def test_unless_it_is_sustained(self) -> None:
        rhythm = event(5.1, 10.0, "rhythmic", rate_hz=1.0, is_sustained=True)
        found = [event(0.0, 3.2), rhythm, event(17.0, 3.3)]
        assert merge_restless(found, LIMITS) == found

    def test_twitches_after_one_movement_are_no_restlessness(self) -> None:
        found = [event(5.0, 0.6), *(event(6.0 + 0.8 * k, 0.42, "twitch") for k in range(18))]
        assert merge_restless(found, LIMITS) == found

    def test_quick_moments_of_slower_movement_are_as_long_as_that(self) -> None:
        # Each is brief, but the long lag shows that something moves before and after it.
        quick = [event(5.0 + 1.5 * k, 0.4, "uncertain") for k in range(12)]
        found = sorted([*quick, event(9.8, 0.6)], key=lambda one: one.start_s)
        assert merge_restless(found, LIMITS) == found
        slower = [(one.start_s - 1.0, one.stop_s + 1.0) for one in quick]
        (one,) = merge_restless(found, LIMITS, slower)
        assert (one.kind, one.start_s, one.stop_s) == ("restless", 5.0, quick[-1].stop_s)

    def test_of_nothing_comes_nothing(self) -> None:
        assert merge_restless([], LIMITS) == []


class TestCutOff:
    def test_a_movement_that_is_cut_off_takes_up_what_happens_in_it(self) -> None:
        found = [event(0.3, 2.5, is_cut=True), event(0.9, 0.4, "twitch")]
        (one,) = merge_restless(found, LIMITS)
        assert (one.kind, one.is_cut) == ("movement", True)
        assert "at least 2.5 s" in one.reason

    def test_a_short_one_that_is_seen_whole_does_not(self) -> None:
        found = [event(0.9, 2.5), event(1.5, 0.4, "twitch")]
        assert merge_restless(found, LIMITS) == found

    def test_nor_does_one_that_is_over_long_before(self) -> None:
        found = [event(0.3, 0.6, is_cut=True), event(2.5, 0.4, "twitch")]
        assert merge_restless(found, LIMITS) == found

    def test_the_length_of_a_restless_stretch_that_is_cut_off_is_a_least_one(self) -> None:
        (one,) = merge_restless([event(0.3, 20.0, is_cut=True)], LIMITS)
        assert one.kind == "restless"
        assert "at least 20 s" in one.reason

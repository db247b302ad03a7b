from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.footage.info import NO_STAMP
from detector.footage.stamps import Stamps, Timeline, build_timeline

TICK = Fraction(1, 90_000)
STEP = 3600  # 25 fps


def timeline(pts: Any, **changes: Any) -> Timeline:
    """The timeline of stamps in ticks of 1/90,000 s, without reordering unless told."""
    pts = np.array(pts, np.int64)
    given: dict[str, Any] = {
        "pts": pts,
        "dts": np.full(len(pts), NO_STAMP),
        "duration": np.zeros(len(pts), np.int64),
        "time_base": TICK,
        "usual_s": 0.04,
        "is_reordered": False,
        "is_order_known": True,
    }
    return build_timeline(Stamps(**given | changes), max_gap_s=1.0)


def seconds(ticks: Any) -> Any:
    return pytest.approx(np.array(ticks) / 90_000, abs=1e-9)


def test_healthy_stamps_are_taken_as_they_are() -> None:
    stamps = 444_690 + STEP * np.arange(5)
    found = timeline(stamps)
    assert found.times_s.tolist() == [step / 90_000 for step in (stamps - stamps[0]).tolist()]
    assert found.first_s == 444_690 / 90_000
    assert found.durations_s == pytest.approx([0.04] * 5)
    assert found.notes == ()


def test_reordered_pictures_get_their_place_in_presentation_order() -> None:
    shown = np.array([0, 3, 1, 2, 6, 4, 5])
    found = timeline(shown * STEP, is_reordered=True)
    assert found.rank.tolist() == shown.tolist()
    assert found.times_s == seconds(np.arange(7) * STEP)
    assert found.notes == ()


def test_ascending_decoding_stamps_explain_deep_reordering() -> None:
    shown = np.array([0, 40, *range(1, 40)])
    found = timeline(shown * STEP, dts=np.arange(-2, 39) * STEP, is_reordered=True)
    assert found.rank.tolist() == shown.tolist()
    assert found.notes == ()


def test_a_pause_counts_with_the_usual_interval_only() -> None:
    found = timeline([0, STEP, 2 * STEP, 900_000, 900_000 + STEP])
    assert found.durations_s == pytest.approx([0.04] * 5)
    assert found.times_s[3] == pytest.approx(10.0)


def test_slow_footage_is_not_all_pause() -> None:
    found = timeline(np.arange(6) * 2 * 90_000)
    assert found.durations_s == pytest.approx([2.0] * 6)


@pytest.mark.parametrize(("last", "expected_s"), [(7200, 0.08), (0, 0.04), (90_000 * 100, 0.04)])
def test_the_last_duration_is_the_container_s_unless_absurd(last: int, expected_s: float) -> None:
    found = timeline(np.arange(4) * STEP, duration=np.array([0, 0, 0, last]))
    assert found.durations_s[-1] == pytest.approx(expected_s)


def test_missing_stamps_are_filled_with_the_usual_interval() -> None:
    found = timeline([0, STEP, NO_STAMP, 3 * STEP, NO_STAMP])
    assert found.times_s == seconds(np.arange(5) * STEP)
    assert "2 pictures have no time stamp" in found.notes[0]


def test_without_presentation_stamps_decoding_stamps_count() -> None:
    found = timeline([NO_STAMP] * 4, dts=np.arange(4) * STEP, is_order_known=False)
    assert found.times_s == seconds(np.arange(4) * STEP)
    assert found.notes == ()


def test_without_any_stamps_the_durations_count() -> None:
    found = timeline([NO_STAMP] * 3, duration=np.array([STEP, 2 * STEP, STEP]))
    assert found.times_s == seconds([0, STEP, 3 * STEP])
    assert "no time stamps" in found.notes[0]


def test_one_wild_stamp_moves_only_its_own_picture() -> None:
    stamps = STEP * np.arange(9)
    for wild in (10**9, -(10**9), 2**60):
        for place in (0, 4, 7):
            broken = stamps.copy()
            broken[place] = wild
            found = timeline(broken)
            assert found.times_s == seconds(stamps), (wild, place)
            assert "far off" in found.notes[0]


def test_stamps_that_go_back_are_joined() -> None:
    found = timeline([*(STEP * np.arange(5)), *(STEP * np.arange(4))])
    assert found.times_s == seconds(np.arange(9) * STEP)
    assert "go back" in found.notes[0]


def test_a_leap_of_days_is_closed_and_one_of_hours_is_a_gap() -> None:
    near, far = 2 * 3600 * 90_000, 3 * 86_400 * 90_000
    assert timeline([0, STEP, near, near + STEP]).times_s == seconds([0, STEP, near, near + STEP])
    closed = timeline([0, STEP, far, far + STEP])
    assert closed.times_s == seconds(np.arange(4) * STEP)
    assert "leap" in closed.notes[0]


@pytest.mark.parametrize(("bits", "time_base"), [(33, Fraction(1, 90_000)), (32, Fraction(1, 1000))])
def test_a_counter_that_wraps_is_counted_on(bits: int, time_base: Fraction) -> None:
    step = round(0.04 / time_base)
    true = (1 << bits) - 3 * step + step * np.arange(8)
    true[5:] += 7 * step  # a pause right behind the wrap keeps its length
    found = timeline(true % (1 << bits), time_base=time_base)
    assert np.diff(found.times_s) == pytest.approx(np.diff(true) * float(time_base), abs=1e-6)
    assert "wrap" in found.notes[0]


def test_repeated_stamps_are_spread_up_to_the_next() -> None:
    found = timeline([0, STEP, STEP, 2 * STEP, 3 * STEP, 4 * STEP])
    assert found.times_s == seconds([0, STEP, 1.5 * STEP, 2 * STEP, 3 * STEP, 4 * STEP])
    assert "1 time stamps repeat" in found.notes[0]


def test_one_picture_without_anything_has_a_duration() -> None:
    found = timeline([NO_STAMP])
    assert (found.times_s.tolist(), found.durations_s.tolist()) == ([0.0], [0.04])


def test_repeats_behind_a_leap_of_centuries_still_ascend() -> None:
    """So far on, two times must be more than a microsecond apart to be two."""
    stamps = [0] * 12 + [1, 2, 773_094_113_280_002] + [0] * 14
    found = timeline(stamps, dts=[0] * 14 + [-1] + [0] * 14, time_base=Fraction(1, 90_000), is_order_known=True)
    assert (np.diff(found.times_s) > 0).all()


ANY_STAMP = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.integers(0, 10**6), st.sampled_from([NO_STAMP, 0, STEP, 2**33 - 1, 2**32])
)


@settings(max_examples=300, deadline=None)
@given(
    pairs=st.lists(st.tuples(ANY_STAMP, ANY_STAMP, st.integers(-1, 2**40)), min_size=1, max_size=30),
    base=st.sampled_from([Fraction(1, 90_000), Fraction(1, 1000), Fraction(1, 25), Fraction(1, 10**9), Fraction(100)]),
    flags=st.tuples(st.booleans(), st.booleans()),
)
def test_whatever_the_stamps_times_ascend_and_each_picture_has_its_place(
    pairs: list[tuple[int, int, int]], base: Fraction, flags: tuple[bool, bool]
) -> None:
    pts, dts, duration = (np.array(column, np.int64) for column in zip(*pairs, strict=True))
    found = timeline(pts, dts=dts, duration=duration, time_base=base, is_reordered=flags[0], is_order_known=flags[1])
    assert np.isfinite(found.times_s).all()
    assert (np.diff(found.times_s) > 0).all()
    assert (found.durations_s > 0).all()
    assert sorted(found.rank.tolist()) == list(range(len(pairs)))

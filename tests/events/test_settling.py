"""What an encoder leaves at one moment after its key frames is doubted; what keeps no such moment is not."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.decide import decide
from detector.events.settling import KeyIntervals
from detector.events.settling import since_key as time_since_key
from detector.params import Params, with_values
from tests.drawing import HAND, Found, Place, Sketch, find_in
from tests.traces import with_columns

PARAMS = Params()
EVERY_S = 2.0
AFTER_S = 0.4
ELSEWHERE: Sequence[Place] = (np.s_[0:3, 0:3], np.s_[12:15, 24:28], np.s_[14:17, 4:7], np.s_[2:5, 26:29])


def settling(
    duration_s: float = 60.0,
    places: Sequence[Place] = ELSEWHERE,
    moments_s: Sequence[float] = (AFTER_S,),
    is_there: Callable[[int], bool] = lambda number: number % 4 > 0,
    *,
    from_s: float = 0.0,
) -> Sketch:
    """Blotches at some moments after each key frame but each fourth, at one place after the other."""
    drawing = Sketch(from_s + duration_s)
    for number in range(int(duration_s / EVERY_S)):
        if is_there(number):
            for after_s in moments_s:
                start_s = from_s + number * EVERY_S + after_s
                drawing.move(start_s, start_s + 0.2, places[number % len(places)], snr=4.0)
    return drawing


def since_key(found: Found, every_s: float = EVERY_S) -> NDArray[np.float64]:
    place = np.arange(len(found.view.time_s))
    since_s: NDArray[np.float64] = found.view.time_s - found.view.time_s[place - place % round(every_s * 15.0)]
    return since_s


def intervals(found: Found, every_s: float = EVERY_S) -> KeyIntervals:
    return KeyIntervals.of(found.view, found.active, since_key(found, every_s), PARAMS)


def hand(found: Found) -> Burst:
    (burst,) = (burst for burst in found.bursts if 100.0 <= burst.x_px <= 140.0)
    return burst


@pytest.mark.parametrize(
    ("after_s", "is_doubted"), [(0.4, True), (0.5, True), (0.0, False), (0.9, False), (1.6, False)]
)
def test_what_comes_when_the_picture_elsewhere_settles(after_s: float, *, is_doubted: bool) -> None:
    found = find_in(settling().move(32.0 + after_s, 32.3 + after_s, HAND, snr=6.0).trace())
    assert intervals(found).settles_at(hand(found)) is is_doubted


@pytest.mark.parametrize(
    ("drawing", "every_s"),
    [
        pytest.param(settling(places=[HAND]), EVERY_S, id="a limb alone that keeps their time"),
        pytest.param(settling(moments_s=[0.4, 0.8, 1.2, 1.6]), EVERY_S, id="something at each moment"),
        pytest.param(settling(is_there=lambda number: number % 3 == 1), EVERY_S, id="a third of them"),
        pytest.param(settling(40.0), 8.0, id="too few of them"),
        pytest.param(settling(), 0.2, id="pictures between two of them that are too few"),
    ],
)
def test_what_says_nothing_of_a_limb(drawing: Sketch, every_s: float) -> None:
    found = find_in(drawing.move(32.4, 32.7, HAND, snr=6.0).trace())
    burst = next(burst for burst in found.bursts if burst.start_s <= 32.5 <= burst.stop_s)
    assert not intervals(found, every_s).settles_at(burst)


def test_before_the_first_key_frame_and_of_none() -> None:
    found = find_in(settling().move(32.4, 32.7, HAND, snr=6.0).trace())
    since_s = since_key(found)
    since_s[found.view.time_s < 34.0] = np.inf
    for since in (since_s, np.full(len(since_s), np.inf)):
        assert not KeyIntervals.of(found.view, found.active, since, PARAMS).settles_at(hand(found))


@pytest.mark.parametrize("every", [1, 3, 5, 15], ids=lambda every: f"a key frame each {every} before")
def test_a_file_of_another_encoding_before_it_changes_nothing(every: int) -> None:
    """The first of them are key frames alone, as those of MJPEG."""
    before = round(300.0 * 15.0)
    found = find_in(settling(from_s=300.0).move(332.4, 332.7, HAND, snr=6.0).trace())
    place = np.arange(len(found.view.time_s))
    is_key = np.where(place < before, place % every == 0, (place - before) % 30 == 0)
    frames = with_columns(Sketch(360.0).trace(), is_key=is_key).frames
    since_s = time_since_key(frames, PARAMS.noise.most_keys)
    assert np.isinf(since_s[1000]) == (every < 4)
    assert KeyIntervals.of(found.view, found.active, since_s, PARAMS).settles_at(hand(found))


@pytest.mark.parametrize("seed", range(6))
def test_limbs_that_twitch_often_in_a_short_clip_settle_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    drawing, limbs = Sketch(14.0), (HAND, *ELSEWHERE[1:])
    for start_s in np.cumsum(random.uniform(1.2, 2.4, 7)):
        drawing.move(start_s, start_s + 0.25, limbs[random.integers(len(limbs))], snr=8.0)
    found = find_in(drawing.trace())
    assert not any(intervals(found).settles_at(burst) for burst in found.bursts)


@pytest.mark.parametrize(("columns", "is_doubted"), [(slice(24, 28), True), (slice(14, 15), False)])
def test_only_what_settles_beyond_the_reach_of_a_limb_tells(columns: slice, *, is_doubted: bool) -> None:
    """What is within reach may be the limb itself, or what it touches."""
    found = find_in(settling(places=[(slice(4, 8), columns)]).move(32.4, 32.7, HAND, snr=6.0).trace())
    burst = next(burst for burst in found.bursts if 100.0 <= burst.x_px <= 145.0)
    assert intervals(found).settles_at(burst) is is_doubted


def test_its_own_interval_does_not_count() -> None:
    """What settles then alone, all over the picture, may be of its own movement."""
    drawing = Sketch(60.0)
    for place in ELSEWHERE:
        drawing.move(32.4, 32.6, place, snr=4.0)
    found = find_in(drawing.move(32.4, 32.7, HAND, snr=6.0).trace())
    assert not any(intervals(found).settles_at(burst) for burst in found.bursts)


@pytest.mark.parametrize("early_s", [-0.13, 0.0, 0.13], ids=["a lag before", "at the moment", "a lag after"])
def test_just_beside_the_moment_is_the_moment(early_s: float) -> None:
    found = find_in(settling().move(32.4 + early_s, 32.7 + early_s, HAND, snr=6.0).trace())
    assert intervals(found).settles_at(hand(found))


def test_far_away_in_time_it_says_nothing() -> None:
    """An encoder that settled at the beginning of a night settles no more."""
    drawing = Sketch(300.0)
    for number in range(30):
        start_s = number * EVERY_S + AFTER_S
        drawing.move(start_s, start_s + 0.2, ELSEWHERE[number % 4], snr=4.0)
    found = find_in(drawing.move(232.4, 232.7, HAND, snr=6.0).trace())
    assert not intervals(found).settles_at(hand(found))


@pytest.mark.parametrize(("snr", "n_events"), [(6.0, 0), (2.2 * PARAMS.burst.threshold, 1)])
def test_it_is_listed_with_the_doubt_unless_it_is_strong(snr: float, n_events: int) -> None:
    trace = settling().move(32.4, 32.7, HAND, snr=snr).trace()
    is_key = np.arange(len(trace.frames)) % 30 == 0
    trace = with_columns(trace, is_key=is_key)
    decision = decide(trace, PARAMS)
    assert len(decision.events) == n_events
    told = [artifact for artifact in decision.artifacts if "settles" in artifact.detail]
    assert len(told) == 1 - n_events
    without = decide(trace, with_values(PARAMS, {"rules.without": "after keys"}))
    assert len(without.events) == 1

import math
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from detector.events.classify import Event
from detector.events.rhythm import sure_rate_hz
from detector.motion.view import fast_view
from detector.night.night import Night
from detector.views.wording import (
    UNKNOWN,
    day,
    describe_event,
    duration,
    elapsed,
    frame_rate,
    moment,
    number,
    percent,
    rate,
    rhythm_rate,
    surest_rate_hz,
    zone,
)
from tests.traces import still_trace

EventMaker = Callable[..., Event]
NightMaker = Callable[..., Night]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (0.043, "0.043 s"), (9.94, "9.9 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 00 s"),
        (3599.4, "59 min 59 s"), (3599.6, "1 h 00 min"), (7170, "2 h 00 min"), (math.nan, UNKNOWN),
    ],
)  # fmt: skip
def test_duration(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_elapsed_never_shows_sixty_seconds() -> None:
    assert elapsed(59.999) == "0:00:59"
    assert elapsed(3599.96, decimals=1) == "0:59:59.9"
    assert elapsed(0.3, decimals=1) == "0:00:00.3"


@pytest.mark.parametrize(
    ("count", "observed_s", "words"),
    [(0, 600, "0"), (1, 36_000, "0.10"), (447, 3600, "447"), (1, 0, UNKNOWN), (6, 180, UNKNOWN)],
)
def test_rate(count: int, observed_s: float, words: str) -> None:
    assert rate(count, observed_s) == words


def test_percent_of_nothing_known() -> None:
    assert percent(math.nan) == UNKNOWN


def test_moment_is_of_the_day_where_known(make_night: Callable[..., Night], evening: datetime) -> None:
    assert moment(make_night(start_at=evening, start_s=5.0), 15.0) == "22:30:20"
    assert moment(make_night(start_s=5.0), 15.0) == "0:00:15"


def test_zone_and_day() -> None:
    assert zone(datetime(2024, 1, 5, tzinfo=UTC)) == "UTC+00:00"
    assert zone(datetime(2024, 1, 5, tzinfo=timezone(-timedelta(hours=3, minutes=30)))) == "UTC-03:30"
    assert zone(datetime(2024, 1, 5)) == ""  # noqa: DTZ001
    assert day(datetime(2024, 2, 29, tzinfo=UTC)) == "Thu 29 Feb 2024"


def test_number_takes_the_plural() -> None:
    assert [number(n, "gap") for n in (0, 1, 2)] == ["0 gaps", "1 gap", "2 gaps"]


def test_event_is_described_with_its_site(make_night: NightMaker, make_event: EventMaker) -> None:
    rhythmic = make_event(1.0, "rhythmic", site="left arm")
    assert describe_event(make_night(), rhythmic) == "rhythmic movement, 2.1 Hz, 12 s, left arm"
    assert describe_event(make_night(), make_event(1.0)) == "twitch, 0.3 s"


def test_rate_that_a_slow_camera_cannot_tell_is_a_lower_bound(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night()
    assert frame_rate(night) == 10.0
    assert surest_rate_hz(night) == pytest.approx(2.25)
    assert rhythm_rate(night, make_event(1.0, "rhythmic", rate_hz=2.4)) == "at least 2.4"
    assert rhythm_rate(night, make_event(1.0, "rhythmic", rate_hz=2.1)) == "2.1"


@pytest.mark.parametrize(("fps", "surest_hz"), [(15, 3.0), (19, 3.0), (20, 4.5), (30, 6.75)])
def test_faster_cameras_tell_faster_rates(make_night: NightMaker, fps: float, surest_hz: float) -> None:
    night = make_night()
    assert night.trace is not None
    quick = still_trace(night.trace.grid, np.round(np.arange(1800) / fps, 3), 1 / fps)
    assert surest_rate_hz(replace(night, trace=quick)) == pytest.approx(surest_hz, rel=0.01)


def test_unknown_frame_rate_limits_nothing(make_night: NightMaker) -> None:
    assert math.isinf(surest_rate_hz(replace(make_night(), trace=None)))


@pytest.mark.parametrize("fps", [5.0, 10.0, 15.0, 19.4, 19.7, 20.0, 29.97])
def test_words_and_events_know_the_same_surest_rate(make_night: NightMaker, fps: float) -> None:
    night = make_night()
    assert night.trace is not None
    trace = still_trace(night.trace.grid, np.round(np.arange(600) / fps, 3), 1 / fps)
    view = fast_view(trace, night.params)
    assert surest_rate_hz(replace(night, trace=trace)) == sure_rate_hz(view.frame_s, night.params.rhythm)
    assert surest_rate_hz(replace(night, trace=trace)) == pytest.approx(
        0.225 * fps if fps > 19.5 else min(0.225 * fps, 3.0)
    )

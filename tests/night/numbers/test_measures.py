"""Rates over the time in which what is counted could be told."""

import math
from collections.abc import Callable

import pytest

from detector.events.artifacts import Artifact
from detector.events.classify import Event
from detector.events.decide import Decision
from detector.night.night import Night
from detector.night.numbers.measures import twitch_stretches
from detector.params import Params, with_values

EVERY_TIME = with_values(Params(), {"series.min_rate_s": 1e-3})


def few(start_s: float, stop_s: float) -> Artifact:
    return Artifact("few pictures", start_s, stop_s, "5 pictures a second do not tell a twitch")


class TestFewPictures:
    """Where pictures come too slowly, brief movement is not told from longer: no twitches is no finding there."""

    def test_there_is_no_rate_of_twitches(self, make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
        moved = event(kind="movement", start_s=20.0, stop_s=21.0)
        night = make_night(Decision((moved,), (few(0.0, 100.0),)), params=EVERY_TIME)
        rates = night.summary()["rates_per_hour"]
        assert twitch_stretches(night) == ()
        assert math.isnan(rates["twitch"])
        assert rates["movement"] > 0.0
        table = night.rates().set_index("kind")
        assert (table.judged_s["twitch"], table.judged_s["movement"] > 50.0) == (0.0, True)

    def test_elsewhere_there_is_one(self, make_night: Callable[..., Night], event: Callable[..., Event]) -> None:
        night = make_night(Decision((event(start_s=22.0, stop_s=22.3),), (few(0.0, 20.0),)), params=EVERY_TIME)
        judged_s = night.rates().set_index("kind").judged_s
        assert judged_s["movement"] - judged_s["twitch"] == pytest.approx(20.0, abs=0.1)
        by_time = night.rates(by="1min").query("kind == 'twitch'")
        assert by_time.judged_s.sum() == pytest.approx(judged_s["twitch"], abs=0.01)
        by_site = night.rates(by="site").query("kind == 'twitch'")
        assert by_site.judged_s.iloc[0] == pytest.approx(judged_s["twitch"], abs=0.01)

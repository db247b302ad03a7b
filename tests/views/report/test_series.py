"""What belongs together is told with its chance rate, and a night without it says nothing."""

from collections.abc import Callable

from detector.events.classify import Event
from detector.night.night import Night
from detector.truth.simulated import SimulatedNight, simulate_night
from detector.views.report import series
from detector.views.report.section import Story

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def told(night: Night) -> str:
    found = series.write(Story(night))
    return "" if found is None else " ".join(found.html.split())


def test_quiet_night_says_nothing(make_night: NightMaker) -> None:
    assert told(make_night(600.0)) == ""


def test_series_stand_beside_their_chance_and_the_first_can_be_shown() -> None:
    text = told(simulate_night(SimulatedNight(periodic_series=2, hours=6.0), seed=2))
    assert "<h3>Movements at even intervals (" in text
    assert "with the intervals of this night in another order" in text
    assert 'data-event="' in text
    assert "no limit for infants is published" in text


def test_numbers_say_how_to_read_them() -> None:
    text = told(simulate_night(SimulatedNight(hours=4.0), seed=1))
    for name in ("Bouts of twitches", "Burstiness of twitches", "Periodicity index", "Still time"):
        assert f'<th scope="row">{name}</th>' in text
    assert "fitted to this night" in text
    assert "Rhythmic movement of 10 s or longer" not in text  # it stands on the first page


def test_bouts_that_chance_explains_say_so(make_night: NightMaker, make_event: EventMaker) -> None:
    pair = make_night(180.0, [make_event(start_s) for start_s in (20.0, 60.0, 110.0, 119.0)])
    (bout,) = [one for one in pair.series_found if one.kind == "bout"]
    assert bout.chance_share == 1
    assert "So many are expected by chance: the intervals of this night in another order give 1 on average." in told(
        pair
    )


def test_few_events_give_no_number_that_needs_more(make_night: NightMaker, make_event: EventMaker) -> None:
    text = told(make_night(300.0, [make_event(20.0), make_event(100.0)]))
    assert "Burstiness" not in text
    assert "Still time" in text

"""The most telling events are shown first, and one file that is gone does not hide the others."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from detector.events.classify import Event
from detector.night.night import Night
from detector.params import Params, with_values
from detector.views.films import card_numbers, show_events, telling_order

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def test_lasting_rhythm_then_strong_and_weak_twitches_then_one_of_each(make_event: EventMaker) -> None:
    twitches = [make_event(float(k), snr=float(100 - k)) for k in range(20)]
    others = [make_event(50.0, "gross", snr=9.0), make_event(60.0, "gross", snr=20.0)]
    rhythms = [make_event(70.0, "rhythmic"), make_event(90.0, "rhythmic", stop_s=120.0)]
    order = telling_order([*twitches, *others, *rhythms])
    assert order[:2] == [24, 23]
    assert order[2:14] == [1, 2, 3, 4, 5, 6, 15, 16, 17, 18, 19, 20]
    assert order[14] == 22
    assert sorted(order) == list(range(1, 25))


def test_strips_are_in_order_of_time_and_not_more_than_asked(make_event: EventMaker) -> None:
    events = [make_event(float(k), snr=float(k)) for k in range(40)]
    assert card_numbers(events, 24) == [*range(1, 7), *range(35, 41)]
    assert card_numbers(events, 3) == [38, 39, 40]
    assert card_numbers([], 24) == []


def test_one_missing_file_does_not_hide_the_others(make_night: NightMaker, make_event: EventMaker, cot: Path) -> None:
    night = make_night(90.0, [make_event(19.5), make_event(70.0)], name=cot.name, footage=cot.parent)
    (first,) = night.provenance.inputs
    gone = replace(first, name="gone.mp4", path="/nowhere/at/all/gone.mp4", sha256="cd" * 32, offset_s=45.0)
    night = replace(night, provenance=replace(night.provenance, inputs=(first, gone)))
    shown = show_events(night)
    assert list(shown.films) == list(shown.strips) == [1]
    assert shown.trouble.startswith("gone.mp4: expected this file")
    assert "/" not in shown.trouble.replace("--footage", "")


def test_no_films_where_none_are_wanted(make_night: NightMaker, make_event: EventMaker, cot: Path) -> None:
    night = make_night(45.0, [make_event(19.5)], name=cot.name, footage=cot.parent)
    night = replace(night, params=with_values(Params(), {"report.clip_budget_mb": 0, "report.most_strips": 0}))
    shown = show_events(night)
    assert (shown.films, shown.strips, shown.trouble) == ({}, {}, "")


def test_used_bytes_are_told(make_night: NightMaker, make_event: EventMaker, cot: Path) -> None:
    steps: list[tuple[int, int]] = []
    night = make_night(45.0, [make_event(19.5), make_event(33.2)], name=cot.name, footage=cot.parent)
    show_events(night, progress=lambda *step: steps.append(step))
    assert [total for _, total in steps] == [12_000_000, 12_000_000]
    assert 0 < steps[0][0] < steps[1][0]


def test_films_show_a_share_of_the_recording_at_most(make_night: NightMaker, make_event: EventMaker, cot: Path) -> None:
    events = [make_event(float(k), snr=100.0 - k) for k in range(4, 44, 4)]
    night = make_night(45.0, events, name=cot.name, footage=cot.parent)
    for least_s, share, n_films in ((6.0, 0.0, 2), (0.0, 0.2, 3), (90.0, 0.05, 10)):
        limits = {"report.clip_least_s": least_s, "report.clip_share": share, "report.most_strips": 0}
        shown = show_events(replace(night, params=with_values(Params(), limits)))
        assert list(shown.films) == list(range(1, n_films + 1))
        assert shown.n_left_out == len(events) - n_films

"""Events of a night become films, named by number, kind and time."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import av
import pytest

from detector.errors import FootageError, UsageError
from detector.events.classify import Event
from detector.night.night import Night
from detector.views.clips import clip_names, film_event, write_clip, write_clips

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


@pytest.fixture
def filmed_night(make_night: NightMaker, make_event: EventMaker, cot: Path) -> Night:
    """45 s of a real file, with a twitch at 19.5 s and a movement at 30 s."""
    events = [make_event(19.5), make_event(30.0, "movement")]
    return make_night(45.0, events, name=cot.name, footage=cot.parent)


def length_s(path: Path) -> float:
    with av.open(str(path)) as container:
        return float(container.duration) / 1e6


def test_one_clip_reaches_two_seconds_to_each_side(filmed_night: Night, tmp_path: Path) -> None:
    path = write_clip(filmed_night, 19.5, 19.8, tmp_path / "twitch.mp4")
    assert length_s(path) == pytest.approx(4.3, abs=0.11)
    assert length_s(write_clip(filmed_night, 0.5, 1.0, tmp_path / "first.mp4")) == pytest.approx(3.0, abs=0.11)
    assert length_s(write_clip(filmed_night, 9.0, 9.5, path, margin_s=0.0)) == pytest.approx(0.5, abs=0.11)


def test_all_clips_of_a_kind_go_to_a_folder(filmed_night: Night, tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    paths = write_clips(filmed_night, tmp_path / "films", progress=lambda *step: steps.append(step))
    assert [path.name for path in paths] == ["e0001_twitch_0h00m19.mp4", "e0002_movement_0h00m30.mp4"]
    assert steps == [(1, 2), (2, 2)]
    only = write_clips(filmed_night, tmp_path / "only", kinds=["movement"], with_box=False)
    assert [path.name for path in only] == ["e0002_movement_0h00m30.mp4"]
    assert write_clips(filmed_night, tmp_path / "none", kinds=["rhythmic"]) == []
    assert not (tmp_path / "none").exists()


def test_names_tell_the_time_of_day(make_night: NightMaker, make_event: EventMaker, evening: datetime) -> None:
    assert clip_names(make_night(60.0, [make_event(5.0)], start_at=evening)) == ["e0001_twitch_22h30m15"]


def test_what_cannot_be_done_is_said(filmed_night: Night, make_night: NightMaker, make_event: EventMaker) -> None:
    with pytest.raises(UsageError, match="jump: expected a kind of event"):
        write_clips(filmed_night, "films", kinds=["jump"])
    with pytest.raises(UsageError, match="name one"):
        write_clips(filmed_night)
    with pytest.raises(FootageError, match="it is not there"):
        write_clip(make_night(60.0, [make_event(5.0)]), 5.0, 6.0, "never.mp4")


def test_a_long_event_is_cut_and_small(filmed_night: Night) -> None:
    film = film_event(filmed_night, filmed_night.decision.events[1], most_s=3.0, long_side_px=80)
    assert (film.start_s, film.stop_s) == pytest.approx((28.5, 31.5))
    assert film.width_px == 80


def test_a_night_films_its_own_events(filmed_night: Night, make_event: EventMaker) -> None:
    assert filmed_night.clip("e0001").start_s == pytest.approx(17.5)
    assert filmed_night.clip(filmed_night.decision.events[1], margin_s=1.0).start_s == pytest.approx(29.0)
    with pytest.raises(UsageError, match="e0003: expected the id of an event"):
        filmed_night.clip("e0003")
    with pytest.raises(UsageError, match=r"twitch at 25 s: expected the id of an event"):
        filmed_night.clip(make_event(25.0))

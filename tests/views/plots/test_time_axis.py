from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from matplotlib.axes import Axes

from detector.night.night import Night
from detector.views.plots.time_axis import STEPS_S, TimeFormatter, TimeLocator, nice_step, origin_s, set_time_axis

NightMaker = Callable[..., Night]


def labels(ax: Axes, night: Night, start_s: float, stop_s: float) -> list[str]:
    ax.set_xlim(start_s, stop_s)
    set_time_axis(ax, night)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    return [label.get_text() for label in ax.get_xticklabels()]


@pytest.mark.parametrize("length_s", [0.3, 3, 180, 3600, 43_200, 400_000])
def test_there_are_some_ticks_at_any_length(make_night: NightMaker, ax: Axes, length_s: float) -> None:
    found = labels(ax, make_night(), 0, length_s)
    assert 2 <= len(found) <= 13
    assert len(set(found)) == len(found)


def test_ticks_are_round_times_of_day(make_night: NightMaker, evening: datetime, ax: Axes) -> None:
    found = labels(ax, make_night(start_at=evening), 0, 3600)
    assert found[0].endswith("\n12 Nov")
    assert all(int(label[3:5]) % 5 == 0 for label in found)


def test_seconds_and_fractions_where_the_axis_is_short(make_night: NightMaker, evening: datetime, ax: Axes) -> None:
    assert labels(ax, make_night(start_at=evening), 0, 60)[0] == "22:30:10\n12 Nov"
    assert labels(ax, make_night(), 10, 11)[1] == "0:00:10.1"


def test_clock_change_moves_the_labels_by_an_hour(make_night: NightMaker, ax: Axes) -> None:
    summer = datetime(2024, 10, 27, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    night = make_night(4 * 3600.0, start_at=summer)
    words = TimeFormatter(night).format_ticks([0.0, 3600.0, 7200.0, 10_800.0])
    assert words == ["01:00\n27 Oct", "02:00", "02:00", "03:00"]


def test_tick_just_before_the_minute_is_not_the_minute_before(make_night: NightMaker, evening: datetime) -> None:
    words = TimeFormatter(make_night(start_at=evening)).format_ticks([49.9999999, 109.9999999])
    assert words == ["22:31\n12 Nov", "22:32"]


def test_status_bar_shows_hundredths(make_night: NightMaker, evening: datetime) -> None:
    assert TimeFormatter(make_night(start_at=evening))(1.25) == "22:30:11.25"
    assert TimeFormatter(make_night())(61.25) == "0:01:01.25"


def test_origin_is_the_midnight_before(make_night: NightMaker, evening: datetime) -> None:
    assert origin_s(make_night(start_at=evening, start_s=4.94)) == pytest.approx(4.94 - 81_010)
    assert origin_s(make_night(start_s=4.94)) == 0.0


def test_locator_works_without_an_axis() -> None:
    assert TimeLocator(0.0).tick_values(0, 60)[:3] == [0.0, 10.0, 20.0]


def test_steps_grow_and_go_on_in_whole_days() -> None:
    assert list(STEPS_S) == sorted(STEPS_S)
    assert nice_step(86_400 * 25, 10) == 86_400 * 3

"""States, breathing and place of the infant, drawn and told: what there is, and an honest word where there is none."""

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from detector.events.state import ABSENT, ACTIVE, AWAKE, QUIET, UNKNOWN, UNOBSERVED, Epoch
from detector.motion.breathing import Breathing, coarse_grid, find_components
from detector.night.night import Night
from detector.night.numbers.stretches import state_rows
from detector.night.palette import STATE_COLORS
from detector.views.interactive.page import timeline_item
from detector.views.plots import plot_breathing, plot_extent, plot_timeline
from detector.views.plots.sleep import rate_range, state_runs, state_table
from detector.views.report import sleep
from detector.views.report.section import Story
from detector.views.report.summary import coverage_line, sentence
from tests.events.test_cycles import breath_times, breathing

NightMaker = Callable[..., Night]
LENGTH_S = 180.0


def epochs(*states: str, rate_hz: float = np.nan) -> tuple[Epoch, ...]:
    made = []
    for number, state in enumerate(states):
        is_asleep = state in {QUIET, ACTIVE}
        breath = (rate_hz, 0.08 if np.isfinite(rate_hz) else np.nan) if is_asleep else (np.nan, np.nan)
        made.append(Epoch(30.0 * number, 30.0 * number + 30.0, state, 0.0, *breath, infant_visible=is_asleep))
    return tuple(made)


def with_epochs(night: Night, found: tuple[Epoch, ...]) -> Night:
    return replace(night, decision=replace(night.decision, epochs=found), states=state_rows(found))


@pytest.fixture(scope="module")
def asleep(make_night: NightMaker) -> Night:
    """Three minutes of sleep; the middle of the picture breathes at 0.6 Hz."""
    night = make_night(LENGTH_S)
    assert night.trace is not None
    grid = coarse_grid(night.trace.grid)
    random = np.random.default_rng(2)
    cells = random.normal(100, 0.3, (900, grid.rows, grid.columns))
    cells[:, 4:8, 5:10] += breathing(breath_times(0.6, 0.06, LENGTH_S, 3), LENGTH_S)[:, None, None] * random.choice(
        [-1, 1], (4, 5)
    )
    wave, unit, weight = find_components(cells.reshape(900, -1).astype(np.float32), (grid.rows, grid.columns))
    slow = Breathing(np.zeros(1), np.array([900]), unit[None], weight[None], wave)
    return replace(night, trace=replace(night.trace, breathing=slow)).decide()


def gids(ax: Axes) -> set[str]:
    return {str(artist.get_gid()) for artist in ax.get_children() if artist.get_gid()}


def test_runs_of_one_state_are_one_stretch(make_night: NightMaker) -> None:
    night = with_epochs(make_night(), epochs(QUIET, QUIET, ACTIVE, ABSENT, ABSENT, QUIET))
    assert state_runs(night) == [
        (0.0, 60.0, QUIET),
        (60.0, 90.0, ACTIVE),
        (90.0, 150.0, ABSENT),
        (150.0, 180.0, QUIET),
    ]
    assert state_table(night) == [
        (QUIET, 0.5, "1 min 30 s"),
        (ACTIVE, pytest.approx(1 / 6), "30 s"),
        (ABSENT, pytest.approx(1 / 3), "1 min 00 s"),
    ]


def test_the_timeline_has_lanes_of_states_and_breathing(make_night: NightMaker, ax: Axes) -> None:
    found = epochs(QUIET, ACTIVE, AWAKE, UNKNOWN, UNOBSERVED, QUIET, rate_hz=0.6)
    plot_timeline(with_epochs(make_night(), found), ax)
    assert {QUIET, ACTIVE, AWAKE, UNKNOWN, "breathing"} <= gids(ax)
    assert UNOBSERVED not in gids(ax)
    texts = [text.get_text() for text in ax.texts]
    assert "usually 36 a minute" in texts
    assert any("of sleep seen" in text for text in texts)


def test_without_epochs_there_is_no_such_lane(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(), ax)
    assert not {QUIET, "breathing"} & gids(ax)


def test_the_colors_of_states_are_told_beside_their_lane(make_night: NightMaker) -> None:
    axes = plot_timeline(with_epochs(make_night(), epochs(ACTIVE, ACTIVE, QUIET)))
    assert "dark: quiet, light: active" in [text.get_text() for text in axes.texts]


def test_states_are_told_apart_without_color() -> None:
    def lightness(color: str) -> float:
        red, green, blue = (int(color[place : place + 2], 16) for place in (1, 3, 5))
        return 0.3 * red + 0.59 * green + 0.11 * blue

    dark_to_light = [lightness(STATE_COLORS[state]) for state in (QUIET, ACTIVE, UNKNOWN, ABSENT)]
    assert all(after - before > 20 for before, after in itertools.pairwise(dark_to_light))


def test_limits_are_round_and_leave_room() -> None:
    assert rate_range(np.array([np.nan, 30.0, 31.0])) == (20.0, 40.0)
    assert rate_range(np.array([33.0, 57.0])) == (30.0, 60.0)


def test_the_interactive_timeline_holds_both(make_night: NightMaker) -> None:
    item, height_px = timeline_item(with_epochs(make_night(), epochs(QUIET, ACTIVE, rate_hz=0.6)))
    bare, bare_px = timeline_item(make_night())
    assert '"states"' in item
    assert "36 a minute" in item
    assert '"states"' not in bare
    assert height_px > bare_px


def test_a_minute_of_breathing_is_drawn(asleep: Night, ax: Axes) -> None:
    plot_breathing(asleep, ax)
    [line] = [line for line in ax.get_lines() if line.get_gid() == "breathing"]
    assert len(line.get_xdata()) == pytest.approx(300, abs=2)
    assert np.isfinite(np.asarray(line.get_ydata(), float)).all()


def test_the_place_is_drawn_over_the_picture(asleep: Night, ax: Axes) -> None:
    plot_extent(asleep, ax)
    assert len(ax.images) == 2
    assert asleep.infant is not None
    assert asleep.infant.extent is not None
    assert 0.05 < asleep.infant.extent.mean() < 0.3
    assert not plot_extent(asleep, bare_axes(), with_picture=False).images[1:]


def bare_axes() -> Axes:

    return Figure(figsize=(7, 4)).add_subplot()


def test_what_else_moved_is_left_out_of_a_minute_and_another_minute_taken(asleep: Night) -> None:
    night, infant = replace(asleep), asleep.infant
    assert infant is not None
    wave = infant.breathing.wave.copy()
    wave[infant.breathing.time_s < 100.0] = 0.0  # as where something else moves
    vars(night)["infant"] = replace(infant, breathing=replace(infant.breathing, wave=wave))
    for start_s, share in ((None, 1.0), (70.0, 0.5)):
        ax = plot_breathing(night, bare_axes(), start_s)
        [line] = [line for line in ax.get_lines() if line.get_gid() == "breathing"]
        assert np.isfinite(np.asarray(line.get_ydata(), float)).mean() == pytest.approx(share, abs=0.02)
        assert ("left out" in ax.get_title("right")) == (share < 1)


@pytest.mark.parametrize("draw", [plot_breathing, plot_extent])
def test_of_an_empty_room_it_is_said_that_nothing_shows(make_night: NightMaker, ax: Axes, draw: Any) -> None:
    draw(make_night(), ax)
    assert len(ax.texts) == 1
    assert not ax.get_lines()


def test_the_report_tells_states_and_breathing(asleep: Night) -> None:
    told = sleep.write(Story(asleep))
    assert told is not None
    assert "Breathing was seen in 6 of 6 epochs: usually 3" in told.html
    assert "no electrode was there" in told.html
    assert "This is no monitor" in told.html
    assert (told.html.count("data:image/png"), told.html.count("data:image/webp")) == (1, 1)


def test_the_report_says_when_no_breathing_was_seen(make_night: NightMaker) -> None:
    told = sleep.write(Story(with_epochs(make_night(), epochs(UNKNOWN, UNKNOWN))))
    assert told is not None
    assert "Breathing could not be seen in any of 2 epochs." in told.html
    assert "data:image/png" not in told.html


def test_a_night_without_epochs_has_no_such_section(make_night: NightMaker) -> None:
    assert sleep.write(Story(make_night())) is None


def test_the_summary_tells_whether_anybody_was_seen(make_night: NightMaker) -> None:
    empty, breathes = (with_epochs(make_night(), epochs(state, state)) for state in (ABSENT, QUIET))
    assert "nobody may have been in the picture" in sentence(empty)
    assert "What looks like breathing was seen." in sentence(breathes)
    assert "infant absent or not visible 1 min 00 s" in coverage_line(empty)
    assert "absent" not in coverage_line(breathes)
    assert empty.summary()["state_s"][ABSENT] == 60.0
    assert make_night().summary()["state_s"] == {}

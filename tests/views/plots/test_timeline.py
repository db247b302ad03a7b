"""The timeline is judged by what it draws: how many ticks and bars, where, with what words and hatching."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

import detector
from detector.events.artifacts import Artifact
from detector.events.classify import EVENT_KINDS, Event
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.views.plots.courses import observed_in
from detector.views.plots.style import KIND_STYLES
from detector.views.plots.timeline import MANY, figure_timeline, plot_timeline
from detector.views.wording import UNKNOWN

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]


def drawn(ax: Axes, gid: str) -> Artist:
    (artist,) = [child for child in ax.get_children() if child.get_gid() == gid]
    return artist


def spans(ax: Axes, gid: str) -> list[tuple[float, float]]:
    bars = drawn(ax, gid)
    assert isinstance(bars, PolyCollection)
    return [
        (round(float(x.min()), 6), round(float(x.max()), 6)) for x in (path.vertices[:, 0] for path in bars.get_paths())
    ]


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def times(ticks: Artist) -> Sequence[float]:
    assert isinstance(ticks, LineCollection)
    return [segment[0, 0] for segment in ticks.get_segments()]


def test_every_event_stands_in_its_lane_at_its_time(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    found = [make_event(10.0), make_event(15.0), make_event(30.0, "rhythmic"), make_event(60.0, "gross")]
    assert plot_timeline(make_night(events=found), ax) is ax
    assert times(drawn(ax, "twitch")) == pytest.approx([10.0, 15.0])
    assert spans(ax, "rhythmic") == [(30.0, 42.0)]
    assert spans(ax, "gross") == [(60.0, 65.0)]
    assert spans(ax, "movement") == []


def test_lanes_do_not_overlap(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_timeline(make_night(events=[make_event(10.0, kind) for kind in EVENT_KINDS]), ax)
    lanes = []
    for kind in EVENT_KINDS:
        artist = drawn(ax, kind)
        assert isinstance(artist, PolyCollection | LineCollection)
        y = artist.get_paths()[0].vertices[:, 1]
        lanes.append((y.min(), y.max()))
    lanes.sort()
    assert all(below[1] < above[0] for below, above in pairwise(lanes))


def test_kind_has_its_color(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_timeline(make_night(events=[make_event(10.0, kind) for kind in EVENT_KINDS]), ax)
    for kind in EVENT_KINDS:
        artist = drawn(ax, kind)
        assert isinstance(artist, PolyCollection | LineCollection)
        assert tuple(artist.get_edgecolor()[0]) == pytest.approx(to_rgba(KIND_STYLES[kind].color))


def test_colors_and_markers_are_all_different() -> None:
    assert len({style.color for style in KIND_STYLES.values()}) == len(EVENT_KINDS)
    assert len({style.marker for style in KIND_STYLES.values()}) == len(EVENT_KINDS)
    assert set(KIND_STYLES) == set(EVENT_KINDS)


def test_counts_and_rates_are_of_observed_time(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    night = make_night(3600.0, [make_event(t) for t in (100.0, 200.0, 300.0)], gaps=[(1800.0, 3500.0)])
    plot_timeline(night, ax)
    assert "3" in words(ax)
    assert "5.7" in words(ax)  # 3 in 1900 s
    assert ax.get_title(loc="left") == ("cam <1>.mp4\nobserved 31 min 40 s of 1 h 00 min, time of day not known")


def test_unseen_time_is_hatched_and_its_cause_marked(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(180.0, gaps=[(50.0, 60.0)], frozen=[(100.0, 120.0)]), ax)
    unseen = drawn(ax, "unseen")
    assert isinstance(unseen, PolyCollection)
    assert unseen.get_hatch() == "////"
    assert spans(ax, "unseen") == [(50.0, 60.0), (100.0, 120.0)]
    assert spans(ax, "frozen") == [(100.0, 120.0)]
    assert "dotted: frozen" in words(ax)
    assert "30 s" in words(ax)


def test_seen_night_has_no_hatching(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(), ax)
    assert spans(ax, "unseen") == []


def test_thousands_of_twitches_become_rates_and_short_ticks(make_night: NightMaker, make_event: EventMaker) -> None:
    twitches = [make_event(t) for t in np.linspace(1, 590, MANY)]
    few, many = (
        figure_timeline(make_night(600.0, events)).axes[0] for events in (twitches, [*twitches, make_event(595.0)])
    )
    assert not [child for child in few.get_children() if child.get_gid() == "twitch rate"]
    ticks, bars = drawn(many, "twitch"), drawn(many, "twitch rate")
    assert isinstance(ticks, LineCollection)
    assert len(ticks.get_segments()) == MANY + 1
    lowest_tick = min(segment[:, 1].min() for segment in ticks.get_segments())
    assert bars.get_path().vertices[:, 1].max() < lowest_tick
    assert any(word.startswith("bars: up to") for word in words(many))


def test_rate_bars_divide_by_observed_time(make_night: NightMaker, make_event: EventMaker) -> None:
    # Bins are a minute long: 24 twitches in each; of the bin at 300 s only half was observed.
    twitches = [make_event(t + step) for t in range(0, 600, 60) for step in np.linspace(31.0, 59.0, 24)]
    night = make_night(600.0, twitches, gaps=[(300.0, 330.0)])
    ax = figure_timeline(night).axes[0]
    assert "bars: up to 48 a minute" in words(ax)


@pytest.mark.parametrize(
    ("observed", "expected"),
    [((), [0, 0]), (((0, 10),), [5, 5]), (((4, 6), (8, 9)), [1, 2]), (((-5, 1), (9, 30)), [1, 1])],
)
def test_observed_seconds_in_bins(observed: Sequence[tuple[float, float]], expected: list[float]) -> None:
    assert observed_in(observed, np.array([0.0, 5.0, 10.0])).tolist() == expected


def test_sustained_rhythm_is_marked(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    short = make_event(10.0, "rhythmic", stop_s=14.0, is_sustained=False)
    plot_timeline(make_night(events=[short, make_event(30.0, "rhythmic")]), ax)
    marks = drawn(ax, "sustained")
    assert list(marks.get_xdata()) == [36.0]  # type: ignore[attr-defined]
    assert any("sustained: 1" in word for word in words(ax))


def test_artifacts_have_a_grey_lane(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(artifacts=[Artifact("light", 20.0, 22.0, "a lamp")]), ax)
    assert spans(ax, "artifacts") == [(20.0, 22.0)]


def test_title_and_ticks_are_wall_clock_where_known(make_night: NightMaker, evening: datetime, ax: Axes) -> None:
    plot_timeline(make_night(7200.0, start_at=evening), ax)
    assert ax.get_title(loc="left").startswith("Tue 12 Nov 2024, 22:30 to 00:30")
    assert ax.get_xlabel() == "time of day (UTC+01:00)"
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    labels = [tick.get_text() for tick in ax.get_xticklabels()]
    assert "00:00\n13 Nov" in labels
    assert ax.get_xticks()[labels.index("00:00\n13 Nov")] == 5390.0


def test_unknown_clock_gives_recording_time(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(180.0, start_s=4.94), ax)
    assert ax.get_xlabel() == "recording time (h:mm:ss)"
    assert "time of day not known" in ax.get_title(loc="left")
    assert ax.get_xlim() == pytest.approx((4.94, 184.94))


def test_quiet_night_says_what_was_observed(make_night: NightMaker, ax: Axes) -> None:
    plot_timeline(make_night(25_920.0), ax)
    assert "No movement found in 7 h 12 min observed." in words(ax)
    assert words(ax).count("0") == 2 * len(EVENT_KINDS) + 1


def test_nothing_observed_is_said_and_has_no_rates(blind_night: Night, ax: Axes) -> None:
    plot_timeline(blind_night, ax)
    assert any("Nothing was observed" in word for word in words(ax))
    assert UNKNOWN in words(ax)
    assert spans(ax, "unseen") == [(0.0, 180.0)]


def test_night_without_length_or_trace_is_drawn(make_night: NightMaker, ax: Axes) -> None:
    night = make_night()
    source = replace(night.provenance, stop_s=night.start_s)
    nothing = Coverage(0, 0, 0, 0, 0, 0, 0)
    plot_timeline(replace(night, provenance=source, coverage=nothing, observed=(), trace=None), ax)
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    assert not [child for child in ax.get_children() if child.get_gid() == "motion"]


def test_motion_strip_follows_the_moved_share(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    plot_timeline(make_night(events=[make_event(100.0, "gross")]), ax)
    heights, edges, _ = drawn(ax, "motion").get_data()  # type: ignore[attr-defined]
    is_high = heights > heights.min()
    assert edges[:-1][is_high].min() == pytest.approx(100.0, abs=0.5)
    assert edges[1:][is_high].max() == pytest.approx(105.0, abs=0.5)


def test_figure_of_its_own_is_unknown_to_pyplot(make_night: NightMaker) -> None:
    assert isinstance(figure_timeline(make_night()), Figure)
    assert plt.get_fignums() == []


def test_without_axes_pyplot_shows_it_once(make_night: NightMaker) -> None:
    detector.plot_timeline(make_night())
    assert len(plt.get_fignums()) == 1


def test_words_stay_readable_in_a_dark_style(make_night: NightMaker) -> None:
    with plt.style.context("dark_background"):
        ax = figure_timeline(make_night()).axes[0]
        (said,) = [text for text in ax.texts if text.get_text().startswith("No movement")]
        assert to_rgba(said.get_color()) == to_rgba("white")
        box = said.get_bbox_patch()
        assert box is not None
        assert box.get_facecolor()[:3] == to_rgba("black")[:3]


def test_low_axes_drop_notes_before_they_cover_each_other(make_night: NightMaker) -> None:
    night = make_night(180.0, frozen=[(50.0, 60.0)])
    high, low = (Figure(figsize=(8, height), layout="constrained").add_subplot() for height in (5.5, 2.5))
    assert "dotted: frozen" in words(plot_timeline(night, high))
    assert "dotted: frozen" not in words(plot_timeline(night, low))


def test_artifacts_never_run_through_time_that_nobody_filmed(make_night: NightMaker, ax: Axes) -> None:
    standing, lamp = Artifact("clock", 0.0, 180.0, "a clock"), Artifact("light", 40.0, 70.0, "a lamp")
    plot_timeline(make_night(180.0, gaps=[(50.0, 60.0)], artifacts=[standing, lamp]), ax)
    assert spans(ax, "artifacts") == [(40.0, 50.0), (60.0, 70.0)]
    assert "clock, light" in words(ax)


def test_a_change_of_clocks_is_marked_and_the_zone_named(make_night: NightMaker, ax: Axes) -> None:
    start = datetime(2025, 3, 30, 1, 0, tzinfo=ZoneInfo("Europe/Berlin"))
    plot_timeline(make_night(7200.0, start_at=start), ax)
    assert "clocks +1 h" in words(ax)
    (line,) = [line for line in ax.lines if line.get_gid() == "clock change"]
    assert np.asarray(line.get_xdata())[0] == pytest.approx(3600.0, abs=0.01)
    assert ax.get_xlabel() == "time of day (Europe/Berlin)"

"""Every picture of the family is drawn on any night, on axes that it is given, and shows what it should."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import detector
from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.night.night import Night
from detector.views.figures import write_figures
from detector.views.plots.courses import motion_envelope, observed_in, rate_course
from detector.views.plots.nights import start_hour
from detector.views.plots.rhythm import cycle_lengths

NightMaker = Callable[..., Night]
EventMaker = Callable[..., Event]
PLOTS = ("plot_timeline", "plot_motion", "plot_rates", "plot_raster", "plot_heatmap", "plot_intervals")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def nights(make_night: NightMaker, make_event: EventMaker, blind_night: Night) -> dict[str, Night]:
    """Three minutes, an empty night, gaps, a change of clocks, and nothing observed at all."""
    some = [make_event(10.0 + 25 * k, kind, site="hand" if k % 2 else "") for k, kind in enumerate(EVENT_KINDS)]
    gaps = [(600.0 * k + 300, 600.0 * k + 330) for k in range(10)]
    return {
        "short": make_night(180.0, some),
        "empty": make_night(3600.0),
        "gaps": make_night(6000.0, [make_event(90.0 * k + 5) for k in range(60) if k % 7 not in {3, 4}], gaps=gaps),
        "clock": make_night(7200.0, some, start_at=datetime(2025, 3, 30, 1, 10, tzinfo=BERLIN)),
        "blind": blind_night,
    }


@pytest.mark.parametrize("name", PLOTS)
def test_any_night_is_drawn_in_subplots(nights: dict[str, Night], name: str) -> None:
    figure = Figure(figsize=(18, 4 * len(nights)), layout="constrained")
    axes = figure.subplots(len(nights), 2)
    for (left, _), night in zip(axes, nights.values(), strict=True):
        assert getattr(detector, name)(night, left) is left
    figure.canvas.draw()  # the layout has room for all of it, or warns
    widths = [left.get_window_extent().width for left, _ in axes]
    assert min(widths) > 300


def test_rates_have_their_exact_intervals(make_night: NightMaker, make_event: EventMaker, ax: Axes) -> None:
    night = make_night(7200.0, [make_event(100.0 * k + 50) for k in range(36)])  # all in the first hour
    detector.plot_rates(night, ax)
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == pytest.approx([36.0, 0.0], rel=0.01)
    (lines,) = ax.containers[1].lines[2]
    low, high = lines.get_segments()[0][:, 1]
    assert (low, high) == pytest.approx((25.2, 49.8), abs=0.3)  # Garwood 1936, n = 36


def test_unknown_kinds_are_refused(nights: dict[str, Night]) -> None:
    for name in ("plot_rates", "plot_raster"):
        with pytest.raises(UsageError, match="jump: expected a kind of event"):
            getattr(detector, name)(nights["short"], kind="jump")
    with pytest.raises(UsageError, match="jump: expected a kind of event"):
        detector.plot_nights([nights["short"]], kind="jump")


def test_raster_has_a_row_for_each_place(nights: dict[str, Night], ax: Axes) -> None:
    detector.plot_raster(nights["short"], ax)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["place without a name  3", "hand  3"]
    marks = [collection for collection in ax.collections if collection.get_gid() == "rhythmic"]
    assert [segment[0][0] for mark in marks for segment in mark.get_segments()] == [35.0]


def test_nights_stand_under_each_other_by_the_time_of_day(
    make_night: NightMaker, make_event: EventMaker, evening: datetime, ax: Axes
) -> None:
    early = make_night(3600.0, [make_event(600.0)], start_at=evening)
    late = make_night(3600.0, [make_event(600.0)], start_at=evening + timedelta(hours=4))
    assert start_hour(late) - start_hour(early) == pytest.approx(4.0)
    detector.plot_nights([early, late], ax)
    marks = [c.get_segments()[0] for c in ax.collections if c.get_gid() == "twitch"]
    assert marks[1][0][0] - marks[0][0][0] == pytest.approx(4.0)
    assert [mark[:, 1].mean() for mark in marks] == pytest.approx([0.0, 1.0])
    assert detector.plot_nights([]) is not None


def test_cycles_are_counted_from_crossing_to_crossing() -> None:
    time_s = np.arange(0.0, 5.0, 0.05)
    start_s, length_s = cycle_lengths(time_s, np.sin(2 * np.pi * 2.0 * time_s - 0.3))
    assert length_s == pytest.approx(0.5, abs=0.01)
    assert start_s.size in {8, 9}


def test_rhythm_shows_signal_spectrum_and_cycles(nights: dict[str, Night], ax: Axes) -> None:
    detector.plot_rhythm(nights["short"], 2, ax)
    signal, spectrum, cycles = ax.child_axes
    assert signal.lines
    assert "2.1 Hz, as told" in spectrum.get_title(loc="right")
    assert cycles.get_ylabel() == "length of\na cycle (s)"
    with pytest.raises(UsageError, match="expected the id of an event"):
        detector.plot_rhythm(nights["short"], 99)


def test_confusion_counts_and_refuses_what_does_not_fit(ax: Axes) -> None:
    detector.plot_confusion([[5, 1], [0, 3]], ["twitch", ""], ["twitch", ""], ax)
    assert sorted(text.get_text() for text in ax.texts) == ["1", "3", "5"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["twitches", "nothing"]
    with pytest.raises(UsageError, match=r"2 rows and 1 columns, but the shape is \(1, 1\)"):
        detector.plot_confusion([[1]], ["a", "b"], ["a"])


def test_motion_leaves_the_lamp_out(make_night: NightMaker, make_event: EventMaker) -> None:
    from detector.events.artifacts import Artifact

    twitch, flash = make_event(20.0), make_event(60.0, "gross", box_px=(0.0, 0.0, 320.0, 240.0))
    whole = make_night(120.0, [twitch, flash], artifacts=[Artifact("light", 59.5, 65.5, "a lamp")])
    envelope = motion_envelope(whole, 120)
    assert envelope is not None
    assert float(np.nanmax(envelope.most)) == pytest.approx(9 / 192, rel=0.01)  # the twitch, not the lamp
    assert np.isnan(envelope.most[62])


def test_rate_course_divides_by_observed_time(make_night: NightMaker, make_event: EventMaker) -> None:
    night = make_night(600.0, [make_event(10.0), make_event(70.0)], gaps=[(90.0, 120.0)])
    course = rate_course(night, "twitch")
    assert np.diff(course.edges_s).tolist() == [60.0] * 10
    assert course.values[:3].tolist() == pytest.approx([1.0, 2.0, 0.0])
    assert observed_in(night.observed, course.edges_s)[1] == pytest.approx(30.0, abs=0.2)


@pytest.mark.parametrize("format", ["png", *(pytest.param(name, marks=pytest.mark.slow) for name in ("svg", "pdf"))])
def test_figures_are_files(nights: dict[str, Night], tmp_path: Path, format: str) -> None:  # noqa: A002
    paths = write_figures(nights["short"], tmp_path / "figures", format=format)
    names = ["timeline", "motion", "rates", "raster", "where", "rhythm-e0002"]
    assert [path.name for path in paths] == [f"{name}.{format}" for name in names]
    start = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}[format]
    assert all(path.read_bytes().startswith(start) for path in paths)


def test_unknown_formats_are_refused(nights: dict[str, Night], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="gif: expected a format of svg, png, pdf"):
        write_figures(nights["short"], tmp_path, format="gif")
    assert list(tmp_path.iterdir()) == []


def test_no_picture_of_the_footage_where_none_may_be_shown(nights: dict[str, Night], ax: Axes) -> None:
    night = nights["short"]
    detector.plot_heatmap(night, ax, with_picture=False)
    shown: list[Any] = [image for image in ax.images if image.get_gid() != "counts"]
    assert shown == []
    hidden = replace(night, provenance=replace(night.provenance, has_pictures=False))
    assert "It holds no picture" in _report_of(hidden)


def _report_of(night: Night) -> str:
    from detector.views.report import render_report

    return render_report(night)

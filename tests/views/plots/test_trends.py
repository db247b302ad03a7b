from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from matplotlib.dates import date2num

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.night.numbers.rates import event_rate
from detector.night.trends import NightRates, Trends, compare_nights
from detector.views.plots import plot_trends
from detector.views.plots.style import detached_axes

FIRST = datetime(2026, 3, 1, 21, tzinfo=UTC)


def trends(counts: list[int], *, hours: float = 9.0, has_dates: bool = True, cameras: int = 1) -> Trends:
    """One night a count, in turn of one and the other camera."""
    nights = [
        NightRates(
            name=f"night {day}",
            start_at=FIRST + timedelta(days=day) if has_dates else None,
            likeness=(("camera", f"camera {day % cameras}"), ("version", "9"), ("parameters", "{}")),
            observed_share=0.9,
            hashes=frozenset({str(day)}),
            rates={kind: event_rate(n, hours * 3600, 600) for kind in EVENT_KINDS},
        )
        for day, n in enumerate(counts)
    ]
    return compare_nights(nights)


def test_nights_stand_at_their_dates_with_their_intervals() -> None:
    ax = plot_trends(trends([90, 100, 95, 105, 300]), detached_axes(10, 5))
    points = np.concatenate([line.get_xydata() for line in ax.lines if line.get_marker() != "None"])
    points = points[np.isfinite(points).all(axis=1)]
    assert sorted(points[:, 1].round(2)) == sorted(np.round(np.array([90, 100, 95, 105, 300]) / 9.0, 2))
    assert points[:, 0].min() == pytest.approx(date2num(FIRST.replace(tzinfo=None)))
    assert "5 nights" in ax.get_title(loc="left")


def test_night_outside_the_others_is_filled() -> None:
    ax = plot_trends(trends([90, 100, 95, 105, 300]), detached_axes(10, 5))
    filled = [line for line in ax.lines if line.get_marker() == "o" and line.get_markerfacecolor() != "white"]
    assert np.concatenate([line.get_ydata() for line in filled]).tolist() == [pytest.approx(300 / 9)]


def test_nights_without_dates_stand_at_their_numbers_with_their_names() -> None:
    ax = plot_trends(trends([90, 100], has_dates=False), detached_axes(10, 5))
    assert [label.get_text() for label in ax.child_axes[0].get_xticklabels()] == ["night 0", "night 1"]


def test_groups_have_a_legend() -> None:
    ax = plot_trends(trends([90, 100, 95, 105], cameras=2), detached_axes(10, 5))
    legend = ax.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["A: camera camera 0", "B: camera camera 1"]


@pytest.mark.parametrize("counts", [[5], [0, 0, 0]])
def test_short_or_empty_nights_are_drawn_without_a_rate(counts: list[int]) -> None:
    ax = plot_trends(trends(counts, hours=0.1), detached_axes(10, 5))
    assert any("long enough" in text.get_text() for text in ax.texts)
    plot_trends(trends(counts), detached_axes(10, 5)).get_figure(root=True).canvas.draw()  # type: ignore[union-attr]


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="expected a kind of event"):
        plot_trends(trends([1]), detached_axes(4, 3), kind="twich")

"""Bursts are measured many at a time, and each as if it were alone."""

from dataclasses import asdict

import numpy as np
import pytest

from detector.events.burst import describe_burst, describe_bursts, movement_intervals, portions
from detector.params import Params
from tests.drawing import BurstsOf, Found, Sketch

PARAMS = Params()


@pytest.fixture
def found(sketch: type[Sketch], bursts_of: BurstsOf) -> Found:
    """Several bursts, two of them at the same time, one of a body."""
    drawing = sketch(40.0).move(5.0, 5.4, np.s_[1:4, 2:6]).move(5.1, 5.5, np.s_[12:16, 24:30], snr=40.0)
    drawing.move(9.0, 12.0, np.s_[0:16, 0:28], snr=30.0).move(20.0, 20.4, np.s_[8:10, 9:11])
    for stroke in range(6):
        drawing.move(30.0 + stroke, 30.4 + stroke, np.s_[5:8, 5:8], snr=15.0 + stroke)
    view, active, bursts = bursts_of(drawing)
    assert len(bursts) == 10
    return view, active, bursts


@pytest.mark.parametrize("n_entries", [1, 7, 60, 10**6])
def test_many_at_once_are_as_each_alone(found: Found, n_entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    view, active, bursts = found
    groups = [burst.entries for burst in bursts]
    alone = [describe_burst(view, active, group, PARAMS) for group in groups]
    monkeypatch.setattr("detector.events.burst._PORTION", n_entries)
    together = describe_bursts(view, active, groups, PARAMS)
    for one, other, burst in zip(alone, together, bursts, strict=True):
        for name, value in asdict(one).items():
            assert np.array_equal(value, getattr(other, name)), name
            assert np.array_equal(value, getattr(burst, name)), name


def test_the_order_of_entries_does_not_matter(found: Found) -> None:
    view, active, bursts = found
    entries = np.random.default_rng(1).permutation(bursts[2].entries)
    assert describe_burst(view, active, entries, PARAMS).x_px == bursts[2].x_px
    assert np.array_equal(describe_burst(view, active, entries, PARAMS).entries, bursts[2].entries)


def test_what_is_measured(found: Found) -> None:
    view, active, bursts = found
    for burst in bursts:
        frame, cell, snr = (getattr(active, name)[burst.entries] for name in ("frame", "cell", "snr"))
        weight = snr * view.layer.stride[frame].astype(float) ** 2
        row, column = np.divmod(cell.astype(int), view.grid.columns)
        side_x, side_y = view.grid.cell_px
        assert burst.x_px == pytest.approx(np.average(column + 0.5, weights=weight) * side_x)
        assert burst.y_px == pytest.approx(np.average(row + 0.5, weights=weight) * side_y)
        assert burst.box_px == (
            column.min() * side_x,
            row.min() * side_y,
            (column.max() + 1) * side_x,
            (row.max() + 1) * side_y,
        )
        assert burst.cells.tolist() == sorted(set(cell.tolist()))
        assert burst.snr == snr.max()
        widest = max(np.sum(view.layer.stride[frame[frame == f]].astype(float) ** 2) for f in np.unique(frame))
        assert burst.area_fraction == pytest.approx(min(widest / (view.grid.n_cells), 1.0))
        assert burst.start_s <= burst.peak_s <= burst.stop_s


def test_portions_hold_every_group_once() -> None:
    groups = [np.arange(n, dtype=np.int32) for n in (3, 1, 60_000, 2, 2)]
    assert [len(groups[some]) for some in portions(groups)] == [3, 2]
    assert list(portions([])) == []


def test_an_interval_has_a_length_even_if_the_lag_is_longer(found: Found) -> None:
    view = found[0]
    start_s, stop_s = movement_intervals(view, np.array([100, 200]), np.array([100, 205]))
    assert (stop_s > start_s).all()
    assert stop_s[1] - start_s[1] > stop_s[0] - start_s[0]

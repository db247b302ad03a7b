"""Paths of many bursts at once are those of each alone."""

import numpy as np
import pytest

from detector.events.paths import NO_PATH, measure_paths
from tests.drawing import BurstsOf, Found, Sketch

FPS = 25.0


@pytest.fixture
def found(sketch: type[Sketch], bursts_of: BurstsOf) -> Found:
    """Things that fly one way and another, and hands that stay, some at the same time."""
    drawing = sketch(40.0, FPS)
    for start_s, row, columns in ((3.0, 8, (2, 28)), (10.0, 3, (28, 4)), (20.0, 14, (10, 20))):
        for step, column in enumerate(np.linspace(*columns, 20).round().astype(int)):
            time_s = start_s + step / FPS
            drawing.move(time_s, time_s + 1 / FPS, np.s_[row : row + 2, column : column + 2], only_brightens=True)
    for start_s in (5.0, 10.2, 25.0, 30.0):
        drawing.move(start_s, start_s + 0.4, np.s_[13:16, 2:5], snr=start_s)
    view, active, bursts = bursts_of(drawing)
    assert len(bursts) == 7
    return view, active, bursts


@pytest.mark.parametrize("n_entries", [1, 50, 150, 10**6])
def test_many_at_once_are_as_each_alone(found: Found, n_entries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    view, active, bursts = found
    alone = [measure_paths(view, active, [burst])[0] for burst in bursts]
    monkeypatch.setattr("detector.events.burst._PORTION", n_entries)
    assert measure_paths(view, active, bursts) == alone
    assert measure_paths(view, active, bursts[::-1]) == alone[::-1]
    assert len({path.travel > 0.2 for path in alone}) == 2


def test_of_nothing_there_is_none(found: Found) -> None:
    view, active, _ = found
    assert measure_paths(view, active, []) == []


def test_no_path_goes_nowhere() -> None:
    assert not any(vars(NO_PATH).values())

"""Insects and dust: small bright things that cross the picture or flash up, told from limbs that keep their place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from detector.events.insects import measure_path, split_insects
from detector.params import Params, with_values

PARAMS = Params()
LIMITS = PARAMS.artifact
FPS = 25.0
HAND = np.s_[4:8, 10:14]


def flight(sketch: Any, duration_s: float, columns: tuple[int, int], *, only_brightens: bool = True) -> Any:
    """Something of 2 x 2 cells flies from 3.0 s on from one column to another, in row 8."""
    drawing = sketch(8.0, FPS)
    n_steps = round(duration_s * FPS)
    for step, column in enumerate(np.linspace(*columns, n_steps).round().astype(int)):
        time_s = 3.0 + step / FPS
        drawing.move(time_s, time_s + 1 / FPS, np.s_[8:10, column : column + 2], only_brightens=only_brightens)
    return drawing


class TestMeasurePath:
    def test_a_flight(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, (burst,) = bursts_of(flight(sketch, 0.8, (2, 28)))
        path = measure_path(trace, active, burst)
        # 260 px of a diagonal of 367 px, less what smoothing and the lag take at its ends.
        assert path.travel == pytest.approx(260 / np.hypot(320, 180), rel=0.2)
        assert path.straightness > 0.95
        assert path.speed == pytest.approx(path.travel / 0.8, rel=0.2)
        assert path.brightening == pytest.approx(1.0, abs=0.01)

    def test_a_limb_stays(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, (burst,) = bursts_of(sketch(8.0, FPS).move(3.0, 3.4, HAND))
        path = measure_path(trace, active, burst)
        assert path.travel == pytest.approx(0.0, abs=0.01)
        assert path.brightening == pytest.approx(0.0, abs=0.05)

    @pytest.mark.parametrize(("signed", "brightening"), [(5.0, 1.0), (-5.0, -1.0)])
    def test_what_only_darkens_has_the_other_sign(
        self, sketch: Any, bursts_of: Callable[..., Any], signed: float, brightening: float
    ) -> None:
        trace, active, (burst,) = bursts_of(sketch(8.0, FPS).move(3.0, 3.4, HAND, signed=signed, only_brightens=True))
        assert measure_path(trace, active, burst).brightening == pytest.approx(brightening, abs=0.01)

    def test_two_frames_are_no_path(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, (burst,) = bursts_of(sketch(8.0, 5.0).move(3.0, 3.01, HAND))
        path = measure_path(trace, active, burst)
        assert (path.travel, path.straightness, path.speed) == (0.0, 0.0, 0.0)


class TestSplitInsects:
    @pytest.mark.parametrize("duration_s", [0.6, 0.8, 1.5])
    @pytest.mark.parametrize("columns", [(2, 28), (28, 2)])
    def test_what_crosses_the_picture_is_one(
        self, sketch: Any, bursts_of: Callable[..., Any], duration_s: float, columns: tuple[int, int]
    ) -> None:
        trace, active, bursts = bursts_of(flight(sketch, duration_s, columns))
        rest, insects = split_insects(trace, active, bursts, LIMITS)
        assert rest == []
        assert [insect.kind for insect in insects] == ["insect"]
        assert (insects[0].start_s, insects[0].stop_s) == pytest.approx((3.0, 3.0 + duration_s), abs=3 / FPS)
        assert "diagonals/s" in insects[0].detail

    def test_bright_or_not(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, bursts = bursts_of(flight(sketch, 0.8, (2, 28), only_brightens=False))
        assert split_insects(trace, active, bursts, LIMITS)[0] == []

    @pytest.mark.parametrize("duration_s", [0.2, 0.4, 1.0, 4.0])
    def test_a_limb_is_none(self, sketch: Any, bursts_of: Callable[..., Any], duration_s: float) -> None:
        trace, active, bursts = bursts_of(sketch(12.0, FPS).move(3.0, 3.0 + duration_s, HAND))
        rest, insects = split_insects(trace, active, bursts, LIMITS)
        assert (rest, insects) == (bursts, [])

    def test_a_slow_crawl_over_a_hand_s_breadth_is_none(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, bursts = bursts_of(flight(sketch, 4.0, (10, 16), only_brightens=False))
        assert split_insects(trace, active, bursts, LIMITS)[1] == []

    def test_a_body_that_moves_across_is_too_large(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        drawing = sketch(8.0, FPS)
        for step, column in enumerate(np.linspace(0, 20, 20).astype(int)):
            time_s = 3.0 + step / FPS
            drawing.move(time_s, time_s + 1 / FPS, np.s_[3:13, column : column + 10], only_brightens=True)
        trace, active, bursts = bursts_of(drawing)
        assert split_insects(trace, active, bursts, LIMITS)[1] == []

    def test_each_burst_goes_one_way(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        drawing = flight(sketch, 0.8, (2, 28)).move(6.0, 6.4, HAND)
        trace, active, bursts = bursts_of(drawing)
        rest, insects = split_insects(trace, active, bursts, LIMITS)
        assert [burst.start_s for burst in rest] == pytest.approx([6.0], abs=1 / FPS)
        assert len(insects) == 1

    def test_limits_decide(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, bursts = bursts_of(flight(sketch, 0.8, (2, 28), only_brightens=False))
        strict = with_values(PARAMS, {"artifact.insect_speed": 5.0}).artifact
        assert split_insects(trace, active, bursts, strict)[1] == []

    def test_nothing(self, sketch: Any, bursts_of: Callable[..., Any]) -> None:
        trace, active, bursts = bursts_of(sketch(5.0))
        assert split_insects(trace, active, bursts, LIMITS) == ([], [])

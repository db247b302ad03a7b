"""A sleeper drawn on a still picture: its chest rises and sinks breath by breath, at times that are known.

The picture may be a drawn texture or one frame of real footage, frozen; noise is new in every frame. Beside the chest
twitches and a fan may move. Nothing here knows how breathing is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.events.decide import decide
from detector.events.state import Epoch
from detector.footage.recording import Span
from detector.footage.video import Frame
from detector.motion.grid import grid_for
from detector.motion.measure import _SpanMeasurer
from detector.params import Params
from detector.truth.scene.spec import SceneSpec
from detector.truth.scene.stage import Stage
from tests.drawing import Film, Paint, Shift
from tests.events.test_cycles import breath_times, cycles_within

FPS = 8.0
SIZE_PX = (320, 180)
PARAMS = Params()
TWITCHES = tuple(Shift(start_s, 0.4, 230.0, 130.0) for start_s in (14.0, 17.5, 41.0, 66.0, 69.0, 95.0))
SAME_PER_MIN = 1.0
"""A rate is right within this."""


@dataclass(frozen=True)
class Sleeper:
    """What is drawn.

    Attributes:
        rate_hz: breaths a second; 0 for none.
        uneven: how much the length of a breath varies, as a share of it (standard deviation).
        rise_px: how far the chest rises, px of a picture of 320 x 180; what the eye hardly sees is 0.15.
        fan_hz: a fan beside the cot turns so often a second, with every turn as long as the others; 0 for none.
        twitches: whether a hand twitches six times in two minutes.
        noise: of the sensor, grey levels.
        seed: another seed has other breaths and other noise.
        length_s: of all.
    """

    rate_hz: float
    uneven: float = 0.05
    rise_px: float = 0.5
    fan_hz: float = 0.0
    twitches: bool = True
    noise: float = 2.0
    seed: int = 0
    length_s: float = 120.0

    @property
    def breaths_s(self) -> NDArray[np.float64]:
        """When breaths begin, s."""
        return breath_times(self.rate_hz, self.uneven, self.length_s, self.seed)

    def frames(self, still: NDArray[np.float32] | None = None) -> Iterator[Frame]:
        """The pictures, 8 a second.

        Args:
            still: what lies still, shape (180, 320), grey levels; None draws a texture.
        """
        film = Film()
        if still is not None:
            film.texture = still
        shifts = TWITCHES if self.twitches else ()
        return film.frames(self.length_s, FPS, shifts, paint=self._paint(), noise=self.noise, seed=self.seed)

    def epochs(self, still: NDArray[np.float32] | None = None) -> tuple[Epoch, ...]:
        """What is told of them."""
        span = Span(0, 0.0, self.length_s, (), ())
        measurer = _SpanMeasurer(grid_for(*SIZE_PX, PARAMS.motion), span, PARAMS)
        return decide(measurer.run(self.frames(still), self.length_s), PARAMS).epochs

    def errors_per_min(self, epochs: tuple[Epoch, ...]) -> NDArray[np.float64]:
        """How far the rate of each epoch is from that drawn, breaths a minute; NaN where none is told."""
        true_hz = [
            cycles_within(self.breaths_s, epoch.start_s, epoch.stop_s) / (epoch.stop_s - epoch.start_s)
            for epoch in epochs
        ]
        told_hz = np.array([epoch.breathing_rate_hz for epoch in epochs])
        errors: NDArray[np.float64] = 60.0 * np.abs(told_hz - np.array(true_hz))
        return errors

    def _paint(self) -> Paint:
        rows, columns = np.mgrid[0 : SIZE_PX[1], 0 : SIZE_PX[0]].astype(np.float32)
        bell = np.exp(-((columns - 150.0) ** 2 / (2 * 34.0**2)) - (rows - 95.0) ** 2 / (2 * 20.0**2))
        breaths_s = self.breaths_s if self.rate_hz else None
        slats = np.sin(columns[20:70, 20:70] / 3.0).astype(np.float32)

        def paint(picture: NDArray[np.float32], time_s: float) -> NDArray[np.float32]:
            if breaths_s is not None:
                cycle = int(np.searchsorted(breaths_s, time_s, side="right")) - 1
                phase = (time_s - breaths_s[cycle]) / (breaths_s[cycle + 1] - breaths_s[cycle])
                up = self.rise_px * np.sin(np.pi * phase) ** 2 * bell
                picture = cv2.remap(picture, columns, (rows + up).astype(np.float32), cv2.INTER_LINEAR)
            if self.fan_hz:
                picture = picture.copy()
                picture[20:70, 20:70] += np.float32(6.0 * np.sin(2 * np.pi * self.fan_hz * time_s)) * slats
            return picture

        return paint


def drawn_epochs(spec: SceneSpec) -> tuple[Epoch, ...]:
    """What is told of a drawn scene, measured as one span with a key frame every two seconds."""
    stage, frame_s = Stage(spec), 1.0 / spec.fps
    frames = (
        Frame(n * frame_s, frame_s, stage.picture(n * frame_s, n * frame_s).luma, n % round(2 * spec.fps) == 0, False)
        for n in range(round(spec.duration_s * spec.fps))
    )
    measurer = _SpanMeasurer(grid_for(*spec.size_px, PARAMS.motion), Span(0, 0.0, spec.duration_s, (), ()), PARAMS)
    return decide(measurer.run(frames, spec.duration_s), PARAMS).epochs


def drawn_breaths(spec: SceneSpec) -> Callable[[float], float]:
    """How many breaths the infant of a drawn scene has taken at a time, s."""
    return Stage(spec).breath.turns

"""Footage and motion drawn for tests: nothing moves in them but what is asked for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Self

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
from numpy.typing import NDArray

from detector.events.burst import Burst
from detector.events.bursts import find_parts, join_parts
from detector.events.excess import Active, find_active
from detector.footage.recording import Span
from detector.footage.video import Frame
from detector.motion.grid import Grid, grid_for
from detector.motion.layer import Layer
from detector.motion.measure import _SpanMeasurer
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView, fast_noise, fast_view
from detector.params import Params
from tests.traces import still_trace, with_columns

Picture = NDArray[np.float32]
Paint = Callable[[Picture, float], Picture]
"""Changes a picture in some way at a time, s."""

LayerName = Literal["fast", "slow"]
Place = tuple[slice, slice]


@dataclass(frozen=True)
class Shift:
    """A round patch of the picture that moves to the right and back, as skin moves over a limb.

    Displacement falls off from `amp_px` at the center like a bell of width `sigma_px`. Without a rate it is half a sine
    squared over the whole duration; with one it is a sine whose first and last cycle grow and fade.
    """

    start_s: float
    duration_s: float
    x_px: float = 160.0
    y_px: float = 90.0
    amp_px: float = 5.0
    sigma_px: float = 14.0
    rate_hz: float = 0.0

    def at(self, time_s: float) -> float:
        """Displacement of the center, px."""
        since_s = time_s - self.start_s
        if not 0.0 <= since_s < self.duration_s:
            return 0.0
        if self.rate_hz == 0.0:
            return self.amp_px * math.sin(math.pi * since_s / self.duration_s) ** 2
        fade = min(1.0, since_s * self.rate_hz, (self.duration_s - since_s) * self.rate_hz)
        return self.amp_px * fade * math.sin(2.0 * math.pi * self.rate_hz * since_s)


class Film:
    """Draws 320 x 180 px of cloth-like texture with sensor noise, frame by frame, and measures its motion.

    Nothing moves but what is asked for: `shifts`, or whatever `paint(picture, time_s)` does to a float32 picture.
    """

    width_px, height_px = 320, 180
    shift = Shift

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        coarse = random.uniform(70, 150, (self.height_px // 3 + 2, self.width_px // 3 + 2)).astype(np.float32)
        size = (self.width_px, self.height_px)
        self.texture = cv2.GaussianBlur(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC), (0, 0), 1.0)
        rows, columns = np.mgrid[0 : self.height_px, 0 : self.width_px]
        self._x, self._y = columns.astype(np.float32), rows.astype(np.float32)

    def frames(
        self,
        duration_s: float,
        fps: float = 15.0,
        shifts: Sequence[Shift] = (),
        *,
        paint: Paint | None = None,
        noise: float = 2.0,
        start_s: float = 0.0,
        seed: int = 0,
    ) -> Iterator[Frame]:
        """Frames with a key frame every 2 s; `shifts` and `paint` count their time from the first frame."""
        random = np.random.default_rng(seed)
        grains = random.normal(0.0, noise, (31, self.height_px, self.width_px)).astype(np.float32)
        for number in range(round(duration_s * fps)):
            time_s = number / fps
            picture = self._moved(shifts, time_s)
            # A few fields of noise at random places are as good as a new one for each frame, and much quicker.
            grain = grains[random.integers(31)]
            picture = picture + np.roll(grain, random.integers((self.height_px, self.width_px)), (0, 1))
            if paint is not None:
                picture = paint(picture, time_s)
            luma = np.clip(picture + 0.5, 0, 255).astype(np.uint8)
            yield Frame(start_s + time_s, 1.0 / fps, luma, number % round(2 * fps) == 0, False)

    def measure(
        self, frames: Iterable[Frame], duration_s: float, *, start_s: float = 0.0, params: Params | None = None
    ) -> MotionTrace:
        """The trace of the frames in `[start_s, start_s + duration_s)`; earlier ones are warm-up."""
        params = params or Params()
        grid = grid_for(self.width_px, self.height_px, params.motion)
        span = Span(0, start_s, start_s + duration_s, (), ())
        return _SpanMeasurer(grid, span, params).run(frames, duration_s)

    def shoot(
        self,
        duration_s: float,
        fps: float = 15.0,
        shifts: Sequence[Shift] = (),
        *,
        paint: Paint | None = None,
        noise: float = 2.0,
        start_s: float = 0.0,
        seed: int = 0,
    ) -> MotionTrace:
        """Draw and measure at once."""
        frames = self.frames(duration_s, fps, shifts, paint=paint, noise=noise, start_s=start_s, seed=seed)
        return self.measure(frames, duration_s, start_s=start_s)

    def _moved(self, shifts: Sequence[Shift], time_s: float) -> NDArray[np.float32]:
        picture = self.texture
        for shift in shifts:
            aside_px = shift.at(time_s)
            if aside_px == 0.0:
                continue
            distance = (self._x - shift.x_px) ** 2 + (self._y - shift.y_px) ** 2
            field = aside_px * np.exp(-distance / (2.0 * shift.sigma_px**2))
            source = (self._x - field).astype(np.float32)
            picture = cv2.remap(picture, source, self._y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
        return picture


HAND: Place = np.s_[4:8, 10:14]
FOOT: Place = np.s_[12:15, 24:28]
"""Cells of a sketch where something moves."""


def swing(rate_hz: float) -> Callable[[float], float]:
    """Signed difference of something that swings smoothly: proportional to its speed."""
    return lambda time_s: 6.0 * float(np.cos(2.0 * np.pi * rate_hz * time_s))


def spans(bursts: Sequence[Burst]) -> list[float]:
    """Start and end of each burst, s, one after the other."""
    return [time_s for burst in bursts for time_s in (burst.start_s, burst.stop_s)]


class Sketch:
    """Motion drawn straight into a trace of 18 x 32 cells of 10 px; nothing moves until it is drawn.

    Floors are 1 grey level squared, the lag of the short difference is two frames, that of the long one 0.5 s.
    """

    rows, columns, cell_px = 18, 32, 10.0
    grid = Grid(rows, columns, (cell_px, cell_px), 320, 180)

    def __init__(self, duration_s: float, fps: float = 15.0, *, start_s: float = 0.0) -> None:
        self.fps = fps
        self.time_s = start_s + np.arange(round(duration_s * fps)) / fps
        self.has_slow = np.arange(len(self.time_s)) % max(round(0.25 * fps), 1) == 0
        shape = (len(self.time_s), self.rows, self.columns)
        self._snr = {"fast": np.zeros(shape, np.float32), "slow": np.zeros(shape, np.float32)}
        self._signed = {"fast": np.zeros(shape, np.float32), "slow": np.zeros(shape, np.float32)}

    def move(
        self,
        start_s: float,
        stop_s: float,
        place: Place,
        *,
        snr: float = 40.0,
        signed: float | Callable[[float], float] = 4.0,
        only_brightens: bool = False,
        layer: LayerName = "fast",
    ) -> Self:
        """Something moves in `[start_s, stop_s)` in a box of cells: it shows in each frame whose lag touches that time.

        Like the edges of a limb, every other cell brightens while the rest darken, unless it `only_brightens`.
        """
        lag_s = 2.0 / self.fps if layer == "fast" else 0.5
        slack_s = 1e-6
        shows = (self.time_s > start_s + slack_s) & (self.time_s < stop_s + lag_s - slack_s)
        shows &= self.has_slow if layer == "slow" else True
        rows, columns = np.indices((self.rows, self.columns))
        sign = np.ones_like(rows) if only_brightens else 1 - 2 * ((rows + columns) % 2)
        for frame in np.flatnonzero(shows):
            self._snr[layer][frame][place] = snr
            change = signed(float(self.time_s[frame])) if callable(signed) else signed
            self._signed[layer][frame][place] = (change * sign)[place]
        return self

    def paint(self, start_s: float, stop_s: float, change: NDArray[np.floating], *, snr: float) -> Self:
        """Cells change in `[start_s, stop_s)` by these grey levels, shape (rows, columns), at one strength."""
        for frame in np.flatnonzero((self.time_s >= start_s) & (self.time_s < stop_s)):
            self._signed["fast"][frame] += change
            self._snr["fast"][frame] = np.maximum(self._snr["fast"][frame], snr * (change != 0))
        return self

    def trace(self, **changes: object) -> MotionTrace:
        """The trace so far, with some of its columns replaced; see `with_columns` for their names."""
        return with_columns(
            still_trace(self.grid, self.time_s, 1.0 / self.fps, has_slow=self.has_slow),
            fast=self._layer("fast"),
            slow=self._layer("slow"),
            **changes,
        )

    def _layer(self, name: LayerName) -> Layer:
        n_frames = len(self.time_s)
        snr, signed = (part[name].reshape(n_frames, self.rows * self.columns) for part in (self._snr, self._signed))
        frame, cell = np.nonzero(snr)
        energy = snr[frame, cell] * np.float32(1.0 + Params().noise.minimum)
        return Layer.from_rows(n_frames, frame, cell, energy, signed[frame, cell])


class Found(NamedTuple):
    """Bursts of the fast layer of a trace, with what they were found in."""

    view: LayerView
    active: Active
    bursts: list[Burst]


def find_in(trace: MotionTrace, params: Params | None = None) -> Found:
    """What stands out in a trace, and its bursts, all that lie side by side joined."""
    params = params or Params()
    view = fast_view(trace, params)
    active = find_active(view, fast_noise(trace, params), params)
    return Found(view, active, bursts_in(view, active, params))


def bursts_in(view: LayerView, active: Active, params: Params | None = None) -> list[Burst]:
    """The bursts of what stands out."""
    params = params or Params()
    return join_parts(view, active, find_parts(view, active, params), params)


def active_in(trace: MotionTrace, params: Params | None = None) -> Active:
    """What stands out in the fast layer of a trace."""
    params = params or Params()
    return find_active(fast_view(trace, params), fast_noise(trace, params), params)


BurstsOf = Callable[..., Found]
"""Draws and finds: `view, active, bursts = bursts_of(sketch(20.0).move(...))`."""


def write_film(path: Path, frames: Iterable[Frame], fps: int) -> Path:
    """Write frames as an H.264 file, a key frame every two seconds."""
    import av

    with av.open(str(path), "w") as container:
        options = {"crf": "20", "g": str(2 * fps), "preset": "ultrafast"}
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.pix_fmt = "yuv420p"
        for number, frame in enumerate(frames):
            if number == 0:
                stream.height, stream.width = frame.luma.shape
            picture = av.VideoFrame.from_ndarray(frame.luma, format="gray").reformat(format="yuv420p")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path

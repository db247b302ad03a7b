"""Footage that several test files share, written with PyAV when it is first needed."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, Self

import cv2  # before av: both bring FFmpeg libraries
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.footage.recording import Span
from detector.footage.video import Frame
from detector.motion.measure import _SpanMeasurer
from detector.motion.pictures.shrink import grid_for
from detector.motion.trace import Layer, MotionTrace
from detector.params import Params

CotWriter = Callable[..., Path]


@pytest.fixture(scope="session")
def write_cot() -> CotWriter:
    """Write a textured, slightly noisy picture in which a disc jerks 6 px aside for 0.3 s at given times.

    Call it with `path, duration_s, twitches_s=(), fps=10, size=(160, 120), seed=0`; a key frame stands every second.
    """
    import av

    def write(
        path: Path,
        duration_s: float,
        twitches_s: tuple[float, ...] = (),
        *,
        fps: int = 10,
        size: tuple[int, int] = (160, 120),
        seed: int = 0,
    ) -> Path:
        width, height = size
        random = np.random.default_rng(seed)
        ground = cv2.GaussianBlur(random.uniform(60, 160, (height, width)).astype(np.float32), (0, 0), 3) * 1.0
        with av.open(str(path), "w") as container:
            stream = container.add_stream(
                "libx264", rate=fps, options={"crf": "23", "g": str(fps), "preset": "ultrafast"}
            )
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.time_base = stream.codec_context.time_base = Fraction(1, fps)
            for number in range(round(duration_s * fps)):
                time_s = number / fps
                aside = any(start_s <= time_s < start_s + 0.3 for start_s in twitches_s)
                picture = ground + random.normal(0, 1.0, ground.shape)
                center = (width // 2 + 6 * aside, height // 2)
                picture = cv2.circle(picture, center, height // 8, 200.0, -1, cv2.LINE_AA)
                frame = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="gray")
                frame.pts = number
                container.mux(stream.encode(frame.reformat(format="yuv420p")))
            container.mux(stream.encode())
        return path

    return write


@pytest.fixture(scope="session")
def cot(write_cot: CotWriter, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """45 s at 10 fps with jerks at 7.0, 19.5 and 33.2 s."""
    return write_cot(tmp_path_factory.mktemp("footage") / "cot.mp4", 45.0, (7.0, 19.5, 33.2))


Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def command() -> Command:
    """Run the installed command in a process of its own, such as `command("params", "--json")`."""
    program = Path(sysconfig.get_path("scripts")) / "twitch-detector"

    def run(*args: object, **options: Any) -> subprocess.CompletedProcess[str]:
        words = [str(program), *(str(arg) for arg in args)]
        return subprocess.run(words, capture_output=True, text=True, timeout=300, check=False, **options)

    return run


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
        paint: Callable[[NDArray[np.float32], float], NDArray[np.float32]] | None = None,
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

    def shoot(self, duration_s: float, fps: float = 15.0, shifts: Sequence[Shift] = (), **options: Any) -> MotionTrace:
        """Draw and measure at once."""
        frames = self.frames(duration_s, fps, shifts, **options)
        return self.measure(frames, duration_s, start_s=options.get("start_s", 0.0))

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


@pytest.fixture(scope="session")
def film() -> Film:
    """Draws footage and measures it: `film.shoot(30.0, 15.0, [film.shift(10.0, 0.4)])`."""
    return Film()


class Sketch:
    """Motion drawn straight into a trace of 18 x 32 cells of 10 px; nothing moves until it is drawn.

    Floors are 1 grey level squared, the lag of the short difference is two frames, that of the long one 0.5 s.
    """

    rows, columns, cell_px = 18, 32, 10.0

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
        place: tuple[slice, slice],
        *,
        snr: float = 40.0,
        signed: float | Callable[[float], float] = 4.0,
        only_brightens: bool = False,
        layer: str = "fast",
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

    def trace(self, **changes: Any) -> MotionTrace:
        """The trace so far, with some of its fields replaced."""
        n_frames, n_cells = len(self.time_s), self.rows * self.columns
        fast, start_s, off = self._layer("fast"), self.time_s[:1], np.zeros(n_frames, bool)
        n_blocks, n_spans = (len(changes.get(name, start_s)) for name in ("block_start_s", "span_start_s"))
        fields = {
            "rows": self.rows,
            "columns": self.columns,
            "cell_px": (self.cell_px, self.cell_px),
            "width_px": 320,
            "height_px": 180,
            "time_s": self.time_s,
            "duration_s": np.full(n_frames, 1.0 / self.fps, np.float32),
            **dict.fromkeys(("is_key", "is_key_jump", "is_damaged", "is_frozen"), off),
            "lag_s": np.minimum(np.arange(n_frames), 2).astype(np.float32) / np.float32(self.fps),
            "gain": np.ones(n_frames, np.float32),
            "moved_fraction": (np.diff(fast.first) / n_cells).astype(np.float32),
            "global_change": np.zeros(n_frames, np.float32),
            "shift_px": np.zeros((n_frames, 2), np.float32),
            "fast": fast,
            "slow": self._layer("slow"),
            "block_start_s": start_s,
            "floor": np.ones((n_blocks, n_cells), np.float16),
            "goes_on": np.zeros((n_blocks, n_cells), bool),
            "level": np.ones(n_blocks, np.float32),
            "span_start_s": start_s,
            "slow_floor": np.ones((n_spans, n_cells), np.float16),
            **dict.fromkeys(("key_floor", "tick", "middle", "slow_middle"), np.zeros((n_spans, n_cells), np.float16)),
            "has_slow": self.has_slow,
            "reference": np.zeros((90, 160), np.uint8),
            "lost_s": 0.0,
        }
        names = {field.name for field in dataclasses.fields(MotionTrace)}
        return MotionTrace(**{name: value for name, value in {**fields, **changes}.items() if name in names})

    def _layer(self, name: str) -> Layer:
        n_frames = len(self.time_s)
        snr, signed = (part[name].reshape(n_frames, self.rows * self.columns) for part in (self._snr, self._signed))
        frame, cell = np.nonzero(snr)
        energy = snr[frame, cell] * np.float32(1.0 + Params().noise.minimum)
        return Layer.from_rows(n_frames, frame, cell, energy, signed[frame, cell])


@pytest.fixture(scope="session")
def sketch() -> type[Sketch]:
    """Draws motion without footage: `sketch(20.0).move(5.0, 5.4, np.s_[4:8, 10:14]).trace()`."""
    return Sketch


@pytest.fixture(scope="session")
def twitching(film: Any) -> MotionTrace:
    """24 s at 15 fps: at 8.0 s a patch at (100, 60) px jerks aside for 0.4 s, at 16.0 s one at (220, 120) for 0.3 s."""
    return film.shoot(24.0, 15.0, [film.shift(8.0, 0.4, 100, 60), film.shift(16.0, 0.3, 220, 120)])


@pytest.fixture(scope="session")
def still(film: Any) -> MotionTrace:
    """24 s at 15 fps of noise; nothing moves."""
    return film.shoot(24.0, 15.0, seed=1)


@pytest.fixture
def spanned(sketch: Any) -> MotionTrace:
    """12 s at 10 fps in three spans of 4 s with two blocks each, all with other floors; movements at 1, 5.9 and 9 s."""
    drawing = sketch(12.0, 10.0).move(1.0, 1.4, np.s_[2:5, 3:9]).move(5.9, 6.6, np.s_[8:12, 20:24], snr=12.0)
    drawing.move(9.0, 9.2, np.s_[2:5, 3:9]).move(3.0, 5.0, np.s_[1:3, 1:3], layer="slow")
    n_cells = drawing.rows * drawing.columns
    blocks, spans = np.arange(6.0)[:, None], np.arange(3.0)[:, None]
    cells = np.linspace(1.0, 2.0, n_cells)
    return drawing.trace(
        block_start_s=2.0 * np.arange(6.0),
        floor=(blocks + cells).astype(np.float16),
        level=np.linspace(0.5, 0.6, 6, dtype=np.float32),
        span_start_s=4.0 * np.arange(3.0),
        key_floor=(3.0 * spans + cells).astype(np.float16),
        tick=(0.1 * spans * cells).astype(np.float16),
        slow_floor=(spans + cells).astype(np.float16),
        lost_s=0.75,
    )


@pytest.fixture
def cut() -> Any:
    """Cut a trace at a span's start, as if the parts had been measured one by one: `cut(trace, 4.0)`."""

    def at(trace: MotionTrace, time_s: float) -> tuple[MotionTrace, MotionTrace]:
        return _part(trace, -np.inf, time_s, trace.lost_s), _part(trace, time_s, np.inf, 0.0)

    return at


def _part(trace: MotionTrace, start_s: float, stop_s: float, lost_s: float) -> MotionTrace:
    # Frames, blocks and spans of the traces that are cut differ in number, so that tells what an array has rows of.
    inside = {
        len(times): (times >= start_s) & (times < stop_s)
        for times in (trace.time_s, trace.block_start_s, trace.span_start_s)
    }
    frames = np.flatnonzero(inside[len(trace.time_s)])
    values: dict[str, Any] = {}
    for field in fields(MotionTrace):
        value = getattr(trace, field.name)
        if isinstance(value, Layer):
            value = _rows(value, int(frames[0]), int(frames[-1]) + 1)
        elif isinstance(value, np.ndarray) and field.name != "reference":
            value = value[inside[len(value)]]
        values[field.name] = value
    return MotionTrace(**{**values, "lost_s": lost_s})


def _rows(layer: Layer, start: int, stop: int) -> Layer:
    first = layer.first[start : stop + 1]
    entries = slice(int(first[0]), int(first[-1]))
    return Layer(
        first - first[0], layer.cell[entries], layer.energy[entries], layer.signed[entries], layer.stride[start:stop]
    )


@pytest.fixture(scope="session")
def lamp(film: Any) -> MotionTrace:
    """24 s at 15 fps: brighter by a third from 8 s to 14 s; nothing moves."""

    def paint(picture: Any, time_s: float) -> Any:
        return picture * 1.3 + 12.0 if 8.0 <= time_s < 14.0 else picture

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def bumped(film: Any) -> MotionTrace:
    """24 s at 15 fps: from 8 s on the camera swings by 4 px, three times a second, and rests a second later."""

    def paint(picture: Any, time_s: float) -> Any:
        since_s = time_s - 8.0
        if since_s < 0.0:
            return picture
        aside_px = 4.0 * np.sin(6.0 * np.pi * since_s) * np.exp(-4.0 * since_s)
        back = np.array([[1.0, 0.0, aside_px], [0.0, 1.0, 0.5 * aside_px]])
        return cv2.warpAffine(picture, back, (film.width_px, film.height_px), borderMode=cv2.BORDER_REFLECT)

    return film.shoot(24.0, 15.0, paint=paint)


@pytest.fixture(scope="session")
def ticking(film: Any) -> MotionTrace:
    """40 s at 15 fps: two digits at 10-24, 6-18 px change with each second; nothing else moves."""

    def paint(picture: Any, time_s: float) -> Any:
        digits = np.random.default_rng(int(time_s)).integers(0, 2, (6, 7)).astype(np.float32)
        picture = picture.copy()
        picture[6:18, 10:24] = 20.0 + 200.0 * np.kron(digits, np.ones((2, 2), np.float32))
        return picture

    return film.shoot(40.0, 15.0, paint=paint)

"""What may be breathing, kept at five pictures a second: a few components of a coarse picture, each with its place.

Breathing moves edges by a fraction of a pixel, so cells of about 1/60 of the width brighten and darken with it by less
than a grey level. Their means are taken five times a second over all frames, and the signals that many cells of one
place share are kept for a span: their courses, and how much each cell takes part. Which of them is breathing, if any,
is decided later and needs no video.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.motion.columns import Columns, check_ascending, column
from detector.motion.grid import Grid
from detector.motion.pictures.shrink import FloatImage

SAMPLE_HZ = 5.0
"""Samples a second: breathing of up to 1.3 Hz keeps its second harmonic nearly whole."""

N_COMPONENTS = 8
"""Signals kept a span: a curtain or a mobile takes up two or three, a clock and an encoder as many."""

WEIGHT_STEPS = 15
"""The largest weight of a cell."""

_MOST_COLUMNS = 64
_STEP_S = 0.09  # more pictures a second than one in so long add cost and hardly anything else
_CHUNK = 64  # samples worked on at a time: they stay in the processor's cache
_TREND_S = 3.0  # what is slower than about 0.2 Hz is light, exposure or the infant's posture
_FULL_SWING = 127
_CLIP = 3.0
_LEAST_SPREAD = 0.05  # grey levels; encoders erase noise
_STEP_SPREADS = 3.0
_EXTRA_DIRECTIONS = 4
_ITERATIONS = 4
_SOME = 4  # medians are taken of every fourth sample
_TURNS = 40
_SEED = 12


@dataclass(frozen=True)
class Breathing(Columns):
    """Slow signals of the picture and where they are; N samples over S spans, C cells of the coarse grid.

    Attributes:
        start_s: shape (S,), time of the first sample of each span, on a raster of 0.2 s of the time that it
            was measured in.
        n_samples: shape (S,), samples of each span.
        unit: shape (S, components), grey levels that 1 in `wave` stands for; 0 where a span has fewer components.
        weight: shape (S, components, C), how much of a component each cell shows beside its other changes, 15 for the
            most, with sign.
        wave: shape (N, components), course of each component in the cell that shows most of it, without what is slower
            than about 0.2 Hz.
    """

    start_s: NDArray[np.float64] = column(np.float64, "S")
    n_samples: NDArray[np.int64] = column(np.int64, "S", low=0)
    unit: NDArray[np.float32] = column(np.float32, "S", N_COMPONENTS, low=0)
    weight: NDArray[np.int8] = column(np.int8, "S", N_COMPONENTS, "C", low=-WEIGHT_STEPS, high=WEIGHT_STEPS)
    wave: NDArray[np.int8] = column(np.int8, "N", N_COMPONENTS)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_ascending("start_s", self.start_s)
        if int(self.n_samples.sum()) != len(self.wave):
            raise ValueError(f"wave: expected {int(self.n_samples.sum())} samples, but {len(self.wave)} came.")

    @property
    def n_cells(self) -> int:
        """Cells of the coarse grid."""
        return int(self.weight.shape[2])

    def span_wave(self, span: int) -> NDArray[np.float64]:
        """Courses of the components of one span, grey levels, shape (samples, components)."""
        first = int(self.n_samples[:span].sum())
        wave = self.wave[first : first + int(self.n_samples[span])]
        course: NDArray[np.float64] = wave * self.unit[span].astype(np.float64)
        return course


class CoarseGrid(NamedTuple):
    """The cells of `Breathing`: so many of the grid's cells each way are one; source px."""

    rows: int
    columns: int
    factor: int
    cell_px: float


def coarse_grid(grid: Grid) -> CoarseGrid:
    """How a picture of this grid is divided for breathing.

    Example:
        >>> from detector.motion.grid import grid_for
        >>> from detector.params import Params
        >>> coarse_grid(grid_for(1280, 720, Params().motion))
        CoarseGrid(rows=30, columns=53, factor=3, cell_px=24.0)
    """
    factor = -(-grid.columns // _MOST_COLUMNS)
    return CoarseGrid(max(grid.rows // factor, 1), max(grid.columns // factor, 1), factor, grid.cell_px[0] * factor)


class _Step(NamedTuple):
    """How a key frame changed the cells: in which sample, and with which share of its frames."""

    sample: int
    share: float
    change: FloatImage


class BreathingMeasurer:
    """Takes the smooth pictures of a span in order of time and gives its components.

    Args:
        grid: of the span.
        start_s: of the span.
        most_keys: share of key frames above which they are like any other; see `noise.most_keys`.
    """

    def __init__(self, grid: Grid, start_s: float, most_keys: float) -> None:
        self._most_keys = most_keys
        coarse = coarse_grid(grid)
        self._shape = coarse.rows, coarse.columns
        # Cells of the grid that are part of a coarse one.
        rows, columns = min(coarse.rows * coarse.factor, grid.rows), min(coarse.columns * coarse.factor, grid.columns)
        self._fine = np.empty((rows, columns), np.float32)
        self._first = _sample_at(start_s)
        self._sum = np.zeros(self._shape, np.float32)
        self._last = np.zeros(self._shape, np.float32)
        self._last_s = -np.inf
        self._n_summed = self._n_frames = self._n_keys = 0
        self._sample = 0
        self._cells: list[FloatImage] = []
        # Key frames of the current sample, each with the number of frames before it.
        self._pending: list[tuple[int, FloatImage]] = []
        self._steps: list[_Step] = []

    def add(self, picture: FloatImage, time_s: float, *, is_key: bool) -> None:
        """Take one frame; of more than about ten a second, only some count.

        Args:
            picture: the smooth picture, two of its pixels a cell of the grid each way; not kept.
            time_s: its time, not before that of the frame before.
            is_key: whether it is a key frame, at which encoders change the whole picture.
        """
        if not is_key and time_s - self._last_s < _STEP_S:
            return
        self._last_s = time_s
        rows, columns = self._fine.shape
        # In two steps, of which the first is quick: less work than in one.
        cv2.resize(picture[: 2 * rows, : 2 * columns], (columns, rows), dst=self._fine, interpolation=cv2.INTER_AREA)
        cells = cv2.resize(self._fine, self._shape[::-1], interpolation=cv2.INTER_AREA)
        sample = _sample_at(time_s) - self._first
        if sample > self._sample:
            self._close()
            self._sample = sample
        if is_key and self._n_frames:
            self._pending.append((self._n_summed, cells - self._last))
        self._sum += cells
        self._last = cells
        self._n_summed += 1
        self._n_frames += 1
        self._n_keys += is_key

    def finish(self) -> Breathing:
        """The components of all frames taken."""
        self._close()
        cells = np.array(self._cells, np.float32).reshape(-1, self._shape[0] * self._shape[1])
        if self._n_keys <= self._most_keys * self._n_frames:
            take_out_steps(cells, self._steps)
        wave, unit, weight = find_components(cells, self._shape)
        start_s, n_samples = np.array([self._first / SAMPLE_HZ]), np.array([len(cells)], np.int64)
        return Breathing(start_s, n_samples, unit[None], weight[None], wave)

    def _close(self) -> None:
        """End the current sample."""
        if not self._n_summed:
            return
        mean = self._sum / np.float32(self._n_summed)
        # A sample without a frame repeats the one before it, and one before the first frame that one.
        self._cells += [self._cells[-1] if self._cells else mean] * (self._sample - len(self._cells))
        self._cells.append(mean)
        for n_before, change in self._pending:
            self._steps.append(_Step(self._sample, 1.0 - n_before / self._n_summed, change))
        self._sum[:] = 0.0
        self._pending, self._n_summed = [], 0


def take_out_steps(cells: NDArray[np.float32], steps: list[_Step]) -> None:
    """Take the jumps at key frames out of the signals of all cells, in place; small ones are noise and stay.

    Args:
        cells: shape (samples, cells), grey levels.
        steps: in order of time.
    """
    if len(cells) < 2 or not steps:
        return
    usual = _median(np.abs(cells[1::_SOME] - cells[:-1:_SOME]))
    total = np.zeros(cells.shape[1], np.float32)
    for step, after in zip(steps, [*(step.sample for step in steps[1:]), len(cells) - 1], strict=True):
        change = step.change.ravel()
        change = np.where(np.abs(change) > _STEP_SPREADS * usual, change, np.float32(0.0))
        cells[step.sample] -= np.float32(step.share) * change
        total += change
        cells[step.sample + 1 : after + 1] -= total


def find_components(
    cells: NDArray[np.float32], shape: tuple[int, int]
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int8]]:
    """Signals that many cells share, each as local as can be.

    Principal components of the cells' signals without trend, light and rows, turned (varimax, Kaiser 1958) so that
    each has its place: breathing is one place, a curtain another, the digits of a clock a third. What is loud counts by
    the root of its loudness, and no moment by more than three times the usual, so that neither a twitch nor a clock
    fills all components. Each component's sign makes its largest weight positive.

    Args:
        cells: shape (samples, cells), grey levels, five samples a second.
        shape: `(rows, columns)` of the cells.

    Returns:
        `wave`, `unit`, `weight` of `Breathing` for one span; all 0 where there are too few samples or cells.
    """
    n_samples, n_cells = cells.shape
    wave = np.zeros((n_samples, N_COMPONENTS), np.int8)
    unit = np.zeros(N_COMPONENTS, np.float32)
    weight = np.zeros((N_COMPONENTS, n_cells), np.int8)
    n_directions = N_COMPONENTS + _EXTRA_DIRECTIONS
    if n_samples <= 2 * n_directions or n_cells <= 2 * n_directions:
        return wave, unit, weight
    signal = _without_light(cells, shape)
    spread = np.maximum(np.float32(1.4826) * _median(np.abs(signal[::_SOME])), np.float32(_LEAST_SPREAD))
    scale = np.sqrt(spread * np.median(spread))
    np.clip(signal, -_CLIP * spread, _CLIP * spread, out=signal)
    signal /= scale
    course, place = _leading(signal, n_directions)
    turn = _varimax(place)
    course, place = course @ turn, place @ turn
    order = np.argsort(-np.var(course, axis=0), kind="stable")
    course, place = course[:, order], place[:, order]
    most = np.argmax(np.abs(place), axis=0)
    peak = place[most, np.arange(N_COMPONENTS)]
    peak = np.where(np.abs(peak) > 1e-12, peak, np.float32(1.0)).astype(np.float32)
    course, place = course * peak * scale[most], place / peak
    unit = (np.abs(course).max(axis=0) / _FULL_SWING).astype(np.float32)
    wave = np.rint(course / np.where(unit > 0, unit, 1.0)).astype(np.int8)
    weight = np.rint(place.T * WEIGHT_STEPS).astype(np.int8)
    return wave, unit, weight


def _without_light(cells: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Signals without their trend, what is common to all cells, what is in step with brightness, and whole rows."""
    n_trend = int(_TREND_S * SAMPLE_HZ)
    bright = cells.mean(axis=0)
    bright -= bright.mean()
    signal: NDArray[np.float32] = cv2.blur(cells, (1, n_trend), borderType=cv2.BORDER_REPLICATE)
    power = float(bright @ bright)
    for first in range(0, len(cells), _CHUNK):
        some = signal[first : first + _CHUNK]
        np.subtract(cells[first : first + _CHUNK], some, out=some)
        some -= some.mean(axis=1, keepdims=True)
        if power > 0:
            some -= np.outer(some @ bright / np.float32(power), bright)
        by_row = some.reshape(-1, *shape)
        by_row -= by_row.mean(axis=2, keepdims=True)
    return signal


def _leading(signal: NDArray[np.float32], n_directions: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Courses (samples, K) and unit places (cells, K) of the leading principal components, by subspace iteration."""
    basis = np.random.default_rng(_SEED).standard_normal((signal.shape[1], n_directions)).astype(np.float32)
    for _ in range(_ITERATIONS):
        basis, _ = np.linalg.qr(signal.T @ (signal @ basis))
    left, size, right = np.linalg.svd(signal @ basis, full_matrices=False)
    return (left * size)[:, :N_COMPONENTS], (basis @ right.T)[:, :N_COMPONENTS]


def _varimax(place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rotation (K, K) after which each component is in as few cells as can be."""
    turn: NDArray[np.float32] = np.eye(place.shape[1], dtype=np.float32)
    for _ in range(_TURNS):
        turned = place @ turn
        square = turned**2
        left, _, right = np.linalg.svd(place.T @ (turned * (square - square.mean(axis=0))))
        np.matmul(left, right, out=turn)
    return turn


def _median(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Median of each column."""
    # In order of memory, and sorted whole, which takes a sixth of the time of a median.
    ordered = np.sort(np.ascontiguousarray(values.T), axis=1)
    n_values = ordered.shape[1]
    middle: NDArray[np.float32] = ordered[:, (n_values - 1) // 2 : n_values // 2 + 1].mean(axis=1)
    return middle


def _sample_at(time_s: float) -> int:
    return int(np.floor(time_s * SAMPLE_HZ + 1e-6))

"""Which of the slow signals of a recording is breathing, how fast and how even it is, epoch by epoch.

Breathing goes on for minutes at one place, at 0.25 to 1.3 cycles a second with swings of about the same size, and no
two of its cycles are of exactly one length. That sets it apart from movement, which begins and ends; from light, which
is everywhere; from the digits of a clock, which are a few cells; from waves that run over a curtain, since a chest goes
up and down as one; and from fans, lamps and encoders, which keep time like clockwork. What is not clearly breathing is
not told as breathing.

This is no monitor of breathing: it averages over a minute and says nothing of single breaths or of their absence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.events.cycles import count_cycles, is_clockwork, measure_quality, measure_travel
from detector.motion.breathing import SAMPLE_HZ, Breathing, CoarseGrid
from detector.params import BreathingParams

Floats = NDArray[np.float64]
Interval = tuple[float, float]

_MOST_OF = 0.8  # of a component's weight stands for all of its cells
_HALF = 0.5
_PLACE_CELLS = 5
_DENSE = 2.5


@dataclass(frozen=True)
class BreathingTrack:
    """Breathing of a recording; E epochs, N samples.

    Attributes:
        rate_hz: shape (E,), cycles a second; NaN where they cannot be counted surely.
        irregularity: shape (E,), standard deviation of the cycle length over its mean, in the minute around the epoch;
            NaN where no breathing is seen.
        rate_variance: shape (E,), variance of the instantaneous rate, 1/min^2; NaN where no breathing is seen.
        quality: shape (E,), 0 to 1, how plainly something breathes.
        is_visible: shape (E,), bool.
        time_s, wave: shape (N,), s and grey levels, course of the breathing; NaN where none is seen.
        place: shape (rows, columns) of the coarse grid, 0 to 1, how much each cell shows; all 0 where none is seen.
        cell_px: side of a cell of it, source px.
    """

    rate_hz: Floats
    irregularity: Floats
    rate_variance: Floats
    quality: Floats
    is_visible: NDArray[np.bool_]
    time_s: Floats
    wave: Floats
    place: Floats
    cell_px: float


class _Window(NamedTuple):
    """The samples of a span around an epoch, and those of the epoch itself within them."""

    epoch: int
    first: int
    stop: int
    inner_first: int
    inner_stop: int


class _Span(NamedTuple):
    """What the components of one span show; W windows, K components.

    Attributes:
        first: of its samples among those of all spans.
        wave: shape (samples, K), 0 while something else moves.
        weight: shape (K, C), share of each cell in a component, sums of 1.
        windows: one an epoch.
        quality: shape (W, K).
    """

    first: int
    wave: Floats
    weight: Floats
    windows: tuple[_Window, ...]
    quality: Floats


def track_breathing(
    breathing: Breathing | None,
    grid: CoarseGrid,
    epochs: Sequence[Interval],
    params: BreathingParams,
    *,
    busy: Sequence[Interval] = (),
    hidden: NDArray[np.bool_] | None = None,
) -> BreathingTrack:
    """Find breathing in the slow signals of a recording.

    Args:
        breathing: as measured; None where it was not.
        grid: its cells.
        epochs: `(start_s, stop_s)`, ascending.
        params: the group `breathing`.
        busy: stretches of other movement, in which breathing is not looked for.
        hidden: shape (rows * columns,), cells of a clock or of what moves all night; none when left out.

    Returns:
        One value an epoch; nothing visible where the recording shows none or is shorter than `clockwork_s`.
    """
    n_cells = grid.rows * grid.columns
    track = _Writer(len(epochs), breathing, n_cells, params)
    if breathing is None or not len(breathing.wave):
        return track.finish(grid)
    hidden = np.zeros(n_cells, bool) if hidden is None else hidden
    spans = list(_spans(breathing, grid, epochs, params, busy, hidden))
    if sum(len(span.wave) for span in spans) < params.clockwork_s * SAMPLE_HZ:
        # In so little time, breathing cannot be told from a mobile that swings.
        return track.finish(grid)
    usual = _usual_place(spans, params, n_cells)
    for span in spans:
        # Breathing is always at the same place, unless the infant has turned: there, less is enough.
        alike = np.sqrt(span.weight) @ np.sqrt(usual)
        quality = span.quality * (1.0 + params.known_place * alike)
        chosen = _chosen(quality, params)
        track.quality[[window.epoch for window in span.windows]] = np.minimum(quality.max(axis=1), 1.0)
        track.add(span, [(window, one) for window, one in zip(span.windows, chosen, strict=True) if one >= 0])
    return track.finish(grid)


class _Writer:
    """Collects the track of a recording, epoch by epoch."""

    def __init__(self, n_epochs: int, breathing: Breathing | None, n_cells: int, params: BreathingParams) -> None:
        self._params = params
        self.rate_hz, self.irregularity, self.rate_variance = np.full((3, n_epochs), np.nan)
        self.quality = np.zeros(n_epochs)
        self.is_visible = np.zeros(n_epochs, bool)
        self.place = np.zeros(n_cells)
        self.time_s = np.zeros(0) if breathing is None else _times(breathing)
        self.wave = np.full(len(self.time_s), np.nan)

    def add(self, span: _Span, chosen: Sequence[tuple[_Window, int]]) -> None:
        """Take a component as the breathing of each of some epochs."""
        if not chosen:
            return
        cut = np.stack([span.wave[window.first : window.stop, component] for window, component in chosen])
        inner = [slice(window.inner_first - window.first, window.inner_stop - window.first) for window, _ in chosen]
        for (window, component), counted in zip(chosen, count_cycles(cut, inner, self._params), strict=True):
            if counted is None:
                continue
            epoch = window.epoch
            self.is_visible[epoch] = True
            self.rate_hz[epoch], self.irregularity[epoch], self.rate_variance[epoch] = counted
            self.place += span.weight[component]
            part = slice(window.inner_first, window.inner_stop)
            self.wave[span.first + part.start : span.first + part.stop] = span.wave[part, component]

    def finish(self, grid: CoarseGrid) -> BreathingTrack:
        """The track of all epochs."""
        place = (self.place / max(self.place.max(initial=0.0), 1e-12)).reshape(grid.rows, grid.columns)
        values = self.rate_hz, self.irregularity, self.rate_variance, self.quality, self.is_visible
        return BreathingTrack(*values, self.time_s, self.wave, place, grid.cell_px)


def _times(breathing: Breathing) -> Floats:
    """Middle of each sample, s."""
    starts = [start + np.arange(n) / SAMPLE_HZ for start, n in zip(breathing.start_s, breathing.n_samples, strict=True)]
    times: Floats = np.concatenate(starts) + 0.5 / SAMPLE_HZ
    return times


def _spans(
    breathing: Breathing,
    grid: CoarseGrid,
    epochs: Sequence[Interval],
    params: BreathingParams,
    busy: Sequence[Interval],
    hidden: NDArray[np.bool_],
) -> Iterator[_Span]:
    """Spans with samples enough, each with how plainly its components breathe in each of its epochs."""
    first = 0
    for place, start_s in enumerate(breathing.start_s.tolist()):
        wave = breathing.span_wave(place)
        n_samples = len(wave)
        windows = _windows(start_s, n_samples, epochs, params)
        if windows:
            is_busy = _during(start_s + (np.arange(n_samples) + 0.5) / SAMPLE_HZ, busy)
            weight = breathing.weight[place].astype(np.float64) ** 2
            weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1.0)
            fits = _may_breathe(wave, weight, hidden, grid, params)
            wave[is_busy] = 0.0
            quality = np.zeros((len(windows), wave.shape[1]))
            if fits.any():
                cut = np.stack([wave[window.first : window.stop, fits].T for window in windows])
                quality[:, fits] = measure_quality(cut, params)
            share = [is_busy[window.inner_first : window.inner_stop].mean() for window in windows]
            quality[np.array(share) > params.most_busy] = 0.0
            yield _Span(first, wave, weight, windows, quality)
        first += n_samples


def _windows(
    start_s: float, n_samples: int, epochs: Sequence[Interval], params: BreathingParams
) -> tuple[_Window, ...]:
    """Windows of one length around the epochs of which at least half lies in a span; none in a span too short."""
    length = min(round(params.window_s * SAMPLE_HZ), n_samples)
    if length < params.min_window_s * SAMPLE_HZ:
        return ()
    found = []
    # The epochs follow each other: of a night, a span has a few.
    begin = bisect_right(epochs, start_s, key=itemgetter(1))
    for epoch in range(begin, bisect_left(epochs, start_s + n_samples / SAMPLE_HZ, key=itemgetter(0))):
        from_s, to_s = epochs[epoch]
        low, high = (round((edge - start_s) * SAMPLE_HZ) for edge in (from_s, to_s))
        inner = max(low, 0), min(high, n_samples)
        if inner[1] - inner[0] >= _HALF * (high - low) > 0:
            first = min(max((low + high - length) // 2, 0), n_samples - length)
            found.append(_Window(epoch, first, first + length, max(inner[0], first), min(inner[1], first + length)))
    return tuple(found)


def _during(time_s: Floats, busy: Sequence[Interval]) -> NDArray[np.bool_]:
    edges = np.searchsorted(time_s, np.array(busy, np.float64).reshape(-1, 2))
    inside = np.zeros(len(time_s), bool)
    for first, stop in edges[edges[:, 0] < edges[:, 1]].tolist():
        inside[first:stop] = True
    return inside


def _may_breathe(
    wave: Floats, weight: Floats, hidden: NDArray[np.bool_], grid: CoarseGrid, params: BreathingParams
) -> NDArray[np.bool_]:
    """Which components are more than a few cells, gathered, not hidden, no clockwork and do not travel; shape (K,)."""
    descending = -np.sort(-weight, axis=1)
    n_cells = 1 + np.count_nonzero(np.cumsum(descending, axis=1) < _MOST_OF, axis=1)
    fits: NDArray[np.bool_] = (n_cells >= params.min_cells) & (weight[:, hidden].sum(axis=1) < _HALF)
    for component in np.flatnonzero(fits):
        fits[component] = _gathered(weight[component].reshape(grid.rows, grid.columns)) >= params.min_gathered
    fits[fits] = measure_travel(wave[:, fits]) <= params.most_travel
    for component in np.flatnonzero(fits):
        fits[component] = not is_clockwork(wave[:, component], params)
    return fits


def _gathered(weight: Floats) -> float:
    """Share of the weight at places where much of it lies together, 0 to 1."""
    from scipy.ndimage import uniform_filter

    is_dense = uniform_filter(weight, _PLACE_CELLS, mode="constant") > _DENSE * weight.mean()
    return float(weight[is_dense].sum() / max(weight.sum(), 1e-12))


def _usual_place(spans: Sequence[_Span], params: BreathingParams, n_cells: int) -> Floats:
    """Where something breathes in most epochs of the recording: a share of each cell, sum 1 or 0."""
    place = np.zeros(n_cells)
    for span in spans:
        seen = np.where(span.quality >= params.min_quality, span.quality, 0.0).sum(axis=0)
        place += seen @ span.weight
    total = place.sum()
    usual: Floats = place / total if total > 0 else place
    return usual


def _chosen(quality: Floats, params: BreathingParams) -> list[int]:
    """The component that breathes in each window; -1 for none. One that does so in a single window is left out."""
    best = quality.argmax(axis=1)
    best[quality.max(axis=1) < params.min_quality] = -1
    if len(best) > params.min_windows:
        for component in set(best.tolist()) - {-1}:
            if np.count_nonzero(quality[:, component] >= params.min_quality) < params.min_windows:
                best[best == component] = -1
    chosen: list[int] = best.tolist()
    return chosen

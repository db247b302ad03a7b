"""Cycles of a slow signal: how plainly it goes up and down, how often, how evenly, and whether like clockwork."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.motion.bands import band_gain, mirrored
from detector.motion.breathing import SAMPLE_HZ
from detector.params import BreathingParams

Floats = NDArray[np.float64]

# Passbands around a rate, in rates: cycles are counted in the first, and must be as many in the other two.
_BANDS = ((0.55, 1.6), (0.45, 1.9), (0.7, 1.4))
_MINUTE_S = 60.0
_LOW_HZ = 0.12
_HIGH_HZ = 2.45
_NEAR = (0.75, 1.3)
_DOUBLE = (1.6, 2.5)
_MIRRORED = 25
_EDGE = 10
_FINE = 4
_PIECE_S = 30.0
_SMOOTH_HZ = 0.04
_NOISE_HZ = (1.7, _HIGH_HZ)
_LINE_BINS = 1.5
_LINE_AROUND = (0.7, 1.35)
_MOST_LINES = 3
_HALF = 0.5
_MEDIAN_OF_NOISE = 0.693  # of its mean: the power of noise is spread exponentially
_BESIDE_HZ = 0.015
_SWINGS_HZ = (0.15, 1.4)


class Counted(NamedTuple):
    """Cycles of a window: rate in Hz (NaN where not sure), variation of their length, variance of their rate.

    Both variations are those of a filtered signal, in which a short cycle next to a long one is evened out: about a
    third lower than breath by breath.
    """

    rate_hz: float
    irregularity: float
    rate_variance: float


def measure_quality(wave: Floats, params: BreathingParams) -> Floats:
    """How plainly signals swing at one rate: the share of their power that does, times how even the swings are.

    Args:
        wave: shape (..., samples), five samples a second; exactly 0 where it was not seen.
        params: the group `breathing`.

    Returns:
        Shape (...), 0 to 1: about 0.25 for noise of any color, 0.5 and more for plain breathing; 0 where there is none,
        or hardly more than noise.
    """
    flat = wave.reshape(-1, wave.shape[-1])
    quality = np.zeros(len(flat))
    some = np.flatnonzero(flat.any(axis=1))
    if len(some):
        frequency, power = _spectra(flat[some])
        rate = _rates(frequency, power, params)
        swings = np.abs(_analytic(flat[some], rate, _BANDS[0]))
        quality[some] = _share(frequency, power, rate) * _evenness(swings, flat[some] != 0.0)
        quality[some[_over_noise(frequency, power, rate) < params.min_snr]] = 0.0
    return quality.reshape(wave.shape[:-1])


def count_cycles(waves: Floats, inner: Sequence[slice], params: BreathingParams) -> list[Counted | None]:
    """Count the cycles of windows.

    Args:
        waves: shape (windows, samples), five samples a second.
        inner: samples of each of which the rate is told; the others are only for the variation.
        params: the group `breathing`.

    Returns:
        One a window; None where there are fewer cycles than `breathing.min_cycles`.
    """
    if len(waves) == 0:
        return []
    rate = _rates(*_spectra(waves), params)
    phases = np.stack([np.unwrap(np.angle(_analytic(waves, rate, band))) for band in _BANDS], axis=1)
    return [_counted(three, part, params) for three, part in zip(phases, inner, strict=True)]


def _counted(phases: Floats, inner: slice, params: BreathingParams) -> Counted | None:
    """Cycles of a window, of which the phase in each passband is known, shape (bands, samples)."""
    # At the ends of a window a filter guesses.
    first, last = max(inner.start, _EDGE), min(inner.stop, phases.shape[1] - _EDGE) - 1
    if last <= first:
        return None
    rates = [(phase[last] - phase[first]) / (2.0 * np.pi) * SAMPLE_HZ / (last - first) for phase in phases]
    cycles_s = _cycles_s(phases[0])
    if len(cycles_s) < params.min_cycles:
        return None
    is_sure = (max(rates) - min(rates)) * _MINUTE_S < params.same_rate_per_min
    irregularity = float(cycles_s.std() / cycles_s.mean())
    return Counted(float(rates[0]) if is_sure else np.nan, irregularity, float(np.var(_MINUTE_S / cycles_s)))


def is_clockwork(wave: Floats, params: BreathingParams) -> bool:
    """Whether a signal keeps time as nothing alive does: nearly all of its power is at one rate, or at three at most.

    The power of noise, which is at all rates alike, is taken off before: a faint machine is one, and a breath that
    wanders a little is none, however plainly it is seen. Over several minutes the rate of breathing wanders by more
    than can be told apart in that time; that of a fan, a lamp or an encoder does not, nor do those of a mobile or of a
    curtain in the draft of a fan.

    Args:
        wave: shape (samples,), five samples a second.
        params: the group `breathing`.
    """
    n_samples = len(wave)
    if n_samples < params.clockwork_s * SAMPLE_HZ or not wave.any():
        return False
    power = np.abs(np.fft.rfft((wave - wave.mean()) * np.hanning(n_samples), _FINE * n_samples)) ** 2
    frequency = np.fft.rfftfreq(_FINE * n_samples, 1.0 / SAMPLE_HZ)
    power[(frequency < _SWINGS_HZ[0]) | (frequency > _SWINGS_HZ[1])] = 0.0
    bin_hz = SAMPLE_HZ / n_samples
    lines, rest = [], power.copy()
    for _ in range(_MOST_LINES):
        away = np.abs(frequency - frequency[np.argmax(rest)])
        lines.append(rest[away <= _LINE_BINS * bin_hz].sum())
        # What lies beside a line is a rate that wanders, and no other line.
        rest[away <= max(2.0 * bin_hz, _BESIDE_HZ)] = 0.0
    rate = frequency[np.argmax(power)]
    is_around = (frequency > _LINE_AROUND[0] * rate) & (frequency < _LINE_AROUND[1] * rate)
    is_swing = (frequency >= _SWINGS_HZ[0]) & (frequency <= _SWINGS_HZ[1])
    width = int(np.count_nonzero(np.abs(frequency - rate) <= _LINE_BINS * bin_hz))
    is_one = _beyond_noise(lines[0], width, power[is_around]) >= params.clockwork_share
    return bool(is_one or _beyond_noise(sum(lines), _MOST_LINES * width, power[is_swing]) >= params.clockwork_lines)


def _beyond_noise(lines: float, width: int, power: Floats) -> float:
    """Share of lines in the power of a band, noise taken off both; 0 where the lines are not even half of it.

    Args:
        lines: their power.
        width: how many frequencies they take up.
        power: of the band, shape (n,).
    """
    if lines < _HALF * power.sum():
        return 0.0
    noise = float(np.median(power)) / _MEDIAN_OF_NOISE
    rest = power.sum() - noise * len(power)
    return float(lines - noise * width) / rest if rest > 0 else 1.0


def measure_travel(wave: Floats) -> Floats:
    """How much each signal is followed or led by another one by a quarter of a cycle, as where a wave runs along.

    Args:
        wave: shape (samples, n), five samples a second.

    Returns:
        Shape (n,), 0 to 1: the largest imaginary part of its coherence with another signal; 0 for a single one.
    """
    if wave.shape[1] == 0:
        return np.zeros(0)
    spectrum = np.fft.fft(wave - wave.mean(axis=0), axis=0)
    frequency = np.fft.fftfreq(len(wave), 1.0 / SAMPLE_HZ)
    spectrum[(frequency < _SWINGS_HZ[0]) | (frequency > _SWINGS_HZ[1])] = 0.0
    cross = spectrum.conj().T @ spectrum
    size = np.sqrt(np.maximum(np.diag(cross).real, 1e-300))
    travel: Floats = np.abs((cross / (size[:, None] * size)).imag).max(axis=1)
    return travel


def _spectra(wave: Floats) -> tuple[Floats, Floats]:
    """Frequencies (F,) in Hz and power (n, F) of windows, averaged over pieces of half a minute."""
    n_samples = wave.shape[1]
    length = min(round(_PIECE_S * SAMPLE_HZ), n_samples)
    window = np.hanning(length)
    firsts = range(0, n_samples - length + 1, max(length // 2, 1))
    power = sum(
        np.abs(np.fft.rfft((piece - piece.mean(axis=1, keepdims=True)) * window, _FINE * length, axis=1)) ** 2
        for piece in (wave[:, first : first + length] for first in firsts)
    )
    frequency = np.asarray(np.fft.rfftfreq(_FINE * length, 1.0 / SAMPLE_HZ), np.float64)
    return frequency, np.asarray(power, np.float64) / len(firsts)


def _rates(frequency: Floats, power: Floats, params: BreathingParams) -> Floats:
    """Rate of each spectrum, Hz: its peak, or half of that where there is as much; breaths of two heights are one."""
    width = max(round(_SMOOTH_HZ / frequency[1]), 1) | 1
    padded = np.pad(power, ((0, 0), (width // 2, width // 2)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    smooth = (sums[:, width:] - sums[:, :-width]) / width
    low = int(np.searchsorted(frequency, params.min_rate_hz))
    high = int(np.searchsorted(frequency, params.max_rate_hz, side="right"))
    peak = low + smooth[:, low:high].argmax(axis=1)
    half = peak // 2
    rows = np.arange(len(power))
    is_double = (half >= low) & (smooth[rows, half] > params.half_power * smooth[rows, peak])
    rates: Floats = frequency[np.where(is_double, half, peak)]
    return rates


def _within(frequency: Floats, rate: Floats, band: tuple[float, float]) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (frequency > band[0] * rate[:, None]) & (frequency < band[1] * rate[:, None])
    return inside


def _share(frequency: Floats, power: Floats, rate: Floats) -> Floats:
    """Share of the power at about the rate and its double."""
    counted = (frequency > _LOW_HZ) & (frequency < _HIGH_HZ)
    swings = (_within(frequency, rate, _NEAR) | _within(frequency, rate, _DOUBLE)) & counted
    share: Floats = (power * swings).sum(axis=1) / np.maximum((power * counted).sum(axis=1), 1e-300)
    return share


def _over_noise(frequency: Floats, power: Floats, rate: Floats) -> Floats:
    """Power a frequency at about the rate over that of the fastest changes."""
    near = _within(frequency, rate, (0.9, 1.1))
    level = (power * near).sum(axis=1) / np.maximum(near.sum(axis=1), 1)
    noise = np.median(power[:, (frequency > _NOISE_HZ[0]) & (frequency < _NOISE_HZ[1])], axis=1)
    over: Floats = level / np.maximum(noise, 1e-300)
    return over


def _analytic(wave: Floats, rate: Floats, band: tuple[float, float]) -> NDArray[np.complex128]:
    """Windows of what swings at about their rates, as analytic signals: amplitude and phase."""
    longer = mirrored(wave, _MIRRORED)
    frequency = np.fft.fftfreq(longer.shape[1], 1.0 / SAMPLE_HZ)
    low, high = np.maximum(band[0] * rate, _LOW_HZ)[:, None], np.minimum(band[1] * rate, _HIGH_HZ)[:, None]
    passes = 2.0 * band_gain(frequency, low, high)
    spectrum = np.fft.fft(longer, axis=1)
    filtered: NDArray[np.complex128] = np.fft.ifft(spectrum * passes, axis=1)[:, _MIRRORED:-_MIRRORED]
    return filtered


def _evenness(swings: Floats, is_seen: NDArray[np.bool_]) -> Floats:
    """How much alike the amplitudes of each window are where it was seen, 0 to 1: about 0.5 for noise."""
    ordered = np.sort(np.where(is_seen, swings, np.inf), axis=1)
    n_seen = is_seen.sum(axis=1)
    rows = np.arange(len(ordered))
    low, middle, high = (ordered[rows, (share * (n_seen - 1)).astype(int)] for share in (0.16, 0.5, 0.84))
    even: Floats = np.clip(1.0 - (high - low) / np.maximum(2.0 * middle, 1e-300), 0.0, 1.0)
    return even


def _cycles_s(phase: Floats) -> Floats:
    """Lengths of the whole cycles of a phase, s."""
    forward = np.maximum.accumulate(phase)
    turns = 2.0 * np.pi * np.arange(np.ceil(forward[0] / (2.0 * np.pi)), np.floor(forward[-1] / (2.0 * np.pi)) + 1)
    steps, first = np.unique(forward, return_index=True)
    lengths: Floats = np.diff(np.interp(turns, steps, first)) / SAMPLE_HZ
    return lengths

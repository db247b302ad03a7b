"""Cycles of slow signals: rate and variation as they were drawn, and neither in noise nor in clockwork."""

import numpy as np
import pytest
from numpy.typing import NDArray

from detector.events.cycles import Counted, count_cycles, is_clockwork, measure_quality, measure_travel
from detector.motion.breathing import SAMPLE_HZ
from detector.params import BreathingParams

PARAMS = BreathingParams()
ALL = slice(0, 300)


def counted_of(wave: NDArray[np.float64], inner: slice = ALL) -> Counted | None:
    (counted,) = count_cycles(wave[None], [inner], PARAMS)
    return counted


def breath_times(rate_hz: float, variation: float, length_s: float, seed: int) -> NDArray[np.float64]:
    """Starts of breaths whose lengths vary independently, s."""
    random = np.random.default_rng(seed)
    lengths = np.exp(variation * random.standard_normal(round(2.5 * length_s * rate_hz) + 20)) / rate_hz
    return np.cumsum(lengths) - 2.0


def breathing(starts_s: NDArray[np.float64], length_s: float, rise: float = 1.0) -> NDArray[np.float64]:
    """Breaths in which the chest rises and sinks during the share `rise` of each cycle, five samples a second."""
    fine_s = np.arange(0.0, length_s, 0.02)
    cycle = np.searchsorted(starts_s, fine_s, side="right") - 1
    phase = (fine_s - starts_s[cycle]) / np.diff(starts_s)[cycle]
    high = np.where(phase < rise, np.sin(np.pi * np.minimum(phase / rise, 1.0)) ** 2, 0.0)
    wave = high.reshape(-1, 10).mean(axis=1)
    return wave - wave.mean()


def noisy(wave: NDArray[np.float64], ratio: float, seed: int = 0) -> NDArray[np.float64]:
    """With white noise of `ratio` times the signal's standard deviation."""
    return wave + ratio * wave.std() * np.random.default_rng(seed).standard_normal(len(wave))


def cycles_within(starts_s: NDArray[np.float64], start_s: float, stop_s: float) -> float:
    """Cycles in an interval, with fractions."""
    first, last = np.interp([start_s, stop_s], starts_s, np.arange(len(starts_s)))
    return float(last - first)


@pytest.mark.parametrize("rate_hz", [0.4, 0.7, 1.2])
@pytest.mark.parametrize("rise", [0.4, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_the_rate_is_that_of_the_breaths(rate_hz: float, rise: float, seed: int) -> None:
    starts_s = breath_times(rate_hz, 0.06, 60.0, seed)
    counted = counted_of(noisy(breathing(starts_s, 60.0, rise), 0.25), slice(75, 225))
    assert counted is not None
    true_hz = cycles_within(starts_s, 15.1, 44.9) / 29.8
    assert 60 * counted.rate_hz == pytest.approx(60 * true_hz, abs=1.0)


@pytest.mark.parametrize("variation", [0.03, 0.08, 0.15])
def test_variation_is_about_two_thirds_of_that_of_the_breaths(variation: float) -> None:
    found = [
        counted.irregularity
        for seed in range(8)
        if (counted := counted_of(breathing(breath_times(0.7, variation, 60.0, seed), 60.0)))
    ]
    assert np.median(found) == pytest.approx(0.67 * variation, rel=0.2)


def test_variance_of_the_rate_is_in_breaths_a_minute() -> None:
    counted = counted_of(breathing(breath_times(0.7, 0.1, 60.0, 3), 60.0))
    assert counted is not None
    assert np.sqrt(counted.rate_variance) == pytest.approx(42.0 * counted.irregularity, rel=0.2)


def test_where_cycles_cannot_be_counted_no_rate_is_told() -> None:
    wrong = 0
    for seed in range(20):
        starts_s = breath_times(0.8, 0.35, 60.0, seed)
        counted = counted_of(noisy(breathing(starts_s, 60.0), 0.7, seed))
        true_hz = cycles_within(starts_s, 0.1, 59.9) / 59.8
        wrong += counted is not None and abs(counted.rate_hz - true_hz) * 60 > 3.0  # NaN is not wrong
    assert wrong <= 2


def test_a_breath_twice_as_strong_is_one_breath() -> None:
    starts_s = breath_times(0.55, 0.05, 60.0, 2)
    wave = breathing(starts_s, 60.0, 0.4)
    times_s = np.arange(300) / SAMPLE_HZ
    for start_s, stop_s in zip(starts_s[::5], starts_s[1::5], strict=False):
        wave[(times_s >= start_s) & (times_s < stop_s)] *= 2.0
    counted = counted_of(wave)
    assert counted is not None
    assert 60 * counted.rate_hz == pytest.approx(60 * cycles_within(starts_s, 0.1, 59.9) / 59.8, abs=1.0)


def test_breaths_of_two_heights_in_turn_are_not_half_as_many() -> None:
    starts_s = breath_times(0.8, 0.04, 60.0, 5)
    wave = breathing(starts_s, 60.0)
    times_s = np.arange(300) / SAMPLE_HZ
    for start_s, stop_s in zip(starts_s[::2], starts_s[1::2], strict=False):
        wave[(times_s >= start_s) & (times_s < stop_s)] *= 0.8
    counted = counted_of(wave)
    assert counted is not None
    assert counted.rate_hz == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("color", [0.0, 0.5, 0.9])
def test_noise_is_no_breathing(color: float) -> None:
    random = np.random.default_rng(1)
    noise = random.standard_normal((60, 300))
    for sample in range(1, 300):
        noise[:, sample] += color * noise[:, sample - 1]
    assert (measure_quality(noise, PARAMS) >= PARAMS.min_quality).mean() <= 0.05


@pytest.mark.parametrize("variation", [0.04, 0.15])
def test_breathing_is_plain(variation: float) -> None:
    waves = [noisy(breathing(breath_times(0.6, variation, 60.0, seed), 60.0), 0.3, seed) for seed in range(12)]
    assert (measure_quality(np.stack(waves), PARAMS) >= PARAMS.min_quality).mean() >= 0.9


def test_movement_that_comes_and_goes_is_not_plain_breathing() -> None:
    times_s = np.arange(300) / SAMPLE_HZ
    burst = np.sin(2 * np.pi * 0.9 * times_s) * ((times_s > 20) & (times_s < 32))
    assert measure_quality(noisy(burst, 0.1)[None], PARAMS)[0] < PARAMS.min_quality


def test_nothing_at_all_has_no_quality_and_no_cycles() -> None:
    assert measure_quality(np.zeros((2, 3, 300)), PARAMS).tolist() == [[0.0] * 3] * 2
    assert counted_of(np.zeros(300)) is None


@pytest.mark.parametrize("rate_hz", [0.3, 0.65, 1.0])
def test_what_keeps_time_is_clockwork(rate_hz: float) -> None:
    times_s = np.arange(900) / SAMPLE_HZ
    assert is_clockwork(noisy(np.sin(2 * np.pi * rate_hz * times_s), 0.3), PARAMS)


@pytest.mark.parametrize("ratio", [0.03, 0.3, 1.0])
@pytest.mark.parametrize("length_s", [110.0, 240.0])
def test_a_machine_is_one_at_any_rate_and_however_faint(ratio: float, length_s: float) -> None:
    times_s = np.arange(0.0, length_s, 1.0 / SAMPLE_HZ)
    for seed, rate_hz in enumerate(np.random.default_rng(7).uniform(0.35, 1.25, 12)):
        assert is_clockwork(noisy(np.sin(2 * np.pi * rate_hz * times_s), ratio, seed), PARAMS)


@pytest.mark.parametrize("rate_hz", [0.4, 0.6, 0.9, 1.2])
def test_even_breaths_that_are_plainly_seen_are_no_clockwork(rate_hz: float) -> None:
    waves = [noisy(breathing(breath_times(rate_hz, 0.05, 240.0, seed), 240.0), 0.03, seed) for seed in range(20)]
    assert sum(is_clockwork(wave, PARAMS) for wave in waves) <= 1


@pytest.mark.parametrize("seed", range(4))
def test_a_curtain_that_sways_at_three_rates_is_clockwork(seed: int) -> None:
    random = np.random.default_rng(seed)
    times_s = np.arange(900) / SAMPLE_HZ
    rates_hz, phases = np.array([0.23, 0.37, 0.52]) + random.uniform(-0.04, 0.04, 3), random.uniform(0, 6, 3)
    swaying = np.sin(2 * np.pi * rates_hz[:, None] * times_s + phases[:, None]).sum(axis=0)
    assert is_clockwork(noisy(swaying, 0.15), PARAMS)


@pytest.mark.parametrize("variation", [0.06, 0.1, 0.25])
@pytest.mark.parametrize("seed", range(5))
def test_breathing_is_no_clockwork(seed: int, variation: float) -> None:
    assert not is_clockwork(breathing(breath_times(0.6, variation, 240.0, seed), 240.0), PARAMS)


def test_a_wave_that_runs_along_travels_and_a_chest_does_not() -> None:
    times_s = np.arange(900) / SAMPLE_HZ
    phase = 2 * np.pi * 0.4 * times_s + np.sin(times_s / 5)
    chest = breathing(breath_times(0.6, 0.1, 180.0, 2), 180.0)
    signals = np.stack([noisy(one, 0.3, n) for n, one in enumerate((np.sin(phase), np.cos(phase), chest, -chest))])
    travel = measure_travel(signals.T)
    assert (travel[:2] > 0.8).all()
    assert (travel[2:] < 0.3).all()
    assert measure_travel(signals[:1].T).tolist() == [0.0]
    assert measure_travel(signals[:0].T).tolist() == []


def test_in_a_short_time_nothing_is_told_to_be_clockwork() -> None:
    times_s = np.arange(200) / SAMPLE_HZ
    assert not is_clockwork(np.sin(2 * np.pi * 0.7 * times_s), PARAMS)

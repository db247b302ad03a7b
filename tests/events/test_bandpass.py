"""The band-pass filter against the one it stands for."""

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt, sosfreqz

from detector.events.bandpass import bandpass, butterworth


@pytest.mark.parametrize(
    ("count", "low", "high", "pad"),
    [(120, 0.1, 0.3, 40), (60, 0.05, 0.2, 59), (400, 0.2, 0.64, 12), (300, 0.001, 0.99, 20), (2, 0.3, 0.9, 1)],
)
def test_it_equals_a_filter_run_forward_and_backward(count: int, low: float, high: float, pad: int) -> None:
    signal = np.random.default_rng(3).normal(size=count).cumsum() + 5.0
    expected = sosfiltfilt(butter(2, [low, high], btype="band", output="sos"), signal, padlen=pad)
    assert bandpass(signal, low, high, pad) == pytest.approx(expected, rel=1e-9, abs=1e-9 * np.abs(signal).max())


def test_a_rate_in_the_band_passes_in_phase() -> None:
    time = np.arange(400) / 15.0
    signal = np.sin(2.0 * np.pi * 1.2 * time)
    found = bandpass(signal + 0.05 * time + 3.0, 0.6 / 7.5, 1.92 / 7.5, 60)
    assert found[60:-60] == pytest.approx(signal[60:-60], abs=0.05)


def test_its_response_is_half_the_power_at_its_edges() -> None:
    sections = np.array([[b0, b1, b2, 1.0, a1, a2] for b0, b1, b2, a1, a2 in butterworth(0.1, 0.4)])
    _, response = sosfreqz(sections, worN=np.pi * np.array([0.1, 0.4]))
    assert np.abs(response) ** 2 == pytest.approx(0.5)

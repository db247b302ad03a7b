"""The ideal observer, and the tracked table of sensitivity."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest

from detector.truth.encode import Picture
from tests.accuracy.sensitivity import (
    AMPLITUDES_PX,
    DURATIONS_S,
    ENCODINGS,
    EXTENTS_PX,
    N_EACH,
    TABLE,
    cut,
    ideal_d_prime,
    plan_twitches,
    plot_sensitivity,
    window_of,
)

RNG = np.random.default_rng(5)


def white(n: int, sd: float) -> list[np.ndarray]:
    return [RNG.normal(100.0, sd, (8, 24, 24)).astype(np.float32) for _ in range(n)]


def template(size: float) -> np.ndarray:
    shape = np.zeros((8, 24, 24), np.float32)
    shape[4:6, 8:16, 8:16] = size
    return shape


@pytest.mark.parametrize("sd", [1.0, 4.0])
def test_d_prime_in_white_noise_follows_theory(sd: float) -> None:
    # Energy of the template over the noise of one difference; the mean of 3 pictures before adds to it, alike in both.
    shape = template(1.0)
    others = white(400, sd)
    per_picture = shape.sum(axis=(1, 2))
    expected = (shape**2).sum() / np.sqrt(sd**2 * ((shape**2).sum() + (per_picture.sum() ** 2 / 64) / 3))
    found = np.mean([ideal_d_prime(shape, seen + shape, others) for seen in white(60, sd)])
    assert found == pytest.approx(expected, rel=0.15)


def test_d_prime_is_zero_where_nothing_is_left() -> None:
    others = white(200, 2.0)
    assert abs(np.mean([ideal_d_prime(template(3.0), seen, others) for seen in white(50, 2.0)])) < 0.5


def test_each_size_is_planted_alike_and_none_meets_the_next() -> None:
    plan = plan_twitches(RNG.integers(0, 255, (360, 640)).astype(np.uint8))
    sizes = pd.Series([(one.amp_px, one.duration_s, one.sigma_px) for one in plan]).value_counts()
    assert set(sizes.index) == set(product(AMPLITUDES_PX, DURATIONS_S, EXTENTS_PX))
    assert set(sizes) == {N_EACH}
    assert min(later.onset_s - one.stop_s for one, later in pairwise(plan)) > 1.0


def test_a_window_holds_the_twitch_and_what_was_before() -> None:
    one = plan_twitches(RNG.integers(0, 255, (360, 640)).astype(np.uint8))[0]
    window = window_of(one)
    pictures = [Picture(k / 15, np.full((360, 640), k, np.uint8)) for k in range(200)]
    (piece,) = cut(pictures, [window])
    times_s = piece[:, 0, 0] / 15
    assert (times_s < one.onset_s).sum() in {3, 4}
    assert times_s.max() < one.stop_s <= times_s.max() + 1 / 15 + 1e-9
    assert piece.shape[1:] == (window.rows.stop - window.rows.start, window.columns.stop - window.columns.start)


def test_the_tracked_table_is_whole_and_large_twitches_are_found() -> None:
    table = pd.read_csv(TABLE)
    assert list(dict.fromkeys(table["encoding"])) == list(ENCODINGS)
    assert len(table) == len(ENCODINGS) * len(AMPLITUDES_PX) * len(DURATIONS_S) * len(EXTENTS_PX)
    large = table[(table["amplitude_px"] == max(AMPLITUDES_PX)) & (table["duration_s"] > 0.2)]
    assert large["found"].sum() >= 0.9 * large["n"].sum()
    assert (table["ideal"] >= table["found"]).mean() > 0.9


def test_the_figure_shows_both_observers_for_each_encoding() -> None:
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt

    ax = plot_sensitivity(pd.read_csv(TABLE))
    assert len(ax.get_lines()) == 2 * len(ENCODINGS)
    plt.close("all")

"""The noise floor: quantiles against plain references, gains, frozen pictures, the phase of the second."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.floor import (
    _spread_out,
    find_frozen,
    frame_levels,
    gains,
    loudness,
    measure_floor,
    measure_key_floor,
    measure_level,
    measure_middle,
    noise_floor,
    sampled,
    some_cells,
    tick_share,
)
from detector.params import NoiseParams

PARAMS = NoiseParams()
FPS = 20.0


def noise(n_frames: int, n_cells: int = 40, scale: float = 1.0, seed: int = 0) -> NDArray[np.float32]:
    """Energies of pure noise: squares of normal deviates."""
    deviates = np.random.default_rng(seed).normal(0.0, scale, (n_frames, n_cells))
    return (deviates**2).astype(np.float32)


def ascending(energy: NDArray[np.float32], params: NoiseParams) -> NDArray[np.float32]:
    """What a floor is read from."""
    return np.sort(sampled(energy, params), axis=1)


def no(n_frames: int) -> NDArray[np.bool_]:
    return np.zeros(n_frames, bool)


class TestMeasureFloor:
    @given(st.integers(1, 700), st.floats(0.5, 0.99), st.integers(8, 200), st.integers(0, 9))
    @settings(max_examples=60)
    def test_it_is_an_exact_order_statistic(self, n_frames: int, quantile: float, samples: int, seed: int) -> None:
        params = NoiseParams(quantile=quantile, samples=samples)
        energy = noise(n_frames, 7, seed=seed)
        rows = energy[_spread_out(n_frames, samples)]
        place = len(rows) - 1 - int((1.0 - quantile) * len(rows))
        assert np.array_equal(
            measure_floor(ascending(energy, params), params), np.partition(rows, place, axis=0)[place]
        )

    def test_of_no_frames_it_is_zero(self) -> None:
        assert np.array_equal(measure_floor(ascending(np.zeros((0, 5), np.float32), PARAMS), PARAMS), np.zeros(5))

    def test_each_cell_has_its_own(self) -> None:
        energy = noise(400, 2) * np.array([1.0, 9.0], np.float32)
        low, high = measure_floor(ascending(energy, PARAMS), PARAMS)
        assert high / low == pytest.approx(9.0, rel=0.4)

    def test_a_brief_movement_does_not_raise_it(self) -> None:
        energy = noise(300)
        moved = energy.copy()
        moved[100:106] += 500.0
        assert measure_floor(ascending(moved, PARAMS), PARAMS).max() < 20.0

    @pytest.mark.parametrize("step", [2, 3, 4, 5, 10, 15, 25])
    def test_what_comes_at_a_fixed_step_is_not_passed_over(self, step: int) -> None:
        for n_frames in (300, 384, 450, 600):
            for phase in range(step):
                # A change shows for as long as the lag: for two or three frames.
                share = np.mean((_spread_out(n_frames, 128) - phase) % step < 2) / 2.0
                assert share == pytest.approx(1.0 / step, abs=0.08)
                assert share > 0.0

    def test_the_energies_are_not_changed(self) -> None:
        energy = noise(50)
        before = energy.copy()
        measure_floor(ascending(energy, PARAMS), PARAMS)
        assert np.array_equal(energy, before)


class TestMiddle:
    @given(st.integers(1, 700), st.integers(8, 200))
    @settings(max_examples=30)
    def test_the_middle_is_a_median(self, n_frames: int, samples: int) -> None:
        energy = noise(n_frames, 5)
        rows = energy[_spread_out(n_frames, max(samples // 4, 1))]
        assert np.array_equal(
            measure_middle(energy, NoiseParams(samples=samples)), np.sort(rows, axis=0)[len(rows) // 2]
        )

    def test_of_no_frames_it_is_zero(self) -> None:
        assert np.array_equal(measure_middle(np.zeros((0, 3), np.float32), PARAMS), np.zeros(3))


class TestLevels:
    def test_a_limb_hardly_lifts_the_level_of_a_frame_and_light_does(self) -> None:
        energy = noise(100, 400)
        floor = measure_floor(ascending(energy, PARAMS), PARAMS)
        limb, light = energy.copy(), energy.copy()
        limb[50, :12] += 1000.0
        light[50] += 1000.0
        usual = frame_levels(energy, floor, PARAMS)
        assert frame_levels(limb, floor, PARAMS)[50] == pytest.approx(usual[50], abs=0.07)
        assert frame_levels(light, floor, PARAMS)[50] == pytest.approx(2.0)

    def test_of_nothing_it_is_zero(self) -> None:
        assert not frame_levels(np.zeros((4, 9), np.float32), np.zeros(9, np.float32), PARAMS).any()

    def test_many_cells_are_sampled(self) -> None:
        energy = noise(30, 20000)
        floor = measure_floor(ascending(energy, PARAMS), PARAMS)
        exact = np.minimum(energy / (floor + PARAMS.minimum), 2.0).mean(axis=1)
        some = some_cells(energy)
        assert 500 <= some.shape[1] <= 1100
        assert frame_levels(some, some_cells(floor), PARAMS) == pytest.approx(exact, rel=0.15)
        assert loudness(some) == pytest.approx(loudness(energy), rel=0.15)

    def test_the_level_of_a_block_is_its_noise_not_its_movement(self) -> None:
        energy = noise(300, 400, scale=0.5)
        moved = energy.copy()
        moved[:150] += 300.0
        assert measure_level(loudness(energy), PARAMS) == pytest.approx(0.25, rel=0.3)
        assert measure_level(loudness(moved), PARAMS) == pytest.approx(0.25, rel=0.3)
        assert measure_level(np.zeros(0, np.float32), PARAMS) == 0.0


class TestGains:
    def test_usual_frames_have_gain_one(self) -> None:
        level = np.full(100, 0.5, np.float32)
        assert np.array_equal(gains(level, no(100), PARAMS), np.ones(100))

    def test_a_frame_in_which_everything_is_louder_has_more(self) -> None:
        level = np.full(200, 0.5, np.float32)
        level[77] = 1.5
        found = gains(level, no(200), PARAMS)
        assert found[77] == pytest.approx(3.0)
        assert np.delete(found, 77) == pytest.approx(1.0)

    def test_loud_key_frames_are_not_usual(self) -> None:
        level, is_key = np.full(100, 0.5, np.float32), no(100)
        is_key[::10], level[::10] = True, 2.0
        assert gains(level, is_key, PARAMS)[::10] == pytest.approx(4.0)

    def test_where_every_frame_is_a_key_frame_all_are_usual(self) -> None:
        level = np.full(50, 0.7, np.float32)
        assert np.array_equal(gains(level, ~no(50), PARAMS), np.ones(50))

    @given(st.lists(st.floats(0, 2, width=32), min_size=1, max_size=60))
    def test_never_below_one(self, levels: list[float]) -> None:
        found = gains(np.array(levels, np.float32), no(len(levels)), PARAMS)
        assert found.dtype == np.float32
        assert (found >= 1.0).all()


class TestNoiseFloor:
    @pytest.mark.parametrize(("share", "expected"), [(0.0, 0.5), (0.5, 0.5), (0.75, 0.5), (0.9, 9.0)])
    def test_movement_in_much_of_the_picture_does_not_raise_it(self, share: float, expected: float) -> None:
        floors = np.full((8, 100), 0.5, np.float32)
        floors[:, : round(100 * share)] = 9.0
        assert noise_floor(floors, np.full(8, 1.0), PARAMS) == expected

    def test_blocks_without_any_do_not_lower_it(self) -> None:
        floors = np.full((8, 100), 0.5, np.float32)
        floors[2:] = 0.0
        assert noise_floor(floors, np.array([1.0, 1.0, *[0.0] * 6]), PARAMS) == 0.5

    def test_of_nothing_it_is_zero(self) -> None:
        assert noise_floor(np.zeros((0, 4), np.float32), np.zeros(0), PARAMS) == 0.0
        assert noise_floor(np.zeros((3, 4), np.float32), np.zeros(3), PARAMS) == 0.0


class TestFindFrozen:
    """Levels at 20 fps; usual noise 0.5."""

    @staticmethod
    def find(
        level: NDArray[np.float32], is_key: NDArray[np.bool_] | None = None, noise: float = 1.5
    ) -> NDArray[np.bool_]:
        duration_s = np.full(len(level), 1.0 / FPS, np.float32)
        return find_frozen(level, no(len(level)) if is_key is None else is_key, duration_s, noise, PARAMS)

    def test_two_silent_seconds_are_frozen(self) -> None:
        level = np.full(400, 0.5, np.float32)
        level[100:140] = 0.0
        assert np.flatnonzero(self.find(level)).tolist() == list(range(100, 140))

    def test_half_a_second_is_not(self) -> None:
        level = np.full(400, 0.5, np.float32)
        level[100:110] = 0.0
        assert not self.find(level).any()

    def test_a_key_frame_inside_does_not_end_it(self) -> None:
        level, is_key = np.full(400, 0.5, np.float32), no(400)
        level[100:140], level[115], is_key[115] = 0.0, 1.9, True
        assert self.find(level, is_key)[100:140].all()

    def test_where_the_encoder_erases_all_noise_stillness_says_nothing(self) -> None:
        level = np.zeros(400, np.float32)
        level[::40] = 1.0
        assert not self.find(level).any()

    def test_what_was_not_measured_is_not_frozen(self) -> None:
        level = np.full(400, 0.5, np.float32)
        level[100:200] = np.nan
        assert not self.find(level).any()
        assert not self.find(np.full(40, np.nan, np.float32)).any()
        assert len(self.find(np.zeros(0, np.float32))) == 0

    def test_one_frame_a_second_with_a_key_frame_now_and_then_is_not_frozen(self) -> None:
        level, is_key = np.full(60, 0.5, np.float32), no(60)
        is_key[::5] = True
        assert not find_frozen(level, is_key, np.ones(60, np.float32), 1.5, PARAMS).any()

    @pytest.mark.parametrize(("rest", "noise"), [(0.04, 0.15), (0.0, 0.0)], ids=["with noise", "noise erased"])
    def test_rests_of_an_infant_who_moves_most_of_the_picture_are_not(self, rest: float, noise: float) -> None:
        level = np.full(400, 1.5, np.float32)
        level[100:200] = rest
        assert not self.find(level, noise=noise).any()

    @given(st.integers(0, 300), st.integers(0, 100))
    @settings(max_examples=30)
    def test_only_silent_frames_and_only_for_long_enough(self, start: int, length: int) -> None:
        level = np.full(400, 0.5, np.float32)
        level[start : start + length] = 0.0
        expected = no(400)
        if length / FPS >= PARAMS.frozen_s:
            expected[start : start + length] = True
        assert np.array_equal(self.find(level), expected)


class TestTickShare:
    TIME_S = np.arange(0, 30, 1.0 / FPS)

    def share(self, energy: NDArray[np.float32]) -> NDArray[np.float32]:
        return tick_share(energy, measure_floor(ascending(energy, PARAMS), PARAMS), self.TIME_S)

    def test_a_cell_that_changes_with_the_second_keeps_its_phase(self) -> None:
        energy = noise(len(self.TIME_S), 3, scale=0.3)
        energy[:: int(FPS), 1] += 80.0
        calm, clock, other = self.share(energy)
        assert clock > 0.6
        assert max(calm, other) < 0.2

    def test_one_strong_movement_is_no_clock(self) -> None:
        energy = noise(len(self.TIME_S), 1)
        energy[200:206] += 5000.0
        assert self.share(energy)[0] < 0.2

    @pytest.mark.parametrize("period_s", [0.7, 1.35, 2.6])
    def test_another_period_is_no_clock(self, period_s: float) -> None:
        energy = noise(len(self.TIME_S), 1, scale=0.3)
        energy[np.unique((np.arange(0, 29.9, period_s) * FPS).astype(int))] += 80.0
        assert self.share(energy)[0] < 0.4

    def test_frames_that_do_not_count_leave_no_trace(self) -> None:
        energy = noise(len(self.TIME_S), 5, scale=0.3)
        energy[7 :: int(FPS), 0] += 80.0
        calm = np.flatnonzero(np.arange(len(energy)) % 4)
        louder = energy.copy()
        louder[::4] = 1000.0
        for measure in (sampled, measure_middle):
            assert np.array_equal(measure(louder, PARAMS, calm), measure(energy[calm], PARAMS))
        floor = measure_floor(ascending(energy[calm], PARAMS), PARAMS)
        expected = tick_share(energy[calm], floor, self.TIME_S[calm])
        assert tick_share(louder, floor, self.TIME_S, calm, room=louder) == pytest.approx(expected, rel=1e-4)

    def test_the_phase_does_not_matter(self) -> None:
        energy = noise(len(self.TIME_S), 1, scale=0.3)
        energy[7 :: int(FPS), 0] += 80.0
        assert self.share(energy)[0] > 0.6

    def test_of_no_frames_it_is_zero(self) -> None:
        share = tick_share(np.zeros((0, 4), np.float32), np.zeros(4, np.float32), np.zeros(0))
        assert share.shape == (4,)
        assert not share.any()


class TestKeyFloor:
    def test_it_is_an_order_statistic(self) -> None:
        energy = noise(41)
        assert np.array_equal(measure_key_floor(energy, PARAMS), np.sort(energy, axis=0)[32])

    def test_too_few_key_frames_cannot_be_judged(self) -> None:
        most = 255.0**2 / 2
        assert (measure_key_floor(noise(PARAMS.min_key_frames - 1), PARAMS) > most).all()
        assert (measure_key_floor(noise(PARAMS.min_key_frames), PARAMS) < 20.0).all()

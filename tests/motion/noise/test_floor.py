"""The noise floor: quantiles against plain references, gains, frozen pictures, the phase of the second."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from detector.motion.noise.floor import (
    _spread_out,
    camera_floor,
    find_frozen,
    frame_levels,
    gains,
    loudness,
    measure_floor,
    measure_key_floor,
    measure_level,
    measure_middle,
    ordered,
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
        assert np.array_equal(measure_floor(ordered(energy, params), params), np.partition(rows, place, axis=0)[place])

    def test_of_no_frames_it_is_zero(self) -> None:
        assert np.array_equal(measure_floor(ordered(np.zeros((0, 5), np.float32), PARAMS), PARAMS), np.zeros(5))

    def test_each_cell_has_its_own(self) -> None:
        energy = noise(400, 2) * np.array([1.0, 9.0], np.float32)
        low, high = measure_floor(ordered(energy, PARAMS), PARAMS)
        assert high / low == pytest.approx(9.0, rel=0.4)

    def test_a_brief_movement_does_not_raise_it(self) -> None:
        energy = noise(300)
        moved = energy.copy()
        moved[100:106] += 500.0
        assert measure_floor(ordered(moved, PARAMS), PARAMS).max() < 20.0

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
        measure_floor(ordered(energy, PARAMS), PARAMS)
        assert np.array_equal(energy, before)


class TestCameraFloor:
    """What moves, however often, is not the noise of its own place."""

    @staticmethod
    def floors(moves: NDArray[np.bool_], strength: float = 60.0) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The usual and the camera's floor of 400 cells of which ten move in some frames."""
        energy = noise(len(moves), 400)
        energy[moves, :10] += strength
        usual = measure_floor(ordered(energy, PARAMS), PARAMS)
        return usual, camera_floor(ordered(energy, PARAMS), usual, PARAMS)

    def test_noise_alone_is_the_floor(self) -> None:
        usual, floor = self.floors(no(400))
        assert np.mean(floor < usual) < 0.3
        assert np.median(floor / usual) == 1.0

    def test_a_limb_that_twitches_14_times_a_minute_is_not_its_own_floor(self) -> None:
        usual, floor = self.floors(np.arange(400) / FPS % (60.0 / 14.0) < 0.4)
        assert usual[:10].min() > 50.0
        assert floor[:10].max() < 2.2 * np.median(floor)

    @pytest.mark.parametrize(("strength", "is_closer"), [(60.0, True), (10.0, False)], ids=["a limb", "scraps"])
    def test_only_where_something_plainly_moves_it_is_told_more_closely(
        self, strength: float, *, is_closer: bool
    ) -> None:
        """What an encoder shows of a breathing chest now and then is no movement."""
        energy = noise(400, 400)
        energy[np.arange(400) / FPS % 4.0 < 0.4, :10] += strength
        sample = ordered(energy, PARAMS)
        usual = measure_floor(sample, PARAMS)
        by_often = camera_floor(sample, usual, PARAMS.model_copy(update={"duty_floors": 1e6}))
        assert bool((camera_floor(sample, usual, PARAMS)[:10] < by_often[:10]).any()) is is_closer

    def test_a_lamp_that_changes_the_whole_picture_makes_no_floor_closer(self) -> None:
        energy = noise(400, 400)
        energy[[100, 101, 200, 201, 300, 301]] += 60.0
        sample = ordered(energy, PARAMS)
        usual = measure_floor(sample, PARAMS)
        by_often = camera_floor(sample, usual, PARAMS.model_copy(update={"duty_floors": 1e6}))
        assert np.array_equal(camera_floor(sample, usual, PARAMS), by_often)

    def test_an_infant_who_never_rests_is_not_either(self) -> None:
        usual, floor = self.floors(~no(400), 400.0)
        assert usual[:10].min() > 300.0
        most = PARAMS.most_usual * (np.median(usual) + PARAMS.minimum)
        assert floor[:10].max() <= most * 1.001
        assert floor[:10].max() < 100.0

    def test_breathing_that_swells_for_half_of_each_cycle_stays_in_it(self) -> None:
        usual, floor = self.floors(np.arange(400) / FPS % 2.0 < 1.0, 8.0)
        assert np.array_equal(floor[:10], usual[:10])
        assert floor[:10].min() > 8.0

    def test_it_is_never_above_the_usual_one(self) -> None:
        for share in (0.0, 0.1, 0.5, 1.0):
            usual, floor = self.floors(np.random.default_rng(3).random(400) < share)
            assert (floor <= usual).all()

    def test_of_no_frames_it_is_what_it_was(self) -> None:
        given_floor = np.full(5, 3.0, np.float32)
        assert np.array_equal(camera_floor(np.zeros((5, 0), np.float32), given_floor, PARAMS), given_floor)


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
        floor = measure_floor(ordered(energy, PARAMS), PARAMS)
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
        floor = measure_floor(ordered(energy, PARAMS), PARAMS)
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


class TestFindFrozen:
    """Levels at 20 fps; usual noise 0.5."""

    @staticmethod
    def find(level: NDArray[np.float32], is_key: NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
        duration_s = np.full(len(level), 1.0 / FPS, np.float32)
        return find_frozen(level, no(len(level)) if is_key is None else is_key, duration_s, PARAMS)

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
        assert not find_frozen(level, is_key, np.ones(60, np.float32), PARAMS).any()

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
        return tick_share(energy, measure_floor(ordered(energy, PARAMS), PARAMS), self.TIME_S)

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
        for measure in (ordered, measure_middle):
            assert np.array_equal(measure(louder, PARAMS, calm), measure(energy[calm], PARAMS))
        floor = measure_floor(ordered(energy[calm], PARAMS), PARAMS)
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

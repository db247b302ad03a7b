"""What changes the picture without being the infant: found in drawn footage, and told from movement in drawn traces."""

from dataclasses import replace

import numpy as np
import pytest

from detector.events.artifacts import ArtifactMap, around_clock, find_artifacts, find_clock, find_movers
from detector.motion.trace import MotionTrace
from detector.params import Params
from tests.drawing import Film, Sketch
from tests.traces import with_columns

PARAMS = Params()
EVERYWHERE = np.s_[:, :]
FPS = 15.0
GRID = Sketch.grid


def kinds(found: ArtifactMap) -> list[str]:
    return [artifact.kind for artifact in found.artifacts]


def blind_s(trace: MotionTrace, found: ArtifactMap) -> list[float]:
    """Start, stop, start, stop ... of the stretches in which nothing is judged, s."""
    edges = np.flatnonzero(np.diff(found.is_blind, prepend=False, append=False)).reshape(-1, 2)
    return [
        float(t) for start, stop in edges for t in (trace.frames.time_s[start], trace.frames.time_s[stop - 1] + 1 / FPS)
    ]


class TestFootage:
    def test_noise_and_small_movement_are_no_artifacts(self, still: MotionTrace, twitching: MotionTrace) -> None:
        for trace in (still, twitching):
            found = find_artifacts(trace, PARAMS)
            assert found.artifacts == ()
            assert not found.is_clock.any()
            assert blind_s(trace, found) == pytest.approx([0.0, PARAMS.artifact.settle_s], abs=1.5 / FPS)

    def test_light(self, lamp: MotionTrace) -> None:
        found = find_artifacts(lamp, PARAMS)
        assert kinds(found) == ["light", "light"]
        for artifact, time_s in zip(found.artifacts, (8.0, 14.0), strict=True):
            assert artifact.start_s <= time_s < artifact.stop_s
            assert artifact.stop_s - artifact.start_s < 1.0
        on, off = (float(found.artifacts[k].detail.split("to ")[1].split("%")[0]) for k in (0, 1))
        assert on == pytest.approx(40.0, abs=2.0)
        assert off == pytest.approx(100.0 / 1.4 - 100.0, abs=2.0)

    def test_bump(self, bumped: MotionTrace) -> None:
        found = find_artifacts(bumped, PARAMS)
        assert kinds(found) == ["bump"]
        assert found.artifacts[0].start_s == pytest.approx(8.0, abs=2.5 / FPS)
        assert 8.6 < found.artifacts[0].stop_s < 10.0

    def test_frozen(self, film: Film) -> None:
        frames = list(film.frames(16.0, FPS))
        frozen = [replace(f, luma=frames[75].luma) if 5.0 <= f.time_s < 8.0 else f for f in frames]
        found = find_artifacts(film.measure(frozen, 16.0), PARAMS)
        assert kinds(found) == ["frozen"]
        assert (found.artifacts[0].start_s, found.artifacts[0].stop_s) == pytest.approx((5.0, 8.0), abs=3 / FPS)
        assert "stood still for" in found.artifacts[0].detail

    def test_damage_is_told_and_ends_at_a_pause(self, still: MotionTrace) -> None:
        is_damaged = (still.frames.time_s > 5.0) & (still.frames.time_s < 8.0)
        time_s = still.frames.time_s + np.where(still.frames.time_s > 7.0, 60.0, 0.0)
        found = find_artifacts(with_columns(still, is_damaged=is_damaged, time_s=time_s), PARAMS)
        assert kinds(found) == ["damage", "damage"]
        first, second = found.artifacts
        assert (first.start_s, first.stop_s) == pytest.approx((5.0, 7.0), abs=2 / FPS)
        assert (second.start_s, second.stop_s) == pytest.approx((67.0, 68.0), abs=2 / FPS)
        n_told = sum(int(artifact.detail.split()[0]) for artifact in found.artifacts)
        assert n_told == is_damaged.sum()

    def test_clock(self, ticking: MotionTrace) -> None:
        found = find_artifacts(ticking, PARAMS)
        assert kinds(found) == ["clock"]
        assert (found.artifacts[0].start_s, found.artifacts[0].stop_s) == pytest.approx((0.0, 40.0))
        rows, columns = np.nonzero(found.is_clock.reshape(ticking.grid.rows, ticking.grid.columns))
        # The digits with a rim of smoothing and of neighbors.
        assert 0 <= columns.min() * 4 <= 10
        assert 24 <= (columns.max() + 1) * 4 <= 40
        assert 18 <= (rows.max() + 1) * 4 <= 34

    def test_no_frames_no_artifacts(self, film: Film) -> None:
        for n_frames in (0, 1, 2):
            found = find_artifacts(film.measure(list(film.frames(1.0, FPS))[:n_frames], 1.0), PARAMS)
            assert found.artifacts == ()
            assert len(found.is_blind) == n_frames


class TestLightAndBumps:
    """Drawn traces of 20 s at 15 fps, in which the whole picture changes at 8 s."""

    def test_all_brighter_is_light(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(8.0, 8.1, EVERYWHERE, only_brightens=True).trace()
        assert kinds(find_artifacts(trace, PARAMS)) == ["light"]

    def test_all_darker_is_light(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(8.0, 8.1, EVERYWHERE, signed=-5.0, only_brightens=True).trace()
        assert kinds(find_artifacts(trace, PARAMS)) == ["light"]

    def test_both_at_once_is_movement(self, sketch: type[Sketch]) -> None:
        found = find_artifacts(sketch(20.0).move(8.0, 9.0, EVERYWHERE).trace(), PARAMS)
        assert found.artifacts == ()

    def test_light_on_a_small_part_is_not_everywhere(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(8.0, 8.1, np.s_[2:8, 2:8], only_brightens=True).trace()
        assert find_artifacts(trace, PARAMS).artifacts == ()

    @pytest.mark.parametrize(("stop_s", "expected"), [(9.0, ["bump"]), (16.0, ["camera moves"])])
    def test_a_displaced_picture_is_a_bump_unless_it_goes_on(
        self, sketch: type[Sketch], stop_s: float, expected: list[str]
    ) -> None:
        trace = sketch(20.0).move(8.0, stop_s, EVERYWHERE).trace()
        moves = trace.frames.moved_fraction > 0
        shift = np.where(moves[:, None], (3.0, 1.0), 0.0).astype(np.float32)
        trace = with_columns(trace, shift_px=shift, cause=moves.astype(np.uint8))
        assert kinds(find_artifacts(trace, PARAMS)) == expected

    def test_after_light_nothing_is_judged_for_a_moment(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).move(8.0, 8.1, EVERYWHERE, only_brightens=True).trace()
        _, _, start_s, stop_s = blind_s(trace, find_artifacts(trace, PARAMS))
        assert 8.0 - 2 / FPS <= start_s <= 8.0
        assert stop_s == pytest.approx(8.1 + 2 / FPS + PARAMS.artifact.margin_s, abs=2 / FPS)

    def test_times_shift_with_the_footage(self, sketch: type[Sketch]) -> None:
        drawings = [
            sketch(20.0, start_s=start_s).move(start_s + 8.0, start_s + 8.1, EVERYWHERE, only_brightens=True)
            for start_s in (0.0, 10.0)
        ]
        plain, later = (find_artifacts(drawing.trace(), PARAMS) for drawing in drawings)
        assert later.artifacts[0].start_s == pytest.approx(plain.artifacts[0].start_s + 10.0)
        assert np.array_equal(later.is_blind, plain.is_blind)

    def test_a_pause_in_the_recording_is_like_its_start(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).trace()
        lag_s = trace.frames.lag_s.copy()
        lag_s[150] = 0.0
        found = find_artifacts(with_columns(trace, lag_s=lag_s), PARAMS)
        settle_s = PARAMS.artifact.settle_s
        assert blind_s(trace, found) == pytest.approx([0.0, settle_s, 10.0, 10.0 + settle_s], abs=1.5 / FPS)

    def test_the_jump_after_a_frozen_picture_is_not_judged(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0).trace()
        frozen = (trace.frames.time_s >= 5.0) & (trace.frames.time_s < 7.0)
        found = find_artifacts(with_columns(trace, is_frozen=frozen), PARAMS)
        _, _, start_s, stop_s = blind_s(trace, found)
        assert start_s == pytest.approx(5.0)
        assert stop_s == pytest.approx(7.0 + PARAMS.artifact.margin_s, abs=1.5 / FPS)
        assert found.artifacts[0].stop_s == pytest.approx(7.0)


class TestClock:
    """Drawn traces of 40 s in which cells of row 2, columns 4 to 9, may be a clock."""

    @staticmethod
    def trace(sketch: type[Sketch], phase: float, duty: float, duration_s: float = 40.0) -> MotionTrace:
        plain = sketch(duration_s).trace()
        tick, duties = plain.noise.spans.tick.copy(), plain.noise.blocks.duty.copy()
        cells = 2 * plain.grid.columns + np.arange(4, 10)
        tick[:, cells], duties[:, cells] = phase, round(255 * duty)
        return with_columns(plain, tick=tick, duty=duties)

    def test_it_keeps_to_the_second_and_stands_out(self, sketch: type[Sketch]) -> None:
        trace = self.trace(sketch, 0.9, 0.5)
        found = find_clock(trace, PARAMS.artifact).reshape(trace.grid.rows, trace.grid.columns)
        assert found[1:4, 3:11].all()
        assert found.sum() == 3 * 8

    @pytest.mark.parametrize(("phase", "duty", "duration_s"), [(0.2, 0.5, 40.0), (0.9, 0.2, 40.0), (0.9, 0.5, 15.0)])
    def test_else_it_is_none(self, sketch: type[Sketch], phase: float, duty: float, duration_s: float) -> None:
        """Not at one phase; a hand that jerks each four seconds, on the second; a short clip."""
        assert not find_clock(self.trace(sketch, phase, duty, duration_s), PARAMS.artifact).any()

    def test_at_the_edge_of_the_picture_it_does_not_wrap_around(self, sketch: type[Sketch]) -> None:
        plain = sketch(40.0).trace()
        tick, duties = plain.noise.spans.tick.copy(), plain.noise.blocks.duty.copy()
        tick[:, :4], duties[:, :4] = 0.9, 128
        found = find_clock(with_columns(plain, tick=tick, duty=duties), PARAMS.artifact)
        assert np.argwhere(found.reshape(plain.grid.rows, plain.grid.columns)).max(axis=0).tolist() == [1, 4]


class TestMovers:
    """Drawn traces of 8 blocks in which 5 x 5 cells, and elsewhere 4 x 4, may move all the time."""

    @staticmethod
    def trace(
        sketch: type[Sketch], n_blocks: int = 8, busy_blocks: int = 8, duty: float = 0.9, duration_s: float = 160.0
    ) -> MotionTrace:
        plain = sketch(duration_s, 5.0).trace()
        duties = np.zeros((n_blocks, plain.grid.rows, plain.grid.columns), np.uint8)
        duties[:busy_blocks, 2:7, 2:7] = round(255 * duty)
        duties[:busy_blocks, 10:14, 20:24] = round(255 * duty)
        return with_columns(
            plain,
            floor=np.ones((n_blocks, plain.grid.n_cells), np.float16),
            duty=duties.reshape(n_blocks, -1),
            block_start_s=np.linspace(0, duration_s, n_blocks, endpoint=False),
            level=np.ones(n_blocks, np.float32),
        )

    def test_both_places_may_be(self, sketch: type[Sketch]) -> None:
        trace = self.trace(sketch)
        found = find_movers(trace, PARAMS.artifact).reshape(trace.grid.rows, trace.grid.columns)
        assert found[2:7, 2:7].all()
        assert found[10:14, 20:24].all()
        assert found.sum() == 25 + 16

    @pytest.mark.parametrize(
        ("n_blocks", "busy_blocks", "duty", "duration_s"),
        [(8, 6, 0.9, 160.0), (4, 4, 0.9, 160.0), (8, 8, 0.3, 160.0), (8, 8, 0.9, 15.0)],
    )
    def test_else_there_is_none(
        self, sketch: type[Sketch], n_blocks: int, busy_blocks: int, duty: float, duration_s: float
    ) -> None:
        """It rests for a while; too few blocks; a limb that twitches 14 times a minute; a short clip."""
        trace = self.trace(sketch, n_blocks, busy_blocks, duty, duration_s)
        assert not find_movers(trace, PARAMS.artifact).any()


def test_what_moves_around_a_clock_is_of_it() -> None:
    """A limb beside it is another place, not one with it."""
    is_clock = np.zeros((GRID.rows, GRID.columns), bool)
    is_clock[4:6, 4:12] = True
    around = around_clock(GRID, is_clock.ravel(), PARAMS).reshape(GRID.rows, -1)
    reach = PARAMS.noise.duty_reach
    assert around[4 - reach : 6 + reach, 4 - reach : 12 + reach].all()
    assert around.sum() == (2 + 2 * reach) * (8 + 2 * reach)
    assert not around_clock(GRID, np.zeros(GRID.n_cells, bool), PARAMS).any()


class TestFewPictures:
    @pytest.mark.parametrize(("fps", "is_listed"), [(5.0, True), (7.5, True), (8.0, False), (15.0, False)])
    def test_below_eight_a_second(self, sketch: type[Sketch], fps: float, *, is_listed: bool) -> None:
        artifacts = find_artifacts(sketch(20.0, fps).trace(), PARAMS).artifacts
        few = [artifact for artifact in artifacts if artifact.kind == "few pictures"]
        assert bool(few) == is_listed
        if few:
            assert (few[0].start_s, few[0].stop_s) == pytest.approx((0.0, 20.0), abs=0.2)
            assert few[0].detail.startswith(f"{fps:.2g} pictures a second")

    @pytest.mark.parametrize(("fps", "is_listed"), [(6.0, True), (8.0, False)])
    def test_stamps_that_jitter_tell_it_too(self, sketch: type[Sketch], fps: float, *, is_listed: bool) -> None:
        trace = sketch(20.0, fps).trace()
        n_frames = len(trace.frames)
        time_s = trace.frames.time_s + np.random.default_rng(5).uniform(-0.03, 0.03, n_frames)
        duration_s = np.diff(time_s, append=time_s[-1] + 1.0 / fps).astype(np.float32)
        artifacts = find_artifacts(with_columns(trace, time_s=time_s, duration_s=duration_s), PARAMS).artifacts
        assert any(artifact.kind == "few pictures" for artifact in artifacts) == is_listed

    def test_a_picture_that_is_missing_now_and_then_is_none(self, sketch: type[Sketch]) -> None:
        trace = sketch(20.0, 15.0).trace()
        duration_s = trace.frames.duration_s.copy()
        duration_s[::30] = 0.3
        artifacts = find_artifacts(with_columns(trace, duration_s=duration_s), PARAMS).artifacts
        assert [artifact for artifact in artifacts if artifact.kind == "few pictures"] == []

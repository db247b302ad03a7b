"""What is planted where: quiet stretches, spread evenly, and a design in which every size comes as often."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from detector.events.artifacts import Artifact, ArtifactKind
from detector.events.decide import Decision
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance
from detector.truth.sensitivity.design import (
    COLUMNS,
    DISPLACEMENTS_PX,
    LEAD_S,
    PER_MINUTE,
    ROWS,
    SHORTEST_S,
    STRETCH_S,
    TAIL_S,
    choose_stretches,
    observed_runs,
    place_in,
    plan_stretches,
    quiet_runs,
)

NIGHT = [(0.0, 7200.0), (7300.0, 28_800.0)]


def test_stretches_are_spread_and_keep_within_their_time() -> None:
    chosen = choose_stretches(NIGHT, 1200.0, seed=1)
    lengths = [stop_s - start_s for start_s, stop_s in chosen]
    assert 1200.0 - SHORTEST_S < sum(lengths) <= 1200.0
    assert max(lengths) <= STRETCH_S
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(chosen))
    assert all(any(a <= start_s and stop_s <= b for a, b in NIGHT) for start_s, stop_s in chosen)
    hours = Counter(int(start_s // 3600) for start_s, _ in chosen)
    assert len(hours) == 8
    assert max(hours.values()) <= 2 * min(hours.values())
    assert chosen != choose_stretches(NIGHT, 1200.0, seed=2)


def short_night(*artifacts: Artifact) -> Night:
    """A night of 100 s in one file with nothing but these artifacts."""
    source = InputFile("n.mp4", "n.mp4", 1, "0", 0.0)
    coverage = Coverage(100.0, 100.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    provenance = Provenance((source,), 0.0, 100.0)
    return Night(Decision((), artifacts), coverage, provenance, observed=((0.0, 100.0),))


@pytest.mark.parametrize("kind", ["clock", "overlay", "lamp", "mover", "masked"])
def test_what_stands_at_a_place_leaves_the_rest_quiet(kind: ArtifactKind) -> None:
    ((start_s, stop_s),) = quiet_runs(short_night(Artifact(kind, 0.0, 100.0, "all along")))
    assert (start_s, stop_s) == pytest.approx((0.0, 100.0), abs=0.02)


@pytest.mark.parametrize("kind", ["light", "lamp", "insect", "doubtful", "camera moves"])
def test_what_passes_is_waited_for(kind: ArtifactKind) -> None:
    found = quiet_runs(short_night(Artifact(kind, 40.0, 41.0, "once")))
    assert [stop_s - start_s for start_s, stop_s in found] == pytest.approx([38.0, 57.0], abs=0.02)
    assert observed_runs(short_night(Artifact(kind, 40.0, 41.0, "once"))) == quiet_runs(short_night())


@pytest.mark.parametrize(("runs", "total_s"), [([], 100.0), (NIGHT, 20.0)])
def test_without_room_nothing_is_chosen(runs: list[tuple[float, float]], total_s: float) -> None:
    assert choose_stretches(runs, total_s, seed=1) == []


def test_every_size_is_planted_as_often_and_none_overlaps() -> None:
    stretches = [(100.0 * k, 100.0 * k + 60.0) for k in range(40)]
    plans = plan_stretches(stretches, 848, 15.0, seed=3)
    twitches = [one for plan in plans for one in plan.movements if one.kind == "twitch"]
    sizes = Counter(one.amp_px for one in twitches)
    assert set(sizes) == set(DISPLACEMENTS_PX)
    assert max(sizes.values()) - min(sizes.values()) <= 1
    assert {plan.per_minute for plan in plans if plan.movements[0].kind == "twitch"} == set(PER_MINUTE)
    assert sum(plan.movements[0].kind == "rhythmic" for plan in plans) == 10
    for plan in plans:
        assert plan.movements[0].onset_s >= LEAD_S
        assert plan.movements[-1].stop_s <= 60.0 - TAIL_S
        assert all(later.onset_s - earlier.stop_s > 1.0 for earlier, later in pairwise(plan.movements))
        assert all(one.amp_px <= 1.5 * one.sigma_px for one in plan.movements)


def test_the_densest_twitches_are_those_of_one_place() -> None:
    plans = plan_stretches([(0.0, 60.0)] * 12, 848, 15.0, seed=3)
    for plan in plans:
        assert (len(set(plan.places)) == 1) == (plan.per_minute == PER_MINUTE[-1] or len(plan.places) == 1)


def test_sizes_grow_with_the_picture_and_rates_keep_below_the_frame_rate() -> None:
    small, large = (plan_stretches([(0.0, 60.0)] * 4, width, 8.0, seed=1) for width in (424, 848))
    for one, other in zip(small, large, strict=True):
        assert [a.amp_px * 2 for a in one.movements] == pytest.approx([b.amp_px for b in other.movements])
    assert max(one.rate_hz for plan in large for one in plan.movements) <= 0.2 * 8.0


def test_places_have_something_to_move() -> None:
    picture = np.full((180, 320), 90, np.uint8)
    picture[60:120, 160:240] = np.random.default_rng(1).integers(40, 200, (60, 80))
    rng = np.random.default_rng(2)
    for place in range(COLUMNS * ROWS):
        x_px, y_px, part = place_in(rng, picture, 6.0, place)
        assert 150 <= x_px < 250
        assert 50 <= y_px < 130
        assert (part // COLUMNS, part % COLUMNS) in {(1, 1), (1, 2), (1, 3), (0, 2), (0, 3), (2, 2)}

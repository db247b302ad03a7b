"""Planted into a night's own footage and found again: the whole way, on a small drawn night."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from detector.errors import FootageError, UsageError
from detector.footage.region import Region, RegionSet
from detector.night.night import Night
from detector.run.analyze import analyze
from detector.truth.encode import Encoding
from detector.truth.known import KnownMovement
from detector.truth.scene.draw import synthesize
from detector.truth.scene.spec import Nuisance, SceneSpec
from detector.truth.sensitivity.design import MARGIN_S, SHORTEST_S, StretchPlan, plan_stretches, quiet_runs
from detector.truth.sensitivity.measure import Injection, measure_sensitivity, write_sensitivity
from detector.truth.sensitivity.result import Sensitivity, gather
from detector.truth.sensitivity.standing import standing_cells
from detector.truth.sensitivity.trials import StretchResult, StretchTask, match_placed, try_stretch
from tests.accuracy.honesty import agree

pytestmark = pytest.mark.slow  # footage is encoded again; the steps have quick tests of their own

BUDGET = 600
PLAN = StretchPlan(0.0, 30.0, (), (), 5.0)
ASKED = Injection(BUDGET, mm_per_px=2.0)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """A night of 100 s with one large movement at 40 s, in a folder."""
    folder = tmp_path_factory.mktemp("sensitivity")
    gross = KnownMovement("gross", 40.0, 4.0, "body", 14.0)
    spec = SceneSpec(100.0, 8.0, (240, 136), seed=4, movements=(gross,), noise=1.5)
    written = synthesize(folder / "night.mp4", spec, Encoding(bitrate_kbps=200, key_interval_s=2))
    return analyze(written.video, out=folder / "night", workers=1)


@pytest.fixture(scope="module")
def measured(night: Night) -> Sensitivity:
    return measure_sensitivity(night, ASKED)


def test_only_quiet_time_is_used_and_the_budget_holds(night: Night, measured: Sensitivity) -> None:
    events = night.decision.events
    assert events
    assert 0 < measured.n_frames <= BUDGET
    assert all(stop_s - start_s >= 24 for start_s, stop_s in quiet_runs(night))
    for start_s, stop_s in measured.stretches:
        assert all(e.stop_s + MARGIN_S <= start_s + 1e-6 or e.start_s - MARGIN_S >= stop_s - 1e-6 for e in events)


def test_large_movement_is_found_and_what_nobody_can_see_is_not(measured: Sensitivity) -> None:
    twitches = measured.of("twitch")
    assert len(twitches) >= 3
    assert not any(one.is_found for one in twitches if one.movement.amp_px < 0.25)
    assert measured.of("rhythmic")
    assert all(one.is_noticed for one in measured.trials if one.is_found)
    noticed = [one for one in measured.trials if one.movement.amp_px > 1.0 and one.movement.duration_s > 0.3]
    assert sum(one.is_noticed for one in noticed) >= len(noticed) / 2


def test_the_file_says_all_and_is_the_same_for_any_number_of_workers(
    night: Night, measured: Sensitivity, tmp_path: Path
) -> None:
    again = measure_sensitivity(night, ASKED, workers=2)
    plain = measured.to_dict(night)
    assert json.dumps(again.to_dict(night)) == json.dumps(plain)
    assert plain["frames"] == measured.n_frames
    twitch = plain["twitch"]
    assert sum(row["n"] for row in twitch["by_place"]) == sum(row["n"] for row in twitch["by_hour"]) == twitch["n"]
    assert twitch["by_displacement"][0]["mm"] == pytest.approx(2 * twitch["by_displacement"][0]["px"], abs=1e-3)
    assert "estimate" in plain["twitches_per_hour"]["assumption"]
    assert plain["twitches_per_hour"]["low"] is None, "100 s are too short for a rate"
    assert plain["twitches_per_hour"]["high"] is None
    other = measure_sensitivity(night, Injection(BUDGET, seed=1))
    assert other.trials != measured.trials


def test_nothing_is_planted_where_the_night_does_not_look(night: Night) -> None:
    left = Region("left", ((0, 0), (120, 0), (120, 136), (0, 136)), "only")
    task = _task_of(night, RegionSet((left,)))
    assert task.trials
    assert all(one.movement.x_px < 120 for one in task.trials)
    # Drawn in regions that leave nothing out, they are spread over all of it.
    assert any(one.movement.x_px > 120 for one in _task_of(night, RegionSet()).trials)


def _task_of(night: Night, regions: RegionSet) -> StretchResult:
    (plan,) = plan_stretches([(0.0, 30.0)], 240, 8.0, 0)
    path = Path(night.provenance.inputs[0].path)
    return try_stretch(StretchTask(path, 0.0, plan, Encoding(), 8.0, night.params, 0, regions))


def test_a_file_that_somebody_changed_is_kept(night: Night, measured: Sensitivity) -> None:
    assert night.folder is not None
    path = write_sensitivity(measured, night, night.folder)
    first = path.read_bytes()
    write_sensitivity(measured, night, night.folder)
    assert path.read_bytes() == first
    path.write_text("mine")
    with pytest.warns(UserWarning, match="kept as"):
        write_sensitivity(measured, night, night.folder)
    assert path.read_bytes() == first
    assert "mine" in {one.read_text() for one in night.folder.glob("sensitivity.json*")}


def test_a_budget_too_small_is_refused_with_what_it_takes(night: Night) -> None:
    with pytest.raises(UsageError, match=r"at least 200 frames .* 80 came \(a tenth of the night\)"):
        measure_sensitivity(night)


def test_a_night_that_is_too_short_or_never_quiet_says_which_of_both(night: Night) -> None:
    short = replace(night, observed=((0.0, 20.0), (50.0, 70.0)))
    with pytest.raises(UsageError, match=r"too short: .* a stretch of 24 s in one file, but its longest is 20 s\."):
        measure_sensitivity(short, ASKED)
    busy = replace(night, observed=((28.0, 58.0),))  # with a large movement in its middle
    with pytest.raises(
        UsageError, match=r"never quiet for long: .* in which nothing moves, but its longest is 1\d s\."
    ):
        measure_sensitivity(busy, ASKED)


def test_a_clock_in_the_picture_leaves_the_rest_quiet_and_is_not_planted_on(tmp_path: Path) -> None:
    spec = SceneSpec(70.0, 10.0, (320, 180), seed=4, noise=1.5, nuisances=(Nuisance("clock"),))
    video = synthesize(tmp_path / "night.mp4", spec, Encoding(bitrate_kbps=200, key_interval_s=2)).video
    night = analyze(video, out=tmp_path / "night", workers=1)
    assert "clock" in {artifact.kind for artifact in night.decision.artifacts}
    assert night.trace is not None
    cells = standing_cells(night, night.trace, SHORTEST_S)
    assert 0.0 < cells.mean() < 0.2
    measured = measure_sensitivity(night, Injection(600))
    assert measured.trials
    high, wide = cells.shape
    for one in measured.trials:
        x_px, y_px = one.movement.x_px, one.movement.y_px
        assert not cells[int(y_px * high / 180), int(x_px * wide / 320)]
    assert any(one.is_found for one in measured.trials)


def test_footage_that_is_gone_is_named(night: Night, tmp_path: Path) -> None:
    assert night.folder is not None
    shutil.copytree(night.folder, tmp_path / "copy")
    with pytest.raises(FootageError, match=r"night\.mp4"):
        measure_sensitivity(Night.load(tmp_path / "copy"), ASKED, footage=tmp_path / "copy")


def test_a_stretch_that_cannot_be_read_is_listed_and_costs_only_itself(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = try_stretch(StretchTask(Path("gone.mp4"), 0.0, PLAN, Encoding(), 8.0, night.params, 0))
    assert "gone.mp4" in result.failure
    whole = StretchResult((), (), 0, 20.0, 100, 90.0)
    fields = gather([(0.0, 30.0), (40.0, 70.0)], [result, whole])
    assert fields["stretches"] == ((40.0, 70.0),)
    assert fields["skipped"] == ((0.0, 30.0, result.failure),)
    assert (fields["n_frames"], fields["kbps"]) == (100, 90.0)


def test_what_moves_elsewhere_or_another_way_is_not_what_was_planted(night: Night) -> None:
    event = night.decision.events[0]
    there = KnownMovement("gross", event.start_s, event.stop_s - event.start_s)
    there = replace(there, x_px=event.x_px, y_px=event.y_px, sigma_px=5.0)
    assert match_placed(night, [there], 240)[1] == [True]
    assert match_placed(night, [replace(there, x_px=event.x_px + 100)], 240)[1] == [False]
    assert match_placed(night, [replace(there, onset_s=event.start_s + 30)], 240)[1] == [False]
    assert match_placed(night, [], 240)[2] == [True] * len(night.decision.events)


def test_reported_and_true_sensitivity_agree(tmp_path: Path) -> None:
    """One run of `python -m tests.accuracy.honesty`: planted before and after the camera's encoder."""
    run = agree(seed=3, folder=tmp_path, seconds=130.0)
    assert run.reported.n >= 6
    assert run.true.n >= run.reported.n
    assert run.is_alike, f"reported {run.reported}, true {run.true}"

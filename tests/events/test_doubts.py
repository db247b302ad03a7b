"""Bursts that something else explains as well: believed only when strong, else listed with the doubt."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from detector.events.artifacts import ArtifactMap
from detector.events.burst import Burst
from detector.events.decide import Decision, decide
from detector.events.doubts import DOUBTS, RIPPLE, Doubt, Scene, make_scene, since_key, weigh, with_wide
from detector.events.excess import Seen
from detector.motion.pictures.camera import Cause
from detector.params import RULE_NAMES, DoubtParams, Params, with_values
from tests.drawing import Found, Sketch, find_in
from tests.traces import with_columns

PARAMS = Params()
FPS = 15.0
HAND = np.s_[4:8, 10:14]
BLOCK = np.s_[4:7, 4:7]
BAR = PARAMS.burst.threshold


def doubt(name: str) -> Doubt:
    return next(each for each in (*DOUBTS, RIPPLE) if each.name == name)


def scene_of(found: Found, **changes: object) -> Scene:
    off = np.zeros(found.view.grid.n_cells, bool)
    n_frames = len(found.view.time_s)
    known = {"since_key_s": np.full(n_frames, np.inf), "clock": None, "near_mover": off}
    known |= {"has_cause": np.zeros(n_frames, bool), "has_step": np.zeros(n_frames, bool)}
    return Scene(found.view, found.active, **{**known, "params": PARAMS, **changes})


def one(drawing: Sketch) -> tuple[Found, Burst]:
    found = find_in(drawing.trace())
    (burst,) = found.bursts
    return found, burst


def doubted(decision: Decision) -> list[str]:
    return [artifact.detail for artifact in decision.artifacts if artifact.kind == "doubtful"]


def test_each_is_a_rule_with_a_factor_and_a_sentence() -> None:
    names = [each.name for each in (*DOUBTS, RIPPLE)]
    assert set(names) <= RULE_NAMES.keys()
    assert {name.replace(" ", "_") for name in names} <= DoubtParams.model_fields.keys()
    assert all(each.sentence and each.bar(PARAMS) >= BAR for each in (*DOUBTS, RIPPLE))


@pytest.mark.parametrize(
    ("name", "drawing", "twin"),
    [
        # Each drawing looks like what is doubted; its twin does not.
        ("fade", Sketch(20.0).move(5.0, 5.4, HAND, only_brightens=True), Sketch(20.0).move(5.0, 5.4, HAND)),
        ("flash", Sketch(20.0, 25.0).move(5.0, 5.001, BLOCK), Sketch(20.0, 25.0).move(5.0, 5.001, HAND)),
        ("switch", Sketch(20.0, 25.0).move(5.0, 5.001, np.s_[4:5, 4:7]), Sketch(20.0, 25.0).move(5.0, 5.001, HAND)),
    ],
)
def test_what_each_looks_like(name: str, drawing: Sketch, twin: Sketch) -> None:
    found, burst = one(drawing)
    other, other_burst = one(twin)
    assert doubt(name).holds(burst, scene_of(found))
    assert not doubt(name).holds(other_burst, scene_of(other))


@pytest.mark.parametrize(("since_s", "is_doubted"), [(0.05, True), (0.3, True), (0.5, False), (np.inf, False)])
def test_a_pulse_follows_a_key_frame(since_s: float, is_doubted: bool) -> None:
    found, burst = one(Sketch(20.0).move(5.0, 5.02, HAND))
    scene = scene_of(found)
    first, last = scene.ends(burst)
    lasts_s = found.view.time_s[last] - found.view.time_s[first]
    since = np.full(len(found.view.time_s), max(since_s, lasts_s))
    assert doubt("key pulse").holds(burst, replace(scene, since_key_s=since)) is is_doubted


def test_a_digit_stands_in_line_with_the_clock() -> None:
    found, burst = one(Sketch(20.0).move(5.0, 5.1, np.s_[4:6, 10:12]))
    holds = doubt("clock digit").holds
    assert holds(burst, scene_of(found, clock=(150.0, 40.0, 200.0, 60.0)))
    assert not holds(burst, scene_of(found, clock=(150.0, 100.0, 200.0, 120.0)))
    # An encoder that codes the text again does so a little beyond it; a limb goes further.
    for drawing, is_digit in (
        (Sketch(20.0).move(5.0, 5.1, np.s_[4:13, 8:14]).move(5.0, 5.1, np.s_[13:15, 13:14]), True),
        (Sketch(20.0).move(5.0, 5.1, np.s_[4:18, 8:14]), False),
    ):
        beyond = find_in(drawing.trace())
        assert holds(beyond.bursts[0], scene_of(beyond, clock=(150.0, 40.0, 200.0, 120.0))) is is_digit
    assert not holds(burst, scene_of(found))
    found, longer = one(Sketch(20.0).move(5.0, 5.8, np.s_[4:6, 10:12]))
    assert not holds(longer, scene_of(found, clock=(150.0, 40.0, 200.0, 60.0)))


def test_a_digit_changes_while_the_clock_does() -> None:
    """A hand beside the clock moves at other moments, too."""
    clock, digit = np.s_[4:6, 8:10], np.s_[4:6, 14:16]
    drawing = Sketch(20.0, FPS)
    for second in range(1, 19):
        drawing.move(float(second), second + 0.1, clock)
    for starts_s, is_digit in ((5.0, True), (5.5, False)):
        trace = drawing.move(starts_s, starts_s + 0.1, digit).trace()
        found = find_in(trace)
        (burst,) = [one for one in found.bursts if one.x_px > 12 * found.view.grid.cell_px[0]][-1:]
        is_clock = np.zeros(trace.grid.n_cells, bool)
        is_clock.reshape(trace.grid.rows, -1)[clock] = True
        off = np.zeros(trace.grid.n_cells, bool)
        hidden = ArtifactMap((), np.zeros(len(trace.frames), bool), is_clock, off)
        scene = make_scene(trace, Seen(*found[:2]), hidden, PARAMS)
        assert doubt("clock digit").holds(burst, scene) is is_digit


def test_around_a_mover_half_of_the_cells_are_enough() -> None:
    found, burst = one(Sketch(20.0).move(5.0, 5.4, HAND))
    for n_near, holds in ((16, True), (8, True), (7, False), (0, False)):
        near = np.zeros(found.view.grid.n_cells, bool)
        near[burst.cells[:n_near]] = True
        assert doubt("beside mover").holds(burst, scene_of(found, near_mover=near)) is holds


def test_a_ripple_is_faint_beside_a_strong_one() -> None:
    drawing = Sketch(20.0).move(5.0, 5.6, np.s_[1:5, 1:5], snr=400.0).move(5.1, 5.4, np.s_[12:15, 25:28], snr=12.0)
    found = find_in(drawing.trace())
    strong, faint = sorted(found.bursts, key=lambda burst: -burst.snr)
    scene = scene_of(found, strong=found.bursts)
    assert RIPPLE.holds(faint, scene)
    assert not RIPPLE.holds(strong, scene)
    assert not RIPPLE.holds(faint, scene_of(found, strong=[faint]))


def test_a_doubted_burst_is_believed_from_its_bar_on_and_else_listed_with_its_place() -> None:
    always = Doubt("fade", lambda *_: True, "may be anything")
    bar = always.bar(PARAMS)
    assert bar == PARAMS.doubt.fade * BAR
    found, burst = one(Sketch(20.0).move(5.0, 5.4, HAND))
    below, above = dataclasses.replace(burst, snr=0.99 * bar), dataclasses.replace(burst, snr=bar)
    believed, (listed,) = weigh([below, above], [always], scene_of(found))
    assert believed == [above]
    assert (listed.kind, listed.detail) == ("doubtful", "may be anything")
    assert (listed.start_s, listed.stop_s) == (burst.start_s, burst.stop_s)
    assert (listed.x_px, listed.y_px, listed.area_fraction) == (burst.x_px, burst.y_px, burst.area_fraction)


def test_a_rule_that_is_left_out_doubts_nothing() -> None:
    drawing = Sketch(20.0).move(5.0, 5.4, HAND, snr=8.0, only_brightens=True)
    (sentence,) = doubted(decide(drawing.trace(), PARAMS))
    assert sentence == doubt("fade").sentence
    without = decide(drawing.trace(), with_values(PARAMS, {"rules.without": "fade, insect flash, swarm"}))
    assert doubted(without) == []
    assert len(without.events) == 1


def test_of_nothing_there_is_no_doubt(sketch: type[Sketch]) -> None:
    trace = sketch(0.0).trace()
    found = find_in(trace)
    nothing = np.zeros(trace.grid.n_cells, bool)
    scene = make_scene(trace, Seen(*found[:2]), ArtifactMap((), np.zeros(0, bool), nothing, nothing), PARAMS)
    assert weigh([], DOUBTS, scene) == ([], [])


def test_time_since_the_last_key_frame(sketch: type[Sketch]) -> None:
    trace = sketch(2.0, 5.0).trace()
    is_key = np.isin(np.arange(10), (2, 7))
    since_s = since_key(with_columns(trace, is_key=is_key).frames, 0.3)
    assert since_s[:2].tolist() == [np.inf, np.inf]
    assert since_s[2:] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 0.0, 0.2, 0.4])
    assert np.isinf(since_key(with_columns(trace, is_key=np.ones(10, bool)).frames, 0.3)).all()


def test_what_begins_and_ends_in_a_step_of_light_is_doubted_and_no_other() -> None:
    found, burst = one(Sketch(20.0).move(5.0, 5.4, HAND))
    holds, n_frames = doubt("light step").holds, len(found.view.time_s)
    step = (found.view.time_s >= 4.5) & (found.view.time_s < 6.5)
    assert holds(burst, scene_of(found, has_step=step))
    assert not holds(burst, scene_of(found, has_step=np.zeros(n_frames, bool)))
    assert not holds(burst, scene_of(found, has_step=step & (found.view.time_s < 5.2)))


@pytest.mark.parametrize(("snr", "until_s", "is_doubted"), [(45.0, 5.4, True), (75.0, 5.4, False), (45.0, 4.9, False)])
def test_what_is_as_faint_as_it_is_wide_is_no_body_while_the_light_changes(
    snr: float, until_s: float, *, is_doubted: bool
) -> None:
    found, burst = one(Sketch(20.0).move(5.0, 6.0, np.s_[2:15, 2:20], snr=snr))  # 41 % of the picture
    scene = scene_of(found, has_cause=(found.view.time_s > 3.0) & (found.view.time_s < until_s))
    assert doubt("faint and wide").holds(burst, scene) is is_doubted


@pytest.mark.parametrize(
    ("at_s", "snr", "is_doubted"),
    [(6.2, 8.0, True), (6.2, 30.0, False), (9.0, 8.0, False)],
    ids=["beside it", "stronger", "later"],
)
def test_what_is_faint_beside_what_is_faint_and_wide_is_of_it(at_s: float, snr: float, *, is_doubted: bool) -> None:
    drawing = Sketch(20.0).move(5.0, 5.7, np.s_[1:17, 1:31], snr=20.0).move(at_s, at_s + 0.3, HAND, snr=snr)
    found = find_in(drawing.trace())
    scene = scene_of(found, has_cause=(found.view.time_s >= 5.0) & (found.view.time_s < 5.2))
    scene = with_wide(scene, found.bursts, PARAMS.artifact)
    assert [burst.start_s > 6.0 for burst in weigh(found.bursts, DOUBTS, scene)[0]] == [True] * (not is_doubted)


@pytest.mark.parametrize(("stop_s", "is_doubted"), [(5.01, True), (6.0, False)])
def test_of_what_is_large_only_what_is_over_within_a_lag_is_the_step_itself(stop_s: float, *, is_doubted: bool) -> None:
    found, burst = one(Sketch(20.0).move(5.0, stop_s, np.s_[2:15, 2:20]))
    assert burst.area_fraction > PARAMS.doubt.light_step_area
    assert doubt("light step").holds(burst, scene_of(found, has_step=found.view.time_s < 8.0)) is is_doubted


@pytest.mark.parametrize(
    ("cause_s", "at_s", "is_rare"),
    [
        ((58.0, 64.0), 61.0, True),
        ((40.0, 80.0), 61.0, False),
        ((0.0, 120.0), 61.0, False),
        ((0.0, 120.0), 2.0, False),
        ((0.0, 120.0), 117.0, False),
    ],
)
def test_what_the_light_does_all_the_time_is_no_reason_for_doubt(
    cause_s: tuple[float, float], at_s: float, is_rare: bool
) -> None:
    """A lamp that flickers all night is in the floors: what rises above them moved."""
    trace = Sketch(120.0).move(at_s, at_s + 0.4, HAND, snr=8.0).trace()
    has_cause = (trace.frames.time_s >= cause_s[0]) & (trace.frames.time_s < cause_s[1])
    found = decide(with_columns(trace, cause=np.where(has_cause, Cause.LIGHT, Cause.NOTHING).astype(np.uint8)), PARAMS)
    assert [event.kind for event in found.events] == ([] if is_rare else ["twitch"])
    assert doubted(found) == ([doubt("beside cause").sentence] if is_rare else [])

"""The quick half of an analysis: a motion trace and parameters to events and artifacts.

Read `decide` from top to bottom: what hides movement, what stands out at both lags, which of it is drawn, doubted, an
insect, a ripple or to be believed (`believe`), whether it was still before and after, what each is called, what was too
slow for the short lag, and how the infant sleeps. Nothing is dropped unsaid: what is doubted is an artifact with the
doubt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from detector.events.all_along import with_movers
from detector.events.artifacts import Artifact, ArtifactMap, find_artifacts
from detector.events.attention import Attention, apart, attend, outside_artifact, region_artifacts, with_named_sites
from detector.events.boxes import without_boxes
from detector.events.burst import Burst
from detector.events.bursts import find_parts, join_parts, same_body
from detector.events.classify import classify_bursts, label_sucking, passing_event
from detector.events.doubts import DOUBTS, RIPPLE, make_scene, weigh, with_causes, with_wide
from detector.events.drawn import find_jumps, split_drawn
from detector.events.event import Event
from detector.events.excess import Active, Seen, find_both, find_swings
from detector.events.faint import Scraps, find_faint
from detector.events.focus import find_focus, focus_artifact
from detector.events.groups import Groups
from detector.events.infant import Infant, Where, see_infant, with_infant
from detector.events.insects import find_crossing, sort_bursts
from detector.events.marks import find_steps, measure_marks
from detector.events.places import with_places
from detector.events.restless import merge_restless
from detector.events.rhythm import RhythmTest
from detector.events.slow import busy_times, elsewhere, find_slow_movements, find_slow_rhythms, with_slow_rhythms
from detector.events.state import Epoch
from detector.events.stillness import Stretch, counted_once, judged_stretches, out_of_movement, with_sides
from detector.events.strokes import is_peak_of_breathing
from detector.events.sway import Sway
from detector.events.wholes import with_all_along
from detector.footage.region import RegionSet
from detector.motion.trace import MotionTrace
from detector.motion.view import LayerView
from detector.params import ClassifyParams, Params


@dataclass(frozen=True)
class Decision:
    """What was found in a trace: events, artifacts and epochs, each sorted by start.

    `judged` are the stretches `(start_s, stop_s)` in which movement could be seen, ascending, s; None where that is not
    known.
    """

    events: tuple[Event, ...]
    artifacts: tuple[Artifact, ...]
    epochs: tuple[Epoch, ...] = ()
    judged: tuple[tuple[float, float], ...] | None = None


def decide(trace: MotionTrace, params: Params, regions: RegionSet | None = None) -> Decision:
    """Find the events and artifacts of a recording; takes some seconds for a night and needs no video.

    Args:
        trace: the motion.
        params: all groups.
        regions: named places in the picture; None for none.

    Raises:
        ParameterError: a region does not fit the picture.
    """
    regions = (regions or RegionSet()).of_picture(trace.grid.width_px, trace.grid.height_px)
    place = attend(trace.grid, regions)
    hidden = replace(find_artifacts(trace, params), is_ignored=place.ignored)
    fast, slow = find_both(trace, hidden, params)
    hidden, all_along = with_movers(trace, hidden, fast, params, place.outside)
    if hidden.is_taken is not None or hidden.is_mover.any():
        fast, slow = find_both(trace, hidden, params)
    swings = find_swings(trace, hidden, params)
    if hidden.around_mover is not None:
        # The long lag shows much more of what moves along with it.
        slow, swings = (apart(one, hidden.around_mover)[0] for one in (slow, swings))
    boxes: list[Artifact] = []
    if params.rules.has("boxes"):
        fast, boxes = without_boxes(fast, params.artifact)
        slow, swings = (without_boxes(one, params.artifact)[0] if boxes else one for one in (slow, swings))
    (fast, beyond), (slow, _), (swings, _) = (apart(one, place.outside) for one in (fast, slow, swings))
    believed = believe(trace, hidden, fast, params)
    judged_s = judged_stretches(trace.frames, hidden.is_blind)
    seen = Named(fast, slow, swings, believed, judged_s, place, all_along)
    events, infant, breaths = name_all(trace, hidden, seen, params)
    artifacts = [*hidden.artifacts, *boxes, *believed.artifacts, *breaths, *region_artifacts(trace, regions, place)]
    artifacts += [outside_artifact(burst, regions) for burst in find_bursts(*beyond, params)]
    ordered = sorted(artifacts, key=lambda artifact: (artifact.start_s, artifact.kind))
    looked_at = place.judged if infant.extent is None else infant.extent & place.judged
    is_seen = looked_at.any() and hidden.is_hidden[looked_at].mean() <= params.artifact.most_hidden
    judged = counted_once(judged_s) if is_seen else ()
    found = label_sucking(with_named_sites(with_infant(events, infant), regions), regions.is_face, params.classify)
    return Decision(with_places(found, trace.grid, params.place), tuple(ordered), infant.epochs, judged)


@dataclass(frozen=True)
class Named:
    """What is to be named.

    Attributes:
        fast, slow: what stands out in the judged places, at both lags.
        swings: the same at the long lag, where a rhythm is looked for.
        believed: bursts of the short lag.
        judged_s: stretches in which movement could be seen, s, shape (n, 2).
        place: where is looked.
        all_along: events that go on as long as the recording.
    """

    fast: Seen
    slow: Seen
    swings: Seen
    believed: Believed
    judged_s: NDArray[np.float64]
    place: Attention
    all_along: Sequence[Event] = ()


def name_all(
    trace: MotionTrace, hidden: ArtifactMap, seen: Named, params: Params
) -> tuple[list[Event], Infant, list[Artifact]]:
    """Events out of bursts, the infant that they and its breathing show, and which of the events are breaths.

    In a wide view the infant that the first naming shows says what a whole-body movement is in the second.
    """
    believed, place = seen.believed, seen.place
    has = params.rules.has
    local = with_sides(believed.local, seen.judged_s, params.burst) if has("stillness") else believed.local
    passing = [passing_event(burst) for burst in believed.passing]
    slow_rhythms = find_slow_rhythms(seen.swings, believed.switched, params)
    if hidden.always is not None and has("rhythm of mover"):
        slow_rhythms = elsewhere(slow_rhythms, trace.grid, hidden.always)
    is_busy = busy_times([*believed.busy, *slow_rhythms], params.motion.long_lag_s)
    slow_moves = find_slow_movements(seen.slow, is_busy, params)

    test = RhythmTest(*seen.fast, params)

    def is_breath(event: Event) -> bool:
        return has("breaths") and is_peak_of_breathing(seen.slow, event, params)

    none: list[Event] = []
    sway = Sway.of(trace, params)
    swaying: list[Event] = []

    def named(whole_area: float | None = None) -> list[Event]:
        found = classify_bursts(*seen.fast, local, params, whole_area, test=test)
        events = with_slow_rhythms(found, slow_rhythms, params.rhythm)
        slower: list[Stretch] = []
        if has("long stillness"):
            events, none[:], slower = out_of_movement(events, seen.slow, params, is_breath)
        events += [*passing, *slow_moves]
        events = merge_restless(events, params.classify, slower) if has("restless") else events
        if has("sway"):
            events, swaying[:] = sway.apart(events)
        reach_px = params.burst.reach * trace.grid.diagonal_px
        return with_all_along(events, seen.all_along, reach_px, params.rhythm.same_rate, is_one=place.is_one)

    events, where = named(), Where(hidden.is_clock, place.judged, is_one=place.is_one)
    infant = see_infant(trace, events, params, where)
    whole_area = area_of_whole(infant.extent, params.classify) if has("extent") else None
    if whole_area is not None:
        events = named(whole_area)
        infant = see_infant(trace, events, params, where)
    doubted = [(event, "is the quickest moment of a breath") for event in none]
    doubted += [(event, "is no quicker than what sways at its place, and goes no further") for event in swaying]
    plain = [_doubtful(event, doubt) for event, doubt in doubted if event.snr >= params.burst.threshold]
    return events, infant, plain


def _doubtful(event: Event, sentence: str) -> Artifact:
    return Artifact("doubtful", event.start_s, event.stop_s, sentence, event.x_px, event.y_px, event.area_fraction)


@dataclass(frozen=True)
class Believed:
    """Bursts of the short lag by what they are.

    Attributes:
        local: movements that keep their place.
        passing: what crosses the picture.
        switched: what is drawn, or switched on and off.
        busy: all of which slow movement is not told twice: those to believe, and what is drawn.
        artifacts: what is drawn, insects, and what is doubted.
    """

    local: list[Burst]
    passing: list[Burst]
    switched: list[Burst]
    busy: list[Burst]
    artifacts: list[Artifact]


def believe(trace: MotionTrace, hidden: ArtifactMap, fast: Seen, params: Params) -> Believed:
    """Find bursts and tell what is drawn, doubted, an insect or a ripple from what moves."""
    groups = Groups.of(*fast, params)
    found = moving = find_bursts(*fast, params, groups)
    scraps = Scraps.of(fast, groups, found, params.burst)
    scene = replace(make_scene(trace, fast, hidden, params), scraps=scraps)
    hunts: list[Burst] = []
    if params.rules.has("faint focus"):
        hunts = find_focus(fast.active, found, trace.grid, trace.reference, params.artifact)
        scene = with_causes(scene, hunts, params.artifact)
        moving = [burst for burst in found if not any(burst is one for one in hunts)]
    if params.rules.has("faint"):
        moving = sorted([*moving, *find_faint(fast, groups, scraps, params)], key=lambda b: (b.start_s, b.x_px))
    drawn: list[Artifact] = []
    bursts, marks = moving, [measure_marks(*fast, burst, params) for burst in moving]
    if params.rules.has("drawn"):
        bursts, drawn = split_drawn(*fast, bursts, marks, scene.has_cause, params)
    kept = {id(burst) for burst in bursts}
    switched = [burst for burst in found if id(burst) not in kept]
    scene = replace(scene, jumps=frozenset(map(id, find_jumps(fast.active, moving, marks, params.artifact))))
    bursts, doubted = weigh(bursts, DOUBTS, with_wide(scene, bursts, params.artifact))
    kinds = sort_bursts(*fast, bursts, params)
    local, ripples = weigh(kinds.local, [RIPPLE], replace(scene, strong=[*kinds.local, *kinds.passing]))
    if params.rules.has("body"):
        local = same_body(*fast, local, params)
    artifacts = [*map(focus_artifact, hunts), *drawn, *kinds.insects, *doubted, *ripples]
    return Believed(local, kinds.passing, switched, [*bursts, *switched], artifacts)


def area_of_whole(extent: NDArray[np.bool_] | None, gates: ClassifyParams) -> float | None:
    """Share of the picture that a whole-body movement moves at least where the infant lies in a part of it.

    Args:
        extent: cells that the infant lies in, shape (C,); None where nothing tells.
        gates: the group `classify`.

    Returns:
        None where the infant fills enough of the picture.
    """
    if extent is None:
        return None
    area = max(gates.gross_infant * float(extent.mean()), gates.gross_least)
    return area if area < gates.gross_min_area else None


def find_bursts(view: LayerView, active: Active, params: Params, groups: Groups | None = None) -> list[Burst]:
    """Bursts of a layer: what is connected, and of that what starts together and lies side by side.

    What crosses the picture, as insects do, is a burst of its own, whatever else moves beside it. `groups` are what is
    connected where that is known.

    Returns:
        Bursts in order of start; empty where nothing moved.
    """
    parts = find_parts(view, active, params, groups)
    apart = find_crossing(view, active, parts, params.artifact) if params.rules.has("apart") else []
    if params.rules.has("drawn"):
        apart += find_steps(view, active, parts, params)
    return join_parts(view, active, parts, params, apart=apart)

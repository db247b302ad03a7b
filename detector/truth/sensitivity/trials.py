"""One stretch of footage: planted into, encoded again as the camera did, analyzed, and compared with the plan."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.errors import DetectorError, FootageError
from detector.footage.region import RegionSet
from detector.footage.video import probe
from detector.night.night import Night
from detector.night.people.agreement import LEAST_OVERLAP, ONSET_TOLERANCE_S
from detector.params import Params
from detector.run.analyze import analyze
from detector.truth.encode import Encoding, Picture, write_video
from detector.truth.known import KnownMovement
from detector.truth.planting.patch import planted
from detector.truth.planting.pictures import read_pictures
from detector.truth.scoring.intervals import Intervals
from detector.truth.scoring.matching import best_pairs, onset_distance, overlap_ratio, touching
from detector.truth.sensitivity.design import StretchPlan, place_in

# What is found lies within so many extents of what was planted, or this share of the picture's width.
_NEAR_SIGMAS, _NEAR_SHARE = 3.0, 0.09
_FINE_PX = 8


@dataclass(frozen=True)
class Trial:
    """One planted movement and what became of it.

    Attributes:
        movement: onset in recording time, s.
        place: part of the picture it lies in, by number.
        per_minute: how densely movements followed each other there.
        is_found: an event of its kind matches it in time and place, one to one.
        is_noticed: some event touches it in time and place.
    """

    movement: KnownMovement
    place: int
    per_minute: float
    is_found: bool
    is_noticed: bool


@dataclass(frozen=True)
class StretchTask:
    """All that a worker needs.

    Attributes:
        path: the file.
        offset_s: recording time = file time + this, s.
        plan: what is planted.
        encoding: how it is encoded again.
        fps: usual frame rate.
        params: of the night.
        seed: of the places.
        regions: of the night; nothing is planted into what is left out of it.
        standing: where something stands that is no movement, as a clock does, shape (rows, columns) over the whole
            picture; nothing is planted there, either.
    """

    path: Path
    offset_s: float
    plan: StretchPlan
    encoding: Encoding
    fps: float
    params: Params
    seed: int
    regions: RegionSet = field(default_factory=RegionSet)
    standing: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((1, 1), np.bool_))


@dataclass(frozen=True)
class StretchResult:
    """What came of a stretch.

    Attributes:
        trials: in order of time.
        false_s: onsets of events that touch nothing planted, recording time, s.
        false_twitches: how many of them are twitches.
        free_s: time in which nothing was planted, s.
        n_frames: pictures read, encoded and measured.
        kbps: bit rate that came of the encoding.
        failure: why there is nothing; empty where there is.
    """

    trials: tuple[Trial, ...]
    false_s: tuple[float, ...]
    false_twitches: int
    free_s: float
    n_frames: int
    kbps: float
    failure: str = ""


def try_stretch(task: StretchTask) -> StretchResult:
    """As `run_stretch`, but a stretch that cannot be read, written or analyzed says why and holds nothing."""
    try:
        return run_stretch(task)
    except DetectorError as error:
        return StretchResult((), (), 0, 0.0, 0, float("nan"), str(error))


def run_stretch(task: StretchTask) -> StretchResult:
    """Plant, encode, analyze and match one stretch.

    Raises:
        FootageError: the footage has no pictures there.
    """
    plan = task.plan
    pictures = _pictures(task)
    first = next(pictures, None)
    if first is None:
        raise FootageError(f"{task.path}: expected pictures from {plan.start_s:.1f} s on, but none can be decoded.")
    rng = np.random.default_rng([task.seed, round(plan.start_s * 1000)])
    placed, places = _placed(task, first.luma, rng)
    with tempfile.TemporaryDirectory(prefix="twitch-detector-") as folder:
        video = Path(folder) / "stretch.mkv"
        n_frames = write_video(video, planted(chain([first], pictures), placed), task.fps, task.encoding)
        length_s = plan.stop_s - plan.start_s
        kbps = video.stat().st_size * 8 / 1000 / length_s
        night = analyze(video, params=task.params, workers=1, regions=task.regions)
    found, noticed, is_false = match_placed(night, placed, first.luma.shape[1])
    trials = tuple(
        Trial(replace(one, onset_s=one.onset_s + plan.start_s), places[k], plan.per_minute, found[k], noticed[k])
        for k, one in enumerate(placed)
    )
    events = sorted(night.decision.events, key=lambda event: event.start_s)
    false = [event for event, is_one in zip(events, is_false, strict=True) if is_one]
    free_s = length_s - sum(one.duration_s + 2 * ONSET_TOLERANCE_S for one in placed)
    return StretchResult(
        trials,
        tuple(event.start_s + plan.start_s for event in false),
        sum(event.kind == "twitch" for event in false),
        max(free_s, 0.0),
        n_frames,
        kbps,
    )


def _pictures(task: StretchTask) -> Iterator[Picture]:
    """Pictures of the stretch, stamped from its start on."""
    info = probe(task.path)
    start_s, stop_s = task.plan.start_s - task.offset_s, task.plan.stop_s - task.offset_s
    for picture in read_pictures(info, start_s, stop_s):
        yield replace(picture, time_s=picture.time_s - start_s)


def _placed(
    task: StretchTask, picture: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[list[KnownMovement], list[int]]:
    plan, is_attended = task.plan, _attended(task, picture)
    spots: dict[int, tuple[float, float, int]] = {}
    placed, places = [], []
    is_one_place = len(set(plan.places)) == 1
    for one, place in zip(plan.movements, plan.places, strict=True):
        if not (is_one_place and place in spots):
            spots[place] = place_in(rng, picture, one.sigma_px, place, is_attended(one.sigma_px))
        x_px, y_px, part = spots[place]
        placed.append(replace(one, x_px=x_px, y_px=y_px))
        places.append(part)
    return placed, places


def _attended(task: StretchTask, picture: NDArray[np.uint8]) -> Callable[[float], NDArray[np.bool_] | None]:
    """Pixels that the night looks at, to a few, and that lie so far from what stands, px; None for all."""
    height, width = picture.shape
    inside = None
    if task.regions:
        cells = task.regions.mask(-(-height // _FINE_PX), -(-width // _FINE_PX), (_FINE_PX, _FINE_PX))
        inside = np.kron(cells, np.ones((_FINE_PX, _FINE_PX), np.bool_))[:height, :width]
    if not task.standing.any():
        return lambda _: inside
    rows, columns = task.standing.shape
    standing = task.standing[np.arange(height)[:, None] * rows // height, np.arange(width) * columns // width]
    away_px = cv2.distanceTransform((~standing).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return lambda least_px: (away_px > least_px) if inside is None else inside & (away_px > least_px)


def match_placed(night: Night, placed: list[KnownMovement], width_px: int) -> tuple[list[bool], list[bool], list[bool]]:
    """Which movements were found as their kind, which were noticed at all, and which events are false.

    Args:
        night: what was found, times from the start of the stretch on.
        placed: what was planted, in order of time.
        width_px: of the picture.

    Returns:
        Two lists along `placed`, and one along the night's events in order of start.
    """
    known, found = Intervals.of_known(placed), Intervals.of_events(night.events)
    events = sorted(night.decision.events, key=lambda event: event.start_s)
    x_px, y_px = np.array([e.x_px for e in events], float), np.array([e.y_px for e in events], float)
    near_px = np.array([max(_NEAR_SIGMAS * one.sigma_px, _NEAR_SHARE * width_px) for one in placed])
    away_px = np.hypot(
        np.subtract.outer([one.x_px for one in placed], x_px), np.subtract.outer([one.y_px for one in placed], y_px)
    )
    is_touched = touching(known.start_s, known.stop_s, found.start_s, found.stop_s, ONSET_TOLERANCE_S)
    is_near = is_touched & (away_px <= near_px[:, None])
    is_kind = np.equal.outer(known.kind, found.kind)
    apart_s = onset_distance(known.start_s, found.start_s)
    ratio = overlap_ratio(known.start_s, known.stop_s, found.start_s, found.stop_s)
    is_twitch = (known.kind == "twitch")[:, None]
    is_match = is_near & is_kind & np.where(is_twitch, apart_s <= ONSET_TOLERANCE_S, ratio >= LEAST_OVERLAP)
    pairs = best_pairs(is_match, np.clip(np.where(is_twitch, 1 - apart_s, ratio), 0, 1))
    matched = set(pairs[:, 0].tolist())
    return (
        [k in matched for k in range(len(placed))],
        np.asarray(is_near.any(axis=1)).tolist(),
        np.logical_not(is_touched.any(axis=0)).tolist(),
    )

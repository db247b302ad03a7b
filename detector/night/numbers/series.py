"""Movements that belong together by their times: bouts, periodic series, repeated whole-body movements.

Each rule looks at finished events and at the intervals from onset to onset, never across a gap or a change of state. No
rule names a cause, and each result carries what the same night gives by chance (`detector.night.numbers.chance`).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.events.state import AWAKE
from detector.night.numbers.bouts import BoutCriterion, bout_criterion
from detector.night.numbers.chance import Chance, RunRule, chance_of, find_runs
from detector.night.numbers.statistics import onset_intervals, segments
from detector.night.numbers.stretches import StateRow, Stretch, state_at, states_at
from detector.params import SeriesParams

SeriesKind = Literal["bout", "periodic WASM", "periodic AASM", "repeated whole-body"]
SERIES_KINDS: tuple[SeriesKind, ...] = get_args(SeriesKind)
JERK = "jerk"
"""Label of what is as brief as a twitch and larger."""

_FEWEST_FOR_TREND = 5
_PERIODIC_KINDS = {"twitch", "movement", "gross", "rhythmic"}


@dataclass(frozen=True)
class Series:
    """A run of movements.

    Attributes:
        kind: what holds it together.
        members: numbers of its events in order of start, from 1; 2 or more.
        start_s, stop_s: start of the first, end of the last, recording time, s.
        median_interval_s: median time from onset to onset, s.
        chance: what series of this kind the night's own intervals give when they are shuffled.
        amplitude_trend: rank correlation of strength with order, -1 to 1; NaN for fewer than 5 movements.
        since_waking_s: time from the last waking before it, s; NaN where there was none.
        sites: where its movements were; empty where no site is known.
        state: state at its start; empty where none is known.
    """

    kind: SeriesKind
    members: tuple[int, ...]
    start_s: float
    stop_s: float
    median_interval_s: float
    chance: Chance
    amplitude_trend: float = math.nan
    since_waking_s: float = math.nan
    sites: tuple[str, ...] = ()
    state: str = ""

    def __post_init__(self) -> None:
        if len(self.members) < 2 or sorted(set(self.members)) != list(self.members) or self.start_s > self.stop_s:
            raise ValueError(f"expected two movements or more, in order of time, but {self} came.")

    @property
    def chance_share(self) -> float:
        """Share of the shuffles that gave a series of this kind with at least as many movements; NaN without any."""
        return self.chance.share_of(len(self.members))

    @property
    def rate_per_min(self) -> float:
        """Movements a minute within the series, by its median interval."""
        return 60.0 / self.median_interval_s if self.median_interval_s > 0 else math.nan


@dataclass(frozen=True)
class Times:
    """What series are looked for in.

    Attributes:
        events: of a night, in order of start.
        observed: observed stretches, ascending.
        states: rows of states; see `known_states` for where none were scored.
        params: limits of the rules.
    """

    events: Sequence[Event]
    observed: Sequence[Stretch]
    states: Sequence[StateRow]
    params: SeriesParams

    @cached_property
    def wakings_s(self) -> list[float]:
        """When stretches begin in which the infant is awake or handled, s, ascending."""
        return [
            start_s
            for place, (start_s, _, state) in enumerate(self.states)
            if state == AWAKE and (place == 0 or self.states[place - 1][2] != AWAKE)
        ]


def known_states(events: Sequence[Event], states: Sequence[StateRow]) -> tuple[StateRow, ...]:
    """The states of a night; where none were scored, restless stretches are the only ones known.

    Args:
        events: of the night.
        states: as they were scored.
    """
    if states:
        return tuple(states)
    return tuple((event.start_s, event.stop_s, AWAKE) for event in events if event.kind == "restless")


def find_series(times: Times, kinds: Sequence[SeriesKind] = SERIES_KINDS) -> tuple[Series, ...]:
    """All series of a night, or those of some kinds, in order of start.

    Rules, with their sources in `detector.params.SeriesParams`: a bout is two or more twitches no further apart than
    the bout criterion (PMC8513809; Sibly 1990); a periodic series is four or more movements of 0.5 to 10 s, 10 to 90 s
    apart from onset to onset (WASM, PMC9619152) or 5 to 90 s (AASM); repeated whole-body movements are five or more of
    0.4 to 3 s, 3 to 30 s apart, over a minute or more (own choice). Deviations: sides are not told apart, so that
    movements of both at once may not last 15 s; a gap or a change of state ends a series.

    >>> find_series(Times([], [(0.0, 60.0)], [], SeriesParams()))
    ()
    """
    found = [series for kind in kinds for series in _series_of(kind, times)]
    return tuple(sorted(found, key=lambda series: (series.start_s, SERIES_KINDS.index(series.kind))))


def night_criterion(times: Times) -> BoutCriterion:
    """The bout criterion of a night's twitches."""
    onsets = [event.start_s for event in times.events if event.kind == "twitch"]
    return bout_criterion(onset_intervals(onsets, times.observed, times.states), times.params)


def candidates(kind: SeriesKind, times: Times) -> list[int]:
    """Places of the events that a series of this kind may be made of, ascending."""
    return [place for place, event in enumerate(times.events) if _is_candidate(kind, event, times.params)]


def periodicity_index(series: Sequence[Series], times: Times, kind: SeriesKind = "periodic WASM") -> float:
    """Share of the movements of 0.5 to 10 s that lie in periodic series.

    Source: PMC8662505. No cut-off for infants is published, and none is given here.

    Returns:
        0 to 1; NaN where there is no such movement.

    >>> periodicity_index([], Times([], [], [], SeriesParams()))
    nan
    """
    n_all = len(candidates(kind, times))
    return sum(len(one.members) for one in series if one.kind == kind) / n_all if n_all else math.nan


def label_twitches(times: Times) -> tuple[Event, ...]:
    """The same events, twitches labeled `bout` or `isolated` where they have no label yet.

    `isolated`: nothing else moved within 10 s before and after (PMC8513809), all of which was observed.
    """
    places, runs = _runs_of("bout", times)[:2]
    in_bout = {place for first, stop in runs for place in places[first:stop]}
    alone = _alone(times)
    names = ("bout" if place in in_bout else "isolated" if alone[place] else "" for place in range(len(alone)))
    return tuple(
        replace(event, label=name) if event.kind == "twitch" and name and not event.label else event
        for event, name in zip(times.events, names, strict=True)
    )


def _alone(times: Times) -> NDArray[np.bool_]:
    """Which events have no other within `isolated_s` before and after, all of which was observed; shape (n,)."""
    near_s = times.params.isolated_s
    start_s = np.array([event.start_s for event in times.events])
    stop_s = np.array([event.stop_s for event in times.events])
    latest_s = np.maximum.accumulate(np.concatenate(([-np.inf], stop_s[:-1])))
    next_s = np.concatenate((start_s[1:], [np.inf]))[: start_s.size]
    is_alone: NDArray[np.bool_] = (latest_s[: start_s.size] < start_s - near_s) & (next_s > stop_s + near_s)
    begin_s, end_s = (np.array([-np.inf, *(edge[side] for edge in times.observed)]) for side in (0, 1))
    place = np.searchsorted(begin_s, start_s - near_s, side="right") - 1
    return is_alone & (begin_s[place] > -np.inf) & (stop_s + near_s <= end_s[place])


def _is_candidate(kind: SeriesKind, event: Event, params: SeriesParams) -> bool:
    length_s = event.duration_s
    if kind == "bout":
        return event.kind == "twitch"
    if kind == "repeated whole-body":
        is_large = event.kind == "gross" or event.label == JERK
        return is_large and params.repeated_min_s <= length_s <= params.repeated_max_s
    return event.kind in _PERIODIC_KINDS and params.periodic_min_s <= length_s <= params.periodic_max_s


def _rule(kind: SeriesKind, times: Times) -> RunRule:
    params = times.params
    if kind == "bout":
        return RunRule(0.0, night_criterion(times).interval_s, 2)
    if kind == "repeated whole-body":
        shortest_s, longest_s = params.repeated_min_interval_s, params.repeated_max_interval_s
        return RunRule(shortest_s, longest_s, params.repeated_min_events, params.repeated_over_s)
    shortest_s = params.wasm_min_interval_s if kind == "periodic WASM" else params.aasm_min_interval_s
    return RunRule(shortest_s, params.periodic_max_interval_s, params.periodic_min_events)


def _runs_of(
    kind: SeriesKind, times: Times
) -> tuple[list[int], list[tuple[int, int]], NDArray[np.float64], NDArray[np.int64], RunRule]:
    """Places of the candidates, the runs among them, and what they were found by: onsets, segments and the rule."""
    places = candidates(kind, times)
    onsets = np.array([times.events[place].start_s for place in places])
    segment, rule = segments(onsets, times.observed, times.states), _rule(kind, times)
    return places, find_runs(onsets, segment, rule), onsets, segment, rule


def _series_of(kind: SeriesKind, times: Times) -> list[Series]:
    places, runs, onsets, segment, rule = _runs_of(kind, times)
    if not runs:
        return []
    state = states_at(times.states, onsets.tolist())
    chance = chance_of(onsets, segment, state, rule, shuffles=times.params.shuffles, seed=times.params.seed)
    return [_described(kind, times, places[first:stop], onsets[first:stop], chance) for first, stop in runs]


def _described(
    kind: SeriesKind, times: Times, places: Sequence[int], onset_s: NDArray[np.float64], chance: Chance
) -> Series:
    members = [times.events[place] for place in places]
    return Series(
        kind=kind,
        members=tuple(place + 1 for place in places),
        start_s=members[0].start_s,
        stop_s=max(event.stop_s for event in members),
        median_interval_s=float(np.median(np.diff(onset_s))),
        chance=chance,
        amplitude_trend=amplitude_trend([event.snr for event in members]),
        since_waking_s=_since_waking(times, members[0].start_s),
        sites=tuple(dict.fromkeys(event.site for event in members if event.site)),
        state=state_at(times.states, members[0].start_s),
    )


def amplitude_trend(strengths: Sequence[float]) -> float:
    """Spearman's rank correlation of strength with order: 1 where each is stronger than the one before.

    Returns:
        -1 to 1; NaN for fewer than 5 strengths, or where all are equal.

    >>> amplitude_trend([3.0, 4.0, 6.0, 9.0, 20.0]), amplitude_trend([1.0, 2.0])
    (1.0, nan)
    """
    values = np.asarray(strengths, dtype=np.float64)
    if values.size < _FEWEST_FOR_TREND or np.ptp(values) == 0:
        return math.nan
    ordered = np.sort(values)
    # Equal ones share the mean of their ranks.
    ranks = np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right")
    return round(float(np.corrcoef(np.arange(values.size), ranks)[0, 1]), 12)


def _since_waking(times: Times, time_s: float) -> float:
    """Time since the last stretch began in which the infant was awake or handled, s; NaN where there was none."""
    n_before = bisect_right(times.wakings_s, time_s)
    return time_s - times.wakings_s[n_before - 1] if n_before else math.nan

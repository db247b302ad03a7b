"""Movements that belong together by their times: bouts, periodic series, repeated whole-body movements.

Each rule looks at finished events and at the intervals from onset to onset, never across a gap or a change of state. No
rule names a cause, and each result carries what the same night gives by chance (`detector.night.chance`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from detector.events.classify import Event
from detector.night.bouts import BoutCriterion, bout_criterion
from detector.night.chance import Chance, RunRule, chance_of, find_runs
from detector.night.schema import AWAKE
from detector.night.statistics import onset_intervals, segments
from detector.night.stretches import StateRow, Stretch, state_at
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
        chance: how many series of this kind the night's own intervals give when they are shuffled.
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


def known_states(events: Sequence[Event], states: Sequence[StateRow]) -> tuple[StateRow, ...]:
    """The states of a night; where none were scored, restless stretches are the only ones known.

    Args:
        events: of the night.
        states: as they were scored.
    """
    if states:
        return tuple(states)
    return tuple((event.start_s, event.stop_s, AWAKE) for event in events if event.kind == "restless")


def find_series(times: Times) -> tuple[Series, ...]:
    """All series of a night, in order of start.

    Rules, with their sources in `detector.params.SeriesParams`: a bout is two or more twitches no further apart than
    the bout criterion (PMC8513809; Sibly 1990); a periodic series is four or more movements of 0.5 to 10 s, 10 to 90 s
    apart from onset to onset (WASM, PMC9619152) or 5 to 90 s (AASM); repeated whole-body movements are five or more of
    0.4 to 3 s, 3 to 30 s apart, over a minute or more (own choice). Deviations: sides are not told apart, so that
    movements of both at once may not last 15 s; a gap or a change of state ends a series.

    >>> find_series(Times([], [(0.0, 60.0)], [], SeriesParams()))
    ()
    """
    found = [series for kind in SERIES_KINDS for series in _series_of(kind, times)]
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
    in_bout = {number for series in _series_of("bout", times, with_chance=False) for number in series.members}
    return tuple(
        replace(event, label=_label(place, times, in_bout)) if event.kind == "twitch" and not event.label else event
        for place, event in enumerate(times.events)
    )


def _label(place: int, times: Times, in_bout: set[int]) -> str:
    if place + 1 in in_bout:
        return "bout"
    event, near_s = times.events[place], times.params.isolated_s
    start_s, stop_s = event.start_s - near_s, event.stop_s + near_s
    is_alone = not any(
        other is not event and other.start_s <= stop_s and other.stop_s >= start_s for other in times.events
    )
    is_seen = any(begin_s <= start_s and stop_s <= end_s for begin_s, end_s in times.observed)
    return "isolated" if is_alone and is_seen else ""


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


def _series_of(kind: SeriesKind, times: Times, *, with_chance: bool = True) -> list[Series]:
    places = candidates(kind, times)
    if len(places) < 2:
        return []
    onsets = np.array([times.events[place].start_s for place in places])
    segment, rule = segments(onsets, times.observed, times.states), _rule(kind, times)
    runs = find_runs(onsets, segment, rule)
    if not runs:
        return []
    chance = Chance(math.nan, math.nan, math.nan)
    if with_chance:
        state = [state_at(times.states, onset_s) for onset_s in onsets.tolist()]
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
    from scipy.stats import spearmanr

    return round(float(spearmanr(np.arange(values.size), values).statistic), 12)


def _since_waking(times: Times, time_s: float) -> float:
    """Time since the last stretch began in which the infant was awake or handled, s; NaN where there was none."""
    wakings = [
        start_s
        for place, (start_s, _, state) in enumerate(times.states)
        if state == AWAKE and start_s <= time_s and (place == 0 or times.states[place - 1][2] != AWAKE)
    ]
    return time_s - wakings[-1] if wakings else math.nan

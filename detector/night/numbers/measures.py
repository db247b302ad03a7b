"""What a night says in numbers: its rates, its series and its statistics as tables and as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS, Event
from detector.events.decide import Decision
from detector.night.numbers.rates import Rate, bout_limits, event_rate, parse_bin, state_times, time_bins
from detector.night.numbers.series import (
    Series,
    Times,
    known_states,
    label_twitches,
    night_criterion,
    periodicity_index,
)
from detector.night.numbers.statistics import bout_sizes, burstiness, fano_curve, onset_intervals, still_share
from detector.night.numbers.stretches import StateRow, Stretch, intersect, states_at, subtract, total_s
from detector.night.provenance import Provenance
from detector.night.schema import SERIES
from detector.night.tables import Columns, to_columns, with_datetimes
from detector.params import Params, SeriesParams

if TYPE_CHECKING:
    import pandas as pd

_HIDES_MOVEMENT = {"light", "bump"}
"""Artifacts that cover the whole picture for a moment; damaged and frozen pictures are not observed to begin with."""

RATE_COLUMNS = (
    "kind",
    "n_events",
    "judged_s",
    "per_hour",
    "low_per_hour",
    "high_per_hour",
    "bout_low_per_hour",
    "bout_high_per_hour",
)


class Timed(Protocol):
    """What of a night is needed to count it."""

    @property
    def decision(self) -> Decision:
        """Events and artifacts."""

    @property
    def provenance(self) -> Provenance:
        """Start, stop and clock."""

    @property
    def params(self) -> Params:
        """Limits of rules."""

    @property
    def observed(self) -> tuple[Stretch, ...]:
        """Observed stretches."""

    @property
    def states(self) -> tuple[StateRow, ...]:
        """Rows of states."""

    @property
    def judged(self) -> tuple[Stretch, ...]:
        """Stretches in which movement could be seen."""

    @property
    def event_ids(self) -> tuple[str, ...]:
        """Names of the events."""


def judged_stretches(night: Timed) -> tuple[Stretch, ...]:
    """Observed time in which movement could be seen; ascending. Nights of before that was stored: but for artifacts."""
    if night.decision.judged is not None:
        return intersect(night.observed, night.decision.judged)
    hidden = [(item.start_s, item.stop_s) for item in night.decision.artifacts if item.kind in _HIDES_MOVEMENT]
    return subtract(night.observed, hidden)


def twitch_stretches(night: Timed) -> tuple[Stretch, ...]:
    """Judged time in which pictures came often enough to tell a twitch; ascending."""
    few = [(item.start_s, item.stop_s) for item in night.decision.artifacts if item.kind == "few pictures"]
    return subtract(night.judged, few)


def times_of(night: Timed) -> Times:
    """A night as series are looked for in it."""
    events = night.decision.events
    return Times(events, night.observed, known_states(events, night.states), night.params.series)


def with_labels(
    decision: Decision, observed: tuple[Stretch, ...], states: tuple[StateRow, ...], params: SeriesParams
) -> Decision:
    """A decision whose twitches are labeled by what else moves around them."""
    events = decision.events
    return replace(decision, events=label_twitches(Times(events, observed, known_states(events, states), params)))


def kind_rates(night: Timed) -> dict[str, Rate]:
    """Rate of every kind over the judged time."""
    events, least_s = night.decision.events, night.params.series.min_rate_s
    judged_s = dict.fromkeys(EVENT_KINDS, total_s(night.judged)) | {"twitch": total_s(twitch_stretches(night))}
    return {
        kind: event_rate(sum(event.kind == kind for event in events), judged_s[kind], least_s) for kind in EVENT_KINDS
    }


def rate_table(night: Timed, by: str) -> pd.DataFrame:
    """Rates of every kind, as `Night.rates` gives them."""
    import pandas as pd

    groups: Iterator[_Group]
    heads: tuple[str, ...]
    if by == "kind":
        told_s = total_s(twitch_stretches(night))
        groups, heads = iter([_Group({}, night.decision.events, total_s(night.judged), told_s)]), ()
    elif by in {"state", "site"}:
        groups, heads = _grouped(night, by), (by,)
    else:
        groups, heads = _binned(night, parse_bin(by)), ("start_s", "stop_s", "start_at")
    times, criterion_s = times_of(night), night_criterion(times_of(night)).interval_s
    rows = [row for group in groups for row in _rate_rows(group, times, criterion_s)]
    table = pd.DataFrame(rows, columns=[*heads, *RATE_COLUMNS])
    source = night.provenance
    return with_datetimes(table, source.start_at, source.start_s) if "start_at" in heads else table


@dataclass(frozen=True)
class _Group:
    """Events that are counted together: what the group is called by, and its judged time, s; that of twitches, too."""

    head: dict[str, Any]
    events: Sequence[Event]
    judged_s: float
    twitch_s: float


def _rate_rows(group: _Group, times: Times, criterion_s: float) -> Iterator[dict[str, Any]]:
    least_s = times.params.min_rate_s
    for kind in EVENT_KINDS:
        onsets = [event.start_s for event in group.events if event.kind == kind]
        judged_s = group.twitch_s if kind == "twitch" else group.judged_s
        rate = event_rate(len(onsets), judged_s, least_s)
        limits = rate.low_per_hour, rate.high_per_hour
        if kind == "twitch":
            sizes = bout_sizes(onsets, times.observed, times.states, criterion_s)
            limits = bout_limits(sizes, judged_s, least_s)
        values = (kind, rate.n_events, round(rate.time_s, 3), rate.per_hour, rate.low_per_hour, rate.high_per_hour)
        yield group.head | dict(zip(RATE_COLUMNS, (*values, *limits), strict=True))


def _grouped(night: Timed, by: str) -> Iterator[_Group]:
    events, judged, told = night.decision.events, night.judged, twitch_stretches(night)
    if by == "state":
        states = known_states(events, night.states)
        names, times_s = states_at(states, [event.start_s for event in events]), state_times(states, judged)
        told_s = state_times(states, told)
    else:
        names = [event.site for event in events]
        times_s, told_s = (dict.fromkeys(sorted(set(names)), total_s(one)) for one in (judged, told))
    for name, judged_s in times_s.items():
        inside = [event for event, group in zip(events, names, strict=True) if group == name]
        yield _Group({by: name}, inside, judged_s, told_s.get(name, 0.0))


def _binned(night: Timed, length_s: float) -> Iterator[_Group]:
    source, told = night.provenance, twitch_stretches(night)
    for start_s, stop_s in time_bins(source.start_s, source.stop_s, length_s, source.start_at):
        inside = [event for event in night.decision.events if start_s <= event.start_s < stop_s]
        judged_s, told_s = (total_s(intersect(one, [(start_s, stop_s)])) for one in (night.judged, told))
        yield _Group({"start_s": start_s, "stop_s": stop_s}, inside, judged_s, told_s)


def series_columns(night: Timed, series: tuple[Series, ...]) -> Columns:
    """Series as the columns of `SERIES`."""
    rows = [
        vars(one) | _told(one, night.event_ids) | {"start_at": night.provenance.wall_clock_text(one.start_s)}
        for one in series
    ]
    return to_columns(SERIES, rows)


def _told(series: Series, ids: Sequence[str]) -> dict[str, object]:
    return {
        "n_events": len(series.members),
        "expected_by_chance": series.chance.expected,
        "chance_share": series.chance_share,
        "rate_per_min": series.rate_per_min,
        "minutes_since_waking": series.since_waking_s / 60.0,
        "sites": " ".join(series.sites),
        "events": " ".join(ids[number - 1] for number in series.members),
    }


def night_statistics(night: Timed, series: tuple[Series, ...], kind: str) -> dict[str, Any]:
    """What `Night.statistics` gives."""
    times, params = times_of(night), night.params.series
    events = night.decision.events
    onsets = [event.start_s for event in events if event.kind == known_kind(kind)]
    intervals_s = onset_intervals(onsets, night.observed, times.states)
    share, n_epochs = still_share(
        [(event.start_s, event.stop_s) for event in events], night.judged, params.still_epoch_s
    )
    rate, criterion = kind_rates(night)[kind], night_criterion(times)
    sizes = bout_sizes(onsets, night.observed, times.states, criterion.interval_s)
    low, high = bout_limits(sizes, rate.time_s, params.min_rate_s)
    return {
        "kind": kind,
        "n_events": len(onsets),
        "judged_s": round(rate.time_s, 3),
        "per_hour": rate.per_hour,
        "low_per_hour": rate.low_per_hour,
        "high_per_hour": rate.high_per_hour,
        "bout_low_per_hour": low,
        "bout_high_per_hour": high,
        "n_intervals": int(intervals_s.size),
        "median_interval_s": float(np.median(intervals_s)) if intervals_s.size else math.nan,
        "burstiness": burstiness(intervals_s, params.min_burst_events),
        "bout_criterion_s": criterion.interval_s,
        "bout_criterion_is_fitted": criterion.is_fitted,
        "n_bouts": sum(one.kind == "bout" for one in series),
        "periodicity_index": periodicity_index(series, times),
        "still_share": share,
        "n_still_epochs": n_epochs,
    }


def fano_table(night: Timed, window_s: Sequence[float], kind: str) -> pd.DataFrame:
    """What `Night.fano` gives."""
    import pandas as pd

    onsets = [event.start_s for event in night.decision.events if event.kind == kind]
    return pd.DataFrame({"window_s": window_s, "fano": fano_curve(onsets, night.judged, window_s)})


def known_kind(kind: str) -> str:
    """A kind of event, checked.

    Raises:
        UsageError: there is no such kind; the message lists them.
    """
    if kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    return kind

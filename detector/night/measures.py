"""What a night says in numbers: its rates, its series and its statistics as tables and as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from detector.errors import UsageError
from detector.events.classify import EVENT_KINDS
from detector.events.decide import Decision
from detector.night.provenance import Provenance
from detector.night.rates import Rate, by_state, event_rate, parse_bin, rate_rows, state_times, time_bins
from detector.night.schema import SERIES
from detector.night.series import Series, Times, known_states, label_twitches, night_criterion, periodicity_index
from detector.night.statistics import burstiness, onset_intervals, still_share
from detector.night.stretches import StateRow, Stretch, intersect, subtract, total_s
from detector.night.tables import Columns, name_event, to_columns
from detector.params import Params, SeriesParams

if TYPE_CHECKING:
    import pandas as pd

_HIDES_MOVEMENT = {"light", "bump"}
"""Artifacts that cover the whole picture for a moment; damaged and frozen pictures are not observed to begin with."""

RATE_COLUMNS = ("kind", "n_events", "judged_s", "per_hour", "low_per_hour", "high_per_hour")


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


def judged_stretches(night: Timed) -> tuple[Stretch, ...]:
    """Observed time in which no change of light and no bump hid what moved; ascending."""
    hidden = [(item.start_s, item.stop_s) for item in night.decision.artifacts if item.kind in _HIDES_MOVEMENT]
    return subtract(night.observed, hidden)


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
    judged_s, events = total_s(night.judged), night.decision.events
    return {
        kind: event_rate(sum(event.kind == kind for event in events), judged_s, night.params.series.min_rate_s)
        for kind in EVENT_KINDS
    }


def rate_table(night: Timed, by: str) -> pd.DataFrame:
    """Rates of every kind, as `Night.rates` gives them."""
    import pandas as pd

    rows: Iterator[tuple[dict[str, Any], str, Rate]]
    heads: tuple[str, ...]
    if by == "kind":
        rows, heads = (({}, kind, rate) for kind, rate in kind_rates(night).items()), ()
    elif by in {"state", "site"}:
        rows, heads = _grouped(night, by), (by,)
    else:
        rows, heads = _binned(night, parse_bin(by)), ("start_s", "stop_s", "start_at")
    values = [
        {
            **head,
            "kind": kind,
            "n_events": rate.n_events,
            "judged_s": round(rate.time_s, 3),
            "per_hour": rate.per_hour,
            "low_per_hour": rate.low_per_hour,
            "high_per_hour": rate.high_per_hour,
        }
        for head, kind, rate in rows
    ]
    return pd.DataFrame(values, columns=[*heads, *RATE_COLUMNS])


def _grouped(night: Timed, by: str) -> Iterator[tuple[dict[str, Any], str, Rate]]:
    events, judged = night.decision.events, night.judged
    if by == "state":
        states = known_states(events, night.states)
        times_s, group_of = state_times(states, judged), by_state(states)
    else:
        sites = sorted({event.site for event in events})
        times_s, group_of = dict.fromkeys(sites, total_s(judged)), lambda event: event.site
    for group, kind, rate in rate_rows(events, times_s, group_of, night.params.series.min_rate_s):
        yield {by: group}, kind, rate


def _binned(night: Timed, length_s: float) -> Iterator[tuple[dict[str, Any], str, Rate]]:
    source = night.provenance
    for start_s, stop_s in time_bins(source.start_s, source.stop_s, length_s, source.start_at):
        judged_s = total_s(intersect(night.judged, [(start_s, stop_s)]))
        inside = [event.kind for event in night.decision.events if start_s <= event.start_s < stop_s]
        for kind in EVENT_KINDS:
            rate = event_rate(inside.count(kind), judged_s, night.params.series.min_rate_s)
            yield {"start_s": start_s, "stop_s": stop_s, "start_at": source.wall_clock(start_s)}, kind, rate


def series_columns(night: Timed, series: tuple[Series, ...]) -> Columns:
    """Series as the columns of `SERIES`."""
    rows = [vars(one) | _told(one) | {"start_at": night.provenance.wall_clock_text(one.start_s)} for one in series]
    return to_columns(SERIES, rows)


def _told(series: Series) -> dict[str, object]:
    return {
        "n_events": len(series.members),
        "expected_by_chance": series.chance.expected,
        "chance_share": series.chance.share,
        "rate_per_min": series.rate_per_min,
        "minutes_since_waking": series.since_waking_s / 60.0,
        "sites": " ".join(series.sites),
        "events": " ".join(name_event(number) for number in series.members),
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
    return {
        "kind": kind,
        "n_events": len(onsets),
        "judged_s": round(rate.time_s, 3),
        "per_hour": rate.per_hour,
        "low_per_hour": rate.low_per_hour,
        "high_per_hour": rate.high_per_hour,
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


def known_kind(kind: str) -> str:
    """A kind of event, checked.

    Raises:
        UsageError: there is no such kind; the message lists them.
    """
    if kind not in EVENT_KINDS:
        raise UsageError(f"{kind}: expected a kind of event ({', '.join(EVENT_KINDS)}), but this is none of them.")
    return kind

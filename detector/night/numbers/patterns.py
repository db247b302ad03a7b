"""Patterns that somebody may want to look at, told as they were seen: where, how often, and how often by chance.

A camera sees movement, not its cause. No pattern names one, none reassures, and a night without patterns says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from detector.events.classify import Event
from detector.events.state import AWAKE
from detector.night.numbers.series import Series, Times, candidates, known_states, periodicity_index
from detector.night.numbers.stretches import intersect
from detector.night.tables import name_event, number_of

_SHOW = "If you show it to someone, show the footage."
_TREND = 0.5  # rank correlation from which on a trend is told
_CANNOT_KNOW = "The camera sees that something moved, not why."

Clock = Callable[[float], str]


@dataclass(frozen=True)
class Pattern:
    """One pattern of a night, in words.

    Attributes:
        heading: what it is and how often, such as `"Rhythmic movement of 10 s or longer (3)"`.
        seen: what was seen, in one or two sentences.
        by_chance: how often chance gives it in this night; empty where no rate can be given.
        could_be_wrong: what else it may have been, and what cannot be known.
        event_ids: the events it is made of, in order; by their order in the night, until that names them.
        stretches: `(start_s, stop_s)` of what is to be looked at, recording time, s.
    """

    heading: str
    seen: str
    by_chance: str
    could_be_wrong: str
    event_ids: tuple[str, ...]
    stretches: tuple[tuple[float, float], ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers in the names of its events."""
        return tuple(map(number_of, self.event_ids))


def find_patterns(times: Times, series: Sequence[Series], sustained_s: float, clock: Clock) -> tuple[Pattern, ...]:
    """The patterns of a night, those of single movements first; empty where none was seen.

    Args:
        times: events and states of the night.
        series: as `detector.night.numbers.series.find_series` gave them.
        sustained_s: from what length on a rhythmic movement is told by itself, s.
        clock: recording time, s, to words such as `02:13:05`.
    """
    found = [_sustained(times, sustained_s, clock), _restless(times, clock)]
    found += [_repeated(times, series, clock), _periodic(times, series, clock)]
    return tuple(pattern for pattern in found if pattern)


def _sustained(times: Times, sustained_s: float, clock: Clock) -> Pattern | None:
    chosen = [(n, event) for n, event in enumerate(times.events, 1) if event.is_sustained]
    return _rhythmic(
        f"Rhythmic movement of {sustained_s:g} s or longer",
        chosen,
        clock,
        "Something that swings by itself, a pet, or breathing that moves a blanket can look like this.",
    )


def _restless(times: Times, clock: Clock) -> Pattern | None:
    states = known_states(times.events, times.states)
    awake = [(start_s, stop_s) for start_s, stop_s, state in states if state == AWAKE]
    chosen = [
        (n, event)
        for n, event in enumerate(times.events, 1)
        if event.kind == "rhythmic" and intersect([(event.start_s, event.stop_s)], awake)
    ]
    return _rhythmic(
        "Rhythmic movement while restless", chosen, clock, "Rocking or patting moves the picture in the same way."
    )


def _rhythmic(heading: str, chosen: list[tuple[int, Event]], clock: Clock, could_be_wrong: str) -> Pattern | None:
    """Rhythmic events, each with its number, as one pattern; None where there are none."""
    if not chosen:
        return None
    return Pattern(
        heading=f"{heading} ({len(chosen)})",
        seen=_rhythms([event for _, event in chosen], clock),
        by_chance="",
        could_be_wrong=f"{could_be_wrong} {_CANNOT_KNOW} {_SHOW}",
        event_ids=tuple(name_event(n) for n, _ in chosen),
        stretches=tuple((event.start_s, event.stop_s) for _, event in chosen),
    )


def _repeated(times: Times, series: Sequence[Series], clock: Clock) -> Pattern | None:
    chosen = [one for one in series if one.kind == "repeated whole-body"]
    if not chosen:
        return None
    return Pattern(
        heading=f"Repeated whole-body movements ({len(chosen)})",
        seen=" ".join(_repetition(one, times, clock) for one in chosen),
        by_chance=_chance_words(chosen, times.params.chance_share),
        could_be_wrong=(
            "Turning over in several attempts, crying, or somebody at the cot can look like this; the rule is this "
            f"software's own and has not been checked against anything. {_CANNOT_KNOW} {_SHOW}"
        ),
        event_ids=tuple(name_event(n) for one in chosen for n in one.members),
        stretches=tuple((one.start_s, one.stop_s) for one in chosen),
    )


def _periodic(times: Times, series: Sequence[Series], clock: Clock) -> Pattern | None:
    """Told only where they are longer than chance gives: movements that come at random make such series, too."""
    limits, found = times.params, [one for one in series if one.kind == "periodic WASM"]
    chosen = [one for one in found if one.chance_share <= limits.chance_share]
    if not chosen:
        return None
    n_all = len(candidates("periodic WASM", times))
    longest = max(len(one.members) for one in chosen)
    return Pattern(
        heading=f"Movements at even intervals ({len(chosen)})",
        seen=(
            f"Movements of {limits.periodic_min_s:g} to {limits.periodic_max_s:g} s came "
            f"{limits.wasm_min_interval_s:g} to {limits.periodic_max_interval_s:g} s apart, up to {longest} in a row, "
            f"from {_moments([one.start_s for one in chosen], clock)}. Of {n_all} movements, "
            f"{periodicity_index(series, times):.0%} lie in series of four or more (periodicity index "
            f"{periodicity_index(series, times):.2f})."
        ),
        by_chance=_chance_words(found, limits.chance_share),
        could_be_wrong=f"The rule was made for adults; no limit for infants is published. {_CANNOT_KNOW} {_SHOW}",
        event_ids=tuple(name_event(n) for one in chosen for n in one.members),
        stretches=tuple((one.start_s, one.stop_s) for one in chosen),
    )


def is_more_than_chance(series: Sequence[Series], most: float) -> bool:
    """Whether so few shuffles of the night's intervals give a series as long as the longest of these."""
    return min(one.chance_share for one in series) <= most


def _chance_words(series: Sequence[Series], most: float) -> str:
    chance = series[0].chance
    if math.isnan(chance.expected):
        return ""
    longest = max(series, key=lambda one: len(one.members))
    verdict = "more than chance gives" if is_more_than_chance(series, most) else "no more than chance may give"
    return (
        f"Series of any length were seen {_times(len(series))}, and are {chance.expected:.2g} on average with the "
        f"intervals of this night in another order; one as long as the longest, of {len(longest.members)} movements, "
        f"comes in {_percent(longest.chance_share)} % of the shuffles: {verdict}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.0095 else f"{max(100 * share, 0.1):.1f}"


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _repetition(series: Series, times: Times, clock: Clock) -> str:
    lengths = [times.events[n - 1].duration_s for n in series.members]
    words = (
        f"From {clock(series.start_s)}, {len(series.members)} movements of {_range([round(x, 1) for x in lengths])} s "
        f"came {series.median_interval_s:.0f} s apart (median), over {(series.stop_s - series.start_s) / 60:.1f} min"
    )
    return f"{words}{', '.join(['', *_circumstances(series, times)])}."


def _circumstances(series: Series, times: Times) -> Iterator[str]:
    if not math.isnan(series.amplitude_trend):
        trend = series.amplitude_trend
        way = "stronger" if trend >= _TREND else "weaker"
        yield f"{way} from one to the next" if abs(trend) >= _TREND else "without a trend in strength"
    if series.since_waking_s <= times.params.waking_s:
        yield f"{series.since_waking_s / 60:.0f} min after a waking"


def _rhythms(events: Sequence[Event], clock: Clock) -> str:
    rates = [event.rate_hz for event in events if math.isfinite(event.rate_hz)]
    lengths = [event.duration_s for event in events]
    parts = [f"{_range([round(length) for length in lengths])} s long"]
    parts += [f"{_range([round(rate, 1) for rate in rates])} Hz"] if rates else []
    sites = list(dict.fromkeys(event.site for event in events if event.site))
    parts += [", ".join(sites)] if sites else []
    return f"Rhythmic movement at {_moments([event.start_s for event in events], clock)}: {', '.join(parts)}."


def _moments(times_s: Sequence[float], clock: Clock) -> str:
    """The first few moments in words."""
    return ", ".join(clock(time_s) for time_s in times_s[:3]) + (" and later" if len(times_s) > 3 else "")


def _range(values: Sequence[float]) -> str:
    """Least and greatest in words, such as `12 to 31`, or the one there is."""
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"

"""A simulated night at the level of events: no pictures, but every rate, bout and series in it is known.

It answers whether the statistics of a night tell what is there, apart from whether events are found at all, and it is a
night to try the statistics on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from detector.events.classify import Event, EventKind
from detector.events.decide import Decision
from detector.events.presence import covered_shares
from detector.events.state import ACTIVE, AWAKE, BREATHING, QUIET, Epoch
from detector.night.coverage import Coverage
from detector.night.measures import with_labels
from detector.night.night import Night
from detector.night.provenance import InputFile, Provenance
from detector.night.stretches import StateRow, Stretch, subtract, total_s
from detector.params import Params

_HOUR_S = 3600.0
_EPOCH_S = 30.0
_BREATHING = {QUIET: (0.55, 0.05), ACTIVE: (0.72, 0.2)}
"""Cycles a second and how much their length varies, by state."""
_APART_S = 0.35
"""A twitch is over before the next begins."""


@dataclass(frozen=True)
class SimulatedNight:
    """What is in a simulated night; rates are per hour of observed time in the state.

    Attributes:
        hours: length of the recording.
        states: how long each state lasts in turn, min.
        gaps: unfilmed stretches, how many, of 2 to 8 min each.
        twitch_bouts_per_hour: bouts of twitches by state; a bout may be a single twitch.
        twitches_per_bout: mean number, geometric.
        within_bout_s: mean interval within a bout, exponential.
        gross_per_hour: whole-body movements by state; the defaults are those of quiet and active sleep.
        movements_per_hour: local movements in any state.
        rhythmic: number of rhythmic movements of 12 s.
        periodic_series: number of series of even intervals, in quiet sleep, each of `periodic_events` movements.
        periodic_events: movements in each series.
        periodic_interval_s: from one to the next, with a standard deviation of a tenth.
    """

    hours: float = 10.0
    states: Sequence[tuple[str, float]] = ((QUIET, 22.0), (ACTIVE, 28.0), (QUIET, 25.0), (ACTIVE, 30.0), (AWAKE, 9.0))
    gaps: int = 3
    twitch_bouts_per_hour: Mapping[str, float] = field(default_factory=lambda: {QUIET: 6.0, ACTIVE: 24.0, AWAKE: 0.0})
    twitches_per_bout: float = 4.0
    within_bout_s: float = 1.2
    gross_per_hour: Mapping[str, float] = field(default_factory=lambda: {QUIET: 7.0, ACTIVE: 22.0, AWAKE: 0.0})
    movements_per_hour: float = 5.0
    rhythmic: int = 4
    periodic_series: int = 0
    periodic_events: int = 25
    periodic_interval_s: float = 24.0

    def twitches_per_hour(self, state: str) -> float:
        """Known rate of twitches in a state."""
        return self.twitch_bouts_per_hour.get(state, 0.0) * self.twitches_per_bout


def simulate_night(plan: SimulatedNight | None = None, seed: int = 0) -> Night:
    """Make a night of known statistics.

    Args:
        plan: what is in it.
        seed: another seed is another night of the same rates.

    Returns:
        A night without footage and motion, in UTC, with its states.

    >>> simulate_night(SimulatedNight(hours=2.0), seed=1).coverage.gap_s > 0
    True
    """
    plan = plan or SimulatedNight()
    random = np.random.default_rng(seed)
    length_s = plan.hours * _HOUR_S
    states = tuple(_states(plan, length_s))
    gaps = _gaps(plan, length_s, random)
    observed = subtract([(0.0, length_s)], gaps)
    made = sorted(_events(plan, states, length_s, random), key=lambda event: event.start_s)
    events = tuple(event for event in made if any(start_s <= event.start_s < stop_s for start_s, stop_s in observed))
    params = Params()
    observed_s = total_s(observed)
    source = InputFile("simulated.mp4", "simulated.mp4", 1, f"{seed:064x}", 0.0)
    begin = datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(days=seed)
    return Night(
        decision=with_labels(Decision(events, (), _epochs(states, events, random)), observed, states, params.series),
        coverage=Coverage(observed_s, observed_s, 0.0, 0.0, 0.0, total_s(gaps), 0.0),
        provenance=Provenance((source,), 0.0, length_s, begin, "option", camera="simulated"),
        params=params,
        observed=observed,
        states=states,
    )


def _epochs(states: Sequence[StateRow], events: Sequence[Event], random: np.random.Generator) -> tuple[Epoch, ...]:
    """The epochs of the states, with breathing that is even in quiet and uneven in active sleep."""
    times = [(start_s, stop_s) for start_s, stop_s, _ in states]
    activity = covered_shares(times, [(event.start_s, event.stop_s) for event in events])
    made = []
    for (start_s, stop_s, state), active in zip(states, activity.tolist(), strict=True):
        rate_hz, uneven = _BREATHING.get(state, (np.nan, np.nan))
        rate_hz, uneven = rate_hz * random.normal(1.0, 0.04), uneven * random.normal(1.0, 0.12)
        made.append(
            Epoch(
                start_s,
                stop_s,
                state,
                active,
                rate_hz,
                uneven,
                infant_visible=True,
                decided_by=BREATHING,
                certainty=0.8,
            )
        )
    return tuple(made)


def _states(plan: SimulatedNight, length_s: float) -> Iterator[StateRow]:
    """Epochs of 30 s, one state after the other, from the start again when all were there."""
    start_s, place = 0.0, 0
    while start_s < length_s:
        state, minutes = plan.states[place % len(plan.states)]
        for _ in range(round(minutes * 60 / _EPOCH_S)):
            if start_s < length_s:
                yield start_s, min(start_s + _EPOCH_S, length_s), state
            start_s += _EPOCH_S
        place += 1


def _gaps(plan: SimulatedNight, length_s: float, random: np.random.Generator) -> tuple[Stretch, ...]:
    """One gap in each of as many equal pieces of the night."""
    piece_s = length_s / max(plan.gaps, 1)
    found = []
    for number in range(plan.gaps):
        long_s = min(float(random.uniform(120.0, 480.0)), 0.5 * piece_s)
        start_s = number * piece_s + float(random.uniform(0.1, 0.4)) * piece_s
        found.append((round(start_s, 3), round(start_s + long_s, 3)))
    return tuple(found)


def _events(
    plan: SimulatedNight, states: Sequence[StateRow], length_s: float, random: np.random.Generator
) -> Iterator[Event]:
    runs = _runs(states)
    for start_s, stop_s, state in runs:
        for onset_s in _at_random(plan.twitch_bouts_per_hour.get(state, 0.0), start_s, stop_s, random):
            n_twitches = int(random.geometric(1.0 / plan.twitches_per_bout))
            gaps_s = _APART_S + random.exponential(plan.within_bout_s - _APART_S, n_twitches - 1)
            for each_s in onset_s + np.concatenate(([0.0], np.cumsum(gaps_s))):
                yield _event("twitch", float(each_s), float(random.uniform(0.1, 0.3)), random)
        for onset_s in _at_random(plan.gross_per_hour.get(state, 0.0), start_s, stop_s, random):
            yield _event("gross", onset_s, float(random.uniform(3.5, 9.0)), random)
        if state == AWAKE:
            yield _event("restless", start_s, stop_s - start_s, random)
    for onset_s in _at_random(plan.movements_per_hour, 0.0, length_s, random):
        yield _event("movement", onset_s, float(random.uniform(0.6, 4.0)), random)
    for onset_s in random.uniform(0.0, length_s, plan.rhythmic):
        yield _event("rhythmic", float(onset_s), 12.0, random)
    quiet = [run for run in runs if run[2] == QUIET]
    for number in range(plan.periodic_series):
        yield from _periodic(plan, quiet[number % len(quiet)], random)


def _periodic(plan: SimulatedNight, run: StateRow, random: np.random.Generator) -> Iterator[Event]:
    usual_s = plan.periodic_interval_s
    steps_s = np.clip(random.normal(usual_s, 0.1 * usual_s, plan.periodic_events - 1), 0.7 * usual_s, 1.3 * usual_s)
    start_s = run[0] + 60.0
    for onset_s in start_s + np.concatenate(([0.0], np.cumsum(steps_s))):
        yield _event("movement", float(onset_s), float(random.uniform(1.0, 3.0)), random)


def _runs(states: Sequence[StateRow]) -> list[StateRow]:
    """Neighboring rows of one state as one."""
    runs: list[StateRow] = []
    for start_s, stop_s, state in states:
        if runs and runs[-1][2] == state:
            runs[-1] = (runs[-1][0], stop_s, state)
        else:
            runs.append((start_s, stop_s, state))
    return runs


def _at_random(per_hour: float, start_s: float, stop_s: float, random: np.random.Generator) -> list[float]:
    """Onsets of a Poisson process, s."""
    n_events = random.poisson(per_hour * (stop_s - start_s) / _HOUR_S)
    return [float(onset_s) for onset_s in random.uniform(start_s, stop_s, n_events)]


def _event(kind: EventKind, start_s: float, length_s: float, random: np.random.Generator) -> Event:
    x_px, y_px = (float(place) for place in random.uniform(100.0, 500.0, 2))
    is_rhythmic = kind == "rhythmic"
    return Event(
        kind=kind,
        start_s=round(start_s, 3),
        stop_s=round(start_s + length_s, 3),
        peak_s=round(start_s + length_s / 2, 3),
        x_px=x_px,
        y_px=y_px,
        area_fraction=0.3 if kind == "gross" else 0.01,
        snr=float(random.uniform(8.0, 40.0)),
        rate_hz=2.0 if is_rhythmic else np.nan,
        n_cycles=2.0 * length_s if is_rhythmic else np.nan,
        regularity=0.9 if is_rhythmic else np.nan,
        is_sustained=is_rhythmic and length_s >= 10.0,
        box_px=(x_px - 10, y_px - 10, x_px + 10, y_px + 10),
        reason="simulated",
    )

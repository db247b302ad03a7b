"""A simulated night at the level of events: no pictures, but every rate, bout and series in it is known.

It answers whether the statistics of a night tell what is there, apart from whether events are found at all, and it is a
night to try the statistics on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from detector.events.breaths import BreathingTrack
from detector.events.classify import Event, EventKind
from detector.events.decide import Decision
from detector.events.presence import covered_shares
from detector.events.state import ACTIVE, AWAKE, QUIET, Epoch, busy_stretches, score_epochs
from detector.night.coverage import Coverage
from detector.night.night import Night
from detector.night.numbers.measures import with_labels
from detector.night.numbers.stretches import StateRow, Stretch, intersect, state_rows, subtract, total_s
from detector.night.provenance import InputFile, Provenance
from detector.params import Params

_HOUR_S = 3600.0
_EPOCH_S = 30.0
_BREATHING = {QUIET: (0.55, 0.055), ACTIVE: (0.72, 0.19)}
"""Cycles a second and how much their length varies, by state; both differ from epoch to epoch."""
_RATE_SPREAD, _UNEVEN_SPREAD = 0.04, 0.3
_APART_S = 0.35
"""A twitch is over before the next begins."""


@dataclass(frozen=True)
class SimulatedNight:
    """What is in a simulated night; rates are per hour of observed time in the state.

    Attributes:
        hours: length of the recording.
        is_breathing_seen: whether the breathing shows; where not, nobody can tell one state of sleep from the other.
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
    is_breathing_seen: bool = True
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

    def known_states(self) -> tuple[StateRow, ...]:
        """The states that there are, epoch by epoch."""
        return tuple(_states(self, self.hours * _HOUR_S))

    def twitches_per_hour(self, state: str) -> float:
        """Known rate of twitches in a state."""
        return self.twitch_bouts_per_hour.get(state, 0.0) * self.twitches_per_bout


def simulate_night(plan: SimulatedNight | None = None, seed: int = 0) -> Night:
    """Make a night of known statistics.

    Args:
        plan: what is in it.
        seed: another seed is another night of the same rates.

    Returns:
        A night without footage and motion, in UTC, whose states are scored from its breathing and its movements as
        those of a measured night are.

    >>> simulate_night(SimulatedNight(hours=2.0), seed=1).coverage.gap_s > 0
    True
    """
    plan = plan or SimulatedNight()
    random = np.random.default_rng(seed)
    length_s = plan.hours * _HOUR_S
    known = plan.known_states()
    gaps = _gaps(plan, length_s, random)
    observed = subtract([(0.0, length_s)], gaps)
    made = sorted(_events(plan, known, length_s, random), key=lambda event: event.start_s)
    events = tuple(piece for event in made for piece in _seen(event, observed))
    params = Params()
    epochs = _epochs(plan, events, observed, random)
    states = state_rows(epochs)
    observed_s = total_s(observed)
    source = InputFile("simulated.mp4", "simulated.mp4", 1, f"{seed:064x}", 0.0)
    begin = datetime(2026, 1, 1, 20, tzinfo=UTC) + timedelta(days=seed)
    return Night(
        decision=with_labels(Decision(events, (), epochs), observed, states, params.series),
        coverage=Coverage(observed_s, observed_s, 0.0, 0.0, 0.0, total_s(gaps), 0.0),
        provenance=Provenance((source,), 0.0, length_s, begin, "option", camera="simulated"),
        params=params,
        observed=observed,
        states=states,
    )


def _seen(event: Event, observed: Sequence[Stretch]) -> Iterator[Event]:
    """An event if its start is observed; of a long one, each observed piece."""
    if event.kind == "restless":
        for start_s, stop_s in intersect([(event.start_s, event.stop_s)], observed):
            yield replace(event, start_s=start_s, stop_s=stop_s, peak_s=(start_s + stop_s) / 2)
    elif any(start_s <= event.start_s < stop_s for start_s, stop_s in observed):
        yield event


def _epochs(
    plan: SimulatedNight, events: Sequence[Event], observed: Sequence[Stretch], random: np.random.Generator
) -> tuple[Epoch, ...]:
    """Epochs scored from breathing that is rather even in quiet and uneven in active sleep, where it is seen."""
    params, known = Params(), plan.known_states()
    times = [(start_s, stop_s) for start_s, stop_s, _ in known]
    is_busy = covered_shares(times, busy_stretches(events, params.state)) > params.breathing.most_busy
    seen = covered_shares(times, observed)
    looks = np.array([_BREATHING.get(state, (np.nan, np.nan)) for _, _, state in known])
    rate_hz = looks[:, 0] * random.normal(1.0, _RATE_SPREAD, len(known))
    uneven = looks[:, 1] * np.exp(random.normal(0.0, _UNEVEN_SPREAD, len(known)))
    is_hidden = np.isnan(rate_hz) | is_busy | (seen < params.state.min_observed) | (not plan.is_breathing_seen)
    rate_hz[is_hidden], uneven[is_hidden] = np.nan, np.nan
    nothing = np.zeros(0)
    track = BreathingTrack(
        rate_hz,
        uneven,
        (60.0 * rate_hz * uneven) ** 2,
        np.where(is_hidden, 0.0, 0.8),
        ~is_hidden,
        nothing,
        nothing,
        np.zeros((1, 1)),
        1.0,
    )
    return score_epochs(times, seen, events, track, params.state)


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

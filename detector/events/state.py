"""States of sleep, epoch by epoch, from how evenly the infant breathes and how it moves.

Infants in quiet sleep breathe evenly and hardly move; in active sleep they breathe unevenly, twitch and stir (criteria
of Anders, Emde and Parmelee 1971, as told in PMC5119274). No electrode was there, so states are only like those.

Sources, read as abstracts:

* Isler 2016 (PMC5119274): variance of the instantaneous breathing rate within an epoch, divided by the 75th percentile
  of these variances over the recording; above 0.29 it is active sleep.
* Haddad 1987: the coefficient of variation of the respiratory cycle time, taken over 30 s, tells the two apart best;
  blocks of 5 min are decided.

Deviations:

* Breathing is that of a picture, not of a belt: the variance is taken in the minute around an epoch of 30 s, since half
  a minute holds some 15 cycles, and it is that of a filtered signal.
* The 75th percentile is not less than a breathing as uneven as `state.uneven` would give (Haddad's measure): a
  recording of nothing but quiet sleep would otherwise be called half active.
* Near the threshold (within a factor of `state.unsure`) movement in the epochs around decides, and without any the
  state before goes on; a state shorter than `state.min_s` between two equal ones is theirs.
* Epochs that move for most of the time are awake or handled, whatever the breathing; so are those around them that
  move, where no breathing is visible.
* Where breathing cannot be seen nothing is guessed: the state is unknown; or absent or not visible, where nothing moved
  for minutes either.

This is no monitor: no pause of breathing is looked for or told.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector.events.breaths import BreathingTrack
from detector.events.classify import Event
from detector.events.extent import BODY_KINDS
from detector.events.presence import absent_epochs, count_starts, covered_shares
from detector.params import StateParams

QUIET: Final = "quiet sleep-like"
ACTIVE: Final = "active sleep-like"
AWAKE: Final = "awake or handled"
ABSENT: Final = "absent or not visible"
UNKNOWN: Final = "unknown"
UNOBSERVED: Final = "unobserved"
STATES = (QUIET, ACTIVE, AWAKE, ABSENT, UNKNOWN, UNOBSERVED)
"""States of epochs; "-like", because no electrode was there."""

BREATHING: Final = "breathing"
BREATHING_AND_MOVEMENT: Final = "breathing and movement"
MOVEMENT: Final = "movement"
NEIGHBORS: Final = "the epochs around"
NO_SIGN: Final = "no sign of anybody"
PERSON: Final = "a person"
SIGNALS = (BREATHING, BREATHING_AND_MOVEMENT, MOVEMENT, NEIGHBORS, NO_SIGN, PERSON)
"""What may decide a state."""

Interval = tuple[float, float]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_EVEN_ODDS = 0.5


@dataclass(frozen=True)
class Epoch:
    """A short stretch of the recording and the state in it.

    Attributes:
        start_s, stop_s: recording time, s, half-open.
        state: one of `STATES`.
        activity: share of the observed time in which something moved, 0 to 1; NaN where nothing was observed.
        breathing_rate_hz: cycles a second; NaN where they could not be counted surely.
        breathing_irregularity: standard deviation of the cycle length over its mean; NaN where none could be seen.
        infant_visible: whether breathing or movement showed the infant.
        decided_by: one of `SIGNALS`; empty where none did.
        certainty: how sure the state is, 0 to 1; NaN where none was decided.

    Raises:
        ValueError: one of them is not what it can be.
    """

    start_s: float
    stop_s: float
    state: str
    activity: float = math.nan
    breathing_rate_hz: float = math.nan
    breathing_irregularity: float = math.nan
    infant_visible: bool = False
    decided_by: str = ""
    certainty: float = math.nan

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start_s) and math.isfinite(self.stop_s) and self.start_s < self.stop_s):
            raise ValueError(f"expected an epoch that stops after it starts, but {self.start_s} to {self.stop_s} came.")
        if self.state not in STATES:
            raise ValueError(f"expected one of the states {', '.join(STATES)}, but {self.state!r} came.")
        if self.decided_by and self.decided_by not in SIGNALS:
            raise ValueError(f"expected a state decided by {', '.join(SIGNALS)}, but {self.decided_by!r} came.")
        for name, most in (("activity", 1.0), ("certainty", 1.0), ("breathing_rate_hz", math.inf)):
            value = getattr(self, name)
            if not (math.isnan(value) or 0.0 <= value <= most):
                raise ValueError(f"{name}: expected a number from 0 to {most:g} or none, but {value} came.")

    @property
    def duration_s(self) -> float:
        """Length of the epoch, s."""
        return self.stop_s - self.start_s


class _Signs(NamedTuple):
    """What each epoch shows, shape (epochs,) each."""

    is_observed: Flags
    activity: Floats
    n_moves: NDArray[np.int64]
    is_shown: Flags


class _Verdict(NamedTuple):
    """State of an epoch, what decided it, and how sure it is."""

    state: str
    decided_by: str = ""
    certainty: float = math.nan


def busy_stretches(events: Sequence[Event], params: StateParams) -> list[Interval]:
    """Movement that hides breathing: what lasts, and moves the body or goes on and on.

    Breathing is seen through twitches and through a hand that moves; and strong breathing may itself be taken for a
    local movement.
    """
    return [
        (event.start_s, event.stop_s)
        for event in events
        if event.duration_s >= params.busy_s
        and (event.kind in {"gross", "restless", "rhythmic"} or event.area_fraction >= params.busy_area)
    ]


def score_epochs(
    epochs: Sequence[Interval],
    observed: Floats,
    events: Sequence[Event],
    breathing: BreathingTrack,
    params: StateParams,
) -> tuple[Epoch, ...]:
    """Give each epoch its state.

    Args:
        epochs: `(start_s, stop_s)`, ascending.
        observed: share of each that was observed, 0 to 1.
        events: as decided.
        breathing: of the same epochs.
        params: the group `state`.

    Returns:
        One an epoch.
    """
    signs = _signs(epochs, observed, events, breathing, params)
    verdicts = _sleep(signs, breathing, params)
    verdicts = _without_short(verdicts, epochs, params)
    is_awake = _awake(signs, breathing, params)
    is_absent = absent_epochs(epochs, signs.is_shown, signs.is_observed, params.absent_s)
    for place in range(len(epochs)):
        activity = float(signs.activity[place])
        if not signs.is_observed[place]:
            verdicts[place] = _Verdict(UNOBSERVED)
        elif is_awake[place]:
            verdicts[place] = _Verdict(AWAKE, MOVEMENT, _beyond(activity, params.awake_activity))
        elif is_absent[place]:
            verdicts[place] = _Verdict(ABSENT, NO_SIGN)
    return tuple(
        Epoch(
            start_s,
            stop_s,
            verdict.state,
            float(signs.activity[place]),
            float(breathing.rate_hz[place]),
            float(breathing.irregularity[place]),
            bool(signs.is_shown[place]),
            verdict.decided_by,
            verdict.certainty,
        )
        for place, ((start_s, stop_s), verdict) in enumerate(zip(epochs, verdicts, strict=True))
    )


def state_of(epochs: Sequence[Epoch], time_s: float) -> str:
    """State of the epoch (in order of time) that holds a moment; empty where none does."""
    place = bisect_right(epochs, time_s, key=attrgetter("start_s")) - 1
    return epochs[place].state if place >= 0 and time_s < epochs[place].stop_s else ""


def _signs(
    epochs: Sequence[Interval],
    observed: Floats,
    events: Sequence[Event],
    breathing: BreathingTrack,
    params: StateParams,
) -> _Signs:
    moves = [event for event in events if event.kind in BODY_KINDS]
    covered = covered_shares(epochs, [(event.start_s, event.stop_s) for event in events])
    is_observed = observed >= params.min_observed
    activity = np.where(observed > 0, np.minimum(covered / np.maximum(observed, 1e-9), 1.0), np.nan)
    is_shown = breathing.is_visible | (covered_shares(epochs, [(event.start_s, event.stop_s) for event in moves]) > 0)
    return _Signs(is_observed, activity, count_starts(epochs, moves), is_shown & (observed > 0))


def _sleep(signs: _Signs, breathing: BreathingTrack, params: StateParams) -> list[_Verdict]:
    """Quiet or active where breathing is seen, unknown elsewhere."""
    is_asleep = breathing.is_visible & signs.is_observed & ~(signs.activity >= params.awake_activity)
    ratio = _smooth(normalized_variance(breathing, is_asleep, params), is_asleep)
    around = np.convolve(signs.n_moves, np.ones(3), "same") if len(ratio) else signs.n_moves
    verdicts, before = [], ""
    for place in range(len(ratio)):
        if not is_asleep[place]:
            verdicts.append(_Verdict(UNKNOWN))
            continue
        over = float(ratio[place]) / params.active_ratio
        if 1.0 / params.unsure < over < params.unsure:
            # Nearly as likely the one as the other.
            moves = around[place] >= params.moves
            state = ACTIVE if moves else before or (ACTIVE if over > 1.0 else QUIET)
            verdicts.append(_Verdict(state, BREATHING_AND_MOVEMENT, _EVEN_ODDS))
        else:
            state = ACTIVE if over > 1.0 else QUIET
            sure = _EVEN_ODDS + _EVEN_ODDS * (1.0 - params.unsure / max(over, 1.0 / over))
            verdicts.append(_Verdict(state, BREATHING, sure))
        before = state
    return verdicts


def normalized_variance(breathing: BreathingTrack, is_asleep: Flags, params: StateParams) -> Floats:
    """Variance of the instantaneous breathing rate over its 75th percentile, as by Isler 2016; shape (epochs,).

    Args:
        breathing: of the epochs.
        is_asleep: epochs that count for the percentile.
        params: the group `state`.

    Returns:
        NaN in epochs that do not count.
    """
    variance = np.where(is_asleep, breathing.rate_variance, np.nan)
    if not is_asleep.any():
        return variance
    rates = 60.0 * breathing.rate_hz[is_asleep]
    usual = float(np.median(rates[np.isfinite(rates)])) if np.isfinite(rates).any() else params.usual_rate_per_min
    least = (params.uneven * usual) ** 2
    return variance / max(float(np.nanquantile(variance, params.percentile)), least)


def _awake(signs: _Signs, breathing: BreathingTrack, params: StateParams) -> Flags:
    """Epochs that move for most of their time, or for much of it among others that do and without visible breathing."""
    activity = np.nan_to_num(signs.activity)
    around = np.convolve(np.pad(activity, 1, mode="edge"), np.full(3, 1 / 3), "valid") if len(activity) else activity
    is_among = (around >= params.awake_around) & (activity > 0) & ~breathing.is_visible
    awake: Flags = (activity >= params.awake_activity) | is_among
    return awake


def _smooth(values: Floats, is_known: Flags) -> Floats:
    """Median of each known value and its known neighbors."""
    smooth = values.copy()
    for place in np.flatnonzero(is_known).tolist():
        near = slice(max(place - 1, 0), place + 2)
        smooth[place] = np.median(values[near][is_known[near]])
    return smooth


def _without_short(verdicts: Sequence[_Verdict], epochs: Sequence[Interval], params: StateParams) -> list[_Verdict]:
    """What is short between two stretches of one sleep state becomes that state, the shortest first."""
    found = list(verdicts)
    while True:
        runs = [list(run) for _, run in groupby(range(len(found)), key=lambda place: found[place].state)]
        gaps = [
            range(before[-1] + 1, after[0])
            for number, before in enumerate(runs)
            for after in runs[number + 2 : number + 4]
            if found[before[0]].state == found[after[0]].state in {QUIET, ACTIVE}
        ]
        short = [gap for gap in gaps if epochs[gap[-1]][1] - epochs[gap[0]][0] < params.min_s]
        if not short:
            return found
        gap = min(short, key=len)
        found[gap[0] : gap[-1] + 1] = [_Verdict(found[gap[0] - 1].state, NEIGHBORS, _EVEN_ODDS)] * len(gap)


def _beyond(value: float, bar: float) -> float:
    """How sure what reaches a bar is: an even chance at the bar, sure at 1."""
    return _EVEN_ODDS + _EVEN_ODDS * max(value - bar, 0.0) / max(1.0 - bar, 1e-9)
